//! What becomes of a return's episodes, told as an authority's data officer would.

use super::*;
use crate::case::codes::{AbuseCategory, ClosureReason, Factor, PrimaryNeed, ReferralSource};
use crate::case::events::{ConferenceDecision, ReferralOutcome};
use crate::case::testing::{CaseStatus, Given, Then, authority, day, nothing, on, person};
use crate::case::{self, testimony};
use crate::decider::NewEvent;
use crate::event::Event;
use crate::ids::ReturnId;
use crate::testimony::{Fault, RowHash, SaidRow};

/// A row that is known by `key`; two rows with the same `content` say the same.
fn row<T>(key: u8, content: u8, says: T) -> Row<T> {
    let row = SaidRow { key: RowHash([key; 16]), content: RowHash([content; 16]) };
    Row { row, faults: Vec::new(), says }
}

fn return_of(number: u128, as_of: &str, episode: Row<EpisodeRow>) -> RecordEpisode {
    RecordEpisode {
        child: person(1),
        authority: authority(),
        return_id: ReturnId(uuid::Uuid::from_u128(number)),
        as_of: day(as_of),
        episode,
    }
}

fn just_referred(received: &str) -> EpisodeRow {
    EpisodeRow {
        received: day(received),
        source: Some(ReferralSource::Police),
        primary_need: Some(PrimaryNeed::AbuseOrNeglect),
        outcome: Some(ReferralOutcome::FurtherAction),
        transfer_in_conference: None,
        closed: None,
        closure_reason: None,
        assessments: Vec::new(),
        section47s: Vec::new(),
        cp_plans: Vec::new(),
        cin_plans: Vec::new(),
        pre_proceedings: Vec::new(),
    }
}

fn assessed(started: &str, authorised: Option<&str>, factors: &[(u8, Factor)]) -> AssessmentRow {
    AssessmentRow {
        started: Some(day(started)),
        review_point: None,
        authorised: authorised.map(day),
        factors: factors.iter().map(|(key, factor)| row(*key, *key, Some(*factor))).collect(),
    }
}

/// A referral by the police, an assessment, an enquiry, a plan reviewed once.
fn protected() -> EpisodeRow {
    EpisodeRow {
        assessments: vec![row(
            10,
            1,
            assessed(
                "2025-05-07",
                Some("2025-06-10"),
                &[(11, Factor::DomesticAbuseParent), (12, Factor::Neglect)],
            ),
        )],
        section47s: vec![row(
            20,
            1,
            Section47Row {
                started: Some(day("2025-05-08")),
                icpc_target: Some(day("2025-05-30")),
                conference: Some(day("2025-05-29")),
                need: Some(case::events::ConferenceNeed::Required),
            },
        )],
        cp_plans: vec![row(
            30,
            1,
            CpPlanRow {
                started: Some(day("2025-05-29")),
                ended: None,
                initial_category: Some(AbuseCategory::Neglect),
                latest_category: Some(AbuseCategory::Emotional),
                previous_plans: Some(0),
                reviews: vec![row(31, 1, day("2025-08-26"))],
            },
        )],
        ..just_referred("2025-05-06")
    }
}

fn faults(events: &[NewEvent]) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    for new in events {
        let said = testimony(&new.event).map(|said| said.faults.clone()).unwrap_or_default();
        faults.extend(said.into_iter().map(|fault| (new.event.kind(), fault.code)));
    }
    faults
}

fn kinds(events: &[NewEvent]) -> Vec<&'static str> {
    events.iter().map(|new| new.event.kind()).collect()
}

impl Given<Case> {
    fn returned(self, number: u128, as_of: &str, episode: EpisodeRow) -> Then {
        self.when(return_of(number, as_of, row(1, 1, episode)))
    }
}

#[test]
fn a_clean_episode_is_recorded_in_one_append_without_a_fault() {
    let events = nothing::<Case>().returned(1, "2026-03-31", protected()).events();
    assert_eq!(
        kinds(&events),
        [
            "case.opened",
            "referral.received",
            "referral.decided",
            "assessment.started",
            "assessment.completed",
            "s47.started",
            "s47.concluded",
            "conference.held",
            "cp-plan.started",
            "cp-plan.category-changed",
            "cp-plan.reviewed",
        ]
    );
    assert_eq!(faults(&events), []);
}

#[test]
fn what_a_return_does_not_date_lies_between_the_days_it_must_lie_between() {
    let events = nothing::<Case>().returned(1, "2026-03-31", protected()).events();
    let when = |kind: &str| events.iter().find(|new| new.event.kind() == kind).unwrap().occurred;
    assert_eq!(when("referral.decided"), on("2025-05-06/2025-05-07"));
    assert_eq!(when("s47.concluded"), on("2025-05-08/2025-05-29"));
    // Nothing is known of the days after the test's today.
    assert_eq!(when("cp-plan.category-changed"), on("2025-05-29/2026-03-10"));
    assert_eq!(when("assessment.completed"), on("2025-06-10"));
}

