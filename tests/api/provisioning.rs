//! Who works where, said by the administrators of agencies: for their own, with roles that it has, and never for
//! themselves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use casework::error::ExecuteError;
use casework::execute::Command;
use casework::settings::Settings;
use chrono::NaiveDate;
use domain::access::{Actor, Purpose, Role};
use domain::agency::AgencyKind;
use domain::history::{Correction, Reason};
use domain::ids::{AgencyId, EventId, PractitionerId};
use domain::practitioner::events::RoleGiven;
use domain::when::Occurred;
use event_store::StreamId;
use event_store::clock::Clock as _;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::order;
use system_tests::http::{Answer, Caller, Served};
use uuid::Uuid;

const EVERYBODYS: &str = "https://id.example/all";
const ANOTHERS: &str = "https://id.example/another";
const SUBJECT: &str = "b.hartley-7731";

/// Two authorities, two schools of the first and one of the second, and who answers for them.
struct Partnership {
    test: TestApp,
    served: Served,
    node: Caller,
    council: Workplace,
    school: Workplace,
    other_school: Workplace,
    elsewhere: Workplace,
    issuers: PathBuf,
}

/// An agency and its administrator.
struct Workplace {
    agency: Uuid,
    administrator: Caller,
    themselves: Uuid,
}

impl Partnership {
    async fn start() -> Self {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let nth = FILES.fetch_add(1, Ordering::Relaxed);
        let issuers =
            std::env::temp_dir().join(format!("goldthread-provisioning-{}-{nth}.json", std::process::id()));
        let only = json!([Uuid::from_u128(0x707)]);
        let file = json!({ "issuers": [
            { "issuer": EVERYBODYS, "audience": "urn:goldthread" },
            { "issuer": ANOTHERS, "audience": "urn:goldthread", "agencies": only },
        ] });
        std::fs::write(&issuers, file.to_string()).unwrap();
        let settings =
            Settings { demonstration: true, issuers_file: Some(issuers.clone()), ..Settings::default() };
        let test = TestApp::with(settings).await;
        let served = Served::start(&test.app).await;
        let system = test.somebody(Role::System, AgencyKind::System, AgencyId(Uuid::nil()));
        let node = served.caller(&system, "operation");
        let at = async |kind, authority| workplace(&test, &served, &node, kind, authority).await;
        let council = at(AgencyKind::LocalAuthority, "383").await;
        let school = at(AgencyKind::School, "383").await;
        let other_school = at(AgencyKind::School, "383").await;
        let elsewhere = at(AgencyKind::School, "384").await;
        Self { served, node, council, school, other_school, elsewhere, issuers, test }
    }

    fn today(&self) -> NaiveDate {
        self.test.clock.now().date_naive()
    }

    fn role(&self, role: &str) -> Value {
        json!({ "role": role, "from": self.today() })
    }

    async fn stop(self) {
        self.served.stop().await;
        let _ = std::fs::remove_file(self.issuers);
    }
}

async fn workplace(
    test: &TestApp,
    served: &Served,
    node: &Caller,
    kind: AgencyKind,
    authority: &str,
) -> Workplace {
    let registered =
        done(node, "/api/v1/agencies", &json!({ "name": "An agency", "kind": kind, "authority": authority }))
            .await;
    let agency = registered.id();
    let themselves = registered_at(node, agency, "Wendy Example").await;
    let role = json!({ "role": "administrator", "from": "2026-03-01" });
    done(node, &format!("/api/v1/practitioners/{themselves}/roles"), &role).await;
    let actor = Actor {
        practitioner: PractitionerId(themselves),
        agency: AgencyId(agency),
        agency_kind: kind,
        authority: authority.parse().ok(),
        team: None,
        roles: vec![Role::Administrator],
    };
    Workplace { agency, administrator: served.caller(&test.visitor(actor), "operation"), themselves }
}

async fn done(caller: &Caller, path: &str, body: &Value) -> Answer {
    let answer = caller.post(path, body).await;
    assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    answer
}

async fn registered_at(caller: &Caller, agency: Uuid, name: &str) -> Uuid {
    done(caller, "/api/v1/practitioners", &json!({ "agency": agency, "name": name })).await.id()
}

