//! A child on a plan is taken to an emergency department by a parent who did the right thing, and that it is known is
//! good news. After the case study of Hackney Council's first months with child protection information sharing.

use domain::access::Purpose;
use domain::case::codes::{AbuseCategory, Factor, ReferralSource};
use domain::case::events::{AssessmentOutcome, NoteKind, ReferralOutcome, Seen, VisitKind};
use domain::case::hold_review_conference::Decision;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::person::Sex;
use domain::tie::TieKind;

use super::stage::{Role, Stage};
use crate::county::Untold;

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let known = stage.ago(236, 9, 30);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Lowe",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let ada = stage.person(known, &role("Ada", Sex::Female, "2023-04-17", Some("9990000050")))?;
    let jude = stage.person(known, &role("Jude", Sex::Male, "2019-11-02", Some("9990000069")))?;
    let marie = stage.person(known, &role("Marie", Sex::Female, "1997-01-15", None))?;
    for child in [ada, jude] {
        stage.tie(known, marie, TieKind::Mother, child)?;
    }
    stage.tie(known, jude, TieKind::Sibling, ada)?;
    stage.household(known, &[marie, ada, jude])?;

    let visitor = stage.cast.health_visitor;
    let missed = stage.contact(
        stage.working(235, 10, 0),
        visitor,
        &[ada],
        (ConcernKind::MissedAppointments, Significance::Serious),
        "Ada does not walk or speak yet, and four appointments about it were missed. Her mother says that there is nothing to worry about.",
    )?;
    stage.decide(
        stage.working(234, 9, 40),
        missed,
        Outcome::Referral,
        "Her needs are not being met, and help that was offered was not taken.",
    )?;
    let case = stage.referred(
        stage.working(234, 10, 30),
        ada,
        missed,
        (ReferralSource::HealthVisitor, ReferralOutcome::Section47),
    )?;
    let assessment = stage.assess(stage.working(233, 9, 0), case)?;
    let section47 = stage.enquire_into(stage.working(232, 14, 0), case)?;
    stage.visit(stage.working(229, 11, 0), case, (VisitKind::Assessment, Seen::WithOthers), "Ada sat on the floor and watched. No toys within her reach. Her mother was tired and did not see the need for appointments.")?;
    stage.authorise(
        stage.working(220, 15, 0),
        case,
        assessment,
        (&[Factor::Neglect], AssessmentOutcome::Section47),
    )?;
    let plan = stage.conference(stage.working(214, 13, 0), case, section47, &[AbuseCategory::Neglect])?;
    stage.core_group(stage.working(205, 10, 0), case, plan, "Health, nursery and mother were there. Appointments will be made together, by telephone, in the room.")?;
    for days in [196, 182, 168, 154, 140, 127, 113, 99, 85, 71, 57, 43, 29] {
        let at = stage.working(days, 10, 30);
        stage.visit(
            at,
            case,
            (VisitKind::ChildProtection, Seen::WithOthers),
            "Seen at home with her mother. Standing at the sofa; says a few words.",
        )?;
    }
    stage.review(stage.working(126, 13, 0), case, plan, Decision::Continue { categories: None })?;

    let nurse = (stage.cast.nurse, Purpose::Attendance);
    stage.enquiry(
        stage.ago(20, 18, 25),
        nurse,
        ada,
        "Brought in by her mother: her brother had pushed her off a chair. She wished to have her looked at.",
    )?;
    stage.note(
        stage.working(19, 9, 50),
        case,
        NoteKind::Note,
        "Telephoned the hospital's safeguarding nurse about last night. Ada was examined; her bruise fits the account, and she went home with advice.",
    )?;
    stage.visit(
        stage.working(18, 11, 15),
        case,
        (VisitKind::ChildProtection, Seen::WithOthers),
        "An additional visit because of the attendance. Marie told it as the hospital has it, before she was asked. Ada is well. Talked with Jude about hands.",
    )?;
    stage.core_group(
        stage.working(11, 10, 0),
        case,
        plan,
        "Told of the attendance. All agree that Marie sought help at once and for the right reason: a year ago she would not have. An example of how things are better.",
    )?;
    stage.note(
        stage.working(11, 14, 0),
        case,
        NoteKind::SignificantEvent,
        "Positive: a parent sought medical advice at once and told of it openly. The worker's opinion, shared by the core group.",
    )?;
    Ok(())
}
