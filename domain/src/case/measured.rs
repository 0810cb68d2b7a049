//! How the limits were kept, as the record said it in time.
//!
//! A date that is written down after its limit, or changed after it, must not improve a figure: a step stays measured by
//! what was on record when its limit passed, or else by what was recorded first after it. Both are listed, so that
//! somebody can ask; so is a step that is gone from the record since its limit passed. Read over the raw history,
//! corrections included; the effective history has forgotten what was said first.
//!
//! Left out: the team's own days, and whether what is still open is overdue, which depends on whoever's today.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::clocks::{
    ASSESSMENT, FIRST_CORE_GROUP, FIRST_REVIEW, FURTHER_ASSESSMENT, INITIAL_CONFERENCE, LATER_REVIEW,
    REFERRAL_DECISION, Step, TRANSFER_IN_CONFERENCE,
};
use super::events::{ConferenceKind, ConferenceNeed};
use super::state::{Case, CpPlan, Episode, Fact};
use crate::decider::Decider as _;
use crate::entry::Entry;
use crate::event::Event;
use crate::history::effective;
use crate::when::civil_day;

/// One step with a limit, and how it was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measured {
    pub step: Step,
    /// The episode, assessment, enquiry or plan it belongs to.
    pub of: Uuid,
    /// Which of several, such as reviews of one plan; from 0.
    pub nth: usize,
    /// Day 0, and the last day, as they stood when that day passed.
    pub since: NaiveDate,
    pub limit: NaiveDate,
    /// When it was first said to be done, and when that was written down.
    pub first_done_on: Option<NaiveDate>,
    pub first_recorded_at: Option<DateTime<Utc>>,
    /// The day it is measured by: as on record when the limit passed, else as first recorded.
    pub done_on: Option<NaiveDate>,
    /// When it is said to have been done today.
    pub now_done_on: Option<NaiveDate>,
    /// Written down after the limit and after the day it is said to have been done, by somebody who was to do it (and not
    /// read from a return).
    pub is_recorded_late: bool,
    /// What counts was changed after the limit, or is gone: it would now be measured otherwise, or not at all.
    pub is_changed_after_limit: bool,
    /// The day of the return that alone tells of it: of how it was done, or while it is not done, of what it follows.
    pub said_until: Option<NaiveDate>,
}

impl Measured {
    /// True when it was done after its limit; `None` while it is not done.
    #[must_use]
    pub fn was_late(&self) -> Option<bool> {
        self.done_on.map(|done| done > self.limit)
    }
}

/// A step as a case tells it at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Told {
    since: NaiveDate,
    limit: NaiveDate,
    done: Option<Done>,
    said_until: Option<NaiveDate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Done {
    on: NaiveDate,
    said_as_of: Option<NaiveDate>,
}

type Key = (Step, Uuid, usize);

/// How a step stood since something was written down; none where it stood no more.
type Version = (DateTime<Utc>, Option<Told>);

/// Every step with a national limit that stands on this case, or was gone only after its limit, measured. `history` is
/// raw, in the order of the stream.
#[must_use]
pub fn measured(history: &[Entry]) -> Vec<Measured> {
    let mut measuring = Measuring::default();
    for (number, entry) in history.iter().enumerate() {
        if can_change_a_step(&entry.event) {
            let known = as_known(history.get(..=number).unwrap_or_default());
            measuring.take(entry, &known);
        }
    }
    measuring.measured().collect()
}

/// What was ever said of the steps of a case, as far as one has read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Measuring {
    versions: BTreeMap<Key, Vec<Version>>,
}

impl Measuring {
    /// Takes in how the case stands since an entry was written down. To be told in the order of the stream, of every entry
    /// that [`can_change_a_step`].
    pub fn take(&mut self, entry: &Entry, case: &Case) {
        let at = written_down(entry);
        let mut now = steps(case);
        if matches!(entry.event, Event::EntryMovedAway(_)) {
            // It goes on where it belongs, by when it was first written down here.
            self.versions.retain(|key, versions| now.contains_key(key) || last(versions).is_none());
        }
        for (key, versions) in &mut self.versions {
            let told = now.remove(key);
            if last(versions) != told {
                versions.push((at, told));
            }
        }
        self.versions.extend(now.into_iter().map(|(key, told)| (key, vec![(at, Some(told))])));
    }

    /// Every step that stands or was gone too late, measured.
    pub fn measured(&self) -> impl Iterator<Item = Measured> {
        self.versions.iter().filter_map(|(key, versions)| judge(*key, versions))
    }
}

