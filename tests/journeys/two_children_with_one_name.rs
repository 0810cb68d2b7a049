//! Two girls called Amelia Khan, born two days apart. A section 47 enquiry is written on the wrong one's case; a school
//! is told of it, and an alert is raised for her sister. A day later it is moved to the right one.

use serde_json::json;
use uuid::Uuid;

use crate::partnership::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_on_the_wrong_one_of_two_children_is_moved_and_everyone_sees_what_they_knew_when() {
    let all = Partnership::start().await;
    let elder = all.person("Amelia", "Khan", "2017-05-02").await;
    let younger = all.person("Amelia", "Khan", "2017-05-04").await;
    let sister = all.person("Zara", "Khan", "2019-11-20").await;
    tie(&all.front_door(), elder, "sibling", sister).await;

    // Whoever looks for the younger is shown both, hers as the one that agrees to the day.
    all.settled().await;
    let search = json!({ "search": { "given": "Amelia", "family": "Khan", "born": "2017-05-04" } });
    let found = all.front_door().post("/api/v1/people/search", &search).await.json();
    let found = found["found"].as_array().unwrap();
    let of = |person: Uuid| found.iter().find(|found| found["person"] == json!(person)).unwrap();
    assert_eq!(found[0]["person"], json!(younger), "{found:?}");
    assert!(of(younger)["weight"].as_i64() > of(elder)["weight"].as_i64(), "{found:?}");

    // Both are referred. What was found out about the younger is written on the elder's case.
    let (of_elder, of_younger) =
        (Case::referred(&all, elder, "2026-03-02").await, Case::referred(&all, younger, "2026-03-02").await);
    for case in [&of_elder, &of_younger] {
        case.works(&all, "assessments", json!({ "on": "2026-03-03" })).await;
    }
    let section47 = of_elder.works(&all, "s47s", json!({ "on": "2026-03-09" })).await;
    assert_eq!(all.standing(&all.front_door(), elder, "").await, "section47-enquiry");
    let raised = all.open("brother-or-sister-at-risk").await;
    assert_eq!(
        (raised.len(), &raised[0]["children"]),
        (1, &json!([sister])),
        "her sister is at risk, it seems"
    );

    // The school asks, and is told so; it keeps the reference.
    let lead = all.app.safeguarding_lead();
    let key = [("idempotency-key", "amelia")];
    let told = ask_under(&all.call(&lead, WEIGHING), &key, json!({ "person": elder })).await;
    assert_eq!(told["status"][0]["standing"], "section47-enquiry");

    // A day later the mistake is seen and set right.
    all.it_is("2026-03-11T11:00:00Z");
    let of = |child: Uuid| json!({ "case": { "child": child, "authority": "383" } });
    let order = json!({ "wrong": of(elder), "right": of(younger), "reason": "wrong-person" });
    let keeper = all.call(&all.app.team_manager(), KEEPING);
    done(&keeper, &format!("entries/{}/move", entry_of(&section47)), order).await;

    // It stands on the right page with its own date, and says that it was set right; on the wrong one it does not.
    let door = all.front_door();
    let (on_elder, on_younger) = (all.story(&door, elder, "").await, all.story(&door, younger, "").await);
    assert!(!kinds(&on_elder).contains(&"s47.started"));
    let moved = the_one(&on_younger, "s47.started");
    assert_eq!((&moved["occurred"], &moved["entry"]), (&json!("2026-03-09"), &section47["events"][0]));
    assert_eq!(moved["recorded_at"], "2026-03-10T09:00:00Z", "first written down then");
    assert_eq!(moved["corrected_at"], "2026-03-11T11:00:00Z");
    assert_eq!(all.standing(&door, elder, "").await, "being-assessed");
    assert_eq!(all.standing(&door, younger, "").await, "section47-enquiry");

    // As it was known before: what the school was told was what everyone knew.
    let before = "as_known_at=2026-03-10T18:00:00Z";
    assert!(kinds(&all.story(&door, elder, before).await).contains(&"s47.started"));
    assert!(!kinds(&all.story(&door, younger, before).await).contains(&"s47.started"));
    assert_eq!(all.standing(&door, elder, before).await, "section47-enquiry");
    // As it was, by what is known now: it never was about the elder.
    assert_eq!(all.standing(&door, elder, "as_it_was_at=2026-03-10T18:00:00Z").await, "being-assessed");

    // The first answer, asked again under its key, is what it was; a new one is what is known now.
    let again = ask_under(&all.call(&lead, WEIGHING), &key, json!({ "person": elder })).await;
    assert_eq!((&again["reference"], &again["repeated"]), (&told["reference"], &json!(true)));
    assert_eq!(again["status"][0]["standing"], "section47-enquiry");
    let anew = ask(&all.call(&lead, WEIGHING), json!({ "person": elder })).await;
    assert_eq!(anew["status"][0]["standing"], "being-assessed");
    assert_eq!(anew["previous"][0]["reference"], told["reference"]);

    // The alert rested on it, and is withdrawn; who looks at its page sees that.
    assert!(all.open("brother-or-sister-at-risk").await.is_empty());
    assert_eq!(all.alert(&id(&raised[0])).await["state"], "withdrawn");

    // Who looked at each of them, and who looked back, is on record.
    let looks = all.sees(&all.auditor(), &format!("people/{elder}/looks")).await;
    let looks = looks["looks"].as_array().unwrap();
    let schools: Vec<_> =
        looks.iter().filter(|look| look["practitioner"] == json!(lead.practitioner().0)).collect();
    assert!(schools.len() >= 2 && schools.iter().all(|look| look["action"] == "enquire"), "{schools:?}");
    assert!(looks.iter().any(|look| look["is_replay"] == true && look["action"] == "replay"));
    all.stop().await;
}
