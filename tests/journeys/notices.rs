//! An answer that was given would now differ: who is told, when, and never how.

#![expect(clippy::indexing_slicing, reason = "a test that reads what is not there has failed")]

use std::time::Duration;

use casework::execute::Command;
use casework::visitor::Visitor;
use casework::work::Workers;
use chrono::TimeDelta;
use domain::access::{Actor, LawfulBasis, Purpose, Role};
use domain::agency::AgencyKind;
use domain::enquiry::{Answer, AskedAs, KnownAt, Make, Searched};
use domain::ids::{AgencyId, EnquiryId, PersonId, PractitionerId};
use domain::text::Narrative;
use event_store::EventStore as _;
use event_store::clock::Clock as _;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::{AUTHORITY, HOSPITAL, SCHOOL, instant, order};
use system_tests::http::{Caller, Served};
use uuid::Uuid;

use crate::partnership::{self, Case, Partnership};

const PATIENCE: Duration = Duration::from_secs(20);
const NUMBER: &str = "9990000018";
const NOBODYS: &str = "9990000026";

struct Node {
    app: TestApp,
    served: Served,
    workers: Workers,
}

impl Node {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let served = Served::start(&app.app).await;
        let workers = Workers::start(&app.app);
        Self { app, served, workers }
    }

    fn door(&self) -> Caller {
        self.served.caller(&self.app.front_door(), "referral-consideration")
    }

    fn manager(&self, purpose: &'static str) -> Caller {
        self.served.caller(&self.app.team_manager(), purpose)
    }

    fn nurse(&self) -> Caller {
        self.served.caller(&self.app.emergency_nurse(), "attendance")
    }

    fn lead_of(&self, agency: AgencyId, kind: AgencyKind) -> Caller {
        let lead = self.app.somebody(Role::SafeguardingLead, kind, agency);
        self.served.caller(&lead, "safeguarding-check")
    }

    fn hospital_lead(&self) -> Caller {
        self.lead_of(HOSPITAL, AgencyKind::NhsTrust)
    }

    /// Waits until every answer has been held against everything on record, and the notices can be read.
    async fn settled(&self) {
        let record = &self.app.app.record;
        let head = record.head().await.unwrap().position;
        assert!(self.workers.has_noticed(head, PATIENCE).await, "the worker comes along");
        let head = record.head().await.unwrap().position;
        self.app.app.views.wait_until("notices", head, PATIENCE).await.unwrap();
    }

    async fn notices(&self, reader: &Caller) -> Vec<Value> {
        self.settled().await;
        let page = reader.get("/api/v1/notices").await;
        assert_eq!(page.status, 200, "{}", page.text());
        page.json()["notices"].as_array().unwrap().clone()
    }

    async fn open(&self, reader: &Caller) -> usize {
        self.notices(reader).await.iter().filter(|notice| notice["state"] == "open").count()
    }

    async fn child(&self, family: &str) -> Uuid {
        done(&self.door(), "/api/v1/people", named(family)).await["id"].as_str().unwrap().parse().unwrap()
    }

    async fn number(&self, child: Uuid, number: &str) -> Value {
        let said = json!({
            "assertions": [{ "identifier": { "scheme": "nhs", "value": number } }],
            "source": { "basis": "document" },
        });
        done(&self.door(), &format!("/api/v1/people/{child}/assertions"), said).await
    }

    async fn referred(&self, child: Uuid) -> String {
        let referral = json!({ "child": child, "authority": AUTHORITY, "on": "2026-03-09", "source": "2A" });
        done(&self.door(), "/api/v1/cases", referral).await["id"].as_str().unwrap().to_owned()
    }

    /// A constable keeps the child from harm; the event, to take back.
    async fn police_protection(&self, case: &str) -> String {
        let now = self.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        let path = format!("/api/v1/cases/{case}/police-protection");
        done(&self.door(), &path, json!({ "on": now })).await["events"][0].as_str().unwrap().to_owned()
    }

    async fn stop(self) {
        self.workers.stop().await;
        self.served.stop().await;
    }
}

fn named(family: &str) -> Value {
    json!({
        "kind": "born",
        "assertions": [
            { "name": { "given": "Robin", "family": family, "use": "usual" } },
            { "birth": "2016-04-02" },
        ],
        "source": { "basis": "told" },
    })
}

