//! Who works with children here, and how to reach them.

use domain::access::Role;
use domain::agency::AgencyKind;
use event_store::clock::Clock as _;
use serde_json::json;
use system_tests::app::COUNCIL;
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;

/// Only the node itself registers agencies and practitioners.
fn node(api: &Api) -> Caller {
    api.served.caller(&api.test.somebody(Role::System, AgencyKind::System, COUNCIL), "operation")
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_to_ring_at_an_agency_is_read_and_changed_by_the_version_read() {
    let api = Api::start().await;
    let node = node(&api);
    let line = json!({ "in_hours": "0113 496 0001" });
    let school = json!({ "name": "Beckside Primary", "kind": "school", "authority": "383", "safeguarding_line": line });
    let registered = node.post("/api/v1/agencies", &school).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let path = format!("/api/v1/agencies/{}", registered.id());
    node.post(&format!("{path}/teams"), &json!({ "name": "Pastoral" })).await;
    let nurse = api.served.caller(&api.test.emergency_nurse(), "attendance");
    let read = nurse.get(&path).await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["safeguarding_line"]["in_hours"], "0113 496 0001");
    assert_eq!(read.json()["teams"][0]["name"], "Pastoral");
    let changed = json!({ "name": "Beckside Primary", "kind": "school", "authority": "383",
        "safeguarding_line": { "in_hours": "0113 496 0002", "out_of_hours": "0113 496 0003" } });
    let version = read.header("etag").unwrap().to_owned();
    let done = node.post_with(&path, &[("if-match", &version)], &changed).await;
    assert_eq!(done.status, 200, "{}", done.text());
    node.post_with(&path, &[("if-match", &version)], &school).await.problem(412);
    assert_eq!(nurse.get(&path).await.json()["safeguarding_line"]["out_of_hours"], "0113 496 0003");
    nurse.get(&format!("/api/v1/agencies/{}", Uuid::from_u128(0xdead))).await.problem(404);
    nurse.get(&format!("/api/v1/practitioners/{}", registered.id())).await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practitioner_is_read_with_the_roles_of_today_and_the_last_day_at_work() {
    let api = Api::start().await;
    let node = node(&api);
    let sam = json!({ "name": "Sam Okoro", "telephone": "0113 496 0004" });
    let registered = node.post("/api/v1/practitioners", &sam).await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    let path = format!("/api/v1/practitioners/{}", registered.id());
    let today = api.test.clock.now().date_naive();
    let role = json!({ "role": "social-worker", "from": today });
    let given = node.post(&format!("{path}/roles"), &role).await;
    assert_eq!(given.status, 200, "{}", given.text());
    let ahead = json!({ "role": "team-manager", "from": today + chrono::TimeDelta::days(30) });
    assert_eq!(node.post(&format!("{path}/roles"), &ahead).await.status, 200);
    let lead = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    let read = lead.get(&path).await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["name"], "Sam Okoro");
    assert_eq!(read.json()["roles"], json!(["social-worker"]));
    let left = node.post(&format!("{path}/leaving"), &json!({ "on": today })).await;
    assert_eq!(left.status, 200, "{}", left.text());
    assert_eq!(lead.get(&path).await.json()["left_on"], json!(today));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hours_of_a_front_door_are_set_from_a_day_on_and_read_back() {
    let api = Api::start().await;
    let node = node(&api);
    let school = json!({ "name": "Beckside Primary", "kind": "school", "authority": "383" });
    let path = format!("/api/v1/agencies/{}", node.post("/api/v1/agencies", &school).await.id());
    let friday = json!({ "day": "friday", "opens": "08:30", "closes": "16:30" });
    let hours = json!({ "from": "2026-04-01", "open": [friday] });
    let set = node.post(&format!("{path}/hours"), &hours).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let read = node.get(&path).await.json();
    assert_eq!(read["hours"], json!([hours]), "{read}");

    let wrong =
        json!({ "from": "2026-04-01", "open": [{ "day": "freitag", "opens": "08:30", "closes": "16:30" }] });
    assert_eq!(node.post(&format!("{path}/hours"), &wrong).await.status, 422);
    let twice = json!({ "from": "2026-04-01", "open": [friday, friday] });
    assert_eq!(node.post(&format!("{path}/hours"), &twice).await.problem(409)["code"], "a-day-twice");
    let nurse = api.served.caller(&api.test.emergency_nurse(), "attendance");
    assert_eq!(nurse.post(&format!("{path}/hours"), &hours).await.status, 403);
}
