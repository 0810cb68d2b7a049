//! Keeping one view: find its build, catch up, switch to it, follow; after any failure, wait and begin again.

use std::sync::Arc;
use std::time::Duration;

use event_store::Position;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::builds::{self, Build, State};
use super::history::Log;
use super::live::{BATCH, Follower};
use super::pages::Opening;
use super::tail::{Batch, decode};
use super::{EngineError, Serving, stopped};
use crate::view::{Key, View};

/// How long to wait after a first failure, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How often to look whether another build answers now.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a process that does not hold the lease looks how far the one that does has come.
const WATCH_EVERY: Duration = Duration::from_millis(40);

/// How often to look whether the first build is there.
const WAIT_FOR_BUILD: Duration = Duration::from_millis(100);

/// Something asked of a view's keeper.
pub enum Order {
    /// Fold these keys anew; answer which are parked.
    Refold(Vec<Key>, oneshot::Sender<Result<Vec<Key>, EngineError>>),
    /// Another build may answer now.
    Look,
}

/// What keeps one view.
pub struct Keeper {
    pub view: Arc<dyn View>,
    pub log: Log,
    pub pool: deadpool_postgres::Pool,
    pub tail: broadcast::Sender<Arc<Batch>>,
    pub serving: watch::Sender<Serving>,
    pub orders: mpsc::Receiver<Order>,
    /// True while this process is the one that folds.
    pub lease: watch::Receiver<bool>,
    pub stop: watch::Receiver<bool>,
}

/// Why a build is no longer followed.
enum Ended {
    Stopped,
    LookAgain,
}

impl Keeper {
    /// Runs until told to stop.
    pub async fn run(mut self) {
        let mut backoff = BACKOFF.0;
        loop {
            if *self.stop.borrow() {
                return;
            }
            let wait = match self.once().await {
                Ok(Ended::Stopped) => return,
                Ok(Ended::LookAgain) => {
                    backoff = BACKOFF.0;
                    if *self.lease.borrow() { WAIT_FOR_BUILD } else { WATCH_EVERY }
                }
                Err(error) => {
                    tracing::warn!(view = self.view.name(), %error, "a view is not kept up just now");
                    let wait = backoff;
                    backoff = (backoff * 2).min(BACKOFF.1);
                    wait
                }
            };
            self.pause(wait).await;
        }
    }

