//! Shay Doyle is sixteen, looked after, and expects a child. She is a child with a record of her own, and somebody in
//! another child's record. Each page shows its own part.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::partnership::*;

/// What a page shows of a contact: the person's parts in it, and the concerns about them.
fn parts(story: &[Value], record: Uuid) -> (Value, Vec<String>) {
    let entry =
        story.iter().find(|entry| entry["record"] == json!(record) && entry["kind"] == "contact.recorded");
    let entry = entry.unwrap_or_else(|| panic!("{record} in {story:?}"));
    let mut codes: Vec<String> = entry["detail"]["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    codes.sort();
    (entry["roles"].clone(), codes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mother_who_is_a_child_herself_has_two_parts_and_each_page_shows_its_own() {
    let all = Partnership::start().await;
    let shay = all.person("Shay", "Doyle", "2009-09-17").await;
    let worker = all.app.social_worker();

    // Given: she is looked after by agreement, and Jo has her case.
    let hers = Case::referred(&all, shay, "2026-02-02").await;
    hers.led_by(&all, &worker, "2026-02-03").await;
    let section20 = json!({ "on": "2026-02-10", "legal_status": "section20" });
    done(&all.manager(), &hers.at("looked-after"), section20).await;
    assert_eq!(all.standing(&all.front_door(), shay, "").await, "looked-after");

    // She expects a child in July. The baby has a record before birth, and a case of its own.
    let baby = all.unborn("Baby", "Doyle", "2026-07-12").await;
    tie(&all.front_door(), shay, "mother", baby).await;
    let babys = Case::referred(&all, baby, "2026-03-02").await;
    assert_eq!(all.standing(&all.front_door(), baby, "").await, "referred");
    assert_eq!(all.standing(&all.front_door(), shay, "").await, "looked-after", "the referral is not hers");

    // The midwife tells of both: Shay harms herself; the baby may be neglected.
    let mut told = contact(shay, "self-harm");
    told["people"] = json!([{ "person": shay, "role": "subject" }, { "person": baby, "role": "subject" }]);
    told["concerns"] =
        json!([{ "kind": "self-harm", "about": [shay] }, { "kind": "unborn-child", "about": [baby] }]);
    let of_both = all.hospital().post("/api/v1/contacts", &told).await.id();
    // A month after, the school tells of Shay as somebody who left the baby's father's little brother alone at night:
    // she is a subject, and she is alleged to have harmed.
    let brother = all.person("Finn", "Price", "2022-01-08").await;
    let mut told = contact(brother, "neglect");
    told["people"] = json!([
        { "person": brother, "role": "subject" },
        { "person": shay, "role": "alleged-to-have-harmed" },
        { "person": shay, "role": "subject" },
    ]);
    told["concerns"] =
        json!([{ "kind": "neglect", "about": [brother] }, { "kind": "emotional-abuse", "about": [shay] }]);
    let of_two_parts = all.school().post("/api/v1/contacts", &told).await.id();

    // Each page has its own part of each.
    let door = all.front_door();
    let (of_shay, of_baby) = (all.story(&door, shay, "").await, all.story(&door, baby, "").await);
    assert_eq!(parts(&of_shay, of_both), (json!(["subject"]), vec!["self-harm".to_owned()]));
    assert_eq!(parts(&of_baby, of_both), (json!(["subject"]), vec!["unborn-child".to_owned()]));
    let both = json!(["subject", "alleged-to-have-harmed"]);
    assert_eq!(parts(&of_shay, of_two_parts), (both, vec!["emotional-abuse".to_owned()]));
    let entry = of_shay.iter().find(|entry| entry["record"] == json!(of_two_parts)).unwrap();
    let roles: Vec<&Value> = entry["detail"]["people"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["person"] == json!(shay))
        .map(|one| &one["role"])
        .collect();
    assert_eq!(roles, ["subject", "alleged-to-have-harmed"], "both her parts are told");
    assert!(of_baby.iter().all(|entry| entry["record"] != json!(of_two_parts)));
    // What is done in the baby's case is on the baby's page, and hers on hers.
    assert!(
        kinds(&of_shay).contains(&"looked-after.started")
            && !kinds(&of_baby).contains(&"looked-after.started")
    );
    assert_eq!(
        of_baby.iter().filter(|entry| entry["record"] == json!(babys.id)).count(),
        2,
        "opened, referred"
    );

    // The baby is on a plan before birth. It is the baby's, and hers is still another.
    babys.on_a_plan(&all, ["2026-03-03", "2026-03-04", "2026-03-09"], &["NEG"]).await;
    let lead = all.app.safeguarding_lead();
    let about_her = ask(&all.call(&lead, WEIGHING), json!({ "person": shay })).await;
    assert_eq!(about_her["status"][0]["standing"], "looked-after");
    assert!(about_her["status"][0]["legal_basis"].as_str().unwrap().contains("section 20"), "{about_her}");
    let about_the_baby = ask(&all.call(&lead, WEIGHING), json!({ "person": baby })).await;
    assert_eq!(about_the_baby["status"][0]["standing"], "child-protection-plan");

    // Jo, who has Shay's case, sees all of hers. The baby is not on Jo's caseload: how the work stands, and no more.
    let jo = all.call(&worker, WORKING);
    let page = all.sees(&jo, &format!("people/{shay}")).await;
    assert_eq!((&page["disclosure"], &page["names"][0]["given"]), (&json!("full"), &json!("Shay")));
    let page = all.sees(&jo, &format!("people/{baby}")).await;
    assert_eq!(page["disclosure"], "progress");
    let seen = all.story(&jo, baby, "").await;
    assert!(!kinds(&seen).contains(&"contact.recorded"), "what was told of the baby is not Jo's to read");
    assert!(kinds(&seen).contains(&"cp-plan.started"));
    // What was told of Shay names the baby to Jo, whom Jo may know of.
    let hers_seen = all.story(&jo, shay, "").await;
    assert_eq!(parts(&hers_seen, of_both).1, ["self-harm"]);

    // The baby is born. Both are children; each has a case at the authority, and Shay is the mother still.
    all.it_is("2026-07-10T08:00:00Z");
    let birth = json!({ "date": "2026-07-09", "source": { "basis": "document" } });
    done(&all.front_door(), &format!("people/{baby}/birth"), birth).await;
    assert_eq!(all.standing(&all.front_door(), baby, "").await, "child-protection-plan");
    assert_eq!(all.standing(&all.front_door(), shay, "").await, "looked-after");
    let ties = all.sees(&all.front_door(), &format!("people/{baby}/ties")).await;
    assert_eq!((&ties["ties"][0]["from"], &ties["ties"][0]["kind"]), (&json!(shay), &json!("mother")));
    all.stop().await;
}
