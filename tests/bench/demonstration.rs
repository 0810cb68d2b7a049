//! The demonstration as `make run` tells it: three thousand children over three years, through `execute`; and what its
//! users meet: measures, receipts, pages.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::app::App;
use casework::demonstration::{self, Extent, Persona};
use casework::execute::{Command, Order};
use casework::server::Server;
use casework::settings::Settings;
use casework::telemetry::Telemetry;
use casework::visitor::Visitor;
use casework::work::Workers;
use chrono::TimeDelta;
use domain::access::Purpose;
use domain::ids::PractitionerId;
use domain::review::trawling::Finding;
use domain::review::{Counted, Raise};
use event_store::EventStore as _;
use event_store::clock::SystemClock;
use serde_json::json;

use crate::append::millis;
use crate::figures::{Figure, Latencies, real};
use crate::load::{self, Asker, Calling, Job, Loaded, Request};
use crate::server::Database;
use crate::{Bench, Result, forms, ids, measures, pages};

/// Longer than the views take to catch up.
const PATIENCE: Duration = Duration::from_secs(120);
const DAYS: u32 = 3 * 365;
/// At their browsers at once.
const USERS: u64 = 20;
/// Children about whom each asks by the form: more than anybody comes to ask about in a run.
const ASKED_ABOUT: u32 = 1_000;
const REVIEWS: u64 = 40;
/// The days that pages of the past look back to: so many that few are asked for twice, as what was counted for somebody
/// is kept for the next who asks.
const KNOWN_AGO: RangeInclusive<i64> = 1..=300;

pub const NAMES: [&str; 5] = [
    "demonstration/county",
    "demonstration/orders",
    "measures/three_years",
    "demonstration/receipt",
    "demonstration/pages",
];

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("demonstration").await?;
    let app = open(&database).await?;
    let mut figures = county(bench, &app).await?;
    let end = app.clock.now();
    let passed = TimeDelta::days(i64::from(DAYS));
    figures.push(measures::over(bench, &database, &app, ("measures/three_years", end - passed, end)).await?);
    let workers = Workers::start(&app);
    let head = app.record.head().await?.position;
    let _ = workers.has_noticed(head, PATIENCE).await && workers.has_linked(head, PATIENCE).await;
    reviews(&app).await?;
    let telemetry = Arc::new(Telemetry::measuring(None)?);
    let server = Server::start(Arc::clone(&app), telemetry, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let measured = browse(bench, &app, server.address()).await;
    server.stop().await?;
    workers.stop().await;
    app.stop().await;
    bench.server.remove(database).await?;
    figures.extend(measured?);
    Ok(figures)
}

/// A node on a fresh database.
pub async fn open(database: &Database) -> Result<Arc<App>> {
    let settings = Settings {
        origin: "goldthread.example/bench".to_owned(),
        demonstration: true,
        requests_per_minute: 0,
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings, database.connections.clone(), Arc::new(SystemClock)).await?);
    tokio::time::timeout(PATIENCE, app.engine.ready()).await?;
    Ok(app)
}

/// Waits until every view has all that is on record.
pub async fn seen(app: &App) -> Result<()> {
    let head = app.record.head().await?.position;
    for view in projections::views() {
        app.views.wait_until(view.name(), head, PATIENCE).await?;
    }
    Ok(())
}

