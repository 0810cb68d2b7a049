use super::*;
use crate::case::events::ReferralDecided;
use crate::case::testing::*;
use crate::history::{Amended, Reason, Withdrawn};
use crate::ids::EventId;

/// A history each of whose entries was written down at noon of the day it happened.
fn written_promptly(given: &Given<Case>) -> Vec<Entry> {
    let mut history = given.history();
    for entry in &mut history {
        entry.recorded_at = noon(&entry.occurred.day().to_string());
    }
    history.sort_by_key(|entry| entry.recorded_at);
    history
}

fn noon(day: &str) -> DateTime<Utc> {
    format!("{day}T12:00:00Z").parse().unwrap()
}

fn step(history: &[Entry], step: Step) -> Measured {
    measured(history).into_iter().find(|measured| measured.step == step).unwrap()
}

fn written_later(history: &mut Vec<Entry>, day: &str, event: Event) {
    let last = history.last().unwrap().clone();
    let position = last.position + 1000;
    history.push(Entry {
        id: EventId(Uuid::from_u128(position)),
        position,
        version: last.version + 1,
        recorded_at: noon(day),
        occurred: on(day),
        event,
        ..last
    });
}

/// Referred on a Monday, decided on the Friday: three days late.
fn decided_late() -> Vec<Entry> {
    let decided = |case: &Case| {
        DecideReferral {
            episode: episode(case),
            on: on("2026-02-06"),
            outcome: ReferralOutcome::Assessment,
            reason: None,
        }
        .into()
    };
    written_promptly(&referred("2026-02-02").and(decided))
}

fn the_decision(history: &[Entry]) -> (EventId, ReferralDecided) {
    let decided = history.iter().find_map(|entry| match &entry.event {
        Event::ReferralDecided(decided) => Some((entry.id, decided.clone())),
        _ => None,
    });
    decided.unwrap()
}

fn amended_to(history: &mut Vec<Entry>, recorded: &str, done_on: &str) {
    let (entry, decided) = the_decision(history);
    let amended = Amended {
        entry,
        reason: Reason::Mistake,
        occurred: on(done_on),
        replacement: Box::new(decided.into()),
    };
    written_later(history, recorded, amended.into());
}

#[test]
fn what_is_done_and_written_in_time_is_in_time() {
    let history = written_promptly(&being_assessed("2026-02-02").and(|case| authorised(case, "2026-03-02")));
    let assessed = step(&history, Step::CompleteAssessment);
    assert_eq!((assessed.since, assessed.limit), (day("2026-02-02"), day("2026-04-08")));
    assert_eq!((assessed.done_on, assessed.was_late()), (Some(day("2026-03-02")), Some(false)));
    assert!(!assessed.is_recorded_late && !assessed.is_changed_after_limit);
}

#[test]
fn a_date_changed_after_its_limit_stays_measured_as_first_recorded_and_is_listed() {
    let mut history = decided_late();
    amended_to(&mut history, "2026-02-20", "2026-02-03");
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.limit, decided.done_on), (day("2026-02-03"), Some(day("2026-02-06"))));
    assert_eq!(decided.now_done_on, Some(day("2026-02-03")));
    assert_eq!(decided.was_late(), Some(true));
    assert!(decided.is_changed_after_limit);
}

#[test]
fn withdrawing_and_recording_again_changes_no_figure_either() {
    let mut history = decided_late();
    let (entry, decided) = the_decision(&history);
    written_later(&mut history, "2026-02-20", Withdrawn { entry, reason: Reason::Mistake }.into());
    written_later(&mut history, "2026-02-21", decided.into());
    history.last_mut().unwrap().occurred = on("2026-02-03");
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.was_late(), decided.is_changed_after_limit), (Some(true), true));
    assert_eq!(decided.now_done_on, Some(day("2026-02-03")));
}

#[test]
fn a_date_set_right_before_its_limit_counts_as_set_right() {
    let mut history =
        written_promptly(&being_assessed("2026-02-02").and(|case| authorised(case, "2026-02-27")));
    let (entry, completed) = history
        .iter()
        .find_map(|entry| match &entry.event {
            Event::AssessmentCompleted(completed) => Some((entry.id, completed.clone())),
            _ => None,
        })
        .unwrap();
    let replacement = Box::new(completed.into());
    let amended = Amended { entry, reason: Reason::Mistake, occurred: on("2026-03-02"), replacement };
    written_later(&mut history, "2026-03-03", amended.into());
    let assessed = step(&history, Step::CompleteAssessment);
    assert_eq!(
        (assessed.first_done_on, assessed.done_on),
        (Some(day("2026-02-27")), Some(day("2026-03-02")))
    );
    assert!(!assessed.is_changed_after_limit);
}

#[test]
fn what_is_written_down_after_its_limit_is_listed_whatever_day_it_names() {
    let mut history = decided_late();
    let last = history.last_mut().unwrap();
    last.occurred = on("2026-02-03");
    last.recorded_at = noon("2026-03-02");
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.done_on, decided.was_late()), (Some(day("2026-02-03")), Some(false)));
    assert!(decided.is_recorded_late);
    assert_eq!(decided.first_recorded_at, Some(noon("2026-03-02")));
}

