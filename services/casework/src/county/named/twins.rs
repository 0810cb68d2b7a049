//! Twins who are on a plan before they are born, each on their own, and stay on it when they are.

use chrono::TimeDelta;
use domain::case::codes::{AbuseCategory, Factor, ReferralSource};
use domain::case::events::{AssessmentOutcome, ReferralOutcome, Seen, VisitKind};
use domain::case::hold_review_conference::Decision;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::{RecordBirth, Sex};
use domain::source::{Basis, Source};
use domain::tie::TieKind;
use domain::when::{Occurred, civil_day};

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(118, 11, 0);
    let halina = stage.person(
        known,
        &Role {
            given: "Halina",
            family: "Nowak",
            sex: Sex::Female,
            born: "2004-08-19".to_owned(),
            nhs_number: None,
        },
    )?;
    let expected = format!("expected {}", civil_day(stage.ago(4, 0, 0)));
    let visitor = stage.cast.health_visitor;
    let mut twins = Vec::new();
    for _ in 0..2 {
        // Nobody is called anything yet.
        let role = Role {
            given: "Baby",
            family: "Nowak",
            sex: Sex::Unknown,
            born: expected.clone(),
            nhs_number: None,
        };
        let twin = stage.person(known, &role)?;
        stage.tie(known, halina, TieKind::Mother, twin)?;
        twins.push(twin);
    }
    if let [one, other] = twins.as_slice() {
        stage.tie(known, *one, TieKind::Sibling, *other)?;
    }
    let told = stage.contact(
        stage.working(117, 10, 0),
        visitor,
        &twins,
        (ConcernKind::UnbornChild, Significance::Serious),
        "Expecting twins. Her first child was adopted two years ago. She uses heroin, wants to stop, and came by herself to say so.",
    )?;
    stage.decide(
        stage.working(116, 10, 0),
        told,
        Outcome::Referral,
        "Two children who will need a plan from their first day.",
    )?;
    for (twin, minutes) in twins.iter().zip([0, 7]) {
        stage.meanwhile();
        let then = |at: chrono::DateTime<chrono::Utc>| at + TimeDelta::minutes(minutes);
        let case = stage.referred(
            then(stage.working(116, 11, 0)),
            *twin,
            told,
            (ReferralSource::HealthVisitor, ReferralOutcome::Section47),
        )?;
        let assessment = stage.assess(then(stage.working(115, 9, 0)), case)?;
        let section47 = stage.enquire_into(then(stage.working(114, 9, 30)), case)?;
        let found = (&[Factor::DrugsParent][..], AssessmentOutcome::Section47);
        stage.authorise(then(stage.working(100, 9, 30)), case, assessment, found)?;
        let plan =
            stage.conference(then(stage.working(97, 13, 0)), case, section47, &[AbuseCategory::Neglect])?;
        let born = stage.ago(9, 4, 12 + minutes);
        let birth = RecordBirth {
            date: civil_day(born).to_string().parse()?,
            source: Source { basis: Basis::AgencyRecord, agency: stage.cast.nurse.agency },
            occurred: Occurred::Instant(then(stage.ago(9, 9, 0))),
            testimony: None,
        };
        stage.of_person(then(stage.ago(9, 9, 0)), *twin, birth)?;
        stage.review(then(stage.working(8, 13, 0)), case, plan, Decision::Continue { categories: None })?;
        let seen = (VisitKind::ChildProtection, Seen::WithOthers);
        stage.visit(then(stage.working(7, 14, 0)), case, seen, "Seen on the ward. Small, and feeding. Halina has not used since the summer, and the ward says the same.")?;
    }
    Ok(())
}
