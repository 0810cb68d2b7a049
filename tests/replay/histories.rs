//! Random histories of a few invented children: ordinary entries ([`entries`]), late ones, and every kind of correction.

mod entries;

use chrono::{Days, NaiveDate};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::contact::Outcome;
use domain::event::Event;
use domain::history::{Amended, MovedAway, MovedHere, Reason, Withdrawn};
use domain::ids::{AgencyId, EventId, KeyId, PersonId, PractitionerId};
use domain::person::PersonKind;
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::StreamId;
use uuid::Uuid;

use crate::record::Record;

/// How many children a history is about: few, so that everything meets everything.
const CHILDREN: u64 = 6;
/// What their numbers begin with, for the search.
pub const AUTHORITY: &str = "383";

/// A small generator: the same seed, the same history.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let len = u64::try_from(items.len()).expect("a small number");
        items.get(usize::try_from(self.below(len)).expect("a small number"))
    }
}

/// An entry that may still be corrected.
#[derive(Clone)]
struct Standing {
    stream: StreamId,
    id: Uuid,
    event: Event,
    occurred: Occurred,
    recorded_at: chrono::DateTime<chrono::Utc>,
}

/// A history being written.
pub struct History {
    pub record: Record,
    dice: Dice,
    keys: Vec<KeyId>,
    standing: Vec<Standing>,
    contacts: Vec<StreamId>,
    alerts: Vec<StreamId>,
    ties: Vec<StreamId>,
    next: u128,
}

pub fn child(number: u64) -> PersonId {
    PersonId(Uuid::from_u128(0xc000 + u128::from(number)))
}

pub fn children() -> Vec<PersonId> {
    (0..CHILDREN).map(child).collect()
}

fn stream(category: &str, id: Uuid) -> StreamId {
    StreamId { category: category.to_owned(), id }
}

fn source() -> Source {
    Source { basis: Basis::Told, agency: AgencyId(Uuid::from_u128(0xa1)) }
}

fn authority() -> Authority {
    AUTHORITY.parse().expect("an authority")
}

impl History {
    /// Everyone is opened first, each under a key of their own.
    pub async fn begin(seed: u64) -> Self {
        let mut history = Self {
            record: Record::new(),
            dice: Dice::new(seed),
            keys: Vec::new(),
            standing: Vec::new(),
            contacts: Vec::new(),
            alerts: Vec::new(),
            ties: Vec::new(),
            next: 0x1000,
        };
        for person in children() {
            let key = history.record.fresh_key().await;
            history.keys.push(key);
            let opened = domain::person::events::Opened { kind: PersonKind::Born, key, testimony: None };
            let at = history.some_day();
            history.put(stream("person", person.0), at, opened.into()).await;
        }
        history
    }

    pub fn key_of(&self, number: u64) -> KeyId {
        *self.keys.get(usize::try_from(number).expect("a small number")).expect("a child")
    }

    fn fresh(&mut self) -> Uuid {
        self.next += 1;
        Uuid::from_u128(self.next)
    }

    /// Mostly about now, now and then long ago.
    pub fn some_day(&mut self) -> Occurred {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
        let passed = u64::try_from(self.standing.len()).expect("a small number");
        let day = if self.dice.below(4) == 0 { self.dice.below(300) } else { 300 + passed };
        let day = first.checked_add_days(Days::new(day)).expect("a day");
        match self.dice.below(3) {
            0 => Occurred::Day(day),
            1 => Occurred::Instant(day.and_hms_opt(10, 15, 0).expect("a time").and_utc()),
            _ => Occurred::Between(day, day.checked_add_days(Days::new(3)).expect("a day")),
        }
    }

    async fn put(&mut self, stream: StreamId, occurred: Occurred, event: Event) {
        let (id, appended) = self.record.record(&stream, occurred, &event).await;
        let recorded_at = appended.recorded_at;
        self.standing.push(Standing { stream, id, event, occurred, recorded_at });
    }

