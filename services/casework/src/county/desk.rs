//! The front doors' desk: what linkage finds as the story goes, and what is decided about it some days later.
//!
//! It looks once a week of the story, at what was recorded up to then, and draws for each alert by itself, so that how
//! quickly the story is told changes nothing but what a correction on its way takes away a week early or late. Alerts are found by the rules themselves, by looks that follow the story; nothing here knows in advance what they
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

use super::calendar::{after, in_office_hours, working_day};
use super::crew::{Crew, Teller};
use super::dice::Dice;
use super::script::{Act, Deed, Thread};
use super::words::Words;
use super::{County, Untold};
use crate::execute::{Command, Done};
use crate::work::{Look, Looked, may_change};

/// A look does for all that was recorded in this time, counted from the county's beginning.
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
    seed: u64,
    /// Children whose alerts nobody of the county decides.
    left: BTreeSet<PersonId>,
    /// Streams, with the first and the last time they were written to since a look at them.
    touched: BTreeMap<Uuid, (DateTime<Utc>, DateTime<Utc>)>,
    /// Up to when the last look went, and whether it is still under way.
    looked_at: DateTime<Utc>,
    is_looking: bool,
    alerts: Position,
    waiting: BTreeMap<(DateTime<Utc>, AlertId), Waiting>,
}

impl<'d> Desk<'d> {
    pub fn new(crew: &'d Crew, words: &'d Words, county: &County, left: BTreeSet<PersonId>) -> Self {
        Self {
            crew,
            words,
            seed: county.seed,
            left,
            touched: BTreeMap::new(),
            looked_at: county.begin,
            is_looking: false,
            alerts: Position::START,
            waiting: BTreeMap::new(),
        }
    }

    /// True when an order of this time does not run too far ahead of a look.
    pub fn has_time_for(&self, at: DateTime<Utc>) -> bool {
        !self.is_looking || at <= self.looked_at + AHEAD
    }

    /// An order was carried out on a stream.
    pub fn take(&mut self, fact: &str, done: &Done) {
        if may_change(fact) {
            let at = done.recorded_at;
            let (first, last) = self.touched.entry(done.stream).or_insert((at, at));
            (*first, *last) = (at.min(*first), at.max(*last));
        }
    }

    /// The next look, when there is something to look at and it is time.
    pub fn look(&mut self, now: DateTime<Utc>, record: Position, is_last: Last) -> Option<Look> {
        let next = self.looked_at + LOOK_EVERY;
        if self.is_looking || self.touched.is_empty() || (now < next && is_last == Last::No) {
            return None;
        }
        let upto = if is_last == Last::Yes { now } else { next };
        self.looked_at = upto;
        let mut streams = BTreeSet::new();
        self.touched.retain(|stream, (first, last)| {
            if *first <= upto {
                streams.insert(*stream);
                *first = upto;
            }
            *last > upto
        });
        self.is_looking = !streams.is_empty();
        self.is_looking.then_some(Look { streams, record, alerts: self.alerts, recorded_at: Some(upto) })
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
            let mut dice = Dice::of(self.seed, &format!("alert {} on {}", alert.0, self.looked_at));
            let wait = dice.range(&[((0, 1), 70), ((2, 4), 22), ((5, 25), 8)]);
            let day = working_day(after(civil_day(self.looked_at), wait + 1));
            let at = in_office_hours(day, &mut dice);
            self.waiting.insert((at, alert), Waiting { says, since: self.looked_at, dice });
        }
    }

    /// The decision that is due before an order of this time.
    pub fn due(&mut self, before: DateTime<Utc>) -> Result<Option<Act>, Untold> {
        let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= before) else {
            return Ok(None);
        };
        let ((at, alert), Waiting { says, since, mut dice }) = entry.remove_entry();
        let Some(teller) = self.front_door(&says, &mut dice) else { return Ok(None) };
        let command: OfAlert = match dice.weighted(&DECISIONS).flatten() {
            Some(follows) => Accept { follows, note: None }.into(),
            None => Dismiss { reason: self.words.account("alert-dismissed", &mut dice)? }.into(),
        };
        Ok(Some(Act {
            at,
            thread: Thread::Stream(alert.0),
            teller,
            purpose: Purpose::SafeguardingCheck,
            key: format!("county: alert {} on {since}", alert.0),
            told: None,
            deed: Deed::DecideAlert(Box::new(Command::Alert { id: alert, command })),
        }))
    }

    fn front_door(&self, says: &Said, dice: &mut Dice) -> Option<Teller> {
        let authority = says.authority.as_ref()?;
        let council = self.crew.councils.iter().find(|council| council.authority == *authority)?;
        dice.pick(&council.front_door).copied()
    }
}

/// An alert that somebody is yet to decide.
struct Waiting {
    says: Said,
    /// The look that found it.
    since: DateTime<Utc>,
    dice: Dice,
}

/// Whether a look is the one after which nothing more is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}
