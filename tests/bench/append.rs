//! Appending: so many writers at once, each on its own stream, a new one every hundred events.
//!
//! A writer holds the version it expects and waits for each answer: acknowledged means on disk. Every event is hashed
//! into the Merkle tree, as always.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use deadpool_postgres::{Manager, Pool};
use event_store::clock::{Clock, SystemClock};
use event_store::keys::{Keys, PostgresKeys};
use event_store::postgres::{FlushFigures, LogSchema, LogSettings};
use event_store::seal::{fresh_nonce, seal};
use event_store::{Append, Context, Draft, EventStore, PostgresStore, StreamId};
use serde::{Deserialize, Serialize};
use tokio_postgres::NoTls;

use crate::child::{self, Child, Role};
use crate::figures::{Figure, Latencies, real};
use crate::ids::Ids;
use crate::server::{BODY, Database, master};
use crate::{Bench, Result};

/// Writers, and events in each command.
pub const SIZES: [(u64, u64); 8] = [(1, 1), (8, 1), (32, 1), (64, 1), (1, 5), (8, 5), (32, 5), (64, 5)];
pub const ORIGIN: &str = "goldthread.example/bench/record";
const EVENTS_A_STREAM: u64 = 100;
/// Before anything is counted: connections, caches, the first pages of the tables.
const WARM_UP: Duration = Duration::from_secs(1);
/// What is sealed: as long as a short account.
const SEALED_BYTES: usize = 300;

pub fn name(writers: u64, events: u64) -> String {
    format!("append/{writers}x{events}")
}

pub fn two_name(events: u64) -> String {
    format!("append/2x32x{events}")
}

/// What writers are to do.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Load {
    pub writers: u64,
    pub events: u64,
    pub millis: u64,
    pub seed: u64,
}

/// What they did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ran {
    rate: f64,
    latencies: Latencies,
    flushes: u64,
    flushed_requests: u64,
    flushed_events: u64,
    contended: u64,
}

impl Ran {
    fn flushes_between(mut self, before: FlushFigures, after: FlushFigures) -> Self {
        self.flushes = after.flushes - before.flushes;
        self.flushed_requests = after.requests - before.requests;
        self.flushed_events = after.events - before.events;
        self.contended = after.contended - before.contended;
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.rate += other.rate;
        self.latencies.extend(other.latencies);
        self.flushes += other.flushes;
        self.flushed_requests += other.flushed_requests;
        self.flushed_events += other.flushed_events;
        self.contended += other.contended;
        self
    }

    fn figure(&self, name: impl Into<String>, raw: Option<f64>) -> Figure {
        let flushes = real(self.flushes.max(1));
        let mut detail = format!(
            "mean flush {:.1} events of {:.1} commands; {}",
            real(self.flushed_events) / flushes,
            real(self.flushed_requests) / flushes,
            self.latencies.words(),
        );
        if self.contended > 0 {
            detail
                .push_str(&format!("; {} of {} flushes met the other process", self.contended, self.flushes));
        }
        Figure::new(name, self.rate, "events/s").against(raw).p99(&self.latencies).detail(detail)
    }
}

pub async fn open_log(log: &str, readers: usize) -> Result<PostgresStore> {
    let settings =
        LogSettings { schema: LogSchema::Record, origin: ORIGIN.to_owned(), demonstration: false, readers };
    Ok(PostgresStore::open(log.parse()?, settings, Arc::new(SystemClock)).await?)
}

pub async fn open_keys(keys: &str) -> Result<Arc<dyn Keys>> {
    let pool = Pool::builder(Manager::new(keys.parse()?, NoTls)).max_size(4).build()?;
    Ok(Arc::new(PostgresKeys::open(pool, master(), SystemClock.now()).await?))
}

