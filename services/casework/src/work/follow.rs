//! How a worker follows the record: it is given the streams that something was added to, batch by batch, catches up
//! by itself after a pause, and writes down how far it has come.
//!
//! Left out: what it does with them. Whatever that is can be done twice: after a restart some of it is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_store::{EventStore as _, Position};
use projections::engine::Batch;
use projections::workers;
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Cause, ExecuteError};
use crate::execute::Order;
use crate::visitor::Visitor;

/// How many events are looked at together while catching up.
const PAGE: usize = 1_000;
/// How long to wait before beginning again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often the place is written down, at most.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// Streams something was added to, and of which kind each is.
pub(super) type Touched = BTreeMap<Uuid, String>;

/// What a worker does.
pub(super) trait Work: Default + Send {
    const NAME: &'static str;

    /// True for the kinds of event it must look at.
    fn concerns(kind: &str) -> bool;

    /// Where it goes on from, having come so far before.
    fn begin_at(app: &App, reached: Position) -> impl Future<Output = Result<Position, Cause>> + Send {
        let _ = app;
        std::future::ready(Ok(reached))
    }

    /// Looks at what streams touch, as everything stands; the record is known up to a position.
    fn look(
        &mut self,
        app: &App,
        streams: &Touched,
        upto: Position,
    ) -> impl Future<Output = Result<(), Cause>> + Send;
}

/// Works until told to stop, while this process is the one that keeps the views: one is enough.
pub(super) async fn run<W: Work>(
    app: Arc<App>,
    reached: watch::Sender<Position>,
    mut stop: watch::Receiver<bool>,
) {
    let mut lease = app.engine.lease();
    loop {
        tokio::select! {
            () = until(&mut lease, true) => {}
            () = until(&mut stop, true) => return,
        }
        let following = Following { app: &app, work: W::default(), reached: &reached, saved: Instant::now() };
        tokio::select! {
            ended = following.follow(stop.clone()) => match ended {
                Ok(()) => return,
                Err(error) => tracing::warn!(worker = W::NAME, %error, "a worker stands still just now"),
            },
            () = until(&mut lease, false) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = until(&mut stop, true) => return,
        }
    }
}

/// Carries out an order of the node's; where it is then, or the start when another process was quicker.
pub(super) async fn carried_out(app: &App, order: &Order) -> Result<Position, ExecuteError> {
    match app.execute(&Visitor::node(), order.clone()).await {
        Ok(done) => Ok(done.position),
        // The next look compares again.
        Err(ExecuteError::Stale | ExecuteError::Absent) => Ok(Position::START),
        Err(error) => Err(error),
    }
}

/// Waits for a word. (What a watch lends is a lock's guard, which must not live on in a select.)
async fn until(word: &mut watch::Receiver<bool>, wanted: bool) {
    let _ = word.wait_for(|word| *word == wanted).await;
}

struct Following<'a, W> {
    app: &'a App,
    work: W,
    reached: &'a watch::Sender<Position>,
    saved: Instant,
}

impl<W: Work> Following<'_, W> {
    async fn follow(mut self, mut stop: watch::Receiver<bool>) -> Result<(), Cause> {
        let reached = workers::reached(&self.app.views, W::NAME).await?;
        let mut at = W::begin_at(self.app, reached).await?;
        loop {
            let mut tail = self.app.engine.listen();
            at = self.catch_up(at, &stop).await?;
            loop {
                let batch = tokio::select! {
                    batch = tail.recv() => batch,
                    () = until(&mut stop, true) => return self.save(at).await,
                };
                // Some were missed: read on from here.
                let Ok(batch) = batch else { break };
                if batch.after > at {
                    break;
                }
                let mut streams = Touched::new();
                let mut next = take::<W>(&batch, at, &mut streams);
                // Under load several are waiting, and one look does for all.
                while let Ok(batch) = tail.try_recv() {
                    next = take::<W>(&batch, next, &mut streams);
                }
                at = self.look(streams, next).await?;
                if self.saved.elapsed() >= SAVE_EVERY {
                    self.save(at).await?;
                }
            }
        }
    }

    /// Reads by itself until nothing is left.
    async fn catch_up(&mut self, from: Position, stop: &watch::Receiver<bool>) -> Result<Position, Cause> {
        let mut at = from;
        loop {
            let page = self.app.record.read_all(at, PAGE).await?;
            let Some(last) = page.last().filter(|_| !*stop.borrow()) else {
                self.reached.send_replace(at);
                return Ok(at);
            };
            let last = last.position;
            let headers = page.iter().map(|event| &event.header).filter(|header| W::concerns(header.kind()));
            let streams = headers.map(|header| (header.stream_id(), header.category().to_owned()));
            at = self.look(streams.collect(), last).await?;
            self.save(at).await?;
        }
    }

    async fn look(&mut self, streams: Touched, upto: Position) -> Result<Position, Cause> {
        if !streams.is_empty() {
            self.work.look(self.app, &streams, upto).await?;
        }
        self.reached.send_replace(upto);
        Ok(upto)
    }

    async fn save(&mut self, at: Position) -> Result<(), Cause> {
        workers::reach(&self.app.views, W::NAME, at).await?;
        self.saved = Instant::now();
        Ok(())
    }
}

/// The streams of a batch that concern a worker; where the batch ends.
fn take<W: Work>(batch: &Batch, at: Position, streams: &mut Touched) -> Position {
    let mut last = at;
    for event in batch.events.iter().filter(|event| event.position > at) {
        last = event.position;
        if event.content.as_ref().is_ok_and(|entry| W::concerns(entry.event.kind())) {
            streams.entry(event.stream).or_insert_with(|| event.category.to_string());
        }
    }
    last
}
