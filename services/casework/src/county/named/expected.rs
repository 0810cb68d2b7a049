//! A child who is not born yet and on a plan: a record, a case and a worker from before the first day.

use domain::case::codes::{AbuseCategory, Factor, ReferralSource};
use domain::case::events::{AssessmentOutcome, NoteKind, ReferralOutcome};
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::Sex;
use domain::tie::TieKind;
use domain::when::civil_day;

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.working(64, 10, 0);
    let casey = stage.person(
        known,
        &Role {
            given: "Casey",
            family: "Sykes",
            sex: Sex::Female,
            born: "2006-03-27".to_owned(),
            nhs_number: Some("9990000190"),
        },
    )?;
    let role = Role {
        given: "Baby",
        family: "Sykes",
        sex: Sex::Unknown,
        born: format!("expected {}", civil_day(stage.ago(-33, 0, 0))),
        nhs_number: None,
    };
    let baby = stage.person(known, &role)?;
    stage.tie(known, casey, TieKind::Mother, baby)?;
    let told = stage.contact(
        stage.working(63, 15, 0),
        stage.cast.nurse,
        &[baby],
        (ConcernKind::UnbornChild, Significance::Serious),
        "Casey came in with a cut lip, the second time since she booked. Her partner answered every question. Alone, she said that she is afraid for the baby.",
    )?;
    stage.decide(
        stage.working(62, 9, 30),
        told,
        Outcome::Referral,
        "Violence in pregnancy, twice, and she asks for help.",
    )?;
    let case = stage.referred(
        stage.working(62, 11, 0),
        baby,
        told,
        (ReferralSource::EmergencyDepartment, ReferralOutcome::Section47),
    )?;
    let assessment = stage.assess(stage.working(61, 9, 0), case)?;
    let section47 = stage.enquire_into(stage.working(60, 10, 0), case)?;
    let found = (&[Factor::DomesticAbuseParent][..], AssessmentOutcome::Section47);
    stage.authorise(stage.working(47, 16, 0), case, assessment, found)?;
    let plan = stage.conference(stage.working(42, 13, 0), case, section47, &[AbuseCategory::Emotional])?;
    stage.core_group(
        stage.working(33, 10, 0),
        case,
        plan,
        "Casey came by herself. The midwife, the refuge and the worker each know what the others do, and whom Casey will ring first.",
    )?;
    stage.note(
        stage.working(9, 11, 0),
        case,
        NoteKind::ManagementOversight,
        "Who is told when labour begins, and who is with her, is agreed and with the ward.",
    )?;
    Ok(())
}
