//! From a contact's acknowledged append to the alert it raises, at a steady five hundred events a second.
//!
//! Before it begins, every child that will be told of a third time was told of twice. While it runs, one contact in
//! ten is such a third; the others are each about a child told of once. What views take meanwhile is measured in the
//! same run, and once before any worker runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::work::Workers;
use chrono::TimeDelta;
use domain::ids::PersonId;
use domain::when::Occurred;
use event_store::clock::{Clock, SystemClock};
use event_store::{Append, EventStore, Followed, Position, StreamId};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::append::context;
use crate::county;
use crate::figures::{Figure, Latencies, real};
use crate::ids::{Ids, nth};
use crate::visible::{open, seen};
use crate::{Bench, Result};

const A_SECOND: u32 = 500;
/// One event in so many is a child's third.
const A_THIRD_IN: u64 = 10;
const CHILDREN: u64 = 2_000;
const AT_ONCE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn alerts(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("alerts").await?;
    let app = open(&database, CHILDREN).await?;
    let lasting = bench.pace.visible;
    let before = Load { app: &app, thirds: 0, lasting: lasting / 2, seed: 1 }.run().await?.visible;

    let thirds = u64::from(A_SECOND) * lasting.as_secs() / A_THIRD_IN;
    told_of_twice(&app, thirds).await?;
    let workers = Workers::start(&app);
    caught_up(&app, &workers).await?;
    let begun = Instant::now();
    let run = Load { app: &app, thirds, lasting, seed: 2 }.run().await?;
    let rate = real(run.visible.count()) / begun.elapsed().as_secs_f64();
    workers.stop().await;
    app.stop().await;
    bench.server.remove(database).await?;

    let ms = |latencies: &Latencies| latencies.quantile(500).unwrap_or_default().as_secs_f64() * 1e3;
    let detail = format!(
        "p50 of the time from an acknowledged third contact to its alert on record, {} alerts; {rate:.0} events/s; {}; \
         in the same run until all views have a contact {}, without workers {}",
        run.raised.count(),
        run.raised.words(),
        run.visible.words(),
        before.words(),
    );
    let figure = Figure::new("alerts/raised", ms(&run.raised), "ms").against(Some(ms(&run.visible)));
    Ok(vec![figure.p99(&run.raised).detail(detail)])
}

/// A child who is told of a third time.
fn third(number: u64) -> PersonId {
    PersonId(nth(0xa1e, number))
}

async fn caught_up(app: &App, workers: &Workers) -> Result<()> {
    let head = app.record.head().await?.position;
    if workers.has_linked(head, PATIENCE).await { Ok(()) } else { Err("linkage does not come along".into()) }
}

async fn told_of_twice(app: &Arc<App>, thirds: u64) -> Result<()> {
    let day = Occurred::Instant(SystemClock.now() - TimeDelta::days(1));
    let contacts = (0..thirds * 2).map(|number| {
        let app = Arc::clone(app);
        async move { tell(&app, third(number / 2), day, &mut Ids::new(number ^ 0x7200_0000)).await }
    });
    let told: Vec<Position> = stream::iter(contacts).buffer_unordered(AT_ONCE).try_collect().await?;
    seen(app, told.into_iter().max().ok_or("nobody is told of")?).await
}

async fn tell(app: &App, child: PersonId, occurred: Occurred, ids: &mut Ids) -> Result<Position> {
    let key = app.keys.take().await?;
    let event = county::contact(&key, child, "Hungry again; says there is nothing at home.")?;
    let draft = county::draft(app.record.origin(), ids.id(), occurred, &event, &key)?;
    let stream = StreamId { category: "contact".to_owned(), id: ids.id() };
    let append = Append::new(stream, 0, context(ids), vec![draft]);
    Ok(app.record.append(append).await?.position)
}

/// A steady load with some third contacts in it.
struct Load<'a> {
    app: &'a Arc<App>,
    thirds: u64,
    lasting: Duration,
    seed: u64,
}

struct Run {
    raised: Latencies,
    visible: Latencies,
}

impl Load<'_> {
    async fn run(self) -> Result<Run> {
        let (alerts, mut raised) = mpsc::unbounded_channel();
        let head = self.app.record.head().await?.position;
        let listening = tokio::spawn(listen(Arc::clone(self.app), head, alerts));
        let mut every = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
        let mut ids = Ids::new(self.seed ^ 0xa1e7);
        let (mut waiting, mut acknowledged) = (Vec::new(), HashMap::new());
        let end = Instant::now() + self.lasting;
        let mut number = 0;
        while Instant::now() < end {
            every.tick().await;
            number += 1;
            let nth_third = number / A_THIRD_IN;
            let is_third = number % A_THIRD_IN == 0 && nth_third < self.thirds;
            let child = if is_third { third(nth_third) } else { PersonId(ids.id()) };
            let (app, mut ids) = (Arc::clone(self.app), Ids::new(ids.number()));
            waiting.push(tokio::spawn(async move {
                let asked = Instant::now();
                let position = tell(&app, child, Occurred::Instant(SystemClock.now()), &mut ids).await?;
                let acknowledged = Instant::now();
                seen(&app, position).await?;
                Result::Ok((is_third.then_some((child, acknowledged)), asked.elapsed()))
            }));
        }
        let mut run = Run { raised: Latencies::default(), visible: Latencies::default() };
        for one in waiting {
            let (third, visible) = one.await??;
            run.visible.push(visible);
            acknowledged.extend(third);
        }
        while run.raised.count() < u64::try_from(acknowledged.len())? {
            let (child, at): (PersonId, Instant) =
                tokio::time::timeout(PATIENCE, raised.recv()).await?.ok_or("nobody listens for alerts")?;
            if let Some(told) = acknowledged.get(&child) {
                run.raised.push(at.saturating_duration_since(*told));
            }
        }
        listening.abort();
        Ok(run)
    }
}

/// Says when an alert about somebody is on record: as it is read back, which is a little later than it was.
async fn listen(app: Arc<App>, from: Position, alerts: mpsc::UnboundedSender<(PersonId, Instant)>) {
    let mut record = app.record.follow(from);
    while let Some(Ok(followed)) = record.next().await {
        let Followed::Events(events) = followed else { continue };
        let now = Instant::now();
        for event in events.iter().filter(|event| event.header.kind() == "alert.raised") {
            let facts: serde_json::Value = serde_json::from_slice(&event.facts).unwrap_or_default();
            let children = facts.pointer("/says/children").and_then(serde_json::Value::as_array);
            for child in children.into_iter().flatten().filter_map(serde_json::Value::as_str) {
                if let Ok(child) = child.parse::<Uuid>() {
                    let _ = alerts.send((PersonId(child), now));
                }
            }
        }
    }
}
