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
mod tests;
