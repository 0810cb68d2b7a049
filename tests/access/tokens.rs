//! Access tokens of a certified provider: taken while they hold, of whoever they are here.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::accounts;
use casework::error::ExecuteError;
use casework::execute::Command;
use casework::settings::Settings;
use casework::visitor::Visitor;
use chrono::{NaiveDate, TimeDelta};
use domain::access::{Purpose, Role};
use domain::agency::{AgencyKind, Register as RegisterAgency};
use domain::ids::{AgencyId, PractitionerId};
use domain::practitioner::{Details, GiveRole, Leave, Register};
use domain::text::Line;
use domain::when::civil_day;
use event_store::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::order;
use system_tests::http::{Answer, Caller, Served};

use crate::provider::{AUDIENCE, Provider};

const SYSTEM: &str = "the-schools";

/// A school, what it signs in with, and its practitioner.
struct School {
    test: TestApp,
    served: Served,
    agency: AgencyId,
    practitioner: PractitionerId,
    file: PathBuf,
}

fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

impl School {
    /// With issuers whose file is written before the node starts; the school's agency id is known beforehand.
    async fn start(issuers: impl FnOnce(AgencyId) -> Value) -> Self {
        let agency = AgencyId(uuid::Uuid::from_u128(0x5c001));
        static FILES: AtomicU32 = AtomicU32::new(0);
        let nth = FILES.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("goldthread-access-{}-{nth}.json", std::process::id()));
        std::fs::write(&file, json!({ "issuers": issuers(agency) }).to_string()).unwrap();
        let settings = Settings { issuers_file: Some(file.clone()), ..Settings::default() };
        let test = TestApp::with(settings).await;
        // A provider's tokens are of this very moment.
        test.clock.set(SystemClock.now());
        let node = Visitor::node();
        let school = RegisterAgency {
            kind: AgencyKind::School,
            name: line("Beck Lane Primary School"),
            authority: "383".parse().ok(),
            safeguarding_line: None,
        };
        let register = Command::Agency { id: Some(agency), command: school.into() };
        test.done(&node, order(Purpose::Operation, register)).await;
        let details = Details { name: line("Jo Beck"), telephone: None, email: None };
        let register =
            Command::Practitioner { id: None, command: Register { agency, team: None, details }.into() };
        let practitioner = PractitionerId(test.done(&node, order(Purpose::Operation, register)).await.stream);
        let served = Served::start(&test.app).await;
        let school = Self { test, served, agency, practitioner, file };
        school.order(GiveRole { role: Role::SafeguardingLead, from: school.today(), to: None }).await;
        school
    }

    fn today(&self) -> NaiveDate {
        civil_day(self.test.clock.now())
    }

    async fn order(&self, command: impl Into<domain::practitioner::Command>) {
        let command = Command::Practitioner { id: Some(self.practitioner), command: command.into() };
        self.test.done(&Visitor::node(), order(Purpose::Operation, command)).await;
    }

    async fn link(&self, issuer: &str) -> Result<bool, ExecuteError> {
        let account = (issuer, SYSTEM);
        let done = accounts::link(&self.test.app, &Visitor::node(), account, self.practitioner).await;
        done.map(|done| !done.events.is_empty())
    }

    /// Who a token is taken for: the answer to a question that every practitioner may ask.
    async fn ask(&self, token: &str) -> Answer {
        let caller = Caller {
            address: self.served.address(),
            token: Some(token.to_owned()),
            purpose: "safeguarding-check",
        };
        caller.get(&format!("/api/v1/practitioners/{}", self.practitioner.0)).await
    }

    async fn stop(self) {
        self.served.stop().await;
        let _ = std::fs::remove_file(&self.file);
    }
}

/// A school whose system is signed in, and its token, which is taken.
async fn signed_in() -> (Provider, School, String) {
    let provider = Provider::start("one");
    let school = School::start(for_all(&provider.issuer())).await;
    school.link(&provider.issuer()).await.unwrap();
    let token = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(school.ask(&token).await.status, 200);
    (provider, school, token)
}

