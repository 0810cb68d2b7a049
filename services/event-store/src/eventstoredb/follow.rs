//! Following by reading: first our own events page by page, then whatever comes, ours or not.
//!
//! Once caught up, everything is looked at: a search for our events alone would pass over the same foreign ones at
//! every look.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::watch;

use super::Inner;
use super::read::Look;
use crate::port::{Followed, Position, StoreError};

/// How many events a follower is given at once.
const BATCH: usize = 1_000;
/// How long a follower trusts that silence means nothing happened.
const LOOK_EVERY: Duration = Duration::from_millis(250);

struct Follower {
    inner: Arc<Inner>,
    written: watch::Receiver<Position>,
    /// The last event given out.
    after: Position,
    /// The last place looked at, once the past has been read.
    scanned: Option<Position>,
    told: bool,
}

pub(super) fn follow(inner: Arc<Inner>, after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
    let written = inner.written.subscribe();
    let follower = Follower { inner, written, after, scanned: None, told: false };
    stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(followed) => Some((Ok(followed), Some(follower))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl Follower {
    async fn next(&mut self) -> Result<Followed, StoreError> {
        loop {
            self.written.mark_unchanged();
            match self.step().await {
                Ok(Some(followed)) => return Ok(followed),
                // The sender lives as long as `inner`; a time-out means "look anyway".
                Ok(None) => {
                    let _ = tokio::time::timeout(LOOK_EVERY, self.written.changed()).await;
                }
                Err(StoreError::Unavailable(cause)) => {
                    tracing::warn!(cause = %cause, "the log cannot be followed just now");
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What there is to say now, or nothing.
    async fn step(&mut self) -> Result<Option<Followed>, StoreError> {
        let Some(scanned) = self.scanned else {
            let events = self.inner.read_all(self.after, BATCH).await?;
            if let Some(last) = events.last() {
                self.after = last.position;
                return Ok(Some(Followed::Events(events)));
            }
            self.scanned = Some(self.after);
            self.told = true;
            return Ok(Some(Followed::CaughtUp(self.after)));
        };
        let mut scanned = scanned;
        loop {
            let Look { ours, scanned: seen } = self.inner.look(scanned, BATCH).await?;
            scanned = seen.unwrap_or(scanned);
            self.scanned = Some(scanned);
            if let Some(last) = ours.last() {
                self.after = last.position;
                self.told = false;
                return Ok(Some(Followed::Events(ours)));
            }
            if seen.is_none() {
                break;
            }
        }
        if !self.told && !self.inner.is_more_after(self.after).await? {
            self.told = true;
            return Ok(Some(Followed::CaughtUp(self.after)));
        }
        Ok(None)
    }
}