async fn county(bench: &Bench, app: &Arc<App>) -> Result<Vec<Figure>> {
    let before = bench.server.raw_appends(64, 1, bench.pace.raw).await?;
    let extent = Extent { children: bench.pace.demonstration, days: DAYS };
    let begin = demonstration::beginning(app, extent).await?;
    let begun = Instant::now();
    let (mut orders, mut events) = (0, 0);
    demonstration::tell(app, begin, extent, &mut |progress| {
        (orders, events) = (progress.orders, progress.events);
        if progress.given.is_multiple_of(50_000) {
            eprintln!("  {} of {} orders, {:.1} s", progress.given, orders, begun.elapsed().as_secs_f64());
        }
    })
    .await?;
    let told = begun.elapsed().as_secs_f64();
    seen(app).await?;
    let seen = begun.elapsed().as_secs_f64();
    let after = bench.server.raw_appends(64, 1, bench.pace.raw).await?;
    let detail = format!(
        "{} children over three years: {events} events by {orders} orders; {:.0} events/s; every view had them after {seen:.1} s",
        extent.children,
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

/// Reviews of what is on record of a day, as a watch for trawling asks for them.
async fn reviews(app: &App) -> Result<()> {
    let (until, looked) = (app.clock.now(), app.access.head().await?.position.raw());
    for (number, day) in (0..REVIEWS).zip(1_i64..) {
        let about = PractitionerId(ids::nth(0x7e, number));
        let finding = Finding {
            from: until - TimeDelta::days(day + 1),
            until: until - TimeDelta::days(day),
            counted: Counted::Unfollowed,
            count: 60,
            threshold: 40,
            evidence: (1..=looked.min(60)).collect(),
        };
        let raise = Raise { about, agency: Persona::Nurse.actor(app).agency, finding };
        let id = app.ids.review("trawling", about, until.date_naive());
        let command = Command::Review { id, command: raise.into() };
        app.execute(&Visitor::node(), Order::new(Purpose::Operation, command)).await?;
    }
    seen(app).await
}

async fn browse(bench: &Bench, app: &App, address: SocketAddr) -> Result<Vec<Figure>> {
    let job = |callers, a_second| Job {
        address,
        connections: USERS,
        callers,
        millis: millis(bench.pace.visible),
        a_second,
    };
    let nurse = app.token(&Persona::Nurse.actor(app), TimeDelta::hours(8))?;
    let asker = Asker::program(&nurse, Purpose::Attendance.code());
    // The numbers of the county's children are counted from here; one in twenty-five has none, and is nobody.
    let numbers = (0..bench.pace.demonstration).map(casework::county::nhs_number);
    let ask = |number| json!({ "search": { "nhs-number": number }, "reason": "At the department with a broken arm." });
    let requests = numbers.map(|number| Request::post("/api/v1/enquiries", &ask(number))).collect();
    let receipts = load::run(&job(vec![Calling { asker, requests }], Some(USERS))).await?;

    let mut taken = BTreeSet::new();
    let (steady, pages) = users(bench, app, (address, "steady"), &mut taken).await?;
    let read = load::run(&Job { millis: millis(bench.pace.pages), ..job(steady, Some(USERS)) }).await?;
    let (hurried, _) = users(bench, app, (address, "hurried"), &mut taken).await?;
    let flat_out = load::run(&job(hurried, None)).await?;
    let ms =
        |loaded: &Loaded, part| loaded.latencies.quantile(part).map_or(0.0, |took| took.as_secs_f64() * 1e3);
    let p95 = |took: &Latencies| took.quantile(950).map_or(0.0, |took| took.as_secs_f64() * 1e3);
    let slowest = read.kinds.iter().max_by(|(_, one), (_, other)| p95(one).total_cmp(&p95(other)));
    let (kind, took) = slowest.ok_or("no page was read")?;
    let mut figures = vec![
        Figure::new("demonstration/receipt", ms(&receipts, 500), "ms").p99(&receipts.latencies).detail(format!(
            "p50 of asking about a child, {USERS} askers each once a second; p95 {:.1} ms",
            ms(&receipts, 950)
        )),
        Figure::new("demonstration/pages", p95(took), "ms").p99(took).detail(format!(
            "p95 of `{kind}`, the slowest of {} kinds of page; {pages} pages of six personas, of every kind as often, \
             {USERS} users each turning a page every second; of all p50 {:.1} ms, p95 {:.1} ms; all at once without a \
             pause {:.0} pages/s, {}",
            read.kinds.len(),
            ms(&read, 500),
            ms(&read, 950),
            flat_out.rate,
            flat_out.latencies.words(),
        )),
    ];
    figures.extend(read.kinds.iter().map(|(kind, took)| {
        let detail = format!("p95 of {}; {}", took.count(), took.words());
        Figure::new(format!("page {kind}"), p95(took), "ms").p99(took).detail(detail)
    }));
    Ok(figures)
}

/// Six personas at their browsers, with the pages they come to and the children they ask about; and how many pages that
/// is.
async fn users(
    bench: &Bench,
    app: &App,
    (address, turn): (SocketAddr, &str),
    taken: &mut BTreeSet<String>,
) -> Result<(Vec<Calling>, usize)> {
    let numbers: Vec<String> =
        (0..bench.pace.demonstration.min(ASKED_ABOUT)).map(casework::county::nhs_number).collect();
    let (mut callers, mut pages) = (Vec::new(), 0);
    for persona in Persona::ALL {
        let token = app.token(&persona.actor(app), TimeDelta::hours(8))?;
        let asker = Asker::browser(&token);
        let known: Vec<_> =
            KNOWN_AGO.map(|days| (app.clock.now() - TimeDelta::days(days)).date_naive()).collect();
        let reached = pages::reached(address, &asker, &known).await?;
        pages += reached.len();
        let mut requests: Vec<Request> = reached.iter().flat_map(|page| page.requests(&known)).collect();
        requests.extend(forms::asking(&reached, &numbers, turn));
        requests.extend(forms::sent(&reached, turn, taken));
        callers.push(Calling { asker, requests });
    }
    Ok((callers, pages))
}