    /// Waits; an order that comes meanwhile is answered with "not now", so that nobody hangs.
    async fn pause(&mut self, wait: Duration) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stopped(&mut stop) => {}
            order = self.orders.recv() => if let Some(Order::Refold(_, answer)) = order {
                let _ = answer.send(Err(EngineError::NotKept));
            },
        }
    }

    async fn once(&mut self) -> Result<Ended, EngineError> {
        let client = self.pool.get().await?;
        let serving = builds::serving(&client, self.view.as_ref()).await?;
        if let Some(build) = &serving {
            self.publish(build);
        }
        if !*self.lease.borrow() {
            return Ok(Ended::LookAgain);
        }
        let waiting = builds::waiting(&client, self.view.as_ref()).await?;
        drop(client);
        match (serving, waiting) {
            (Some(build), _) | (None, Some(build)) => self.follow(build).await,
            (None, None) => Ok(Ended::LookAgain),
        }
    }

    fn publish(&self, build: &Build) {
        self.serving.send_if_modified(|serving| {
            let changed = serving.schema.as_deref() != Some(build.schema.as_str())
                || serving.position != build.position;
            if changed {
                *serving = Serving { schema: Some(build.schema.as_str().into()), position: build.position };
            }
            changed
        });
    }

    async fn follow(&mut self, mut build: Build) -> Result<Ended, EngineError> {
        let mut tail = self.tail.subscribe();
        let mut follower =
            Follower::open(Arc::clone(&self.view), self.log.clone(), self.pool.clone(), &build).await?;
        loop {
            if let Err(error) = self.catch_up(&mut follower, &mut build).await {
                recover(&mut follower, error).await?;
                continue;
            }
            match self.live(&mut follower, &mut build, &mut tail).await {
                Ok(Some(ended)) => return Ok(ended),
                Ok(None) => {}
                Err(error) => recover(&mut follower, error).await?,
            }
        }
    }

    /// Reads by itself until nothing is left, and lets the build answer.
    async fn catch_up(&self, follower: &mut Follower, build: &mut Build) -> Result<(), EngineError> {
        let opening = Opening(Arc::new(vec![Arc::clone(&self.view)]));
        loop {
            if *self.stop.borrow() {
                return Ok(());
            }
            let page = self.log.store.read_all(follower.position(), BATCH).await?;
            if page.is_empty() {
                if build.state == State::Live {
                    return Ok(());
                }
                follower.save().await?;
                let mut client = self.pool.get().await?;
                if builds::switch(&mut client, self.view.as_ref(), follower.schema()).await? {
                    build.state = State::Live;
                    drop(client);
                    follower.reload().await?;
                    self.say(follower, build);
                    tracing::info!(view = self.view.name(), schema = build.schema, "a view answers");
                    return Ok(());
                }
                continue;
            }
            let events = decode(&self.log, &opening, &page).await?;
            follower.apply_or_park(&events).await?;
            self.say(follower, build);
        }
    }

    fn say(&self, follower: &Follower, build: &mut Build) {
        build.position = follower.position();
        if build.state == State::Live {
            self.publish(build);
        }
    }

    /// Takes batches as they come. `None`: some were missed.
    async fn live(
        &mut self,
        follower: &mut Follower,
        build: &mut Build,
        tail: &mut broadcast::Receiver<Arc<Batch>>,
    ) -> Result<Option<Ended>, EngineError> {
        let mut stop = self.stop.clone();
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.tick().await;
        loop {
            tokio::select! {
                batch = tail.recv() => match batch {
                    Ok(batch) if batch.after > follower.position() => return Ok(None),
                    Ok(batch) => {
                        follower.apply_or_park(&batch.events).await?;
                        self.say(follower, build);
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => return Ok(None),
                    Err(broadcast::error::RecvError::Closed) => return Ok(Some(Ended::Stopped)),
                },
                order = self.orders.recv() => match order {
                    Some(Order::Refold(keys, answer)) => {
                        let refolded = follower.refold(&keys).await;
                        let failed = refolded.is_err();
                        let _ = answer.send(refolded);
                        if failed {
                            follower.reload().await?;
                            return Ok(None);
                        }
                    }
                    Some(Order::Look) => if self.is_replaced(follower).await? {
                        return Ok(Some(Ended::LookAgain));
                    },
                    None => return Ok(Some(Ended::Stopped)),
                },
                () = at(follower.save_due()) => follower.save().await?,
                _ = look.tick() => {
                    let holds = *self.lease.borrow();
                    if !holds || self.is_replaced(follower).await? {
                        return Ok(Some(Ended::LookAgain));
                    }
                }
                () = stopped(&mut stop) => return Ok(Some(Ended::Stopped)),
            }
        }
    }

    async fn is_replaced(&self, follower: &Follower) -> Result<bool, EngineError> {
        let client = self.pool.get().await?;
        let serving = builds::serving(&client, self.view.as_ref()).await?;
        Ok(serving.is_some_and(|serving| serving.schema != follower.schema()))
    }
}

/// Waits for a moment, or for ever when there is none.
async fn at(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// After a lost race a runner looks where things are and goes on; anything else is the keeper's to wait for.
async fn recover(follower: &mut Follower, error: EngineError) -> Result<(), EngineError> {
    match error {
        EngineError::LostRace => follower.reload().await,
        other => Err(other),
    }
}

/// Catches a build up with the log and lets it answer.
pub async fn promote(
    log: &Log,
    pool: &deadpool_postgres::Pool,
    view: &Arc<dyn View>,
    build: &Build,
) -> Result<Position, EngineError> {
    let opening = Opening(Arc::new(vec![Arc::clone(view)]));
    let mut follower = Follower::open(Arc::clone(view), log.clone(), pool.clone(), build).await?;
    loop {
        let page = log.store.read_all(follower.position(), BATCH).await?;
        if !page.is_empty() {
            let events = decode(log, &opening, &page).await?;
            follower.apply_or_park(&events).await?;
            continue;
        }
        follower.save().await?;
        let mut client = pool.get().await?;
        if builds::switch(&mut client, view.as_ref(), follower.schema()).await? {
            return Ok(follower.position());
        }
    }
}
