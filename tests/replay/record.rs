//! A log in memory that the tests write to directly, sealing what is to be sealed.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::event::Event;
use domain::ids::KeyId;
use domain::when::Occurred;
use event_store::clock::SetClock;
use event_store::keys::{Keys, MemoryKeys};
use event_store::seal::{Opened, fresh_nonce, seal};
use event_store::{
    Append, AppendError, Appended, Context, Draft, EventStore, Followed, Head, MemoryStore, Position,
    Recorded, StoreError, StreamId,
};
use futures_util::stream::BoxStream;
use uuid::Uuid;

pub const ORIGIN: &str = "goldthread.example/replay/record";

/// A log, its keys and its clock.
#[derive(Clone)]
pub struct Record {
    pub store: Arc<MemoryStore>,
    pub keys: Arc<MemoryKeys>,
    clock: Arc<SetClock>,
    next_event: Arc<std::sync::atomic::AtomicU64>,
}

impl Record {
    pub fn new() -> Self {
        let clock = Arc::new(SetClock::at("2026-01-05T09:00:00Z".parse().expect("a time")));
        Self {
            store: Arc::new(MemoryStore::new(ORIGIN, clock.clone(), false)),
            keys: Arc::new(MemoryKeys::new()),
            clock,
            next_event: Arc::default(),
        }
    }

    /// Lets time pass until then; what is recorded next is recorded a minute later.
    pub fn until(&self, at: DateTime<Utc>) {
        self.clock.set(at - TimeDelta::minutes(1));
    }

    pub async fn fresh_key(&self) -> KeyId {
        KeyId(self.keys.take().await.expect("a key").id)
    }

    /// Records one event at the end of a stream, a minute after the last. Says its id and place.
    pub async fn record(&self, stream: &StreamId, occurred: Occurred, event: &Event) -> (Uuid, Appended) {
        let encoded = event.encode().expect("an event that can be written");
        let id = self.next_id();
        let mut parts = Vec::new();
        for part in &encoded.parts {
            let keys = self.keys.get(&[part.key.0]).await.expect("its key");
            let Some(Opened::Known(key)) = keys.get(&part.key.0) else { panic!("the key is destroyed") };
            let nonce = fresh_nonce().expect("a nonce");
            parts.push(seal(ORIGIN, id, part.number, key, nonce, &part.json).expect("a sealed part"));
        }
        let draft = Draft {
            event_id: id,
            kind: encoded.kind.to_owned(),
            schema_version: encoded.schema_version,
            occurred: occurred.to_string(),
            meta: Bytes::from_static(b"{}"),
            facts: encoded.facts.into(),
            parts,
        };
        (id, self.append(stream, draft).await)
    }

    /// Records bytes that no program can read.
    pub async fn record_garbage(&self, stream: &StreamId, kind: &str) -> (Uuid, Appended) {
        let id = self.next_id();
        let draft = Draft {
            event_id: id,
            kind: kind.to_owned(),
            schema_version: 1,
            occurred: "2026-01-05".to_owned(),
            meta: Bytes::from_static(b"{}"),
            facts: Bytes::from_static(b"{\"not\":\"this\"}"),
            parts: Vec::new(),
        };
        (id, self.append(stream, draft).await)
    }

    fn next_id(&self) -> Uuid {
        let number = self.next_event.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Uuid::from_u128(0xe000_0000_0000 + u128::from(number))
    }

    async fn append(&self, stream: &StreamId, draft: Draft) -> Appended {
        self.clock.advance(TimeDelta::minutes(1));
        let known = self.store.read_stream(stream, 0, 10_000).await.expect("the stream");
        let append = Append {
            stream: stream.clone(),
            expected: known.last().map_or(0, |last| last.header.version()),
            rests_on: Vec::new(),
            context: Context {
                actor: Uuid::from_u128(0xac),
                agency: Uuid::from_u128(0xa1),
                purpose: "record-keeping".to_owned(),
                lawful_basis: "public-task".to_owned(),
                correlation: draft.event_id,
                causation: draft.event_id,
                trace: None,
            },
            events: vec![draft],
            recorded_at: None,
        };
        self.store.append(append).await.expect("an append")
    }

    pub async fn head(&self) -> Position {
        self.store.head().await.expect("the head").position
    }

    /// The same log as it was at a position.
    pub fn cut(&self, at: Position) -> Arc<Cut> {
        Arc::new(Cut { whole: Arc::clone(&self.store), at })
    }
}

/// A log as it was at a position: nothing after it has happened yet.
#[derive(Debug)]
pub struct Cut {
    whole: Arc<MemoryStore>,
    at: Position,
}

impl Cut {
    fn keep(&self, mut events: Vec<Recorded>) -> Vec<Recorded> {
        events.retain(|event| event.position <= self.at);
        events
    }
}

#[async_trait]
impl EventStore for Cut {
    fn origin(&self) -> &str {
        self.whole.origin()
    }

    async fn append(&self, _append: Append) -> Result<Appended, AppendError> {
        Err(AppendError::Full)
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.whole.read_stream(stream, after_version, limit).await.map(|events| self.keep(events))
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        self.whole.read_all(after, limit).await.map(|events| self.keep(events))
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let last = self.whole.read_all(Position::from_raw(self.at.raw().saturating_sub(1)), 1).await?;
        Ok(Head { position: self.at, recorded_at: last.first().map(|event| event.header.recorded_at()) })
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, StoreError> {
        Ok(self.whole.position_at(at).await?.min(self.at))
    }

    fn follow(&self, _after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
        Box::pin(futures_util::stream::pending())
    }
}
