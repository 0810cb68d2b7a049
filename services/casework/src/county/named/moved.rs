//! A boy on a plan in Wakefield who moves here: what he is on goes with him, and each authority keeps its own case.

use chrono::TimeDelta;
use domain::access::Purpose;
use domain::authority::Authority;
use domain::case::close_case::CloseCase;
use domain::case::codes::{AbuseCategory, ClosureReason, Factor, ReferralSource};
use domain::case::conference::Outcome as Sitting;
use domain::case::decide_referral::DecideReferral;
use domain::case::end_cp_plan::EndCpPlan;
use domain::case::events::{AssessmentOutcome, CpPlanEnd, ReferralOutcome, Seen, VisitKind};
use domain::case::hold_review_conference::Decision;
use domain::case::hold_transfer_in_conference::HoldTransferInConference;
use domain::case::receive_referral::ReceiveReferral;
use domain::contact::{ConcernKind, Outcome, Significance};
use domain::ids::{EpisodeId, PersonId};
use domain::person::{Duty, Sex};
use domain::tie::TieKind;
use domain::when::{Occurred, civil_day};

use super::stage::{Case, Role, Stage};
use crate::county::Untold;

const SEEN: (VisitKind, Seen) = (VisitKind::ChildProtection, Seen::Alone);

pub(super) fn tell(stage: &mut Stage<'_>) -> Result<(), Untold> {
    let here = stage.cast.authority.clone();
    stage.change_sides();
    let there = stage.cast.authority.clone();
    let known = stage.working(212, 11, 0);
    let role = |given, sex, born: &str, nhs_number| Role {
        given,
        family: "Hargreaves",
        sex,
        born: born.to_owned(),
        nhs_number,
    };
    let reece = stage.person(known, &role("Reece", Sex::Male, "2018-01-09", Some("9990000158")))?;
    let tanya = stage.person(known, &role("Tanya", Sex::Female, "1993-10-02", None))?;
    stage.tie(known, tanya, TieKind::Mother, reece)?;
    stage.lives(known, &[reece, tanya], "31 Quarry Row", "WF4 2MO")?;
    stage.answers(known, reece, Duty::Area, &there)?;
    let told = stage.contact(
        stage.working(211, 14, 0),
        stage.cast.health_visitor,
        &[reece],
        (ConcernKind::EmotionalAbuse, Significance::Serious),
        "Reece says that he is the reason his father left, in his mother's words. He does not want to go home after school.",
    )?;
    stage.decide(
        stage.working(210, 10, 0),
        told,
        Outcome::Referral,
        "Said by him twice, to two people, and seen in how he is with her.",
    )?;
    let theirs = stage.referred(
        stage.working(210, 11, 0),
        reece,
        told,
        (ReferralSource::OtherHealth, ReferralOutcome::Section47),
    )?;
    let assessment = stage.assess(stage.working(209, 9, 0), theirs)?;
    let section47 = stage.enquire_into(stage.working(208, 9, 30), theirs)?;
    let found = (&[Factor::EmotionalAbuse][..], AssessmentOutcome::Section47);
    stage.authorise(stage.working(196, 9, 30), theirs, assessment, found)?;
    let plan = stage.conference(stage.working(190, 13, 0), theirs, section47, &[AbuseCategory::Emotional])?;
    for days in [178, 164, 150, 136, 122, 108, 94, 80, 66] {
        stage.visit(
            stage.working(days, 15, 30),
            theirs,
            SEEN,
            "Seen at school. He says that it is quieter at home, and that they are going to move.",
        )?;
        if days == 108 {
            let goes_on = Decision::Continue { categories: None };
            stage.review(stage.working(104, 13, 0), theirs, plan, goes_on)?;
        }
    }
    let moved = stage.working(52, 9, 30);
    stage.lives(moved, &[reece, tanya], "8 Kiln Terrace", "BD7 3IK")?;
    stage.answers(moved, reece, Duty::Area, &here)?;
    stage.change_sides();
    let case = received(stage, reece, there)?;
    let held = stage.working(33, 13, 0);
    let hold = HoldTransferInConference {
        episode: case.episode,
        on: Occurred::Day(civil_day(held)),
        decision: Sitting::Plan { categories: [AbuseCategory::Emotional].into() },
        missing: Default::default(),
        reason: None,
    };
    stage.on_case(held, case, (stage.cast.chair, Purpose::Conference), hold)?;

    stage.change_sides();
    stage.answers(held + TimeDelta::hours(1), reece, Duty::Responsible, &here)?;
    let closing = stage.working(32, 10, 0);
    let on = Occurred::Day(civil_day(closing));
    stage.manage(closing, theirs, EndCpPlan { plan, on, reason: CpPlanEnd::TransferredOut })?;
    let close =
        CloseCase { episode: theirs.episode, on, reason: ClosureReason::MovedToAnotherAuthority, note: None };
    stage.manage(closing + TimeDelta::minutes(10), theirs, close)?;
    stage.change_sides();
    for days in [26, 12] {
        stage.visit(
            stage.working(days, 15, 0),
            case,
            SEEN,
            "Seen at his new school. He drew the way here from the old house, with every turn.",
        )?;
    }
    Ok(())
}

/// The notice from Wakefield, taken at this front door, and a worker for him.
fn received(stage: &mut Stage<'_>, reece: PersonId, from: Authority) -> Result<Case, Untold> {
    let notified = stage.working(48, 10, 0);
    let mut case = stage.case_of(reece);
    let day = Occurred::Day(civil_day(notified));
    let receive = ReceiveReferral {
        child: reece,
        authority: stage.cast.authority.clone(),
        on: day,
        source: ReferralSource::OtherAuthority,
        primary_need: None,
        contact: None,
        transferred_from: Some(from),
        reason: None,
    };
    let front_door = (stage.cast.front_door, Purpose::SafeguardingCheck);
    let at = notified + TimeDelta::minutes(15);
    let told = stage.on_case(at, case, front_door, receive)?;
    case.episode = EpisodeId(told.part(0));
    let decided = at + TimeDelta::minutes(30);
    let decide =
        DecideReferral { episode: case.episode, on: day, outcome: ReferralOutcome::Services, reason: None };
    stage.manage(decided, case, decide)?;
    stage.allocate(decided + TimeDelta::minutes(5), case)?;
    Ok(case)
}