#[test]
fn moving_the_start_after_the_limit_does_not_move_the_limit() {
    let mut history = decided_late();
    let referral =
        history.iter().find(|entry| matches!(entry.event, Event::ReferralReceived(_))).unwrap().clone();
    let amended = Amended {
        entry: referral.id,
        reason: Reason::Mistake,
        occurred: on("2026-02-05"),
        replacement: Box::new(referral.event),
    };
    written_later(&mut history, "2026-03-01", amended.into());
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.since, decided.was_late()), (day("2026-02-02"), Some(true)));
    assert!(decided.is_changed_after_limit);
}

/// The entry that began it is taken back.
fn taken_back(history: &mut Vec<Entry>, recorded: &str, is_the_start: fn(&Event) -> bool) -> EventId {
    let entry = history.iter().find(|entry| is_the_start(&entry.event)).unwrap().id;
    written_later(history, recorded, Withdrawn { entry, reason: Reason::Mistake }.into());
    entry
}

#[test]
fn withdrawing_the_start_after_the_limit_takes_no_step_out_of_the_measures() {
    let is_referral = |event: &Event| matches!(event, Event::ReferralReceived(_));
    let mut history = decided_late();
    let start = taken_back(&mut history, "2026-02-20", is_referral);
    let gone = step(&history, Step::DecideReferral);
    assert_eq!((gone.since, gone.was_late()), (day("2026-02-02"), Some(true)));
    assert_eq!((gone.now_done_on, gone.is_changed_after_limit), (None, true));

    // Recorded again it has a clock of its own, beside the first.
    let mut again = history.iter().find(|entry| entry.id == start).unwrap().event.clone();
    if let Event::ReferralReceived(received) = &mut again {
        received.episode = crate::ids::EpisodeId(Uuid::from_u128(0xe9));
    }
    written_later(&mut history, "2026-02-23", again);
    let decisions = measured(&history).into_iter().filter(|it| it.step == Step::DecideReferral);
    let mut decisions: Vec<_> = decisions.map(|it| (it.since, it.is_changed_after_limit)).collect();
    decisions.sort();
    assert_eq!(decisions, [(day("2026-02-02"), true), (day("2026-02-23"), false)]);
}

#[test]
fn withdrawing_an_enquiry_or_a_plan_after_a_limit_takes_out_none_of_its_steps() {
    let is_enquiry = |event: &Event| matches!(event, Event::Section47Started(_));
    let is_plan = |event: &Event| matches!(event, Event::CpPlanStarted(_));
    let mut history = written_promptly(&on_a_plan("2025-10-06"));
    taken_back(&mut history, "2026-03-02", is_enquiry);
    taken_back(&mut history, "2026-03-02", is_plan);
    for of in [Step::HoldInitialConference, Step::HoldFirstCoreGroup, Step::HoldReviewConference] {
        assert!(step(&history, of).is_changed_after_limit, "{of:?}");
    }
}

#[test]
fn what_is_withdrawn_in_time_was_never_due() {
    let is_plan = |event: &Event| matches!(event, Event::CpPlanStarted(_));
    let mut history = written_promptly(&on_a_plan("2025-10-06"));
    taken_back(&mut history, "2025-11-05", is_plan);
    assert!(measured(&history).iter().all(|it| it.step != Step::HoldFirstCoreGroup));
}

#[test]
fn an_enquiry_that_led_to_no_conference_is_no_step_that_is_gone() {
    let enquired = |concluded: &'static str| {
        let not_needed = |case: &Case| enquiry_concluded(case, concluded, ConferenceNeed::NotRequired);
        let given = enquired_into("2026-02-02").and(not_needed);
        let conference =
            measured(&written_promptly(&given)).into_iter().find(|it| it.step == Step::HoldInitialConference);
        conference.map(|it| (it.done_on, it.is_changed_after_limit))
    };
    assert_eq!(enquired("2026-02-12"), None);
    assert_eq!(enquired("2026-03-09"), Some((None, false)), "its day passed without one");
}

#[test]
fn what_moves_to_another_case_is_measured_there_and_not_here() {
    let mut history = decided_late();
    let entry = history.iter().find(|it| matches!(it.event, Event::ReferralReceived(_))).unwrap().id;
    let moved = crate::history::MovedAway { entry, reason: Reason::WrongPerson };
    written_later(&mut history, "2026-02-20", moved.into());
    assert!(measured(&history).iter().all(|it| it.step != Step::DecideReferral));
}

#[test]
fn a_decision_withdrawn_in_time_counts_no_more_than_one_that_was_never_made() {
    let mut history = decided_late();
    let last = history.last_mut().unwrap();
    last.occurred = on("2026-02-03");
    last.recorded_at = noon("2026-02-03");
    let (entry, decided) = the_decision(&history);
    written_later(&mut history, "2026-02-03", Withdrawn { entry, reason: Reason::Mistake }.into());
    assert_eq!(step(&history, Step::DecideReferral).done_on, None);
    written_later(&mut history, "2026-02-12", decided.into());
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.done_on, decided.was_late()), (Some(day("2026-02-12")), Some(true)));
}