fn last(versions: &[Version]) -> Option<Told> {
    versions.last().and_then(|(_, told)| *told)
}

/// What was first written down where an entry stood before keeps its time when it is moved.
fn written_down(entry: &Entry) -> DateTime<Utc> {
    match &entry.event {
        Event::EntryMovedHere(moved) => moved.first_recorded_at,
        _ => entry.recorded_at,
    }
}

/// False for what bears on no step.
#[must_use]
pub fn can_change_a_step(event: &Event) -> bool {
    !matches!(event, Event::NoteWritten(_) | Event::VisitMade(_) | Event::WorkerEnded(_))
}

/// A case as its history up to some entry tells it.
#[must_use]
pub fn as_known(history: &[Entry]) -> Case {
    let mut case = Case::initial();
    effective(history).iter().for_each(|entry| case.evolve(entry));
    case
}

fn judge((step, of, nth): Key, versions: &[Version]) -> Option<Measured> {
    let told = || versions.iter().filter_map(|(at, told)| Some((*at, (*told)?)));
    let done = || told().filter_map(|(at, told)| Some((at, told.done?)));
    let (first_at, first) = told().next()?;
    let now = last(versions);
    // Whatever is written by the end of the last day counts; the last day is the one of what was said first.
    let in_time = |limit: NaiveDate| versions.iter().rev().find(|(at, _)| civil_day(*at) <= limit);
    let clock = in_time(first.limit).map_or(Some(first), |(_, told)| *told).or(now)?;
    let when_it_passed = in_time(clock.limit);
    if now.is_none() {
        // What was taken back in time was never due, and what was only written down when it had passed may be on that
        // day; of what only a return told, a later return may tell otherwise.
        let was_due = in_time(clock.limit.max(civil_day(first_at))).is_some_and(|(_, told)| told.is_some());
        let is_said = told().next_back().is_some_and(|(_, told)| told.said_until.is_some());
        if !was_due || is_said {
            return None;
        }
    }
    let done_in_time = when_it_passed.and_then(|(_, told)| told.as_ref()?.done);
    let done_after = done().find(|(at, _)| civil_day(*at) > clock.limit);
    let recorded_late = done_after.filter(|_| done_in_time.is_none());
    let done_on = done_in_time.or(recorded_late.map(|(_, done)| done)).map(|done| done.on);
    let now_done_on = now.and_then(|now| now.done).map(|done| done.on);
    let first_done = done().next();
    Some(Measured {
        step,
        of,
        nth,
        since: clock.since,
        limit: clock.limit,
        first_done_on: first_done.map(|(_, done)| done.on),
        first_recorded_at: first_done.map(|(at, _)| at),
        done_on,
        now_done_on,
        is_recorded_late: recorded_late
            .is_some_and(|(at, done)| done.said_as_of.is_none() && civil_day(at) > done.on),
        is_changed_after_limit: done_on != now_done_on || now.is_none_or(|now| now.since != clock.since),
        said_until: now.and_then(|now| now.said_until),
    })
}

fn done<T>(fact: &Fact<T>) -> Done {
    Done { on: fact.day(), said_as_of: fact.said_as_of() }
}

impl Told {
    fn of(since: NaiveDate, limit: NaiveDate, done: Option<Done>, begun_as_of: Option<NaiveDate>) -> Self {
        let said_until = done.map_or(begun_as_of, |done| done.said_as_of);
        Self { since, limit, done, said_until }
    }
}

fn steps(case: &Case) -> BTreeMap<Key, Told> {
    let mut steps = BTreeMap::new();
    for episode in &case.episodes {
        of_referral(episode, &mut steps);
        of_assessments(episode, &mut steps);
        of_conferences(episode, &mut steps);
        for plan in &episode.cp_plans {
            of_plan(plan, &mut steps);
        }
    }
    if case.is_at_work() {
        // What a return began and nobody did yet is theirs to tell who were given it. No return tells of a core group.
        let open = steps
            .iter_mut()
            .filter(|((step, ..), told)| told.done.is_none() && *step != Step::HoldFirstCoreGroup);
        open.for_each(|(_, told)| told.said_until = None);
    }
    steps
}

