//! What every adapter that keeps its own tree does the same way: check a request, give its events their places,
//! headers and leaves, and tell a repeated request from a conflicting one.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::header::{self, BodyHashes};
use crate::merkle::{CompactRange, leaf_hash};
use crate::port::{Append, AppendError, Recorded};
use crate::seal::encode_parts;
use crate::verify::mark;

/// The most events one append may hold.
pub const MAX_EVENTS: usize = 1_000;
/// The longest string a header may hold, in bytes.
pub const MAX_TEXT: usize = 200;
/// The most bytes one event's body may hold.
pub const MAX_BODY: usize = 4 * 1024 * 1024;
/// The most sealed parts one event may hold; keeps a header below 64 KiB.
pub const MAX_PARTS: usize = 1_000;

/// A request that was found well-formed, its hashes made outside the writer's lock.
#[derive(Debug)]
pub struct Prepared {
    pub append: Append,
    pub hashes: Vec<BodyHashes>,
    pub bytes: usize,
}

impl Prepared {
    /// Checks a request's sizes and hashes its bodies.
    pub fn new(append: Append, demonstration: bool) -> Result<Self, AppendError> {
        let given = append.events.len();
        if !(1..=MAX_EVENTS).contains(&given) {
            return Err(AppendError::BadSize { given, max: MAX_EVENTS });
        }
        if append.recorded_at.is_some() && !demonstration {
            return Err(AppendError::RecordedTime);
        }
        let text = |field, text: &str, max| {
            if text.len() > max { Err(AppendError::TooLong { field, max }) } else { Ok(()) }
        };
        text("category", &append.stream.category, MAX_TEXT)?;
        text("purpose", &append.context.purpose, MAX_TEXT)?;
        text("lawful_basis", &append.context.lawful_basis, MAX_TEXT)?;
        let mut bytes = 0;
        for draft in &append.events {
            text("type", &draft.kind, MAX_TEXT)?;
            text("occurred", &draft.occurred, MAX_TEXT)?;
            if draft.parts.len() > MAX_PARTS {
                return Err(AppendError::TooLong { field: "parts", max: MAX_PARTS });
            }
            let sealed: usize = draft.parts.iter().map(|part| part.ciphertext.len()).sum();
            let body = draft.facts.len() + draft.meta.len() + sealed;
            if body > MAX_BODY {
                return Err(AppendError::TooLong { field: "body", max: MAX_BODY });
            }
            bytes += body;
        }
        let hashes = append
            .events
            .iter()
            .map(|draft| {
                let mut salt = [0; 16];
                getrandom::fill(&mut salt).map_err(|cause| {
                    AppendError::Store(crate::StoreError::Unavailable(Box::new(std::io::Error::from(cause))))
                })?;
                Ok(BodyHashes::of(draft, salt))
            })
            .collect::<Result<_, AppendError>>()?;
        Ok(Self { append, hashes, bytes })
    }
}

/// An event with its place, ready to be stored.
#[derive(Debug)]
pub struct Row {
    pub position: u64,
    pub stream: Uuid,
    pub version: u64,
    pub recorded_at: DateTime<Utc>,
    pub mark: i64,
    pub header: Vec<u8>,
    pub salt: [u8; 16],
    pub meta: Bytes,
    pub facts: Bytes,
    pub parts: Bytes,
}

/// The end of a log: where the next event goes.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    pub range: CompactRange,
    pub recorded_at: Option<DateTime<Utc>>,
}

impl Tail {
    /// The newest event's position.
    pub fn position(&self) -> u64 {
        self.range.size()
    }

    /// Gives the request's events the next places in their stream and in the log.
    ///
    /// INVARIANT: recorded times never run backwards along the log, whatever the clock does.
    pub fn extend(&mut self, origin: &str, prepared: &Prepared, now: DateTime<Utc>, rows: &mut Vec<Row>) {
        let Append { stream, expected, context, events, recorded_at, .. } = &prepared.append;
        let stamp = recorded_at.unwrap_or(now).max(self.recorded_at.unwrap_or(DateTime::UNIX_EPOCH));
        self.recorded_at = Some(stamp);
        let stamp_us = stamp.timestamp_micros();
        let stamp = DateTime::from_timestamp_micros(stamp_us).unwrap_or(stamp);
        for ((version, draft), hashes) in (expected + 1..).zip(events).zip(&prepared.hashes) {
            let mut bytes = Vec::with_capacity(384);
            header::encode(&mut bytes, origin, stream, version, stamp_us, context, draft, hashes);
            let leaf = leaf_hash(&bytes);
            self.range.push(leaf);
            rows.push(Row {
                position: self.range.size(),
                stream: stream.id,
                version,
                recorded_at: stamp,
                mark: mark(self.range.size(), &leaf),
                header: bytes,
                salt: hashes.salt,
                meta: draft.meta.clone(),
                facts: draft.facts.clone(),
                parts: encode_parts(&draft.parts),
            });
        }
    }
}

/// What the events found at a request's place mean for it.
#[derive(Debug, PartialEq, Eq)]
pub enum Sameness {
    /// These very events: the request was made before.
    Repeated,
    /// The same ids with other content.
    Conflicting,
    /// Somebody else's events.
    Other,
}

/// Compares a request with the events found at its place.
///
/// Ciphertext is not compared: the same text sealed twice differs. That a repeated command says the same is the
/// caller's to check, who can open the parts.
pub fn compare(append: &Append, found: &[Recorded]) -> Sameness {
    if found.len() != append.events.len() {
        return Sameness::Other;
    }
    let pairs = || append.events.iter().zip(found);
    if !pairs().all(|(draft, found)| draft.event_id == found.header.event_id()) {
        return Sameness::Other;
    }
    let same = pairs().all(|(draft, found)| {
        draft.kind == found.header.kind()
            && draft.schema_version == found.header.schema_version()
            && draft.occurred == found.header.occurred()
            && draft.facts == found.facts
            && draft.parts.len() == found.parts.len()
    });
    if same { Sameness::Repeated } else { Sameness::Conflicting }
}
