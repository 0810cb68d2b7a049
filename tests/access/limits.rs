//! One caller who asks too much is told when to come back, and nobody else is.

use casework::settings::Settings;
use serde_json::json;
use system_tests::TestApp;
use system_tests::http::{Answer, Caller, Served};

/// What is left of an answer that is refused: how long to wait.
fn wait(answer: &Answer) -> u64 {
    assert_eq!(answer.problem(429)["code"], "too-many-requests");
    let seconds = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    seconds
}

async fn limited(requests_per_minute: u32, attempts_per_minute: u32) -> (TestApp, Served) {
    let settings =
        Settings { demonstration: true, requests_per_minute, attempts_per_minute, ..Settings::default() };
    let test = TestApp::limited(settings).await;
    let served = Served::start(&test.app).await;
    (test, served)
}

async fn counted(served: &Served, who: &str) -> bool {
    let metrics = served.nobody().get("/metrics").await.text();
    let of = |line: &str| line.starts_with("goldthread_limited") && line.contains(&format!("who=\"{who}\""));
    metrics.lines().any(of)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_waits_and_nobody_waits_for_them() {
    let (test, served) = limited(6, 60).await;
    let (busy, other) = (test.front_door(), test.front_door());
    let asking = served.caller(&busy, "referral-consideration");
    let path = "/api/v1/contacts/undecided";
    for _ in 0..6 {
        assert_eq!(asking.get(path).await.status, 200);
    }
    wait(&asking.get(path).await);
    // A new token is the same person.
    test.clock.advance(chrono::TimeDelta::seconds(1));
    wait(&served.caller(&busy, "referral-consideration").post("/api/v1/enquiries", &json!({})).await);
    let cookie = format!("goldthread-visitor={}", asking.token.as_ref().unwrap());
    let page = served.nobody().send("GET", "/queue", &[("cookie", &cookie)], b"").await;
    assert_eq!(page.status, 429, "pages and API are one allowance");
    assert!(page.text().contains("<h1") && page.header("retry-after").is_some(), "{}", page.text());
    assert_eq!(served.caller(&other, "referral-consideration").get(path).await.status, 200);
    assert!(counted(&served, "proven").await && !counted(&served, "unproven").await);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_that_prove_nobody_are_limited_by_where_they_come_from_and_whoever_is_proven_is_not() {
    let (test, served) = limited(60, 3).await;
    let guess = |token: &str| Caller { token: Some(format!("gt1.{token}.AAAA")), ..served.nobody() };
    let path = "/api/v1/contacts/undecided";
    for token in ["e30", "e31", "e32"] {
        guess(token).get(path).await.problem(401);
    }
    wait(&guess("e33").get(path).await);
    wait(&served.nobody().get(path).await);
    // Written by whoever asks: there is no proxy here that would have.
    wait(&guess("e34").send("GET", path, &[("x-forwarded-for", "192.0.2.1")], b"").await);
    let door = served.caller(&test.front_door(), "referral-consideration");
    assert_eq!(door.get(path).await.status, 200, "from the same address");
    assert_eq!(served.nobody().get("/livez").await.status, 200);
    assert!(counted(&served, "unproven").await);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_is_known_by_what_the_proxy_says_last() {
    let settings = Settings { attempts_per_minute: 1, behind_proxy: true, ..Settings::default() };
    let test = TestApp::limited(settings).await;
    let served = Served::start(&test.app).await;
    let from = async |told: &str| {
        let nobody = served.nobody();
        nobody.send("GET", "/api/v1/contacts/undecided", &[("x-forwarded-for", told)], b"").await
    };
    from("192.0.2.1").await.problem(401);
    wait(&from("192.0.2.1").await);
    wait(&from("198.51.100.7, 192.0.2.1").await);
    from("192.0.2.1, 192.0.2.2").await.problem(401);
    served.stop().await;
}
