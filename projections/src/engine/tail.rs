//! One reader of the log for all views that keep up with it.
//!
//! Each batch is decoded once and handed to every view. A view that falls behind loses its place in the queue, not
//! an event: it sees from the next batch that it missed some, and reads those by itself.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Followed, Position, Recorded};
use futures_util::StreamExt;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

use super::history::Log;
use super::pages::Opening;
use super::{EngineError, stopped};
use crate::decode::{Decoded, Decoder, look_up};

/// How many batches a slow view may be behind before it reads by itself.
pub const BEHIND: usize = 16;
/// How long the next batch gathers after one was given out, unless somebody says otherwise: under load it is the batch
/// that costs, not the event.
pub const GATHER: Duration = Duration::from_millis(3);
/// How long to wait before following again after a failure.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// Events in order, none missing between `after` and the last.
pub struct Batch {
    pub after: Position,
    pub events: Vec<Decoded>,
}

/// Follows the log from a position until told to stop.
pub async fn follow(
    log: Log,
    opening: Opening,
    from: Position,
    out: broadcast::Sender<Arc<Batch>>,
    gather: watch::Receiver<Duration>,
    mut stop: watch::Receiver<bool>,
) {
    let mut after = from;
    let mut gathered = Instant::now();
    loop {
        let mut events = log.store.follow(after);
        loop {
            let next = async {
                tokio::time::sleep_until(gathered).await;
                events.next().await
            };
            let next = tokio::select! {
                next = next => next,
                () = stopped(&mut stop) => return,
            };
            match next {
                Some(Ok(Followed::CaughtUp(_))) => {}
                Some(Ok(Followed::Events(page))) => {
                    let Some(last) = page.last().map(|last| last.position) else { continue };
                    match decode(&log, &opening, &page).await {
                        Ok(events) => {
                            // Nobody may be listening yet; they read by themselves from where they are.
                            let _ = out.send(Arc::new(Batch { after, events }));
                            after = last;
                            gathered = Instant::now() + *gather.borrow();
                        }
                        Err(error) => {
                            tracing::warn!(%error, "the tail of the log cannot be decoded just now");
                            break;
                        }
                    }
                }
                Some(Err(error)) => {
                    tracing::error!(%error, "the log cannot be followed");
                    break;
                }
                None => break,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            () = stopped(&mut stop) => return,
        }
    }
}

/// Decodes a page, opening what any of the views opens.
pub async fn decode(log: &Log, opening: &Opening, page: &[Recorded]) -> Result<Vec<Decoded>, EngineError> {
    let opens = |kind: &str| opening.opens(kind);
    let keys = look_up(log.keys.as_ref(), page, &opens).await?;
    Ok(Decoder { origin: log.store.origin(), opens: &opens, keys: &keys }.decode(page))
}
