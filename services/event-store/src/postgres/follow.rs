//! Following the log: a watch of the newest position, raised by this process's own writer, by NOTIFY from others,
//! and by a look now and then, since a notification is only a hint.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::Inner;
use crate::port::{Followed, Position, StoreError};

/// How many events a follower is given at once.
const BATCH: i64 = 2_000;
/// How long a follower trusts that silence means nothing happened.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long to wait before connecting again.
const RETRY_AFTER: Duration = Duration::from_millis(250);

struct Follower {
    inner: Arc<Inner>,
    head: tokio::sync::watch::Receiver<u64>,
    after: i64,
    told: bool,
}

pub(super) fn follow(inner: Arc<Inner>, after: Position) -> BoxStream<'static, Result<Followed, StoreError>> {
    let head = inner.head.subscribe();
    let after = i64::try_from(after.raw()).unwrap_or(i64::MAX);
    stream::unfold(Some(Follower { inner, head, after, told: false }), |follower| async move {
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
            self.head.mark_unchanged();
            match self.inner.read_range(self.after, BATCH).await {
                Ok(events) => {
                    if let Some(last) = events.last() {
                        self.after = i64::try_from(last.position.raw()).unwrap_or(i64::MAX);
                        self.told = false;
                        return Ok(Followed::Events(events));
                    }
                    if !self.told {
                        self.told = true;
                        return Ok(Followed::CaughtUp(super::to_position(self.after)));
                    }
                }
                Err(StoreError::Unavailable(cause)) => {
                    tracing::warn!(cause = %cause, "the log cannot be followed just now");
                    tokio::time::sleep(RETRY_AFTER).await;
                    continue;
                }
                Err(error) => return Err(error),
            }
            // The sender lives as long as `inner`; a time-out means "look anyway".
            let _ = tokio::time::timeout(LOOK_EVERY, self.head.changed()).await;
        }
    }
}
