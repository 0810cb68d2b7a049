//! Where queries read: the build that answers for each view, and the log for pages as they once were.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_postgres::{Client, Pool};
use domain::entry::Entry;
use event_store::clock::{Clock, SystemClock};
use event_store::{Position, StreamId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::decode::Decoded;
use crate::effective::{history_of, standing};
use crate::engine::history::Log;
use crate::engine::{CatchingUp, EngineError, Serving, builds};
use crate::view::{Key, View};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the view `{0}` is not built yet")]
    NotBuilt(&'static str),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<tokio_postgres::Error> for ReadError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Engine(error.into())
    }
}

impl From<deadpool_postgres::PoolError> for ReadError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Engine(error.into())
    }
}

/// A time to look back to, in one or both of the two times.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AsOf {
    /// As the record knew it then.
    pub known_at: Option<DateTime<Utc>>,
    /// The place in the record that is meant by it, where that is known: of several events at one moment, some may
    /// have come after.
    pub upto: Option<Position>,
    /// As it was then, by what is known.
    pub was_at: Option<DateTime<Utc>>,
}

/// Reads views. Cheap to clone.
#[derive(Clone)]
pub struct Reads {
    log: Log,
    pool: Pool,
    serving: Arc<HashMap<&'static str, watch::Receiver<Serving>>>,
    /// Some answers depend on the minute: what lapses by the clock has no event that ends it.
    clock: Arc<dyn Clock>,
}

/// A connection, and the schema of the build that answers.
pub(crate) struct Source {
    pub client: Client,
    pub schema: Arc<str>,
}

impl Reads {
    pub(crate) fn new(
        log: Log,
        pool: Pool,
        serving: HashMap<&'static str, watch::Receiver<Serving>>,
    ) -> Self {
        Self { log, pool, serving: Arc::new(serving), clock: Arc::new(SystemClock) }
    }

    /// The same, read through another pool: readers should not take the engine's connections.
    #[must_use]
    pub fn through(&self, pool: Pool) -> Self {
        Self { pool, ..self.clone() }
    }

