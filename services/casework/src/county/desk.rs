//! The front doors' desk: what linkage finds as the story goes, and what is decided about it some days later.
//!
//! Alerts are found by the rules themselves, by looks that follow the story; nothing here knows in advance what they
//! find. What concerns the families with names stays for whoever visits the demonstration to decide.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::alert::events::Said;
use domain::alert::{Accept, Command as OfAlert, Dismiss, Follows};
use domain::ids::{AlertId, PersonId};
use domain::when::civil_day;
use event_store::Position;
use uuid::Uuid;

use super::Untold;
use super::calendar::{after, in_office_hours, working_day};
use super::crew::{Crew, Teller};
use super::dice::Dice;
use super::script::{Act, Deed, Thread};
use super::words::Words;
use crate::execute::{Command, Done};
use crate::work::{Look, Looked, may_change};

/// A look does for all that was recorded in this time.
const LOOK_EVERY: TimeDelta = TimeDelta::days(7);
/// How far the story may be ahead of a look.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// In hundredths of alerts: what follows, if anything. No figures are published.
const DECISIONS: [(Option<Follows>, u32); 5] = [
    (None, 54),
    (Some(Follows::WorkerTold), 22),
    (Some(Follows::EarlyHelp), 9),
    (Some(Follows::Assessment), 10),
    (Some(Follows::StrategyDiscussion), 5),
];

pub(super) struct Desk<'d> {
    crew: &'d Crew,
    words: &'d Words,
    dice: Dice,
    /// Children whose alerts nobody of the county decides.
    left: BTreeSet<PersonId>,
    touched: BTreeSet<Uuid>,
    /// What was the newest when the last look began, and whether it is still under way.
    looked_at: DateTime<Utc>,
    is_looking: bool,
    alerts: Position,
    waiting: BTreeMap<(DateTime<Utc>, AlertId), Said>,
    decided: u32,
}

impl<'d> Desk<'d> {
    pub fn new(crew: &'d Crew, words: &'d Words, seed: u64, left: BTreeSet<PersonId>) -> Self {
        Self {
            crew,
            words,
            dice: Dice::of(seed, "desk"),
            left,
            touched: BTreeSet::new(),
            looked_at: DateTime::UNIX_EPOCH,
            is_looking: false,
            alerts: Position::START,
            waiting: BTreeMap::new(),
            decided: 0,
        }
    }

    /// True when an order of this time does not run too far ahead of a look.
    pub fn has_time_for(&self, at: DateTime<Utc>) -> bool {
        !self.is_looking || at <= self.looked_at + AHEAD
    }

    /// An order was carried out on a stream.
    pub fn take(&mut self, fact: &str, done: &Done) {
        if may_change(fact) {
            self.touched.insert(done.stream);
        }
    }

    /// The next look, when there is something to look at and it is time.
    pub fn look(&mut self, now: DateTime<Utc>, record: Position, is_last: Last) -> Option<Look> {
        let is_time = now - self.looked_at >= LOOK_EVERY || is_last == Last::Yes;
        if self.is_looking || self.touched.is_empty() || !is_time {
            return None;
        }
        self.is_looking = true;
        self.looked_at = now;
        let streams = std::mem::take(&mut self.touched);
        Some(Look { streams, record, alerts: self.alerts, recorded_at: Some(now) })
    }

    /// What a look found waits for somebody to decide.
    pub fn looked(&mut self, looked: Looked) {
        self.is_looking = false;
        self.alerts = looked.alerts;
        for (alert, says) in looked.said {
            let is_left = says.children.iter().any(|child| self.left.contains(child));
            if is_left || self.waiting.keys().any(|(_, waiting)| *waiting == alert) {
                continue;
            }
            let wait = self.dice.range(&[((0, 1), 70), ((2, 4), 22), ((5, 25), 8)]);
            let day = working_day(after(civil_day(self.looked_at), wait + 1));
            self.waiting.insert((in_office_hours(day, &mut self.dice), alert), says);
        }
    }

    /// The decision that is due before an order of this time.
    pub fn due(&mut self, before: DateTime<Utc>) -> Result<Option<Act>, Untold> {
        let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= before) else {
            return Ok(None);
        };
        let ((at, alert), says) = entry.remove_entry();
        let Some(teller) = self.front_door(&says) else { return Ok(None) };
        let command: OfAlert = match self.dice.weighted(&DECISIONS).flatten() {
            Some(follows) => Accept { follows, note: None }.into(),
            None => Dismiss { reason: self.words.account("alert-dismissed", &mut self.dice)? }.into(),
        };
        self.decided += 1;
        Ok(Some(Act {
            at,
            thread: Thread::Stream(alert.0),
            teller,
            purpose: Purpose::SafeguardingCheck,
            key: format!("county: alert {}/{}", alert.0, self.decided),
            told: None,
            deed: Deed::DecideAlert(Box::new(Command::Alert { id: alert, command })),
        }))
    }

    fn front_door(&mut self, says: &Said) -> Option<Teller> {
        let authority = says.authority.as_ref()?;
        let council = self.crew.councils.iter().find(|council| council.authority == *authority)?;
        self.dice.pick(&council.front_door).copied()
    }
}

/// Whether a look is the one after which nothing more is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}
