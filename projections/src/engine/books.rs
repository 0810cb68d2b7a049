//! The statements a build is kept with.

use std::collections::HashMap;

use bytes::Bytes;
use deadpool_postgres::{GenericClient, Transaction};
use event_store::{Position, StreamId};
use futures_util::SinkExt;
use uuid::Uuid;

use super::EngineError;
use super::builds::{position_bytes, position_from};
use super::history::Parked;
use crate::rows::TableRows;
use crate::view::{Key, View};

/// The statements of one build, with its schema's name in them.
#[derive(Clone, Debug)]
pub struct Books {
    schema: String,
    copy: Vec<String>,
    delete: Vec<String>,
    delete_of_stream: Vec<String>,
}

impl Books {
    pub fn new(view: &dyn View, schema: &str) -> Self {
        let tables = view.tables().iter();
        Self {
            schema: schema.to_owned(),
            copy: tables
                .clone()
                .map(|table| format!("copy {schema}.{} from stdin (format binary)", table.name))
                .collect(),
            delete_of_stream: tables
                .clone()
                .filter(|_| view.is_by_stream())
                .map(|table| {
                    format!(
                        "delete from {schema}.{name} using unnest($1::uuid[], $2::uuid[]) as gone (key, stream)
                         where {name}.{key} = gone.key and {name}.stream = gone.stream",
                        name = table.name,
                        key = table.key
                    )
                })
                .collect(),
            delete: tables
                .map(|table| format!("delete from {schema}.{} where {} = any($1)", table.name, table.key))
                .collect(),
        }
    }

    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The keys known to be touched by each of these streams.
    pub async fn keys_of(
        &self,
        client: &impl GenericClient,
        streams: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<Key>>, EngineError> {
        let mut keys: HashMap<Uuid, Vec<Key>> = HashMap::new();
        if streams.is_empty() {
            return Ok(keys);
        }
        let sql = format!("select stream, key from {}.history where stream = any($1)", self.schema);
        let statement = client.prepare_cached(&sql).await?;
        for row in client.query(&statement, &[&streams]).await? {
            keys.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        Ok(keys)
    }

    /// The streams known to touch each of these keys.
    pub async fn streams_of(
        &self,
        client: &impl GenericClient,
        keys: &[Key],
    ) -> Result<HashMap<Key, Vec<StreamId>>, EngineError> {
        let mut streams: HashMap<Key, Vec<StreamId>> = HashMap::new();
        if keys.is_empty() {
            return Ok(streams);
        }
        let sql = format!("select key, stream, category from {}.history where key = any($1)", self.schema);
        let statement = client.prepare_cached(&sql).await?;
        for row in client.query(&statement, &[&keys]).await? {
            let stream = StreamId { id: row.try_get(1)?, category: row.try_get(2)? };
            streams.entry(row.try_get(0)?).or_default().push(stream);
        }
        Ok(streams)
    }

    pub async fn parked_keys(
        &self,
        client: &impl GenericClient,
    ) -> Result<HashMap<Key, Position>, EngineError> {
        let sql = format!("select key, position from {}.parked", self.schema);
        let rows = client.query(&sql, &[]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, position_from(row.try_get(1)?)))).collect()
    }