    /// The same, by another clock than the machine's.
    #[must_use]
    pub fn by(&self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self.clone() }
    }

    /// The moment an answer is true for.
    #[must_use]
    pub fn moment(&self, as_of: Option<AsOf>) -> DateTime<Utc> {
        let looked_back_to = as_of.and_then(|as_of| as_of.was_at.or(as_of.known_at));
        looked_back_to.unwrap_or_else(|| self.clock.now())
    }

    /// For a process that keeps no views itself: the builds that answer now.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(log: Log, pool: Pool, views: &[Arc<dyn View>]) -> Result<Self, EngineError> {
        let client = pool.get().await?;
        let mut serving = HashMap::new();
        for view in views {
            let build = builds::serving(&client, view.as_ref()).await?;
            let now = build.map_or_else(Serving::default, |build| Serving {
                schema: Some(build.schema.as_str().into()),
                position: build.position,
            });
            serving.insert(view.name(), watch::Sender::new(now).subscribe());
        }
        drop(client);
        Ok(Self::new(log, pool, serving))
    }

    /// Waits until a view has everything up to a position.
    ///
    /// # Errors
    /// [`CatchingUp`] when it has not by the deadline, or there is no such view.
    pub async fn wait_until(
        &self,
        view: &str,
        position: Position,
        within: Duration,
    ) -> Result<(), CatchingUp> {
        let Some(serving) = self.serving.get(view) else {
            return Err(CatchingUp { position: Position::START });
        };
        let mut serving = serving.clone();
        let there = serving.wait_for(|serving| serving.schema.is_some() && serving.position >= position);
        let reached = matches!(tokio::time::timeout(within, there).await, Ok(Ok(_)));
        if reached { Ok(()) } else { Err(CatchingUp { position: serving.borrow().position }) }
    }

    /// How far a view has come.
    #[must_use]
    pub fn position(&self, view: &str) -> Position {
        self.serving.get(view).map_or(Position::START, |serving| serving.borrow().position)
    }

    /// Changes whenever a view takes something in: what a page that stays open listens to.
    #[must_use]
    pub fn watch(&self, view: &str) -> Option<watch::Receiver<Serving>> {
        self.serving.get(view).cloned()
    }

    /// The log's position that a time in the record means.
    ///
    /// # Errors
    /// Those of the log.
    pub async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, ReadError> {
        Ok(self.log.store.position_at(at).await.map_err(EngineError::from)?)
    }

    pub(crate) async fn client(&self) -> Result<Client, ReadError> {
        Ok(self.pool.get().await?)
    }

    pub(crate) async fn source(&self, view: &'static str) -> Result<Source, ReadError> {
        let schema = self.schema(view)?;
        Ok(Source { client: self.pool.get().await?, schema })
    }

    /// The schema of the build that answers: for a statement that reads two views.
    pub(crate) fn schema(&self, view: &'static str) -> Result<Arc<str>, ReadError> {
        let schema = self.serving.get(view).and_then(|serving| serving.borrow().schema.clone());
        schema.ok_or(ReadError::NotBuilt(view))
    }

    /// A key's effective history at another time, in the order things happened.
    pub(crate) async fn history(
        &self,
        view: &'static dyn View,
        key: Key,
        as_of: AsOf,
    ) -> Result<Vec<Entry>, ReadError> {
        let cut = match (as_of.upto, as_of.known_at) {
            (Some(upto), _) => upto,
            (None, Some(at)) => self.position_at(at).await?,
            (None, None) => self.log.store.head().await.map_err(EngineError::from)?.position,
        };
        let mut history = self.history_up_to(view, key, cut).await?;
        history.retain(|entry| as_of.was_at.is_none_or(|at| entry.occurred.earliest() <= at));
        Ok(history)
    }

    /// A key's effective history as it was known at a place in the record.
    pub(crate) async fn history_up_to(
        &self,
        view: &'static dyn View,
        key: Key,
        cut: Position,
    ) -> Result<Vec<Entry>, ReadError> {
        let ids = self.streams_of(view, key).await?;
        let streams = self.log.streams(view, ids, cut).await?;
        let readable: HashMap<Uuid, Vec<Entry>> =
            streams.iter().map(|(id, events)| (*id, readable_up_to(events, cut))).collect();
        let history = history_of(view, key, readable.values().map(Vec::as_slice));
        Ok(history.into_iter().cloned().collect())
    }

    /// The streams on which anything ever stood that bears on a key.
    pub(crate) async fn streams_of(
        &self,
        view: &'static dyn View,
        key: Key,
    ) -> Result<Vec<StreamId>, ReadError> {
        let source = self.source(view.name()).await?;
        let sql = format!("select stream, category from {}.history where key = $1", source.schema);
        let rows = source.client.query(&sql, &[&key]).await?;
        rows.iter().map(|row| Ok(StreamId { id: row.try_get(0)?, category: row.try_get(1)? })).collect()
    }

    /// Streams as they were written, corrections included, each up to the first event that cannot be read.
    pub(crate) async fn written(
        &self,
        view: &'static dyn View,
        ids: Vec<StreamId>,
    ) -> Result<Vec<Vec<Entry>>, ReadError> {
        let head = self.log.store.head().await.map_err(EngineError::from)?.position;
        let streams = self.log.streams(view, ids, head).await?;
        let readable =
            |events: Vec<Decoded>| events.into_iter().map_while(|event| event.content.ok()).collect();
        Ok(streams.into_values().map(readable).collect())
    }
}

/// What stands of a stream up to a position, or up to the first event that cannot be read.
fn readable_up_to(events: &[Decoded], cut: Position) -> Vec<Entry> {
    standing(events, cut).unwrap_or_else(|obstacle| {
        let before = Position::from_raw(obstacle.position.raw().saturating_sub(1));
        standing(events, before).unwrap_or_default()
    })
}
