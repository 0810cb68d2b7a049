//! Nia Frost is on a plan in Leeds when her family moves to Wakefield. For a while one authority answers for her,
//! another is where she lives, and she goes to school in the first. Whoever asks is told whom to ring, and in which order.

use domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::partnership::*;

/// The authorities to ring, in order, with a number for each that is registered.
fn rung(answer: &Value) -> Vec<String> {
    let doors = answer["responsible"].as_array().unwrap();
    assert!(doors.iter().all(|door| door["in_hours"].is_string()), "{answer}");
    doors.iter().map(|door| door["authority"].as_str().unwrap().to_owned()).collect()
}

async fn owes(all: &Partnership, child: Uuid, duty: &str, authority: &str, from: &str) {
    let said =
        json!({ "duty": duty, "authority": authority, "occurred": from, "source": { "basis": "document" } });
    done(&all.front_door(), &format!("people/{child}/authorities"), said).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_that_moves_is_answered_for_by_one_authority_lives_in_another_and_is_lost_between_neither() {
    let all = Partnership::start().await;
    let child = all.person("Nia", "Frost", "2015-12-01").await;
    let case = Case::referred(&all, child, "2026-02-02").await;
    let plan = case.on_a_plan(&all, ["2026-02-03", "2026-02-04", "2026-02-20"], &["EMO"]).await;
    for duty in ["responsible", "area", "school"] {
        owes(&all, child, duty, "383", "2024-09-01").await;
    }
    let elsewhere = all.next_door(Role::FrontDoor);
    assert_eq!(rung(&ask(&all.hospital(), json!({ "person": child })).await), ["383"]);

    // They move on Friday 20 March. Three facts, of which one changes.
    all.it_is("2026-03-20T16:00:00Z");
    owes(&all, child, "area", "384", "2026-03-20").await;
    let answer = ask(&all.hospital(), json!({ "person": child })).await;
    assert_eq!(rung(&answer), ["383", "384"], "who answers for her first, then where she lives");
    let facts: Vec<(&str, &str)> = answer["authorities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|on| (on["duty"].as_str().unwrap(), on["authority"].as_str().unwrap()))
        .collect();
    assert_eq!(facts, [("responsible", "383"), ("area", "384"), ("school", "383")]);
    // Wakefield's front door sees how she stands, by whom, and nothing of what was told.
    let there = all.call(&elsewhere, CHECKING);
    let status = all.sees(&there, &format!("people/{child}/status")).await;
    assert_eq!(
        (&status["disclosure"], &status["cases"][0]["standing"]),
        (&json!("status"), &json!("child-protection-plan"))
    );
    assert!(status["cases"][0].get("cp_categories").is_none());
    assert!(all.story(&there, child, "").await.is_empty());

    // Leeds sends its notice; Wakefield receives her and holds a conference within fifteen working days.
    all.it_is("2026-03-24T10:00:00Z");
    let notice = json!({
        "child": child, "authority": NEXT_DOOR, "on": "2026-03-23", "source": "6", "transferred_from": "383",
    });
    let received = done(&all.call(&elsewhere, CHECKING), "cases", notice).await;
    let episode = began(&received, "referral.received", "episode");
    let their_case = received["id"].as_str().unwrap().to_owned();
    assert_ne!(their_case, case.id);
    // It is Wakefield's record too from here on, and Wakefield reads all of it.
    let page = all.sees(&all.call(&elsewhere, CHECKING), &format!("people/{child}")).await;
    assert_eq!((&page["disclosure"], &page["names"][0]["given"]), (&json!("full"), &json!("Nia")));
    all.it_is("2026-04-10T15:00:00Z");
    let conference =
        json!({ "episode": episode, "on": "2026-04-10", "decision": { "plan": ["EMO"] }, "missing": [] });
    let chair = all.call(&all.next_door(Role::ConferenceChair), "conference");
    done(&chair, &format!("cases/{their_case}/conferences/transfer-in"), conference).await;

    // For a night both have a plan. Nobody who asks is told less than that.
    let answer = ask(&all.hospital(), json!({ "person": child })).await;
    let standings: Vec<_> = answer["status"]
        .as_array()
        .unwrap()
        .iter()
        .map(|here| (&here["authority"], &here["standing"]))
        .collect();
    assert_eq!(standings.len(), 2);
    assert!(standings.iter().all(|(_, standing)| *standing == "child-protection-plan"), "{answer}");

    // Leeds ends its own, and Wakefield is responsible. The school is still Leeds's.
    all.it_is("2026-04-13T09:00:00Z");
    let end = json!({ "on": "2026-04-10", "reason": "transferred-out" });
    done(&all.manager(), &case.at(&format!("plans/{plan}/end")), end).await;
    owes(&all, child, "responsible", "384", "2026-04-10").await;
    let answer = ask(&all.hospital(), json!({ "person": child })).await;
    assert_eq!(rung(&answer), ["384", "383"]);
    assert_eq!(
        answer["authorities"][2],
        json!({ "duty": "school", "authority": "383", "since": "2024-09-01" })
    );

    // On any day before, the answer was another, and can be had again.
    let on = async |day: &str| {
        let page = format!("people/{child}/status?as_it_was_at={day}");
        let status = all.sees(&all.front_door(), &page).await;
        let responsible = &status["authorities"][0];
        assert_eq!(responsible["duty"], "responsible");
        (responsible["authority"].clone(), status["authorities"][1]["authority"].clone())
    };
    assert_eq!(on("2026-03-19T12:00:00Z").await, (json!("383"), json!("383")));
    assert_eq!(on("2026-03-25T12:00:00Z").await, (json!("383"), json!("384")));
    assert_eq!(on("2026-04-12T12:00:00Z").await, (json!("384"), json!("384")));
    all.stop().await;
}
