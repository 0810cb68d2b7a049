//! That a child is missing is said first, whoever asks and whatever they ask for.

use serde_json::{Value, json};
use system_tests::http::Caller;

use crate::Api;
use crate::addresses::worker_of;
use crate::forms::Browser;

/// The first field of an answer, as it is written.
fn first_field(text: &str) -> &str {
    text.trim_start_matches('{').split(':').next().unwrap_or_default()
}

async fn found(caller: &Caller) -> Value {
    let search = json!({ "search": { "family": "Example", "born": "2016-04-02" } });
    caller.post("/api/v1/people/search", &search).await.json()["found"][0].clone()
}

async fn heads(caller: &Caller, path: &str) -> (bool, Value) {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.text());
    (first_field(&answer.text()) == "\"missing\"", answer.json()["missing"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_child_is_missing_in_the_first_line_of_every_answer_until_found() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let at = |path: &str| format!("/api/v1/people/{child}{path}");
    let report = json!({ "from": "care", "occurred": "2026-03-09T22:30:00Z", "source": { "basis": "told" } });
    let reported = door.post(&at("/missing"), &report).await;
    assert_eq!(reported.status, 200, "{}", reported.text());
    let position = reported.json()["position"].as_str().unwrap().to_owned();
    let expected = json!([{ "from": "care", "since": "2026-03-09T22:30:00Z" }]);
    assert_eq!(found(&door).await["missing"], expected);
    for path in ["", "/status", "/timeline"] {
        let head = heads(&door, &at(&format!("{path}?at_least={position}"))).await;
        assert_eq!(head, (true, expected.clone()), "{path}");
    }

    let mut live = door.live(&at("/timeline/live"), &[]).await;
    let ready = live.next().await.unwrap();
    assert_eq!((ready.event.as_str(), ready.data), ("ready", json!({ "missing": expected }).to_string()));

    let nurse = api.served.caller(&api.test.emergency_nurse(), "attendance");
    let ask = json!({ "search": { "person": child }, "reason": "Brought in by a passer-by." });
    let answered = nurse.post("/api/v1/enquiries", &ask).await.json();
    let answer = &answered["answers"][0];
    assert_eq!(answer["missing"], expected, "{answered}");
    assert!(answer["advice"].as_str().unwrap().starts_with("This child is missing."));

    let found = json!({
        "from": "care", "occurred": "2026-03-10T05:00:00Z", "return_interview": "offered",
        "source": { "basis": "seen" },
    });
    let found = door.post(&at("/found"), &found).await;
    assert_eq!(found.status, 200, "{}", found.text());
    let position = found.json()["position"].as_str().unwrap().to_owned();
    for path in ["", "/status", "/timeline"] {
        let (_, missing) = heads(&door, &at(&format!("{path}?at_least={position}"))).await;
        assert!(missing.is_null(), "{path} {missing}");
    }
    let mut live = door.live(&at("/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().data, "{}", "found");
    let then = heads(&door, &at("/status?as_it_was_at=2026-03-09T23:00:00Z")).await;
    assert_eq!(then, (true, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_s_first_page_and_what_the_front_door_was_told_begin_with_who_is_missing() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let worker = Browser::at(&api, &worker_of(&api, child).await);
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let told = format!("/contacts/{}/told?about={child}&for=safeguarding-check", uuid::Uuid::from_u128(7));
    let report = json!({ "from": "care", "occurred": "2026-03-09T22:30:00Z", "source": { "basis": "told" } });
    assert!(!worker.get("/").await.text().contains("is missing"), "nobody is, yet");
    let reported = door.post(&format!("/api/v1/people/{child}/missing"), &report).await.json();
    let position = reported["position"].as_str().unwrap();
    let (is_first, _) = heads(&door, &format!("/api/v1/people/{child}/status?at_least={position}")).await;
    assert!(is_first);
    for (page, html) in
        [("first page", worker.get("/").await.text()), ("told", school.get(&told).await.text())]
    {
        assert!(html.contains("is missing from care since"), "{page}: {html}");
        assert!(html.find("is missing from care") < html.find("<h1"), "{page}: before anything else");
    }
}
