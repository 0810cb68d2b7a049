//! A girl of fifteen who is looked after, is missing tonight, and is herself the mother of a child on a plan.

use domain::case::codes::{AbuseCategory, Factor, ReferralSource};
use domain::case::events::{AssessmentOutcome, LegalStatus, ReferralOutcome, Seen, VisitKind};
use domain::case::start_looked_after::StartLookedAfter;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::{MissingFrom, ReportMissing, Sex};
use domain::source::{Basis, Source};
use domain::tie::TieKind;
use domain::when::{Occurred, civil_day};

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(410, 10, 0);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Dunne",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let keira = stage.person(known, &role("Keira", Sex::Female, "2010-09-28", Some("9990000107")))?;
    let police = stage.cast.police;
    let hurt = stage.contact(
        stage.ago(409, 22, 15),
        police,
        &[keira],
        (ConcernKind::PhysicalAbuse, Significance::ImmediateDanger),
        "Found at the bus station with a broken wrist. Says that her stepfather did it and that she will not go back.",
    )?;
    stage.decide(stage.working(407, 9, 0), hurt, Outcome::Referral, "She cannot go home tonight.")?;
    let of_keira = stage.referred(
        stage.working(407, 9, 30),
        keira,
        hurt,
        (ReferralSource::Police, ReferralOutcome::ImmediateProtection),
    )?;
    let at = stage.working(406, 12, 0);
    let start = StartLookedAfter {
        on: Occurred::Day(civil_day(at)),
        legal_status: LegalStatus::CareOrder,
        until: None,
    };
    stage.manage(at, of_keira, start)?;

    let later = stage.ago(160, 10, 0);
    let alfie = stage.person(
        later,
        &role("Alfie", Sex::Male, &civil_day(stage.ago(170, 0, 0)).to_string(), Some("9990000115")),
    )?;
    stage.tie(later, keira, TieKind::Mother, alfie)?;
    stage.household(later, &[keira, alfie])?;
    let nurse = stage.cast.nurse;
    let born = stage.contact(
        stage.working(159, 10, 0),
        nurse,
        &[alfie],
        (ConcernKind::Neglect, Significance::Serious),
        "His mother is fifteen and in care. She holds him well and is afraid to ask for help.",
    )?;
    stage.decide(
        stage.working(158, 10, 0),
        born,
        Outcome::Referral,
        "Mother and child are to be kept safe together.",
    )?;
    let of_alfie = stage.referred(
        stage.working(158, 11, 0),
        alfie,
        born,
        (ReferralSource::EmergencyDepartment, ReferralOutcome::Section47),
    )?;
    let assessment = stage.assess(stage.working(157, 9, 0), of_alfie)?;
    let section47 = stage.enquire_into(stage.working(156, 9, 0), of_alfie)?;
    stage.authorise(
        stage.working(145, 9, 0),
        of_alfie,
        assessment,
        (&[Factor::Neglect], AssessmentOutcome::Section47),
    )?;
    stage.conference(stage.working(140, 13, 0), of_alfie, section47, &[AbuseCategory::Neglect])?;
    stage.visit(
        stage.working(12, 10, 0),
        of_keira,
        (VisitKind::LookedAfter, Seen::Alone),
        "Talked of a boy she met at the station, older, with a car. Would not say his name.",
    )?;
    stage.visit(
        stage.working(11, 10, 0),
        of_alfie,
        (VisitKind::ChildProtection, Seen::WithOthers),
        "Alfie smiles at his mother and reaches for her.",
    )?;

    let gone = stage.ago(1, 21, 30);
    let report = ReportMissing {
        from: MissingFrom::Care,
        occurred: Occurred::Instant(gone),
        source: Source { basis: Basis::Told, agency: stage.cast.police.agency },
    };
    stage.of_person(gone + chrono::TimeDelta::minutes(95), keira, report)?;
    stage.contact(
        gone + chrono::TimeDelta::minutes(110),
        police,
        &[keira],
        (ConcernKind::Missing, Significance::Serious),
        "Keira left her foster home by the window at half past nine with the baby asleep inside. Her telephone is off. Alfie is safe with the carer.",
    )?;
    Ok(())
}