fn for_all(issuer: &str) -> impl FnOnce(AgencyId) -> Value {
    let issuer = issuer.to_owned();
    move |_| json!([{ "issuer": issuer, "audience": AUDIENCE }])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_systems_token_is_whoever_its_account_is_linked_to_as_long_as_they_are_at_work() {
    let provider = Provider::start("one");
    let school = School::start(for_all(&provider.issuer())).await;
    let token = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(school.ask(&token).await.problem(401)["code"], "unproven", "nobody's account");
    assert!(school.link(&provider.issuer()).await.unwrap());
    assert!(!school.link(&provider.issuer()).await.unwrap(), "said twice");
    let answer = school.ask(&token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["name"], "Jo Beck");
    assert_eq!(school.ask(&provider.token("a-strangers", AUDIENCE).await).await.status, 401);

    // What she is today decides, not what the token says.
    school.order(Leave { on: school.today() }).await;
    assert_eq!(school.ask(&token).await.status, 200, "her last day at work");
    school.order(Leave { on: school.today() - TimeDelta::days(1) }).await;
    let said = school.ask(&token).await.problem(401);
    assert!(said["detail"].as_str().unwrap().contains("nobody's here"), "{said}");
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_issuer_is_silent_its_keys_are_good_and_without_them_nobody_can_tell() {
    let (provider, school, token) = signed_in().await;
    let unread = school.test.beside().await;
    drop(provider);
    assert_eq!(school.ask(&token).await.status, 200);
    // Another process has not read them.
    let beside = Served::start(&unread).await;
    let caller = Caller { address: beside.address(), token: Some(token), purpose: "safeguarding-check" };
    for _ in 0..2 {
        let said = caller.get(&format!("/api/v1/practitioners/{}", school.practitioner.0)).await;
        assert_eq!(said.problem(503)["code"], "unavailable");
    }
    beside.stop().await;
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_ended_is_nobodys_at_once() {
    let (provider, school, token) = signed_in().await;
    let account = (provider.issuer(), SYSTEM);
    accounts::end(&school.test.app, &Visitor::node(), (&account.0, account.1)).await.unwrap();
    school.ask(&token).await.problem(401);
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_changed_too_old_or_meant_for_another_proves_nobody() {
    let (provider, school, token) = signed_in().await;
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["sub"] = json!("a-strangers");
    let forged = URL_SAFE_NO_PAD.encode(claims.to_string());
    let none = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": "one" }).to_string());
    let shared = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "kid": "one" }).to_string());
    for changed in [
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{shared}.{}.{}", parts[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        "a.b.c".to_owned(),
        "a".repeat(20_000),
    ] {
        school.ask(&changed).await.problem(401);
    }
    let elsewhere = provider.token(SYSTEM, "urn:another").await;
    school.ask(&elsewhere).await.problem(401);

    // A minute is forgiven to clocks.
    school.test.clock.advance(TimeDelta::seconds(600 + 50));
    assert_eq!(school.ask(&token).await.status, 200);
    school.test.clock.advance(TimeDelta::seconds(20));
    assert_eq!(school.ask(&token).await.problem(401)["detail"], "The token has expired; sign in again.");
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_changes_its_key_and_its_new_tokens_are_taken() {
    let (provider, school, before) = signed_in().await;
    let provider = provider.with_key("two");
    let after = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(school.ask(&after).await.status, 200);
    school.ask(&before).await.problem(401);
    let provider = provider.with_key("one");
    // Another key of an old name: what was signed with it is not what we know.
    school.ask(&provider.token(SYSTEM, AUDIENCE).await).await.problem(401);
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_speaks_for_its_own_agencies_only() {
    let (own, other) = (Provider::start("one"), Provider::start("one"));
    let (of_own, of_other) = (own.issuer(), other.issuer());
    let issuers = move |agency: AgencyId| {
        json!([
            { "issuer": of_own, "audience": AUDIENCE, "agencies": [agency.0] },
            { "issuer": of_other, "audience": AUDIENCE, "agencies": [uuid::Uuid::from_u128(0x707)] },
        ])
    };
    let school = School::start(issuers).await;
    assert_eq!(school.agency.0.as_u128(), 0x5c001);
    assert!(school.link(&own.issuer()).await.unwrap());
    let problem = |done: Result<bool, ExecuteError>| match done {
        Err(ExecuteError::Invalid(fields)) => format!("{}: {}", fields[0].field, fields[0].problem),
        other => panic!("{other:?}"),
    };
    let said = problem(school.link(&other.issuer()).await);
    assert!(said.contains("issuer") && said.contains("Beck Lane Primary School"), "{said}");
    assert!(problem(school.link("https://unknown.example").await).contains("file of issuers"));
    assert_eq!(school.ask(&own.token(SYSTEM, AUDIENCE).await).await.status, 200);
    school.ask(&other.token(SYSTEM, AUDIENCE).await).await.problem(401);
    school.stop().await;
}
