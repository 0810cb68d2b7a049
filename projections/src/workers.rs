//! How far each worker has come in the record, so that a restart goes on from there.
//!
//! What a worker does may be done twice without harm, so this may lag behind: it saves work, it decides nothing.

use event_store::Position;

use crate::engine::builds::{position_bytes, position_from};
use crate::reads::{ReadError, Reads};

/// How far a worker has come; the start for one that has never worked.
///
/// # Errors
/// Those of the database.
pub async fn reached(reads: &Reads, worker: &str) -> Result<Position, ReadError> {
    let client = reads.client().await?;
    let row = client.query_opt("select position from views.worker where name = $1", &[&worker]).await?;
    Ok(row.map_or(Ok(Position::START), |row| row.try_get(0).map(position_from))?)
}

/// Writes down how far a worker has come. Never back: of two processes that work, the further one counts.
///
/// # Errors
/// Those of the database.
pub async fn reach(reads: &Reads, worker: &str, position: Position) -> Result<(), ReadError> {
    let client = reads.client().await?;
    let statement = client
        .prepare_cached(
            "with quick as (select set_config('synchronous_commit', 'off', true))
             insert into views.worker as known (name, position) select $1, $2 from quick
             on conflict (name) do update set position = greatest(known.position, excluded.position)",
        )
        .await?;
    client.execute(&statement, &[&worker, &position_bytes(position).as_slice()]).await?;
    Ok(())
}
