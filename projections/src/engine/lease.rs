//! Which process folds. Only a saving: two that fold do no harm, because checkpoints are compared and set.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio::sync::watch;

use super::{EngineError, stopped};

/// How often the lease is asked for, or looked after.
const EVERY: Duration = Duration::from_millis(500);
const LOCK: &str = "goldthread views";

/// Holds the lease whenever it can be had, until told to stop.
pub async fn hold(pool: Pool, lease: watch::Sender<bool>, mut stop: watch::Receiver<bool>) {
    let mut held = None;
    loop {
        held = match held {
            None => take(&pool).await.unwrap_or_default(),
            Some(client) => is_alive(&client).await.then_some(client),
        };
        lease.send_if_modified(|lease| std::mem::replace(lease, held.is_some()) != held.is_some());
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            // Closing the connection gives the lease up.
            () = stopped(&mut stop) => return,
        }
    }
}

/// A connection of its own that holds the lock, taken out of the pool so that the lock never goes back into it.
async fn take(pool: &Pool) -> Result<Option<deadpool_postgres::ClientWrapper>, EngineError> {
    let client = pool.get().await?;
    let row = client.query_one("select pg_try_advisory_lock(hashtextextended($1, 0))", &[&LOCK]).await?;
    let taken: bool = row.try_get(0)?;
    Ok(taken.then(|| Object::take(client)))
}

async fn is_alive(client: &deadpool_postgres::ClientWrapper) -> bool {
    let asked = tokio::time::timeout(Duration::from_secs(5), client.simple_query("")).await;
    matches!(asked, Ok(Ok(_)))
}
