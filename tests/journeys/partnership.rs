//! A partnership at work, as the stories meet it: registered agencies, a server, workers, a clock, and people who
//! call. Everything goes over HTTP, but for the agencies, which are there when a story begins.
//!
//! Somebody who comes back in a story is kept as a `Visitor` and calls with [`Partnership::call`]: their token is then
//! as young as the moment. Somebody who calls once comes from `front_door`, `school` and the like.

use std::time::Duration;

use casework::execute::Command;
use casework::visitor::Visitor;
use casework::work::Workers;
use chrono::TimeDelta;
use domain::access::{Actor, Purpose, Role};
use domain::agency::{AgencyKind, SafeguardingLine};
use domain::ids::{AgencyId, PersonId};
use domain::text::Line;
use event_store::EventStore as _;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::{AUTHORITY, COUNCIL, HOSPITAL, POLICE, SCHOOL, instant, order};
use system_tests::http::{Caller, Served};
use uuid::Uuid;

pub const PATIENCE: Duration = Duration::from_secs(20);
pub const WEIGHING: &str = "referral-consideration";
pub const CHECKING: &str = "safeguarding-check";
pub const WORKING: &str = "allocated-work";
pub const KEEPING: &str = "record-keeping";

/// The ambulance service: a trust like the hospital.
pub const AMBULANCE: AgencyId = AgencyId(Uuid::from_u128(0xa5));
/// The authority next door, and its council.
pub const NEXT_DOOR: &str = "384";
pub const NEXT_COUNCIL: AgencyId = AgencyId(Uuid::from_u128(0xa9));

/// See the module.
pub struct Partnership {
    pub app: TestApp,
    pub served: Served,
    pub workers: Workers,
}

