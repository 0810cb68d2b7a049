//! Where somebody stays is told by how closely it is kept.

use casework::visitor::Visitor;
use domain::access::Role;
use domain::agency::AgencyKind;
use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;
use crate::cases::done;
use crate::forms::Browser;

/// At a house of a postcode of its own: one postcode is one place.
fn lives(class: &str, from: &str, first_line: &str) -> Value {
    let postcode = format!("LS1 {}UR", &first_line[..1]);
    json!({ "address": { "lines": [first_line, "Leeds"], "postcode": postcode, "class": class, "from": from } })
}

async fn classes(caller: &Caller, child: Uuid) -> Vec<String> {
    let read = caller.get(&format!("/api/v1/people/{child}/addresses")).await;
    assert_eq!(read.status, 200, "{}", read.text());
    let addresses = read.json()["addresses"].as_array().unwrap().clone();
    addresses.iter().map(|address| address["class"].as_str().unwrap().to_owned()).collect()
}

/// Whoever has the child's case, once it was referred.
pub async fn worker_of(api: &Api, child: Uuid) -> Visitor {
    let door = api.front_door();
    let referral = json!({ "child": child, "authority": "383", "on": "2026-02-02", "source": "2A" });
    let case = done(&door, "/api/v1/cases", referral).await["id"].as_str().unwrap().to_owned();
    let worker = api.test.social_worker();
    let manager = api.served.caller(&api.test.team_manager(), "allocated-work");
    let allocate = json!({
        "practitioner": worker.practitioner().0, "role": "social-worker", "on": "2026-02-03",
    });
    done(&manager, &format!("/api/v1/cases/{case}/allocations"), allocate).await;
    worker
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refuge_is_told_to_the_child_s_own_worker_and_hidden_from_everybody_else() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let worker = worker_of(&api, child).await;
    let worker = api.served.caller(&worker, "allocated-work");
    let said = json!({
        "assertions": [
            lives("ordinary", "2024-01-01", "1 Example Row"),
            lives("placement", "2025-06-01", "2 Example Row"),
            lives("refuge", "2026-02-01", "3 Example Row"),
        ],
        "source": { "basis": "told" },
    });
    done(&worker, &format!("/api/v1/people/{child}/assertions"), said).await;

    assert_eq!(classes(&worker, child).await, ["refuge", "placement", "ordinary"]);
    assert_eq!(classes(&door, child).await, ["placement", "ordinary"], "the front door rings the worker");
    // Nor whose entry the refuge is, on the page of what happened.
    let entered_by = async |caller: &Caller| {
        let read = caller.get(&format!("/api/v1/people/{child}/timeline")).await.json();
        let entries = read["entries"].as_array().unwrap().clone();
        let given = entries.into_iter().filter(|entry| entry["kind"] == "person.address-recorded");
        given.filter(|entry| entry.get("agency").is_none() && entry.get("practitioner").is_none()).count()
    };
    assert_eq!((entered_by(&door).await, entered_by(&worker).await), (1, 0));
    let health =
        api.test.somebody(Role::HealthVisitor, AgencyKind::HealthVisiting, system_tests::app::SCHOOL);
    let health = api.served.caller(&health, "safeguarding-check");
    let read = health.get(&format!("/api/v1/people/{child}/addresses")).await;
    assert_eq!(read.json()["addresses"], json!([]), "status is told to a partner, no address");
    assert!(!read.text().contains("Example Row"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_withheld_from_people_on_record_and_only_when_it_is_of_that_class() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let father = api.child(&door, "Sample").await;
    let path = format!("/api/v1/people/{child}/assertions");
    let said = |class: &str, from: Value| {
        let mut lives = lives(class, "2026-01-01", "4 Example Row");
        lives["address"]["withheld_from"] = json!([from]);
        lives["address"]["is_communal"] = json!(true);
        json!({ "assertions": [lives], "source": { "basis": "told" } })
    };
    assert_eq!(door.post(&path, &said("ordinary", json!(father))).await.problem(409)["code"], "not-withheld");
    door.post(&path, &said("withheld", json!(uuid::Uuid::from_u128(7)))).await.problem(422);
    done(&door, &path, said("withheld", json!(father))).await;
    let read = door.get(&format!("/api/v1/people/{child}/addresses")).await.json();
    let address = &read["addresses"][0];
    assert_eq!((&address["class"], &address["withheld_from"]), (&json!("withheld"), &json!([father])));
    assert_eq!(address["is_communal"], true);
}

/// What a child's story says of where the child lives; nothing where it does not say.
async fn homes(browser: &Browser, address: &str) -> String {
    let html = browser.get(address).await.text();
    assert!(html.contains("What has happened"), "{html}");
    html.split_once("<h2>Lives or stays at</h2>")
        .map_or_else(String::new, |(_, homes)| homes.split_once("<h2>").unwrap().0.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_s_story_says_where_the_child_lives_today_and_from_whom_that_is_kept() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let (father, aunt) = (api.child(&door, "Sample").await, api.child(&door, "Specimen").await);
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    assert_eq!(keeper.post(&format!("/api/v1/people/{aunt}/restriction"), &restrict).await.status, 200);
    let worker = worker_of(&api, child).await;
    let mut left = lives("ordinary", "2020-01-01", "1 Example Row");
    left["address"]["to"] = json!("2026-01-31");
    let mut withheld = lives("withheld", "2026-02-01", "2 Example Row");
    withheld["address"]["withheld_from"] = json!([father, aunt]);
    withheld["address"]["is_communal"] = json!(true);
    let refuge = lives("refuge", "2026-02-20", "3 Example Row");
    let said = json!({ "assertions": [left, withheld, refuge], "source": { "basis": "told" } });
    let worker_calls = api.served.caller(&worker, "allocated-work");
    done(&worker_calls, &format!("/api/v1/people/{child}/assertions"), said).await;
    api.test.clock.advance(chrono::TimeDelta::hours(2));

    let mine = homes(&Browser::at(&api, &worker), &format!("/children/{child}?for=allocated-work")).await;
    assert!(
        mine.contains("3 Example Row<br>Leeds<br>LS1 3UR") && mine.contains("Give it to nobody"),
        "{mine}"
    );
    assert!(
        mine.contains("2 Example Row") && !mine.contains("1 Example Row"),
        "where the child lives today: {mine}"
    );

    let browser = Browser::front_door(&api);
    let now = format!("/children/{child}?for=referral-consideration");
    let told = homes(&browser, &now).await;
    assert!(told.contains("2 Example Row") && !told.contains("3 Example Row"), "{told}");
    assert!(
        told.contains(
            "Withheld from Robin Sample, and from others whose names you are not told: do not give it"
        ),
        "{told}"
    );
    assert!(told.contains("Withheld address. Communal: others live here too"), "{told}");

    let then = browser.get(&format!("{now}&known=2026-03-10&time=10:00")).await.text();
    assert!(then.contains("As it was known at") && !then.contains("Example Row"), "{then}");
    assert!(!then.contains("Lives or stays at"), "a page of the past says nothing of it: {then}");

    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let told = homes(&school, &now).await;
    assert!(
        told.contains("No address of today that you are told.") && !told.contains("Example Row"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_one_source_calls_ordinary_is_kept_as_closely_as_another_says() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let (father, uncle) = (api.child(&door, "Sample").await, api.child(&door, "Specimen").await);
    let worker = worker_of(&api, child).await;
    let worker_calls = api.served.caller(&worker, "allocated-work");
    let withheld = |from: &[Uuid], line: &str| {
        let mut lives = lives("withheld", "2026-02-01", line);
        lives["address"]["withheld_from"] = json!(from);
        lives
    };
    // The refuge, as a school would write it.
    let mut flat = lives("ordinary", "2026-02-02", "3 Example Row");
    flat["address"]["lines"] = json!(["Flat at Example Row"]);
    let said = json!({
        "assertions": [
            lives("refuge", "2026-02-01", "3 Example Row"),
            flat,
            lives("ordinary", "2026-02-02", "4 Example Row"),
            withheld(&[father], "4 Example Row"),
            withheld(&[uncle], "4 Example Row"),
            lives("placement", "2026-02-03", "5 Example Row"),
            withheld(&[], "5 Example Row"),
            withheld(&[uncle], "5 Example Row"),
        ],
        "source": { "basis": "told" },
    });
    done(&worker_calls, &format!("/api/v1/people/{child}/assertions"), said).await;

    let read = worker_calls.get(&format!("/api/v1/people/{child}/addresses")).await.json();
    for address in read["addresses"].as_array().unwrap() {
        let kept = (address["class"].as_str().unwrap(), &address["withheld_from"]);
        match address["postcode"].as_str().unwrap() {
            "LS1 3UR" => assert_eq!(kept, ("refuge", &Value::Null)),
            "LS1 4UR" => assert_eq!(kept, ("withheld", &json!([father, uncle]))),
            _ => assert_eq!(kept, ("placement", &json!([])), "the whole family, as one source says"),
        }
    }
    let told = classes(&door, child).await;
    assert_eq!((told.len(), told.contains(&"refuge".to_owned())), (6, false), "neither row of the refuge");

    api.test.clock.advance(chrono::TimeDelta::hours(2));
    let mine = homes(&Browser::at(&api, &worker), &format!("/children/{child}?for=allocated-work")).await;
    for (warning, rows) in [
        ("Give it to nobody", 2),
        ("Withheld from Robin Sample, and Robin Specimen: do not give it", 3),
        ("Withheld from the whole family", 3),
    ] {
        assert_eq!(mine.matches(warning).count(), rows, "{warning}: {mine}");
    }
    assert!(!mine.contains("Ordinary address"), "{mine}");
    let told =
        homes(&Browser::front_door(&api), &format!("/children/{child}?for=referral-consideration")).await;
    assert!(!told.contains("LS1 3UR") && !told.contains("Flat at"), "{told}");
    assert_eq!(told.matches("do not give it").count(), 6, "{told}");
}
