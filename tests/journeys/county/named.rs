//! The families with names, as whoever visits the demonstration finds them: each is there, and so is what its story is for.

use std::time::Duration;

use casework::demonstration::{self, Extent, Persona};
use chrono::TimeDelta;
use event_store::EventStore as _;
use event_store::clock::Clock as _;
use serde_json::{Value, json};
use system_tests::TestApp;
use system_tests::http::{Caller, Served};

/// How long views may take to have all that was told.
const PATIENCE: Duration = Duration::from_secs(30);

/// The demonstration with nobody else in it, and those who may read all of it.
struct Visited {
    served: Served,
    door: Caller,
    manager: Caller,
}

impl Visited {
    async fn start() -> Self {
        let test = TestApp::start().await;
        let extent = Extent { children: 0, days: 730 };
        let begin = test.clock.now() - TimeDelta::days(i64::from(extent.days));
        demonstration::tell(&test.app, begin, extent, &mut |_| {}).await.expect("told");
        let head = test.app.record.head().await.expect("the record").position;
        for view in ["access", "people", "status", "timeline", "alerts"] {
            test.app.views.wait_until(view, head, PATIENCE).await.expect("all that was told");
        }
        let served = Served::start(&test.app).await;
        let caller =
            |persona: Persona, purpose| served.caller(&test.visitor(persona.actor(&test.app)), purpose);
        let door = caller(Persona::FrontDoor, "referral-consideration");
        let manager = caller(Persona::Manager, "allocated-work");
        Self { door, manager, served }
    }

    /// The one whom a front door finds by this.
    async fn found(&self, typed: Value) -> String {
        let found = self.door.post("/api/v1/people/search", &json!({ "search": typed })).await;
        assert_eq!(found.status, 200, "{}", found.text());
        found.json()["found"][0]["person"].as_str().unwrap_or_else(|| panic!("{typed}")).to_owned()
    }

    async fn child(&self, number: &str) -> String {
        self.found(json!({ "nhs_number": number })).await
    }

    async fn read(&self, person: &str, what: &str) -> Value {
        let read = self.door.get(&format!("/api/v1/people/{person}/{what}")).await;
        assert_eq!(read.status, 200, "{what} {}", read.text());
        read.json()
    }

    /// How somebody stands, authority by authority.
    async fn stands(&self, person: &str) -> Vec<(String, String)> {
        let status = self.read(person, "status").await;
        let text = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
        let cases = status["cases"].as_array().unwrap().iter();
        cases.map(|case| (text(case, "authority"), text(case, "standing"))).collect()
    }

