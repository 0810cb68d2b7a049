//! Every operation that `schemas/openapi.json` describes is refused to nobody-in-particular and to somebody without a
//! role, and on record when somebody asked who may. A new one without its place in this day fails.
//!
//! It is one long day of a partnership, told once: each operation as somebody would ask it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use casework::settings::Settings;
use casework::visitor::Visitor;
use casework::work::Workers;
use casework::work::trawling::Watch;
use casework::{api, web};
use chrono::TimeDelta;
use domain::access::{Actor, Role};
use domain::agency::AgencyKind;
use domain::review::trawling::Thresholds;
use event_store::{EventStore, Position};
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::{COUNCIL, HOSPITAL, POLICE};
use system_tests::http::{Answer, Served};
use uuid::Uuid;

/// Answered to anybody, each with why.
const PUBLIC: [(&str, &str); 4] = [
    ("GET /api/openapi.json", "the description of the API holds no data"),
    ("GET /livez", "an orchestrator has no account, and learns that a process answers"),
    ("GET /readyz", "the same, and whether the database and the views are there"),
    ("GET /metrics", "counts by route and code, never by person; a proxy keeps it inside"),
];
/// Pages for whoever is not signed in.
const PUBLIC_PAGES: [(&str, &str); 5] = [
    ("GET /", "where one signs in"),
    ("POST /sign-in", "how one signs in"),
    ("GET /sign-in/{door}", "on the way to an issuer"),
    ("GET /sign-in/{door}/back", "and back from it"),
    ("GET /assets/{fingerprint}/{name}", "style sheet, script and icon of that page"),
];

const ISSUER: &str = "https://id.example/operations";
const PATIENCE: Duration = Duration::from_secs(20);
const THRESHOLDS: Thresholds = Thresholds {
    window_hours: 24,
    followed_within_minutes: 60,
    searches_followed_by_one: 2,
    unfollowed: 6,
    unfollowed_with_attendances: 12,
    names: 5,
    addresses: 5,
};

const WEIGHING: &str = "referral-consideration";
const WORKING: &str = "allocated-work";
const CHECKING: &str = "safeguarding-check";
const KEEPING: &str = "record-keeping";

/// What is described.
fn described() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/openapi.json");
    let document: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(move |method| format!("{} {path}", method.to_ascii_uppercase()))
    });
    operations.collect()
}

/// Who asks, and for what purpose.
type Who<'a> = (&'a Visitor, &'static str);

struct Day {
    test: TestApp,
    served: Served,
    workers: Workers,
    /// Employed as nothing.
    stranger: Visitor,
    asked: BTreeSet<String>,
}

impl Day {
    async fn begin() -> Self {
        let file = std::env::temp_dir().join(format!("goldthread-operations-{}.json", std::process::id()));
        let issuers = json!({ "issuers": [{ "issuer": ISSUER, "audience": "urn:goldthread" }] });
        std::fs::write(&file, issuers.to_string()).unwrap();
        let issuers_file = Some(file.clone());
        let settings = Settings { demonstration: true, issuers_file, ..Settings::default() };
        let test = TestApp::with(settings).await;
        std::fs::remove_file(file).unwrap();
        let served = Served::start(&test.app).await;
        let workers = Workers::start(&test.app);
        let nobody = test.front_door();
        let stranger = test.visitor(Actor { roles: Vec::new(), ..nobody.actor().clone() });
        Self { test, served, workers, stranger, asked: BTreeSet::new() }
    }