async fn done(caller: &Caller, path: &str, body: Value) -> Value {
    let answer = caller.post(path, &body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.json()
}

fn by_number(number: &str) -> Value {
    json!({ "search": { "nhs-number": number }, "reason": "In the department." })
}

async fn ask(caller: &Caller, question: Value) -> Value {
    done(caller, "/api/v1/enquiries", question).await["answers"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_changes_after_an_answer_is_told_to_the_askers_agency_and_to_nobody_else() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let (nurse, lead) = (node.nurse(), node.hospital_lead());
    let answered = ask(&nurse, by_number(NUMBER)).await;
    assert_eq!(answered["answer"], "found");
    assert!(node.notices(&lead).await.is_empty(), "nothing has changed");

    // Yet another note, and another enquiry, change nothing that was answered.
    done(
        &node.manager("allocated-work"),
        &format!("/api/v1/cases/{case}/notes"),
        json!({ "on": "2026-03-10", "kind": "note", "text": "Rang." }),
    )
    .await;
    ask(&node.door(), by_number(NUMBER)).await;
    assert!(node.notices(&lead).await.is_empty());

    let taken = node.police_protection(&case).await;
    let told = node.notices(&lead).await;
    let [notice] = told.as_slice() else { panic!("one notice: {told:?}") };
    assert_eq!((&notice["reference"], &notice["state"]), (&answered["reference"], &json!("open")));
    let text = notice.to_string();
    assert!(!text.contains(&child.to_string()) && !text.contains("police"), "never how: {text}");
    assert_eq!(node.notices(&nurse).await.len(), 1, "whoever asked is told too");
    assert!(node.notices(&node.nurse()).await.is_empty(), "not a colleague who did not ask");
    let school = node.lead_of(SCHOOL, AgencyKind::School);
    assert!(node.notices(&school).await.is_empty());
    let auditor =
        node.app.somebody(Role::Auditor, AgencyKind::LocalAuthority, AgencyId(Uuid::from_u128(0xad)));
    let auditor = node.served.caller(&auditor, "audit");
    assert_eq!(node.notices(&auditor).await.len(), 2, "the front door's enquiry as well");
    assert_eq!(
        node.served.caller(&node.app.safeguarding_lead(), "operation").get("/api/v1/notices").await.status,
        403
    );

    // It was a mistake: what was answered stands again.
    let withdrawal = format!("/api/v1/entries/{taken}/withdrawal");
    done(
        &node.manager("record-keeping"),
        &withdrawal,
        json!({ "record": { "case": case }, "reason": "mistake" }),
    )
    .await;
    assert_eq!(node.notices(&lead).await[0]["state"], "stands-again");
    node.police_protection(&case).await;
    let told = node.notices(&lead).await;
    assert_eq!((told.len(), &told[0]["state"], &told[0]["changes"]), (1, &json!("open"), &json!(2)));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_answered_by_the_askers_agency_and_the_question_asked_again() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let lead = node.hospital_lead();
    let answered = ask(&node.nurse(), by_number(NUMBER)).await;
    let enquiry = answered["enquiry"].as_str().unwrap();
    let path = format!("/api/v1/notices/{enquiry}/answer");
    let outcome = json!({ "outcome": "asked-again", "note": "Told the ward." });
    assert_eq!(lead.post(&path, &outcome).await.problem(409)["code"], "no-open-notice");
    node.police_protection(&case).await;
    assert_eq!(node.open(&lead).await, 1);

    let again = json!({ "search": { "again": enquiry }, "reason": "The answer would differ." });
    let now = ask(&lead, again.clone()).await;
    assert_eq!(
        (&now["answer"], &now["status"][0]["standing"]),
        (&json!("found"), &json!("police-protection"))
    );
    let school = node.lead_of(SCHOOL, AgencyKind::School);
    let theirs = school.post("/api/v1/enquiries", &again).await.problem(422);
    assert_eq!(theirs["fields"][0]["field"], "search/again");
    let nobodys = json!({ "search": { "again": Uuid::from_u128(9) }, "reason": "The answer would differ." });
    let absent = school.post("/api/v1/enquiries", &nobodys).await.problem(422);
    assert_eq!(absent["fields"], theirs["fields"], "another agency's is as if it were not there");

    assert_eq!(school.post(&path, &outcome).await.status, 403);
    assert_eq!(node.nurse().post(&path, &outcome).await.status, 403, "not theirs to close");
    done(&lead, &path, outcome.clone()).await;
    let told = node.notices(&lead).await;
    assert_eq!((&told[0]["state"], &told[0]["outcome"]), (&json!("answered"), &json!("asked-again")));
    assert_eq!(lead.post(&path, &outcome).await.problem(409)["code"], "no-open-notice");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_who_is_entered_after_no_trace_was_answered_is_told() {
    let node = Node::start().await;
    let (lead, nurse) = (node.hospital_lead(), node.nurse());
    let by_name = |born: &str| {
        let name = json!({ "given": "robin", "family": "EXAMPLE", "born": born });
        json!({ "search": { "name-and-birth": name }, "reason": "In the department." })
    };
    let number = ask(&nurse, by_number(NUMBER)).await;
    let name = ask(&nurse, by_name("2016-04-02")).await;
    let month = ask(&nurse, by_name("2016-04")).await;
    for other in [by_number(NOBODYS), by_name("2016-04-03"), by_name("2017-04")] {
        assert_eq!(ask(&nurse, other).await["answer"], "no-trace");
    }
    assert!(node.notices(&lead).await.is_empty());

    let child = node.child("Example").await;
    let told = node.notices(&lead).await;
    let references: Vec<&Value> = told.iter().map(|notice| &notice["reference"]).collect();
    assert_eq!(references.len(), 2, "{told:?}");
    assert!(references.contains(&&name["reference"]) && references.contains(&&month["reference"]));
    node.number(child, NUMBER).await;
    let told = node.notices(&lead).await;
    assert_eq!((told.len(), &told[0]["reference"]), (3, &number["reference"]));

    // Asked again, it is found; and what changes then is told of both answers.
    let again = json!({ "search": { "again": number["enquiry"] }, "reason": "The answer would differ." });
    assert_eq!(ask(&nurse, again).await["answer"], "found");
    node.referred(child).await;
    assert_eq!(node.open(&lead).await, 4);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_turns_out_to_be_another_childs_is_told() {
    let node = Node::start().await;
    let (wrong, right) = (node.child("Example").await, node.child("Exemplar").await);
    let entry = node.number(wrong, NUMBER).await["events"][0].as_str().unwrap().to_owned();
    let answered = ask(&node.nurse(), by_number(NUMBER)).await;
    assert_eq!(answered["subject"], json!(wrong));
    let places =
        json!({ "wrong": { "person": wrong }, "right": { "person": right }, "reason": "wrong-person" });
    let keeper = node.served.caller(&node.app.front_door(), "record-keeping");
    done(&keeper, &format!("/api/v1/entries/{entry}/move"), places).await;
    let told = node.notices(&node.hospital_lead()).await;
    assert_eq!((told.len(), &told[0]["reference"]), (1, &answered["reference"]));
    let again = json!({ "search": { "again": answered["enquiry"] }, "reason": "The answer would differ." });
    let now = ask(&node.nurse(), again).await;
    assert_eq!(now["subject"], json!(right), "whoever has the number");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_children_who_match_alike_are_no_news_to_each_others_answer() {
    let node = Node::start().await;
    let (one, _) = (node.child("Example").await, node.child("Example").await);
    let name = json!({ "given": "Robin", "family": "Example", "born": "2016-04-02" });
    let question = json!({ "search": { "name-and-birth": name }, "reason": "In the department." });
    let both = done(&node.nurse(), "/api/v1/enquiries", question).await;
    assert_eq!(both["answers"].as_array().unwrap().len(), 2);
    node.number(one, NUMBER).await;
    assert!(node.notices(&node.hospital_lead()).await.is_empty());
    node.child("Example").await;
    assert_eq!(node.open(&node.hospital_lead()).await, 2, "a third who matches is news to both");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_from_whoever_asked_makes_no_notice_and_the_list_stays_the_same_bytes() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let restrict =
        json!({ "reason": "high-risk", "owner": Uuid::from_u128(0x1ead), "review_on": "2026-06-08" });
    let path = format!("/api/v1/people/{child}/restriction");
    done(&node.manager("record-keeping"), &path, restrict).await;
    let (nurse, lead) = (node.nurse(), node.hospital_lead());
    assert_eq!(ask(&nurse, by_number(NUMBER)).await["answer"], "contact-only");
    assert_eq!(ask(&nurse, by_number(NOBODYS)).await["answer"], "no-trace");
    let bytes = async |reader: &Caller| {
        node.settled().await;
        reader.get("/api/v1/notices").await.body
    };
    let (before, of_the_lead) = (bytes(&nurse).await, bytes(&lead).await);
    let by_the_owner = node.app.visitor(Actor {
        practitioner: PractitionerId(Uuid::from_u128(0x1ead)),
        ..node.app.team_manager().actor().clone()
    });
    let now = node.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let owner = node.served.caller(&by_the_owner, "allocated-work");
    let path = format!("/api/v1/cases/{case}/police-protection");
    done(&owner, &path, json!({ "on": now })).await;
    assert_eq!(bytes(&nurse).await, before);
    assert_eq!(bytes(&lead).await, of_the_lead);

    // A child who goes missing is told to whoever is told anything, and so is that the answer would differ.
    let missing = json!({ "from": "home", "occurred": now, "source": { "basis": "told" } });
    done(&owner, &format!("/api/v1/people/{child}/missing"), missing).await;
    assert_eq!((node.open(&nurse).await, node.open(&lead).await), (1, 1));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_makes_an_answer_differ_and_a_colleague_who_could_not_notice_is_not_told() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let nurse = node.app.emergency_nurse();
    let restrict = json!({
        "reason": "high-risk", "owner": Uuid::from_u128(0x1ead), "readers": [nurse.practitioner().0],
        "review_on": "2026-06-08",
    });
    let other = ask(&node.nurse(), by_number(NUMBER)).await;
    let nurse = node.served.caller(&nurse, "attendance");
    ask(&nurse, by_number(NUMBER)).await;
    let path = format!("/api/v1/people/{child}/restriction");
    done(&node.manager("record-keeping"), &path, restrict).await;
    let lead = node.hospital_lead();
    let told = node.notices(&lead).await;
    assert_eq!((told.len(), &told[0]["reference"]), (1, &other["reference"]), "now only whom to ring");
    assert!(node.notices(&nurse).await.is_empty(), "they are named: nothing differs for them");

    let owner = node.app.visitor(Actor {
        practitioner: PractitionerId(Uuid::from_u128(0x1ead)),
        ..node.app.team_manager().actor().clone()
    });
    let now = node.app.clock.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let path = format!("/api/v1/cases/{case}/police-protection");
    done(&node.served.caller(&owner, "allocated-work"), &path, json!({ "on": now })).await;
    assert_eq!(node.open(&nurse).await, 1, "the named reader is told");
    assert_eq!(
        node.open(&lead).await,
        1,
        "the lead, asking, would notice nothing, and is told of nothing more"
    );
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_given_another_last_day_makes_an_answer_differ() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let order =
        |on: &str, until: &str| json!({ "on": on, "legal_status": "interim-care-order", "until": until });
    let worker = node.manager("allocated-work");
    let path = format!("/api/v1/cases/{case}/looked-after");
    let begun = done(&worker, &path, order("2026-03-09", "2026-04-06")).await;
    let made = begun["made"].as_array().unwrap();
    let started = made.iter().find(|made| made["kind"] == "looked-after.started").unwrap();
    let period = started["facts"]["looked_after"].as_str().unwrap();
    let answered = ask(&node.nurse(), by_number(NUMBER)).await;
    assert_eq!(answered["status"][0]["legal_basis_until"], "2026-04-06");
    let (path, lead) = (format!("{path}/{period}/legal-status"), node.hospital_lead());
    done(&worker, &path, order("2026-03-10", "2026-04-06")).await;
    assert!(node.notices(&lead).await.is_empty(), "the same last day");
    done(&worker, &path, order("2026-03-10", "2026-05-04")).await;
    let told = node.notices(&lead).await;
    assert_eq!((told.len(), &told[0]["reference"]), (1, &answered["reference"]));
    assert!(!told[0].to_string().contains("2026-05-04"), "never how: {told:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_put_right_makes_an_answer_differ_and_a_new_worker_does_not() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let [first, second] = [(); 2].map(|()| node.app.social_worker());
    let manager = || node.manager("allocated-work");
    let leads = |who: &Visitor, on: &str| json!({ "role": "lead-practitioner", "practitioner": who.practitioner(), "on": on });
    let workers = format!("/api/v1/cases/{case}/allocations");
    let led = done(&manager(), &workers, leads(&first, "2026-03-09")).await["events"][0].clone();
    node.app.clock.set(instant("2026-03-11T09:00:00Z"));
    ask(&node.nurse(), by_number(NUMBER)).await;
    assert_eq!(node.open(&node.hospital_lead()).await, 0);
    // Somebody else has her from the day after; and from the day of the enquiry, at nobody knows what hour.
    node.app.clock.set(instant("2026-03-12T09:00:00Z"));
    done(&manager(), &workers, leads(&second, "2026-03-11")).await;
    assert_eq!(node.open(&node.hospital_lead()).await, 0, "allocations change from week to week");
    // It was never the first one, whom the nurse was told to ring: that was another child's.
    let taken_back = json!({ "record": { "case": case }, "reason": "mistake" });
    let path = format!("/api/v1/entries/{}/withdrawal", led.as_str().unwrap());
    done(&node.manager("record-keeping"), &path, taken_back).await;
    let told = node.notices(&node.hospital_lead()).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(!told[0].to_string().contains(&first.practitioner().to_string()), "never how");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_the_same_day_and_taken_back_makes_an_answer_differ() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    let case = node.referred(child).await;
    let worker = node.app.social_worker();
    let leads =
        json!({ "role": "lead-practitioner", "practitioner": worker.practitioner(), "on": "2026-03-11" });
    node.app.clock.set(instant("2026-03-11T09:00:00Z"));
    let manager = node.manager("allocated-work");
    let led = done(&manager, &format!("/api/v1/cases/{case}/allocations"), leads).await["events"][0].clone();
    node.settled().await;
    ask(&node.nurse(), by_number(NUMBER)).await;
    assert_eq!(node.open(&node.hospital_lead()).await, 0);
    node.app.clock.set(instant("2026-03-11T11:00:00Z"));
    let taken_back = json!({ "record": { "case": case }, "reason": "mistake" });
    let path = format!("/api/v1/entries/{}/withdrawal", led.as_str().unwrap());
    done(&node.manager("record-keeping"), &path, taken_back).await;
    assert_eq!(node.open(&node.hospital_lead()).await, 1, "whoever was told to be rung never had the child");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_four_weeks_nothing_is_told_and_a_late_record_counts_when_it_is_recorded() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    ask(&node.nurse(), by_number(NUMBER)).await;
    node.app.clock.advance(TimeDelta::days(27));
    let late = ask(&node.nurse(), by_number(NUMBER)).await;
    node.app.clock.advance(TimeDelta::days(1));
    // Of 9 March, before either was asked, and recorded on 7 April.
    node.referred(child).await;
    let told = node.notices(&node.hospital_lead()).await;
    assert_eq!((told.len(), &told[0]["reference"]), (1, &late["reference"]));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_while_an_answer_was_on_its_way_is_told() {
    let node = Node::start().await;
    let child = node.child("Example").await;
    node.settled().await;
    let known_at = KnownAt(node.app.app.record.head().await.unwrap().position.raw());
    node.referred(child).await;
    node.settled().await;
    // The answer rests on the record before the referral, and goes on record after it.
    let nurse = node.app.emergency_nurse();
    let make = Make {
        asked_by: nurse.agency(),
        asked_as: AskedAs::of(nurse.actor()),
        purpose: Purpose::Attendance,
        lawful_basis: LawfulBasis::PublicTask,
        reason: Narrative::parse("In the department.").unwrap(),
        searched: vec![Searched::Record],
        sought: Vec::new(),
        subject: Some(PersonId(child)),
        answered: Answer::Found,
        disclosed: domain::access::Disclosure::Status,
        known_at,
    };
    let make = Command::Enquiry { id: None, command: make.into() };
    let made = node.app.done(&nurse, order(Purpose::Attendance, make)).await;
    let told = node.notices(&node.hospital_lead()).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["enquiry"], json!(EnquiryId(made.stream).0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_destroyed_takes_what_was_sought_with_it() {
    let node = Node::start().await;
    let answered = ask(&node.nurse(), by_number(NUMBER)).await;
    node.settled().await;
    let enquiry: Uuid = answered["enquiry"].as_str().unwrap().parse().unwrap();
    let app = &node.app.app;
    let stream = event_store::StreamId { category: "enquiry".to_owned(), id: enquiry };
    let event = app.record.read_stream(&stream, 0, 1).await.unwrap().pop().unwrap();
    let facts = String::from_utf8(event.facts.to_vec()).unwrap();
    let marks: Vec<Uuid> = marks(&node).await;
    assert!(marks.len() == 1 && !facts.contains(&marks[0].to_string()), "sealed: {facts}");
    let keys: Vec<Uuid> = event.parts.iter().map(|part| part.key).collect();
    app.keys.destroy(&keys, app.clock.now()).await.unwrap();
    app.engine.refold(enquiry).await.unwrap();
    assert!(self::marks(&node).await.is_empty());
    let child = node.child("Example").await;
    node.number(child, NUMBER).await;
    assert!(node.notices(&node.hospital_lead()).await.is_empty(), "nobody knows any more what was sought");
    node.stop().await;
}

async fn marks(node: &Node) -> Vec<Uuid> {
    let admin = node.app.database.admin().await;
    let pointer = "select schema_name from views.pointer where view = 'notices'";
    let schema: String = admin.query_one(pointer, &[]).await.unwrap().get(0);
    let rows = admin.query(&format!("select mark from {schema}.mark"), &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_began_earlier_than_anybody_had_recorded_and_its_category_are_told_as_each_was_told_them()
{
    let all = Partnership::start().await;
    let child = all.person("Ada", "Ward", "2018-08-14").await;
    let case = Case::referred(&all, child, "2026-02-02").await;
    let ada = || json!({ "name-and-birth": { "given": "Ada", "family": "Ward", "born": "2018-08-14" } });
    let open = async || {
        let mut open = [0; 2];
        for (open, lead) in open.iter_mut().zip([
            all.app.somebody(Role::SafeguardingLead, AgencyKind::NhsTrust, HOSPITAL),
            all.app.safeguarding_lead(),
        ]) {
            let notices = all.sees(&all.call(&lead, partnership::WEIGHING), "notices").await;
            *open = notices["notices"].as_array().unwrap().iter().filter(|it| it["state"] == "open").count();
        }
        open
    };
    for asker in [all.hospital(), all.school()] {
        assert_eq!(partnership::ask(&asker, ada()).await["status"][0]["standing"], "referred");
    }
    assert_eq!(open().await, [0, 0]);

    // The conference of February is written down a week after both asked.
    all.it_is("2026-03-17T10:00:00Z");
    let plan = case.on_a_plan(&all, ["2026-02-03", "2026-02-05", "2026-02-20"], &["NEG"]).await;
    assert_eq!(open().await, [1, 1], "they were told that there was no plan");

    // Asked again, the school is told of what kind of harm, and the hospital is not.
    let told = [partnership::ask(&all.hospital(), ada()).await, partnership::ask(&all.school(), ada()).await];
    assert_eq!(told[0]["status"][0]["standing"], "child-protection-plan", "{told:?}");
    assert_eq!(told.map(|told| told["status"][0]["categories"].clone()), [Value::Null, json!(["NEG"])]);
    let changes = async |on: &str, category: &str| {
        let changed = json!({ "on": on, "categories": [category] });
        let path = case.at(&format!("plans/{plan}/categories"));
        partnership::done(&all.chair(), &path, changed).await;
        open().await
    };
    assert_eq!(changes("2026-03-16", "PHY").await, [1, 2], "it was of another kind by then");
    all.it_is("2026-03-18T10:00:00Z");
    assert_eq!(
        changes("2026-03-18", "EMO").await,
        [1, 2],
        "it is of another kind from now on: no answer was wrong"
    );
    all.stop().await;
}
