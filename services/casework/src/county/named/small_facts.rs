//! Small facts that add up: somebody asks about a brother, a teacher is uneasy, the police are called to the home. Each
//! alone has an ordinary explanation; the three together are what the founding documents of this service describe.

use domain::access::Purpose;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::Sex;
use domain::tie::TieKind;

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(300, 10, 0);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Ellwood",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let rosa = stage.person(known, &role("Rosa", Sex::Female, "2017-10-21", Some("9990000034")))?;
    let theo = stage.person(known, &role("Theo", Sex::Male, "2023-02-03", Some("9990000042")))?;
    let carla = stage.person(known, &role("Carla", Sex::Female, "1995-06-30", None))?;
    stage.tie(known, carla, TieKind::Mother, rosa)?;
    stage.tie(known, carla, TieKind::Mother, theo)?;
    stage.tie(known, rosa, TieKind::Sibling, theo)?;
    stage.household(known, &[carla, rosa, theo])?;

    let nurse = (stage.cast.nurse, Purpose::Attendance);
    let asked = stage.ago(24, 2, 10);
    stage.enquiry(
        asked,
        nurse,
        theo,
        "Brought in at two in the morning with a burn to the hand. The account fits; the hour does not.",
    )?;

    let school = stage.cast.school;
    let told = stage.working(15, 11, 20);
    let uneasy = stage.contact(
        told,
        school,
        &[rosa],
        (ConcernKind::TeachersConcern, Significance::Concern),
        "Rosa has been quiet and watchful since half-term, and flinches when the door bangs. Nothing she has said.",
    )?;
    stage.decide(
        stage.working(14, 10, 5),
        uneasy,
        Outcome::Advice,
        "One thing by itself. The school keeps an eye on her and tells us if it goes on.",
    )?;

    let called = stage.ago(6, 23, 40);
    let police = stage.cast.police;
    stage.contact(
        called,
        police,
        &[rosa, theo],
        (ConcernKind::DomesticAbuse, Significance::Serious),
        "A neighbour heard shouting and something breaking. The partner had left when we came. Mother had a cut lip and did not wish to say more. Both children were on the stairs.",
    )?;
    Ok(())
}
