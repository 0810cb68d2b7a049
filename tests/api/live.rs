//! Timelines held open: what arrives, what resumes, what is hidden.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::http::Sent;

use crate::{Api, contact};

fn data(sent: &Sent) -> Value {
    serde_json::from_str(&sent.data).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_recorded_elsewhere_arrives_and_a_broken_stream_resumes() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let path = format!("/api/v1/people/{child}/timeline/live");
    let page = caller.get(&format!("/api/v1/people/{child}/timeline")).await.json();
    let from_page = format!("{path}?after={}", page["live"].as_str().unwrap());
    let mut live = caller.live(&from_page, &[]).await;
    assert_eq!(live.status, 200);
    assert_eq!(live.next().await.unwrap().event, "ready");
    let elsewhere = api.front_door();
    let first = elsewhere.post("/api/v1/contacts", &contact(child, "First.")).await.id();
    let arrived = live.next().await.unwrap();
    assert_eq!(arrived.event, "entry");
    assert_eq!(data(&arrived)["record"], first.to_string());
    drop(live);
    let second = elsewhere.post("/api/v1/contacts", &contact(child, "Second.")).await.id();
    let third = elsewhere.post("/api/v1/contacts", &contact(child, "Third.")).await.id();
    let mut resumed = caller.live(&path, &[("last-event-id", &arrived.id)]).await;
    assert_eq!(resumed.next().await.unwrap().event, "ready");
    let mut caught_up = Vec::new();
    while caught_up.len() < 2 {
        caught_up.push(data(&resumed.next().await.unwrap())["record"].clone());
    }
    assert_eq!(caught_up, [second.to_string(), third.to_string()], "in order, none missing, none twice");
    let other = api.front_door();
    let foreign = other.live(&path, &[("last-event-id", &arrived.id)]).await;
    assert_eq!(foreign.status, 422, "a place is its reader's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_others_is_not_heard() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let other = api.child(&caller, "Another").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    let ready = live.next().await.unwrap();
    caller.post("/api/v1/contacts", &contact(other, "Elsewhere.")).await.id();
    assert!(live.is_quiet_for(Duration::from_millis(1500)).await);
    caller.post("/api/v1/contacts", &contact(child, "Here.")).await.id();
    let arrived = live.next().await.unwrap();
    assert_eq!(arrived.event, "entry");
    assert_ne!(arrived.id, ready.id);
    assert_eq!(arrived.id.len(), ready.id.len(), "a place does not grow with what lies between");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_ends_the_stream_before_the_next_item() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    let manager = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let restricted = manager.post(&format!("/api/v1/people/{child}/restriction"), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    assert_eq!(live.next().await.map(|sent| sent.event).as_deref(), Some("closed"));
    assert_eq!(live.next().await, None);
    let again = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(again.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_open_streams_and_answers_what_was_taken_in() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    let stopping = tokio::time::timeout(Duration::from_secs(10), api.served.stop());
    stopping.await.expect("a server that stops though somebody listens");
    assert_eq!(live.next().await, None);
}
