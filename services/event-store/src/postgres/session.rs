//! The writer's connection: its statements, the tail it left the log with, and what it hears from other processes.
//!
//! It listens on the connection it writes with. Its own notifications come back to it too, and then cost no second
//! server process that wakes up beside the commit.

use std::future::poll_fn;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Socket, Statement, tls::NoTlsStream};

use super::{LogSchema, raise, rows, to_i64, to_position, unavailable, unfit};
use crate::merkle::CompactRange;
use crate::port::StoreError;
use crate::writing::{Row, Tail};

/// The writer's statements, for one log.
#[derive(Debug)]
pub(super) struct Sql {
    begin: String,
    pub lock: String,
    pub tail: String,
    insert_one: String,
    insert: String,
    pub versions: String,
    pub found: String,
    pub prune: String,
}

impl Sql {
    pub(super) fn new(log: LogSchema) -> Self {
        let fill = |text: &str| log.fill(text);
        let insert = |events: &str| {
            fill(&format!(
                "with events as (
                    insert into $log.event
                        (position, stream, version, recorded_at, mark, header, salt, meta, facts, parts)
                    {events}
                 ), flush as (
                    insert into $log.flush (position, recorded_at, range) values ($11, $12, $13)
                 )
                 select pg_notify('$log', $11::bigint::text)"
            ))
        };
        Self {
            begin: fill(
                "set synchronous_commit to on; set lock_timeout to '5s';
                 set idle_in_transaction_session_timeout to '5s'; set statement_timeout to '8s'; listen $log",
            ),
            lock: fill("select pg_advisory_xact_lock(hashtext('goldthread $log'))"),
            tail: fill("select position, recorded_at, range from $log.flush order by position desc limit 1"),
            // A writer alone has one event a flush, and setting up the unnesting costs more than inserting it.
            insert_one: insert("values ($1::bigint, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
            insert: insert(
                "select $1 + n - 1, stream, version, recorded_at, mark, header, salt, meta, facts, parts
                 from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::bytea[],
                             $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[])
                      with ordinality
                      as batch (stream, version, recorded_at, mark, header, salt, meta, facts, parts, n)",
            ),
            versions: fill(
                "select stream, max(version) from $log.event where stream = any($1) group by stream",
            ),
            found: fill(rows::STREAM),
            prune: fill("select $log.prune_flushes()"),
        }
    }
}

#[derive(Debug)]
pub(super) struct Session {
    pub client: Client,
    insert_one: Statement,
    insert: Statement,
    pub tail: Tail,
    /// The last position by which another process may have written.
    pub others_wrote: u64,
    /// Flushes left to make under the lock, after another process was met.
    pub locked_for: u32,
    /// Ends with the connection.
    pub connection: JoinHandle<()>,
}

impl Session {
    pub(super) async fn connect(
        config: &tokio_postgres::Config,
        sql: &Sql,
        head: &watch::Sender<u64>,
    ) -> Result<Self, StoreError> {
        let (client, connection) = config.connect(NoTls).await.map_err(unavailable)?;
        let connection = tokio::spawn(hear(connection, head.clone()));
        client.batch_execute(&sql.begin).await.map_err(unavailable)?;
        let insert_one = client.prepare(&sql.insert_one).await.map_err(unfit)?;
        let insert = client.prepare(&sql.insert).await.map_err(unfit)?;
        let tail = read_tail(client.query_opt(&sql.tail, &[]).await.map_err(unfit)?.as_ref())?;
        // What others wrote before this session listened.
        raise(head, tail.position());
        let others_wrote = tail.position();
        Ok(Self { client, insert_one, insert, tail, others_wrote, locked_for: 0, connection })
    }

    /// Inserts events and their flush row, and notifies: all or nothing.
    pub(super) async fn insert(&self, rows: &[Row], tail: &Tail) -> Result<(), tokio_postgres::Error> {
        fn column<'a, T>(rows: &'a [Row], value: impl Fn(&'a Row) -> T) -> Vec<T> {
            rows.iter().map(value).collect()
        }
        let Some(first) = rows.first() else { return Ok(()) };
        let position = to_i64(first.position);
        let (end, range) = (to_i64(tail.position()), tail.range.to_bytes());
        let recorded_at = tail.recorded_at.unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
        let inserted = if rows.len() == 1 {
            self.client
                .query_one(
                    &self.insert_one,
                    &[
                        &position,
                        &first.stream,
                        &to_i64(first.version),
                        &first.recorded_at,
                        &first.mark,
                        &first.header,
                        &first.salt.as_slice(),
                        &&first.meta[..],
                        &&first.facts[..],
                        &&first.parts[..],
                        &end,
                        &recorded_at,
                        &range,
                    ],
                )
                .await
        } else {
            self.client
                .query_one(
                    &self.insert,
                    &[
                        &position,
                        &column(rows, |row| row.stream),
                        &column(rows, |row| to_i64(row.version)),
                        &column(rows, |row| row.recorded_at),
                        &column(rows, |row| row.mark),
                        &column(rows, |row| row.header.as_slice()),
                        &column(rows, |row| row.salt.as_slice()),
                        &column(rows, |row| &row.meta[..]),
                        &column(rows, |row| &row.facts[..]),
                        &column(rows, |row| &row.parts[..]),
                        &end,
                        &recorded_at,
                        &range,
                    ],
                )
                .await
        };
        inserted.map(drop)
    }
}

pub(super) fn read_tail(row: Option<&tokio_postgres::Row>) -> Result<Tail, StoreError> {
    let Some(row) = row else { return Ok(Tail::default()) };
    let size = u64::try_from(to_position(row.get(0)).raw()).unwrap_or(0);
    let range = CompactRange::from_bytes(size, row.get(2))
        .map_err(|cause| StoreError::Unfit(format!("the newest flush row is damaged: {cause}")))?;
    Ok(Tail { range, recorded_at: Some(row.get(1)) })
}

/// Drives the connection, raising the head with what other processes tell.
async fn hear(mut connection: Connection<Socket, NoTlsStream>, head: watch::Sender<u64>) {
    loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notification(note))) => {
                if let Ok(position) = note.payload().parse() {
                    raise(&head, position);
                }
            }
            Some(Ok(_)) => {}
            Some(Err(cause)) => {
                tracing::warn!(cause = %cause, "the writer's connection was lost");
                return;
            }
            None => return,
        }
    }
}
