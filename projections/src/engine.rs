//! The engine: keeps every view up with the log, and builds anew those that are stale, beside those that answer.
//!
//! A view is a pure fold over a key's effective history ([`crate::view`]); everything here is about when it is
//! folded and where its rows are kept. A live batch and a rebuild go through the same fold and the same encoder.
//! Left out: what views mean, and who may read them.

mod batch;
mod books;
pub mod builds;
mod cache;
mod folding;
pub mod history;
mod keep;
mod lease;
mod live;
mod pages;
mod rebuild;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use deadpool_postgres::Pool;
use event_store::keys::{Keys, KeysError};
use event_store::{EventStore, Position, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::reads::Reads;
use crate::view::{Key, View};
use builds::{Build, State};
use history::Log;
use keep::{Keeper, Order};

/// How many orders may wait for a view.
const ORDERS: usize = 64;
/// How long a replaced build is kept for readers that are still in it.
const GRACE_SECONDS: f64 = 10.0;
/// How often builds are looked after: stale ones made, retired ones dropped.
const CARE_EVERY: Duration = Duration::from_secs(2);

/// What stopped the engine for the moment. It goes on by itself unless it says it cannot.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the views' database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the views' database refused a statement (SQLSTATE {})", .0.code())]
    Refused(#[source] Box<SqlRefusal>),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("another runner moved this view's checkpoint")]
    LostRace,
    #[error("this build was replaced")]
    Replaced,
    #[error("there is no view `{0}`")]
    NoSuchView(String),
    #[error("this process does not keep the view just now")]
    NotKept,
    #[error("the engine was stopped")]
    Stopped,
}

/// What Postgres said of a statement, without its detail, which can quote a row.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SqlRefusal {
    code: String,
    message: String,
}

impl SqlRefusal {
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl EngineError {
    /// True when Postgres would not take a row: trying again will not help.
    fn is_about_a_row(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code.starts_with("22") || refusal.code.starts_with("23"))
    }
}

impl From<tokio_postgres::Error> for EngineError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            // A server that is shutting down, starting, or out of connections says so in class 53 and 57.
            Some(db) if !matches!(db.code().code().get(..2), Some("53" | "57" | "08")) => {
                Self::Refused(Box::new(SqlRefusal {
                    code: db.code().code().to_owned(),
                    message: db.message().to_owned(),
                }))
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<deadpool_postgres::PoolError> for EngineError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Which build of a view answers, and how far it has come.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Serving {
    /// `None`: no build of this program's version answers yet.
    pub schema: Option<Arc<str>>,
    pub position: Position,
}

/// A page asked for more than the view has yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the view is still catching up: it is at {position}")]
pub struct CatchingUp {
    pub position: Position,
}

/// How far a view is behind the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Lag {
    pub view: &'static str,
    /// The build that answers, or the one being made.
    pub build: Option<Build>,
    pub head: Position,
    /// Events not yet in its rows.
    pub events: u128,
    /// Between the newest event of the log and the newest in its rows.
    pub behind: Option<TimeDelta>,
    /// Keys that are parked.
    pub parked: i64,
}

/// A parked key, as `projections list` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParkedKey {
    pub key: Key,
    pub position: Position,
    pub event_id: uuid::Uuid,
    pub code: String,
}

impl Build {
    /// Events a second while building, and the seconds it still needs.
    #[must_use]
    pub fn pace(&self) -> Option<(i64, i64)> {
        let spent = (self.updated_at - self.started_at).num_milliseconds();
        let rate = self.events_read.checked_mul(1_000)?.checked_div(spent).filter(|rate| *rate > 0)?;
        let left = self.events_expected.saturating_sub(self.events_read).max(0);
        (self.state == State::Building).then_some((rate, left / rate))
    }
}

struct Slot {
    view: Arc<dyn View>,
    serving: watch::Sender<Serving>,
    orders: mpsc::Sender<Order>,
}

