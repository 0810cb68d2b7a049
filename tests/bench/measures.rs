//! Every measure at three moments of the record, over the demonstration's county of three years and of ten.
//!
//! Beside them, on the same connection: one statement that only counts the rows of the same tables, which nobody can
//! answer for less than.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::county::{self, County};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, Purpose};
use domain::agency::AgencyKind;
use domain::ids::{AgencyId, PractitionerId};
use domain::when::civil_day;
use projections::management::window::Window;
use projections::management::{self, Asked, Detail, Management, NAME, Whose};
use projections::scope::Scope;
use projections::view::View as _;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::figures::{Figure, Latencies};
use crate::server::Database;
use crate::{Bench, Result, demonstration};

/// Three answers each: enough that the slowest hundredth is not the first answer of a connection alone.
const ROUNDS: u32 = 100;
const BEGIN: &str = "2016-03-07T08:00:00Z";
const END: &str = "2026-03-06T17:00:00Z";
/// Another county than the demonstration's, which ends after three years.
const SEED: u64 = 2;

pub async fn ten_years(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("ten_years").await?;
    let app = demonstration::open(&database).await?;
    let (begin, end): (DateTime<Utc>, DateTime<Utc>) = (BEGIN.parse()?, END.parse()?);
    let county = County { seed: SEED, children: bench.pace.demonstration, begin, end };
    county::tell(&app, county, None, &mut |_| {}).await?;
    demonstration::seen(&app).await?;
    let measured = over(bench, &database, &app, ("measures/ten_years", begin, end)).await;
    app.stop().await;
    bench.server.remove(database).await?;
    Ok(vec![measured?])
}

/// Asked of a county that was told from one moment to another.
pub async fn over(
    bench: &Bench,
    database: &Database,
    app: &App,
    (name, begin, end): (&str, DateTime<Utc>, DateTime<Utc>),
) -> Result<Figure> {
    let admin = bench.server.admin(&database.name).await?;
    let schema: String =
        admin.query_one("select schema_name from views.pointer where view = $1", &[&NAME]).await?.get(0);
    admin.batch_execute("vacuum analyze").await?;
    let rows = raw(&admin, &schema).await?.1;
    let events: i64 = admin.query_one("select count(*) from record.event", &[]).await?.get(0);

    let passed = end - begin;
    let moments = [end, end - passed / 4, end - passed / 2];
    let (mut ours, mut counting) = (Latencies::default(), Latencies::default());
    for _ in 0..ROUNDS {
        for moment in moments {
            let asked = asked(app, moment).await?;
            let before = Instant::now();
            management::values(&app.views, &nobody(), &asked).await?;
            ours.push(before.elapsed());
        }
        counting.push(raw(&admin, &schema).await?.0);
    }
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