impl Partnership {
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        let kinds = [
            (COUNCIL, AgencyKind::LocalAuthority, AUTHORITY, "Leeds children's services", "0113 496 0000"),
            (SCHOOL, AgencyKind::School, AUTHORITY, "Meanwood Primary", "0113 496 0100"),
            (HOSPITAL, AgencyKind::NhsTrust, AUTHORITY, "St Jude's", "0113 496 0200"),
            (POLICE, AgencyKind::Police, AUTHORITY, "Police", "0113 496 0300"),
            (AMBULANCE, AgencyKind::NhsTrust, AUTHORITY, "Ambulance service", "0113 496 0400"),
            (
                NEXT_COUNCIL,
                AgencyKind::LocalAuthority,
                NEXT_DOOR,
                "Wakefield children's services",
                "01924 960000",
            ),
        ];
        for (id, kind, authority, name, number) in kinds {
            register(&app, id, kind, authority, (name, number)).await;
        }
        let served = Served::start(&app.app).await;
        let workers = Workers::start(&app.app);
        Self { app, served, workers }
    }

    /// Lets it be that moment.
    pub fn it_is(&self, moment: &str) {
        self.app.clock.set(instant(moment));
    }

    pub fn a_week_passes(&self) {
        self.app.clock.advance(TimeDelta::weeks(1));
    }

    /// Somebody who comes back, calling for a purpose now.
    pub fn call(&self, who: &Visitor, purpose: &'static str) -> Caller {
        self.served.caller(who, purpose)
    }

    pub fn front_door(&self) -> Caller {
        self.call(&self.app.front_door(), CHECKING)
    }

    pub fn school(&self) -> Caller {
        self.call(&self.app.safeguarding_lead(), WEIGHING)
    }

    pub fn hospital(&self) -> Caller {
        self.call(&self.app.emergency_nurse(), "attendance")
    }

    pub fn police(&self) -> Caller {
        let officer = self.app.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE);
        self.call(&officer, CHECKING)
    }

    pub fn ambulance(&self) -> Caller {
        let paramedic = self.app.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, AMBULANCE);
        self.call(&paramedic, "attendance")
    }

    pub fn worker(&self) -> Caller {
        self.call(&self.app.social_worker(), WORKING)
    }

    pub fn manager(&self) -> Caller {
        self.call(&self.app.team_manager(), WORKING)
    }

    pub fn chair(&self) -> Caller {
        let chair = self.app.somebody(Role::ConferenceChair, AgencyKind::LocalAuthority, COUNCIL);
        self.call(&chair, "conference")
    }

    pub fn auditor(&self) -> Caller {
        let auditor = self.app.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
        self.call(&auditor, "audit")
    }

    /// Somebody of the authority next door.
    pub fn next_door(&self, role: Role) -> Visitor {
        let here = self.app.somebody(role, AgencyKind::LocalAuthority, NEXT_COUNCIL);
        self.app.visitor(Actor { authority: NEXT_DOOR.parse().ok(), ..here.actor().clone() })
    }

    /// Waits until the rules have been held against everything on record, and every view has taken it in.
    pub async fn settled(&self) {
        let head = self.app.app.record.head().await.unwrap().position;
        assert!(self.workers.has_linked(head, PATIENCE).await, "linkage comes along");
        assert!(self.workers.has_noticed(head, PATIENCE).await, "so do notices");
        let head = self.app.app.record.head().await.unwrap().position;
        for view in projections::views() {
            self.app.app.views.wait_until(view.name(), head, PATIENCE).await.unwrap();
        }
    }

    /// What somebody is answered, once everything on record was taken in.
    pub async fn sees(&self, caller: &Caller, path: &str) -> Value {
        self.settled().await;
        let answer = caller.get(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// That somebody is answered as if there were nothing.
    pub async fn sees_nothing(&self, caller: &Caller, path: &str) {
        self.settled().await;
        caller.get(&format!("/api/v1/{path}")).await.problem(404);
    }

    /// The story of somebody, the newest first. `at` is empty, or a time to look back to as a query.
    pub async fn story(&self, caller: &Caller, person: Uuid, at: &str) -> Vec<Value> {
        let page = self.sees(caller, &format!("people/{person}/timeline?{at}")).await;
        page["entries"].as_array().unwrap().clone()
    }

    /// How somebody stands at the authority of these stories.
    pub async fn standing(&self, caller: &Caller, person: Uuid, at: &str) -> String {
        let status = self.sees(caller, &format!("people/{person}/status?{at}")).await;
        let cases = status["cases"].as_array().unwrap().clone();
        let here = cases.iter().find(|case| case["authority"] == AUTHORITY);
        here.map_or("nothing", |case| case["standing"].as_str().unwrap()).to_owned()
    }

    /// Alerts as the front door sees them in a state.
    pub async fn alerts(&self, state: &str) -> Vec<Value> {
        let page = self.sees(&self.front_door(), &format!("alerts?state={state}")).await;
        page["alerts"].as_array().unwrap().clone()
    }

    /// The open alerts of one rule.
    pub async fn open(&self, rule: &str) -> Vec<Value> {
        self.alerts("open").await.into_iter().filter(|alert| alert["rule"] == rule).collect()
    }

    pub async fn alert(&self, id: &str) -> Value {
        self.sees(&self.front_door(), &format!("alerts/{id}")).await
    }

    /// A measure of the authority's manager over some days.
    pub async fn measured(&self, code: &str, query: &str) -> Value {
        let values = self.sees(&self.manager(), &format!("measures/values?{query}")).await;
        let measures = values["measures"].as_array().unwrap();
        let found = measures.iter().find(|value| value["measure"]["code"] == code);
        found.unwrap_or_else(|| panic!("no measure {code}"))["whole"].clone()
    }

    /// Opens the record of somebody who was born, as the front door does.
    pub async fn person(&self, given: &str, family: &str, born: &str) -> Uuid {
        self.opened("born", given, family, born).await
    }

    /// Opens the record of a child who is expected.
    pub async fn unborn(&self, given: &str, family: &str, expected: &str) -> Uuid {
        self.opened("unborn", given, family, &format!("expected {expected}")).await
    }

    async fn opened(&self, kind: &str, given: &str, family: &str, birth: &str) -> Uuid {
        let body = json!({
            "kind": kind,
            "assertions": [{ "name": { "given": given, "family": family, "use": "usual" } }, { "birth": birth }],
            "source": { "basis": "told" },
        });
        self.front_door().post("/api/v1/people", &body).await.id()
    }

    pub async fn stop(self) {
        self.workers.stop().await;
        self.served.stop().await;
    }
}

async fn register(
    app: &TestApp,
    id: AgencyId,
    kind: AgencyKind,
    authority: &str,
    (name, number): (&str, &str),
) {
    let register = domain::agency::Register {
        name: Line::parse(name).unwrap(),
        kind,
        authority: authority.parse().ok(),
        safeguarding_line: Some(SafeguardingLine {
            in_hours: Line::parse(number).unwrap(),
            out_of_hours: None,
        }),
    };
    // A council is known by its authority, so that whoever is to be rung is found.
    let id = match kind {
        AgencyKind::LocalAuthority => app.app.ids.local_authority(&authority.parse().unwrap()),
        _ => id,
    };
    let command = Command::Agency { id: Some(id), command: register.into() };
    app.done(&Visitor::node(), order(Purpose::Operation, command)).await;
}

/// Something told about a child, as a body; a story changes what is particular.
pub fn contact(child: Uuid, concern: &str) -> Value {
    json!({
        "authority": AUTHORITY,
        "people": [{ "person": child, "role": "subject" }],
        "concerns": [{ "kind": concern }],
        "method": "telephone",
        "account": "What was told.",
    })
}

pub async fn tell(caller: &Caller, child: PersonId, concern: &str) -> Uuid {
    caller.post("/api/v1/contacts", &contact(child.0, concern)).await.id()
}

/// An order that is carried out, and its answer.
pub async fn done(caller: &Caller, path: &str, body: Value) -> Value {
    let answer = caller.post(&format!("/api/v1/{path}"), &body).await;
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    answer.json()
}

/// The id of what an act began, by the name it has in the event.
pub fn began(answer: &Value, kind: &str, name: &str) -> String {
    let made = answer["made"].as_array().unwrap();
    let event = made.iter().find(|made| made["kind"] == kind).unwrap_or_else(|| panic!("{kind} in {answer}"));
    event["facts"][name].as_str().unwrap().to_owned()
}

/// The first event an order led to.
pub fn entry_of(answer: &Value) -> String {
    answer["events"][0].as_str().unwrap().to_owned()
}

/// Asks whether a child is known; the first answer.
pub async fn ask(caller: &Caller, search: Value) -> Value {
    ask_under(caller, &[], search).await
}

/// The same with headers of the asker's own.
pub async fn ask_under(caller: &Caller, headers: &[(&str, &str)], search: Value) -> Value {
    let body = json!({ "search": search, "reason": "A worry." });
    let answer = caller.post_with("/api/v1/enquiries", headers, &body).await;
    assert!((200..300).contains(&answer.status), "{}", answer.text());
    answer.json()["answers"][0].clone()
}

/// A page, as it is shown to somebody at their browser.
pub async fn page(caller: &Caller, path: &str) -> String {
    let cookie = format!("goldthread-visitor={}", caller.token.as_ref().unwrap());
    let shown = caller.send("GET", path, &[("cookie", cookie.as_str())], b"").await;
    assert_eq!(shown.status, 200, "{path}: {}", shown.text());
    shown.text()
}

pub async fn tie(caller: &Caller, from: Uuid, kind: &str, to: Uuid) -> Uuid {
    let body = json!({ "from": from, "to": { "person": to }, "kind": kind, "source": { "basis": "told" } });
    caller.post("/api/v1/ties", &body).await.id()
}

pub fn id(alert: &Value) -> String {
    alert["alert"].as_str().unwrap().to_owned()
}

pub fn entries(alert: &Value) -> usize {
    alert["evidence"].as_array().unwrap().len()
}

/// The kinds of some entries, in their order.
pub fn kinds(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

/// The one entry of a kind; there must be one.
pub fn the_one<'a>(entries: &'a [Value], kind: &str) -> &'a Value {
    let mut found = entries.iter().filter(|entry| entry["kind"] == kind);
    let one = found.next().unwrap_or_else(|| panic!("no {kind} in {:?}", kinds(entries)));
    assert!(found.next().is_none(), "more than one {kind}");
    one
}

