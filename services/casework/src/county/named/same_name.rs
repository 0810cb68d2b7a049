//! Two boys of one name whose birthdays are two days apart. A visit to the one was written down on the other, and moved
//! to where it belongs.

use domain::case::codes::ReferralSource;
use domain::case::events::{NoteKind, ReferralOutcome, Seen, VisitKind};
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::ids::{EventId, PersonId};
use domain::person::Sex;

use super::stage::{Case, Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let (one, of_one) =
        known(stage, 92, ("2014-06-11", "9990000085"), "Says that he is hit with a belt when he is late.")?;
    let (other, of_other) = known(
        stage,
        74,
        ("2014-06-13", "9990000093"),
        "Comes to school without breakfast and falls asleep in lessons.",
    )?;
    stage.assess(stage.working(70, 9, 0), of_one)?;
    stage.assess(stage.working(66, 9, 0), of_other)?;
    // Meant for the younger, written on the elder.
    let told = stage.visit(
        stage.working(31, 15, 30),
        of_one,
        (VisitKind::Assessment, Seen::Alone),
        "Seen alone in his room. There was food in the kitchen. He says that his uncle cooks now.",
    )?;
    let entry = EventId::of(told.command, told.stream, 0);
    stage.move_entry(stage.working(28, 9, 15), entry, one, other)?;
    stage.note(
        stage.working(28, 9, 40),
        of_other,
        NoteKind::ManagementOversight,
        "The visit of last week had been written on another child's record, and stands where it belongs now. Both workers know.",
    )?;
    Ok(())
}

fn known(
    stage: &mut Stage<'_>,
    days: i64,
    (born, number): (&str, &str),
    account: &str,
) -> Result<(PersonId, Case), Untold> {
    stage.meanwhile();
    let at = stage.working(days, 9, 30);
    let role = Role {
        given: "Mohammed Ali",
        family: "Khan",
        sex: Sex::Male,
        born: born.to_owned(),
        nhs_number: Some(number),
    };
    let child = stage.person(at, &role)?;
    let school = stage.cast.school;
    let told = stage.contact(
        at,
        school,
        &[child],
        (ConcernKind::TeachersConcern, Significance::Serious),
        account,
    )?;
    let decided = stage.working(days - 1, 10, 0).max(at + chrono::TimeDelta::hours(2));
    stage.decide(decided, told, Outcome::Referral, "To be assessed.")?;
    let referred = decided + chrono::TimeDelta::minutes(20);
    let case =
        stage.referred(referred, child, told, (ReferralSource::School, ReferralOutcome::Assessment))?;
    Ok((child, case))
}
