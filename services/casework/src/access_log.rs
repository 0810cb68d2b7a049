//! Every deliberate look is on record before it is answered: who, why, and what they were shown.
//!
//! Looks go to a log of their own, with its own order, tree and checkpoints. A look holds ids, codes and counts,
//! never what was read or searched for. [`App::look`] is the way to ask: an answer cannot be had from it without its
//! record.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure, LawfulBasis, Purpose};
use domain::ids::{CommandId, CorrelationId, PersonId};
use event_store::{Append, AppendError, Context, Draft, EventStore, Position, Recorded, StreamId};
use projections::scope::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::error::ReadError;
use crate::visitor::Visitor;

/// The stream kind of the access log.
const CATEGORY: &str = "look";
const KIND: &str = "look.made";
const SCHEMA_VERSION: u16 = 2;
/// More people than this on one page are counted, and the page's own query stands for the rest.
const PEOPLE_NAMED_MAX: usize = 200;

/// What somebody wants to look at, and on what ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Looking {
    pub action: Action,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    /// Shared by everything one act looks at and does.
    pub correlation: Option<CorrelationId>,
    pub trace: Option<[u8; 25]>,
    /// For a look at the past: the place in the record it was shown as of.
    pub as_known_at: Option<Position>,
}

impl Looking {
    #[must_use]
    pub fn new(action: Action, purpose: Purpose, lawful_basis: LawfulBasis) -> Self {
        Self { action, purpose, lawful_basis, correlation: None, trace: None, as_known_at: None }
    }
}

/// An answer with what it shows of whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown<T> {
    pub answer: T,
    pub people: Vec<ShownPerson>,
}

/// How much of a person a look showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownPerson {
    pub person: PersonId,
    pub disclosure: Disclosure,
}

/// Of a search: by which of its parts it is like another of the same practitioner in the same month.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sought {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Mark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Mark>,
}

/// Four bytes of a keyed hash: enough to count different names by, too little to tell one by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Mark(u32);

impl From<Mark> for u32 {
    fn from(mark: Mark) -> Self {
        mark.0
    }
}

impl Mark {
    pub(crate) fn of(hash: [u8; 32]) -> Self {
        Self(hash.iter().take(4).fold(0, |mark, byte| mark << 8 | u32::from(*byte)))
    }
}

/// `look.made` 2, in the access log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookMade {
    pub action: Action,
    /// Those shown, and how much of them.
    pub people: Vec<ShownPerson>,
    /// How many more were shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_known_at: Option<String>,
    /// The policy set that decided, by its hash.
    pub policy: String,
    /// Of a search of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sought: Option<Sought>,
}

/// `look.made` 1, in the access log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LookMade")]
pub struct LookMadeV1 {
    pub action: Action,
    /// Those shown, and how much of them.
    pub people: Vec<ShownPerson>,
    /// How many more were shown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_known_at: Option<String>,
    /// The policy set that decided, by its hash.
    pub policy: String,
}

impl From<LookMadeV1> for LookMade {
    fn from(old: LookMadeV1) -> Self {
        Self {
            action: old.action,
            people: old.people,
            more: old.more,
            as_known_at: old.as_known_at,
            policy: old.policy,
            sought: None,
        }
    }
}

impl LookMade {
    /// The look an event of the access log is; none for what is no look.
    pub(crate) fn of(event: &Recorded) -> Option<Self> {
        let is_look = event.header.kind() == KIND;
        is_look.then(|| Self::read(event.header.schema_version(), &event.facts)).flatten()
    }

