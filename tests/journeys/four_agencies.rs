//! A boy falls down the stairs in a quarrel of his parents. The school, the hospital, the police and the ambulance tell
//! of it, each by itself. The front door sees one event.

use domain::ids::PersonId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::partnership::*;

const MONTH: &str = "from=2026-03-01&to=2026-03-31";

async fn counts(all: &Partnership) -> (Value, Value) {
    let contacts = all.measured("contacts-by-agency", MONTH).await["counted"].clone();
    (contacts, all.measured("incidents", MONTH).await["counted"].clone())
}

/// The queue of the front door as it is: which incident each contact tells of.
async fn incidents(all: &Partnership) -> Vec<Value> {
    let waiting = all.sees(&all.front_door(), "contacts/undecided").await;
    let waiting = waiting["contacts"].as_array().unwrap();
    waiting.iter().map(|contact| contact["incident"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_four_agencies_tell_of_one_night_is_one_incident_until_one_of_them_is_parted_from_it() {
    let all = Partnership::start().await;
    let child = all.person("Ezra", "Holt", "2018-02-03").await;
    let mut told: Vec<Uuid> = Vec::new();
    for (caller, at, received) in [
        (all.ambulance(), "2026-03-09T22:10:00Z", "2026-03-10T09:01:00Z"),
        (all.police(), "2026-03-09T22:25:00Z", "2026-03-10T09:02:00Z"),
        (all.hospital(), "2026-03-09T23:40:00Z", "2026-03-10T09:03:00Z"),
        (all.school(), "2026-03-10T08:50:00Z", "2026-03-10T09:04:00Z"),
    ] {
        all.it_is(received);
        let mut body = contact(child, "domestic-abuse");
        body["occurred"] = json!(at);
        told.push(caller.post("/api/v1/contacts", &body).await.id());
    }

    // Before anybody has looked at them they are four, and four in a night raise an alert.
    assert_eq!(counts(&all).await, (json!(4), json!(4)));
    assert_eq!(incidents(&all).await, told.iter().map(|id| json!(id)).collect::<Vec<_>>());
    let raised = all.open("three-incidents").await;
    assert_eq!((raised.len(), &raised[0]["incidents"]), (1, &json!(4)));

    // The front door joins them to the one that told of it first. What was raised is taken back.
    for later in &told[1..] {
        let join = json!({ "incident": told[0] });
        done(&all.front_door(), &format!("contacts/{later}/incident"), join).await;
    }
    assert_eq!(incidents(&all).await, vec![json!(told[0]); 4]);
    assert_eq!(counts(&all).await, (json!(4), json!(1)), "four contacts, one incident");
    assert!(all.open("three-incidents").await.is_empty());
    assert_eq!(all.alert(&id(&raised[0])).await["state"], "withdrawn");
    // On the child's page all four are to be seen, and that they were joined.
    let story = all.story(&all.front_door(), child, "").await;
    assert_eq!(story.iter().filter(|entry| entry["kind"] == "contact.recorded").count(), 4);
    let joined = story.iter().filter(|entry| entry["kind"] == "contact.joined");
    assert!(joined.clone().all(|entry| entry["detail"]["subject"] == json!(told[0])));
    assert_eq!(joined.count(), 3);
    // Each agency sees what it told, and that it was heard; not what the others told.
    let listed = all.sees(&all.school(), "contacts/told").await;
    assert_eq!(listed["contacts"].as_array().unwrap().len(), 1);
    assert_eq!(listed["contacts"][0]["contact"], json!(told[3]));
    all.sees_nothing(&all.school(), &format!("contacts/{}", told[1])).await;

    // Another day a different thing is told: the second incident, of three that an alert would need.
    all.a_week_passes();
    tell(&all.school(), PersonId(child), "neglect").await;
    assert!(all.open("three-incidents").await.is_empty());
    assert_eq!(counts(&all).await, (json!(5), json!(2)));

    // What the school told was of the morning, not of the night: it is parted, and counts by itself.
    done(&all.front_door(), &format!("contacts/{}/incident/parting", told[3]), json!({})).await;
    assert_eq!(counts(&all).await, (json!(5), json!(3)));
    let open = all.open("three-incidents").await;
    assert_eq!((open.len(), &open[0]["incidents"]), (1, &json!(3)), "{open:?}");
    assert_eq!(entries(&all.alert(&id(&open[0])).await), 5);
    // What was known a week ago is still told as one.
    let then = all.measured("incidents", &format!("{MONTH}&as_known_at=2026-03-12T00:00:00Z")).await;
    assert_eq!(then["counted"], json!(1), "{then}");
    all.stop().await;
}