fn of_referral(episode: &Episode, steps: &mut BTreeMap<Key, Told>) {
    let Some(referral) = &episode.referral else { return };
    let (since, as_of) = (referral.day(), referral.said_as_of());
    // Whoever began to work on it had decided to; a return tells no decision apart.
    let worked_on = || episode.activity().min().map(|on| Done { on, said_as_of: as_of });
    let decided = episode.decision.as_ref().map(done).or_else(worked_on);
    let told = Told::of(since, REFERRAL_DECISION.due(since), decided, as_of);
    steps.insert((Step::DecideReferral, episode.id.0, 0), told);
    if referral.value.transferred_from.is_some() {
        let held = episode.conferences.iter().filter_map(|conference| conference.held.as_ref());
        let held = held
            .filter(|held| held.value.kind == ConferenceKind::TransferIn)
            .map(done)
            .min_by_key(|done| done.on);
        let told = Told::of(since, TRANSFER_IN_CONFERENCE.due(since), held, as_of);
        steps.insert((Step::HoldTransferInConference, episode.id.0, 0), told);
    }
}

fn of_assessments(episode: &Episode, steps: &mut BTreeMap<Key, Told>) {
    let mut in_order: Vec<_> = episode
        .assessments
        .iter()
        .filter_map(|assessment| Some((assessment.run()?.from, assessment)))
        .collect();
    in_order.sort_by_key(|(from, _)| *from);
    for (nth, (from, assessment)) in in_order.into_iter().enumerate() {
        // The clock of the first runs from the referral; what came later could not.
        let (since, clock) = match episode.began().filter(|_| nth == 0) {
            Some(began) => (began, ASSESSMENT),
            None => (from, FURTHER_ASSESSMENT),
        };
        let as_of = assessment.started.as_ref().and_then(Fact::said_as_of);
        let told = Told::of(since, clock.due(since), assessment.completed.as_ref().map(done), as_of);
        steps.insert((Step::CompleteAssessment, assessment.id.0, 0), told);
    }
}

fn of_conferences(episode: &Episode, steps: &mut BTreeMap<Key, Told>) {
    for enquiry in &episode.section47s {
        let Some(started) = &enquiry.started else { continue };
        let held = episode.conferences.iter().filter_map(|conference| conference.held.as_ref());
        let held =
            held.filter(|held| held.value.section47 == Some(enquiry.id)).map(done).min_by_key(|done| done.on);
        let (since, as_of) = (started.day(), started.said_as_of());
        let told = Told::of(since, INITIAL_CONFERENCE.due(since), held, as_of);
        // One that was found not to be needed by its last day was never due.
        let not_needed = enquiry.concluded.as_ref().filter(|it| it.value != ConferenceNeed::Required);
        if not_needed.is_none_or(|concluded| told.limit < concluded.day()) {
            steps.insert((Step::HoldInitialConference, enquiry.id.0, 0), told);
        }
    }
}

fn of_plan(plan: &CpPlan, steps: &mut BTreeMap<Key, Told>) {
    let Some(started) = &plan.started else { return };
    let mut since = started.day();
    // A step whose limit comes after the plan's end was never due.
    let was_due = |told: &Told| {
        let ended = plan.ended.as_ref().map(Fact::day);
        told.done.is_some() || ended.is_none_or(|ended| told.limit < ended)
    };
    let met = plan.core_groups.iter().map(done).min_by_key(|done| done.on);
    // Whoever has the case since: no return tells of a core group.
    let told =
        Told { said_until: started.said_as_of(), ..Told::of(since, FIRST_CORE_GROUP.due(since), met, None) };
    if was_due(&told) {
        steps.insert((Step::HoldFirstCoreGroup, plan.id.0, 0), told);
    }
    let as_of = plan.said_until();
    for nth in 0..=plan.reviews.len() {
        let clock = if nth == 0 { FIRST_REVIEW } else { LATER_REVIEW };
        let review = plan.reviews.get(nth).map(done);
        let told = Told::of(since, clock.due(since), review, as_of);
        if was_due(&told) && !plan.began_before_its_returns(told.limit) {
            steps.insert((Step::HoldReviewConference, plan.id.0, nth), told);
        }
        since = review.map_or(since, |review| review.on);
    }
}

#[cfg(test)]
mod tests {
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
        let history =
            written_promptly(&being_assessed("2026-02-02").and(|case| authorised(case, "2026-03-02")));
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
            let conference = measured(&written_promptly(&given))
                .into_iter()
                .find(|it| it.step == Step::HoldInitialConference);
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
        let steps: Vec<_> = measured(&written_promptly(&given))
            .iter()
            .map(|measured| (measured.step, measured.nth))
            .collect();
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
}
