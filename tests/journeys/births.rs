//! Dates of birth may disagree; a person accepts one, and at eighteen what is owed to a child ends by itself.

#![expect(clippy::indexing_slicing, reason = "a test that reads what is not there has failed")]

use chrono::TimeDelta;
use domain::access::Role;
use domain::agency::AgencyKind;
use domain::ids::AgencyId;
use event_store::EventStore as _;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::app::{AUTHORITY, COUNCIL, HOSPITAL, SCHOOL};
use system_tests::http::{Caller, Served};
use uuid::Uuid;

use crate::partnership::contact;

struct Node {
    app: TestApp,
    served: Served,
}

impl Node {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let served = Served::start(&app.app).await;
        Self { app, served }
    }

    fn as_a(&self, role: Role, kind: AgencyKind, agency: AgencyId, purpose: &'static str) -> Caller {
        self.served.caller(&self.app.somebody(role, kind, agency), purpose)
    }

    fn door(&self) -> Caller {
        self.as_a(Role::FrontDoor, AgencyKind::LocalAuthority, COUNCIL, "referral-consideration")
    }

    fn manager(&self) -> Caller {
        self.as_a(Role::TeamManager, AgencyKind::LocalAuthority, COUNCIL, "allocated-work")
    }

    /// A child who was said to be born then, with an open referral.
    async fn referred(&self, born: &str) -> Uuid {
        let body = json!({
            "kind": "born",
            "assertions": [
                { "name": { "given": "Robin", "family": "Example", "use": "usual" } }, { "birth": born },
            ],
            "source": { "basis": "told" },
        });
        let child = done(&self.door(), "/api/v1/people", body).await["id"].as_str().unwrap().to_owned();
        let referral = json!({ "child": child, "authority": AUTHORITY, "on": "2026-03-09", "source": "2A" });
        done(&self.door(), "/api/v1/cases", referral).await;
        child.parse().unwrap()
    }

    /// Another agency says another day; the entry that says so.
    async fn says(&self, child: Uuid, born: &str) -> String {
        let said = json!({ "assertions": [{ "birth": born }], "source": { "basis": "document" } });
        let school = self.as_a(Role::SafeguardingLead, AgencyKind::School, SCHOOL, "referral-consideration");
        let done = done(&school, &format!("/api/v1/people/{child}/assertions"), said).await;
        done["events"][0].as_str().unwrap().to_owned()
    }

    async fn status(&self, child: Uuid, query: &str) -> Value {
        let head = self.app.app.record.head().await.unwrap().position;
        for view in ["status", "people", "access"] {
            self.app.app.views.wait_until(view, head, std::time::Duration::from_secs(10)).await.unwrap();
        }
        let status = self.door().get(&format!("/api/v1/people/{child}/status{query}")).await;
        assert_eq!(status.status, 200, "{}", status.text());
        status.json()
    }

    async fn unsettled(&self, reader: &Caller) -> Vec<String> {
        let listed = reader.get("/api/v1/births/unsettled").await;
        assert_eq!(listed.status, 200, "{}", listed.text());
        let listed = listed.json()["unsettled"].as_array().unwrap().clone();
        listed.iter().map(|listed| listed["person"].as_str().unwrap().to_owned()).collect()
    }
}

