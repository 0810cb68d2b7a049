//! Making builds from the whole log, beside those that answer: all stale views in one pass.
//!
//! Each view has a connection whose one transaction creates the build's tables, copies rows into them as they are
//! folded, adds the indexes last, and writes the checkpoint. Killed at any point, nothing of it was ever there; a
//! lock of that transaction keeps a second process from building the same.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_postgres::{Pool, Transaction};
use event_store::{Head, Position, StreamId};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::EngineError;
use super::books::{Books, copy};
use super::builds::{self, Build};
use super::folding::{Chunk, Leftover, fold};
use super::history::{Log, fold_whole};
use super::pages::{Opening, Page, Progress, learn_fates, read};
use crate::decode::Decoded;
use crate::rows::Rows;
use crate::view::{Key, Per, View};

/// How many pages may wait for a view's folding thread.
const PAGES_AHEAD: usize = 2;
/// How many chunks of rows may wait for a view's connection.
const CHUNKS_AHEAD: usize = 2;
/// How many keys are folded anew at once.
const KEYS_AT_ONCE: usize = 500;
/// How often a build says how far it is.
const SAY_EVERY: Duration = Duration::from_millis(500);

/// A view being built: its connection's task.
struct Building {
    pages: mpsc::Sender<Option<Page>>,
    schema: String,
    done: tokio::task::JoinHandle<Result<(), EngineError>>,
}

/// Builds views from the log as it is now. Those that another process is building are left out of the answer.
///
/// # Errors
/// The first of those of the log, the key store and the database; then nothing was built.
pub async fn rebuild(
    log: &Log,
    pool: &Pool,
    views: &[Arc<dyn View>],
) -> Result<Vec<(Arc<dyn View>, Build)>, EngineError> {
    let head = log.store.head().await?;
    let opening = Opening(Arc::new(views.to_vec()));
    let mut building = Vec::new();
    for view in views {
        if let Some(begun) = begin(log, pool, view, head).await? {
            building.push((Arc::clone(view), begun));
        }
    }
    if building.is_empty() {
        return Ok(Vec::new());
    }
    let progress = Arc::new(Progress::default());
    let schemas: Vec<String> = building.iter().map(|(_, building)| building.schema.clone()).collect();
    let teller = tokio::spawn(tell(pool.clone(), schemas, Arc::clone(&progress)));
    let passed = pass(log, &opening, head.position, &progress, &building).await;
    let mut built = Vec::new();
    let mut failure = passed.err();
    for (view, Building { pages, schema, done }) in building {
        drop(pages);
        match done.await.map_err(|_| EngineError::Stopped).flatten() {
            Ok(()) => built.push((view, schema)),
            Err(error) => failure = Some(failure.unwrap_or(error)),
        }
    }
    teller.abort();
    if let Some(failure) = failure {
        return Err(failure);
    }
    let client = pool.get().await?;
    let mut answer = Vec::new();
    for (view, schema) in built {
        let build = builds::by_schema(&client, &schema).await?.ok_or(EngineError::Replaced)?;
        answer.push((view, build));
    }
    Ok(answer)
}

/// Reads the log once and gives every page to every view.
async fn pass(
    log: &Log,
    opening: &Opening,
    head: Position,
    progress: &Arc<Progress>,
    building: &[(Arc<dyn View>, Building)],
) -> Result<(), EngineError> {
    let fates = Arc::new(learn_fates(log, opening, head).await?);
    let mut pages = read(log.clone(), opening.clone(), fates, head, Arc::clone(progress));
    loop {
        let page = pages.recv().await.ok_or(EngineError::Stopped)??;
        let page = Some(page).filter(|page| !page.is_empty());
        for (_, building) in building {
            // A view whose task has ended says why when it is joined.
            building.pages.send(page.clone()).await.map_err(|_| EngineError::Stopped)?;
        }
        if page.is_none() {
            return Ok(());
        }
    }
}

async fn tell(pool: Pool, schemas: Vec<String>, progress: Arc<Progress>) {
    loop {
        tokio::time::sleep(SAY_EVERY).await;
        let Ok(client) = pool.get().await else { continue };
        for schema in &schemas {
            let read = progress.events_read.load(Ordering::Relaxed);
            if let Err(error) = builds::progress(&client, schema, read).await {
                tracing::debug!(%error, "progress could not be written");
            }
        }
    }
}

/// Starts a view's task; `None` when another process is building it.
async fn begin(
    log: &Log,
    pool: &Pool,
    view: &Arc<dyn View>,
    head: Head,
) -> Result<Option<Building>, EngineError> {
    let (page_out, pages) = mpsc::channel(PAGES_AHEAD);
    let (begun_out, begun) = oneshot::channel();
    let task = Task { log: log.clone(), pool: pool.clone(), view: Arc::clone(view), head };
    let done = tokio::spawn(task.run(pages, begun_out));
    match begun.await {
        Ok(Some(schema)) => Ok(Some(Building { pages: page_out, schema, done })),
        Ok(None) => Ok(None),
        Err(_) => match done.await.map_err(|_| EngineError::Stopped).flatten() {
            Ok(()) => Ok(None),
            Err(error) => Err(error),
        },
    }
}

struct Task {
    log: Log,
    pool: Pool,
    view: Arc<dyn View>,
    head: Head,
}

