//! The year somebody was or is to be born in: all that counts by age need, and all that is not sealed.

use domain::entry::Entry;
use domain::event::Event;
use domain::person::uncertain_date::Precision;
use uuid::Uuid;

use super::facts::Facts;
use super::known::{Ledger, Line, LineId};
use super::table;
use crate::rows::Row;

/// What is kept of a person.
#[derive(Debug, Default)]
pub struct Person {
    facts: Facts<(i32, bool)>,
    pub ledger: Ledger<BirthLine>,
}

impl Person {
    pub fn take(&mut self, entry: &Entry) {
        self.facts.take(entry, |entry| match &entry.event {
            Event::PersonBirthRecorded(it) => Some((it.year, it.precision == Precision::Expected)),
            Event::PersonBorn(it) => Some((it.year, false)),
            _ => None,
        });
        let last = self.facts.iter().last();
        let line = last.map(|&(year, is_unborn)| BirthLine { person: entry.stream, year, is_unborn });
        self.ledger.tell(entry.position, line.into_iter().collect());
    }
}

/// A birth as it can be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BirthLine {
    person: Uuid,
    year: i32,
    is_unborn: bool,
}

impl Line for BirthLine {
    fn id(&self) -> LineId {
        (table::BIRTH, self.person, 0)
    }

    fn write(&self, row: Row<'_>) {
        row.int(self.year).bool(self.is_unborn).end();
    }
}
