//! An entry made on the wrong child goes to the right one.

use std::cell::Cell;

use chrono::{SecondsFormat, TimeDelta};
use event_store::clock::Clock as _;
use event_store::{EventStore as _, StreamId};
use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;
use crate::cases::done;

/// The entries of one kind on a child's timeline, once it has what was just done.
async fn entries(reader: &Caller, child: Uuid, kind: &str, after: &Value) -> Vec<Value> {
    let position = after["position"].as_str().unwrap();
    let page = reader.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.json()["entries"].as_array().unwrap().clone();
    page.into_iter().filter(|entry| entry["kind"] == kind).collect()
}

/// Two cousins, and a number that was written down for the wrong one.
async fn mistaken(api: &Api) -> (Uuid, Uuid, String) {
    let door = api.front_door();
    let (wrong, right) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let say = json!({
        "assertions": [{ "identifier": { "scheme": "la-child-id", "authority": "383", "value": "C4711" } }],
        "source": { "basis": "document" }, "occurred": "2026-03-04",
    });
    let said = done(&door, &format!("/api/v1/people/{wrong}/assertions"), say).await;
    (wrong, right, said["events"][0].as_str().unwrap().to_owned())
}

/// Two cousins, the first of them reported missing: by whom, and the entry.
async fn missing(api: &Api) -> (Caller, Uuid, Uuid, String) {
    let door = api.front_door();
    let (child, other) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let report = json!({ "from": "home", "occurred": "2026-03-08T20:00:00Z", "source": { "basis": "told" } });
    let reported = done(&door, &format!("/api/v1/people/{child}/missing"), report).await;
    let entry = reported["events"][0].as_str().unwrap().to_owned();
    (door, child, other, entry)
}

