//! Keeps the index of who has looked near the end of the access log, so that whoever asks waits for little.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;

const EVERY: Duration = Duration::from_secs(5);
/// As long as a turn may take; the next goes on from there.
const TURN: Duration = Duration::from_secs(60);

/// Works until told to stop. Two processes take in the same looks, and nothing comes of it twice.
pub(super) async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = async { let _ = stop.wait_for(|stop| *stop).await; } => return,
        }
        if let Err(cause) = app.take_in_looks(TURN).await {
            tracing::warn!(%cause, "the index of looks stands still just now");
        }
    }
}
