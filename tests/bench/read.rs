//! Reading: one stream of a hundred, and the whole log for a view that only counts. Every body is decoded.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use bytes::Bytes;
use event_store::{Append, Draft, EventStore, Position, PostgresStore, StreamId};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use crate::append::{context, open_log};
use crate::figures::{Figure, Latencies, real};
use crate::ids::{Ids, nth};
use crate::server::BODY;
use crate::{Bench, Result};

const EVENTS_A_STREAM: usize = 100;
/// Appends on their way at once while the library is written.
const AT_ONCE: usize = 16;
/// How many events a replay asks for at once.
const PAGE: usize = 2_000;
/// How many pages are read at once, ahead of the counting.
const AHEAD: usize = 3;
/// The kind of id the library's streams have.
const LIBRARY: u64 = 3;

/// What the trivial view knows of a body.
#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    authority: Cow<'a, str>,
    people: Vec<Person<'a>>,
    concerns: Vec<Concern<'a>>,
    #[serde(borrow)]
    method: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Person<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    age: Option<u8>,
}

#[derive(Deserialize)]
struct Concern<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

/// The trivial view.
#[derive(Default, PartialEq, Eq, Debug)]
struct Counts {
    events: u64,
    people: u64,
    subjects: u64,
    infants: u64,
    neglect: u64,
    by_telephone: u64,
    here: u64,
    versions: u64,
}

impl Counts {
    fn take(&mut self, event: &event_store::Recorded) -> Result<()> {
        let told: Told<'_> = serde_json::from_slice(&event.facts)?;
        self.events += 1;
        self.versions += event.header.version();
        self.people += u64::try_from(told.people.len())?;
        for person in &told.people {
            self.subjects += u64::from(person.role == "subject");
            self.infants += u64::from(person.age.is_some_and(|age| age < 1));
        }
        self.neglect += told.concerns.iter().map(|concern| u64::from(concern.kind == "neglect")).sum::<u64>();
        self.by_telephone += u64::from(told.method == "telephone");
        self.here += u64::from(told.authority == "383");
        Ok(())
    }
}

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let (server, pace) = (&bench.server, bench.pace);
    server.load_raw(pace.streams).await?;
    let database = server.database("library").await?;
    let store = open_log(&database.log, 8).await?;
    write_library(&store, pace.streams).await?;
    server.admin(&database.name).await?.batch_execute("vacuum analyze record.event").await?;
    let mut figures = Vec::new();
    for readers in [1, 8] {
        figures.push(streams(bench, &store, readers).await?);
    }
    figures.push(replay(bench, &store, &database.name).await?);
    drop(store);
    server.remove(database).await?;
    server.empty_raw().await?;
    Ok(figures)
}

async fn write_library(store: &PostgresStore, streams: u64) -> Result<()> {
    stream::iter(0..streams)
        .map(|number| async move {
            let mut ids = Ids::new(number);
            let drafts = (0..EVENTS_A_STREAM).map(|_| Draft {
                event_id: ids.id(),
                kind: "contact.recorded".to_owned(),
                schema_version: 2,
                occurred: "2026-11-21".to_owned(),
                meta: Bytes::from_static(b"{}"),
                facts: Bytes::from_static(BODY.as_bytes()),
                parts: Vec::new(),
            });
            let events = drafts.collect();
            let stream = StreamId { category: "contact".to_owned(), id: nth(LIBRARY, number) };
            store.append(Append::new(stream, 0, context(&mut ids), events)).await
        })
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}

async fn streams(bench: &Bench, store: &PostgresStore, readers: u64) -> Result<Figure> {
    let (server, pace) = (&bench.server, bench.pace);
    let given = [("streams", pace.streams.to_string())];
    let before = server.pgbench("read.sql", readers, pace.raw, &given).await?;
    let begun = Instant::now();
    let end = begun + pace.ours;
    let reading: Vec<_> = (0..readers)
        .map(|number| tokio::spawn(read_streams(store.clone(), pace.streams, number, end)))
        .collect();
    let mut latencies = Latencies::default();
    for reader in reading {
        latencies.extend(reader.await??);
    }
    let rate = real(latencies.count()) / begun.elapsed().as_secs_f64();
    let after = server.pgbench("read.sql", readers, pace.raw, &given).await?;
    let name = if readers == 1 { "read/100".to_owned() } else { format!("read/100x{readers}") };
    let detail = format!("{readers} at once, every body decoded; {}", latencies.words());
    let raw = Some(f64::midpoint(before, after));
    Ok(Figure::new(name, rate, "streams/s").against(raw).p99(&latencies).detail(detail))
}

async fn read_streams(store: PostgresStore, streams: u64, number: u64, end: Instant) -> Result<Latencies> {
    let mut ids = Ids::new(number);
    let mut latencies = Latencies::default();
    let mut counts = Counts::default();
    while Instant::now() < end {
        let asked = Instant::now();
        let stream = StreamId { category: "contact".to_owned(), id: nth(LIBRARY, ids.below(streams)) };
        let events = store.read_stream(&stream, 0, EVENTS_A_STREAM * 2).await?;
        if events.len() != EVENTS_A_STREAM {
            return Err(format!("a stream of {} events", events.len()).into());
        }
        for event in &events {
            counts.take(event)?;
        }
        latencies.push(asked.elapsed());
    }
    Ok(latencies)
}

async fn replay(bench: &Bench, store: &PostgresStore, database: &str) -> Result<Figure> {
    let query = "copy (select position, header, salt, meta, facts, parts from record.event order by position)
                 to stdout (format binary)";
    let events = bench.pace.streams * u64::try_from(EVENTS_A_STREAM)?;
    let mut raw = vec![bench.server.copy_out(database, query)?];
    let mut ours = Vec::new();
    for _ in 0..bench.pace.replays {
        let begun = Instant::now();
        let counts = count_all(store).await?;
        ours.push(begun.elapsed());
        if counts.events != events || counts.people != events {
            return Err(format!("{} of {events} events replayed", counts.events).into());
        }
        raw.push(bench.server.copy_out(database, query)?);
    }
    let rate = |took: &[Duration]| {
        let runs = real(u64::try_from(took.len()).unwrap_or_default());
        real(events) * runs / took.iter().map(Duration::as_secs_f64).sum::<f64>()
    };
    let detail = format!("{events} events, {} times, every body decoded", ours.len());
    Ok(Figure::new("replay/trivial", rate(&ours), "events/s").against(Some(rate(&raw))).detail(detail))
}

/// Positions have no gaps, so that pages can be asked for before the ones ahead of them have come.
async fn count_all(store: &PostgresStore) -> Result<Counts> {
    let head = store.head().await?.position.raw();
    let page = |after| {
        let store = store.clone();
        tokio::spawn(async move { store.read_all(Position::from_raw(after), PAGE).await })
    };
    let mut pages = stream::iter((0..head).step_by(PAGE)).map(page).buffered(AHEAD);
    let mut counts = Counts::default();
    while let Some(page) = pages.next().await {
        for event in &page?? {
            counts.take(event)?;
        }
    }
    Ok(counts)
}