    fn some_child(&mut self) -> (u64, PersonId) {
        let number = self.dice.below(CHILDREN);
        (number, child(number))
    }

    /// One more entry, of any kind.
    pub async fn go_on(&mut self) {
        let at = self.some_day();
        match self.dice.below(18) {
            0 => self.about_a_person(at).await,
            1 => self.about_a_person(at).await,
            2 | 3 => self.record_contact(at).await,
            4 => {
                if let Some(contact) = self.dice.of(&self.contacts).cloned() {
                    let key = self.record.fresh_key().await;
                    let decided = domain::contact::events::Decided {
                        outcome: Outcome::Advice,
                        passed_to: None,
                        reason: Sealed::new(key, Narrative::parse("advice was given").expect("a narrative")),
                    };
                    self.put(contact, at, decided.into()).await;
                }
            }
            5 => self.tie(at).await,
            6 => self.enquiry(at).await,
            7 => self.sort_a_contact(at).await,
            8..=11 => self.about_a_case(at).await,
            12 => self.alert(at).await,
            13 => self.review(at).await,
            _ => self.correct(at).await,
        }
    }

    /// A contact about some of the children.
    pub async fn record_contact(&mut self, at: Occurred) {
        let contact = stream("contact", self.fresh());
        let event = self.contact().await;
        self.contacts.push(contact.clone());
        self.put(contact, at, event).await;
    }

    /// Amends, withdraws or moves an entry that stands.
    async fn correct(&mut self, at: Occurred) {
        let Some(target) = self.dice.of(&self.standing).cloned() else { return };
        let entry = EventId(target.id);
        match self.dice.below(4) {
            0 | 1 => {
                let replacement = match &target.event {
                    Event::ContactRecorded(_) => self.contact().await,
                    Event::PersonNamed(named) => self.name(named.name.key).into(),
                    other => other.clone(),
                };
                let amended = Amended {
                    entry,
                    reason: Reason::Mistake,
                    occurred: at,
                    replacement: Box::new(replacement.clone()),
                };
                self.record.record(&target.stream, at, &amended.into()).await;
                for standing in self.standing.iter_mut().filter(|standing| standing.id == target.id) {
                    standing.event = replacement.clone();
                    standing.occurred = at;
                }
            }
            // The rules refuse it: what opened a record stays.
            _ if matches!(target.event, Event::PersonOpened(_)) => {}
            2 => {
                let withdrawn = Withdrawn { entry, reason: Reason::Duplicate };
                self.record.record(&target.stream, at, &withdrawn.into()).await;
                self.standing.retain(|standing| standing.id != target.id);
            }
            _ => {
                let Some(to) = self.dice.of(&self.contacts).cloned() else { return };
                if target.stream.category != "contact" || to == target.stream {
                    return;
                }
                // Sometimes it arrives before it leaves.
                let away = MovedAway { entry, reason: Reason::WrongPerson }.into();
                let here = MovedHere {
                    entry,
                    first_recorded_at: target.recorded_at,
                    content: Box::new(target.event.clone()),
                }
                .into();
                if self.dice.below(2) == 0 {
                    self.record.record(&target.stream, at, &away).await;
                    self.record.record(&to, target.occurred, &here).await;
                } else {
                    self.record.record(&to, target.occurred, &here).await;
                    self.record.record(&target.stream, at, &away).await;
                }
                for standing in self.standing.iter_mut().filter(|standing| standing.id == target.id) {
                    standing.stream = to.clone();
                }
            }
        }
    }
}

/// A social worker of the authority.
pub fn reader() -> domain::access::Actor {
    domain::access::Actor {
        practitioner: PractitionerId(Uuid::from_u128(0xb2)),
        agency: AgencyId(Uuid::from_u128(0xa1)),
        agency_kind: AgencyKind::LocalAuthority,
        authority: Some(authority()),
        team: None,
        roles: Vec::new(),
    }
}
