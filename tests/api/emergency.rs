//! Powers that hold by the clock are told while they hold and not a minute longer.

use chrono::TimeDelta;
use serde_json::json;

use crate::Api;

#[tokio::test(flavor = "multi_thread")]
async fn police_protection_heads_the_status_for_72_hours_and_lapses_by_itself() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let referral = json!({ "child": child, "authority": "383", "on": "2026-03-09", "source": "2A" });
    let case = door.post("/api/v1/cases", &referral).await;
    assert_eq!(case.status, 200, "{}", case.text());
    let case = case.id();
    let taken_at = api.test.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let taken =
        door.post(&format!("/api/v1/cases/{case}/police-protection"), &json!({ "on": taken_at })).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    let position = taken.json()["position"].as_str().unwrap().to_owned();

    let status = async || {
        let door = api.front_door();
        let path = format!("/api/v1/people/{child}/status?at_least={position}");
        door.get(&path).await.json()["cases"][0].clone()
    };
    let now = status().await;
    assert_eq!(now["standing"], "police-protection", "{now}");
    assert_eq!(now["emergency"]["power"], "police-protection");
    let due =
        now["due"].as_array().unwrap().iter().find(|due| due["step"] == "emergency-ends").unwrap().clone();
    assert_eq!(due["at"], now["emergency"]["until"]);

    let ask = json!({ "search": { "person": child }, "reason": "Her grandmother wants to take her home." });
    let answered = api.front_door().post("/api/v1/enquiries", &ask).await.json();
    let here = &answered["answers"][0]["status"][0];
    assert_eq!(here["standing"], "police-protection", "{answered}");
    assert!(here["legal_basis"].as_str().unwrap().contains("section 46"));

    api.test.clock.advance(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!(status().await["standing"], "police-protection");
    api.test.clock.advance(TimeDelta::seconds(1));
    let lapsed = status().await;
    assert_eq!(lapsed["standing"], "referred");
    assert!(lapsed["emergency"].is_null());
    let then = api.front_door().get(&format!("/api/v1/people/{child}/status?as_it_was_at={taken_at}")).await;
    assert_eq!(then.json()["cases"][0]["standing"], "police-protection");
}
