//! Over HTTP, as callers meet it: contacts recorded, status enquiries, timelines read, thirty-two callers at once.
//!
//! Tokens are proven, policy is asked, narratives are sealed, every read leaves its access record before it is
//! answered. The callers are a process of their own on the same machine. What they ask is in the notes.

mod partnership;

use std::net::SocketAddr;
use std::sync::Arc;

use casework::app::App;
use casework::server::Server;
use casework::telemetry::Telemetry;
use domain::access::{Purpose, Role};
use serde_json::json;

use crate::append::millis;
use crate::figures::Figure;
use crate::load::{self, Asker, Calling, Job, Loaded, Request};
use crate::{Bench, Result, county, visible};
use partnership::Partnership;

/// The pace at which the delay of a status enquiry is judged.
const STEADY: u64 = 500;

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("service").await?;
    let app = visible::open(&database, bench.pace.people).await?;
    Partnership { app: &app }.settle(bench.pace.people).await?;
    let telemetry = Arc::new(Telemetry::measuring(None)?);
    let server = Server::start(Arc::clone(&app), telemetry, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let figures = measure(bench, &app, server.address()).await;
    server.stop().await?;
    app.stop().await;
    bench.server.remove(database).await?;
    figures
}

async fn measure(bench: &Bench, app: &App, address: SocketAddr) -> Result<Vec<Figure>> {
    let people = bench.pace.people;
    let partnership = Partnership { app };
    let front_door = partnership.asker(Role::FrontDoor, Purpose::ReferralConsideration)?;
    let nurse = partnership.asker(Role::EmergencyNurse, Purpose::Attendance)?;
    let school = partnership.asker(Role::SafeguardingLead, Purpose::SafeguardingCheck)?;
    let job = |askers: Vec<Asker>, requests: Vec<Request>| Job {
        address,
        connections: load::CONNECTIONS,
        callers: askers.into_iter().map(|asker| Calling { asker, requests: requests.clone() }).collect(),
        millis: millis(bench.pace.http),
        a_second: None,
    };
    let contacts = job(vec![front_door.clone()], contacts(people));
    let timelines = job(vec![front_door], timelines(people));
    let enquiries = job(vec![nurse, school], enquiries(people));
    let steady = Job { a_second: Some(STEADY), ..enquiries.clone() };

    let recorded = load::run(&contacts).await?;
    let flat_out = load::run(&enquiries).await?;
    let steady = load::run(&steady).await?;
    let read = load::run(&timelines).await?;
    let told = format!(
        "flat out {}; the p99 given is that at {:.0} a second",
        flat_out.latencies.words(),
        steady.rate
    );
    Ok(vec![
        figure("http/contact", &recorded),
        Figure::new("http/status", flat_out.rate, "requests/s").p99(&steady.latencies).detail(told),
        figure("http/timeline", &read),
    ])
}

fn figure(name: &str, loaded: &Loaded) -> Figure {
    let detail = format!("{} connections; {}", load::CONNECTIONS, loaded.latencies.words());
    Figure::new(name, loaded.rate, "requests/s").p99(&loaded.latencies).detail(detail)
}

fn contacts(people: u64) -> Vec<Request> {
    let body = |number| {
        json!({
            "authority": county::AUTHORITY,
            "people": [{ "person": county::child(number), "role": "subject", "age": 9 }],
            "concerns": [{ "kind": "neglect" }],
            "method": "telephone",
            "account": "Came to school hungry again and in yesterday's clothes; says there was nobody in when they woke.",
        })
    };
    (0..people).map(|number| Request::post("/api/v1/contacts", &body(number))).collect()
}

/// One in ten asks about a child who is not on record.
fn enquiries(people: u64) -> Vec<Request> {
    let body = |number: &String| json!({ "search": { "nhs-number": number }, "reason": "At the department with a broken arm." });
    county::nhs_numbers(people + people / 9)
        .iter()
        .map(|number| Request::post("/api/v1/enquiries", &body(number)))
        .collect()
}

fn timelines(people: u64) -> Vec<Request> {
    (0..people)
        .map(|number| Request::get(&format!("/api/v1/people/{}/timeline", county::child(number))))
        .collect()
}
