//! Work with a child in need: a plan, a worker who takes over, being looked after, and what is refused on the way.

use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;
use crate::cases::{began, done};

/// A child who was referred and is being assessed, and those who work with them.
struct Assessed {
    api: Api,
    child: Uuid,
    case: String,
    episode: String,
    worker: Caller,
    manager: Caller,
}

impl Assessed {
    async fn start() -> Self {
        let api = Api::start().await;
        let child = api.child(&api.front_door(), "Example").await;
        let worker = api.served.caller(&api.test.social_worker(), "allocated-work");
        let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
        let referral = json!({
            "child": child, "authority": "383", "on": "2026-02-02", "source": "2A", "primary_need": "N1",
        });
        let received = done(&worker, "/api/v1/cases", referral).await;
        let case = received["id"].as_str().unwrap().to_owned();
        let episode = began(&received, "referral.received", "episode");
        let assessed = Self { api, child, case, episode, worker, manager };
        let decide = json!({ "episode": assessed.episode, "on": "2026-02-03", "outcome": "assessment" });
        done(&assessed.manager, &assessed.at("decision"), decide).await;
        let assess = json!({ "episode": assessed.episode, "on": "2026-02-03" });
        done(&assessed.worker, &assessed.at("assessments"), assess).await;
        assessed
    }

    fn at(&self, path: &str) -> String {
        format!("/api/v1/cases/{}/{path}", self.case)
    }

    async fn read(&self) -> Value {
        let read = self.worker.get(&format!("/api/v1/cases/{}", self.case)).await;
        assert_eq!(read.status, 200, "{}", read.text());
        read.json()
    }

    /// How the child stands, once the views have what was just done.
    async fn status(&self, after: &Value) -> Value {
        let position = after["position"].as_str().unwrap();
        let status = format!("/api/v1/people/{}/status?at_least={position}", self.child);
        let status = self.worker.get(&status).await;
        assert_eq!(status.status, 200, "{}", status.text());
        status.json()["cases"][0].clone()
    }

