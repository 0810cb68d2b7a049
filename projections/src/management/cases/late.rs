//! Entries written down long after what they tell of. What a return says is late by its nature, and left out.

use chrono::{Days, NaiveDate};
use domain::case::testimony;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::{MovedAway, Withdrawn};
use domain::ids::EventId;
use domain::when::civil_day;
use domain::working_days::working_days_between;

use super::super::known::LineId;
use super::super::table;
use super::Counted;
use crate::rows::Row;

/// More working days than this between what happened and its being written down.
const LATE_AFTER: u16 = 5;

/// The entries of a case that were written late.
#[derive(Debug, Default)]
pub(super) struct LateEntries(Vec<Late>);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Late {
    entry: EventId,
    kind: &'static str,
    pub happened_on: NaiveDate,
    recorded_on: NaiveDate,
    working_days: usize,
}

impl LateEntries {
    /// Takes the next entry as it was written. True when another is late, or one is no more.
    ///
    /// An amendment changes nothing: it was late when it was written.
    pub fn take(&mut self, entry: &Entry) -> bool {
        match &entry.event {
            Event::EntryWithdrawn(Withdrawn { entry: gone, .. })
            | Event::EntryMovedAway(MovedAway { entry: gone, .. }) => {
                let before = self.0.len();
                self.0.retain(|late| late.entry != *gone);
                before != self.0.len()
            }
            Event::EntryMovedHere(moved) => {
                let content = Entry {
                    id: moved.entry,
                    recorded_at: moved.first_recorded_at,
                    event: (*moved.content).clone(),
                    ..entry.clone()
                };
                self.take(&content)
            }
            Event::EntryAmended(_) => false,
            _ => match late(entry) {
                Some(late) => {
                    self.0.push(late);
                    true
                }
                None => false,
            },
        }
    }

    pub fn lines(&self, lines: &mut Vec<Counted>) {
        lines.extend(self.0.iter().cloned().map(Counted::Late));
    }
}

fn late(entry: &Entry) -> Option<Late> {
    let (happened_on, recorded_on) = (entry.occurred.day(), civil_day(entry.recorded_at));
    // As many days in the calendar are never more working days.
    let soonest = happened_on.checked_add_days(Days::new(u64::from(LATE_AFTER)))?;
    if recorded_on <= soonest || testimony(&entry.event).is_some() {
        return None;
    }
    let working_days = working_days_between(happened_on, recorded_on);
    let kind = entry.event.kind();
    let late = Late { entry: entry.id, kind, happened_on, recorded_on, working_days };
    Some(late).filter(|late| late.working_days > usize::from(LATE_AFTER))
}

impl Late {
    pub fn id(&self) -> LineId {
        (table::LATE, self.entry.0, 0)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.entry.0)
            .text(self.kind)
            .date(self.happened_on)
            .date(self.recorded_on)
            .int(i32::try_from(self.working_days).unwrap_or(i32::MAX))
            .end();
    }
}
