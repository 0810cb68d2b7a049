//! A girl taken into care at birth and adopted: her old record is for named readers, her new one says nothing of it.

use chrono::TimeDelta;
use domain::case::close_case::CloseCase;
use domain::case::codes::{ClosureReason, Factor, ReferralSource};
use domain::case::end_looked_after::EndLookedAfter;
use domain::case::events::{
    AssessmentOutcome, LegalStatus, LookedAfterEnd, ReferralOutcome, Seen, VisitKind,
};
use domain::case::start_looked_after::StartLookedAfter;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::ids::LookedAfterId;
use domain::person::restriction::RestrictionReason;
use domain::person::{Restrict, Sex};
use domain::tie::TieKind;
use domain::when::{Occurred, civil_day};

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let born = civil_day(stage.ago(700, 0, 0)).to_string();
    let known = stage.ago(699, 11, 0);
    let role = |given, family, born: &str, nhs_number| Role {
        given,
        family,
        sex: Sex::Female,
        born: born.to_owned(),
        nhs_number,
    };
    let skye = stage.person(known, &role("Skye", "Ackroyd", &born, Some("9990000166")))?;
    let jodie = stage.person(known, &role("Jodie", "Ackroyd", "2003-05-19", None))?;
    stage.tie(known, jodie, TieKind::Mother, skye)?;
    let nurse = stage.cast.nurse;
    let told = stage.contact(
        stage.ago(699, 13, 0),
        nurse,
        &[skye],
        (ConcernKind::ParentalSubstanceMisuse, Significance::ImmediateDanger),
        "Born early and withdrawing from heroin. Her mother left the ward an hour after the birth and has not come back.",
    )?;
    let decided = stage.working(699, 15, 0);
    stage.decide(decided, told, Outcome::Referral, "She cannot go home; nobody is there.")?;
    let case = stage.referred(
        decided + TimeDelta::minutes(20),
        skye,
        told,
        (ReferralSource::EmergencyDepartment, ReferralOutcome::ImmediateProtection),
    )?;
    let assessment = stage.assess(stage.working(697, 9, 0), case)?;
    let at = stage.working(695, 14, 0);
    let start = StartLookedAfter {
        on: Occurred::Day(civil_day(at)),
        legal_status: LegalStatus::InterimCareOrder,
        until: None,
    };
    let period = LookedAfterId(stage.manage(at, case, start)?.part(0));
    stage.authorise(
        stage.working(660, 10, 0),
        case,
        assessment,
        (&[Factor::DrugsParent], AssessmentOutcome::LookedAfter),
    )?;
    for days in [640, 590, 540, 490, 440, 390, 340, 290] {
        let visit = (VisitKind::LookedAfter, Seen::WithOthers);
        stage.visit(stage.working(days, 11, 0), case, visit, "Growing well; reaches for her carer.")?;
    }
    let ordered = stage.working(250, 16, 0);
    let end = EndLookedAfter {
        looked_after: period,
        on: Occurred::Day(civil_day(ordered)),
        reason: LookedAfterEnd::Adopted,
    };
    stage.manage(ordered, case, end)?;
    let close = CloseCase {
        episode: case.episode,
        on: Occurred::Day(civil_day(ordered)),
        reason: ClosureReason::Adopted,
        note: None,
    };
    stage.manage(ordered + TimeDelta::minutes(10), case, close)?;
    let manager = stage.cast.manager.practitioner;
    let restrict = Restrict {
        reason: RestrictionReason::PreAdoption,
        owner: manager,
        readers: vec![manager],
        review_on: civil_day(ordered) + TimeDelta::days(365 * 18),
    };
    stage.restrict(ordered + TimeDelta::minutes(20), skye, restrict)?;
    // Another name, another number, no tie: whoever asks about Florence is not told of Skye.
    stage.meanwhile();
    let florence = role("Florence", "Whitlock", &born, Some("9990000174"));
    stage.person(stage.working(240, 10, 0), &florence).map(drop)
}
