//! Every measure at three moments of the record, over the demonstration's county of three years and of ten.
//!
//! Beside them, on the same connection: one statement that only counts the rows of the same tables, which nobody can
//! answer for less than.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::county::{self, County};
use casework::settings::Settings;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, Purpose};
use domain::agency::AgencyKind;
use domain::ids::{AgencyId, PractitionerId};
use domain::when::civil_day;
use event_store::EventStore as _;
use event_store::clock::SystemClock;
use projections::management::window::Window;
use projections::management::{self, Asked, Detail, Management, NAME, Whose};
use projections::scope::Scope;
use projections::view::View as _;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::figures::{Figure, Latencies};
use crate::{Bench, Result};

/// Longer than the views take to catch up.
const PATIENCE: Duration = Duration::from_secs(300);
const ROUNDS: u32 = 30;
/// As the demonstration's.
const THREE_YEARS: &str = "2023-03-06T08:00:00Z";
const TEN_YEARS: &str = "2016-03-07T08:00:00Z";
const END: &str = "2026-03-06T17:00:00Z";

pub async fn three_years(bench: &Bench) -> Result<Vec<Figure>> {
    Ok(vec![over(bench, "measures/three_years", 1, THREE_YEARS).await?])
}

pub async fn ten_years(bench: &Bench) -> Result<Vec<Figure>> {
    Ok(vec![over(bench, "measures/ten_years", 2, TEN_YEARS).await?])
}

async fn over(bench: &Bench, name: &str, seed: u64, begin: &str) -> Result<Figure> {
    let database = bench.server.database(&name.replace('/', "_")).await?;
    let settings = Settings {
        origin: "goldthread.example/bench".to_owned(),
        demonstration: true,
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings, database.connections.clone(), Arc::new(SystemClock)).await?);
    tokio::time::timeout(PATIENCE, app.engine.ready()).await?;
    let (begin, end): (DateTime<Utc>, DateTime<Utc>) = (begin.parse()?, END.parse()?);
    let county = County { seed, children: bench.pace.demonstration, begin, end };
    let events = county::tell(&app, county, None, &mut |_| {}).await?;
    app.views.wait_until(NAME, app.record.head().await?.position, PATIENCE).await?;
    let admin = bench.server.admin(&database.name).await?;
    let schema: String =
        admin.query_one("select schema_name from views.pointer where view = $1", &[&NAME]).await?.get(0);
    admin.batch_execute("vacuum analyze").await?;
    let rows = raw(&admin, &schema).await?.1;

    let passed = end - begin;
    let moments = [end, end - passed / 4, end - passed / 2];
    let (mut ours, mut counting) = (Latencies::default(), Latencies::default());
    for _ in 0..ROUNDS {
        for moment in moments {
            let asked = asked(&app, moment).await?;
            let before = Instant::now();
            management::values(&app.views, &nobody(), &asked).await?;
            ours.push(before.elapsed());
        }
        counting.push(raw(&admin, &schema).await?.0);
    }
    app.stop().await;
    bench.server.remove(database).await?;
    let middle = |latencies: &Latencies| latencies.quantile(500).map_or(0.0, |at| at.as_secs_f64() * 1e3);
    let detail = format!(
        "every measure with its twelve months, at three moments; {events} events, {rows} rows; ours {}, counting the rows {}",
        ours.words(),
        counting.words(),
    );
    Ok(Figure::new(name, middle(&ours), "ms").against(Some(middle(&counting))).p99(&ours).detail(detail))
}

async fn asked(app: &App, moment: DateTime<Utc>) -> Result<Asked> {
    let known = app.views.position_at(moment + TimeDelta::seconds(1)).await?;
    let window = Window::year_to(civil_day(moment));
    Ok(Asked { whose: Whose::Everybodys, window, known, detail: Detail::Whole })
}

/// Counts the rows of every table of the view.
async fn raw(admin: &Client, schema: &str) -> Result<(Duration, u64)> {
    let each: Vec<_> = Management
        .tables()
        .iter()
        .map(|table| format!("select count(*) from {schema}.{}", table.name))
        .collect();
    let before = Instant::now();
    let counts = admin.query(&each.join(" union all "), &[]).await?;
    let took = before.elapsed();
    let rows: i64 = counts.iter().map(|row| row.get::<_, i64>(0)).sum();
    Ok((took, u64::try_from(rows)?))
}

fn nobody() -> Scope {
    let reader = Actor {
        practitioner: PractitionerId(Uuid::nil()),
        agency: AgencyId(Uuid::nil()),
        agency_kind: AgencyKind::System,
        authority: None,
        team: None,
        roles: Vec::new(),
    };
    Scope::decided(reader, Purpose::Operation, Arc::new(BTreeMap::new()))
}
