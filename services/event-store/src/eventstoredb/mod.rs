//! The log in EventStoreDB / KurrentDB, through its official client.
//!
//! One stream of ours is one stream there, named `namespace.category-uuid`; the namespace keeps several logs (and
//! other people's streams) apart on one server. How an event lies there is frozen: see [`layout`].
//!
//! What this log does not promise, and why:
//!
//! - Recorded times in the log's order: they are stamped here, before the server gives the order. "As known at" is
//!   therefore a search from the end for the first event stamped by then, and slow for times long ago.
//! - Evidence: the tree needs the log's order, so it can only be built by a follower, behind the log. There is none
//!   yet.
//! - More than the server takes in one append: a megabyte unless it was set up otherwise.
//!
//! Left out: subscriptions. The client (1.2) spins without ever yielding when a subscription's stream ends without a
//! status, and nothing outside can stop it; so following here is reading, woken by our own appends and by a look
//! several times a second. It needs a user who may read `$all`.

mod append;
mod connection;
mod follow;
pub mod layout;
mod read;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::port::{
    Append, AppendError, Appended, EventStore, Followed, Head, Position, Recorded, StoreError, StreamId,
};
use connection::Connection;

/// Which log of a server, and how it is opened.
#[derive(Clone, Debug)]
pub struct EventStoreDbSettings {
    /// What the names of all this log's streams begin with, before a full stop: letters, digits and `_`.
    pub namespace: String,
    /// The log's name in checkpoints and sealed parts.
    pub origin: String,
    /// A demonstration accepts supplied recorded times.
    pub demonstration: bool,
    /// How long to wait for one answer of the server before asking again.
    pub patience: Duration,
    /// The server's own limit for one append (`MaxAppendSize`), in bytes.
    pub max_append: usize,
}

impl EventStoreDbSettings {
    /// A log that waits ten seconds and keeps to the server's usual limit.
    #[must_use]
    pub fn new(namespace: &str, origin: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            origin: origin.to_owned(),
            demonstration: false,
            patience: Duration::from_secs(10),
            max_append: 1024 * 1024,
        }
    }
}

/// A log on an EventStoreDB or KurrentDB server.
#[derive(Clone)]
pub struct EventStoreDbStore {
    inner: Arc<Inner>,
}

struct Inner {
    settings: EventStoreDbSettings,
    clock: Arc<dyn Clock>,
    connection: Connection,
    /// Raised by this process's own appends, so that its followers need not wait for their next look.
    written: watch::Sender<Position>,
}

impl fmt::Debug for EventStoreDbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the connection: its URL may hold a password.
        f.debug_struct("EventStoreDbStore").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl EventStoreDbStore {
    /// Opens a log by a connection string (`esdb://host:2113?tls=true`). Call it inside a tokio runtime; the server
    /// is first asked when something is read or written.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] when the connection string or the namespace cannot be used.
    pub fn open(
        connection: &str,
        settings: EventStoreDbSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if settings.namespace.is_empty() || !settings.namespace.chars().all(plain) {
            return Err(StoreError::Unfit("a namespace is letters, digits and `_`".to_owned()));
        }
        let connection = Connection::open(connection, settings.patience)?;
        let written = watch::Sender::new(Position::START);
        Ok(Self { inner: Arc::new(Inner { settings, clock, connection, written }) })
    }
}

impl Inner {
    fn stream_name(&self, stream: &StreamId) -> String {
        format!("{}.{stream}", self.settings.namespace)
    }

    fn stream_prefix(&self) -> String {
        format!("{}.", self.settings.namespace)
    }
}

#[async_trait]
impl EventStore for EventStoreDbStore {
    fn origin(&self) -> &str {
        &self.inner.settings.origin
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.inner.append(append).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.inner.read_stream(stream, after_version, limit).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        self.inner.read_all(after, limit).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let newest = self.inner.newest_before(None, 1).await?;
        Ok(newest.first().map_or(Head { position: Position::START, recorded_at: None }, |event| Head {
            position: event.position,
            recorded_at: Some(event.header.recorded_at()),
        }))
    }

    async fn position_at(&self, at: DateTime<Utc>) -> Result<Position, StoreError> {
        const PAGE: usize = 1_000;
        let mut before = None;
        loop {
            let page = self.inner.newest_before(before, PAGE).await?;
            if let Some(known) = page.iter().find(|event| event.header.recorded_at() <= at) {
                return Ok(known.position);
            }
            match page.last() {
                Some(oldest) => before = Some(oldest.position),
                None => return Ok(Position::START),
            }
        }
    }

    fn follow(&self, after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
        follow::follow(Arc::clone(&self.inner), after)
    }
}