/// The running engine. Stopping it loses nothing.
pub struct Engine {
    log: Log,
    pool: Pool,
    slots: Vec<Slot>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts keeping views. The pool is the engine's own: it needs two connections a view and two more.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the log cannot be read at all.
    pub async fn start(
        store: Arc<dyn EventStore>,
        keys: Arc<dyn Keys>,
        pool: Pool,
        views: Vec<Arc<dyn View>>,
    ) -> Result<Self, EngineError> {
        let log = Log { store, keys };
        let head = log.store.head().await?;
        let (stop, stopped) = watch::channel(false);
        let (tail, _) = broadcast::channel(tail::BEHIND);
        let (lease, leased) = watch::channel(false);
        let mut slots = Vec::new();
        let mut tasks = Vec::new();
        for view in &views {
            let (orders, received) = mpsc::channel(ORDERS);
            let serving = watch::Sender::new(Serving::default());
            slots.push(Slot { view: Arc::clone(view), serving: serving.clone(), orders });
            let keeper = Keeper {
                view: Arc::clone(view),
                log: log.clone(),
                pool: pool.clone(),
                tail: tail.clone(),
                serving,
                orders: received,
                lease: leased.clone(),
                stop: stopped.clone(),
            };
            tasks.push(tokio::spawn(keeper.run()));
        }
        let opening = pages::Opening(Arc::new(views.clone()));
        tasks.push(tokio::spawn(tail::follow(log.clone(), opening, head.position, tail, stopped.clone())));
        tasks.push(tokio::spawn(lease::hold(pool.clone(), lease, stopped.clone())));
        tasks.push(tokio::spawn(care(log.clone(), pool.clone(), views, leased, stopped)));
        Ok(Self { log, pool, slots, stop, tasks })
    }

    /// Stops all work and waits for it to end.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for task in std::mem::take(&mut self.tasks) {
            // A task that panicked has said so already.
            let _ = task.await;
        }
    }

    /// Where queries read.
    #[must_use]
    pub fn reads(&self) -> Reads {
        let serving = self.slots.iter().map(|slot| (slot.view.name(), slot.serving.subscribe())).collect();
        Reads::new(self.log.clone(), self.pool.clone(), serving)
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
        self.reads().wait_until(view, position, within).await
    }

    /// Waits until every view of this program answers.
    pub async fn ready(&self) {
        for slot in &self.slots {
            // The sender lives in `self`.
            let _ = slot.serving.subscribe().wait_for(|serving| serving.schema.is_some()).await;
        }
    }

    /// True when every view of this program answers.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.slots.iter().all(|slot| slot.serving.borrow().schema.is_some())
    }

    /// Folds a key anew in every view, at the checkpoint: after its key was destroyed, nothing of it stays.
    ///
    /// # Errors
    /// [`EngineError::NotKept`] when another process keeps the views, or they are not being kept up just now.
    pub async fn refold(&self, key: Key) -> Result<(), EngineError> {
        for slot in &self.slots {
            ask(slot, vec![key]).await?;
        }
        Ok(())
    }

    /// Tries parked keys of a view again; says which stay parked.
    ///
    /// # Errors
    /// As [`Engine::refold`], and [`EngineError::NoSuchView`].
    pub async fn retry(&self, view: &str, keys: Vec<Key>) -> Result<Vec<Key>, EngineError> {
        ask(self.slot(view)?, keys).await
    }

    /// Builds views anew from the log and lets the new builds answer. All of one program's views if none is named.
    ///
    /// # Errors
    /// [`EngineError::NoSuchView`], [`EngineError::NotKept`] when another process is building one of them, and
    /// those of the log and the database; the builds that answered go on answering.
    pub async fn rebuild(&self, names: &[&str]) -> Result<(), EngineError> {
        let mut views = Vec::new();
        for name in names {
            views.push(Arc::clone(&self.slot(name)?.view));
        }
        if names.is_empty() {
            views.extend(self.slots.iter().map(|slot| Arc::clone(&slot.view)));
        }
        rebuild_and_switch(&self.log, &self.pool, &views).await?;
        for slot in &self.slots {
            // A keeper that is gone was stopped.
            let _ = slot.orders.send(Order::Look).await;
        }
        Ok(())
    }

    /// How far each view is behind.
    ///
    /// # Errors
    /// Those of the log and the database.
    pub async fn lag(&self) -> Result<Vec<Lag>, EngineError> {
        let views: Vec<&dyn View> = self.slots.iter().map(|slot| slot.view.as_ref()).collect();
        lag(&self.log, &self.pool, &views).await
    }

    fn slot(&self, name: &str) -> Result<&Slot, EngineError> {
        let found = self.slots.iter().find(|slot| slot.view.name() == name);
        found.ok_or_else(|| EngineError::NoSuchView(name.to_owned()))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn ask(slot: &Slot, keys: Vec<Key>) -> Result<Vec<Key>, EngineError> {
    let (answer, answered) = oneshot::channel();
    slot.orders.send(Order::Refold(keys, answer)).await.map_err(|_| EngineError::Stopped)?;
    answered.await.map_err(|_| EngineError::Stopped)?
}

/// Builds views anew and lets them answer, from any process; a running engine elsewhere notices by itself.
///
/// # Errors
/// [`EngineError::NotKept`] when another process is building one of them; those of the log and the database.
pub async fn rebuild_and_switch(log: &Log, pool: &Pool, views: &[Arc<dyn View>]) -> Result<(), EngineError> {
    let built = rebuild::rebuild(log, pool, views).await?;
    let all = built.len() == views.len();
    for (view, build) in built {
        keep::promote(log, pool, &view, &build).await?;
    }
    if all { Ok(()) } else { Err(EngineError::NotKept) }
}

/// How far each of these views is behind, seen from any process.
///
/// # Errors
/// Those of the log and the database.
pub async fn lag(log: &Log, pool: &Pool, views: &[&dyn View]) -> Result<Vec<Lag>, EngineError> {
    let client = pool.get().await?;
    let builds = builds::list(&client).await?;
    let head = log.store.head().await?;
    let mut lags = Vec::new();
    for view in views {
        let mine = |build: &&Build| build.view == view.name() && build.version == view.version();
        let of_state = |state| builds.iter().filter(mine).rev().find(|build| build.state == state);
        let build = of_state(State::Live).or(of_state(State::CatchingUp)).or(of_state(State::Building));
        let position = build.map_or(Position::START, |build| build.position);
        let newest: Option<DateTime<Utc>> = build.and_then(|build| build.recorded_at);
        let parked = match build.filter(|build| build.state != State::Building) {
            None => 0,
            Some(build) => {
                let sql = format!("select count(*) from {}.parked", build.schema);
                client.query_one(&sql, &[]).await?.try_get(0)?
            }
        };
        lags.push(Lag {
            view: view.name(),
            build: build.cloned(),
            head: head.position,
            events: head.position.raw().saturating_sub(position.raw()),
            behind: head.recorded_at.zip(newest).map(|(head, newest)| (head - newest).max(TimeDelta::zero())),
            parked,
        });
    }
    Ok(lags)
}

/// The parked keys of a view.
///
/// # Errors
/// Those of the database.
pub async fn parked(pool: &Pool, view: &dyn View) -> Result<Vec<ParkedKey>, EngineError> {
    let client = pool.get().await?;
    let Some(build) = builds::serving(&client, view).await? else { return Ok(Vec::new()) };
    let sql =
        format!("select key, position, event_id, code from {}.parked order by position, key", build.schema);
    let rows = client.query(&sql, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(ParkedKey {
                key: row.try_get(0)?,
                position: builds::position_from(row.try_get(1)?),
                event_id: row.try_get(2)?,
                code: row.try_get(3)?,
            })
        })
        .collect()
}

