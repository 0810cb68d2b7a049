//! The log in Postgres: one table of events, one of flushes, one writer a process.
//!
//! Any number of processes may write: a position can be taken once, so the order is the database's. Readers never
//! wait for writers, and a long snapshot slows nobody, because no row is ever updated.

mod audit;
mod follow;
mod gather;
mod known;
mod nodes;
mod rows;
mod session;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use futures_util::stream::BoxStream;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_postgres::NoTls;

use crate::clock::Clock;
use crate::port::{
    Append, AppendError, Appended, EventStore, Followed, Head, Position, Recorded, StoreError, StreamId,
};
use crate::writing::Prepared;

pub use audit::Verified;
use gather::{Gathering, Part};
use rows::Reading;
pub use writer::FlushFigures;
use writer::{Saw, Writer, count};

/// Which log of a database, and how it is opened.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// The schema: `record` or `access`.
    pub schema: LogSchema,
    /// The log's name in checkpoints and sealed parts.
    pub origin: String,
    /// A demonstration accepts supplied recorded times.
    pub demonstration: bool,
    /// Connections for reading.
    pub readers: usize,
}

/// The two logs, each a schema of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogSchema {
    /// What happened.
    Record,
    /// Who looked at what.
    Access,
}

impl LogSchema {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Access => "access",
        }
    }

    /// A statement's text with this log's name in place of `$log`.
    fn fill(self, text: &str) -> String {
        text.replace("$log", self.name())
    }
}

/// A log in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: LogSettings,
    reading: Reading,
    readers: Pool,
    gathering: Gathering,
    /// Where the log was opened: what others wait for is not run by whoever happened to ask first.
    runtime: Handle,
    writer: Writer,
    head: watch::Sender<u64>,
}

impl PostgresStore {
    /// Opens a log whose tables are there (`infra/migrations/log`), as a role that may insert and read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached, [`StoreError::Unfit`] when its tables are
    /// not these.
    pub async fn open(
        config: tokio_postgres::Config,
        settings: LogSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let readers = Pool::builder(manager)
            .max_size(settings.readers.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(std::time::Duration::from_secs(5)))
            .build()
            .map_err(unavailable)?;
        let head = watch::Sender::new(0);
        let writer = Writer::start(config, settings.clone(), clock, head.clone())?;
        let reading = Reading::of(settings.schema, &settings.origin);
        let store = Self {
            inner: Arc::new(Inner {
                settings,
                reading,
                readers,
                gathering: Gathering::default(),
                runtime: Handle::current(),
                writer,
                head,
            }),
        };
        let at = store.head().await?;
        raise(&store.inner.head, u64::try_from(at.position.raw()).unwrap_or(u64::MAX));
        Ok(store)
    }

    /// How full flushes have been since the log was opened.
    #[must_use]
    pub fn flush_figures(&self) -> FlushFigures {
        self.inner.writer.figures()
    }

    /// The position of the newest event this process has heard of, as it changes.
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<u64> {
        self.inner.head.subscribe()
    }
}

impl Inner {
    fn sql(&self, text: &str) -> String {
        self.settings.schema.fill(text)
    }
}

/// Tells followers how far the log has come; never that it has gone back.
fn raise(head: &watch::Sender<u64>, position: u64) {
    head.send_if_modified(|head| {
        let newer = position > *head;
        *head = position.max(*head);
        newer
    });
}

/// Any error of the driver or the pool, when it only means "not now".
fn unavailable(cause: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(cause))
}

fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn to_position(stored: i64) -> Position {
    Position::from_raw(u128::try_from(stored).unwrap_or(0))
}

#[async_trait]
impl EventStore for PostgresStore {
    fn origin(&self) -> &str {
        &self.inner.settings.origin
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let prepared = Prepared::new(append, self.inner.settings.demonstration)?;
        self.inner.writer.submit(prepared).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let part = Part { stream: stream.id, after_version: to_i64(after_version), limit };
        let upto = *self.inner.head.borrow();
        let events = self.inner.read_gathered(part).await?;
        let seen = match events.last().map(|last| last.header.version()) {
            Some(version) if to_i64(count(events.len())) < limit => Saw::Last(version),
            Some(version) => Saw::More(version),
            None => Saw::NothingAfter(after_version),
        };
        self.inner.writer.saw(stream.id, seen, upto);
        Ok(events)
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let after = i64::try_from(after.raw()).unwrap_or(i64::MAX);
        self.inner.read_range(after, i64::try_from(limit).unwrap_or(i64::MAX)).await
    }

    async fn read_kind(
        &self,
        prefix: &str,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let statement = client.prepare_cached(&self.inner.reading.of_kind).await.map_err(unfit)?;
        let after = i64::try_from(after.raw()).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found =
            client.query(&statement, &[&after, &prefix.as_bytes(), &limit]).await.map_err(unavailable)?;
        found.iter().map(rows::from_row).collect()
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let statement = client.prepare_cached(&self.inner.reading.head).await.map_err(unfit)?;
        let row = client.query_opt(&statement, &[]).await.map_err(unfit)?;
        Ok(row.map_or(Head { position: Position::START, recorded_at: None }, |row| Head {
            position: to_position(row.get(0)),
            recorded_at: Some(row.get(1)),
        }))
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, StoreError> {
        // Recorded times never run backwards along the log, so halving finds the place in some 30 probes of the
        // primary key; an index on the time would cost every append.
        let head = self.head().await?;
        let (mut known, mut unknown) = (0_u128, head.position.raw() + 1);
        let client = self.inner.readers.get().await.map_err(unavailable)?;
        let statement = client.prepare_cached(&self.inner.reading.known_at).await.map_err(unfit)?;
        while unknown - known > 1 {
            let middle = known.midpoint(unknown);
            let probe = i64::try_from(middle).unwrap_or(i64::MAX);
            let row = client.query_opt(&statement, &[&probe, &at]).await.map_err(unavailable)?;
            if row.is_some_and(|row| row.get(0)) { known = middle } else { unknown = middle }
        }
        Ok(Position::from_raw(known))
    }

    fn follow(&self, after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
        follow::follow(Arc::clone(&self.inner), after)
    }
}

/// An error of a statement: tables that are missing or may not be read are not "try again later".
fn unfit(cause: tokio_postgres::Error) -> StoreError {
    use tokio_postgres::error::SqlState;
    match cause.code() {
        Some(code)
            if *code == SqlState::UNDEFINED_TABLE
                || *code == SqlState::INVALID_SCHEMA_NAME
                || *code == SqlState::INSUFFICIENT_PRIVILEGE
                || *code == SqlState::UNDEFINED_COLUMN =>
        {
            let detail = cause.as_db_error().map(|error| error.message().to_owned());
            StoreError::Unfit(detail.unwrap_or_default())
        }
        _ => unavailable(cause),
    }
}