    /// The kinds of what happened, newest first.
    async fn story(&self, person: &str) -> Vec<String> {
        let timeline = self.read(person, "timeline?limit=200").await;
        let entries = timeline["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// Those of whom somebody is the mother.
    async fn children_of(&self, mother: &str) -> Vec<String> {
        let ties = self.read(mother, "ties").await;
        let mothered = ties["ties"].as_array().unwrap().iter();
        mothered
            .filter(|tie| tie["kind"] == "mother" && tie["from"] == mother)
            .map(|tie| tie["to"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn here(standing: &str) -> Vec<(String, String)> {
    vec![("380".to_owned(), standing.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_family_with_a_name_tells_its_story() {
    let visited = Visited::start().await;
    let has = |story: &[String], kind: &str| story.iter().any(|one| one == kind);

    // Marsh: a brother's bruise, and both are being assessed.
    for number in ["9990000018", "9990000026"] {
        assert_eq!(visited.stands(&visited.child(number).await).await, here("being-assessed"), "{number}");
    }

    // Ellwood: three small facts, and the rule that finds them.
    let alerts = visited.read(&visited.child("9990000034").await, "alerts").await;
    let found = alerts["alerts"].as_array().unwrap().iter();
    let rules: Vec<&Value> =
        found.filter(|alert| alert["state"] == "open").map(|alert| &alert["rule"]).collect();
    assert!(rules.contains(&&json!("small-things-add-up")), "{alerts}");

    // Lowe: on a plan, brought to an emergency department, and visited because of it.
    let ada = visited.child("9990000050").await;
    assert_eq!(visited.stands(&ada).await, here("child-protection-plan"));
    let story = visited.story(&ada).await;
    let attended = story.iter().position(|kind| kind == "enquiry.made").expect("an attendance");
    assert!(has(&story[..attended], "visit.made") && has(&story[..attended], "core-group.held"), "{story:?}");

    // Akhtar: found under another spelling, with day and month the other way round.
    let zayn = json!({ "given": "Mohamed Zain", "family": "Akthar", "born": "2016-03-04" });
    assert_eq!(visited.found(zayn).await, visited.child("9990000077").await);

    // Khan: two boys of one name, and a visit that stands on the right one.
    let (elder, younger) = (visited.child("9990000085").await, visited.child("9990000093").await);
    assert_ne!(elder, younger);
    assert!(has(&visited.story(&younger).await, "visit.made"), "moved here");
    assert!(!has(&visited.story(&elder).await, "visit.made"), "moved away");

    // Nowak: twins, each on a plan from before they were born.
    let twins =
        visited.children_of(&visited.found(json!({ "family": "Nowak", "given": "Halina" })).await).await;
    assert_eq!(twins.len(), 2);
    for twin in &twins {
        let story = visited.story(twin).await;
        let at = |kind: &str| story.iter().position(|one| one == kind).unwrap_or_else(|| panic!("{kind}"));
        assert!(at("person.born") < at("cp-plan.started"), "newest first: {story:?}");
        assert_eq!(visited.stands(twin).await, here("child-protection-plan"));
    }

    // Dunne: looked after, missing tonight, and the mother of a child on a plan.
    let keira = visited.child("9990000107").await;
    assert_eq!(visited.stands(&keira).await, here("looked-after"));
    assert_eq!(visited.read(&keira, "status").await["missing"][0]["from"], "care");
    let alfie = visited.child("9990000115").await;
    assert_eq!(visited.children_of(&keira).await, [alfie.as_str()]);
    assert_eq!(visited.stands(&alfie).await, here("child-protection-plan"));

    // Firth: two of three are looked after, in two places.
    let mut places = Vec::new();
    for number in ["9990000123", "9990000131"] {
        let child = visited.child(number).await;
        assert_eq!(visited.stands(&child).await, here("looked-after"), "{number}");
        let addresses = visited.read(&child, "addresses").await;
        let placed =
            addresses["addresses"].as_array().unwrap().iter().find(|one| one["class"] == "placement");
        places.push(placed.unwrap_or_else(|| panic!("{addresses}"))["lines"].clone());
    }
    assert_ne!(places[0], places[1]);

    // Hargreaves: on a plan in Wakefield, then here, and each authority keeps its own case.
    let reece = visited.child("9990000158").await;
    let mut stands = visited.stands(&reece).await;
    stands.sort_unstable();
    let at = |authority: &str, standing: &str| (authority.to_owned(), standing.to_owned());
    assert_eq!(stands, [at("380", "child-protection-plan"), at("384", "closed")]);

    // Ackroyd: adopted; her old record is for named readers, and her new one says nothing of it.
    let search = json!({ "search": { "nhs_number": "9990000166" } });
    let hidden = visited.door.post("/api/v1/people/search", &search).await;
    assert!(!hidden.text().contains("Skye"), "{}", hidden.text());
    let named = visited.manager.post("/api/v1/people/search", &search).await.json();
    assert!(named.to_string().contains("Skye"), "{named}");
    let skye = named["found"][0]["person"].as_str().expect("told to whoever answers for it").to_owned();
    let closed = visited.manager.get(&format!("/api/v1/people/{skye}/timeline?limit=200")).await;
    assert!(closed.text().contains("looked-after.ended"), "{}", closed.text());
    let florence = visited.child("9990000174").await;
    assert_ne!(florence, skye);
    assert_eq!(visited.read(&florence, "ties").await["ties"], json!([]));
    assert!(visited.stands(&florence).await.is_empty());

    // Sykes: a child who is not born yet and on a plan.
    let expected = visited.children_of(&visited.child("9990000190").await).await;
    let [baby] = expected.as_slice() else { panic!("one is expected: {expected:?}") };
    assert_eq!(visited.stands(baby).await, here("child-protection-plan"));
    assert!(!has(&visited.story(baby).await, "person.born"));
    visited.served.stop().await;
}
