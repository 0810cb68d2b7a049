//! The view `management`: what can be counted of the work, as it was known at every moment of the record.
//!
//! Read from each stream as it was written, corrections as well, into rows that say from when until when each was
//! known. A measure is then a choice of rows and a count: see [`measures`]. Left out: names of people, and all that
//! is sealed but the eighteenth birthday, at which what is owed to a child ends.

mod agencies;
mod alerts;
mod asked;
pub mod benchmarks;
mod births;
mod cases;
mod contacts;
mod facts;
mod figures;
mod known;
pub mod measures;
mod queries;
mod statement;
mod suppress;
pub mod window;

use domain::entry::Entry;
use domain::event::Event;
use domain::history::is_correction;
use uuid::Uuid;

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{History, Key, KeyState, Keys, Per, Poison, Table, View};

pub use asked::{Asked, Whose};
pub use figures::{Count, Detail, Group, Point, Value};
pub use queries::{Behind, ChildrenBehind, Page, children, names, teams, value, values};

/// The view's name.
pub const NAME: &str = "management";

/// See the module.
pub struct Management;

/// The tables, as [`View::tables`] counts them.
mod table {
    pub const CONTACT: usize = 0;
    pub const REFERRAL: usize = 1;
    pub const SECTION47: usize = 2;
    pub const STEP: usize = 3;
    pub const PLAN: usize = 4;
    pub const CATEGORY: usize = 5;
    pub const ALLOCATION: usize = 6;
    pub const WAITING: usize = 7;
    pub const LATE: usize = 8;
    pub const BIRTH: usize = 9;
    pub const AGENCY: usize = 10;
    pub const TEAM: usize = 11;
    pub const ALERT: usize = 12;
}

const fn of_a_stream(name: &'static str) -> Table {
    Table { name, key: "stream", per: Per::Key }
}

impl View for Management {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> u16 {
        4
    }

    fn tables(&self) -> &'static [Table] {
        const TABLES: &[Table] = &[
            of_a_stream("contact"),
            of_a_stream("referral"),
            of_a_stream("section47"),
            of_a_stream("step"),
            of_a_stream("plan"),
            of_a_stream("category"),
            of_a_stream("allocation"),
            of_a_stream("waiting"),
            of_a_stream("late"),
            of_a_stream("birth"),
            of_a_stream("agency"),
            of_a_stream("team"),
            of_a_stream("alert"),
        ];
        TABLES
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn opens(&self, kind: &str) -> bool {
        matches!(kind, "person.birth-recorded" | "person.born" | "entry.amended" | "entry.moved-here")
    }

    fn history(&self) -> History {
        History::AsWritten
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        // What a correction is about, its stream knows.
        if Book::about(&entry.event).is_some() || is_correction(&entry.event) {
            keys.add(entry.stream);
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Stream { id: key, book: None }))
    }
}

/// A stream of which something can be counted.
struct Stream {
    id: Uuid,
    /// None until an entry says what it is about.
    book: Option<Book>,
}

enum Book {
    Contact(contacts::Contact),
    Case(Box<cases::CaseBook>),
    Person(births::Person),
    Agency(agencies::Agency),
    Alert(alerts::Alert),
}

impl Book {
    /// The book an entry belongs in.
    fn about(event: &Event) -> Option<fn() -> Self> {
        Some(match event {
            Event::ContactRecorded(_)
            | Event::ContactDecided(_)
            | Event::ContactJoined(_)
            | Event::ContactParted(_) => || Self::Contact(contacts::Contact::default()),
            Event::PersonBirthRecorded(_) | Event::PersonBorn(_) | Event::PersonBirthAccepted(_) => {
                || Self::Person(births::Person::default())
            }
            Event::AgencyRegistered(_) | Event::AgencyTeamFormed(_) => {
                || Self::Agency(agencies::Agency::default())
            }
            Event::AlertRaised(_)
            | Event::AlertGrew(_)
            | Event::AlertLessened(_)
            | Event::AlertAccepted(_)
            | Event::AlertDismissed(_)
            | Event::AlertWithdrawn(_) => || Self::Alert(alerts::Alert::default()),
            Event::EntryMovedHere(moved) => return Self::about(&moved.content),
            event if child_of(event).is_some() => || Self::Case(Box::default()),
            _ => return None,
        })
    }
}

impl KeyState for Stream {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        if self.book.is_none() {
            self.book = Book::about(&entry.event).map(|begin| begin());
        }
        match &mut self.book {
            Some(Book::Contact(contact)) => contact.take(entry),
            Some(Book::Case(case)) => case.take(entry),
            Some(Book::Person(person)) => person.take(entry),
            Some(Book::Agency(agency)) => agency.take(entry),
            Some(Book::Alert(alert)) => alert.take(entry),
            None => {}
        }
        Ok(())
    }

    fn looks_back(&self, entry: &Entry) -> bool {
        match &self.book {
            Some(Book::Case(case)) => case.looks_back(entry),
            Some(_) => false,
            None => match &entry.event {
                Event::EntryMovedHere(moved) => child_of(&moved.content).is_some(),
                _ => false,
            },
        }
    }

    fn step_back(&mut self, history: &[Entry]) -> Result<(), Poison> {
        let Some(entry) = history.last() else { return Ok(()) };
        if self.book.is_none() {
            self.book = Book::about(&entry.event).map(|begin| begin());
        }
        if let Some(Book::Case(case)) = &mut self.book {
            case.take_back(history);
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        match &self.book {
            Some(Book::Contact(contact)) => contact.ledger.write(self.id, rows),
            Some(Book::Case(case)) => case.ledger.write(self.id, rows),
            Some(Book::Person(person)) => person.ledger.write(self.id, rows),
            Some(Book::Agency(agency)) => agency.write(self.id, rows),
            Some(Book::Alert(alert)) => alert.ledger.write(self.id, rows),
            None => {}
        }
    }
}