/// A child's case at the authority of these stories.
pub struct Case {
    pub id: String,
    pub episode: String,
}

impl Case {
    /// A referral that the front door receives.
    pub async fn referred(all: &Partnership, child: Uuid, on: &str) -> Self {
        let referral = json!({ "child": child, "authority": AUTHORITY, "on": on, "source": "2A" });
        let received = done(&all.front_door(), "cases", referral).await;
        Self {
            id: received["id"].as_str().unwrap().to_owned(),
            episode: began(&received, "referral.received", "episode"),
        }
    }

    pub fn at(&self, path: &str) -> String {
        format!("cases/{}/{path}", self.id)
    }

    /// An act of the social worker.
    pub async fn works(&self, all: &Partnership, path: &str, mut body: Value) -> Value {
        body["episode"] = json!(self.episode);
        done(&all.worker(), &self.at(path), body).await
    }

    /// Decided by a manager, looked into, and on a plan from a conference; the plan.
    pub async fn on_a_plan(&self, all: &Partnership, days: [&str; 3], categories: &[&str]) -> String {
        let [decided, strategy, conference] = days;
        let decision = json!({ "episode": self.episode, "on": decided, "outcome": "section47" });
        done(&all.manager(), &self.at("decision"), decision).await;
        self.works(all, "assessments", json!({ "on": decided })).await;
        let begun = self.works(all, "s47s", json!({ "on": strategy })).await;
        let section47 = began(&begun, "s47.started", "section47");
        let held = json!({ "section47": section47, "on": conference, "decision": { "plan": categories } });
        let held = done(&all.chair(), &self.at("conferences/initial"), held).await;
        began(&held, "cp-plan.started", "plan")
    }

    /// Allocated by a manager to somebody, as the lead practitioner.
    pub async fn led_by(&self, all: &Partnership, who: &Visitor, on: &str) {
        let allocate = json!({ "practitioner": who.practitioner().0, "role": "lead-practitioner", "on": on });
        done(&all.manager(), &self.at("allocations"), allocate).await;
    }
}
