//! A case from referral to plan, and setting the record right.

use domain::access::Purpose;
use domain::ids::PersonId;
use serde_json::{Value, json};
use system_tests::app::order;
use system_tests::http::Caller;

use crate::{Api, contact};

/// The id of what an act began, by the name it has in the event.
pub fn began(answer: &Value, kind: &str, name: &str) -> String {
    let made = answer["made"].as_array().unwrap();
    let event = made.iter().find(|made| made["kind"] == kind).unwrap_or_else(|| panic!("{kind} in {answer}"));
    event["facts"][name].as_str().unwrap().to_owned()
}

pub async fn done(caller: &Caller, path: &str, body: Value) -> Value {
    let answer = caller.post(path, &body).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.text());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_past_a_restriction_that_another_node_placed_a_moment_before() {
    let api = Api::start().await;
    let child = api.child(&api.front_door(), "Example").await;
    let worker = api.served.caller(&api.test.social_worker(), "allocated-work");
    let referral = json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "2A", "primary_need": "N1" });
    let received = done(&worker, "/api/v1/cases", referral).await;
    let case = received["id"].as_str().unwrap().to_owned();
    let episode = began(&received, "referral.received", "episode");
    let note = json!({ "on": "2026-03-10", "kind": "note", "text": "Rang the school." });
    // What this node judges the case and the child by is remembered from here on.
    let decide = json!({ "episode": episode, "on": "2026-02-03", "outcome": "section47" });
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    done(&manager, &format!("/api/v1/cases/{case}/decision"), decide).await;
    done(&worker, &format!("/api/v1/cases/{case}/notes"), note.clone()).await;

    let beside = api.test.beside().await;
    let restrict = domain::person::Restrict {
        reason: domain::person::restriction::RestrictionReason::RelativeOfStaff,
        owner: domain::ids::PractitionerId(uuid::Uuid::from_u128(0xdead)),
        readers: Vec::new(),
        review_on: "2026-06-08".parse().unwrap(),
    };
    let restrict = casework::execute::Command::Person { id: Some(PersonId(child)), command: restrict.into() };
    let keeper = api.test.team_manager();
    beside.execute(&keeper, order(Purpose::RecordKeeping, restrict)).await.unwrap();

    let refused = worker.post(&format!("/api/v1/cases/{case}/notes"), &note).await;
    assert_eq!(refused.problem(403)["code"], "not-permitted");
    beside.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_leads_to_a_plan_and_the_status_says_so() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let worker = api.served.caller(&api.test.social_worker(), "allocated-work");
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let referral = json!({
        "child": child, "authority": "383", "on": "2026-02-02", "source": "2A", "primary_need": "N1",
        "reason": "Told by the school.",
    });
    let received = done(&worker, "/api/v1/cases", referral).await;
    let case = received["id"].as_str().unwrap().to_owned();
    let episode = began(&received, "referral.received", "episode");
    let at = |path: &str| format!("/api/v1/cases/{case}/{path}");
    let decide = json!({ "episode": episode, "on": "2026-02-03", "outcome": "section47" });
    done(&manager, &at("decision"), decide).await;
    let assess = json!({ "episode": episode, "on": "2026-02-03", "review_point": "2026-02-20" });
    done(&worker, &at("assessments"), assess).await;
    let s47 = done(&worker, &at("s47s"), json!({ "episode": episode, "on": "2026-02-04" })).await;
    let s47 = began(&s47, "s47.started", "section47");
    let concluded = json!({ "on": "2026-02-12", "conference": "required" });
    done(&worker, &at(&format!("s47s/{s47}/conclusion")), concluded).await;
    let chair = api.test.somebody(
        domain::access::Role::ConferenceChair,
        domain::agency::AgencyKind::LocalAuthority,
        system_tests::app::COUNCIL,
    );
    let chair = api.served.caller(&chair, "conference");
    let conference = json!({ "section47": s47, "on": "2026-02-20", "decision": { "plan": ["NEG", "EMO"] }, "missing": ["police"] });
    let held = done(&chair, &at("conferences/initial"), conference).await;
    let position = held["position"].as_str().unwrap();
    let status = door.get(&format!("/api/v1/people/{child}/status?at_least={position}")).await;
    assert_eq!(status.status, 200, "{}", status.text());
    assert_eq!(status.json()["cases"][0]["standing"], "child-protection-plan");
    let due = status.json()["cases"][0]["due"].as_array().unwrap().clone();
    let review = due.iter().find(|due| due["step"] == "hold-review-conference").unwrap();
    assert_eq!(review["by"], "2026-05-20", "three months after the conference");
    let read = worker.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["episodes"][0]["cp_plans"][0]["latest_categories"], json!(["NEG", "EMO"]));
    assert_eq!(read.header("etag").unwrap(), format!("\"{}\"", held["version"]));
    let closed = json!({ "episode": episode, "on": "2026-02-21", "reason": "RC7" });
    worker.post(&at("closure"), &closed).await.problem(403);
    manager.post(&at("closure"), &closed).await.problem(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_amended_and_withdrawn_and_both_are_seen_by_those_who_look_back() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let recorded = door.post("/api/v1/contacts", &contact(child, "Said by the aunt.")).await;
    let (id, entry) = (recorded.id(), recorded.json()["events"][0].as_str().unwrap().to_owned());
    api.test.clock.advance(chrono::TimeDelta::days(5));
    let door = api.served.caller(&api.test.front_door(), "record-keeping");
    let path = format!("/api/v1/entries/{entry}/amendment");
    let amend = json!({
        "record": { "contact": id }, "reason": "mistake",
        "facts": { "method": "in-person" }, "words": { "account": "Said by the grandmother." },
    });
    let amended = door.post(&path, &amend).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    let reader = api.front_door();
    let read = reader.get(&format!("/api/v1/contacts/{id}")).await.json();
    assert_eq!(
        (&read["account"], &read["method"]),
        (&json!("Said by the grandmother."), &json!("in-person"))
    );
    for (facts, field) in [
        (json!({ "authority": "384" }), "facts/authority"),
        (json!({ "account": "CANARY" }), "facts/account"),
        (json!({ "method": "CANARY" }), "facts"),
    ] {
        let mut wrong = amend.clone();
        wrong["facts"] = facts;
        let answer = door.post(&path, &wrong).await;
        assert_eq!(answer.problem(422)["fields"][0]["field"], field);
        assert!(!answer.text().contains("CANARY"));
    }
    let withdraw = json!({ "record": { "contact": id }, "reason": "duplicate" });
    let withdrawn = door.post(&format!("/api/v1/entries/{entry}/withdrawal"), &withdraw).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    let position = withdrawn.json()["position"].as_str().unwrap().to_owned();
    let kinds = async |query: &str| {
        let answer = reader.get(&format!("/api/v1/people/{child}/timeline?{query}")).await.json();
        answer["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "contact.recorded")
            .count()
    };
    assert_eq!(kinds(&format!("at_least={position}")).await, 0);
    assert_eq!(kinds("as_known_at=2026-03-11").await, 1);
}
