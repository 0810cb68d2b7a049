//! Measures over the API: who is told what, in how much detail, and the children behind a figure.

use chrono::TimeDelta;
use domain::access::Role;
use domain::agency::AgencyKind;
use event_store::EventStore;
use serde_json::{Value, json};
use system_tests::app::{COUNCIL, POLICE, SCHOOL};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::{Api, contact};

async fn values(caller: &Caller, query: &str) -> Value {
    let answer = caller.get(&format!("/api/v1/measures/values?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn measure<'a>(values: &'a Value, code: &str) -> &'a Value {
    let all = values["measures"].as_array().unwrap();
    all.iter().find(|value| value["measure"]["code"] == code).unwrap_or(&Value::Null)
}

fn group(value: &Value, code: &str) -> Value {
    let groups = value["groups"].as_array().unwrap();
    groups.iter().find(|group| group["group"] == code).map_or(Value::Null, |group| group["counted"].clone())
}

/// Tells a contact; says where it is on record.
async fn told(caller: &Caller, child: Uuid, agency: Uuid) -> (Uuid, String) {
    let mut body = contact(child, "Came to school hungry again.");
    body["source_agency"] = json!(agency);
    let answer = caller.post("/api/v1/contacts", &body).await;
    (answer.id(), answer.json()["position"].as_str().unwrap().to_owned())
}

/// Eight contacts in February, seven of the school and one of the police, and one more in March.
async fn told_in_february(api: &Api) -> (Vec<Uuid>, String) {
    let door = api.front_door();
    api.test.clock.set("2026-02-10T09:00:00Z".parse().unwrap());
    let mut children = Vec::new();
    let mut position = String::new();
    for nth in 0..9 {
        if nth == 8 {
            api.test.clock.set("2026-03-10T09:00:00Z".parse().unwrap());
        }
        let child = api.child(&door, &format!("Example{nth}")).await;
        let agency = if nth == 7 { POLICE.0 } else { SCHOOL.0 };
        position = told(&door, child, agency).await.1;
        children.push(child);
    }
    (children, position)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_is_told_every_count_and_an_agency_only_of_what_it_told_itself() {
    let api = Api::start().await;
    let (_, position) = told_in_february(&api).await;
    let february = format!("to=2026-02-28&at_least={position}");

    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let seen = values(&manager, &february).await;
    assert_eq!(seen["is_suppressed"], false);
    assert_eq!((&seen["from"], &seen["to"]), (&json!("2025-03-01"), &json!("2026-02-28")));
    let by_agency = measure(&seen, "contacts-by-agency");
    assert_eq!(by_agency["whole"]["counted"], 8);
    assert_eq!(group(by_agency, &SCHOOL.to_string()), 7);
    assert_eq!(group(by_agency, &POLICE.to_string()), 1);
    assert_eq!(by_agency["months"].as_array().unwrap().len(), 12);
    assert_eq!(by_agency["months"][11]["counted"], 8);
    let again = measure(&seen, "re-referrals-12-months");
    assert_eq!(again["measure"]["benchmark"]["value"], 22.6);
    assert_eq!(again["measure"]["version"], 1);

    let lead = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    let seen = values(&lead, &february).await;
    assert_eq!(seen["is_suppressed"], true);
    assert_eq!(measure(&seen, "contacts-by-agency")["whole"]["counted"], 7);
    assert_eq!(group(measure(&seen, "contacts-by-agency"), &POLICE.to_string()), Value::Null);
    assert!(measure(&seen, "referrals").is_null(), "nothing but contacts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_number_is_hidden_from_whoever_may_not_see_the_children_and_so_is_what_gives_it_away() {
    let api = Api::start().await;
    told_in_february(&api).await;
    let door = api.front_door();
    let waiting = door.get("/api/v1/contacts/undecided").await.json();
    let first = waiting["contacts"][0]["contact"].as_str().unwrap().to_owned();
    let decision = json!({ "outcome": "advice", "reason": "School to visit." });
    let decided = door.post(&format!("/api/v1/contacts/{first}/decision"), &decision).await;
    let position = decided.json()["position"].as_str().unwrap().to_owned();
    let auditor = api.test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let auditor = api.served.caller(&auditor, "audit");
    let seen = values(&auditor, &format!("to=2026-02-28&at_least={position}")).await;
    let by_outcome = measure(&seen, "contacts-by-outcome");
    assert_eq!(by_outcome["whole"]["counted"], 8);
    assert_eq!(group(by_outcome, "advice"), "c");
    assert_eq!(group(by_outcome, "open"), "c", "eight less seven is one");
    let by_agency = measure(&seen, "contacts-by-agency");
    assert_eq!((&by_agency["whole"]["counted"], &by_agency["groups"]), (&json!(8), &json!([])));
    let decided = measure(&seen, "contacts-decided-1-working-day");
    assert_eq!((&decided["whole"]["counted"], &decided["whole"]["among"]), (&json!(0), &json!(8)));

    for query in ["to=2026-03-09", "from=2026-02-01&to=2026-02-28"] {
        let problem = auditor.get(&format!("/api/v1/measures/values?{query}")).await.problem(422);
        assert_eq!(problem["fields"][0]["field"], "query/to", "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn measures_are_as_known_at_any_time() {
    let api = Api::start().await;
    let (_, position) = told_in_february(&api).await;
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let count = async |query: &str| {
        let seen = values(&manager, &format!("{query}&at_least={position}")).await;
        measure(&seen, "incidents")["whole"]["counted"].clone()
    };
    assert_eq!(count("to=2026-03-31").await, 9);
    assert_eq!(count("to=2026-03-31&as_known_at=2026-03-01").await, 8);
    assert_eq!(count("to=2026-03-31&as_known_at=2026-02-01").await, 0);
    assert_eq!(count("from=2026-03-01&to=2026-03-31").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_counts_once_a_minute_and_says_when_and_the_interface_counts_each_time() {
    let api = Api::start().await;
    let (children, _) = told_in_february(&api).await;
    let shown = async || {
        let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
        let cookie = format!("goldthread-visitor={}", manager.token.as_ref().unwrap());
        let page = manager.send("GET", "/measures?to=2026-03-31", &[("cookie", &cookie)], b"").await;
        assert_eq!(page.status, 200, "{}", page.text());
        let row = page.text().split("/measures/incidents").nth(1).unwrap().to_owned();
        let figure = row.split("<strong>").nth(1).unwrap().split("</strong>").next().unwrap().to_owned();
        let counted = page.text().split("Counted ").nth(1).unwrap().split(". ").next().unwrap().to_owned();
        (figure, counted)
    };
    assert_eq!(shown().await, ("9".to_owned(), "10 March 2026, 9:00am".to_owned()));
    api.test.clock.advance(TimeDelta::seconds(59));
    let (_, position) = told(&api.front_door(), children[0], POLICE.0).await;
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let now = values(&manager, &format!("to=2026-03-31&at_least={position}")).await;
    assert_eq!(measure(&now, "incidents")["whole"]["counted"], 10);
    assert_eq!(shown().await, ("9".to_owned(), "10 March 2026, 9:00am".to_owned()));
    api.test.clock.advance(TimeDelta::seconds(1));
    assert_eq!(shown().await, ("10".to_owned(), "10 March 2026, 9:01am".to_owned()));
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_children_behind_a_figure_are_listed_but_for_those_kept_to_named_readers() {
    let api = Api::start().await;
    let (children, _) = told_in_february(&api).await;
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({
        "reason": "relative-of-staff", "owner": Uuid::from_u128(0xdead), "readers": [], "review_on": "2026-06-08",
    });
    let restricted = keeper.post(&format!("/api/v1/people/{}/restriction", children[2]), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    let position = restricted.json()["position"].as_str().unwrap().to_owned();

    let before = api.test.app.access.head().await.unwrap().position;
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let path = "/api/v1/measures/contacts-by-agency/children";
    let answer = manager.get(&format!("{path}?to=2026-02-28&at_least={position}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    assert_eq!(answer["kept_back"], 1, "counted, and not listed");
    let listed: Vec<Uuid> = answer["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| child["child"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(listed.len(), 7);
    assert!(!listed.contains(&children[2]) && listed.contains(&children[0]));
    let seen = values(&manager, "to=2026-02-28").await;
    assert_eq!(measure(&seen, "contacts-by-agency")["whole"]["counted"], 8, "it still counts");

    let looks = api.test.app.access.read_all(before, 10).await.unwrap();
    let facts = String::from_utf8(looks[0].facts.to_vec()).unwrap();
    assert!(facts.contains("\"drill-down\"") && facts.contains(&children[0].to_string()), "{facts}");
    assert!(!facts.contains(&children[2].to_string()), "nobody was shown that one");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_authoritys_manager_drills_down_nowhere() {
    let api = Api::start().await;
    let path = "/api/v1/measures/contacts-by-agency/children";
    let auditor = api.test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let refused = [
        api.served.caller(&api.test.front_door(), "referral-consideration"),
        api.served.caller(&api.test.safeguarding_lead(), "referral-consideration"),
        api.served.caller(&auditor, "audit"),
        api.served.caller(&api.test.team_manager(), "statutory-return"),
    ];
    for caller in refused {
        assert_eq!(caller.get(path).await.problem(403)["code"], "not-permitted");
    }
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    assert_eq!(manager.get(&format!("{path}?authority=380")).await.status, 403, "of another authority");
    assert_eq!(manager.get("/api/v1/measures/values?authority=380").await.status, 403);
    let nurse = api.served.caller(&api.test.emergency_nurse(), "attendance");
    assert_eq!(nurse.get("/api/v1/measures/values").await.status, 403);
    assert_eq!(manager.get("/api/v1/measures/no-such/children").await.status, 422);
    let list = manager.get("/api/v1/measures").await.json();
    assert!(list["measures"].as_array().unwrap().len() > 20);
}
