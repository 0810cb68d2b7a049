//! Trawling is looked at: raised once, seen by those who answer for it, and no search is held up by it.

use casework::visitor::Visitor;
use casework::work::trawling::Watch;
use chrono::TimeDelta;
use domain::access::{Actor, Role};
use domain::agency::AgencyKind;
use domain::ids::EnquiryId;
use domain::review::trawling::Thresholds;
use event_store::{EventStore, StreamId};
use serde_json::{Value, json};
use system_tests::app::{COUNCIL, HOSPITAL, POLICE, SCHOOL};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;

const THRESHOLDS: Thresholds = Thresholds {
    window_hours: 24,
    followed_within_minutes: 60,
    searches_followed_by_one: 2,
    unfollowed: 6,
    unfollowed_with_attendances: 12,
    names: 5,
    addresses: 5,
};

const FAMILIES: [&str; 5] = ["Hartley", "Malik", "Nowak", "Okafor", "Doyle"];

async fn search(caller: &Caller, family: &str) {
    let typed = json!({ "search": { "family": family, "born": "2015-04-03" } });
    let found = caller.post("/api/v1/people/search", &typed).await;
    assert_eq!(found.status, 200, "{}", found.text());
}

async fn reviews(caller: &Caller) -> Vec<Value> {
    let read = caller.get("/api/v1/reviews").await;
    assert_eq!(read.status, 200, "{}", read.text());
    read.json()["reviews"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_many_families_up_with_nothing_after_it_is_looked_at_once() {
    let api = Api::start().await;
    let (test, app) = (&api.test, &api.test.app);
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    let nurse = test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL);
    let searching = api.served.caller(&nurse, "attendance");
    for family in FAMILIES {
        search(&searching, family).await;
    }
    assert_eq!(watch.turn(app).await.unwrap(), 0, "there was no time yet to act on it");
    test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 1);
    assert_eq!(watch.turn(app).await.unwrap(), 0, "once");
    let again = Watch::with(app, THRESHOLDS).await.unwrap().turn(app).await.unwrap();
    assert_eq!(again, 1, "another process finds it too");
    search(&searching, "Hartley").await; // and is not held up

    let auditor = test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let auditor = api.served.caller(&auditor, "audit");
    let raised = app.record.head().await.unwrap().position;
    app.views.wait_until("reviews", raised, std::time::Duration::from_secs(5)).await.unwrap();
    let seen = reviews(&auditor).await;
    assert_eq!(seen.len(), 1, "one review, whoever raised it: {seen:?}");
    assert_eq!((&seen[0]["counted"], &seen[0]["count"]), (&json!("names"), &json!(5)));
    assert_eq!(seen[0]["about"], nurse.practitioner().to_string());
    let address = format!("/api/v1/reviews/{}", seen[0]["review"].as_str().unwrap());
    assert_eq!(auditor.get(&address).await.json()["evidence"].as_array().unwrap().len(), 5);

    let lead = |agency, kind| test.somebody(Role::SafeguardingLead, kind, agency);
    let own = api.served.caller(&lead(HOSPITAL, AgencyKind::NhsTrust), "record-keeping");
    let other = api.served.caller(&lead(SCHOOL, AgencyKind::School), "record-keeping");
    assert_eq!((reviews(&own).await.len(), reviews(&other).await.len()), (1, 0));
    other.get(&address).await.problem(404);
    searching.get("/api/v1/reviews").await.problem(403);
    let about = Actor { roles: vec![Role::SafeguardingLead], ..nurse.actor().clone() };
    let themselves = api.served.caller(&test.visitor(about), "record-keeping");
    assert!(reviews(&themselves).await.is_empty(), "nobody is shown a review of themselves");

    let outcome = json!({ "outcome": "explained", "note": "A register was being checked." });
    let conclusion = format!("{address}/conclusion");
    other.post(&conclusion, &outcome).await.problem(403);
    assert_eq!(themselves.post(&conclusion, &outcome).await.problem(409)["code"], "own-review");
    assert_eq!(own.post(&conclusion, &outcome).await.status, 200);
    let read = own.get(&address).await.json();
    assert_eq!((&read["outcome"], &read["note"]), (&outcome["outcome"], &outcome["note"]));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_that_lead_to_work_are_work() {
    let api = Api::start().await;
    let app = &api.test.app;
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    let nurse = api.test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL);
    let searching = api.served.caller(&nurse, "attendance");
    for family in FAMILIES {
        search(&searching, family).await;
        let ask = json!({
            "search": { "name-and-birth": { "given": "Maya", "family": family, "born": "2015-04-03" } },
            "reason": "In the department.",
        });
        assert_eq!(searching.post("/api/v1/enquiries", &ask).await.status, 201);
    }
    api.test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 0);
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_enquiry_excuses_one_search() {
    let api = Api::start().await;
    let app = &api.test.app;
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    let nurse = api.test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL);
    let searching = api.served.caller(&nurse, "attendance");
    for family in FAMILIES.into_iter().chain(["Ashworth"]) {
        search(&searching, family).await;
    }
    let ask = json!({
        "search": { "name-and-birth": { "given": "Maya", "family": "Ashworth", "born": "2015-04-03" } },
        "reason": "In the department.",
    });
    assert_eq!(searching.post("/api/v1/enquiries", &ask).await.status, 201);
    api.test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 1, "five other names were looked for");
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_excuses_as_many_searches_however_much_it_puts_on_record() {
    let api = Api::start().await;
    let app = &api.test.app;
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    let officer = |_| api.test.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE);
    let [one, other] = [0, 1].map(officer);
    let wren = json!({
        "kind": "born",
        "assertions": [{ "name": { "given": "Wren", "family": "Holloway", "use": "usual" } }],
        "source": { "basis": "told" },
    });
    // Each opens two records; one of them in one act.
    for (who, acts) in [(&one, [1, 1]), (&other, [1, 2])] {
        let acting = api.served.caller(who, "safeguarding-check");
        for _ in 0..9 {
            search(&acting, "Hartley").await;
        }
        for act in &acts {
            let correlation = Uuid::from_u128(*act).to_string();
            let opened =
                acting.post_with("/api/v1/people", &[("goldthread-correlation", &correlation)], &wren).await;
            assert_eq!(opened.status, 201, "{}", opened.text());
        }
    }
    api.test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 1, "seven are left of nine, and five");
    api.served.stop().await;
}