/// Waits for the order to stop. (What a watch lends is a lock's guard, which must not live on in a select.)
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Makes builds that are missing, all in one pass, and drops those nobody reads any more.
async fn care(
    log: Log,
    pool: Pool,
    views: Vec<Arc<dyn View>>,
    mut lease: watch::Receiver<bool>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let holds = *lease.borrow_and_update();
        if holds {
            // A build given up half-way leaves nothing: its transaction ends with its connection.
            tokio::select! {
                cared = care_once(&log, &pool, &views) => if let Err(error) = cared {
                    tracing::warn!(%error, "builds cannot be looked after just now");
                },
                () = stopped(&mut stop) => return,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(CARE_EVERY) => {}
            _ = lease.changed() => {}
            () = stopped(&mut stop) => return,
        }
    }
}

async fn care_once(log: &Log, pool: &Pool, views: &[Arc<dyn View>]) -> Result<(), EngineError> {
    let client = pool.get().await?;
    let mut stale = Vec::new();
    for view in views {
        let serving = builds::serving(&client, view.as_ref()).await?;
        if serving.is_none() && builds::waiting(&client, view.as_ref()).await?.is_none() {
            stale.push(Arc::clone(view));
        }
    }
    builds::drop_retired(&client, GRACE_SECONDS).await?;
    drop(client);
    if !stale.is_empty() {
        rebuild::rebuild(log, pool, &stale).await?;
    }
    Ok(())
}
