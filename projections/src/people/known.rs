//! What is remembered of somebody: what is not sealed, and what a search compares.

use chrono::NaiveDate;
use domain::entry::Entry;
use domain::event::Event;
use domain::matching::{Home, OnRecord, houses_in, keys_of};
use domain::person::address::AddressClass;
use domain::person::events::AddressRecorded;
use domain::person::identifier::Scheme;
use domain::person::name::NameUse;
use domain::person::{Adult, BirthDates, PersonKind, Sex};

use super::{PERSON, SOUGHT, legible};
use crate::rows::Rows;
use crate::view::{Key, KeyState, Poison};

/// A person as the index knows them.
pub(super) struct Known {
    key: Key,
    kind: Option<PersonKind>,
    sex: Option<Sex>,
    died_on: Option<NaiveDate>,
    births: BirthDates,
    record: OnRecord,
    /// Of which only the social care of their own authority may know.
    closed: Vec<Home>,
}

impl Known {
    pub(super) fn nothing(key: Key) -> Self {
        Self {
            key,
            kind: None,
            sex: None,
            died_on: None,
            births: BirthDates::default(),
            record: OnRecord::default(),
            closed: Vec::new(),
        }
    }

    /// What one source calls open and another does not is not open.
    fn searchable(&self) -> OnRecord {
        let mut record = self.record.clone();
        record.homes.retain(|home| self.closed.iter().all(|closed| closed.postcode != home.postcode));
        record
    }

    fn live_at(&mut self, recorded: &AddressRecorded) -> Result<(), Poison> {
        let Some(address) = legible(&recorded.address)? else { return Ok(()) };
        let Some(postcode) = address.postcode() else { return Ok(()) };
        // Where many stay finds nobody and says nothing.
        if recorded.is_communal {
            return Ok(());
        }
        let home = Home { postcode: postcode.to_owned(), houses: houses_in(address), communal: false };
        let homes = if is_searchable(recorded.class) { &mut self.record.homes } else { &mut self.closed };
        homes.retain(|known| *known != home);
        homes.push(home);
        Ok(())
    }
}

/// Whether whoever may search at all may find somebody by it.
fn is_searchable(class: AddressClass) -> bool {
    match class {
        AddressClass::Ordinary => true,
        AddressClass::Withheld | AddressClass::Placement | AddressClass::Refuge => false,
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.reserve_exact(1);
        list.push(one);
    }
}

impl KeyState for Known {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        self.births.step(entry);
        match &entry.event {
            Event::PersonOpened(opened) => self.kind = self.kind.or(Some(opened.kind)),
            Event::PersonSexRecorded(recorded) => self.sex = Some(recorded.sex),
            Event::PersonDied(_) => self.died_on = Some(entry.occurred.day()),
            Event::PersonNamed(named) => {
                if let Some(name) = legible(&named.name)? {
                    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
                    let name = (text(name.given()), text(name.family()));
                    // The usual name said last comes first: it is the one they are called by.
                    self.record.names.retain(|known| *known != name);
                    let place = if named.usage == NameUse::Usual { 0 } else { self.record.names.len() };
                    self.record.names.insert(place, name);
                }
            }
            Event::PersonBirthRecorded(recorded) => {
                legible(&recorded.date)?.into_iter().for_each(|date| add(&mut self.record.births, *date));
            }
            Event::PersonBorn(born) => {
                self.kind = Some(PersonKind::Born);
                legible(&born.date)?.into_iter().for_each(|date| add(&mut self.record.births, *date));
            }
            Event::PersonIdentifierRecorded(recorded) if recorded.scheme == Scheme::Nhs => {
                if let Some(value) = legible(&recorded.value)? {
                    add(&mut self.record.nhs_numbers, domain::matching::plain::number(value));
                }
            }
            Event::PersonAddressRecorded(recorded) => self.live_at(recorded)?,
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let homes = |homes: &[Home]| homes.iter().map(written).collect::<Vec<_>>();
        let record = self.searchable();
        rows.row(PERSON)
            .uuid(self.key)
            .opt_text(self.kind.map(PersonKind::code))
            .opt_text(self.sex.map(Sex::code))
            .opt_date(self.died_on)
            .opt_date(match self.births.adult() {
                Adult::From(day) => Some(day),
                Adult::Unsettled(_) | Adult::Unknown => None,
            })
            .opt_date(match self.births.adult() {
                Adult::Unsettled(day) => Some(day),
                Adult::From(_) | Adult::Unknown => None,
            })
            .opt_uuid(self.births.accepted_entry().map(|entry| entry.0))
            .texts(self.record.names.iter().map(|(given, _)| given))
            .texts(self.record.names.iter().map(|(_, family)| family))
            .texts(self.record.births.iter().map(|born| born.to_text()))
            .texts(&self.record.nhs_numbers)
            .texts(homes(&record.homes))
            .texts(homes(&self.closed))
            .end();
        for key in keys_of(&record, &self.closed) {
            rows.row(SOUGHT).uuid(self.key).long(key).end();
        }
    }
}

/// A home in one text; folded houses and postcodes hold no bar.
fn written(home: &Home) -> String {
    std::iter::once(&home.postcode).chain(&home.houses).map(String::as_str).collect::<Vec<_>>().join("|")
}

/// A home as it was [`written`].
pub(super) fn read_home(text: &str) -> Home {
    let mut parts = text.split('|').map(str::to_owned);
    Home { postcode: parts.next().unwrap_or_default(), houses: parts.collect(), communal: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_reads_back_as_it_was_written() {
        let home = Home {
            postcode: "LS1 1UR".to_owned(),
            houses: vec!["3".to_owned(), "12a".to_owned()],
            communal: false,
        };
        assert_eq!(read_home(&written(&home)), home);
    }
}
