//! A child who is on record under another spelling than the one a school will ask with, and with day and month of the
//! birthday the other way round on the school's form: Muhammad Zayn Akhtar, born on 3 April; asked for as Mohamed Zain
//! Akthar, born on 4 March.

use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::Sex;
use domain::tie::TieKind;

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(140, 10, 0);
    let zayn = stage.person(
        known,
        &Role {
            given: "Muhammad Zayn",
            family: "Akhtar",
            sex: Sex::Male,
            born: "2016-04-03".to_owned(),
            nhs_number: Some("9990000077"),
        },
    )?;
    let mother = stage.person(
        known,
        &Role {
            given: "Shazia",
            family: "Akhtar",
            sex: Sex::Female,
            born: "1988".to_owned(),
            nhs_number: None,
        },
    )?;
    stage.tie(known, mother, TieKind::Mother, zayn)?;
    stage.household(known, &[mother, zayn])?;
    let nurse = stage.cast.nurse;
    let seen = stage.contact(
        stage.ago(139, 21, 5),
        nurse,
        &[zayn],
        (ConcernKind::UnexplainedInjury, Significance::Concern),
        "A burn in the shape of an iron on the upper arm. He says that he leaned on it. His mother says that it was a cousin.",
    )?;
    stage.decide(
        stage.working(137, 9, 30),
        seen,
        Outcome::Advice,
        "Seen again by the school nurse; one explanation was agreed. To be told at once if there is another.",
    )?;
    Ok(())
}
