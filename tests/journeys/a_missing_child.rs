//! Kai Brook does not come back to his foster home. From that minute, whoever asks whatever about him is told so first,
//! and from the minute he is found, no longer.

use domain::ids::PersonId;
use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::partnership::*;

/// The first field of an answer, and what it says.
async fn head(all: &Partnership, caller: &Caller, path: &str) -> (bool, Value) {
    all.settled().await;
    let answer = caller.get(&format!("/api/v1/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    (answer.text().starts_with("{\"missing\""), answer.json()["missing"].clone())
}

/// What is about him, beside his own record.
struct About {
    child: Uuid,
    case: String,
    contact: Uuid,
    alert: String,
}

/// What each of them sees first: the front door on every page, the nurse and the police when they ask.
async fn everybody(all: &Partnership, about: &About, expected: &Value) {
    let About { child, case, contact, alert } = about;
    for page in ["", "/status", "/timeline", "/ties", "/addresses", "/enquiries"] {
        let (is_first, missing) = head(all, &all.front_door(), &format!("people/{child}{page}")).await;
        assert_eq!((is_first, &missing), (!expected.is_null(), expected), "{page}");
    }
    let (is_first, missing) = head(all, &all.front_door(), &format!("cases/{case}")).await;
    assert_eq!((is_first, &missing), (!expected.is_null(), expected), "his case");
    let (is_first, missing) = head(all, &all.auditor(), &format!("people/{child}/looks")).await;
    assert_eq!((is_first, &missing), (!expected.is_null(), expected), "who has looked at him");
    // What may be about several says who it is.
    let mut of_him = expected.clone();
    for missing in of_him.as_array_mut().into_iter().flatten() {
        missing["person"] = json!(child);
    }
    let pages = [
        format!("people/{child}/alerts"),
        format!("alerts/{alert}"),
        "alerts".to_owned(),
        format!("contacts/{contact}"),
        "contacts/undecided".to_owned(),
    ];
    for page in pages {
        let (is_first, missing) = head(all, &all.front_door(), &page).await;
        assert_eq!((is_first, &missing), (!expected.is_null(), &of_him), "{page}");
    }
    let manager = all.call(&all.app.team_manager(), WORKING);
    let (is_first, missing) = head(all, &manager, "measures/referrals/children").await;
    assert_eq!((is_first, &missing), (!expected.is_null(), &of_him), "behind a figure");
    for caller in [all.hospital(), all.police(), all.school(), all.ambulance()] {
        let answer = ask(&caller, json!({ "person": child })).await;
        assert_eq!(&answer["missing"], expected, "{answer}");
        let advice = answer["advice"].as_str().unwrap();
        assert_eq!(advice.starts_with("This child is missing."), !expected.is_null(), "{advice}");
    }
    // Another authority's front door, to whom he may be brought.
    let elsewhere = all.next_door(domain::access::Role::FrontDoor);
    let answer = ask(&all.call(&elsewhere, CHECKING), json!({ "person": child })).await;
    assert_eq!(&answer["missing"], expected, "{answer}");
    let search = json!({ "search": { "given": "Kai", "family": "Brook", "born": "2011-06-30" } });
    for caller in [all.front_door(), all.police()] {
        let found = caller.post("/api/v1/people/search", &search).await;
        assert_eq!(&found.json()["found"][0]["missing"], expected, "{}", found.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_child_is_missing_in_the_first_line_of_every_answer_until_he_is_found() {
    let all = Partnership::start().await;
    let child = all.person("Kai", "Brook", "2011-06-30").await;
    let case = Case::referred(&all, child, "2026-03-02").await.id;
    // Three agencies have told of him, which adds up to an alert.
    let contact = tell(&all.school(), PersonId(child), "neglect").await;
    tell(&all.hospital(), PersonId(child), "unexplained-injury").await;
    tell(&all.police(), PersonId(child), "domestic-abuse").await;
    let alert = all.alerts("open").await.first().map(id).unwrap();
    let about = About { child, case, contact, alert };
    everybody(&all, &about, &Value::Null).await;

    // 22.30: he has not come back. The police write it down at once.
    all.it_is("2026-03-10T22:41:00Z");
    let report = json!({ "from": "care", "occurred": "2026-03-10T22:30:00Z", "source": { "basis": "told" } });
    done(&all.police(), &format!("people/{child}/missing"), report).await;
    let missing = json!([{ "from": "care", "since": "2026-03-10T22:30:00Z" }]);
    everybody(&all, &about, &missing).await;

    // In the morning he is not at school either. It is said beside, and both head every answer.
    all.it_is("2026-03-11T09:30:00Z");
    let absent = json!({ "from": "education", "occurred": "2026-03-11", "source": { "basis": "seen" } });
    done(&all.school(), &format!("people/{child}/missing"), absent).await;
    let both = json!([
        { "from": "care", "since": "2026-03-10T22:30:00Z" },
        { "from": "education", "since": "2026-03-11" },
    ]);
    everybody(&all, &about, &both).await;
    // His record kept to named readers changes nothing of that: whoever may only ring is told it too.
    let restrict = json!({
        "reason": "high-risk", "owner": all.app.team_manager().practitioner().0, "review_on": "2026-06-08"
    });
    let keeper = all.call(&all.app.team_manager(), KEEPING);
    done(&keeper, &format!("people/{child}/restriction"), restrict).await;
    let answer = ask(&all.hospital(), json!({ "person": child })).await;
    assert_eq!((&answer["answer"], &answer["missing"]), (&json!("contact-only"), &both));
    done(&all.call(&all.app.team_manager(), KEEPING), &format!("people/{child}/restriction/lift"), json!({}))
        .await;

    // Found at noon, two streets from the hospital; at school the next day.
    all.it_is("2026-03-11T12:20:00Z");
    let found = |from: &str, at: &str, interview: &str| json!({ "from": from, "occurred": at, "return_interview": interview, "source": { "basis": "seen" } });
    let at_noon = found("care", "2026-03-11T12:05:00Z", "offered");
    done(&all.police(), &format!("people/{child}/found"), at_noon).await;
    everybody(&all, &about, &json!([{ "from": "education", "since": "2026-03-11" }])).await;
    all.it_is("2026-03-12T09:10:00Z");
    done(&all.school(), &format!("people/{child}/found"), found("education", "2026-03-12", "not-due")).await;
    everybody(&all, &about, &Value::Null).await;

    // Whoever looks back to that night sees it first; his story keeps all of it.
    let back = format!("people/{child}/status?as_it_was_at=2026-03-10T23:30:00Z");
    assert_eq!(head(&all, &all.front_door(), &back).await, (true, missing));
    let story = all.story(&all.front_door(), child, "").await;
    assert_eq!(story.iter().filter(|entry| entry["kind"] == "person.missing-reported").count(), 2);
    assert_eq!(story.iter().filter(|entry| entry["kind"] == "person.found").count(), 2);
    all.stop().await;
}
