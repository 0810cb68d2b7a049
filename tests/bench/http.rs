//! Over HTTP, as callers meet it: contacts recorded, status enquiries, timelines read, thirty-two callers at once.
//!
//! Tokens are proven, policy is asked, narratives are sealed, every read leaves its access record before it is
//! answered. The callers are a process of their own on the same machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casework::app::App;
use casework::server::Server;
use casework::telemetry::Telemetry;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use domain::access::{Actor, Purpose, Role};
use domain::agency::{AgencyKind, SafeguardingLine};
use domain::ids::{AgencyId, PractitionerId};
use domain::text::Line;
use serde_json::json;
use system_tests::app::{COUNCIL, HOSPITAL, order};

use crate::append::millis;
use crate::child::{Child, Role as Plays};
use crate::figures::Figure;
use crate::ids::nth;
use crate::load::{self, Job, Loaded, Request};
use crate::{Bench, Result, county, visible};

/// The pace at which the delay of a status enquiry is judged.
const STEADY: u64 = 500;

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("service").await?;
    let app = visible::open(&database, bench.pace.people).await?;
    for agency in [COUNCIL, HOSPITAL] {
        register(&app, agency).await?;
    }
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
    let front_door = token(app, Role::FrontDoor, AgencyKind::LocalAuthority, COUNCIL)?;
    let nurse = token(app, Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL)?;
    let job = |token: &str, purpose: &str, requests| Job {
        address,
        token: token.to_owned(),
        purpose: purpose.to_owned(),
        requests,
        millis: millis(bench.pace.http),
        a_second: None,
    };
    let contacts = job(&front_door, "referral-consideration", contacts(people));
    let timelines = job(&front_door, "referral-consideration", timelines(people));
    let enquiries = job(&nurse, "attendance", enquiries(people));
    let steady = Job { a_second: Some(STEADY), ..enquiries.clone() };

    let recorded = run(&contacts).await?;
    let flat_out = run(&enquiries).await?;
    let steady = run(&steady).await?;
    let read = run(&timelines).await?;
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

async fn run(job: &Job) -> Result<Loaded> {
    // What went before has been taken in.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut child = Child::start(Plays::Load, job)?;
    child.go()?;
    child.answer()
}

fn token(app: &App, role: Role, agency_kind: AgencyKind, agency: AgencyId) -> Result<String> {
    let actor = Actor {
        practitioner: PractitionerId(nth(1, 0)),
        agency,
        agency_kind,
        authority: Some(county::AUTHORITY.parse()?),
        team: None,
        roles: vec![role],
    };
    Ok(app.token(&actor, TimeDelta::hours(8))?)
}

async fn register(app: &App, agency: AgencyId) -> Result<()> {
    let command = domain::agency::Register {
        name: Line::parse("Invented agency")?,
        kind: if agency == COUNCIL { AgencyKind::LocalAuthority } else { AgencyKind::NhsTrust },
        authority: Some(county::AUTHORITY.parse()?),
        safeguarding_line: Some(SafeguardingLine {
            in_hours: Line::parse("01632 960001")?,
            out_of_hours: Some(Line::parse("01632 960002")?),
        }),
    };
    let command = casework::execute::Command::Agency { id: Some(agency), command: command.into() };
    app.execute(&Visitor::node(), order(Purpose::Operation, command)).await?;
    Ok(())
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

fn enquiries(people: u64) -> Vec<Request> {
    let body = |number: &String| json!({ "search": { "nhs-number": number }, "reason": "At the department with a broken arm." });
    county::nhs_numbers(people)
        .iter()
        .map(|number| Request::post("/api/v1/enquiries", &body(number)))
        .collect()
}

fn timelines(people: u64) -> Vec<Request> {
    (0..people)
        .map(|number| Request::get(&format!("/api/v1/people/{}/timeline", county::child(number))))
        .collect()
}