    /// Asks one operation, its places filled in in their order: first as nobody, then as somebody who has no role,
    /// then well.
    async fn ask(&mut self, who: Who<'_>, operation: &str, places: &[&str], body: Value) -> Value {
        let (method, path) = operation.split_once(' ').unwrap();
        let (described, query) = path.split_once('?').unwrap_or((path, ""));
        let operation = format!("{method} {described}");
        let mut asked = described.to_owned();
        for place in places {
            let (before, rest) = asked.split_once('{').unwrap();
            let after = rest.split_once('}').unwrap().1;
            asked = format!("{before}{place}{after}");
        }
        assert!(!asked.contains('{'), "{operation}: a place is not filled in");
        if !query.is_empty() {
            asked = format!("{asked}?{query}");
        }
        let (record, looks) = (self.head(false).await, self.head(true).await);
        let refused = self.send(None, method, &asked, &body).await.problem(401);
        assert_eq!(refused["code"], "unproven", "{operation}");
        let stranger = self.stranger.clone();
        let refused = self.send(Some((&stranger, who.1)), method, &asked, &body).await;
        assert!(matches!(refused.status, 403 | 404), "{operation}: {} {}", refused.status, refused.text());
        refused.problem(refused.status);
        for (is_look, since) in [(false, record), (true, looks)] {
            let by = self.by(is_look, since).await;
            assert!(!by.contains(&stranger.practitioner().0), "{operation}: refused, and yet on record");
        }

        let is_look = method == "GET" || described.ends_with("/search");
        let answer = if described.ends_with("/live") {
            let mut live = self.served.caller(who.0, who.1).live(&asked, &[]).await;
            assert_eq!(live.status, 200, "{operation}");
            assert_eq!(live.next().await.unwrap().event, "ready", "{operation}");
            Value::Null
        } else {
            let answer = self.send(Some(who), method, &asked, &body).await;
            assert!(matches!(answer.status, 200 | 201), "{operation}: {} {}", answer.status, answer.text());
            serde_json::from_slice(&answer.body).unwrap_or_default()
        };
        let by = self.by(is_look, if is_look { looks } else { record }).await;
        assert!(by.contains(&who.0.practitioner().0), "{operation}: answered, and not on record");
        self.asked.insert(operation);
        answer
    }

    async fn send(&self, who: Option<Who<'_>>, method: &str, path: &str, body: &Value) -> Answer {
        let caller = match who {
            Some((visitor, purpose)) => self.served.caller(visitor, purpose),
            None => self.served.nobody(),
        };
        let text = if body.is_null() { String::new() } else { body.to_string() };
        caller.send(method, path, &[("content-type", "application/json")], text.as_bytes()).await
    }

    async fn head(&self, is_look: bool) -> Position {
        let log = if is_look { &self.test.app.access } else { &self.test.app.record };
        log.head().await.unwrap().position
    }

    /// Who put something on record since.
    async fn by(&self, is_look: bool, since: Position) -> BTreeSet<Uuid> {
        let log = if is_look { &self.test.app.access } else { &self.test.app.record };
        let events = log.read_all(since, 1000).await.unwrap();
        events.iter().map(|event| event.header.actor()).collect()
    }

    async fn settle(&self) {
        let record = &self.test.app.record;
        let head = record.head().await.unwrap().position;
        assert!(
            self.workers.has_linked(head, PATIENCE).await && self.workers.has_noticed(head, PATIENCE).await
        );
        let head = record.head().await.unwrap().position;
        for view in projections::views() {
            self.test.app.views.wait_until(view.name(), head, PATIENCE).await.unwrap();
        }
    }

    async fn child(&mut self, who: Who<'_>, given: &str, born: &str) -> String {
        let kind = if born.starts_with("expected") { "unborn" } else { "born" };
        let body = json!({
            "kind": kind,
            "assertions": [
                { "name": { "given": given, "family": "Example", "use": "usual" } },
                { "birth": born },
            ],
            "source": told(),
        });
        id(&self.ask(who, "POST /api/v1/people", &[], body).await)
    }

    /// A referral received; the case and its episode.
    async fn referral(&mut self, who: Who<'_>, child: &str, from: Option<&str>) -> (String, String) {
        let body = json!({
            "child": child, "authority": "383", "on": "2026-02-02", "source": "2A", "transferred_from": from,
        });
        let received = self.ask(who, "POST /api/v1/cases", &[], body).await;
        (id(&received), began(&received, "referral.received", "episode"))
    }
}

fn told() -> Value {
    json!({ "basis": "told" })
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("an id in {answer}")).to_owned()
}

