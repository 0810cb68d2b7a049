//! Tilly and Jonah Marsh: absences that a school told of, a bruise that a nurse saw, and the work that came of it. The
//! tour of the README is about them.

use domain::case::codes::ReferralSource;
use domain::case::events::{ReferralOutcome, Seen, VisitKind};
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::{Duty, Sex};
use domain::tie::TieKind;

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(60, 9, 0);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Marsh",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let tilly = stage.person(known, &role("Tilly", Sex::Female, "2019-04-30", Some("9990000018")))?;
    let jonah = stage.person(known, &role("Jonah", Sex::Male, "2022-09-12", Some("9990000026")))?;
    let dana = stage.person(known, &role("Dana", Sex::Female, "1996", None))?;
    stage.tie(known, dana, TieKind::Mother, tilly)?;
    stage.tie(known, dana, TieKind::Mother, jonah)?;
    stage.tie(known, tilly, TieKind::Sibling, jonah)?;
    stage.household(known, &[dana, tilly, jonah])?;
    stage.lives(known, &[dana, tilly, jonah], "5 Fuller Row", "BD3 9MC")?;
    let here = stage.cast.authority.clone();
    for (child, duty) in [(tilly, Duty::Area), (tilly, Duty::School), (jonah, Duty::Area)] {
        stage.answers(known, child, duty, &here)?;
    }

    let school = stage.cast.school;
    let absent = stage.contact(
        stage.working(45, 9, 30),
        school,
        &[tilly],
        (ConcernKind::NotAttendingSchool, Significance::Concern),
        "Seven days missed this half-term; mother not reached by telephone.",
    )?;
    let advised = "School to visit at home and tell us what it finds.";
    stage.decide(stage.working(44, 10, 0), absent, Outcome::Advice, advised)?;

    let nurse = stage.cast.nurse;
    let bruise = stage.contact(
        stage.ago(20, 20, 15),
        nurse,
        &[jonah],
        (ConcernKind::UnexplainedInjury, Significance::Serious),
        "Bruise to the cheek; the account given did not fit.",
    )?;
    let why = "A bruise whose account did not fit, in a family the school is worried about.";
    stage.decide(stage.working(19, 9, 20), bruise, Outcome::Referral, why)?;
    for (child, minutes) in [(jonah, 0), (tilly, 12)] {
        stage.meanwhile();
        let then = |at: chrono::DateTime<chrono::Utc>| at + chrono::TimeDelta::minutes(minutes);
        let came = (ReferralSource::EmergencyDepartment, ReferralOutcome::Assessment);
        let referred = then(stage.working(19, 10, 0));
        let case = stage.referred(referred, child, bruise, came)?;
        stage.assess(then(stage.working(18, 9, 0)), case)?;
        let seen = (VisitKind::Assessment, Seen::WithOthers);
        stage.visit(
            then(stage.working(16, 15, 30)),
            case,
            seen,
            "Seen at home with their mother, who was tired and glad of company.",
        )?;
    }
    Ok(())
}
