//! An entry made on the wrong child goes to the right one: received there, then moved away here.
//!
//! In this order, because an entry seen twice for a moment harms nobody and an entry seen nowhere may. Stopped half
//! way, the same order given again goes on. Left out: contacts, which say whom they are about and are amended.

use chrono::{DateTime, Utc};
use domain::access::{LawfulBasis, Purpose};
use domain::authority::Authority;
use domain::entry::Entry;
use domain::history::{Correction, NotMovable, Reason};
use domain::ids::{CorrelationId, EventId, KeyId, PersonId};
use event_store::StreamId;

use super::load::load;
use super::repeat::done_before;
use super::rests::Rests;
use super::{Command, Done, Order, fresh_id, person_stream};
use crate::app::App;
use crate::error::{ExecuteError, FieldError};
use crate::visitor::Visitor;

/// Every part was opened that could be: what could not is erased.
const ERASED: &str = "cannot be moved any more: its words were erased; withdraw it instead";

/// Which entry is to go where, and why.
#[derive(Clone, Debug)]
pub struct Move {
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    pub idempotency_key: Option<String>,
    pub correlation: Option<CorrelationId>,
    pub trace: Option<[u8; 25]>,
    /// When it was recorded, where a demonstration tells a story of the past.
    pub recorded_at: Option<DateTime<Utc>>,
    pub reason: Reason,
    pub entry: EventId,
    pub wrong: Place,
    pub right: Place,
}

/// The record an entry stands on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    Person(PersonId),
    /// A child's one case at an authority.
    Case {
        child: PersonId,
        authority: Authority,
    },
}

/// What came of a move, on each record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    pub here: Done,
    pub away: Done,
}

impl App {
    /// Moves an entry from the wrong record to the right one.
    ///
    /// # Errors
    /// Not permitted on either record; an entry that does not stand there, or cannot stand here.
    pub async fn move_entry(&self, visitor: &Visitor, order: Move) -> Result<Moved, ExecuteError> {
        let key = match &order.idempotency_key {
            Some(key) => key.clone(),
            None => fresh_id()?.to_string(),
        };
        let (here_key, away_key) = (self.ids.key_of_part(&key, "here"), self.ids.key_of_part(&key, "away"));
        let (wrong, right) = (self.stream_of(&order.wrong), self.stream_of(&order.right));
        // One act, whatever it was called: both of its halves are found by it.
        let act = self.ids.command(visitor.practitioner(), &key);
        let correlation = order.correlation.unwrap_or(CorrelationId(act.0));
        let part = |stream: &StreamId, key: &str, correction| Order {
            lawful_basis: order.lawful_basis,
            idempotency_key: Some(key.to_owned()),
            correlation: Some(correlation),
            trace: order.trace,
            recorded_at: order.recorded_at,
            ..Order::new(order.purpose, Command::Correct { stream: stream.clone(), correction })
        };
        let away = part(&wrong, &away_key, Correction::MoveAway { entry: order.entry, reason: order.reason });

        let loaded = load(&self.record, self.keys.as_ref(), &wrong).await?;
        let standing = &loaded.standing;
        // Both permissions before either act: half a move is worse than none.
        self.permit(visitor, &away, (standing, &loaded.entries), &mut Rests::default()).await?;
        let there = load(&self.record, self.keys.as_ref(), &right).await?;
        if let Some(entry) = standing.iter().find(|entry| entry.id == order.entry) {
            let receive = part(&right, &here_key, self.receiving(&order, entry).await?);
            self.permit(visitor, &receive, (&there.standing, &[]), &mut Rests::default()).await?;
            let here = self.execute(visitor, receive).await?;
            let away = self.execute(visitor, away).await?;
            return Ok(Moved { here, away });
        }
        let actor = visitor.practitioner();
        let here = done_before(right.id, &there.of_command(self.ids.command(actor, &here_key).0));
        let away = done_before(wrong.id, &loaded.of_command(self.ids.command(actor, &away_key).0));
        here.zip(away).map(|(here, away)| Moved { here, away }).ok_or(ExecuteError::Absent)
    }

    fn stream_of(&self, place: &Place) -> StreamId {
        match place {
            Place::Person(person) => person_stream(*person),
            Place::Case { child, authority } => {
                StreamId { category: "case".to_owned(), id: self.ids.case(*child, authority).0 }
            }
        }
    }

    async fn receiving(&self, order: &Move, entry: &Entry) -> Result<Correction, ExecuteError> {
        let received = match (&order.wrong, &order.right) {
            (Place::Person(from), Place::Person(to)) => {
                let (from, to) =
                    (self.key_of_person("wrong", *from).await?, self.key_of_person("right", *to).await?);
                Correction::receiving_on_person(entry, from, to)
            }
            (Place::Case { .. }, Place::Case { child, authority }) => {
                Correction::receiving_on_case(entry, *child, authority)
            }
            (Place::Person(_), Place::Case { .. }) | (Place::Case { .. }, Place::Person(_)) => {
                let same = FieldError::new("right", "must be a record of the same kind as the wrong one");
                return Err(ExecuteError::Invalid(vec![same]));
            }
        };
        received.map_err(|cause| match cause {
            NotMovable::Sealed(_) => ExecuteError::Invalid(vec![FieldError::new("entry", ERASED)]),
            cause => ExecuteError::Corrupt(Box::new(cause)),
        })
    }

    async fn key_of_person(&self, field: &str, person: PersonId) -> Result<KeyId, ExecuteError> {
        let nobody = || ExecuteError::Invalid(vec![FieldError::new(field, "must be somebody on record")]);
        self.person_by_facts(person).await?.and_then(|person| person.key()).ok_or_else(nobody)
    }
}
