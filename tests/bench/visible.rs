//! From an append to its rows in every view, at a steady five hundred events a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::settings::Settings;
use domain::when::Occurred;
use event_store::clock::{Clock, SystemClock};
use event_store::{Append, EventStore, Position, StreamId};

use crate::append::context;
use crate::county;
use crate::figures::{Figure, Latencies, real};
use crate::ids::Ids;
use crate::server::Database;
use crate::{Bench, Result};

const A_SECOND: u32 = 500;
/// Children there are before it begins.
const CHILDREN: u64 = 2_000;
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The whole service over a county, its views caught up.
pub async fn open(database: &Database, children: u64) -> Result<Arc<App>> {
    let settings = Settings {
        origin: "goldthread.example/bench".to_owned(),
        demonstration: true,
        requests_per_minute: 0,
        ..Settings::default()
    };
    let app = App::open(settings, database.connections.clone(), Arc::new(SystemClock)).await?;
    tokio::time::timeout(PATIENCE, app.engine.ready()).await?;
    county::write(&app.record, &app.keys, children).await?;
    // As a node would after a return was imported: one build is quicker than following.
    app.engine.rebuild(&[]).await?;
    seen(&app, app.record.head().await?.position).await?;
    Ok(Arc::new(app))
}

/// Waits until every view has a position.
pub async fn seen(app: &App, position: Position) -> Result<()> {
    for view in projections::views() {
        app.views.wait_until(view.name(), position, PATIENCE).await?;
    }
    Ok(())
}

pub async fn visible(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("visible").await?;
    let app = open(&database, CHILDREN).await?;
    // The first second warms up and is not counted.
    once(&app, Duration::from_secs(1), 1).await?;
    let begun = Instant::now();
    let latencies = once(&app, bench.pace.visible, 2).await?;
    let rate = real(latencies.count()) / begun.elapsed().as_secs_f64();
    app.stop().await;
    bench.server.remove(database).await?;
    let p50 = latencies.quantile(500).unwrap_or_default().as_secs_f64() * 1e3;
    let detail = format!(
        "p50 of the time from the call to append until all {} views have it; {rate:.0} events/s; {}",
        projections::views().len(),
        latencies.words(),
    );
    Ok(vec![Figure::new("visible", p50, "ms").p99(&latencies).detail(detail)])
}

async fn once(app: &Arc<App>, lasting: Duration, seed: u64) -> Result<Latencies> {
    let mut every = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
    let mut ids = Ids::new(seed ^ 0x7155);
    let end = Instant::now() + lasting;
    let mut waiting = Vec::new();
    while Instant::now() < end {
        every.tick().await;
        waiting.push(tokio::spawn(append_and_see(Arc::clone(app), Ids::new(ids.number()))));
    }
    let mut latencies = Latencies::default();
    for one in waiting {
        latencies.push(one.await??);
    }
    Ok(latencies)
}

async fn append_and_see(app: Arc<App>, mut ids: Ids) -> Result<Duration> {
    let key = app.keys.take().await?;
    let event = county::contact(&key, county::child(ids.below(CHILDREN)), "Seen alone; says all is well.")?;
    let occurred = Occurred::Instant(SystemClock.now());
    let draft = county::draft(app.record.origin(), ids.id(), occurred, &event, &key)?;
    let stream = StreamId { category: "contact".to_owned(), id: ids.id() };
    let append = Append::new(stream, 0, context(&mut ids), vec![draft]);
    let asked = Instant::now();
    let appended = app.record.append(append).await?;
    seen(&app, appended.position).await?;
    Ok(asked.elapsed())
}