/// One size, between two raw measurements at the same size.
pub async fn plain(bench: &Bench, writers: u64, events: u64) -> Result<Vec<Figure>> {
    let (server, pace) = (&bench.server, bench.pace);
    let before = server.raw_appends(writers, events, pace.raw).await?;
    let database = server.database("ours").await?;
    let ran = drive(&open_log(&database.log, 2).await?, Content::Facts, load(bench, writers, events)).await?;
    server.remove(database).await?;
    let after = server.raw_appends(writers, events, pace.raw).await?;
    Ok(vec![ran.figure(name(writers, events), Some(f64::midpoint(before, after)))])
}

fn load(bench: &Bench, writers: u64, events: u64) -> Load {
    Load { writers, events, millis: millis(bench.pace.ours), seed: 0 }
}

pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The 64 as two processes of 32: the log's order is then the database's to keep.
pub async fn two_processes(bench: &Bench, events: u64) -> Result<Vec<Figure>> {
    let (server, pace) = (&bench.server, bench.pace);
    let before = server.raw_appends(64, events, pace.raw).await?;
    let database = server.database("ours").await?;
    let mut writers = Vec::new();
    for seed in [1, 2] {
        let job = Job { log: database.log.clone(), load: Load { seed, ..load(bench, 32, events) } };
        writers.push(Child::start(Role::Append, &job)?);
    }
    for writer in &mut writers {
        writer.go()?;
    }
    let mut ran = Ran::default();
    for writer in writers {
        ran = ran.and(writer.answer()?);
    }
    server.remove(database).await?;
    let after = server.raw_appends(64, events, pace.raw).await?;
    Ok(vec![ran.figure(two_name(events), Some(f64::midpoint(before, after)))])
}

#[derive(Serialize, Deserialize)]
struct Job {
    log: String,
    load: Load,
}

/// One of several processes that append.
pub async fn play() -> Result<()> {
    let job: Job = child::job()?;
    let store = open_log(&job.log, 2).await?;
    child::ready()?;
    child::done(&drive(&store, Content::Facts, job.load).await?)
}

/// Each event with one sealed part under a fresh key of its own, beside the same content in the clear.
pub async fn sealed(bench: &Bench) -> Result<Vec<Figure>> {
    let load = load(bench, 64, 1);
    let before = in_the_clear(bench, load).await?;
    let database = bench.server.database("ours").await?;
    let keys = open_keys(&database.keys).await?;
    let ran = drive(&open_log(&database.log, 2).await?, Content::Sealed(keys), load).await?;
    bench.server.remove(database).await?;
    let after = in_the_clear(bench, load).await?;
    Ok(vec![ran.figure("append/sealed_64x1", Some(f64::midpoint(before, after)))])
}

async fn in_the_clear(bench: &Bench, load: Load) -> Result<f64> {
    let database = bench.server.database("ours").await?;
    let ran = drive(&open_log(&database.log, 2).await?, Content::InTheClear, load).await?;
    bench.server.remove(database).await?;
    Ok(ran.rate)
}

/// The same log with and without a reader's snapshot held open, which keeps every dead row and version alive.
pub async fn under_snapshot(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("ours").await?;
    let store = open_log(&database.log, 2).await?;
    let without = load(bench, 64, 1);
    let before = drive(&store, Content::Facts, Load { seed: 1, ..without }).await?;
    let ran = hold_snapshot(bench, &database, &store).await?;
    let after = drive(&store, Content::Facts, Load { seed: 3, ..without }).await?;
    bench.server.remove(database).await?;
    Ok(vec![ran.figure("append/under_snapshot", Some(f64::midpoint(before.rate, after.rate)))])
}

async fn hold_snapshot(bench: &Bench, database: &Database, store: &PostgresStore) -> Result<Ran> {
    let holder = bench.server.admin(&database.name).await?;
    holder.batch_execute("begin isolation level repeatable read; select count(*) from record.flush").await?;
    let load = Load { writers: 64, events: 1, millis: millis(bench.pace.snapshot), seed: 2 };
    let ran = drive(store, Content::Facts, load).await?;
    holder.batch_execute("commit").await?;
    Ok(ran)
}