fn from_to(wrong: Uuid, right: Uuid) -> Value {
    json!({ "wrong": { "person": wrong }, "right": { "person": right }, "reason": "wrong-person" })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_on_the_wrong_child_is_moved_to_the_right_one_and_keeps_its_date() {
    let api = Api::start().await;
    let (wrong, right, entry) = mistaken(&api).await;
    let (keeper, reader) = (api.served.caller(&api.test.front_door(), "record-keeping"), api.front_door());
    let path = format!("/api/v1/entries/{entry}/move");
    let key = "k".repeat(200);
    let key = [("idempotency-key", key.as_str())];
    let moved = keeper.post_with(&path, &key, &from_to(wrong, right)).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let moved = moved.json();
    assert_eq!((&moved["here"]["id"], &moved["away"]["id"]), (&json!(right), &json!(wrong)));
    let here = entries(&reader, right, "person.identifier-recorded", &moved["away"]).await;
    assert_eq!(here.len(), 1, "{here:?}");
    assert_eq!(here[0]["occurred"], "2026-03-04");
    assert!(entries(&reader, wrong, "person.identifier-recorded", &moved["away"]).await.is_empty());

    let again = keeper.post_with(&path, &key, &from_to(wrong, right)).await.json();
    assert_eq!((&again["here"]["repeated"], &again["away"]["repeated"]), (&json!(true), &json!(true)));
    assert_eq!(again["here"]["events"], moved["here"]["events"]);
    // It is not there any more.
    let gone = keeper.post(&path, &from_to(wrong, right)).await;
    gone.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_may_not_be_made_leaves_the_entry_where_it_is() {
    let api = Api::start().await;
    let (wrong, right, entry) = mistaken(&api).await;
    let keeper = api.served.caller(&api.test.front_door(), "record-keeping");
    let nurse = api.served.caller(&api.test.emergency_nurse(), "record-keeping");
    let path = format!("/api/v1/entries/{entry}/move");
    let before = api.test.app.record.head().await.unwrap().position;
    assert_eq!(nurse.post(&path, &from_to(wrong, right)).await.problem(403)["code"], "not-permitted");
    let case = json!({
        "wrong": { "person": wrong }, "right": { "case": { "child": right, "authority": "383" } },
        "reason": "wrong-person",
    });
    let other_kind = keeper.post(&path, &case).await.problem(422);
    assert_eq!(other_kind["fields"][0]["field"], "right");
    let nobody = keeper.post(&path, &from_to(wrong, Uuid::from_u128(0xdead))).await.problem(422);
    assert_eq!(nobody["fields"][0]["field"], "right");
    keeper.post(&path, &from_to(right, wrong)).await.problem(404);
    let mut unsaid = from_to(wrong, right);
    unsaid["reason"] = json!("tidiness");
    assert_eq!(keeper.post(&path, &unsaid).await.problem(422)["fields"][0]["field"], "reason");
    let after = api.test.app.record.head().await.unwrap().position;
    assert_eq!(before, after, "nothing half-written");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allocation_on_the_wrong_childs_case_is_moved_to_the_right_ones() {
    let api = Api::start().await;
    let door = api.front_door();
    let (wrong, right) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let referral =
        |child: Uuid| json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "2A" });
    let worker = api.served.caller(&api.test.social_worker(), "allocated-work");
    let received = done(&worker, "/api/v1/cases", referral(wrong)).await;
    done(&worker, "/api/v1/cases", referral(right)).await;
    let case = received["id"].as_str().unwrap();
    let manager = api.test.team_manager();
    let allocate =
        json!({ "practitioner": manager.practitioner().0, "role": "team-manager", "on": "2026-02-03" });
    let deciding = api.served.caller(&manager, "allocated-work");
    let allocated = done(&deciding, &format!("/api/v1/cases/{case}/allocations"), allocate).await;
    let entry = allocated["events"][0].as_str().unwrap();
    let keeper = api.served.caller(&manager, "record-keeping");
    let of = |child: Uuid| json!({ "case": { "child": child, "authority": "383" } });
    let order = json!({ "wrong": of(wrong), "right": of(right), "reason": "wrong-person" });
    let moved = keeper.post(&format!("/api/v1/entries/{entry}/move"), &order).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let reader = api.front_door();
    let away = &moved.json()["away"];
    assert!(entries(&reader, wrong, "worker.allocated", away).await.is_empty());
    assert_eq!(entries(&reader, right, "worker.allocated", away).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_is_not_moved_and_whoever_tries_is_told_what_to_do() {
    let api = Api::start().await;
    let (wrong, right, entry) = mistaken(&api).await;
    let app = &api.test.app;
    let stream = StreamId { category: "person".to_owned(), id: wrong };
    let opened = app.record.read_stream(&stream, 0, 1).await.unwrap();
    let facts: Value = serde_json::from_slice(&opened[0].facts).unwrap();
    let key: Uuid = facts["key"].as_str().unwrap().parse().unwrap();
    app.keys.destroy(&[key], app.clock.now()).await.unwrap();
    let keeper = api.served.caller(&api.test.front_door(), "record-keeping");
    let refused =
        keeper.post(&format!("/api/v1/entries/{entry}/move"), &from_to(wrong, right)).await.problem(422);
    assert_eq!(refused["fields"][0]["field"], "entry");
    assert!(refused["fields"][0]["problem"].as_str().unwrap().contains("withdraw"), "{refused}");
    let withdraw = json!({ "record": { "person": wrong }, "reason": "wrong-person" });
    let withdrawn = keeper.post(&format!("/api/v1/entries/{entry}/withdrawal"), &withdraw).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_takes_its_own_entry_back_twice_under_one_key_is_given_the_first_answer() {
    let api = Api::start().await;
    let (wrong, right, entry) = mistaken(&api).await;
    // Not the front door's to correct, but that its agency made the entry.
    let keeper = api.served.caller(&api.test.social_worker(), "record-keeping");
    let path = format!("/api/v1/entries/{entry}/withdrawal");
    let withdraw = json!({ "record": { "person": wrong }, "reason": "mistake" });
    let key = [("idempotency-key", "taken back")];
    let first = keeper.post_with(&path, &key, &withdraw).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let again = keeper.post_with(&path, &key, &withdraw).await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!((&again.json()["repeated"], &again.json()["events"]), (&json!(true), &first.json()["events"]));
    let other = json!({ "record": { "person": right }, "reason": "mistake" });
    assert_eq!(keeper.post(&path, &other).await.problem(403)["code"], "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_to_be_anothers_makes_up_a_status_of_the_past_only_for_whoever_is_told_of_it_there() {
    let api = Api::start().await;
    let (door, wrong, right, entry) = missing(&api).await;
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    // Where the record was after each order: pages are read no older.
    let last = Cell::new(api.test.app.record.head().await.unwrap().position.raw());
    let keep = async |path: &str, order: Value| {
        let kept = keeper.post(&format!("/api/v1/{path}"), &order).await;
        assert_eq!(kept.status, 200, "{path} {}", kept.text());
        last.set(api.test.app.record.head().await.unwrap().position.raw());
    };
    let then = api.test.clock.now() + TimeDelta::hours(1);
    let known = async || {
        let at = then.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let page = async |path: &str| {
            let last = last.get();
            door.get(&format!("/api/v1/people/{wrong}/{path}?as_known_at={at}&at_least={last}")).await.json()
        };
        let (status, timeline) = (page("status").await, page("timeline").await);
        assert_eq!(status.get("missing"), timeline.get("missing"));
        let reports = timeline["entries"].as_array().unwrap().iter();
        let reports = reports.filter(|entry| entry["kind"] == "person.missing-reported").count();
        (status["missing"][0]["since"].clone(), reports)
    };
    api.test.clock.advance(TimeDelta::hours(2));
    let (said, unsaid) = ((json!("2026-03-08T20:00:00Z"), 1), (Value::Null, 0));
    assert_eq!(known().await, said);

    keep(&format!("entries/{entry}/move"), from_to(wrong, right)).await;
    assert_eq!(known().await, said, "it is told on the other's page");
    let restrict = json!({ "reason": "high-risk", "readers": [], "review_on": "2026-06-08" });
    keep(&format!("people/{right}/restriction"), restrict).await;
    assert_eq!(known().await, unsaid, "the other's page is closed");
    keep(&format!("people/{right}/restriction/lift"), json!({})).await;
    assert_eq!(known().await, said);
    let withdraw = |record: Uuid| json!({ "record": { "person": record }, "reason": "mistake" });
    keep(&format!("entries/{entry}/withdrawal"), withdraw(right)).await;
    assert_eq!(known().await, unsaid, "what was taken back on the other's page is for that page's past");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_where_it_stood_is_in_the_status_of_the_past() {
    let api = Api::start().await;
    let (door, child, other, entry) = missing(&api).await;
    let then = (api.test.clock.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    api.test.clock.advance(TimeDelta::hours(2));
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    // Moved away and back again, and taken back there.
    for (wrong, right) in [(child, other), (other, child)] {
        let moved = keeper.post(&format!("/api/v1/entries/{entry}/move"), &from_to(wrong, right)).await;
        assert_eq!(moved.status, 200, "{}", moved.text());
    }
    let withdraw = json!({ "record": { "person": child }, "reason": "mistake" });
    let withdrawn = keeper.post(&format!("/api/v1/entries/{entry}/withdrawal"), &withdraw).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    let status = async |query: &str| door.get(&format!("/api/v1/people/{child}/status?{query}")).await.json();
    let position = withdrawn.json()["position"].as_str().unwrap().to_owned();
    assert!(status(&format!("at_least={position}")).await.get("missing").is_none());
    assert_eq!(status(&format!("as_known_at={then}")).await["missing"][0]["since"], "2026-03-08T20:00:00Z");
}
