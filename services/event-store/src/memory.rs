//! A log in memory: for pure tests and for showing the contract in its shortest form.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::Clock;
use crate::evidence::{Evidence, NodeSource, TreeHead};
use crate::header::{Hash, Header};
use crate::merkle::{Node, PerfectNodes};
use crate::port::{
    Append, AppendError, Appended, EventStore, Followed, Head, Position, Recorded, StoreError, StreamId,
};
use crate::seal::decode_parts;
use crate::writing::{Prepared, Row, Sameness, Tail, compare};

/// How many events a follower is given at once.
const BATCH: usize = 1_000;

/// A log that lives as long as its process.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    origin: String,
    clock: Arc<dyn Clock>,
    demonstration: bool,
    log: Arc<Mutex<Log>>,
    head: Arc<watch::Sender<Position>>,
}

#[derive(Debug, Default)]
struct Log {
    tail: Tail,
    tree: PerfectNodes,
    events: Vec<Recorded>,
    /// Where each stream's events stand in `events`.
    streams: HashMap<Uuid, Vec<usize>>,
}

impl MemoryStore {
    /// An empty log. A demonstration accepts supplied recorded times.
    #[must_use]
    pub fn new(origin: &str, clock: Arc<dyn Clock>, demonstration: bool) -> Self {
        Self {
            origin: origin.to_owned(),
            clock,
            demonstration,
            log: Arc::default(),
            head: Arc::new(watch::Sender::new(Position::START)),
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn stream(&self, stream: Uuid) -> Vec<Recorded> {
        let places = self.streams.get(&stream).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|place| self.events.get(*place)).cloned().collect()
    }

    fn after(&self, after: Position, limit: usize) -> Vec<Recorded> {
        let start = usize::try_from(after.raw()).unwrap_or(usize::MAX);
        self.events.iter().skip(start).take(limit).cloned().collect()
    }

    fn store(&mut self, row: Row) -> Result<(), StoreError> {
        let position = Position::from_raw(row.position.into());
        let corrupt = |source| StoreError::Corrupt { position, source };
        let header = Header::parse(Bytes::from(row.header)).map_err(|cause| corrupt(Box::new(cause)))?;
        let parts = decode_parts(row.parts).map_err(|cause| corrupt(Box::new(cause)))?;
        self.tree.push(crate::merkle::leaf_hash(header.bytes()));
        self.streams.entry(row.stream).or_default().push(self.events.len());
        self.events.push(Recorded {
            position,
            header,
            salt: row.salt,
            meta: row.meta,
            facts: row.facts,
            parts,
        });
        Ok(())
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    fn origin(&self) -> &str {
        &self.origin
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let prepared = Prepared::new(append, self.demonstration)?;
        let now = self.clock.now();
        let mut log = self.log();
        let Append { stream, expected, events, .. } = &prepared.append;
        let standing = log.stream(stream.id);
        let actual = u64::try_from(standing.len()).unwrap_or(u64::MAX);
        if actual != *expected {
            let from = usize::try_from(*expected).unwrap_or(usize::MAX);
            let found: Vec<_> = standing.into_iter().skip(from).take(events.len()).collect();
            return match (compare(&prepared.append, &found), found.last()) {
                (Sameness::Repeated, Some(last)) => Ok(Appended {
                    version: last.header.version(),
                    position: last.position,
                    recorded_at: last.header.recorded_at(),
                    repeated: true,
                }),
                (Sameness::Conflicting, _) => Err(AppendError::IdempotencyConflict),
                _ => Err(AppendError::WrongVersion { expected: *expected, actual }),
            };
        }
        for (on, known) in &prepared.append.rests_on {
            let actual = log.streams.get(&on.id).map_or(0, Vec::len);
            let (known, actual) = (*known, u64::try_from(actual).unwrap_or(u64::MAX));
            if known != actual {
                return Err(AppendError::Moved { known, actual });
            }
        }
        let mut rows = Vec::new();
        let mut tail = log.tail.clone();
        tail.extend(&self.origin, &prepared, now, &mut rows);
        let version = rows.last().map_or(0, |row| row.version);
        for row in rows {
            log.store(row)?;
        }
        let position = Position::from_raw(tail.position().into());
        let recorded_at = tail.recorded_at.unwrap_or(now);
        log.tail = tail;
        drop(log);
        self.head.send_replace(position);
        Ok(Appended { version, position, recorded_at, repeated: false })
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let skip = usize::try_from(after_version).unwrap_or(usize::MAX);
        Ok(self.log().stream(stream.id).into_iter().skip(skip).take(limit).collect())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.log().after(after, limit))
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let log = self.log();
        Ok(Head {
            position: Position::from_raw(log.tail.position().into()),
            recorded_at: log.tail.recorded_at,
        })
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, StoreError> {
        let log = self.log();
        let known = log.events.partition_point(|event| event.header.recorded_at() <= at);
        Ok(Position::from_raw(u128::try_from(known).unwrap_or(0)))
    }

    fn follow(&self, after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
        let store = self.clone();
        let head = self.head.subscribe();
        stream::unfold((store, head, after, false), |(store, mut head, after, told)| async move {
            loop {
                head.mark_unchanged();
                let events = store.log().after(after, BATCH);
                if let Some(last) = events.last() {
                    let next = last.position;
                    return Some((Ok(Followed::Events(events)), (store, head, next, false)));
                }
                if !told {
                    return Some((Ok(Followed::CaughtUp(after)), (store, head, after, true)));
                }
                // The sender lives in `store`, which this future holds.
                head.changed().await.ok()?;
            }
        })
        .boxed()
    }
}

#[async_trait]
impl NodeSource for MemoryStore {
    async fn tree_head(&self) -> Result<TreeHead, StoreError> {
        let log = self.log();
        Ok(TreeHead { size: log.tail.position(), root: log.tail.range.root() })
    }

    async fn nodes(&self, nodes: &[Node]) -> Result<Vec<Hash>, StoreError> {
        let log = self.log();
        nodes
            .iter()
            .map(|node| {
                log.tree
                    .get(*node)
                    .ok_or_else(|| StoreError::Unfit("a tree node is not there yet".to_owned()))
            })
            .collect()
    }
}

impl Evidence for MemoryStore {}
