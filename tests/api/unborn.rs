//! A plan before birth is the unborn child's own, and goes on when the child is born.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::Api;
use crate::cases::{began, done};

async fn unborn(api: &Api, name: &str) -> Uuid {
    let body = json!({
        "kind": "unborn",
        "assertions": [
            { "name": { "given": name, "family": "Example", "use": "usual" } },
            { "birth": "expected 2026-05-01" },
        ],
        "source": { "basis": "told" },
    });
    api.front_door().post("/api/v1/people", &body).await.id()
}

/// Referral, enquiry, conference: on a plan from 20 February. The case and the plan.
async fn on_a_plan(api: &Api, child: Uuid) -> (String, String) {
    let worker = api.served.caller(&api.test.social_worker(), "allocated-work");
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let chair = api.test.somebody(
        domain::access::Role::ConferenceChair,
        domain::agency::AgencyKind::LocalAuthority,
        system_tests::app::COUNCIL,
    );
    let chair = api.served.caller(&chair, "conference");
    let referral = json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "3A" });
    let received = done(&worker, "/api/v1/cases", referral).await;
    let case = received["id"].as_str().unwrap().to_owned();
    let episode = began(&received, "referral.received", "episode");
    let at = |path: &str| format!("/api/v1/cases/{case}/{path}");
    let decide = json!({ "episode": episode, "on": "2026-02-03", "outcome": "section47" });
    done(&manager, &at("decision"), decide).await;
    done(&worker, &at("assessments"), json!({ "episode": episode, "on": "2026-02-03" })).await;
    let s47 = done(&worker, &at("s47s"), json!({ "episode": episode, "on": "2026-02-04" })).await;
    let s47 = began(&s47, "s47.started", "section47");
    let conference =
        json!({ "section47": s47, "on": "2026-02-20", "decision": { "plan": ["NEG"] }, "missing": [] });
    let held = done(&chair, &at("conferences/initial"), conference).await;
    (case, began(&held, "cp-plan.started", "plan"))
}

async fn status(api: &Api, person: Uuid, position: &Value) -> Value {
    let path = format!("/api/v1/people/{person}/status?at_least={}", position.as_str().unwrap());
    let read = api.front_door().get(&path).await;
    assert_eq!(read.status, 200, "{}", read.text());
    read.json()["cases"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_unborn_twin_has_a_record_and_a_plan_of_its_own_that_goes_on_at_birth() {
    let api = Api::start().await;
    let door = api.front_door();
    let mother = api.child(&door, "Example").await;
    let twins = [unborn(&api, "Twin 1").await, unborn(&api, "Twin 2").await];
    for twin in twins {
        let tie = json!({ "from": mother, "to": { "person": twin }, "kind": "mother", "source": { "basis": "told" } });
        let tied = door.post("/api/v1/ties", &tie).await;
        assert_eq!(tied.status, 201, "{}", tied.text());
    }
    let (first, plan) = on_a_plan(&api, twins[0]).await;
    let (second, other_plan) = on_a_plan(&api, twins[1]).await;
    assert_ne!(first, second);
    assert_ne!(plan, other_plan);

    let birth = json!({ "date": "2026-03-08", "source": { "basis": "document" } });
    let born = done(&door, &format!("/api/v1/people/{}/birth", twins[0]), birth).await;
    let number = json!({
        "assertions": [{ "identifier": { "scheme": "nhs", "value": "9990000018" } }],
        "source": { "basis": "document" },
    });
    let numbered = done(&door, &format!("/api/v1/people/{}/assertions", twins[0]), number.clone()).await;
    let refused = door.post(&format!("/api/v1/people/{}/assertions", twins[1]), &number).await;
    assert_eq!(refused.problem(409)["code"], "unborn-has-no-number");

    for (twin, case) in twins.iter().zip([&first, &second]) {
        let cases = status(&api, *twin, &numbered["position"]).await;
        assert_eq!(cases[0]["standing"], "child-protection-plan", "{cases}");
        assert_eq!((&cases[0]["case"], &cases[0]["cp_plan_since"]), (&json!(case), &json!("2026-02-20")));
        assert!(cases[1].is_null());
    }
    assert_eq!(status(&api, mother, &born["position"]).await, json!([]), "the plan is not the mother's");

    let ask = json!({ "search": { "nhs-number": "999 000 0018" }, "reason": "At the department." });
    let answered = door.post("/api/v1/enquiries", &ask).await.json();
    assert_eq!(answered["answers"][0]["subject"], twins[0].to_string(), "{answered}");
    assert_eq!(answered["answers"][0]["status"][0]["standing"], "child-protection-plan");
}
