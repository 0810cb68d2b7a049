//! Looking for somebody: what is found, what is said of them, to whom, and what stays on record of it.

use casework::access_log::LookMade;
use domain::access::Role;
use domain::agency::AgencyKind;
use event_store::{EventStore, Position};
use serde_json::{Value, json};
use system_tests::app::{HOSPITAL, SCHOOL};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;
use crate::cases::done;

const REFUGE: &str = "LS9 7TF";

/// Somebody opened over the API, with whatever is said of them.
async fn opened(caller: &Caller, assertions: Value) -> Uuid {
    let body = json!({ "kind": "born", "assertions": assertions, "source": { "basis": "told" } });
    caller.post("/api/v1/people", &body).await.id()
}

fn named(given: &str, family: &str, born: &str) -> Vec<Value> {
    vec![json!({ "name": { "given": given, "family": family, "use": "usual" } }), json!({ "birth": born })]
}

fn lives(postcode: &str, class: &str) -> Value {
    json!({ "address": {
        "lines": ["9 Example Row"], "postcode": postcode, "class": class, "from": "2020-01-01",
    } })
}

fn with(mut assertions: Vec<Value>, more: Value) -> Value {
    assertions.push(more);
    json!(assertions)
}

async fn search(caller: &Caller, typed: Value) -> Value {
    let found = caller.post("/api/v1/people/search", &json!({ "search": typed })).await;
    assert_eq!(found.status, 200, "{}", found.text());
    found.json()
}

fn people(found: &Value) -> Vec<Uuid> {
    let people = found["found"].as_array().unwrap().iter();
    people.map(|found| found["person"].as_str().unwrap().parse().unwrap()).collect()
}

fn nurse(api: &Api) -> Caller {
    api.served.caller(&api.test.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL), "attendance")
}

/// Whoever is allocated the child, once referred.
async fn worker_of(api: &Api, child: Uuid) -> Caller {
    let referral = json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "2A" });
    let case = done(&api.front_door(), "/api/v1/cases", referral).await["id"].as_str().unwrap().to_owned();
    let worker = api.test.social_worker();
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let allocate = json!({
        "practitioner": worker.practitioner().0, "role": "social-worker", "on": "2026-02-03",
    });
    done(&manager, &format!("/api/v1/cases/{case}/allocations"), allocate).await;
    api.served.caller(&worker, "allocated-work")
}