#[test]
fn a_plan_and_the_conference_that_decided_it_name_each_other() {
    let events = nothing::<Case>().returned(1, "2026-03-31", protected()).events();
    let (mut held, mut started) = (None, None);
    for new in &events {
        match &new.event {
            Event::ConferenceHeld(it) => held = Some(it.clone()),
            Event::CpPlanStarted(it) => started = Some(it.clone()),
            _ => {}
        }
    }
    let (held, started) = (held.unwrap(), started.unwrap());
    assert_eq!(held.plan, Some(started.plan));
    assert_eq!(started.conference, Some(held.conference));
    assert_eq!(held.decision, Some(ConferenceDecision::PlanStarts));
}

#[test]
fn a_row_seen_before_in_any_return_adds_nothing() {
    nothing::<Case>()
        .after(return_of(1, "2025-03-31", row(1, 1, protected())))
        .returned(2, "2026-03-31", protected())
        .then_nothing();
}

#[test]
fn a_later_return_adds_what_has_happened_since() {
    let mut later = protected();
    let plan = &mut later.cp_plans[0];
    plan.row.content = RowHash([2; 16]);
    plan.says.ended = Some(day("2026-02-20"));
    plan.says.reviews.push(row(32, 1, day("2026-02-20")));
    let given = nothing::<Case>().after(return_of(1, "2025-09-30", row(1, 1, protected())));
    let events = given.returned(2, "2026-03-31", later).events();
    assert_eq!(kinds(&events), ["cp-plan.reviewed", "cp-plan.ended"]);
    assert_eq!(faults(&events), []);
}

#[test]
fn a_later_report_that_says_otherwise_amends_the_earlier_one() {
    let mut later = protected();
    let assessment = &mut later.assessments[0];
    assessment.row.content = RowHash([2; 16]);
    assessment.says.authorised = Some(day("2025-06-12"));
    let given = nothing::<Case>().after(return_of(1, "2026-03-31", row(1, 1, protected())));
    let given = given.after(return_of(2, "2026-03-31", row(1, 1, later.clone())));
    let completed = given.stands().episodes[0].assessments[0].completed.clone().unwrap();
    assert_eq!(completed.on, on("2025-06-12"));
    // Neither report is news again.
    let given = given.after(return_of(3, "2026-03-31", row(1, 1, protected())));
    given.returned(4, "2026-03-31", later).then_nothing();
}

#[test]
fn an_earlier_return_read_late_does_not_overrule_a_later_one() {
    let mut earlier = protected();
    let assessment = &mut earlier.assessments[0];
    assessment.row.content = RowHash([2; 16]);
    assessment.says.authorised = Some(day("2025-06-12"));
    nothing::<Case>()
        .after(return_of(1, "2026-03-31", row(1, 1, protected())))
        .returned(2, "2025-03-31", earlier)
        .then_nothing();
}

#[test]
fn a_factor_added_to_an_assessment_joins_the_others() {
    let mut later = protected();
    later.assessments[0].says.factors.push(row(13, 13, Some(Factor::Gangs)));
    let given = nothing::<Case>().after(return_of(1, "2025-09-30", row(1, 1, protected())));
    let given = given.after(return_of(2, "2026-03-31", row(1, 1, later)));
    let completed = given.stands().episodes[0].assessments[0].completed.clone().unwrap();
    assert_eq!(completed.value.factors, [Factor::DomesticAbuseParent, Factor::Gangs, Factor::Neglect].into());
}

#[test]
fn what_a_practitioner_recorded_stands_whatever_a_return_says() {
    let given = crate::case::testing::on_a_plan("2025-05-06");
    let before = given.stands();
    let said = EpisodeRow {
        source: Some(ReferralSource::Anonymous),
        outcome: None,
        assessments: vec![row(10, 1, assessed("2025-05-07", None, &[]))],
        ..just_referred("2025-05-06")
    };
    let after = given.after(return_of(1, "2026-03-31", row(1, 1, said))).stands();
    assert_eq!(after.episodes, before.episodes);
}

#[test]
fn a_practitioners_episode_is_completed_by_what_only_the_return_knows() {
    let said = EpisodeRow {
        outcome: None,
        assessments: vec![row(10, 1, assessed("2025-05-07", Some("2025-06-10"), &[(11, Factor::Neglect)]))],
        ..just_referred("2025-05-06")
    };
    let events = crate::case::testing::being_assessed("2025-05-06").returned(1, "2026-03-31", said).events();
    assert_eq!(kinds(&events), ["assessment.completed"]);
}

#[test]
fn a_referral_without_action_has_nothing_else_on_it() {
    let said = EpisodeRow {
        outcome: Some(ReferralOutcome::NoFurtherAction),
        assessments: vec![row(10, 1, assessed("2025-05-07", None, &[]))],
        ..just_referred("2025-05-06")
    };
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    assert_eq!(faults(&events), [("assessment.started", "no-further-action".to_owned())]);
}