#[test]
fn what_was_done_late_is_listed_when_it_was_written_down_later_still() {
    let mut history = decided_late();
    assert!(!step(&history, Step::DecideReferral).is_recorded_late, "late, and written down that day");
    history.last_mut().unwrap().recorded_at = noon("2026-02-16");
    let decided = step(&history, Step::DecideReferral);
    assert_eq!((decided.was_late(), decided.is_recorded_late), (Some(true), true));
}

#[test]
fn a_plan_has_a_core_group_and_a_review_to_keep_and_the_next_review_after_it() {
    let given = on_a_plan("2025-10-06")
        .and(|case| review(case, "2026-01-06", Decision::Continue { categories: None }));
    let history = written_promptly(&given);
    let reviews: Vec<_> = measured(&history)
        .into_iter()
        .filter(|measured| measured.step == Step::HoldReviewConference)
        .map(|measured| (measured.nth, measured.limit.to_string(), measured.was_late()))
        .collect();
    assert_eq!(reviews, [(0, "2026-01-22".to_owned(), Some(false)), (1, "2026-07-06".to_owned(), None)]);
    let group = step(&history, Step::HoldFirstCoreGroup);
    assert_eq!((group.limit, group.was_late()), (day("2025-11-05"), None));
    let conference = step(&history, Step::HoldInitialConference);
    assert_eq!((conference.done_on, conference.was_late()), (Some(day("2025-10-22")), Some(false)));
}

#[test]
fn what_was_never_due_before_the_plan_ended_is_not_asked_for() {
    let given = on_a_plan("2025-10-06").and(|case| review(case, "2025-11-04", Decision::End));
    let steps: Vec<_> =
        measured(&written_promptly(&given)).iter().map(|measured| (measured.step, measured.nth)).collect();
    assert!(!steps.contains(&(Step::HoldFirstCoreGroup, 0)));
    assert!(steps.contains(&(Step::HoldReviewConference, 0)));
    assert!(!steps.contains(&(Step::HoldReviewConference, 1)));
}

#[test]
fn what_only_a_return_tells_says_so_until_somebody_is_given_the_case() {
    let mut history = written_promptly(&on_a_plan("2025-10-06"));
    let as_of = Some(day("2026-03-31"));
    for entry in &mut history {
        if let Event::CpPlanStarted(started) = &mut entry.event {
            let return_id = crate::ids::ReturnId(Uuid::from_u128(0x3e));
            let (rows, faults) = (Vec::new(), Vec::new());
            started.testimony =
                Some(crate::testimony::Testimony { return_id, as_of: day("2026-03-31"), rows, faults });
        }
    }
    let said = |history: &[Entry], of| step(history, of).said_until;
    assert_eq!(said(&history, Step::HoldInitialConference), None, "a practitioner held it");
    assert_eq!(said(&history, Step::HoldReviewConference), as_of);
    assert_eq!(said(&history, Step::HoldFirstCoreGroup), as_of);

    let who = as_known(&history).who.unwrap();
    let allocated = crate::case::events::WorkerAllocated {
        child: who.child,
        authority: who.authority,
        allocation: crate::ids::AllocationId(Uuid::from_u128(0xd1)),
        practitioner: crate::ids::PractitionerId(Uuid::from_u128(0xb1)),
        role: crate::case::events::WorkerRole::SocialWorker,
        team: None,
        testimony: None,
    };
    written_later(&mut history, "2026-04-10", allocated.into());
    assert_eq!(said(&history, Step::HoldReviewConference), None, "theirs to tell");
    assert_eq!(said(&history, Step::HoldFirstCoreGroup), as_of, "no return tells of one");
}

#[test]
fn reviews_of_before_the_year_of_a_return_are_none_of_its_steps() {
    let reviewed = |case: &Case| review(case, "2026-01-06", Decision::Continue { categories: None });
    let mut history = written_promptly(&on_a_plan("2025-10-06").and(reviewed));
    let tell = |history: &mut Vec<Entry>, as_of: &str| {
        for entry in history {
            let slot = match &mut entry.event {
                Event::CpPlanStarted(it) => &mut it.testimony,
                Event::CpPlanReviewed(it) => &mut it.testimony,
                _ => continue,
            };
            let return_id = crate::ids::ReturnId(Uuid::from_u128(0x3e));
            let (rows, faults) = (Vec::new(), Vec::new());
            *slot = Some(crate::testimony::Testimony { return_id, as_of: day(as_of), rows, faults });
        }
    };
    let reviews = |history: &[Entry]| {
        let measured = measured(history).into_iter();
        measured.filter(|it| it.step == Step::HoldReviewConference).map(|it| it.nth).collect::<Vec<_>>()
    };
    tell(&mut history, "2026-03-31");
    assert_eq!(reviews(&history), [0, 1]);
    tell(&mut history, "2027-03-31");
    assert_eq!(reviews(&history), [1], "the first was due in January 2026");
}
