//! Access tokens of a certified provider: taken while they hold, of whoever they are here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::accounts;
use casework::error::ExecuteError;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use domain::ids::AgencyId;
use domain::practitioner::Leave;
use serde_json::{Value, json};
use system_tests::http::{Answer, Caller, Served};

use system_tests::provider::{AUDIENCE, Provider};
use system_tests::school::{School, for_all};

const SYSTEM: &str = "the-schools";

/// Who a token is taken for: the answer to a question that every practitioner may ask.
async fn ask(school: &School, token: &str) -> Answer {
    let caller = Caller {
        address: school.served.address(),
        token: Some(token.to_owned()),
        purpose: "safeguarding-check",
    };
    caller.get(&format!("/api/v1/practitioners/{}", school.practitioner.0)).await
}

/// A school whose system is signed in, and its token, which is taken.
async fn signed_in() -> (Provider, School, String) {
    let provider = Provider::start("one");
    let school = School::start(for_all(&provider.issuer())).await;
    school.link(&provider.issuer(), SYSTEM).await.unwrap();
    let token = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(ask(&school, &token).await.status, 200);
    (provider, school, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_systems_token_is_whoever_its_account_is_linked_to_as_long_as_they_are_at_work() {
    let provider = Provider::start("one");
    let school = School::start(for_all(&provider.issuer())).await;
    let token = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(ask(&school, &token).await.problem(401)["code"], "unproven", "nobody's account");
    assert!(school.link(&provider.issuer(), SYSTEM).await.unwrap());
    assert!(!school.link(&provider.issuer(), SYSTEM).await.unwrap(), "said twice");
    let answer = ask(&school, &token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["name"], "Jo Beck");
    assert_eq!(ask(&school, &provider.token("a-strangers", AUDIENCE).await).await.status, 401);

    // What she is today decides, not what the token says.
    school.order(Leave { on: school.today() }).await;
    assert_eq!(ask(&school, &token).await.status, 200, "her last day at work");
    school.order(Leave { on: school.today() - TimeDelta::days(1) }).await;
    let said = ask(&school, &token).await.problem(401);
    assert!(said["detail"].as_str().unwrap().contains("nobody's here"), "{said}");
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_issuer_is_silent_its_keys_are_good_and_without_them_nobody_can_tell() {
    let (provider, school, token) = signed_in().await;
    let unread = school.test.beside().await;
    drop(provider);
    assert_eq!(ask(&school, &token).await.status, 200);
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
    ask(&school, &token).await.problem(401);
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
        ask(&school, &changed).await.problem(401);
    }
    let elsewhere = provider.token(SYSTEM, "urn:another").await;
    ask(&school, &elsewhere).await.problem(401);

    // A minute is forgiven to clocks.
    school.test.clock.advance(TimeDelta::seconds(600 + 50));
    assert_eq!(ask(&school, &token).await.status, 200);
    school.test.clock.advance(TimeDelta::seconds(20));
    assert_eq!(ask(&school, &token).await.problem(401)["detail"], "The token has expired; sign in again.");
    school.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_changes_its_key_and_its_new_tokens_are_taken() {
    let (provider, school, before) = signed_in().await;
    let provider = provider.with_key("two");
    let after = provider.token(SYSTEM, AUDIENCE).await;
    assert_eq!(ask(&school, &after).await.status, 200);
    ask(&school, &before).await.problem(401);
    let provider = provider.with_key("one");
    // Another key of an old name: what was signed with it is not what we know.
    ask(&school, &provider.token(SYSTEM, AUDIENCE).await).await.problem(401);
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
    assert!(school.link(&own.issuer(), SYSTEM).await.unwrap());
    let problem = |done: Result<bool, ExecuteError>| match done {
        Err(ExecuteError::Invalid(fields)) => format!("{}: {}", fields[0].field, fields[0].problem),
        other => panic!("{other:?}"),
    };
    let said = problem(school.link(&other.issuer(), SYSTEM).await);
    assert!(said.contains("issuer") && said.contains("Beck Lane Primary School"), "{said}");
    assert!(problem(school.link("https://unknown.example", SYSTEM).await).contains("file of issuers"));
    assert_eq!(ask(&school, &own.token(SYSTEM, AUDIENCE).await).await.status, 200);
    ask(&school, &other.token(SYSTEM, AUDIENCE).await).await.problem(401);
    school.stop().await;
}
