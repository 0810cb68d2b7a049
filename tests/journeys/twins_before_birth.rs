//! Tess Rowe expects twins in May. Each has a record, a case and a plan before birth; they are born a day apart.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::partnership::*;

#[tokio::test(flavor = "multi_thread")]
async fn unborn_twins_have_a_plan_each_that_is_neither_their_mothers_nor_ended_by_birth() {
    let all = Partnership::start().await;
    let mother = all.person("Tess", "Rowe", "1998-05-05").await;
    let first = all.unborn("Twin 1", "Rowe", "2026-05-01").await;
    let second = all.unborn("Twin 2", "Rowe", "2026-05-01").await;
    for twin in [first, second] {
        tie(&all.front_door(), mother, "mother", twin).await;
    }

    // One midwife tells of both, once. It is one contact on two pages.
    let mut told = contact(first, "unborn-child");
    told["people"] = json!([
        { "person": first, "role": "subject", "age": 0 },
        { "person": second, "role": "subject", "age": 0 },
        { "person": mother, "role": "present" },
    ]);
    let told = all.hospital().post("/api/v1/contacts", &told).await.id();
    for twin in [first, second] {
        let story = all.story(&all.front_door(), twin, "").await;
        assert_eq!(the_one(&story, "contact.recorded")["record"], json!(told));
    }

    // Each is referred and has a plan of its own.
    let mut plans = Vec::new();
    for twin in [first, second] {
        let case = Case::referred(&all, twin, "2026-02-02").await;
        plans.push(case.on_a_plan(&all, ["2026-02-03", "2026-02-04", "2026-02-20"], &["NEG"]).await);
    }
    assert_ne!(plans[0], plans[1]);
    assert_eq!(all.measured("plans-by-age", "to=2026-03-31").await["counted"], json!(2));
    let standing = async |person: Uuid| all.standing(&all.front_door(), person, "").await;
    assert_eq!(
        (standing(first).await, standing(second).await, standing(mother).await),
        ("child-protection-plan".to_owned(), "child-protection-plan".to_owned(), "nothing".to_owned())
    );
    // A hospital where she gives birth asks about her, and by her about nobody else; about each child it is told.
    let about_her = ask(&all.hospital(), json!({ "person": mother })).await;
    assert_eq!(about_her["status"], json!([]));
    assert_eq!(
        ask(&all.hospital(), json!({ "person": second })).await["status"][0]["standing"],
        "child-protection-plan"
    );

    // No number, no school and no age before birth.
    let number = |value: &str| {
        json!({
            "assertions": [{ "identifier": { "scheme": "nhs", "value": value } }],
            "source": { "basis": "document" },
        })
    };
    let refused =
        all.front_door().post(&format!("/api/v1/people/{first}/assertions"), &number("9991000011")).await;
    assert_eq!(refused.problem(409)["code"], "unborn-has-no-number");
    let school = json!({ "duty": "school", "authority": "383", "source": { "basis": "told" } });
    let refused = all.front_door().post(&format!("/api/v1/people/{first}/authorities"), &school).await;
    assert_eq!(refused.problem(409)["code"], "unborn-has-no-school");

    // Twin 1 is born before midnight on 27 April, twin 2 after it.
    all.it_is("2026-04-28T07:00:00Z");
    for (twin, day, value) in [(first, "2026-04-27", "9991000011"), (second, "2026-04-28", "9991000038")] {
        let birth = json!({ "date": day, "source": { "basis": "document" } });
        done(&all.front_door(), &format!("people/{twin}/birth"), birth).await;
        done(&all.front_door(), &format!("people/{twin}/assertions"), number(value)).await;
        let page = all.sees(&all.front_door(), &format!("people/{twin}")).await;
        let births = page["births"].as_array().unwrap();
        assert!(births.iter().any(|birth| birth["born"] == day), "{page}");
        assert_eq!((&page["born"], &page["is_birth_disputed"]), (&json!(day), &json!(false)), "{page}");
        assert_eq!(page["kind"], "born", "{page}");
        assert_eq!(all.standing(&all.front_door(), twin, "").await, "child-protection-plan", "it goes on");
    }
    // Asked for by their numbers, each is found: twins are two people.
    let by = |value: &str| json!({ "nhs-number": value });
    let (one, other) =
        (ask(&all.hospital(), by("9991000011")).await, ask(&all.hospital(), by("9991000038")).await);
    assert_eq!((&one["subject"], &other["subject"]), (&json!(first), &json!(second)));
    // Whoever looks back before the birth sees the plan, and no birth.
    let before = all.story(&all.front_door(), first, "as_known_at=2026-04-01T00:00:00Z").await;
    assert!(kinds(&before).contains(&"cp-plan.started") && !kinds(&before).contains(&"person.born"));

    // A review ends the plan of one of them. The other's runs on.
    all.it_is("2026-05-19T15:00:00Z");
    let case =
        all.sees(&all.front_door(), &format!("people/{first}/status")).await["cases"][0]["case"].clone();
    let review = json!({ "plan": plans[0], "on": "2026-05-19", "decision": "end", "missing": [] });
    let held = all
        .chair()
        .post(&format!("/api/v1/cases/{}/conferences/review", case.as_str().unwrap()), &review)
        .await;
    assert_eq!(held.status, 200, "{}", held.text());
    let after =
        (all.standing(&all.front_door(), first, "").await, all.standing(&all.front_door(), second, "").await);
    assert_ne!(after.0, "child-protection-plan");
    assert_eq!(after.1, "child-protection-plan");
    let none: &[Value] = &[];
    assert_ne!(all.story(&all.front_door(), second, "").await, none);
    all.stop().await;
}