    async fn refused(&self, who: &Caller, path: &str, body: Value, code: &str) {
        let before = self.read().await;
        let refused = who.post(&self.at(path), &body).await.problem(409);
        assert_eq!(refused["code"], code);
        assert!(refused["detail"].as_str().unwrap().ends_with('.'), "a sentence one can act on: {refused}");
        assert_eq!(self.read().await, before, "nothing half-written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_in_need_has_one_plan_at_a_time_and_it_ends_when_the_authority_looks_after_them() {
    let about = Assessed::start().await;
    let (worker, manager) = (&about.worker, &about.manager);
    let plan = |on: &str| json!({ "episode": about.episode, "on": on });
    let started = done(worker, &about.at("cin-plans"), plan("2026-02-16")).await;
    let first = began(&started, "cin-plan.started", "plan");
    assert_eq!(about.status(&started).await["cin_plan_since"], "2026-02-16");
    about.refused(worker, "cin-plans", plan("2026-02-23"), "on-a-child-in-need-plan").await;
    about.refused(worker, "cin-plans", plan("2026-03-11"), "in-the-future").await;
    let end = |on: &str| json!({ "on": on, "reason": "support-ended" });
    about
        .refused(worker, &format!("cin-plans/{first}/end"), end("2026-02-13"), "ends-before-it-starts")
        .await;

    // Section 20, at the parents' request: a manager's to record, not the worker's.
    let looked_after = json!({ "on": "2026-02-27", "legal_status": "section20" });
    worker.post(&about.at("looked-after"), &looked_after).await.problem(403);
    let started = done(manager, &about.at("looked-after"), looked_after.clone()).await;
    let period = began(&started, "looked-after.started", "looked_after");
    let status = about.status(&started).await;
    assert_eq!((&status["standing"], &status["legal_status"]), (&json!("looked-after"), &json!("section20")));
    assert_eq!(status["looked_after_since"], "2026-02-27");
    let read = about.read().await;
    assert_eq!(read["episodes"][0]["cin_plans"][0]["until"], "2026-02-27", "the plan ended by itself");
    about.refused(worker, &format!("cin-plans/{first}/end"), end("2026-03-02"), "ended-already").await;
    about.refused(manager, "looked-after", looked_after, "looked-after-already").await;

    let home = json!({ "on": "2026-03-06", "reason": "returned-home" });
    let returned = done(manager, &about.at(&format!("looked-after/{period}/end")), home.clone()).await;
    let status = about.status(&returned).await;
    assert_eq!(status.get("looked_after_since"), None, "{status}");
    about.refused(manager, &format!("looked-after/{period}/end"), home, "ended-already").await;
    let again = done(worker, &about.at("cin-plans"), plan("2026-03-06")).await;
    assert_eq!(about.status(&again).await["cin_plan_since"], "2026-03-06");
    let nowhere = Uuid::from_u128(0xdead);
    about.refused(worker, &format!("cin-plans/{nowhere}/end"), end("2026-03-09"), "no-such-part").await;
    about.api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_allocates_a_worker_and_the_next_lead_takes_over_from_the_last() {
    let about = Assessed::start().await;
    let (worker, manager) = (&about.worker, &about.manager);
    let [jo, sam] = [Uuid::from_u128(0x10), Uuid::from_u128(0x5a)];
    let lead = |who: Uuid, on: &str| json!({ "practitioner": who, "role": "lead-practitioner", "on": on });
    worker.post(&about.at("allocations"), &lead(jo, "2026-02-03")).await.problem(403);
    let allocated = done(manager, &about.at("allocations"), lead(jo, "2026-02-03")).await;
    assert_eq!(about.status(&allocated).await["lead"], jo.to_string());
    about.refused(manager, "allocations", lead(jo, "2026-02-10"), "allocated-already").await;
    about.refused(manager, "allocations", lead(sam, "2026-01-30"), "case-not-open").await;

    let taken_over = done(manager, &about.at("allocations"), lead(sam, "2026-02-20")).await;
    assert_eq!(about.status(&taken_over).await["lead"], sam.to_string());
    let kinds: Vec<&str> =
        taken_over["made"].as_array().unwrap().iter().map(|made| made["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["worker.ended", "worker.allocated"]);
    let allocations = about.read().await["allocations"].clone();
    assert_eq!((&allocations[0]["until"], allocations[1].get("until")), (&json!("2026-02-20"), None));

    let (first, second) = (allocations[0]["id"].as_str().unwrap(), allocations[1]["id"].as_str().unwrap());
    about
        .refused(manager, &format!("allocations/{first}/end"), json!({ "on": "2026-02-24" }), "ended-already")
        .await;
    let early = json!({ "on": "2026-02-19" });
    about.refused(manager, &format!("allocations/{second}/end"), early, "ends-before-it-starts").await;
    let ended =
        done(manager, &about.at(&format!("allocations/{second}/end")), json!({ "on": "2026-03-02" })).await;
    assert_eq!(about.status(&ended).await.get("lead"), None, "nobody has the case, and the status says so");
    let boss = json!({ "practitioner": sam, "role": "boss", "on": "2026-03-02" });
    let wrong = manager.post(&about.at("allocations"), &boss).await;
    assert_eq!(wrong.problem(422)["fields"][0]["field"], "role");
    about.api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_who_has_looked_and_nobody_else_does() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let (looks, story) =
        (format!("/api/v1/people/{child}/looks"), format!("/api/v1/people/{child}/timeline"));
    assert_eq!(door.get(&story).await.status, 200);
    door.get(&looks).await.problem(403);
    let auditor = api.test.somebody(
        domain::access::Role::Auditor,
        domain::agency::AgencyKind::LocalAuthority,
        system_tests::app::COUNCIL,
    );
    let auditor = api.served.caller(&auditor, "audit");
    let seen = auditor.get(&looks).await.json();
    assert_eq!(seen["looks"][0]["action"], "read-timeline");
    assert_eq!(seen["looks"][0]["disclosure"], "full");
    let again = auditor.get(&looks).await.json();
    assert_eq!(again["looks"][0]["action"], "read-access", "that they looked is on the same record");
    let further_back = auditor.get(&format!("{looks}?before=0")).await.json();
    assert_eq!(further_back["looks"], serde_json::json!([]), "nothing comes before the first");
    let unread = auditor.get(&format!("{looks}?before=soon")).await.problem(422);
    assert_eq!(unread["fields"][0]["field"], "query/before");
}

#[tokio::test(flavor = "multi_thread")]
async fn ties_are_told_to_those_who_are_told_everything() {
    let api = Api::start().await;
    let door = api.front_door();
    let (child, mother) = (api.child(&door, "Example").await, api.child(&door, "Other").await);
    let tie = serde_json::json!({ "from": mother, "to": { "person": child }, "kind": "mother", "source": { "basis": "told" } });
    let tie = door.post("/api/v1/ties", &tie).await;
    let path = format!("/api/v1/people/{child}/ties");
    let wait =
        format!("/api/v1/people/{child}/timeline?at_least={}", tie.json()["position"].as_str().unwrap());
    assert_eq!(door.get(&wait).await.status, 200);
    let told = door.get(&path).await.json();
    assert_eq!(told["ties"][0]["from"], mother.to_string());
    assert_eq!((&told["ties"][0]["kind"], &told["ties"][0]["is_ended"]), (&"mother".into(), &false.into()));
    let ended =
        serde_json::json!({ "on": "2026-03-01", "reason": "moved-out", "source": { "basis": "told" } });
    let ended = door.post(&format!("/api/v1/ties/{}/end", tie.id()), &ended).await;
    let wait =
        format!("/api/v1/people/{child}/timeline?at_least={}", ended.json()["position"].as_str().unwrap());
    assert_eq!(door.get(&wait).await.status, 200);
    assert_eq!(door.get(&path).await.json()["ties"][0]["is_ended"], true);
    let school = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    school.get(&path).await.problem(404);
}