    pub async fn parked_streams(&self, client: &impl GenericClient) -> Result<Vec<Uuid>, EngineError> {
        let sql = format!("select stream from {}.parked_stream", self.schema);
        let rows = client.query(&sql, &[]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Notes which streams touch which keys.
    pub async fn note_history(
        &self,
        transaction: &Transaction<'_>,
        pairs: &[(Key, Uuid, String)],
    ) -> Result<(), EngineError> {
        if pairs.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "insert into {}.history (key, stream, category)
             select * from unnest($1::uuid[], $2::uuid[], $3::text[]) on conflict do nothing",
            self.schema
        );
        let keys: Vec<Uuid> = pairs.iter().map(|pair| pair.0).collect();
        let streams: Vec<Uuid> = pairs.iter().map(|pair| pair.1).collect();
        let categories: Vec<&str> = pairs.iter().map(|pair| pair.2.as_str()).collect();
        let statement = transaction.prepare_cached(&sql).await?;
        transaction.execute(&statement, &[&keys, &streams, &categories]).await?;
        Ok(())
    }

    pub async fn park_keys(
        &self,
        transaction: &Transaction<'_>,
        parked: &[(Key, Parked)],
    ) -> Result<(), EngineError> {
        let sql = format!(
            "insert into {}.parked (key, position, event_id, code) values ($1, $2, $3, $4)
             on conflict (key) do nothing",
            self.schema
        );
        park(transaction, &sql, parked).await
    }

    pub async fn park_streams(
        &self,
        transaction: &Transaction<'_>,
        parked: &[(Uuid, Parked)],
    ) -> Result<(), EngineError> {
        let sql = format!(
            "insert into {}.parked_stream (stream, position, event_id, code) values ($1, $2, $3, $4)
             on conflict (stream) do nothing",
            self.schema
        );
        park(transaction, &sql, parked).await
    }

    pub async fn unpark(
        &self,
        transaction: &Transaction<'_>,
        key: Key,
        streams: &[Uuid],
    ) -> Result<(), EngineError> {
        let sql = format!("delete from {}.parked where key = $1", self.schema);
        transaction.execute(&sql, &[&key]).await?;
        let sql = format!("delete from {}.parked_stream where stream = any($1)", self.schema);
        transaction.execute(&sql, &[&streams]).await?;
        Ok(())
    }

    /// Removes the rows of keys from a table.
    pub async fn delete(
        &self,
        transaction: &Transaction<'_>,
        table: usize,
        keys: &[Key],
    ) -> Result<(), EngineError> {
        let Some(sql) = self.delete.get(table).filter(|_| !keys.is_empty()) else { return Ok(()) };
        let statement = transaction.prepare_cached(sql).await?;
        transaction.execute(&statement, &[&keys]).await?;
        Ok(())
    }

    /// Removes the rows that keys have of streams from a table that says of each row's stream.
    pub async fn delete_of_streams(
        &self,
        transaction: &Transaction<'_>,
        table: usize,
        pairs: &[(Key, Uuid)],
    ) -> Result<(), EngineError> {
        let Some(sql) = self.delete_of_stream.get(table).filter(|_| !pairs.is_empty()) else { return Ok(()) };
        let (keys, streams): (Vec<Key>, Vec<Uuid>) = pairs.iter().copied().unzip();
        let statement = transaction.prepare_cached(sql).await?;
        transaction.execute(&statement, &[&keys, &streams]).await?;
        Ok(())
    }

    /// Adds rows to a table.
    pub async fn insert(
        &self,
        transaction: &Transaction<'_>,
        table: usize,
        rows: &mut TableRows,
    ) -> Result<(), EngineError> {
        let Some(sql) = self.copy.get(table).filter(|_| rows.count() > 0) else { return Ok(()) };
        copy(transaction, sql, rows.take_copy()).await
    }

    /// Moves the checkpoint from where this runner left it.
    ///
    /// The commit does not wait for the disk: rows and checkpoint stand or fall together, and the log has all of it.
    ///
    /// # Errors
    /// [`EngineError::LostRace`] when somebody else moved it, or the build was replaced.
    pub async fn advance(
        &self,
        client: &impl GenericClient,
        from: (Position, i64),
        to: Position,
        recorded_at: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<(), EngineError> {
        let statement = client
            .prepare_cached(
                "with quick as (select set_config('synchronous_commit', 'off', true))
                 update views.build
                 set position = $4, turn = turn + 1, updated_at = now(), recorded_at = coalesce($5, recorded_at)
                 from quick
                 where schema_name = $1 and position = $2 and turn = $3",
            )
            .await?;
        let (before, after) = (position_bytes(from.0), position_bytes(to));
        let moved = client
            .execute(
                &statement,
                &[&self.schema, &before.as_slice(), &from.1, &after.as_slice(), &recorded_at],
            )
            .await?;
        if moved == 1 { Ok(()) } else { Err(EngineError::LostRace) }
    }
}

async fn park(
    transaction: &Transaction<'_>,
    sql: &str,
    parked: &[(Uuid, Parked)],
) -> Result<(), EngineError> {
    for (what, parked) in parked {
        let position = position_bytes(parked.position);
        transaction.execute(sql, &[what, &position.as_slice(), &parked.event_id, &parked.code]).await?;
    }
    Ok(())
}

/// One whole binary COPY.
pub async fn copy(transaction: &Transaction<'_>, sql: &str, rows: Bytes) -> Result<(), EngineError> {
    let statement = transaction.prepare_cached(sql).await?;
    let sink = transaction.copy_in::<_, Bytes>(&statement).await?;
    let mut sink = std::pin::pin!(sink);
    sink.send(rows).await?;
    sink.finish().await?;
    Ok(())
}
