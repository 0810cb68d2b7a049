//! Workers: they watch the logs, find what is to be done, and do it through `execute` as the node.
//!
//! Whatever a worker does can be done twice without harm, by several processes at once too: ids are derived, and
//! `decide` adds nothing that is there. So a worker's own place is only a saving.

mod follow;
mod linkage;
mod looks;
mod notices;
pub mod trawling;

use std::sync::Arc;
use std::time::Duration;

use event_store::{EventStore as _, Position, PostgresStore, Recorded, StoreError};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

use linkage::Linkage;
use notices::Notices;

pub(crate) use linkage::{Look, Looked, has_reached, may_change};
pub use linkage::{Tried, try_rule};

/// Events read at once.
const PAGE: usize = 2_000;

/// The running workers. Stop them before the [`App`] they work for.
#[derive(Debug)]
pub struct Workers {
    stop: watch::Sender<bool>,
    linkage: watch::Receiver<Position>,
    notices: watch::Receiver<Position>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Begins to work.
    #[must_use]
    pub fn start(app: &Arc<App>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (linked, linkage) = watch::channel(Position::START);
        let (noticed, notices) = watch::channel(Position::START);
        let tasks = vec![
            tokio::spawn(follow::run::<Linkage>(Arc::clone(app), linked, stopped.clone())),
            tokio::spawn(follow::run::<Notices>(Arc::clone(app), noticed, stopped.clone())),
            tokio::spawn(looks::run(Arc::clone(app), stopped)),
        ];
        Self { stop, linkage, notices, tasks }
    }

    /// Waits until linkage has looked at everything up to a position; false when it has not in time.
    pub async fn has_linked(&self, position: Position, within: Duration) -> bool {
        is_there(&self.linkage, position, within).await
    }

    /// Waits until every answer was held against everything up to a position; false when it was not in time.
    pub async fn has_noticed(&self, position: Position, within: Duration) -> bool {
        is_there(&self.notices, position, within).await
    }

    /// Lets each finish what it is about, and waits for that.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            // A task that panicked has said so already.
            let _ = task.await;
        }
    }
}

/// The next page of a log; none when all was read.
pub(crate) async fn next_page(
    log: &PostgresStore,
    at: &mut Position,
) -> Result<Option<Vec<Recorded>>, StoreError> {
    let page = log.read_all(*at, PAGE).await?;
    let Some(last) = page.last() else { return Ok(None) };
    *at = last.position;
    Ok(Some(page))
}

async fn is_there(worker: &watch::Receiver<Position>, position: Position, within: Duration) -> bool {
    let mut reached = worker.clone();
    let there = reached.wait_for(|reached| *reached >= position);
    matches!(tokio::time::timeout(within, there).await, Ok(Ok(_)))
}
