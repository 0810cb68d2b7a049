//! When somebody was or is to be born, as far as counts need it: the year, and the day from which they are an adult.
//!
//! Every date of birth that was ever said is read, and which was accepted. One that is uncertain or disputed makes nobody
//! an adult (`domain::person::BirthDates`).

use chrono::NaiveDate;
use domain::entry::Entry;
use domain::event::Event;
use domain::person::uncertain_date::Precision;
use domain::person::{Adult, BirthDates, BirthWord};
use uuid::Uuid;

use super::facts::Facts;
use super::known::{Ledger, Line, LineId};
use super::table;
use crate::rows::Row;

/// What is kept of a person.
#[derive(Debug, Default)]
pub struct Person {
    facts: Facts<Fact>,
    pub ledger: Ledger<BirthLine>,
}

#[derive(Debug)]
struct Fact {
    /// The year, and whether the birth was only expected.
    born: Option<(i32, bool)>,
    word: Option<BirthWord>,
}

impl Person {
    pub fn take(&mut self, entry: &Entry) {
        self.facts.take(entry, read);
        let mut dates = BirthDates::default();
        dates.extend(self.facts.iter().filter_map(|fact| fact.word));
        let adult_from = match dates.adult() {
            Adult::From(day) => Some(day),
            Adult::Unsettled(_) | Adult::Unknown => None,
        };
        // What a person accepted goes before what was said last.
        let accepted = dates.accepted().map(|date| (date.year(), false));
        let born = accepted.or_else(|| self.facts.iter().filter_map(|fact| fact.born).last());
        let line =
            born.map(|(year, is_unborn)| BirthLine { person: entry.stream, year, is_unborn, adult_from });
        self.ledger.tell(entry.position, line.into_iter().collect());
    }
}

fn read(entry: &Entry) -> Option<Fact> {
    let born = match &entry.event {
        Event::PersonBirthRecorded(it) => Some((it.year, it.precision == Precision::Expected)),
        Event::PersonBorn(it) => Some((it.year, false)),
        Event::PersonBirthAccepted(_) => None,
        _ => return None,
    };
    Some(Fact { born, word: BirthWord::of(entry) })
}

/// A birth as it can be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BirthLine {
    person: Uuid,
    year: i32,
    is_unborn: bool,
    /// The eighteenth birthday, where the date of birth is settled.
    adult_from: Option<NaiveDate>,
}

impl Line for BirthLine {
    fn id(&self) -> LineId {
        (table::BIRTH, self.person, 0)
    }

    fn write(&self, row: Row<'_>) {
        row.int(self.year).bool(self.is_unborn).opt_date(self.adult_from).end();
    }
}