fn by_name(family: &str, given: &str, born: &str) -> Value {
    json!({
        "search": { "name-and-birth": { "given": given, "family": family, "born": born } },
        "reason": "In the department.",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_that_several_match_is_one_and_excuses_one_search() {
    let api = Api::start().await;
    let app = &api.test.app;
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    for _ in 0..5 {
        api.child(&api.front_door(), "Example").await;
    }
    let officer = |_| api.test.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE);
    let [one, other, third] = [0, 1, 2].map(officer);
    let asking = |who| api.served.caller(who, "safeguarding-check");
    let several = by_name("Example", "Robin", "2016-04-02");
    // Of these ten answers five are one enquiry's, and with it there are as many as call for a review, or one fewer.
    for (who, others) in [(&one, 4), (&other, 5)] {
        let asked = asking(who).post("/api/v1/enquiries", &several).await;
        assert_eq!(asked.json()["answers"].as_array().unwrap().len(), 5, "{}", asked.text());
        for family in FAMILIES.into_iter().take(others) {
            let asked = asking(who).post("/api/v1/enquiries", &by_name(family, "Maya", "2015-04-03")).await;
            let enquiry = asked.json()["answers"][0]["enquiry"].as_str().unwrap().parse().unwrap();
            // To read the answer again is to ask nobody again.
            app.receipt(who, EnquiryId(enquiry)).await.unwrap();
        }
    }
    // Five answers follow from one search.
    for family in FAMILIES.into_iter().chain(["Ashworth", "Example"]) {
        search(&asking(&third), family).await;
    }
    assert_eq!(asking(&third).post("/api/v1/enquiries", &several).await.status, 201);

    api.test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 2);
    let auditor = api.test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let raised = app.record.head().await.unwrap().position;
    app.views.wait_until("reviews", raised, std::time::Duration::from_secs(5)).await.unwrap();
    let seen = reviews(&api.served.caller(&auditor, "audit")).await;
    let count = |who: &Visitor| {
        let about = json!(who.practitioner().to_string());
        seen.iter().find(|review| review["about"] == about).map(|review| review["count"].clone())
    };
    assert_eq!([&one, &other, &third].map(count), [None, Some(json!(6)), Some(json!(7))], "{seen:?}");
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_about_one_child_after_another_with_nothing_after_it_is_looked_at() {
    let api = Api::start().await;
    let app = &api.test.app;
    let mut watch = Watch::with(app, THRESHOLDS).await.unwrap();
    let officer = api.test.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE);
    let nurse = api.test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL);
    for (who, purpose) in [(&officer, "safeguarding-check"), (&nurse, "attendance")] {
        let asking = api.served.caller(who, purpose);
        for family in FAMILIES.into_iter().chain(["Ashworth"]) {
            let ask = json!({
                "search": { "name-and-birth": { "given": "Maya", "family": family, "born": "2015-04-03" } },
                "reason": "Seen in the street.",
            });
            assert_eq!(asking.post("/api/v1/enquiries", &ask).await.status, 201);
        }
    }
    api.test.clock.advance(TimeDelta::hours(2));
    assert_eq!(watch.turn(app).await.unwrap(), 1, "the officer; to ask at an attendance is usual");
    let auditor = api.test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let raised = app.record.head().await.unwrap().position;
    app.views.wait_until("reviews", raised, std::time::Duration::from_secs(5)).await.unwrap();
    let seen = reviews(&api.served.caller(&auditor, "audit")).await;
    assert_eq!(seen[0]["about"], officer.practitioner().to_string());
    assert_eq!((&seen[0]["counted"], &seen[0]["count"]), (&json!("unfollowed"), &json!(6)));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_is_made_about_one_who_was_found_and_says_how_they_were_searched_for() {
    let api = Api::start().await;
    let child = api.child(&api.front_door(), "Example").await;
    let nurse = api.test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL);
    let nurse = api.served.caller(&nurse, "attendance");
    let typed = json!({ "search": { "family": "Exampel", "born": "2016-02-04" } });
    let found = nurse.post("/api/v1/people/search", &typed).await.json();
    assert_eq!(found["found"][0]["person"], child.to_string());
    let ask = |searched: Value| {
        let candidate = json!({ "person": child, "searched": searched });
        json!({ "search": { "candidate": candidate }, "reason": "In the department." })
    };
    let nothing = nurse.post("/api/v1/enquiries", &ask(json!([]))).await.problem(422);
    assert_eq!(nothing["fields"][0]["field"], "search/candidate/searched");
    let asked = nurse.post("/api/v1/enquiries", &ask(json!(["name", "birth-date"]))).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let enquiry: Uuid = asked.json()["answers"][0]["enquiry"].as_str().unwrap().parse().unwrap();
    let facts = api.test.app.facts_of("enquiry", enquiry, &all_of(&api, enquiry).await).await.unwrap();
    assert_eq!(facts[0].2["searched"], json!(["name", "birth-date"]));
    api.served.stop().await;
}

async fn all_of(api: &Api, enquiry: Uuid) -> Vec<domain::ids::EventId> {
    let stream = StreamId { category: "enquiry".to_owned(), id: enquiry };
    let events = api.test.app.record.read_stream(&stream, 0, 10).await.unwrap();
    events.iter().map(|event| domain::ids::EventId(event.header.event_id())).collect()
}
