//! Robin Example becomes Robyn Sample, has a number from the twelfth on, and for two days a date of birth that was another
//! child's. A page of the past says who Robin was then, and nothing of what was taken back.

use serde_json::json;

use crate::partnership::*;

const NUMBER: &str = "9990000018";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_past_says_who_they_were_and_nothing_that_was_taken_back_since() {
    let all = Partnership::start().await;
    let child = all.person("Robin", "Example", "2016-04-02").await;
    Case::referred(&all, child, "2026-03-09").await;
    let says = async |what| {
        let said = json!({ "assertions": [what], "source": { "basis": "document" } });
        entry_of(&done(&all.front_door(), &format!("people/{child}/assertions"), said).await)
    };
    all.it_is("2026-03-11T09:00:00Z");
    let wrong = says(json!({ "birth": "2011-12-24" })).await;
    all.it_is("2026-03-12T09:00:00Z");
    says(json!({ "identifier": { "scheme": "nhs", "value": NUMBER } })).await;
    says(json!({ "name": { "given": "Robyn", "family": "Sample", "use": "usual" } })).await;
    all.it_is("2026-03-13T09:00:00Z");
    let taken_back = json!({ "record": { "person": child }, "reason": "wrong-person" });
    done(&all.call(&all.app.front_door(), KEEPING), &format!("entries/{wrong}/withdrawal"), taken_back).await;
    all.it_is("2026-03-14T09:00:00Z");

    let door = all.call(&all.app.front_door(), WEIGHING);
    let who = async |at: &str| all.sees(&door, &format!("people/{child}{at}")).await;
    let now = who("").await;
    assert_eq!(
        (&now["names"][1]["given"], &now["born"]),
        (&json!("Robyn"), &json!("2016-04-02")),
        "the last, last"
    );
    let story = format!("/children/{child}?for={WEIGHING}");
    assert!(page(&door, &story).await.contains("<h1>Robyn Sample</h1>"));
    let then = who("?as_known_at=2026-03-11T18:00:00Z").await;
    assert_eq!(then["names"], json!([{ "use": "usual", "given": "Robin", "family": "Example" }]));
    assert_eq!((&then["identifiers"], &then["born"]), (&json!([]), &json!("2016-04-02")));
    assert_eq!(then["left_out"], 1, "the other child's date of birth");
    assert!(!then.to_string().contains("2011-12-24"), "{then}");

    let shown = page(&door, &format!("{story}&known=2026-03-11")).await;
    assert!(
        shown.contains("Robin Example") && !shown.contains("Robyn") && !shown.contains("999 000"),
        "{shown}"
    );
    assert!(shown.contains("nor 1 of the statements of who they are"), "{shown}");
    let shown = page(&door, &format!("{story}&known=2026-03-12")).await;
    assert!(shown.contains("Robyn Sample") && shown.contains("999 000 0018"), "{shown}");
    // Whoever may not look back is told nothing of the past, and a nurse sees who the child is today.
    let nurse = all.hospital();
    assert_eq!(
        nurse.get(&format!("/api/v1/people/{child}?as_known_at=2026-03-11T18:00:00Z")).await.status,
        403
    );
    assert_eq!(all.sees(&nurse, &format!("people/{child}")).await["names"][1]["given"], "Robyn");
    all.stop().await;
}