async fn last_look(api: &Api) -> LookMade {
    let head = api.test.app.access.head().await.unwrap().position;
    let before = Position::from_raw(head.raw() - 1);
    let look = api.test.app.access.read_all(before, 1).await.unwrap().remove(0);
    LookMade::read(look.header.schema_version(), &look.facts).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_name_and_date_finds_who_was_meant_and_says_field_by_field_why() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = opened(&door, json!(named("Mohammed", "Akhtar", "2015-03-04"))).await;
    opened(&door, json!(named("Zofia", "Nowak", "2011-09-30"))).await;
    let found = search(&door, json!({ "given": "Muhamed", "family": "Aktar", "born": "2015-04-03" })).await;
    assert_eq!(people(&found), [child]);
    let only = &found["found"][0];
    let because: Vec<&str> = only["because"]
        .as_array()
        .unwrap()
        .iter()
        .map(|because| because["level"].as_str().unwrap())
        .collect();
    assert_eq!(because, ["other-form", "one-letter-out", "day-and-month-swapped"]);
    assert_eq!((&only["strength"], &only["year_of_birth"]), (&json!("strong"), &json!(2015)));
    assert_eq!(only.get("identifiers"), None, "enough to tell them apart, and no more");
    // A name alone is enough inside a front door.
    assert_eq!(people(&search(&door, json!({ "family": "Aktar" })).await), [child]);
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_whichever_alphabet_it_was_written_in() {
    let api = Api::start().await;
    let door = api.front_door();
    let named = |given: &str, family: &str| json!([{ "name": { "given": given, "family": family, "use": "usual" } }, { "birth": "2015-04-03" }]);
    let latin = opened(&door, named("Maria", "Kovalenko")).await;
    let arabic = opened(&door, named("محمد", "حسین")).await;
    let mut others = Vec::new();
    for (given, family, typed) in [
        ("احمد", "علی", ["Ahmed", "Ali"]),
        ("يوسف", "ابراهيم", ["Yusuf", "Ibrahim"]),
        ("عبدالله", "داود", ["Abdullah", "Dawood"]),
        ("ਗੁਰਪ੍ਰੀਤ", "ਸਿੰਘ", ["Gurpreet", "Singh"]),
        ("Євген", "Григоренко", ["Yevhen", "Hryhorenko"]),
    ] {
        let typed = json!({ "given": typed[0], "family": typed[1], "born": "2015-04-03" });
        others.push((typed, opened(&door, named(given, family)).await));
    }
    for (typed, meant) in others {
        let found = search(&door, typed).await;
        assert_eq!(found["found"][0]["person"], meant.to_string(), "{found}");
    }
    for (typed, meant) in [
        (json!({ "given": "Марія", "family": "Коваленко", "born": "2015-04-03" }), latin),
        (json!({ "given": "Mohammed", "family": "Hussain", "born": "2015-04-03" }), arabic),
    ] {
        let found = search(&door, typed).await;
        assert_eq!(found["found"][0]["person"], meant.to_string(), "{found}");
    }
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_is_told_by_the_date_that_is_accepted_and_by_what_they_are_called() {
    let api = Api::start().await;
    let door = api.front_door();
    let called =
        |given: &str, usage: &str| json!({ "name": { "given": given, "family": "Hartley", "use": usage } });
    let child = opened(
        &door,
        json!([called("Maya", "registered"), called("May", "also-known-as"), { "birth": "2015-04-03" }, { "birth": "2014-04-03" }]),
    )
    .await;
    let told = async || {
        let found =
            search(&door, json!({ "given": "Maya", "family": "Hartley", "born": "2015-04-03" })).await;
        (found["found"][0]["given"].clone(), found["found"][0].get("year_of_birth").cloned())
    };
    assert_eq!(told().await, (json!("May"), None), "nobody settled when; of other names the one said last");
    let births = door.get(&format!("/api/v1/people/{child}")).await.json()["births"].clone();
    let right = births.as_array().unwrap().iter().find(|birth| birth["born"] == "2015-04-03").unwrap();
    let accept = json!({ "assertion": right["assertion"] });
    done(&door, &format!("/api/v1/people/{child}/birth/acceptance"), accept).await;
    let usual = json!({ "assertions": [called("Maia", "usual"), called("Em", "also-known-as")], "source": { "basis": "told" } });
    done(&door, &format!("/api/v1/people/{child}/assertions"), usual).await;
    assert_eq!(
        told().await,
        (json!("Maia"), Some(json!(2015))),
        "what is said last of the others changes nothing"
    );
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_front_door_too_little_is_refused_naming_what_is_missing() {
    let api = Api::start().await;
    let child = opened(&api.front_door(), json!(named("Maya", "Hartley", "2015-04-03"))).await;
    let nurse = nurse(&api);
    let head = api.test.app.access.head().await.unwrap().position;
    for (typed, missing) in [
        (json!({ "given": "Maya", "family": "Hartley" }), "search/born"),
        (json!({ "family": "Hartley", "born": "2015" }), "search/born"),
        (json!({ "given": "Maya", "born": "2015-04-03" }), "search/family"),
        (json!({ "family": "Unknown", "born": "2015-04-03" }), "search/family"),
        (json!({}), "search/family"),
        (json!({ "family": "Hartley", "postcode": "LS1" }), "search/postcode"),
        (json!({ "nhs_number": "12345" }), "search/nhs_number"),
    ] {
        let refused = nurse.post("/api/v1/people/search", &json!({ "search": typed })).await.problem(422);
        assert_eq!(refused["fields"][0]["field"], missing, "{refused}");
    }
    assert_eq!(api.test.app.access.head().await.unwrap().position, head, "nobody was looked for");
    let without = Caller { purpose: "", ..nurse.clone() };
    let refused = without.post("/api/v1/people/search", &json!({ "search": { "family": "Hartley" } })).await;
    assert_eq!(
        refused.problem(422)["fields"][0]["field"],
        "header/goldthread-purpose",
        "no purpose, no search"
    );
    let audit = Caller { purpose: "audit", ..nurse.clone() };
    audit.post("/api/v1/people/search", &json!({ "search": { "family": "Hartley" } })).await.problem(403);
    let found = search(&nurse, json!({ "family": "Hartley", "born": "2015-04-03" })).await;
    assert_eq!(people(&found), [child]);
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_front_door_ten_are_shown_at_most_and_each_is_in_the_access_log() {
    let api = Api::start().await;
    let door = api.front_door();
    for given in ["Ana", "Bea", "Cleo", "Dov", "Ezra", "Fern", "Gus", "Hal", "Ivo", "Jan", "Kai", "Lou"] {
        opened(&door, json!(named(given, "Hartley", "2015-04-03"))).await;
    }
    let found = search(&nurse(&api), json!({ "family": "Hartley", "born": "2015-04-03" })).await;
    assert_eq!((people(&found).len(), &found["are_more"]), (10, &json!(true)));
    let look = last_look(&api).await;
    let shown: Vec<Uuid> = look.people.iter().map(|shown| shown.person.0).collect();
    assert_eq!((shown, look.more), (people(&found), 0));
    assert!(look.sought.is_some_and(|sought| sought.name.is_some() && sought.address.is_none()));
    assert_eq!(people(&search(&door, json!({ "family": "Hartley" })).await).len(), 12);
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_child_never_reads_as_absent_to_somebody_protecting_them() {
    let api = Api::start().await;
    let child = opened(&api.front_door(), json!(named("Maya", "Hartley", "2015-04-03"))).await;
    let told = api.front_door().post("/api/v1/contacts", &crate::contact(child, "Told.")).await;
    assert_eq!(told.status, 201, "{}", told.text());
    let manager = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "readers": [], "review_on": "2026-06-08" });
    manager.post(&format!("/api/v1/people/{child}/restriction"), &restrict).await.id();
    for typed in [json!("2015-04-03"), json!("2015-03-04")] {
        let found = search(&nurse(&api), json!({ "family": "Hartly", "born": typed })).await;
        assert_eq!(people(&found), [child]);
        let only = &found["found"][0];
        assert_eq!((&only["disclosure"], &only["ring"]), (&json!("contact"), &json!(["383"])));
        assert!(only["restriction_owner"].is_string());
        for hidden in ["given", "family", "year_of_birth", "area", "because", "strength", "weight"] {
            assert_eq!(only.get(hidden), None, "{hidden}");
        }
        assert_eq!(last_look(&api).await.people.len(), 1);
    }
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_ask_by_name_takes_no_less_than_to_look() {
    let api = Api::start().await;
    let child = opened(&api.front_door(), json!(named("Maya", "Hartley", "2015-04-03"))).await;
    let teacher = api.test.somebody(Role::Teacher, AgencyKind::School, SCHOOL);
    let teacher = api.served.caller(&teacher, "safeguarding-check");
    let ask = async |caller: &Caller, by: Value| {
        let body = json!({ "search": { "name-and-birth": by }, "reason": "In the department." });
        caller.post("/api/v1/enquiries", &body).await
    };
    for outside in [&teacher, &nurse(&api)] {
        let head = api.test.app.record.head().await.unwrap().position;
        for (by, missing) in [
            (json!({ "given": "Maya", "born": "2015-04-03" }), "family"),
            (json!({ "given": "Maya", "family": "Unknown", "born": "2015-04-03" }), "family"),
            (json!({ "given": "Maya", "family": "Hartley", "born": "2015" }), "born"),
            (json!({ "family": "Hartley", "born": "about 2015" }), "born"),
        ] {
            let refused = ask(outside, by).await.problem(422);
            let field = format!("search/name-and-birth/{missing}");
            assert_eq!(refused["fields"][0]["field"], field, "{refused}");
        }
        assert_eq!(api.test.app.record.head().await.unwrap().position, head, "nobody was asked about");
        let asked = ask(outside, json!({ "family": "Hartley", "born": "2015-04-03" })).await.json();
        assert_eq!(asked["answers"][0]["subject"], child.to_string(), "{asked}");
    }
    let inside = ask(&api.front_door(), json!({ "given": "Maya", "born": "2015" })).await.json();
    assert_eq!(inside["answers"][0]["subject"], child.to_string(), "{inside}");
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_front_door_a_number_of_many_shows_ten_of_them_and_says_there_are_more() {
    let api = Api::start().await;
    let door = api.front_door();
    let number = json!({ "identifier": { "scheme": "upn", "value": "F999999999999" } });
    for nth in 0..11 {
        let child =
            with(named("Ana", &format!("Hart{}", char::from(b'a' + nth)), "2015-04-03"), number.clone());
        opened(&door, child).await;
    }
    let typed = json!({ "identifier": { "scheme": "upn", "value": "F999999999999" } });
    let found = search(&nurse(&api), typed.clone()).await;
    assert_eq!((people(&found).len(), &found["are_more"]), (10, &json!(true)));
    assert_eq!(last_look(&api).await.people.len(), 10, "each who is shown is on record");
    assert!(last_look(&api).await.sought.is_some(), "as of any search");
    let found = search(&door, typed).await;
    assert_eq!((people(&found).len(), &found["are_more"]), (11, &json!(false)));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refuge_is_found_by_those_only_who_may_read_the_address() {
    let api = Api::start().await;
    let door = api.front_door();
    let hidden = with(named("Maya", "Hartley", "2015-04-03"), lives(REFUGE, "refuge"));
    let hidden = opened(&door, hidden).await;
    let at_home = with(named("Maya", "Hartley", "2012-11-20"), lives("BD3 1AB", "ordinary"));
    let at_home = opened(&door, at_home).await;
    let told = door.post("/api/v1/contacts", &crate::contact(hidden, "Told.")).await;
    assert_eq!(told.status, 201, "{}", told.text());
    let by_address = |postcode: &str| json!({ "family": "Hartley", "postcode": postcode, "house": "9" });
    assert_eq!(people(&search(&nurse(&api), by_address("BD3 1AB")).await), [at_home]);
    assert_eq!(people(&search(&nurse(&api), by_address(REFUGE)).await), [0_u128; 0].map(Uuid::from_u128));
    assert!(people(&search(&door, by_address(REFUGE)).await).is_empty(), "finding by it would confirm it");
    let worker = worker_of(&api, hidden).await;
    let found = search(&worker, by_address(REFUGE)).await;
    assert_eq!(people(&found), [hidden]);
    assert_eq!(found["found"][0]["because"][1]["level"], "same", "{found}");
    // Another source that calls it open does not open it.
    let said = json!({ "assertions": [lives(REFUGE, "ordinary")], "source": { "basis": "document" } });
    let said = door.post(&format!("/api/v1/people/{hidden}/assertions"), &said).await;
    assert_eq!(said.status, 200, "{}", said.text());
    assert_eq!(people(&search(&nurse(&api), by_address(REFUGE)).await), [0_u128; 0].map(Uuid::from_u128));
    // Found by birth, no part of the address is told.
    let by_birth = search(&nurse(&api), json!({ "family": "Hartley", "born": "2015-04-03" })).await;
    assert_eq!((people(&by_birth), by_birth["found"][0].get("area")), (vec![hidden], None));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_are_two_who_may_be_meant_and_are_said_to_be_perhaps_twins() {
    let api = Api::start().await;
    let door = api.front_door();
    let hassan = opened(&door, json!(named("Hassan", "Malik", "2015-04-03"))).await;
    let hussain = opened(&door, json!(named("Hussain", "Malik", "2015-04-03"))).await;
    let found = search(&door, json!({ "given": "Hassan", "family": "Malik", "born": "2015-04-03" })).await;
    assert_eq!(people(&found), [hassan, hussain], "the nearer first");
    assert_eq!(found["found"][0]["perhaps_twins"], json!([hussain]));
    assert_eq!(found["found"][1]["perhaps_twins"], json!([hassan]));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misread_nhs_number_is_said_to_be_one() {
    let api = Api::start().await;
    let door = api.front_door();
    let number = json!({ "identifier": { "scheme": "nhs", "value": "9990000018" } });
    let child = opened(&door, with(named("Maya", "Hartley", "2015-04-03"), number)).await;
    let found = search(&nurse(&api), json!({ "nhs_number": "999 000 0081" })).await;
    assert_eq!((people(&found), &found["number_does_not_fit"]), (vec![child], &json!(true)));
    assert_eq!(found["found"][0]["because"][0]["level"], "two-digits-swapped");
    let absent = search(&nurse(&api), json!({ "nhs_number": "999 000 0026" })).await;
    assert_eq!((people(&absent).len(), &absent["number_does_not_fit"]), (0, &json!(false)));
    assert!(absent["advice"].as_str().unwrap().contains("no reassurance"));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_where_many_stay_says_nothing() {
    let api = Api::start().await;
    let door = api.front_door();
    for number in 0..25 {
        let family = format!("{}ard", char::from(b'a' + number));
        let stays = with(
            named("Ana", &family, &format!("20{:02}-05-06", number % 15 + 5)),
            lives("LS1 3EX", "ordinary"),
        );
        opened(&door, stays).await;
    }
    let typed = json!({ "family": "Hartley", "postcode": "LS1 3EX", "house": "9" });
    assert_eq!(people(&search(&nurse(&api), typed).await).len(), 0);
    let typed = json!({ "family": "Bard", "postcode": "LS1 3EX", "house": "9" });
    let found = search(&nurse(&api), typed).await;
    assert_eq!(found["found"][0]["because"][1]["level"], "communal", "{found}");
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_where_many_are_said_to_stay_finds_whoever_has_the_name_and_says_nothing() {
    let api = Api::start().await;
    let door = api.front_door();
    let mut hostel = lives("LS1 3EX", "ordinary");
    hostel["address"]["is_communal"] = json!(true);
    let child = opened(&door, with(named("Maya", "Hartley", "2015-04-03"), hostel.clone())).await;
    let beside = opened(&door, with(named("Ana", "Bard", "2012-05-06"), hostel)).await;
    // One source does not say that many stay there; another did.
    let said = json!({ "assertions": [lives("LS1 3EX", "ordinary")], "source": { "basis": "document" } });
    let said = door.post(&format!("/api/v1/people/{beside}/assertions"), &said).await;
    assert_eq!(said.status, 200, "{}", said.text());
    for (family, expected) in [("Hartley", child), ("Bard", beside)] {
        let typed = json!({ "family": family, "postcode": "LS1 3EX", "house": "9" });
        let found = search(&nurse(&api), typed).await;
        assert_eq!(people(&found), [expected]);
        assert_eq!(found["found"][0]["because"][1]["level"], "communal", "{found}");
    }
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_withdrawn_finds_nobody() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = opened(&door, json!(named("Maya", "Hartley", "2015-04-03"))).await;
    let name = json!({ "name": { "given": "Maya", "family": "Okafor", "use": "also-known-as" } });
    let said = json!({ "assertions": [name], "source": { "basis": "told" } });
    let said = door.post(&format!("/api/v1/people/{child}/assertions"), &said).await.json();
    let typed = json!({ "family": "Okafor", "born": "2015-04-03" });
    assert_eq!(people(&search(&nurse(&api), typed.clone()).await), [child]);
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    let entry = said["events"][0].as_str().unwrap();
    let withdraw = json!({ "record": { "person": child }, "reason": "wrong-person" });
    let withdrawn = keeper.post(&format!("/api/v1/entries/{entry}/withdrawal"), &withdraw).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    assert_eq!(people(&search(&door, json!({ "family": "Okafor" })).await).len(), 0);
    api.served.stop().await;
}