fn of(practitioner: Uuid, what: &str) -> String {
    format!("/api/v1/practitioners/{practitioner}{what}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_says_who_works_at_their_agency_as_what_and_until_when() {
    let all = Partnership::start().await;
    let by = &all.school.administrator;
    let agency = format!("/api/v1/agencies/{}", all.school.agency);
    let line = json!({ "in_hours": "01632 960001" });
    let school =
        json!({ "name": "Beckside", "kind": "school", "authority": "383", "safeguarding_line": line });
    done(by, &agency, &school).await;
    let friday = json!({ "day": "friday", "opens": "08:30", "closes": "16:30" });
    done(by, &format!("{agency}/hours"), &json!({ "from": "2026-04-01", "open": [friday] })).await;
    let formed = done(by, &format!("{agency}/teams"), &json!({ "name": "Pastoral" })).await.json();
    let team = formed["made"][0]["facts"]["team"].clone();
    let ben = done(by, "/api/v1/practitioners", &json!({ "name": "Ben Hartley", "team": team })).await.id();
    for role in ["teacher", "safeguarding-lead"] {
        done(by, &of(ben, "/roles"), &all.role(role)).await;
    }
    let read = by.get(&of(ben, "")).await.json();
    assert_eq!((&read["agency"], &read["team"]), (&json!(all.school.agency), &team), "{read}");
    assert_eq!(read["roles"], json!(["safeguarding-lead", "teacher"]));
    let ending = json!({ "role": "safeguarding-lead", "from": all.today() });
    done(by, &of(ben, "/roles/ending"), &ending).await;
    let read = by.get(&of(ben, "")).await.json();
    assert_eq!(read["roles"], json!(["teacher"]), "{read}");
    assert_eq!(read["roles_given"], json!([{ "role": "teacher", "from": all.today() }]), "{read}");
    assert_eq!(done(by, &of(ben, "/roles/ending"), &ending).await.json()["events"], json!([]), "once");
    done(by, &of(ben, "/leaving"), &json!({ "on": all.today() })).await;
    assert_eq!(by.get(&of(ben, "")).await.json()["left_on"], json!(all.today()));
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_administers_another_agency_and_an_authority_its_own_partnership_only() {
    let all = Partnership::start().await;
    let (school, council) = (&all.school.administrator, &all.council.administrator);
    for (by, other) in [(school, &all.other_school), (school, &all.council), (council, &all.elsewhere)] {
        let theirs = other.themselves;
        let agency = format!("/api/v1/agencies/{}", other.agency);
        let register = json!({ "agency": other.agency, "name": "Ann Example" });
        let account = json!({ "issuer": EVERYBODYS, "subject": SUBJECT });
        for (path, body) in [
            ("/api/v1/practitioners".to_owned(), &register),
            (of(theirs, ""), &register),
            (of(theirs, "/roles"), &all.role("teacher")),
            (of(theirs, "/roles/ending"), &all.role("administrator")),
            (of(theirs, "/leaving"), &json!({ "on": all.today() })),
            (of(theirs, "/accounts"), &account),
            (format!("{agency}/teams"), &json!({ "name": "Pastoral" })),
            (format!("{agency}/hours"), &json!({ "from": "2026-04-01", "open": [] })),
        ] {
            let problem = by.post(&path, body).await.problem(403);
            assert_eq!(problem["code"], "not-permitted", "{path}");
        }
    }
    let new = |kind: &str, authority: Value| json!({ "name": "New", "kind": kind, "authority": authority });
    for (by, body) in [
        (school, new("school", json!("383"))),
        (council, new("school", json!("384"))),
        (council, new("local-authority", json!("384"))),
        (council, new("police", Value::Null)),
    ] {
        let problem = by.post("/api/v1/agencies", &body).await.problem(403);
        assert_eq!(problem["code"], "not-permitted", "{body}");
    }
    let nursery = done(council, "/api/v1/agencies", &new("early-years", json!("383"))).await.id();
    let lead = registered_at(council, nursery, "Ann Example").await;
    done(council, &of(lead, "/roles"), &all.role("safeguarding-lead")).await;
    done(council, &of(lead, "/roles"), &all.role("administrator")).await;
    // Whose ids nobody has, nobody begins.
    let nobodys = Uuid::from_u128(0xbad);
    for path in [format!("/api/v1/agencies/{nobodys}"), of(nobodys, "")] {
        let body =
            if path.contains("agencies") { new("school", json!("383")) } else { json!({ "name": "X" }) };
        council.post(&path, &body).await.problem(404);
    }
    // For what else, only the node.
    let reading = Caller { purpose: "record-keeping", ..school.clone() };
    reading.post(&of(all.school.themselves, ""), &json!({ "name": "X" })).await.problem(403);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_one_of_the_agencys_and_an_auditor_is_the_operators_to_make() {
    let all = Partnership::start().await;
    let refused = async |by: &Caller, whom: Uuid, role: &str| {
        let problem = by.post(&of(whom, "/roles"), &all.role(role)).await.problem(422);
        let field = problem["fields"][0].clone();
        assert_eq!(field["field"], "role", "{role}: {problem}");
        field["problem"].as_str().unwrap().to_owned()
    };
    let teacher = registered_at(&all.school.administrator, all.school.agency, "Ben Hartley").await;
    for role in
        ["social-worker", "conference-chair", "team-manager", "front-door", "police-officer", "auditor"]
    {
        for by in [&all.school.administrator, &all.council.administrator] {
            let said = refused(by, teacher, role).await;
            let allowed =
                "must be one of the roles of an agency that is `school`: safeguarding-lead, teacher, ";
            assert!(said.starts_with(allowed), "{role}: {said}");
        }
    }
    let worker = registered_at(&all.council.administrator, all.council.agency, "Sam Okoro").await;
    let said = refused(&all.council.administrator, worker, "auditor").await;
    assert!(
        said.contains("as an administrator gives them: social-worker") && !said.contains("auditor"),
        "{said}"
    );
    let system = all.school.administrator.post(&of(teacher, "/roles"), &all.role("system")).await;
    assert_eq!(system.status, 422, "{}", system.text());
    let system = all.node.post(&of(teacher, "/roles"), &all.role("system")).await.problem(422);
    assert_eq!(system["fields"][0]["field"], "role", "{system}");
    done(&all.council.administrator, &of(worker, "/roles"), &all.role("social-worker")).await;
    done(&all.node, &of(worker, "/roles"), &all.role("auditor")).await;
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_says_of_themselves_what_they_are_and_nobody_joins_another_agencys_team() {
    let all = Partnership::start().await;
    let Workplace { agency, administrator: by, themselves } = &all.school;
    let account = json!({ "issuer": EVERYBODYS, "subject": SUBJECT });
    let formed = done(by, &format!("/api/v1/agencies/{agency}/teams"), &json!({ "name": "Pastoral" })).await;
    let team = formed.json()["made"][0]["facts"]["team"].clone();
    for (path, body) in [
        (of(*themselves, "/roles"), all.role("teacher")),
        (of(*themselves, "/roles/ending"), all.role("administrator")),
        (of(*themselves, "/leaving"), json!({ "on": "2027-01-01" })),
        (of(*themselves, "/accounts"), account.clone()),
        (of(*themselves, ""), json!({ "name": "Wendy Example", "team": team })),
    ] {
        let problem = by.post(&path, &body).await.problem(409);
        assert_eq!(problem["code"], "ones-own", "{path}: {problem}");
    }
    // A colleague, or the node, does.
    done(&all.node, &of(*themselves, "/accounts"), &account).await;
    let problem = by.post(&of(*themselves, "/accounts/ending"), &account).await.problem(409);
    assert_eq!(problem["code"], "ones-own", "{problem}");
    let colleague = registered_at(by, *agency, "Ben Hartley").await;
    let problem = by.post(&of(colleague, "/accounts"), &account).await.problem(409);
    assert_eq!(problem["code"], "somebody-elses", "{problem}");
    done(by, &of(*themselves, ""), &json!({ "name": "Wendy Example", "telephone": "01632 960004" })).await;

    let theirs = format!("/api/v1/agencies/{}/teams", all.council.agency);
    let formed = done(&all.council.administrator, &theirs, &json!({ "name": "Safeguarding" })).await.json();
    let into = json!({ "name": "Ben Hartley", "team": formed["made"][0]["facts"]["team"] });
    for path in ["/api/v1/practitioners".to_owned(), of(colleague, "")] {
        let problem = by.post(&path, &into).await.problem(422);
        assert_eq!(problem["fields"][0]["field"], "team", "{problem}");
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_to_a_colleague_and_ended_and_its_subject_is_repeated_nowhere() {
    let all = Partnership::start().await;
    let by = &all.school.administrator;
    let ben = registered_at(by, all.school.agency, "Ben Hartley").await;
    let account = |issuer: &str| json!({ "issuer": issuer, "subject": SUBJECT });
    let mut said = Vec::new();
    let linked = done(by, &of(ben, "/accounts"), &account(EVERYBODYS)).await;
    let again = done(by, &of(ben, "/accounts"), &account(EVERYBODYS)).await;
    assert_eq!(again.json()["events"], json!([]), "said twice");
    assert_eq!(again.id(), linked.id());
    let ann = registered_at(by, all.school.agency, "Ann Example").await;
    for path in [of(ann, "/accounts"), of(ann, "/accounts/ending")] {
        let problem = by.post(&path, &account(EVERYBODYS)).await.problem(409);
        assert_eq!(problem["code"], "somebody-elses", "{path}");
        said.push(problem.to_string());
    }
    for (issuer, problem) in
        [("https://id.example/none", "file of issuers"), (ANOTHERS, "does not speak for")]
    {
        let refused = by.post(&of(ben, "/accounts"), &account(issuer)).await.problem(422);
        let field = &refused["fields"][0];
        assert_eq!(field["field"], "issuer", "{refused}");
        assert!(field["problem"].as_str().unwrap().contains(problem), "{refused}");
        said.push(refused.to_string());
    }
    let too_long = json!({ "issuer": EVERYBODYS, "subject": SUBJECT.repeat(20) });
    let refused = by.post(&of(ben, "/accounts"), &too_long).await.problem(422);
    assert_eq!(refused["fields"][0]["field"], "subject", "{refused}");
    said.push(refused.to_string());
    // Of another agency's practitioner nobody says so, nor that there is such an account.
    let elsewhere = &all.other_school.administrator;
    elsewhere.post(&of(ben, "/accounts/ending"), &account(EVERYBODYS)).await.problem(403);
    by.post(&of(ben, "/accounts/ending"), &account(ANOTHERS)).await.problem(404);
    let ended = done(by, &of(ben, "/accounts/ending"), &account(EVERYBODYS)).await;
    assert_eq!(ended.id(), linked.id());
    done(by, &of(ann, "/accounts"), &account(EVERYBODYS)).await;
    said.extend([linked, again, ended].map(|answer| answer.text()));
    assert!(said.iter().all(|said| !said.contains(SUBJECT)), "{said:?}");
    all.stop().await;
}

/// Whoever may set right what their agency entered about a child may not make themselves something else by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_agency_said_of_its_people_is_not_amended_by_its_people() {
    let all = Partnership::start().await;
    let by = &all.school.administrator;
    let ben = registered_at(by, all.school.agency, "Ben Hartley").await;
    let given = done(by, &of(ben, "/roles"), &all.role("teacher")).await.json();
    let entry = EventId(given["events"][0].as_str().unwrap().parse().unwrap());
    let role = RoleGiven { role: Role::PoliceOfficer, from: all.today(), to: None };
    let amend = || Correction::Amend {
        entry,
        reason: Reason::Mistake,
        occurred: Occurred::Instant(all.test.clock.now()),
        replacement: Box::new(role.clone().into()),
    };
    for role in [Role::Teacher, Role::SafeguardingLead, Role::Administrator] {
        let colleague = all.test.somebody(role, AgencyKind::School, AgencyId(all.school.agency));
        let stream = StreamId { category: "practitioner".to_owned(), id: ben };
        let command = Command::Correct { stream, correction: amend() };
        for purpose in [Purpose::RecordKeeping, Purpose::Operation] {
            let answer = all.test.app.execute(&colleague, order(purpose, command.clone())).await;
            assert!(matches!(answer, Err(ExecuteError::NotPermitted(_))), "{role}: {answer:?}");
        }
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_told_nothing_of_any_child() {
    let all = Partnership::start().await;
    let front_door = all.served.caller(&all.test.front_door(), "referral-consideration");
    let child = all.test.child("Robin", "Example").await.0;
    assert_eq!(front_door.get(&format!("/api/v1/people/{child}")).await.status, 200);
    let ask = json!({ "search": { "person": child }, "reason": "At the department." });
    let search = json!({ "search": { "given": "Robin", "family": "Example", "born": "2016-04-02" } });
    let tell = crate::contact(child, "Seen.");
    for purpose in ["operation", "allocated-work", "safeguarding-check", "record-keeping", "audit"] {
        let by = Caller { purpose, ..all.council.administrator.clone() };
        for path in ["", "/status", "/timeline", "/enquiries", "/ties", "/looks", "/addresses"] {
            let path = format!("/api/v1/people/{child}{path}");
            let answer = by.get(&path).await;
            assert_eq!(answer.status, 403, "{path} for {purpose}: {}", answer.text());
        }
        for (path, body) in [("/enquiries", &ask), ("/people/search", &search), ("/contacts", &tell)] {
            let answer = by.post(&format!("/api/v1{path}"), body).await;
            assert_eq!(answer.status, 403, "{path} for {purpose}: {}", answer.text());
        }
        assert_eq!(by.get(&of(all.school.themselves, "")).await.status, 200, "the directory");
    }
    all.stop().await;
}
