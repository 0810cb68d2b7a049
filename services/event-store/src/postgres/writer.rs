//! Group commit: one writer a process, one transaction a flush.
//!
//! Requests queue; while a flush is on its way to disk the next one fills. A flush is a single statement that
//! inserts its events and one flush row, guarded by two unique keys. The writer remembers the tail it wrote last
//! and assumes that it is still the tail: a position can be taken only once, so if another process wrote meanwhile
//! the whole flush fails, nothing is written, and it is decided anew under the log's advisory lock, from the tail
//! that is really there. Order, freedom from gaps and commit order follow from the primary key, not from luck.
//!
//! The writer knows which (stream, version) pairs exist from having written or read them. That knowledge never
//! goes stale, since rows are never removed; what it does not know it looks up before deciding. Of streams that a
//! request only rests on, no unique key would tell: those must be known as of no earlier than others last wrote
//! (`others_wrote`), since a flush that finds the tail where it was left proves that nobody has written after that.

use std::collections::{HashMap, HashSet};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Sleep, sleep};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::known::KnownVersions;
use super::session::{Session, Sql, read_tail};
use super::{LogSettings, raise, rows, to_i64, unavailable, unfit};
use crate::clock::Clock;
use crate::port::{AppendError, Appended, Position, Recorded, StoreError};
use crate::writing::{Prepared, Row, Sameness, Tail, compare};

/// Requests that may wait; one more is refused as [`AppendError::Full`].
const QUEUE: usize = 4_096;
/// Requests in one flush.
const BATCH: usize = 512;
/// Body bytes in one flush.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How long a flush waits for as many requests as the last one had.
const COMPANY: Duration = Duration::from_micros(200);
/// Flushes that must find the tail untouched before the lock is given up again.
const QUIET_FLUSHES: u32 = 64;
/// How often old flush rows are pruned.
const PRUNE_EVERY: u64 = 4_096;
/// How long a flush may take before its fate counts as unknown.
const DEADLINE: Duration = Duration::from_secs(10);
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// How full flushes have been.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FlushFigures {
    pub flushes: u64,
    pub requests: u64,
    pub events: u64,
    /// Flushes that met another process's events and were decided again.
    pub contended: u64,
}

#[derive(Debug, Default)]
struct Figures {
    flushes: AtomicU64,
    requests: AtomicU64,
    events: AtomicU64,
    contended: AtomicU64,
}

/// What a reading says of how far a stream had come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Saw {
    /// At least to this version.
    More(u64),
    /// To this version.
    Last(u64),
    /// Not beyond this version, which the reader had from elsewhere.
    NothingAfter(u64),
}

type Answer = Result<Appended, AppendError>;

#[derive(Debug)]
struct Request {
    prepared: Prepared,
    reply: oneshot::Sender<Answer>,
}

/// The handle by which requests reach the writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Request>,
    known: Arc<Mutex<KnownVersions>>,
    figures: Arc<Figures>,
}

impl Writer {
    /// Starts the writer on a thread and runtime of its own, so that its commits never wait for a busy handler.
    pub(super) fn start(
        config: tokio_postgres::Config,
        settings: LogSettings,
        clock: Arc<dyn Clock>,
        head: watch::Sender<u64>,
    ) -> Result<Self, StoreError> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let known = Arc::new(Mutex::new(KnownVersions::default()));
        let figures = Arc::new(Figures::default());
        let task = Task {
            sql: Sql::new(settings.schema),
            config,
            settings,
            clock,
            head,
            known: Arc::clone(&known),
            figures: Arc::clone(&figures),
            session: None,
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unavailable)?;
        std::thread::Builder::new()
            .name(format!("writer-{}", task.settings.schema.name()))
            .spawn(move || runtime.block_on(task.run(requests)))
            .map_err(unavailable)?;
        Ok(Self { queue, known, figures })
    }

    pub(super) async fn submit(&self, prepared: Prepared) -> Answer {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Request { prepared, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Full,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Tells the writer how far a stream had come in a reading of all events up to a position.
    pub(super) fn saw(&self, stream: Uuid, seen: Saw, upto: u64) {
        let mut known = lock(&self.known);
        match seen {
            Saw::More(version) => known.learn(stream, version),
            Saw::Last(version) => known.learn_last(stream, version, upto),
            Saw::NothingAfter(version) => known.confirm(stream, version, upto),
        }
    }

    pub(super) fn figures(&self) -> FlushFigures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        FlushFigures {
            flushes: read(&self.figures.flushes),
            requests: read(&self.figures.requests),
            events: read(&self.figures.events),
            contended: read(&self.figures.contended),
        }
    }
}

fn stopped() -> AppendError {
    AppendError::Unknown(Box::new(StoreError::Unavailable("the writer has stopped".into())))
}