impl Task {
    async fn run(
        self,
        pages: mpsc::Receiver<Option<Page>>,
        begun: oneshot::Sender<Option<String>>,
    ) -> Result<(), EngineError> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        // It waits for rows as long as the log is long; a limit meant for forgotten sessions must not end it. Until
        // the server analyzes the tables by itself, the planner needs their sizes and little more.
        transaction
            .batch_execute(
                "set local idle_in_transaction_session_timeout = 0;
                 set local statement_timeout = 0;
                 set local maintenance_work_mem = '128MB';
                 set local default_statistics_target = 10",
            )
            .await?;
        let lock = format!("goldthread build {} {}", self.view.name(), self.view.version());
        let locked = transaction
            .query_one("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", &[&lock])
            .await?;
        if !locked.try_get::<_, bool>(0)? {
            let _ = begun.send(None);
            return Ok(());
        }
        let desk = self.pool.get().await?;
        builds::drop_unfinished(&desk, self.view.as_ref()).await?;
        let build = builds::begin(&desk, self.view.as_ref(), self.head.position).await?;
        drop(desk);
        builds::create(&transaction, self.view.as_ref(), &build.schema).await?;
        let _ = begun.send(Some(build.schema.clone()));

        let leftover = self.fill(&transaction, &build.schema, pages).await?;
        let Some(leftover) = leftover else { return Err(EngineError::Stopped) };
        builds::index_books(&transaction, &build.schema).await?;
        builds::index(&transaction, self.view.as_ref(), &build.schema).await?;
        self.finish_keys(&transaction, &build.schema, leftover).await?;
        self.checkpoint(&transaction, &build.schema, self.head.recorded_at).await?;
        transaction.commit().await?;
        tracing::info!(view = self.view.name(), schema = build.schema, position = %self.head.position, "built");
        Ok(())
    }

    /// Folds pages on a thread and copies rows in as they come. `None`: the pages ended early.
    async fn fill(
        &self,
        transaction: &Transaction<'_>,
        schema: &str,
        pages: mpsc::Receiver<Option<Page>>,
    ) -> Result<Option<Leftover>, EngineError> {
        let (out, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        let view = Arc::clone(&self.view);
        let folding = tokio::task::spawn_blocking(move || fold(view, pages, out));
        while let Some(chunk) = chunks.recv().await {
            let (table, rows) = match chunk {
                Chunk::History(rows) => ("history", rows),
                Chunk::Table(index, rows) => {
                    let Some(table) = self.view.tables().get(index) else { continue };
                    (table.name, rows)
                }
            };
            let sql = format!("copy {schema}.{table} from stdin (format binary, freeze)");
            copy(transaction, &sql, rows).await?;
        }
        Ok(folding.await.map_err(|_| EngineError::Stopped)?.ok())
    }

    /// Folds anew what could not be folded in passing.
    async fn finish_keys(
        &self,
        transaction: &Transaction<'_>,
        schema: &str,
        leftover: Leftover,
    ) -> Result<(), EngineError> {
        let books = Books::new(self.view.as_ref(), schema);
        books.park_streams(transaction, &leftover.parked_streams).await?;
        let mut anew = leftover.anew;
        for keys in leftover.late.chunks(KEYS_AT_ONCE) {
            anew.extend(self.fold_keys(transaction, &books, keys, &[Per::Key]).await?);
        }
        for keys in anew.chunks(KEYS_AT_ONCE) {
            self.fold_keys(transaction, &books, keys, &[Per::Key, Per::Entry]).await?;
        }
        Ok(())
    }

    /// Says which of the keys were parked.
    async fn fold_keys(
        &self,
        transaction: &Transaction<'_>,
        books: &Books,
        keys: &[Key],
        replace: &[Per],
    ) -> Result<Vec<Key>, EngineError> {
        let view = self.view.as_ref();
        let streams = books.streams_of(transaction, keys).await?;
        let mut ids: HashMap<Uuid, StreamId> = HashMap::new();
        for stream in streams.values().flatten() {
            ids.entry(stream.id).or_insert_with(|| stream.clone());
        }
        let read = self.log.streams(view, ids.into_values().collect(), self.head.position).await?;
        let mut rows = Rows::for_tables(view.tables().len());
        let mut parked = Vec::new();
        for (key, streams) in &streams {
            let histories: Vec<&[Decoded]> =
                streams.iter().filter_map(|stream| read.get(&stream.id)).map(Vec::as_slice).collect();
            let folded = fold_whole(view, *key, &histories, self.head.position);
            if replace.contains(&Per::Entry) {
                rows.append(&folded.entry_rows);
            }
            rows.append(&folded.key_rows);
            parked.extend(folded.parked.map(|parked| (*key, parked)));
        }
        for (index, table) in view.tables().iter().enumerate() {
            if !replace.contains(&table.per) {
                continue;
            }
            books.delete(transaction, index, keys).await?;
            if let Some(rows) = rows.tables_mut().get_mut(index) {
                books.insert(transaction, index, rows).await?;
            }
        }
        books.park_keys(transaction, &parked).await?;
        Ok(parked.into_iter().map(|(key, _)| key).collect())
    }

    async fn checkpoint(
        &self,
        transaction: &Transaction<'_>,
        schema: &str,
        recorded_at: Option<DateTime<Utc>>,
    ) -> Result<(), EngineError> {
        let position = builds::position_bytes(self.head.position);
        for table in self.view.tables() {
            transaction.batch_execute(&format!("analyze {schema}.{}", table.name)).await?;
        }
        transaction.batch_execute(&format!("analyze {schema}.history")).await?;
        transaction
            .execute(
                "update views.build set state = 'catching-up', position = $2, turn = turn + 1, recorded_at = $3,
                     events_read = events_expected, updated_at = now()
                 where schema_name = $1",
                &[&schema, &position.as_slice(), &recorded_at],
            )
            .await?;
        Ok(())
    }
}
