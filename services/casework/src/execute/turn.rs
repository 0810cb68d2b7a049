//! Whose turn it is, where a demonstration tells a story: an order is judged ahead of its time and written when all that
//! is long before it has been, because a log's recorded times never run backwards.

use chrono::{DateTime, Utc};
use tokio::sync::watch;

/// When an order may be written.
#[derive(Clone, Debug)]
pub struct Turn {
    /// All of the story before this is written.
    pub told: watch::Receiver<DateTime<Utc>>,
    /// What must be.
    pub after: DateTime<Utc>,
}

impl Turn {
    /// Waits for it. Nobody waits for a story that is told no further.
    pub async fn comes(&self) {
        let _ = self.told.clone().wait_for(|told| *told >= self.after).await;
    }
}