    /// Reads a look of any version; none for what is no look.
    #[must_use]
    pub fn read(schema_version: u16, facts: &[u8]) -> Option<Self> {
        match schema_version {
            1 => serde_json::from_slice::<LookMadeV1>(facts).map(Self::from).ok(),
            SCHEMA_VERSION => serde_json::from_slice(facts).ok(),
            _ => None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl App {
    /// Answers a question: permission is asked, the query runs under its scope, the look is put on record, and only
    /// then is the answer given.
    ///
    /// # Errors
    /// What the query says; not permitted; an access log that cannot be written.
    pub async fn look<T>(
        &self,
        visitor: &Visitor,
        looking: Looking,
        query: impl AsyncFnOnce(&Scope) -> Result<Shown<T>, ReadError>,
    ) -> Result<T, ReadError> {
        let scope = self.scope(visitor, looking.action, looking.purpose)?;
        let shown = query(&scope).await?;
        self.record_look(visitor, looking, &shown.people).await?;
        Ok(shown.answer)
    }

    /// Puts a look on record: for a long-lived one (a stream of events), which shows more after it began.
    ///
    /// # Errors
    /// An access log that cannot be written.
    pub async fn record_look(
        &self,
        visitor: &Visitor,
        looking: Looking,
        people: &[ShownPerson],
    ) -> Result<Position, ReadError> {
        self.put_look(visitor, looking, None, people).await
    }

    /// Puts a search on record.
    ///
    /// # Errors
    /// As [`App::record_look`].
    pub(crate) async fn record_search(
        &self,
        visitor: &Visitor,
        looking: Looking,
        sought: Sought,
        people: &[ShownPerson],
    ) -> Result<Position, ReadError> {
        self.put_look(visitor, looking, Some(sought), people).await
    }

    /// Puts a look of a story on record, at a time of its own: on a demonstration only. The same id is the same look,
    /// however often it is told.
    ///
    /// # Errors
    /// As [`App::record_look`].
    pub(crate) async fn tell_look(
        &self,
        visitor: &Visitor,
        looking: Looking,
        people: &[ShownPerson],
        (id, at): (Uuid, DateTime<Utc>),
    ) -> Result<(), ReadError> {
        let append =
            Append { recorded_at: Some(at), ..self.appending(visitor, looking, None, people, (id, at))? };
        self.access.append(append).await?;
        Ok(())
    }

    async fn put_look(
        &self,
        visitor: &Visitor,
        looking: Looking,
        sought: Option<Sought>,
        people: &[ShownPerson],
    ) -> Result<Position, ReadError> {
        let append = self.appending(visitor, looking, sought, people, (fresh_id()?, self.clock.now()))?;
        match self.access.append(append.clone()).await {
            // Asked again with the same ids, it is written once.
            Err(AppendError::Unknown(_)) => Ok(self.access.append(append).await?.position),
            appended => Ok(appended?.position),
        }
    }

    /// Each look is a stream of one event, whose id follows from the stream's: two looks never race.
    fn appending(
        &self,
        visitor: &Visitor,
        looking: Looking,
        sought: Option<Sought>,
        people: &[ShownPerson],
        (stream, now): (Uuid, DateTime<Utc>),
    ) -> Result<Append, ReadError> {
        let made = LookMade {
            action: looking.action,
            people: people.iter().take(PEOPLE_NAMED_MAX).copied().collect(),
            more: people.len().saturating_sub(PEOPLE_NAMED_MAX),
            as_known_at: looking.as_known_at.map(|position| position.to_string()),
            policy: self.policy.hash().to_owned(),
            sought,
        };
        let facts = serde_json::to_vec(&made).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
        Ok(Append {
            stream: StreamId { category: CATEGORY.to_owned(), id: stream },
            expected: 0,
            rests_on: Vec::new(),
            context: Context {
                actor: visitor.practitioner().0,
                agency: visitor.agency().0,
                purpose: looking.purpose.code().to_owned(),
                lawful_basis: looking.lawful_basis.code().to_owned(),
                correlation: looking.correlation.map_or(stream, |correlation| correlation.0),
                causation: stream,
                trace: looking.trace,
            },
            events: vec![draft(CommandId(stream).derive(0), now, facts)],
            recorded_at: None,
        })
    }
}

fn draft(event_id: Uuid, now: DateTime<Utc>, facts: Vec<u8>) -> Draft {
    Draft {
        event_id,
        kind: KIND.to_owned(),
        schema_version: SCHEMA_VERSION,
        occurred: domain::when::Occurred::Instant(now).to_string(),
        meta: Bytes::from_static(b"{}"),
        facts: facts.into(),
        parts: Vec::new(),
    }
}

fn fresh_id() -> Result<Uuid, ReadError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|cause| ReadError::Unavailable(cause.into()))?;
    Ok(uuid::Builder::from_random_bytes(random).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> LookMade {
        let person = PersonId(Uuid::from_u128(1));
        LookMade {
            action: Action::SearchPeople,
            people: vec![ShownPerson { person, disclosure: Disclosure::Status }],
            more: 0,
            as_known_at: None,
            policy: "0f".to_owned(),
            sought: Some(Sought { name: Some(Mark(17)), address: None }),
        }
    }

    fn first_sample() -> LookMadeV1 {
        let person = PersonId(Uuid::from_u128(1));
        LookMadeV1 {
            action: Action::ReadTimeline,
            people: vec![ShownPerson { person, disclosure: Disclosure::Progress }],
            more: 0,
            as_known_at: Some("17".to_owned()),
            policy: "0f".to_owned(),
        }
    }

    #[test]
    fn a_look_of_the_first_version_is_read_as_no_search() {
        let facts = serde_json::to_vec(&first_sample()).unwrap();
        assert_eq!(LookMade::read(1, &facts), Some(first_sample().into()));
        assert_eq!(LookMade::read(2, &serde_json::to_vec(&sample()).unwrap()), Some(sample()));
        assert_eq!(LookMade::read(3, &facts), None);
    }

    /// What a look says is a contract with whoever audits it.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "`make bless` writes what it would otherwise compare")]
    fn the_schema_and_sample_of_a_look_are_fresh() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/access");
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(LookMade)).unwrap() + "\n";
        let look = serde_json::to_string_pretty(&sample()).unwrap() + "\n";
        let first_schema = serde_json::to_string_pretty(&schemars::schema_for!(LookMadeV1)).unwrap() + "\n";
        let first_look = serde_json::to_string_pretty(&first_sample()).unwrap() + "\n";
        for (name, text) in [
            ("look.made.v1.json", first_schema),
            ("look.made.v1.sample.json", first_look),
            ("look.made.v2.json", schema),
            ("look.made.v2.sample.json", look),
        ] {
            let path = format!("{folder}/{name}");
            if std::env::var("BLESS").is_ok() {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(&path, &text).unwrap();
            }
            assert!(
                std::fs::read_to_string(&path).unwrap_or_default() == text,
                "{name} is not what is written"
            );
        }
        let read: LookMade = serde_json::from_str(&serde_json::to_string(&sample()).unwrap()).unwrap();
        assert_eq!(read, sample());
    }
}
