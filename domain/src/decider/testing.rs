//! Given what is on record, when this is ordered, then these events or this refusal.
//!
//! Time stands at noon on 10 March 2026, a Tuesday.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use uuid::Uuid;

use super::{Act, Decider, NewEvent, Refusal};
use crate::entry::Entry;
use crate::event::Event;
use crate::history::effective;
use crate::ids::{AgencyId, CommandId, CorrelationId, EventId, KeyId, PersonId, PractitionerId};
use crate::source::{Basis, Source};
use crate::when::Occurred;

/// Noon on 10 March 2026.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 10, 12, 0, 0).unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn on(text: &str) -> Occurred {
    text.parse().unwrap()
}

pub(crate) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

/// The actor of every test.
pub(crate) const ACTOR: PractitionerId = PractitionerId(Uuid::from_u128(0xac));
pub(crate) const AGENCY: AgencyId = AgencyId(Uuid::from_u128(0xa9));
pub(crate) const STREAM: Uuid = Uuid::from_u128(0x57);

/// The key offered to the `nth` command of a test, counted from 1.
pub(crate) const fn key(nth: u128) -> KeyId {
    KeyId(Uuid::from_u128(0x0dd0 + nth))
}

pub(crate) const TOLD: Source = Source { basis: Basis::Told, agency: AGENCY };

/// A stream with what happened on it so far.
pub(crate) struct Given<D> {
    stream: Uuid,
    history: Vec<Entry>,
    commands: u128,
    decider: std::marker::PhantomData<D>,
}

/// A stream nobody has written to.
pub(crate) fn nothing<D: Decider>() -> Given<D> {
    Given { stream: STREAM, history: Vec::new(), commands: 0, decider: std::marker::PhantomData }
}

impl<D: Decider> Given<D> {
    /// The same of another stream: that of whoever acts.
    pub(crate) fn on(self, stream: Uuid) -> Self {
        Self { stream, ..self }
    }

    fn record(&mut self, new: NewEvent) {
        let version = u64::try_from(self.history.len()).unwrap() + 1;
        self.history.push(Entry {
            id: EventId(Uuid::from_u128(u128::from(version))),
            position: u128::from(version),
            stream: self.stream,
            version,
            recorded_at: now(),
            occurred: new.occurred,
            actor: ACTOR,
            agency: AGENCY,
            purpose: "allocated-work".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: CorrelationId(Uuid::nil()),
            corrected_at: None,
            event: new.event,
        });
    }

    fn state(&self) -> D {
        let mut state = D::initial();
        for entry in effective(&self.history) {
            state.evolve(&entry);
        }
        state
    }

    fn decide(&mut self, command: impl Into<D::Command>) -> Result<Vec<NewEvent>, Refusal> {
        self.commands += 1;
        let act = Act {
            command: CommandId(Uuid::from_u128(0xc0 + self.commands)),
            stream: self.stream,
            actor: ACTOR,
            agency: AGENCY,
            now: now(),
            fresh_key: key(self.commands),
        };
        self.state().decide(&act, command.into())
    }

    /// The stream after a command that must be accepted.
    pub(crate) fn after(mut self, command: impl Into<D::Command>) -> Self {
        for new in self.decide(command).unwrap() {
            self.record(new);
        }
        self
    }

    /// The stream after what somebody else put on it.
    pub(crate) fn with(mut self, event: impl Into<Event>) -> Self {
        self.record(NewEvent { occurred: Occurred::Instant(now()), event: event.into() });
        self
    }

    /// What a command leads to here, recorded nowhere.
    pub(crate) fn decided(&mut self, command: impl Into<D::Command>) -> Vec<NewEvent> {
        self.decide(command).unwrap()
    }

    /// The stream after a command that may be refused, and whether it was.
    pub(crate) fn tried(mut self, command: impl Into<D::Command>) -> (Self, bool) {
        let decided = self.decide(command);
        let refused = decided.is_err();
        for new in decided.into_iter().flatten() {
            self.record(new);
        }
        (self, refused)
    }

    /// Orders something; the answer is judged by what follows.
    pub(crate) fn when(mut self, command: impl Into<D::Command>) -> Then {
        Then(self.decide(command))
    }

    /// The effective history.
    pub(crate) fn history(&self) -> Vec<Entry> {
        effective(&self.history)
    }

    /// The state as it stands.
    pub(crate) fn stands(&self) -> D {
        self.state()
    }
}

/// What an order led to.
pub(crate) struct Then(Result<Vec<NewEvent>, Refusal>);

impl Then {
    /// Exactly these events.
    pub(crate) fn then(self, events: impl IntoIterator<Item = Event>) {
        let decided: Vec<Event> = self.0.unwrap().into_iter().map(|new| new.event).collect();
        assert_eq!(decided, events.into_iter().collect::<Vec<_>>());
    }

    /// Exactly these kinds of event.
    pub(crate) fn then_kinds<const N: usize>(self, kinds: [&str; N]) {
        let decided: Vec<&str> = self.0.as_ref().unwrap().iter().map(|new| new.event.kind()).collect();
        assert_eq!(decided, kinds);
    }

    /// Nothing to add.
    pub(crate) fn then_nothing(self) {
        self.then_kinds([]);
    }

    /// Refused with this code, and a sentence that ends like one.
    pub(crate) fn refused(self, code: &str) {
        let refusal = self.0.unwrap_err();
        assert_eq!(refusal.code, code);
        assert!(refusal.sentence.ends_with('.'), "{}", refusal.sentence);
    }

    /// The events, for a closer look.
    pub(crate) fn events(self) -> Vec<NewEvent> {
        self.0.unwrap()
    }
}