fn lock(known: &Mutex<KnownVersions>) -> std::sync::MutexGuard<'_, KnownVersions> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Task {
    config: tokio_postgres::Config,
    settings: LogSettings,
    sql: Sql,
    clock: Arc<dyn Clock>,
    head: watch::Sender<u64>,
    known: Arc<Mutex<KnownVersions>>,
    figures: Arc<Figures>,
    session: Option<Session>,
}

/// Why a flush was not made.
enum FlushError {
    /// Another process's events are there; decide again under the lock.
    TailMoved,
    /// A stream was not where the writer believed; look it up and decide again.
    StreamMoved,
    /// The connection is gone, possibly after the commit.
    Lost(StoreError),
}

impl From<tokio_postgres::Error> for FlushError {
    fn from(cause: tokio_postgres::Error) -> Self {
        if let Some(error) = cause.as_db_error()
            && *error.code() == SqlState::UNIQUE_VIOLATION
        {
            return match error.constraint() {
                Some("event_version") => Self::StreamMoved,
                _ => Self::TailMoved,
            };
        }
        Self::Lost(unfit(cause))
    }
}

impl Task {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut company = 1;
        // One timer, put off again and again: a new one for each flush would wake the thread once more.
        let mut deadline = pin!(sleep(DEADLINE));
        while let Some(first) = self.next(&mut requests).await {
            let batch = gather(&mut requests, first, company);
            company = batch.len();
            deadline.as_mut().reset(Instant::now() + DEADLINE);
            self.serve(batch, deadline.as_mut()).await;
        }
    }

    /// The next request. While there is none, the session is kept up: other processes are heard through it.
    async fn next(&mut self, requests: &mut mpsc::Receiver<Request>) -> Option<Request> {
        loop {
            if let Some(session) = &mut self.session {
                tokio::select! {
                    biased;
                    request = requests.recv() => return request,
                    _ = &mut session.connection => self.session = None,
                }
            } else {
                let connected = async {
                    let session = self.connect().await;
                    if let Err(cause) = &session {
                        tracing::debug!(cause = %cause, "the log cannot be listened to just now");
                        sleep(RETRY_AFTER).await;
                    }
                    session.ok()
                };
                tokio::select! {
                    biased;
                    request = requests.recv() => return request,
                    session = connected => self.session = session,
                }
            }
        }
    }

    async fn connect(&self) -> Result<Session, StoreError> {
        Session::connect(&self.config, &self.sql, &self.head).await
    }

    /// Answers every request of a batch, trying again while that can help.
    async fn serve(&mut self, mut batch: Vec<Request>, mut deadline: Pin<&mut Sleep>) {
        let mut look_up = false;
        while !batch.is_empty() {
            let outcome = tokio::select! {
                biased;
                outcome = self.flush(&mut batch, look_up) => outcome,
                () = &mut deadline => Err(FlushError::Lost(StoreError::Unavailable("no answer in time".into()))),
            };
            match outcome {
                // Whatever is left depends on what has just been written.
                Ok(()) => {}
                Err(FlushError::TailMoved) => {
                    self.figures.contended.fetch_add(1, Ordering::Relaxed);
                    if let Some(session) = &mut self.session {
                        session.locked_for = QUIET_FLUSHES;
                    }
                }
                Err(FlushError::StreamMoved) => look_up = true,
                Err(FlushError::Lost(error)) => {
                    // It may have been committed: decide again on a new connection, where repeated requests show.
                    self.session = None;
                    look_up = true;
                    tracing::warn!(cause = %error, requests = batch.len(), "a flush was lost");
                    if Instant::now() >= deadline.deadline() || is_for_somebody_to_mend(&error) {
                        let text = error.to_string();
                        for request in batch.drain(..) {
                            let cause = StoreError::Unavailable(text.clone().into());
                            let _ = request.reply.send(Err(AppendError::Unknown(Box::new(cause))));
                        }
                        return;
                    }
                    sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// One transaction. On success everything decided is answered; what must wait for the next flush stays.
    async fn flush(&mut self, batch: &mut Vec<Request>, look_up: bool) -> Result<(), FlushError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.connect().await.map_err(FlushError::Lost)?,
        };
        let outcome = self.flush_on(&mut session, batch, look_up).await;
        if !matches!(outcome, Err(FlushError::Lost(_))) {
            self.session = Some(session);
        }
        outcome
    }

    async fn flush_on(
        &self,
        session: &mut Session,
        batch: &mut Vec<Request>,
        look_up: bool,
    ) -> Result<(), FlushError> {
        let locked = look_up || session.locked_for > 0;
        if locked {
            self.begin_locked(session).await?;
        }
        let flushed = self.write(session, batch, look_up).await;
        if locked {
            // After a failed statement `commit` rolls back, which is what is wanted; the lock goes with either.
            session
                .client
                .batch_execute("commit")
                .await
                .map_err(|cause| FlushError::Lost(unavailable(cause)))?;
        }
        let flushed = flushed?;
        self.settle(session, batch, flushed);
        if self.figures.flushes.load(Ordering::Relaxed).is_multiple_of(PRUNE_EVERY) {
            session
                .client
                .batch_execute(&self.sql.prune)
                .await
                .map_err(|cause| FlushError::Lost(unfit(cause)))?;
        }
        Ok(())
    }

    /// Opens a transaction under the log's lock and takes up the tail that is really there.
    async fn begin_locked(&self, session: &mut Session) -> Result<(), FlushError> {
        let client = &session.client;
        let (begun, locked, tail) = tokio::join!(
            client.batch_execute("begin"),
            client.batch_execute(&self.sql.lock),
            client.query_opt(&self.sql.tail, &[]),
        );
        begun.and(locked).map_err(|cause| FlushError::Lost(unavailable(cause)))?;
        let tail = read_tail(tail?.as_ref()).map_err(FlushError::Lost)?;
        let quiet = tail.position() == session.tail.position();
        if quiet {
            session.locked_for = session.locked_for.saturating_sub(1);
        } else {
            session.locked_for = QUIET_FLUSHES;
            session.others_wrote = tail.position();
        }
        session.tail = tail;
        Ok(())
    }

    async fn write(
        &self,
        session: &Session,
        batch: &[Request],
        look_up: bool,
    ) -> Result<Flushed, FlushError> {
        let verdicts = self.decide(session, batch, look_up).await?;
        let mut tail = session.tail.clone();
        let now = self.clock.now();
        let mut rows = Vec::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for (request, verdict) in batch.iter().zip(verdicts) {
            answers.push(match verdict {
                Verdict::Write => {
                    tail.extend(&self.settings.origin, &request.prepared, now, &mut rows);
                    Some(Ok(Appended {
                        version: rows.last().map_or(0, |row| row.version),
                        position: Position::from_raw(tail.position().into()),
                        recorded_at: rows.last().map_or(now, |row| row.recorded_at),
                        repeated: false,
                    }))
                }
                Verdict::Answer(answer) => Some(answer),
                Verdict::Later => None,
            });
        }
        session.insert(&rows, &tail).await?;
        Ok(Flushed { tail, rows, answers })
    }

    /// Makes a committed flush known: to the next flush, to followers, to those who asked.
    fn settle(&self, session: &mut Session, batch: &mut Vec<Request>, flushed: Flushed) {
        let Flushed { tail, rows, answers } = flushed;
        {
            let mut known = lock(&self.known);
            for row in &rows {
                known.learn_last(row.stream, row.version, row.position);
            }
        }
        let count = |counter: &AtomicU64, by: usize| {
            counter.fetch_add(u64::try_from(by).unwrap_or(0), Ordering::Relaxed);
        };
        count(&self.figures.flushes, 1);
        count(&self.figures.requests, batch.len());
        count(&self.figures.events, rows.len());
        let position = tail.position();
        session.tail = tail;
        raise(&self.head, position);
        let mut later = Vec::new();
        for (request, answer) in batch.drain(..).zip(answers) {
            match answer {
                // An asker who has gone away loses only the answer.
                Some(answer) => drop(request.reply.send(answer)),
                None => later.push(request),
            }
        }
        *batch = later;
    }

    /// What becomes of each request, in the order they came; later ones see earlier ones.
    async fn decide(
        &self,
        session: &Session,
        batch: &[Request],
        look_up: bool,
    ) -> Result<Vec<Verdict>, FlushError> {
        let mut versions = self.believed(session, batch, look_up).await?;
        let mut extended: HashSet<Uuid> = HashSet::new();
        let mut verdicts = Vec::with_capacity(batch.len());
        for request in batch {
            let append = &request.prepared.append;
            let (stream, expected) = (append.stream.id, append.expected);
            let version = |stream: &Uuid| versions.get(stream).copied().unwrap_or(0);
            let actual = version(&stream);
            if actual != expected {
                verdicts.push(if extended.contains(&stream) {
                    // It may repeat a request of this very flush: look again when that is on record.
                    Verdict::Later
                } else {
                    Verdict::Answer(self.refuse_or_repeat(&session.client, request, actual).await?)
                });
                continue;
            }
            let mut rests = append.rests_on.iter().map(|(on, known)| (*known, version(&on.id)));
            if let Some((known, actual)) = rests.find(|(known, actual)| known != actual) {
                verdicts.push(Verdict::Answer(Err(AppendError::Moved { known, actual })));
                continue;
            }
            extended.insert(stream);
            versions.insert(stream, expected + count(append.events.len()));
            verdicts.push(Verdict::Write);
        }
        Ok(verdicts)
    }

    /// How far the streams have come that requests are about or rest on. Of what a request is about, what it expects is
    /// believed where nothing speaks against it: its insert fails if that is wrong. Nothing else would show of what it
    /// rests on; so that is looked up unless it is exactly known.
    async fn believed(
        &self,
        session: &Session,
        batch: &[Request],
        look_up: bool,
    ) -> Result<HashMap<Uuid, u64>, FlushError> {
        let mut versions: HashMap<Uuid, u64> = HashMap::new();
        let mut ask: HashSet<Uuid> = HashSet::new();
        {
            let mut known = lock(&self.known);
            for append in batch.iter().map(|request| &request.prepared.append) {
                let (stream, expected) = (append.stream.id, append.expected);
                if look_up || known.at_least(stream) != (expected > 0).then_some(expected) {
                    ask.insert(stream);
                } else {
                    versions.insert(stream, expected);
                }
                for (on, asked) in &append.rests_on {
                    match known.exactly(on.id, session.others_wrote) {
                        // Whoever asks for more than is known here may know more.
                        Some(version) if version >= *asked && !look_up => {
                            versions.insert(on.id, version);
                        }
                        _ => {
                            ask.insert(on.id);
                        }
                    }
                }
            }
        }
        if !ask.is_empty() {
            let asked: Vec<Uuid> = ask.into_iter().collect();
            let found = session.client.query(&self.sql.versions, &[&asked]).await?;
            // What is not there is at 0, whatever somebody expects.
            versions.extend(asked.into_iter().map(|stream| (stream, 0)));
            let mut known = lock(&self.known);
            for row in found {
                let (stream, version) = (row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or(0));
                known.learn_last(stream, version, session.tail.position());
                versions.insert(stream, version);
            }
        }
        Ok(versions)
    }

    /// The answer to a request whose stream is elsewhere: the first answer again if it was made before.
    async fn refuse_or_repeat(
        &self,
        client: &Client,
        request: &Request,
        actual: u64,
    ) -> Result<Answer, FlushError> {
        let append = &request.prepared.append;
        let wrong = AppendError::WrongVersion { expected: append.expected, actual };
        if actual < append.expected {
            return Ok(Err(wrong));
        }
        let limit = i64::try_from(append.events.len()).unwrap_or(i64::MAX);
        let rows =
            client.query(&self.sql.found, &[&append.stream.id, &to_i64(append.expected), &limit]).await?;
        let found: Vec<Recorded> =
            rows.iter().map(rows::from_row).collect::<Result<_, _>>().map_err(FlushError::Lost)?;
        Ok(match (compare(append, &found), found.last()) {
            (Sameness::Repeated, Some(last)) => Ok(Appended {
                version: last.header.version(),
                position: last.position,
                recorded_at: last.header.recorded_at(),
                repeated: true,
            }),
            (Sameness::Conflicting, _) => Err(AppendError::IdempotencyConflict),
            _ => Err(wrong),
        })
    }
}

/// Fills a flush with what is waiting. Those answered a moment ago are about to ask again: without a short wait
/// for as many as came last time, askers part into two halves that take turns, and each flush is half empty.
fn gather(requests: &mut mpsc::Receiver<Request>, first: Request, company: usize) -> Vec<Request> {
    let begun = std::time::Instant::now();
    let mut bytes = first.prepared.bytes;
    let mut batch = vec![first];
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        match requests.try_recv() {
            Ok(request) => {
                bytes += request.prepared.bytes;
                batch.push(request);
            }
            // The thread is the writer's own, and a timer would be ten times too coarse.
            Err(_) if batch.len() < company && begun.elapsed() < COMPANY => std::thread::yield_now(),
            Err(_) => break,
        }
    }
    batch
}

/// True for what no other try mends: tables that do not fit, a full disk.
fn is_for_somebody_to_mend(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else { return true };
    let cause = cause.downcast_ref::<tokio_postgres::Error>();
    cause.is_some_and(|cause| cause.code() == Some(&SqlState::DISK_FULL))
}

/// What is to become of a request.
enum Verdict {
    Write,
    Answer(Answer),
    /// To be decided in the next flush.
    Later,
}

/// What a flush wrote, to be made known once it is committed.
struct Flushed {
    tail: Tail,
    rows: Vec<Row>,
    /// One for each request; `None` for those to be decided again.
    answers: Vec<Option<Answer>>,
}

pub(super) fn count(events: usize) -> u64 {
    u64::try_from(events).unwrap_or(u64::MAX)
}