async fn done(caller: &Caller, path: &str, body: Value) -> Value {
    let answer = caller.post(path, &body).await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_eighteen_what_is_owed_to_a_child_ends_by_itself_at_the_beginning_of_the_day() {
    let node = Node::start().await;
    let child = node.referred("2008-03-12").await;
    let head = node.app.app.record.head().await.unwrap().position;
    assert_eq!(node.status(child, "").await["cases"][0]["standing"], "referred");
    node.app.clock.advance(TimeDelta::hours(15) + TimeDelta::days(1) - TimeDelta::seconds(1));
    assert_eq!(node.status(child, "").await["cases"][0]["standing"], "referred", "a second before midnight");
    node.app.clock.advance(TimeDelta::seconds(1));
    let status = node.status(child, "").await;
    assert_eq!(status["cases"][0]["standing"], "reached-eighteen", "{status}");
    assert!(status["cases"][0]["due"].as_array().is_none_or(Vec::is_empty), "nothing falls due any more");
    assert_eq!(node.app.app.record.head().await.unwrap().position, head, "no event says so");
    let then = node.status(child, "?as_it_was_at=2026-03-11T12:00:00Z").await;
    assert_eq!(then["cases"][0]["standing"], "referred", "they were a child then");
    let ask = json!({ "search": { "person": child }, "reason": "Came in at night." });
    let answer = done(&node.door(), "/api/v1/enquiries", ask).await["answers"][0].clone();
    assert_eq!(answer["status"][0]["standing"], "reached-eighteen");
    assert_eq!(answer["status"][0]["since"], "2026-03-12");
    assert!(answer["status"][0]["legal_basis"].is_null());
    node.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disputed_date_ends_nothing_until_a_person_accepts_one() {
    let node = Node::start().await;
    let child = node.referred("2008-01-05").await;
    assert_eq!(node.status(child, "").await["cases"][0]["standing"], "reached-eighteen");
    let other = node.says(child, "2009-01-05").await;
    let disputed = node.status(child, "").await;
    assert_eq!(
        (&disputed["cases"][0]["standing"], &disputed["may_be_adult"]),
        (&json!("referred"), &json!(true))
    );
    let door = node.door();
    assert_eq!(node.unsettled(&door).await, [child.to_string()]);
    assert_eq!(node.unsettled(&node.manager()).await, [child.to_string()]);
    let school = node.as_a(Role::SafeguardingLead, AgencyKind::School, SCHOOL, "referral-consideration");
    assert!(node.unsettled(&school).await.is_empty(), "the authority's to decide");
    let gone = json!({ "from": "home", "occurred": "2026-03-09T22:30:00Z", "source": { "basis": "told" } });
    done(&door, &format!("/api/v1/people/{child}/missing"), gone).await;
    node.status(child, "").await;
    let listed = door.get("/api/v1/births/unsettled").await.text().to_owned();
    let head = json!([{ "person": child, "from": "home", "since": "2026-03-09T22:30:00Z" }]);
    assert!(listed.starts_with("{\"missing\":"), "{listed}");
    assert_eq!(serde_json::from_str::<Value>(&listed).unwrap()["missing"], head);

    let path = format!("/api/v1/people/{child}/birth/acceptance");
    let accept = json!({ "assertion": other });
    assert_eq!(school.post(&path, &accept).await.status, 403);
    let nothing = json!({ "assertion": Uuid::from_u128(9) });
    assert_eq!(door.post(&path, &nothing).await.problem(409)["code"], "no-such-birth");
    done(&door, &path, accept).await;
    let settled = node.status(child, "").await;
    assert_eq!(
        (&settled["cases"][0]["standing"], &settled["may_be_adult"]),
        (&json!("referred"), &json!(false))
    );
    assert!(node.unsettled(&door).await.is_empty());

    // Another day said after that is a dispute again.
    node.says(child, "2007-06-01").await;
    assert_eq!(node.status(child, "").await["may_be_adult"], true);
    assert_eq!(node.unsettled(&door).await, [child.to_string()]);
    node.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_birth_ends_nothing_and_is_listed_once_they_may_be_an_adult() {
    let node = Node::start().await;
    let (old, young) = (node.referred("about 2008").await, node.referred("2009").await);
    let status = node.status(old, "").await;
    assert_eq!(
        (&status["cases"][0]["standing"], &status["may_be_adult"]),
        (&json!("referred"), &json!(true))
    );
    assert_eq!(node.status(young, "").await["may_be_adult"], false);
    assert_eq!(node.unsettled(&node.door()).await, [old.to_string()]);
    node.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_that_was_accepted_is_shown_and_until_one_is_each_that_was_said() {
    let node = Node::start().await;
    let child = node.referred("2015-01-05").await;
    let page = async |reader: &Caller| {
        let head = node.app.app.record.head().await.unwrap().position;
        for view in ["people", "access", "status"] {
            node.app.app.views.wait_until(view, head, std::time::Duration::from_secs(10)).await.unwrap();
        }
        reader.get(&format!("/api/v1/people/{child}")).await.json()
    };
    let door = node.door();
    assert_eq!(page(&door).await["born"], "2015-01-05");
    let other = node.says(child, "2015-05-01").await;
    let disputed = page(&door).await;
    assert_eq!((disputed.get("born"), &disputed["is_birth_disputed"]), (None, &json!(true)), "{disputed}");
    let said = |page: &Value| -> Vec<(String, String, bool, bool)> {
        let one = |birth: &Value| {
            let text = |name: &str| birth[name].as_str().unwrap().to_owned();
            (text("born"), text("basis"), birth["is_accepted"] == true, birth.get("agency").is_some())
        };
        page["births"].as_array().unwrap().iter().map(one).collect()
    };
    let one = |born: &str, basis: &str, accepted, whose| (born.to_owned(), basis.to_owned(), accepted, whose);
    let mut both = said(&disputed);
    both.sort();
    assert_eq!(both, [one("2015-01-05", "told", false, true), one("2015-05-01", "document", false, true)]);
    // Whose statement each is, is told with how the work stands, and not to a nurse.
    let nurse = node.as_a(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL, "attendance");
    assert!(said(&page(&nurse).await).iter().all(|(.., whose)| !whose));

    done(
        &door,
        &format!("/api/v1/people/{child}/birth/acceptance"),
        json!({ "assertion": disputed["births"][0]["assertion"] }),
    )
    .await;
    let first = disputed["births"][0]["born"].as_str().unwrap().to_owned();
    let settled = page(&door).await;
    assert_eq!(
        (&settled["born"], &settled["is_birth_disputed"]),
        (&json!(first), &json!(false)),
        "{settled}"
    );
    // In a contact they are as old as by the date that was accepted, whichever was said last.
    let told_age = async || {
        let told = door.post("/api/v1/contacts", &contact(child, "neglect")).await.id();
        door.get(&format!("/api/v1/contacts/{told}")).await.json()["people"][0]["age"].clone()
    };
    let by = |born: &str| if born == "2015-01-05" { json!(11) } else { json!(10) };
    assert_eq!(told_age().await, by(&first));
    done(&door, &format!("/api/v1/people/{child}/birth/acceptance"), json!({ "assertion": other })).await;
    assert_eq!(page(&door).await["born"], "2015-05-01", "the last that was accepted");
    assert_eq!(told_age().await, by("2015-05-01"));
    let shown = said(&page(&door).await);
    assert_eq!(shown.iter().filter(|(.., accepted, _)| *accepted).count(), 1, "{shown:?}");
    node.served.stop().await;
}
