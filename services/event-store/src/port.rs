//! The port every adapter keeps: append to one stream, read a stream, read all, follow.
//!
//! Left out on purpose: multi-stream appends (EventStoreDB cannot promise them), queries by content (views do
//! that), deletion (nothing is ever deleted; erasure destroys keys).

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use uuid::Uuid;

use crate::header::Header;

/// A place in a log's total order. Opaque: compare it, keep it, hand it back; never add to it.
///
/// Postgres and memory count events from 1 without gaps; EventStoreDB packs commit and prepare positions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Position(u128);

impl Position {
    /// Before the first event.
    pub const START: Position = Position(0);

    /// For adapters and for positions that were written down.
    #[must_use]
    pub const fn from_raw(raw: u128) -> Self {
        Self(raw)
    }

    /// For adapters and for writing a position down.
    #[must_use]
    pub const fn raw(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One stream: the events of one thing, in order. The id alone identifies it; the category says what kind of thing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StreamId {
    pub category: String,
    pub id: Uuid,
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.category, self.id)
    }
}

/// What all events of one append share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    pub actor: Uuid,
    pub agency: Uuid,
    pub purpose: String,
    pub lawful_basis: String,
    pub correlation: Uuid,
    pub causation: Uuid,
    /// W3C trace context: version 00's trace id (16 bytes), parent id (8), flags (1).
    pub trace: Option<[u8; 25]>,
}

/// One sealed part of an event's body, as stored: see [`crate::seal`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    pub number: u16,
    pub key: Uuid,
    pub nonce: [u8; 12],
    pub ciphertext: Bytes,
}

/// An event not yet in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    pub event_id: Uuid,
    pub kind: String,
    pub schema_version: u16,
    /// When it happened, in the domain's own canonical text (`2026-03-01`, `2026-03-01T10:15:00Z`, `2026-03`, …).
    pub occurred: String,
    /// Machine notes about the decision (positions read, policy hash). JSON bytes; nothing personal.
    pub meta: Bytes,
    /// JSON bytes, hashed as given and never re-serialised; nothing personal.
    pub facts: Bytes,
    pub parts: Vec<Part>,
}

/// A request to append events to the end of one stream, all or none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Append {
    pub stream: StreamId,
    /// The version the stream must have now: 0 for a stream that must not exist yet.
    pub expected: u64,
    /// Other streams, and the version each must have now: what was decided by them holds while nothing is added.
    /// EventStoreDB compares the version of one stream only, and looks at these a moment before.
    pub rests_on: Vec<(StreamId, u64)>,
    pub context: Context,
    pub events: Vec<Draft>,
    /// Accepted only by a log opened as a demonstration; `None` means the log's own clock.
    pub recorded_at: Option<DateTime<Utc>>,
}

impl Append {
    /// A request that rests on nothing else, recorded when it is made.
    #[must_use]
    pub fn new(stream: StreamId, expected: u64, context: Context, events: Vec<Draft>) -> Self {
        Self { stream, expected, rests_on: Vec::new(), context, events, recorded_at: None }
    }
}

/// Where an append ended up. The same request appended twice gets the same answer twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// The stream's version after the append.
    pub version: u64,
    /// The position of the last event.
    pub position: Position,
    pub recorded_at: DateTime<Utc>,
    /// True when these very events were there already and nothing was written.
    pub repeated: bool,
}

/// An event in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    pub position: Position,
    pub header: Header,
    pub salt: [u8; 16],
    pub meta: Bytes,
    pub facts: Bytes,
    pub parts: Vec<Part>,
}

/// The newest event's place and time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    pub position: Position,
    /// `None` while the log is empty.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// What a follower is given.
#[derive(Clone, Debug)]
pub enum Followed {
    /// Events in order, never empty, none missing since the last.
    Events(Vec<Recorded>),
    /// There was nothing after this position a moment ago.
    CaughtUp(Position),
}

/// Why an append was not made. Nothing was written, except possibly for `Unknown`.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("the stream is at version {actual}, not {expected}")]
    WrongVersion { expected: u64, actual: u64 },
    #[error("a stream that it rests on is at version {actual}, not {known}")]
    Moved { known: u64, actual: u64 },
    #[error("an event with this id is already there with other content")]
    IdempotencyConflict,
    #[error("the queue of appends is full")]
    Full,
    #[error("an append must hold 1 to {max} events, not {given}")]
    BadSize { given: usize, max: usize },
    #[error("`{field}` is too long: at most {max} bytes")]
    TooLong { field: &'static str, max: usize },
    #[error("only a demonstration log accepts a recorded time, and never one before its newest event")]
    RecordedTime,
    /// The connection was lost while committing: it may or may not be in the log. Ask again with the same events.
    #[error("it is not known whether the append was committed")]
    Unknown(#[source] Box<StoreError>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the log's database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the event at position {position} cannot be decoded")]
    Corrupt {
        position: Position,
        #[source]
        source: HeaderProblem,
    },
    #[error("the log's tables do not fit this program: {0}")]
    Unfit(String),
}

/// Boxed so that [`StoreError`] stays small.
pub type HeaderProblem = Box<dyn std::error::Error + Send + Sync>;

/// A log. Object-safe; share it as `Arc<dyn EventStore>`.
#[async_trait]
pub trait EventStore: Send + Sync + fmt::Debug {
    /// The log's name in checkpoints and sealed parts, a schema-less URL such as `goldthread.example/county/record`.
    fn origin(&self) -> &str;

    /// Appends all of the events or none. Acknowledged means on disk.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// A stream's events with versions above `after_version`, in order, at most `limit`; empty when there are none.
    async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError>;

    /// Events after a position, in the log's order, at most `limit`.
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError>;

    /// Events after a position whose type starts with `prefix`, in order, at most `limit`.
    ///
    /// Adapters that can find them without reading all others should; the answer is the same.
    async fn read_kind(
        &self,
        prefix: &str,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        const PAGE: usize = 10_000;
        let mut found = Vec::new();
        let mut after = after;
        while found.len() < limit {
            let page = self.read_all(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            found.extend(page.into_iter().filter(|event| event.header.kind().starts_with(prefix)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The newest event's place and time.
    async fn head(&self) -> Result<Head, StoreError>;

    /// The last position recorded at or before `at`: what "as known at" means.
    async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, StoreError>;

    /// Everything after a position and then whatever comes, without end. A lost connection is repaired inside;
    /// an error item means an event that cannot be decoded, and ends the stream.
    fn follow(&self, after: Position) -> BoxStream<'static, Result<Followed, StoreError>>;
}
