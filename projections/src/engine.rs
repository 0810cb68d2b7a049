//! The engine: keeps every view up with the log, and builds anew those that are stale, beside those that answer.
//!
//! A view is a pure fold over a key's effective history ([`crate::view`]); everything here is about when it is
//! folded and where its rows are kept. A live batch and a rebuild go through the same fold and the same encoder.
//! Left out: what views mean, and who may read them.

mod batch;
mod books;
pub mod builds;
mod cache;
mod change;
mod error;
mod folding;
pub mod history;
mod keep;
mod lease;
mod live;
mod pages;
mod rebuild;
mod report;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Pool;
use event_store::keys::Keys;
use event_store::{EventStore, Position};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::reads::Reads;
use crate::view::{Key, View};
pub use error::{EngineError, SqlRefusal};
use history::Log;
use keep::{Keeper, Order};
pub use report::{Lag, ParkedKey, lag, parked};
pub use tail::Batch;

/// How many orders may wait for a view.
const ORDERS: usize = 64;
/// How long a replaced build is kept for readers that are still in it.
const GRACE_SECONDS: f64 = 10.0;
/// How long a build of an older version stands still, while a newer one goes on, before it is given up: long enough
/// to go back to the older program and find it there.
const OUTDATED_DAYS: i32 = 30;
/// How often builds are looked after: stale ones made, retired ones dropped.
const CARE_EVERY: Duration = Duration::from_secs(2);

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
    tail: broadcast::Sender<Arc<Batch>>,
    gather: watch::Sender<Duration>,
    leased: watch::Receiver<bool>,
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
        let (gather, gathering) = watch::channel(tail::GATHER);
        let (from, out) = (head.position, tail.clone());
        let following = tail::follow(log.clone(), opening, from, out, gathering, stopped.clone());
        tasks.push(tokio::spawn(following));
        tasks.push(tokio::spawn(lease::hold(pool.clone(), lease, stopped.clone())));
        tasks.push(tokio::spawn(care(log.clone(), pool.clone(), views, leased.clone(), stopped)));
        Ok(Self { log, pool, slots, tail, gather, leased, stop, tasks })
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

    /// What comes on record from here on, batch by batch, as the views are given it. Ends with the engine.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.tail.subscribe()
    }

    /// Lets each batch gather for so long: while much is written and nobody waits for a view, fewer and larger ones cost
    /// far less. `None` for as it is at first.
    pub fn gather_for(&self, how_long: Option<Duration>) {
        self.gather.send_replace(how_long.unwrap_or(tail::GATHER));
    }

    /// True while this process is the one that folds. Other work that one process is enough for goes by it too.
    #[must_use]
    pub fn lease(&self) -> watch::Receiver<bool> {
        self.leased.clone()
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

/// Waits for the order to stop. (What a watch lends is a lock's guard, which must not live on in a select.)
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Makes builds that are missing, all in one pass, and drops those nobody reads any more, of any version.
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
    builds::retire_outdated(&client, OUTDATED_DAYS).await?;
    builds::drop_retired(&client, GRACE_SECONDS).await?;
    drop(client);
    if !stale.is_empty() {
        rebuild::rebuild(log, pool, &stale).await?;
    }
    Ok(())
}
