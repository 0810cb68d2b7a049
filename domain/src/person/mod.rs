//! Anyone on record: a child, a parent, a carer, somebody alleged to have harmed.
//!
//! Nothing about a person is simply so: each thing is an assertion with its source, and two sources may disagree.
//! Whether two records are one person is not decided here.

mod accept_birth;
pub mod address;
mod assert;
mod assertion;
mod birth;
mod birth_date;
pub mod characteristics;
mod death;
pub mod duty;
pub mod events;
pub mod identifier;
mod lift_restriction;
pub mod missing;
pub mod name;
pub mod older;
mod open;
mod record_child;
mod restrict;
pub mod restriction;
pub mod uncertain_date;

pub use accept_birth::AcceptBirth;
pub use assert::Assert;
pub use assertion::{Assertion, Living};
pub use birth::RecordBirth;
pub use birth_date::{Adult, BirthDates, Word as BirthWord};
pub use death::RecordDeath;
pub use duty::{Duty, OnDuty, RecordAuthority};
pub use lift_restriction::LiftRestriction;
pub use missing::{Missing, MissingFrom, RecordFound, ReportMissing, ReturnInterview};
pub use open::Open;
pub use record_child::{ChildRow, DisabilityRow, RecordChild};
pub use restrict::Restrict;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{KeyId, PractitionerId};
use crate::testimony::{SaidRow, Testimony};
use crate::when::Occurred;

codes! {
    /// Whether somebody is born yet.
    PersonKind, "kind of person":
    Born => "born",
    Unborn => "unborn",
}

codes! {
    /// As the census has it; `u` is not known, and of every unborn child.
    Sex, "sex":
    Female => "f",
    Male => "m",
    Unknown => "u",
}

commands! {
    Open(Open),
    Assert(Assert),
    /// The unborn child is born.
    RecordBirth(RecordBirth),
    RecordDeath(RecordDeath),
    /// What a return says of a child.
    RecordChild(RecordChild),
    Restrict(Restrict),
    LiftRestriction(LiftRestriction),
    ReportMissing(ReportMissing),
    RecordFound(RecordFound),
    RecordAuthority(RecordAuthority),
    AcceptBirth(AcceptBirth),
}

/// A person as they stand.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Person {
    opened: Option<Opened>,
    /// In the order they were true.
    asserted: Vec<Asserted>,
    died: Option<Occurred>,
    restriction: Option<events::Restricted>,
    missing: Vec<Missing>,
    on_duty: Vec<OnDuty>,
    birth_dates: BirthDates,
    /// Rows of returns that are on record.
    rows: BTreeSet<SaidRow>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Opened {
    kind: PersonKind,
    key: KeyId,
}

/// An assertion on record. The event is one of those an [`Assertion`] leads to.
#[derive(Clone, PartialEq, Debug)]
struct Asserted {
    at: DateTime<Utc>,
    event: Event,
}

impl Person {
    /// The key under which everything personal about them is sealed; none when nobody is on record here.
    #[must_use]
    pub fn key(&self) -> Option<KeyId> {
        self.opened.map(|opened| opened.key)
    }

    #[must_use]
    pub fn kind(&self) -> Option<PersonKind> {
        self.opened.map(|opened| opened.kind)
    }

    #[must_use]
    pub fn died(&self) -> Option<Occurred> {
        self.died
    }

    #[must_use]
    pub fn restriction(&self) -> Option<&events::Restricted> {
        self.restriction.as_ref()
    }

    /// Where they are missing from, if anywhere.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// Which authorities owe them what, the responsible one first.
    #[must_use]
    pub fn on_duty(&self) -> &[OnDuty] {
        &self.on_duty
    }

    /// What was said of when they were born.
    #[must_use]
    pub fn birth_dates(&self) -> &BirthDates {
        &self.birth_dates
    }