fn entry(answer: &Value) -> String {
    answer["events"][0].as_str().unwrap().to_owned()
}

fn began(answer: &Value, kind: &str, name: &str) -> String {
    let made = answer["made"].as_array().unwrap();
    let event = made.iter().find(|made| made["kind"] == kind).unwrap_or_else(|| panic!("{kind} in {answer}"));
    event["facts"][name].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_refused_without_sign_in_and_on_record_with_it() {
    let mut day = Day::begin().await;
    let here = |test: &TestApp, role| test.somebody(role, AgencyKind::LocalAuthority, COUNCIL);
    let node = day.test.somebody(Role::System, AgencyKind::System, COUNCIL);
    let chair = here(&day.test, Role::ConferenceChair);
    let auditor = here(&day.test, Role::Auditor);
    let door = day.test.front_door();
    let (worker, manager) = (day.test.social_worker(), day.test.team_manager());
    let (school, nurse) = (day.test.safeguarding_lead(), day.test.emergency_nurse());
    let officer = day.test.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE);
    let hospital = day.test.somebody(Role::SafeguardingLead, AgencyKind::NhsTrust, HOSPITAL);
    let node = (&node, "operation");
    let (door, weighing) = (&door, (&door, WEIGHING));
    let (working, managing) = ((&worker, WORKING), (&manager, WORKING));
    let chairing = (&chair, "conference");
    let auditing = (&auditor, "audit");

    agencies_and_practitioners(&mut day, node, (&nurse, "attendance")).await;
    people(&mut day, weighing, (&manager, KEEPING), auditing).await;
    contacts(&mut day, weighing, (&school, WEIGHING)).await;
    plans(&mut day, working, managing, chairing).await;
    protection(&mut day, (door, CHECKING), managing).await;
    corrections(&mut day, weighing, (door, KEEPING)).await;
    adds_up(&mut day, weighing, (&school, WEIGHING), (&officer, CHECKING)).await;
    notices(&mut day, weighing, (&nurse, "attendance"), (&hospital, CHECKING)).await;
    measures_and_evidence(&mut day, managing, auditing).await;
    let searching = day.test.emergency_nurse();
    reviews(&mut day, (&searching, "attendance"), auditing).await;

    let public: BTreeSet<String> = PUBLIC.iter().map(|(operation, _)| (*operation).to_owned()).collect();
    for operation in &public {
        let path = operation.split_once(' ').unwrap().1;
        assert_eq!(day.served.nobody().get(path).await.status, 200, "{operation}");
    }
    // Who tried is not known; how often is.
    let metrics = day.served.nobody().get("/metrics").await.text();
    let counted =
        metrics.lines().find(|line| line.contains("goldthread_unproven") && line.contains("no-token"));
    let counted = counted.and_then(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
    assert!(counted.is_some_and(|counted| counted >= day.asked.len()), "{metrics}");
    let expected = described();
    assert!(expected.is_superset(&public), "public, and not described");
    let unasked: Vec<_> =
        expected.iter().filter(|it| !public.contains(*it) && !day.asked.contains(*it)).collect();
    assert!(unasked.is_empty(), "described, and not asked in this day: {unasked:#?}");
    day.workers.stop().await;
    day.served.stop().await;
}

async fn agencies_and_practitioners(day: &mut Day, node: Who<'_>, reader: Who<'_>) {
    let school = json!({ "name": "Beckside Primary", "kind": "school", "authority": "383" });
    let agency = id(&day.ask(node, "POST /api/v1/agencies", &[], school).await);
    let school = json!({ "name": "Beckside Academy", "kind": "school", "authority": "383" });
    day.ask(node, "POST /api/v1/agencies/{id}", &[&agency], school).await;
    let friday = json!({ "day": "friday", "opens": "08:30", "closes": "16:30" });
    let hours = json!({ "from": "2026-04-01", "open": [friday] });
    day.ask(node, "POST /api/v1/agencies/{id}/hours", &[&agency], hours).await;
    day.ask(node, "POST /api/v1/agencies/{id}/teams", &[&agency], json!({ "name": "Pastoral" })).await;
    day.ask(reader, "GET /api/v1/agencies/{id}", &[&agency], Value::Null).await;

    let sam = json!({ "name": "Sam Okoro", "telephone": "0113 496 0004" });
    let sam = id(&day.ask(node, "POST /api/v1/practitioners", &[], sam).await);
    let married = json!({ "name": "Sam Beck", "telephone": "0113 496 0004" });
    day.ask(node, "POST /api/v1/practitioners/{id}", &[&sam], married).await;
    let role = json!({ "role": "social-worker", "from": "2026-03-10" });
    day.ask(node, "POST /api/v1/practitioners/{id}/roles", &[&sam], role).await;
    day.ask(reader, "GET /api/v1/practitioners/{id}", &[&sam], Value::Null).await;
    let ended = json!({ "role": "social-worker", "from": "2026-03-10" });
    day.ask(node, "POST /api/v1/practitioners/{id}/roles/ending", &[&sam], ended).await;
    let account = json!({ "issuer": ISSUER, "subject": "sam" });
    day.ask(node, "POST /api/v1/practitioners/{id}/accounts", &[&sam], account.clone()).await;
    day.ask(node, "POST /api/v1/practitioners/{id}/accounts/ending", &[&sam], account).await;
    day.ask(node, "POST /api/v1/practitioners/{id}/leaving", &[&sam], json!({ "on": "2026-03-10" })).await;
}

async fn people(day: &mut Day, door: Who<'_>, keeper: Who<'_>, auditor: Who<'_>) {
    let child = day.child(door, "Robin", "2016-04-02").await;
    let mother = day.child(door, "Wren", "1990-05-01").await;
    let born = json!({ "assertions": [{ "birth": "2007-04-02" }], "source": told() });
    let asserted = day.ask(door, "POST /api/v1/people/{id}/assertions", &[&child], born).await;
    day.ask(door, "GET /api/v1/births/unsettled", &[], Value::Null).await;
    let accepted = json!({ "assertion": entry(&asserted) });
    day.ask(door, "POST /api/v1/people/{id}/birth/acceptance", &[&child], accepted).await;
    let unborn = day.child(door, "Baby", "expected 2026-05-01").await;
    let birth = json!({ "date": "2026-03-08", "source": { "basis": "document" } });
    day.ask(door, "POST /api/v1/people/{id}/birth", &[&unborn], birth).await;
    let duty = json!({ "duty": "area", "authority": "383", "occurred": "2025-06-01", "source": told() });
    day.ask(door, "POST /api/v1/people/{id}/authorities", &[&child], duty).await;
    let missing = json!({ "from": "home", "occurred": "2026-03-09T20:00:00Z", "source": told() });
    day.ask(door, "POST /api/v1/people/{id}/missing", &[&child], missing).await;
    let found = json!({ "from": "home", "return_interview": "offered", "source": { "basis": "seen" } });
    day.ask(door, "POST /api/v1/people/{id}/found", &[&child], found).await;
    let died = json!({ "occurred": "2026-03-01", "source": told() });
    day.ask(door, "POST /api/v1/people/{id}/death", &[&mother], died).await;
    let tie = json!({ "from": mother, "to": { "person": child }, "kind": "mother", "source": told() });
    let tie = id(&day.ask(door, "POST /api/v1/ties", &[], tie).await);
    let end = json!({ "on": "2026-03-01", "reason": "died", "source": told() });
    day.ask(door, "POST /api/v1/ties/{id}/end", &[&tie], end).await;
    let typed = json!({ "search": { "given": "Robin", "family": "Example", "born": "2016-04-02" } });
    day.ask(door, "POST /api/v1/people/search", &[], typed).await;
    day.settle().await;
    for look in ["", "/addresses", "/alerts", "/enquiries", "/status", "/ties", "/timeline", "/timeline/live"]
    {
        day.ask(door, &format!("GET /api/v1/people/{{id}}{look}"), &[&child], Value::Null).await;
    }
    day.ask(auditor, "GET /api/v1/people/{id}/looks", &[&child], Value::Null).await;
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    day.ask(keeper, "POST /api/v1/people/{id}/restriction", &[&child], restrict).await;
    day.ask(keeper, "POST /api/v1/people/{id}/restriction/lift", &[&child], Value::Null).await;
}

fn contact(child: &str, concern: &str) -> Value {
    json!({
        "authority": "383", "people": [{ "person": child, "role": "subject" }], "concerns": [{ "kind": concern }],
        "method": "telephone", "account": "What was told.",
    })
}

async fn contacts(day: &mut Day, door: Who<'_>, school: Who<'_>) {
    let child = day.child(door, "Ash", "2016-04-02").await;
    let first = id(&day.ask(school, "POST /api/v1/contacts", &[], contact(&child, "neglect")).await);
    let second = id(&day.ask(door, "POST /api/v1/contacts", &[], contact(&child, "neglect")).await);
    let join = json!({ "incident": first });
    day.ask(door, "POST /api/v1/contacts/{id}/incident", &[&second], join).await;
    day.ask(door, "POST /api/v1/contacts/{id}/incident/parting", &[&second], json!({})).await;
    day.ask(door, "GET /api/v1/contacts/{id}", &[&first], Value::Null).await;
    day.ask(door, "GET /api/v1/contacts/undecided", &[], Value::Null).await;
    let advice = json!({ "outcome": "advice", "reason": "School to visit." });
    day.ask(door, "POST /api/v1/contacts/{id}/decision", &[&first], advice).await;
    day.ask(school, "GET /api/v1/contacts/told", &[], Value::Null).await;
}

async fn plans(day: &mut Day, worker: Who<'_>, manager: Who<'_>, chair: Who<'_>) {
    let child = day.child(worker, "Rowan", "2016-04-02").await;
    let (case, episode) = day.referral(worker, &child, None).await;
    let case = case.as_str();
    let at = |path: &str| format!("POST /api/v1/cases/{{id}}/{path}");
    let decide = json!({ "episode": episode, "on": "2026-02-03", "outcome": "section47" });
    day.ask(manager, &at("decision"), &[case], decide).await;
    let assess = json!({ "episode": episode, "on": "2026-02-03" });
    let assessment = day.ask(worker, &at("assessments"), &[case], assess).await;
    let assessment = began(&assessment, "assessment.started", "assessment");
    let point = json!({ "on": "2026-02-04", "review_point": "2026-02-20" });
    day.ask(worker, &at("assessments/{assessment}/review-point"), &[case, &assessment], point).await;
    let s47 = day.ask(worker, &at("s47s"), &[case], json!({ "episode": episode, "on": "2026-02-04" })).await;
    let s47 = began(&s47, "s47.started", "section47");
    let concluded = json!({ "on": "2026-02-12", "conference": "required" });
    day.ask(worker, &at("s47s/{section47}/conclusion"), &[case, &s47], concluded).await;
    let completed = json!({ "on": "2026-02-13", "outcome": "section47", "factors": ["3A"] });
    day.ask(manager, &at("assessments/{assessment}/completion"), &[case, &assessment], completed).await;
    let allocate =
        json!({ "practitioner": Uuid::from_u128(7), "role": "lead-practitioner", "on": "2026-02-13" });
    let allocated = day.ask(manager, &at("allocations"), &[case], allocate).await;
    let allocation = began(&allocated, "worker.allocated", "allocation");
    let held = json!({ "section47": s47, "on": "2026-02-20", "decision": { "plan": ["NEG"] } });
    let held = day.ask(chair, &at("conferences/initial"), &[case], held).await;
    let plan = began(&held, "cp-plan.started", "plan");
    let met = json!({ "on": "2026-02-25" });
    day.ask(worker, &at("plans/{plan}/core-groups"), &[case, &plan], met).await;
    let visit = json!({ "kind": "child-protection", "on": "2026-02-26", "seen": "alone" });
    day.ask(worker, &at("visits"), &[case], visit).await;
    let change = json!({ "categories": ["EMO"], "on": "2026-02-27" });
    day.ask(chair, &at("plans/{plan}/categories"), &[case, &plan], change).await;
    let review = json!({ "plan": plan, "on": "2026-03-02", "decision": "continue" });
    day.ask(chair, &at("conferences/review"), &[case], review).await;
    let ended = json!({ "on": "2026-03-03", "reason": "transferred-out" });
    day.ask(manager, &at("plans/{plan}/end"), &[case, &plan], ended).await;
    let started = json!({ "episode": episode, "on": "2026-03-04" });
    let started = day.ask(worker, &at("cin-plans"), &[case], started).await;
    let plan = began(&started, "cin-plan.started", "plan");
    let ended = json!({ "on": "2026-03-05", "reason": "support-ended" });
    day.ask(worker, &at("cin-plans/{plan}/end"), &[case, &plan], ended).await;
    let note = json!({ "on": "2026-03-05", "kind": "note", "text": "Rang the school." });
    day.ask(worker, &at("notes"), &[case], note).await;
    day.ask(worker, "GET /api/v1/cases/{id}", &[case], Value::Null).await;
    let end = json!({ "on": "2026-03-06" });
    day.ask(manager, &at("allocations/{allocation}/end"), &[case, &allocation], end).await;
    let closed = json!({ "episode": episode, "on": "2026-03-06", "reason": "RC7" });
    day.ask(manager, &at("closure"), &[case], closed).await;

    let moved = day.child(worker, "Linden", "2015-04-02").await;
    let (case, episode) = day.referral(worker, &moved, Some("384")).await;
    let held = json!({ "episode": episode, "on": "2026-02-20", "decision": { "plan": ["NEG"] } });
    day.ask(chair, &at("conferences/transfer-in"), &[&case], held).await;
}

async fn protection(day: &mut Day, door: Who<'_>, manager: Who<'_>) {
    let child = day.child(door, "Hazel", "2018-04-02").await;
    let (case, _) = day.referral(door, &child, None).await;
    let case = case.as_str();
    let at = |path: &str| format!("POST /api/v1/cases/{{id}}/{path}");
    let taken = json!({ "on": "2026-03-08T20:00:00Z" });
    let taken = day.ask(door, &at("police-protection"), &[case], taken).await;
    let taken = began(&taken, "police-protection.taken", "police_protection");
    let over = json!({ "on": "2026-03-09T12:00:00Z", "reason": "emergency-order" });
    day.ask(door, &at("police-protection/{police_protection}/end"), &[case, &taken], over).await;
    let granted = json!({ "on": "2026-03-09T12:00:00Z", "until": "2026-03-13T16:00:00Z" });
    let granted = day.ask(door, &at("emergency-orders"), &[case], granted).await;
    let order = began(&granted, "emergency-order.granted", "order");
    let longer = json!({ "on": "2026-03-09T16:00:00Z", "until": "2026-03-18T16:00:00Z" });
    day.ask(door, &at("emergency-orders/{order}/extension"), &[case, &order], longer).await;
    let over = json!({ "on": "2026-03-10T08:00:00Z", "reason": "discharged" });
    day.ask(door, &at("emergency-orders/{order}/end"), &[case, &order], over).await;
    let started = json!({ "on": "2026-03-10", "legal_status": "section20" });
    let started = day.ask(manager, &at("looked-after"), &[case], started).await;
    let period = began(&started, "looked-after.started", "looked_after");
    let status = json!({ "on": "2026-03-10", "legal_status": "interim-care-order" });
    day.ask(manager, &at("looked-after/{looked_after}/legal-status"), &[case, &period], status).await;
    let home = json!({ "on": "2026-03-10", "reason": "returned-home" });
    day.ask(manager, &at("looked-after/{looked_after}/end"), &[case, &period], home).await;
}

async fn corrections(day: &mut Day, door: Who<'_>, keeper: Who<'_>) {
    let (wrong, right) =
        (day.child(door, "Ivy", "2016-04-02").await, day.child(door, "Fern", "2016-04-02").await);
    let told = day.ask(door, "POST /api/v1/contacts", &[], contact(&wrong, "neglect")).await;
    let record = json!({ "contact": id(&told) });
    let amend = json!({ "record": record, "reason": "mistake", "facts": { "method": "in-person" } });
    day.ask(keeper, "POST /api/v1/entries/{id}/amendment", &[&entry(&told)], amend).await;
    let withdraw = json!({ "record": record, "reason": "duplicate" });
    day.ask(keeper, "POST /api/v1/entries/{id}/withdrawal", &[&entry(&told)], withdraw).await;
    let missing =
        json!({ "from": "home", "occurred": "2026-03-09T20:00:00Z", "source": { "basis": "told" } });
    let missing = day.ask(door, "POST /api/v1/people/{id}/missing", &[&wrong], missing).await;
    let moved =
        json!({ "wrong": { "person": wrong }, "right": { "person": right }, "reason": "wrong-person" });
    day.ask(keeper, "POST /api/v1/entries/{id}/move", &[&entry(&missing)], moved).await;
}

/// Three agencies tell of three incidents: two alerts, of which one follows and one does not.
async fn adds_up(day: &mut Day, door: Who<'_>, school: Who<'_>, officer: Who<'_>) {
    for given in ["Tilly", "Sam"] {
        let child = day.child(door, given, "2016-04-02").await;
        for (who, concern) in [(door, "unexplained-injury"), (school, "neglect"), (officer, "domestic-abuse")]
        {
            day.ask(who, "POST /api/v1/contacts", &[], contact(&child, concern)).await;
            day.test.clock.advance(TimeDelta::minutes(30));
        }
    }
    day.settle().await;
    let open = day.ask(door, "GET /api/v1/alerts?state=open", &[], Value::Null).await;
    let alerts = open["alerts"].as_array().unwrap();
    let alert = |place: usize| alerts[place]["alert"].as_str().unwrap().to_owned();
    let (first, second) = (alert(0), alert(1));
    day.ask(door, "GET /api/v1/alerts/{id}", &[&first], Value::Null).await;
    let opinion = json!({ "opinion": "She fell at school.", "weight": "explained" });
    day.ask(door, "POST /api/v1/alerts/{id}/opinions", &[&first], opinion).await;
    let accept = json!({ "follows": "worker-told" });
    day.ask(door, "POST /api/v1/alerts/{id}/acceptance", &[&first], accept).await;
    let dismiss = json!({ "reason": "All of it was one game." });
    day.ask(door, "POST /api/v1/alerts/{id}/dismissal", &[&second], dismiss).await;
    day.ask(door, "GET /api/v1/linkage/rules", &[], Value::Null).await;
}

/// Nobody knew the child when the nurse asked.
async fn notices(day: &mut Day, door: Who<'_>, nurse: Who<'_>, lead: Who<'_>) {
    let ask = json!({ "search": { "nhs-number": "9990000018" }, "reason": "In the department." });
    let asked = day.ask(nurse, "POST /api/v1/enquiries", &[], ask).await;
    let enquiry = asked["answers"][0]["enquiry"].as_str().unwrap().to_owned();
    let child = day.child(door, "Heather", "2016-04-02").await;
    let number = json!({
        "assertions": [{ "identifier": { "scheme": "nhs", "value": "9990000018" } }],
        "source": { "basis": "document" },
    });
    day.ask(door, "POST /api/v1/people/{id}/assertions", &[&child], number).await;
    day.settle().await;
    day.ask(lead, "GET /api/v1/notices", &[], Value::Null).await;
    let outcome = json!({ "outcome": "passed-on" });
    day.ask(lead, "POST /api/v1/notices/{enquiry}/answer", &[&enquiry], outcome).await;
}

async fn measures_and_evidence(day: &mut Day, manager: Who<'_>, auditor: Who<'_>) {
    let listed = day.ask(manager, "GET /api/v1/measures", &[], Value::Null).await;
    assert!(!listed["measures"].as_array().unwrap().is_empty());
    day.ask(manager, "GET /api/v1/measures/values", &[], Value::Null).await;
    let children = "GET /api/v1/measures/{measure}/children";
    day.ask(manager, children, &["re-referrals-12-months"], Value::Null).await;
    for log in ["record", "access"] {
        day.ask(auditor, "GET /api/v1/log/{log}/checkpoint", &[log], Value::Null).await;
        day.ask(auditor, "GET /api/v1/log/{log}/key", &[log], Value::Null).await;
        day.ask(auditor, "GET /api/v1/log/{log}/proof/inclusion?position=1", &[log], Value::Null).await;
        day.ask(auditor, "GET /api/v1/log/{log}/proof/consistency?from=1", &[log], Value::Null).await;
    }
}

async fn reviews(day: &mut Day, nurse: Who<'_>, auditor: Who<'_>) {
    let mut watch = Watch::with(&day.test.app, THRESHOLDS).await.unwrap();
    for family in ["Hartley", "Malik", "Nowak", "Okafor", "Doyle"] {
        let typed = json!({ "search": { "family": family, "born": "2015-04-03" } });
        day.ask(nurse, "POST /api/v1/people/search", &[], typed).await;
    }
    day.test.clock.advance(TimeDelta::hours(2));
    assert!(watch.turn(&day.test.app).await.unwrap() >= 1);
    day.settle().await;
    let listed = day.ask(auditor, "GET /api/v1/reviews", &[], Value::Null).await;
    let review = listed["reviews"][0]["review"].as_str().unwrap().to_owned();
    day.ask(auditor, "GET /api/v1/reviews/{id}", &[&review], Value::Null).await;
    let outcome = json!({ "outcome": "explained", "note": "A register was being checked." });
    day.ask(auditor, "POST /api/v1/reviews/{id}/conclusion", &[&review], outcome).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_leads_whoever_is_not_signed_in_to_the_first() {
    let test = TestApp::start().await;
    let served = Served::start(&test.app).await;
    let nobody = served.nobody();
    let ours = ("sec-fetch-site", "same-origin");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let mut public = BTreeSet::new();
    for address in web::addresses() {
        for method in address.methods() {
            let name = format!("{method} {}", address.path());
            if PUBLIC_PAGES.iter().any(|(page, _)| *page == name) {
                public.insert(name);
                continue;
            }
            let path: String = address
                .path()
                .split(['{', '}'])
                .enumerate()
                .map(
                    |(place, part)| {
                        if place % 2 == 0 { part } else { "018f0c3a-52d1-4c80-9d6e-3b7a5b1c2d3e" }
                    },
                )
                .collect();
            for stolen in [None, Some("goldthread-visitor=gt1.e30.AAAA")] {
                let mut headers = vec![ours, form];
                headers.extend(stolen.map(|cookie| ("cookie", cookie)));
                let answer = nobody.send(method.as_str(), &path, &headers, b"").await;
                let to = answer.header("location").unwrap_or_default().to_owned();
                let is_refused = matches!(answer.status, 401 | 403);
                assert!(is_refused || (answer.status == 303 && to == "/"), "{name}: {} {to}", answer.status);
                assert!(!answer.text().contains("Example"), "{name}");
            }
        }
    }
    assert_eq!(public.len(), PUBLIC_PAGES.len(), "{public:?}");
    for log in [&test.app.record, &test.app.access] {
        assert_eq!(log.head().await.unwrap().position, Position::START, "refused, and yet on record");
    }
    served.stop().await;
}

/// What a description leaves out cannot be tested by it.
#[test]
fn the_description_names_every_address_of_the_api() {
    let served = api::addresses().iter().map(|address| address.methods().len()).sum::<usize>();
    let beside = api::addresses_beside().iter().map(|address| address.methods().len()).sum::<usize>();
    assert_eq!(described().len(), served + beside);
}
