//! The view `people`: who is on record, found exactly by a number or by name and date of birth, or by what is near.
//!
//! The only view that holds unsealed text. What is erased is not in it; a search has no
//! as-of, which who somebody was has. What is near is
//! judged by `domain::matching`; here are the keys it is found by. Left out: whether two records are one person.

mod candidates;
mod known;
mod queries;
mod then;

use domain::entry::Entry;
use domain::event::Event;
use domain::matching::plain as fold;
use domain::person::identifier::Scheme;
use domain::person::uncertain_date::UncertainDate;
use domain::sealed::Sealed;
use domain::source::Source;

use crate::about::person_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use candidates::{Candidate, Candidates, Particulars, candidates};
pub use queries::{
    Birth, Found, Identifier, Name, PerhapsAdult, Person, Search, known, known_whole, perhaps_adult, search,
};
pub use then::{Then, as_known, as_known_at};

/// See the module.
pub struct People;

pub(crate) static PEOPLE: People = People;

const NAME: usize = 0;
const IDENTIFIER: usize = 1;
const BIRTH: usize = 2;
const PERSON: usize = 3;
const SOUGHT: usize = 4;

impl View for People {
    fn name(&self) -> &'static str {
        "people"
    }

    fn version(&self) -> u16 {
        8
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "name", key: "person", per: Per::Entry },
            Table { name: "identifier", key: "person", per: Per::Entry },
            Table { name: "birth", key: "person", per: Per::Entry },
            Table { name: "person", key: "person", per: Per::Key },
            Table { name: "sought", key: "person", per: Per::Key },
        ]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn opens(&self, kind: &str) -> bool {
        matches!(
            kind,
            "person.named"
                | "person.birth-recorded"
                | "person.born"
                | "person.identifier-recorded"
                | "person.address-recorded"
                | "entry.amended"
                | "entry.moved-here"
        )
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        let person = person_of(entry).filter(|_| {
            matches!(
                entry.event,
                Event::PersonOpened(_)
                    | Event::PersonNamed(_)
                    | Event::PersonBirthRecorded(_)
                    | Event::PersonBorn(_)
                    | Event::PersonBirthAccepted(_)
                    | Event::PersonSexRecorded(_)
                    | Event::PersonDied(_)
                    | Event::PersonIdentifierRecorded(_)
                    | Event::PersonAddressRecorded(_)
            )
        });
        if let Some(person) = person {
            keys.add(person.0);
        }
    }

    fn entry_rows(&self, key: Key, entry: &Entry, rows: &mut Rows) -> Result<(), Poison> {
        match &entry.event {
            Event::PersonNamed(named) => {
                if let Some(name) = legible(&named.name)? {
                    let (given, family) = (name.given(), name.family());
                    rows.row(NAME)
                        .uuid(key)
                        .uuid(entry.id.0)
                        .instant(entry.occurred.earliest())
                        .position(entry.position)
                        .text(named.usage.code())
                        .opt_text(given)
                        .opt_text(family)
                        .text(&fold::name(given.unwrap_or_default()))
                        .text(&fold::name(family.unwrap_or_default()))
                        .end();
                }
            }
            Event::PersonIdentifierRecorded(recorded) => {
                if let Some(value) = legible(&recorded.value)? {
                    let authority = match &recorded.scheme {
                        Scheme::LaChildId { authority } => Some(authority.as_str()),
                        Scheme::Nhs | Scheme::Upn | Scheme::FormerUpn => None,
                    };
                    rows.row(IDENTIFIER)
                        .uuid(key)
                        .uuid(entry.id.0)
                        .instant(entry.occurred.earliest())
                        .position(entry.position)
                        .text(recorded.scheme.name().code())
                        .opt_text(authority)
                        .text(value)
                        .text(&fold::number(value))
                        .end();
                }
            }
            Event::PersonBirthRecorded(recorded) => {
                birth_row(key, entry, &recorded.date, recorded.source, rows)?
            }
            Event::PersonBorn(born) => birth_row(key, entry, &born.date, born.source, rows)?,
            _ => {}
        }
        Ok(())
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(known::Known::nothing(key)))
    }
}

/// The content of a sealed part; `None` when its key was destroyed.
fn legible<T>(sealed: &Sealed<T>) -> Result<Option<&T>, Poison> {
    match sealed.opened() {
        None => Err(Poison { code: "part-not-opened" }),
        Some(_) => Ok(sealed.known()),
    }
}

fn birth_row(
    key: Key,
    entry: &Entry,
    date: &Sealed<UncertainDate>,
    source: Source,
    rows: &mut Rows,
) -> Result<(), Poison> {
    if let Some(date) = legible(date)? {
        rows.row(BIRTH)
            .uuid(key)
            .uuid(entry.id.0)
            .instant(entry.occurred.earliest())
            .position(entry.position)
            .text(&date.to_text())
            .date(date.earliest())
            .date(date.latest())
            .text(source.basis.code())
            .uuid(source.agency.0)
            .end();
    }
    Ok(())
}