    /// True when only named readers may see the record and this is not one of them.
    #[must_use]
    pub fn is_restricted_to(&self, reader: PractitionerId) -> bool {
        self.restriction
            .as_ref()
            .is_some_and(|restricted| restricted.owner != reader && !restricted.readers.contains(&reader))
    }

    /// The assertions that stand, in the order they were true.
    pub fn assertions(&self) -> impl Iterator<Item = &Event> {
        self.asserted.iter().map(|asserted| &asserted.event)
    }

    fn opened(&self) -> Result<Opened, Refusal> {
        self.opened.ok_or(NOT_OPENED)
    }

    /// The record, with a key that something can still be sealed under.
    fn opened_and_kept(&self) -> Result<Opened, Refusal> {
        if self.asserted.iter().any(Asserted::is_erased) { Err(ERASED) } else { self.opened() }
    }
}

/// What a return says, or `None` for an event that a practitioner recorded or that is not a person's.
#[must_use]
pub fn testimony(event: &Event) -> Option<&Testimony> {
    match event {
        Event::PersonOpened(it) => it.testimony.as_ref(),
        Event::PersonNamed(it) => it.testimony.as_ref(),
        Event::PersonBirthRecorded(it) => it.testimony.as_ref(),
        Event::PersonSexRecorded(it) => it.testimony.as_ref(),
        Event::PersonIdentifierRecorded(it) => it.testimony.as_ref(),
        Event::PersonCharacteristicsRecorded(it) => it.testimony.as_ref(),
        Event::PersonAddressRecorded(it) => it.testimony.as_ref(),
        Event::PersonBorn(it) => it.testimony.as_ref(),
        Event::PersonDied(it) => it.testimony.as_ref(),
        _ => None,
    }
}

const NOT_OPENED: Refusal =
    Refusal { code: "not-opened", sentence: "Nobody is on record here yet; open a record for them first." };
const ERASED: Refusal = Refusal {
    code: "erased",
    sentence: "What was on record about them has been erased; open a new record if they need protection again.",
};

impl Decider for Person {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        self.rows.extend(testimony(&entry.event).iter().flat_map(|said| &said.rows));
        self.birth_dates.step(entry);
        match &entry.event {
            Event::PersonOpened(opened) => {
                self.opened = Some(Opened { kind: opened.kind, key: opened.key });
            }
            Event::PersonNamed(_)
            | Event::PersonBirthRecorded(_)
            | Event::PersonSexRecorded(_)
            | Event::PersonIdentifierRecorded(_)
            | Event::PersonCharacteristicsRecorded(_)
            | Event::PersonAddressRecorded(_) => {
                self.asserted.push(Asserted { at: entry.occurred.earliest(), event: entry.event.clone() });
            }
            Event::PersonBorn(_) => {
                self.asserted.push(Asserted { at: entry.occurred.earliest(), event: entry.event.clone() });
                if let Some(opened) = &mut self.opened {
                    opened.kind = PersonKind::Born;
                }
            }
            Event::PersonDied(_) => self.died = Some(entry.occurred),
            Event::PersonRestricted(restricted) => self.restriction = Some(restricted.clone()),
            Event::PersonUnrestricted(_) => self.restriction = None,
            Event::PersonAuthorityRecorded(_) => duty::step(&mut self.on_duty, entry),
            Event::PersonMissingReported(_) | Event::PersonFound(_) => {
                missing::step(&mut self.missing, entry.occurred, &entry.event);
            }
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Open(command) => command.decide(self, act),
            Command::Assert(command) => command.decide(self, act),
            Command::RecordBirth(command) => command.decide(self, act),
            Command::RecordDeath(command) => command.decide(self, act),
            Command::RecordChild(command) => command.decide(self, act),
            Command::Restrict(command) => command.decide(self, act),
            Command::LiftRestriction(command) => command.decide(self, act),
            Command::ReportMissing(command) => command.decide(self, act),
            Command::RecordFound(command) => command.decide(self, act),
            Command::RecordAuthority(command) => command.decide(self, act),
            Command::AcceptBirth(command) => command.decide(self, act),
        }
    }
}
