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
    /// How many of the names are usual ones, which come first.
    usual: usize,
    /// Where they live and lived, each as one class of address: only an ordinary one is searched by all.
    homes: Vec<(AddressClass, Home)>,
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
            usual: 0,
            homes: Vec::new(),
        }
    }

    /// Those that only some who search may know of.
    fn closed(&self) -> impl Iterator<Item = &(AddressClass, Home)> {
        self.homes.iter().filter(|(class, _)| !is_searchable(*class))
    }

    /// What one source calls open and another does not is not open.
    fn searchable(&self) -> OnRecord {
        let is_closed = |home: &Home| self.closed().any(|(_, closed)| closed.postcode == home.postcode);
        let ordinary = self.homes.iter().filter(|(class, _)| is_searchable(*class)).map(|(_, home)| home);
        let mut record = self.record.clone();
        record.homes.extend(ordinary.filter(|home| !is_closed(home)).cloned());
        record
    }

    /// What they are called comes first: the usual name said last, or where there is none the name said last.
    fn called(&mut self, name: (String, String), usage: NameUse) {
        let names = &mut self.record.names;
        if let Some(place) = names.iter().position(|known| *known == name) {
            names.remove(place);
            self.usual -= usize::from(place < self.usual);
        }
        let is_usual = usage == NameUse::Usual;
        names.insert(if is_usual { 0 } else { self.usual }, name);
        self.usual += usize::from(is_usual);
    }

    fn live_at(&mut self, recorded: &AddressRecorded) -> Result<(), Poison> {
        let Some(address) = legible(&recorded.address)? else { return Ok(()) };
        let Some(postcode) = address.postcode() else { return Ok(()) };
        let (postcode, houses) = (postcode.to_owned(), houses_in(address));
        let mut home = Home { postcode, houses, communal: recorded.is_communal };
        self.homes.retain(|(class, known)| {
            let is_same = *class == recorded.class
                && (&known.postcode, &known.houses) == (&home.postcode, &home.houses);
            // Where one source says that many stay, many stay.
            home.communal |= is_same && known.communal;
            !is_same
        });
        self.homes.push((recorded.class, home));
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
                    self.called(name, named.usage);
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
            .texts(record.homes.iter().map(written))
            .texts(self.closed().map(|(class, home)| format!("{}|{}", class.code(), written(home))))
            .end();
        let closed: Vec<Home> = self.closed().map(|(_, home)| home.clone()).collect();
        for key in keys_of(&record, &closed) {
            rows.row(SOUGHT).uuid(self.key).long(key).end();
        }
    }
}

/// What a home is written with where many stay.
const MANY_STAY: &str = "communal";

/// A home in one text; folded houses and postcodes hold no bar.
fn written(home: &Home) -> String {
    let mark = if home.communal { MANY_STAY } else { "" };
    let houses = home.houses.iter().map(String::as_str);
    [mark, &home.postcode].into_iter().chain(houses).collect::<Vec<_>>().join("|")
}

/// A home as it was [`written`].
pub(super) fn read_home(text: &str) -> Home {
    let mut parts = text.split('|').map(str::to_owned);
    let communal = parts.next().is_some_and(|mark| mark == MANY_STAY);
    Home { communal, postcode: parts.next().unwrap_or_default(), houses: parts.collect() }
}

/// A closed home and its class; none for a class that this program does not know.
pub(super) fn read_closed(text: &str) -> Option<(AddressClass, Home)> {
    let (class, home) = text.split_once('|')?;
    Some((class.parse().ok()?, read_home(home)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_reads_back_as_it_was_written() {
        for communal in [false, true] {
            let home = Home {
                postcode: "LS1 1UR".to_owned(),
                houses: vec!["3".to_owned(), "12a".to_owned()],
                communal,
            };
            assert_eq!(read_home(&written(&home)), home);
            let closed = format!("refuge|{}", written(&home));
            assert_eq!(read_closed(&closed), Some((AddressClass::Refuge, home)));
        }
    }
}
