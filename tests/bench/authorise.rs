//! Authorising a request: who is at the browser, proven by their cookie; what their roles may be told for their purpose;
//! and of which class a record is for them. The facts it rests on are in memory, as they are after somebody's first
//! request.
//!
//! Beside it: the same question asked of the rules themselves for the first time, which each question is once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::accounts;
use casework::app::App;
use casework::execute::{Command, Order};
use casework::policy::Policy;
use casework::settings::Settings;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use domain::access::{Action, Actor, Purpose, Role};
use domain::agency::{AgencyKind, Register as RegisterAgency};
use domain::ids::{AgencyId, PractitionerId};
use domain::practitioner::{Details, GiveRole, Register};
use domain::text::Line;
use domain::when::civil_day;
use event_store::clock::SystemClock;
use projections::scope::Standing;

use crate::demonstration::seen;
use crate::figures::Figure;
use crate::{Bench, Result};

const ROUNDS: u32 = 20_000;
const ISSUER: &str = "https://id.example/bench";
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn authorise(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("authorise").await?;
    let file = std::env::temp_dir().join(format!("goldthread-bench-issuers-{}.json", std::process::id()));
    std::fs::write(
        &file,
        format!(r#"{{ "issuers": [ {{ "issuer": "{ISSUER}", "audience": "urn:goldthread" }} ] }}"#),
    )?;
    let settings = Settings {
        origin: "goldthread.example/bench".to_owned(),
        issuers_file: Some(file.clone()),
        demonstration: true,
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings, database.connections.clone(), Arc::new(SystemClock)).await?);
    std::fs::remove_file(file)?;
    tokio::time::timeout(PATIENCE, app.engine.ready()).await?;
    let measured = over(&app).await;
    app.stop().await;
    bench.server.remove(database).await?;
    Ok(vec![measured?])
}

async fn over(app: &App) -> Result<Figure> {
    let cookie = sign_in(app).await?;
    seen(app).await?;
    let standing = Standing { authorities: vec!["383".parse()?], ..Standing::default() };
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let before = Instant::now();
        let (visitor, _) = app.at_browser(&cookie, false).await?;
        let scope = app.scope(&visitor, Action::ReadStatus, Purpose::SafeguardingCheck)?;
        std::hint::black_box(scope.disclosure(&standing));
        took.push(before.elapsed());
    }
    let first = asked_first(app)?;
    let detail = format!(
        "a cookie proven, the policy's answer and the class of one record; median of {ROUNDS}, the slowest hundredth {:.0} us; \
         a question the rules were never asked before, every role, action and purpose: median {:.0} us, the slowest \
         hundredth {:.0} us",
        micros(&mut took, 990),
        micros(&mut first.clone(), 500),
        micros(&mut first.clone(), 990),
    );
    Ok(Figure::new("authorise", micros(&mut took, 500), "us").detail(detail))
}

/// Every question that can be put about looking, to rules that remember no answer.
fn asked_first(app: &App) -> Result<Vec<Duration>> {
    let rules = Policy::shipped()?;
    let mut took = Vec::new();
    for role in Role::ALL {
        let actor = Actor {
            practitioner: PractitionerId(crate::ids::nth(1, 1)),
            agency: AgencyId(crate::ids::nth(1, 2)),
            agency_kind: AgencyKind::LocalAuthority,
            authority: None,
            team: None,
            roles: vec![*role],
        };
        let visitor = app.visitor(&app.token(&actor, TimeDelta::hours(1))?)?;
        for action in Action::ALL {
            for purpose in Purpose::ALL {
                let before = Instant::now();
                let _ = std::hint::black_box(rules.may_look(&visitor, *action, *purpose));
                took.push(before.elapsed());
            }
        }
    }
    Ok(took)
}

fn micros(took: &mut [Duration], of_a_thousand: usize) -> f64 {
    took.sort_unstable();
    let at = took.len() * of_a_thousand / 1_000;
    took.get(at).map_or(0.0, |took| took.as_secs_f64() * 1e6)
}

/// Somebody of a school at a browser: their cookie.
async fn sign_in(app: &App) -> Result<String> {
    let node = Visitor::node();
    let done = async |command| app.execute(&node, Order::new(Purpose::Operation, command)).await;
    let line = |text: &str| Line::parse(text);
    let school = RegisterAgency {
        kind: AgencyKind::School,
        name: line("Beck Lane Primary School")?,
        authority: "383".parse().ok(),
        safeguarding_line: None,
    };
    let agency = AgencyId(done(Command::Agency { id: None, command: school.into() }).await?.stream);
    let details = Details { name: line("Jo Beck")?, telephone: None, email: None };
    let register = Register { agency, team: None, details }.into();
    let registered = done(Command::Practitioner { id: None, command: register }).await?;
    let practitioner = PractitionerId(registered.stream);
    let from = civil_day(app.clock.now());
    let give = GiveRole { role: Role::SafeguardingLead, from, to: None }.into();
    done(Command::Practitioner { id: Some(practitioner), command: give }).await?;
    accounts::link(app, &node, (ISSUER, "jo.beck"), practitioner).await?;
    Ok(app.open_session(app.ids.account(ISSUER, "jo.beck"), practitioner).await?)
}