#[test]
fn a_broken_rule_is_kept_as_a_fault_and_the_fact_with_it() {
    let said = EpisodeRow {
        closed: Some(day("2025-05-20")),
        closure_reason: Some(ClosureReason::AfterAssessment),
        cin_plans: vec![row(
            40,
            1,
            CinPlanRow { started: Some(day("2025-07-01")), ended: Some(day("2025-06-20")) },
        )],
        ..protected()
    };
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    let faults = faults(&events);
    for expected in [
        ("cin-plan.started", "on-a-protection-plan"),
        ("cin-plan.ended", "ends-before-it-starts"),
        ("case.closed", "activity-after-closure"),
        ("case.closed", "on-a-protection-plan"),
        ("case.closed", "more-than-an-assessment"),
    ] {
        assert!(faults.contains(&(expected.0, expected.1.to_owned())), "{expected:?} in {faults:?}");
    }
    assert_eq!(kinds(&events).last(), Some(&"case.closed"));
}

#[test]
fn a_plan_that_no_conference_decided_is_a_fault() {
    let said = EpisodeRow { section47s: Vec::new(), ..protected() };
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    assert_eq!(faults(&events), [("cp-plan.started", "plan-without-a-conference".to_owned())]);
}

#[test]
fn an_episode_inside_another_is_a_fault() {
    let given = nothing::<Case>().after(return_of(1, "2026-03-31", row(1, 1, protected())));
    let events = given.when(return_of(1, "2026-03-31", row(2, 1, just_referred("2025-06-02")))).events();
    assert_eq!(kinds(&events), ["referral.received", "referral.decided"]);
    assert_eq!(faults(&events), [("referral.received", "case-is-open".to_owned())]);
}

#[test]
fn what_the_reader_found_wrong_with_a_row_stands_on_its_first_event_only() {
    let mut said = protected();
    let fault = Fault { code: "census-8614".to_owned(), sentence: "A factor could not be read.".to_owned() };
    said.assessments[0].says.factors[0].faults.push(fault);
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    assert_eq!(faults(&events), [("assessment.started", "census-8614".to_owned())]);
}

#[test]
fn a_child_who_moved_in_has_a_conference_without_an_enquiry() {
    let mut said = protected();
    said.section47s.clear();
    said.transfer_in_conference = Some(day("2025-05-29"));
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    assert_eq!(faults(&events), []);
    assert!(kinds(&events).contains(&"conference.held"));
}

#[test]
fn a_plan_without_a_start_began_between_the_referral_and_its_first_review() {
    let mut said = protected();
    said.cp_plans[0].says.started = None;
    let events = nothing::<Case>().returned(1, "2026-03-31", said).events();
    let started = events.iter().find(|new| new.event.kind() == "cp-plan.started").unwrap();
    assert_eq!(started.occurred, on("2025-05-06/2025-08-26"));
}

#[test]
fn every_row_of_a_return_is_on_record_afterwards() {
    let events = nothing::<Case>().returned(1, "2026-03-31", protected()).events();
    let mut recorded = std::collections::BTreeSet::new();
    for said in events.iter().filter_map(|new| testimony(&new.event)) {
        recorded.extend(said.rows.iter().map(|row| row.key.0[0]));
    }
    assert_eq!(recorded, [1, 10, 11, 12, 20, 30, 31].into());
}

#[test]
fn the_status_read_from_a_return_is_that_of_the_child() {
    let given = nothing::<Case>().after(return_of(1, "2026-03-31", row(1, 1, protected())));
    let status = CaseStatus::on(&given.history(), day("2026-03-10"));
    let plan = status.protection_plan.unwrap();
    assert_eq!((plan.since, plan.sequence), (day("2025-05-29"), 1));
    assert_eq!(plan.categories, [AbuseCategory::Emotional].into());
    assert_eq!(plan.last_review, Some(day("2025-08-26")));
}

#[test]
fn a_return_about_another_child_is_refused() {
    let other = RecordEpisode { child: person(2), ..return_of(1, "2026-03-31", row(1, 1, protected())) };
    crate::case::testing::referred("2025-05-06").when(other).refused("another-case");
}

#[test]
fn what_a_later_return_confirms_an_earlier_one_does_not_overrule() {
    let with_end = |ended: Option<&str>, category, content| {
        let mut said = protected();
        said.cp_plans[0].row.content = RowHash([content; 16]);
        said.cp_plans[0].says.ended = ended.map(day);
        said.cp_plans[0].says.initial_category = Some(category);
        row(1, 1, said)
    };
    let first = return_of(1, "2025-09-30", with_end(Some("2025-08-26"), AbuseCategory::Neglect, 1));
    let confirms = return_of(2, "2026-03-31", with_end(None, AbuseCategory::Neglect, 2));
    let read_late = return_of(3, "2025-09-30", with_end(None, AbuseCategory::Sexual, 3));
    let given = nothing::<Case>().after(first).after(confirms.clone()).after(read_late);
    let plan = given.stands().episodes[0].cp_plans[0].clone();
    assert_eq!(plan.started.unwrap().value.categories, [AbuseCategory::Neglect].into());
    given.when(confirms).then_nothing();
}
