//! The demonstration's county, as `make run` tells it: three thousand children over three years, through `execute`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::county::{self, County};
use casework::settings::Settings;
use event_store::EventStore as _;
use event_store::clock::SystemClock;

use crate::figures::{Figure, real};
use crate::{Bench, Result};

/// Longer than the views take to catch up.
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let before = bench.server.raw_appends(64, 1, bench.pace.raw).await?;
    let database = bench.server.database("demonstration").await?;
    let settings = Settings {
        origin: "goldthread.example/bench".to_owned(),
        demonstration: true,
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings, database.connections.clone(), Arc::new(SystemClock)).await?);
    tokio::time::timeout(PATIENCE, app.engine.ready()).await?;
    let county = County {
        seed: 1,
        children: bench.pace.demonstration,
        begin: "2023-03-06T08:00:00Z".parse()?,
        end: "2026-03-06T17:00:00Z".parse()?,
    };
    let begun = Instant::now();
    let mut orders = 0;
    let events = county::tell(&app, county, None, &mut |progress| {
        orders = progress.orders;
        eprintln!("  {:?} {:.1} s", progress, begun.elapsed().as_secs_f64());
    })
    .await?;
    let told = begun.elapsed().as_secs_f64();
    let head = app.record.head().await?.position;
    for view in projections::views() {
        app.views.wait_until(view.name(), head, PATIENCE).await?;
    }
    let seen = begun.elapsed().as_secs_f64();
    app.stop().await;
    bench.server.remove(database).await?;
    let after = bench.server.raw_appends(64, 1, bench.pace.raw).await?;
    let detail = format!(
        "{} children over three years: {events} events by {orders} orders; {:.0} events/s; every view had them after {seen:.1} s",
        county.children,
        real(events) / told,
    );
    let raw = f64::midpoint(before, after);
    Ok(vec![
        Figure::new("demonstration/county", told, "s").detail(detail),
        Figure::new("demonstration/orders", real(orders) / told, "orders/s")
            .against(Some(raw))
            .detail("against as many raw rows a second, one a transaction, from 64 clients"),
    ])
}