/// Lets writers write, and counts what is acknowledged within the time.
async fn drive(store: &PostgresStore, content: Content, load: Load) -> Result<Ran> {
    let begin = Instant::now() + WARM_UP;
    let end = begin + Duration::from_millis(load.millis);
    let writers: Vec<_> = (0..load.writers)
        .map(|number| {
            let ids = Ids::new(load.seed << 32 | number);
            let (store, content) = (store.clone(), content.clone());
            let facts = content.facts();
            let latencies = Latencies::default();
            let writer = Writer { store, content, facts, ids, events: load.events, begin, end, latencies };
            tokio::spawn(writer.write())
        })
        .collect();
    tokio::time::sleep_until(begin.into()).await;
    let before = store.flush_figures();
    tokio::time::sleep_until(end.into()).await;
    let after = store.flush_figures();
    let mut latencies = Latencies::default();
    for writer in writers {
        latencies.extend(writer.await??);
    }
    let rate = real(latencies.count() * load.events) / (end - begin).as_secs_f64();
    Ok(Ran { rate, latencies, ..Ran::default() }.flushes_between(before, after))
}

/// What an event holds.
#[derive(Clone)]
enum Content {
    Facts,
    /// As much more as would be sealed.
    InTheClear,
    /// A part sealed under a fresh key.
    Sealed(Arc<dyn Keys>),
}

impl Content {
    fn facts(&self) -> Bytes {
        let Self::InTheClear = self else { return Bytes::from_static(BODY.as_bytes()) };
        let body = BODY.trim_end_matches('}');
        let named = r#","account":"#;
        let account = "a".repeat(SEALED_BYTES - named.len() - 2);
        format!(r#"{body}{named}"{account}"}}"#).into()
    }
}

struct Writer {
    store: PostgresStore,
    content: Content,
    facts: Bytes,
    ids: Ids,
    events: u64,
    begin: Instant,
    end: Instant,
    latencies: Latencies,
}

impl Writer {
    async fn write(mut self) -> Result<Latencies> {
        loop {
            let stream = StreamId { category: "contact".to_owned(), id: self.ids.id() };
            let mut version = 0;
            while version < EVENTS_A_STREAM {
                let asked = Instant::now();
                if asked >= self.end {
                    return Ok(self.latencies);
                }
                let append = self.append(&stream, version).await?;
                version = self.store.append(append).await?.version;
                let answered = Instant::now();
                if (self.begin..self.end).contains(&answered) {
                    self.latencies.push(answered - asked);
                }
            }
        }
    }

    async fn append(&mut self, stream: &StreamId, expected: u64) -> Result<Append> {
        let mut events = Vec::new();
        for _ in 0..self.events {
            let event_id = self.ids.id();
            let mut parts = Vec::new();
            if let Content::Sealed(keys) = &self.content {
                let key = keys.take().await?;
                parts.push(seal(ORIGIN, event_id, 1, &key, fresh_nonce()?, &[b'a'; SEALED_BYTES])?);
            }
            events.push(Draft {
                event_id,
                kind: "contact.recorded".to_owned(),
                schema_version: 2,
                occurred: "2026-11-21".to_owned(),
                meta: Bytes::from_static(b"{}"),
                facts: self.facts.clone(),
                parts,
            });
        }
        let context = context(&mut self.ids);
        Ok(Append::new(stream.clone(), expected, context, events))
    }
}

/// Somebody who records something.
pub fn context(ids: &mut Ids) -> Context {
    let correlation = ids.id();
    Context {
        actor: crate::ids::nth(1, ids.below(500)),
        agency: crate::ids::nth(2, ids.below(20)),
        purpose: "referral-consideration".to_owned(),
        lawful_basis: "public-task".to_owned(),
        correlation,
        causation: correlation,
        trace: None,
    }
}
