//! Ella Bright is looked after. An uncle wants to fetch her from the emergency department at night; by what law she is
//! looked after says whether he may, and the nurse is told it, though nothing else of how the work stands.

use serde_json::{Value, json};
use system_tests::app::HOSPITAL;

use crate::partnership::*;
use crate::past::OF_PROGRESS;

fn says(answer: &Value, name: &str) -> String {
    answer["status"][0][name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_that_a_child_is_looked_after_is_told_by_what_law() {
    let all = Partnership::start().await;
    let ella = all.person("Ella", "Bright", "2016-10-01").await;
    let case = Case::referred(&all, ella, "2026-02-02").await;

    // Not looked after: the law is that of the referral, and nobody is kept from anything.
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert_eq!(answer["disclosed"], "status");
    assert!(says(&answer, "legal_basis").contains("section 17"), "{answer}");
    assert!(answer["status"][0].get("who_may_not_take_away").is_none(), "{answer}");

    ask(&all.school(), json!({ "person": ella })).await;

    // By agreement: section 20. No law keeps a parent from taking her home.
    let section20 = json!({ "on": "2026-02-10", "legal_status": "section20" });
    let period = began(
        &done(&all.manager(), &case.at("looked-after"), section20).await,
        "looked-after.started",
        "looked_after",
    );
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert!(says(&answer, "legal_basis").contains("section 20"), "{answer}");
    assert!(answer["status"][0].get("who_may_not_take_away").is_none(), "{answer}");

    // An interim care order with its last day, and a care order: 38 and 31.
    all.it_is("2026-03-12T02:00:00Z");
    let legal_status = case.at(&format!("looked-after/{period}/legal-status"));
    let interim = json!({ "on": "2026-03-11", "legal_status": "interim-care-order", "until": "2026-05-06" });
    done(&all.manager(), &legal_status, interim).await;
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert!(says(&answer, "legal_basis").contains("section 38"), "{answer}");
    assert_eq!(says(&answer, "legal_basis_until"), "2026-05-06");
    assert!(says(&answer, "who_may_not_take_away").contains("section 49"), "{answer}");
    // The same on her page, and nothing of how the work stands with it.
    let status = all.sees(&all.hospital(), &format!("people/{ella}/status")).await;
    let here = &status["cases"][0];
    assert_eq!(
        (&status["disclosure"], &here["legal_status"]),
        (&json!("status"), &json!("interim-care-order"))
    );
    for name in OF_PROGRESS {
        assert!(
            here.get(name).is_none() && answer["status"][0].get(name).is_none(),
            "{name}: {status} {answer}"
        );
    }
    let previous = answer["previous"].as_array().unwrap();
    let own = json!(HOSPITAL);
    assert!(
        previous.iter().all(|made| made["asked_by"] == own),
        "the hospital's own, not the school's: {answer}"
    );

    // The order's last day passes with nothing in its place: that is said, and nobody is said to be kept from anything.
    all.it_is("2026-05-07T02:00:00Z");
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert_eq!(answer["status"][0]["legal_basis_has_lapsed"], true, "{answer}");
    assert!(answer["status"][0].get("who_may_not_take_away").is_none(), "{answer}");
    let care_order = json!({ "on": "2026-05-07", "legal_status": "care-order" });
    done(&all.manager(), &legal_status, care_order).await;
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert!(says(&answer, "legal_basis").contains("section 31"), "{answer}");
    assert_eq!(answer["status"][0]["legal_basis_has_lapsed"], false);

    // Police take her from where she was found into protection: both laws hold, and the care order for longer.
    let protection = case.at("police-protection");
    done(&all.police(), &protection, json!({ "on": "2026-05-07T02:00:00Z" })).await;
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert_eq!(answer["status"][0]["standing"], "police-protection", "{answer}");
    for law in ["section 46", "section 31"] {
        assert!(says(&answer, "legal_basis").contains(law), "{answer}");
    }
    assert!(says(&answer, "who_may_not_take_away").contains("without the authority’s agreement"), "{answer}");

    // Kept to named readers: whom to ring, and no law.
    let keeper = all.call(&all.app.team_manager(), KEEPING);
    let restriction = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    done(&keeper, &format!("people/{ella}/restriction"), restriction).await;
    let answer = ask(&all.hospital(), json!({ "person": ella })).await;
    assert_eq!((&answer["answer"], &answer["status"]), (&json!("contact-only"), &json!([])), "{answer}");
    assert!(!answer.to_string().contains("section 31"), "{answer}");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_order_and_an_emergency_power_the_one_that_holds_longer_says_who_may_not_take_the_child_away() {
    let all = Partnership::start().await;
    let noah = all.person("Noah", "Bright", "2018-05-11").await;
    let case = Case::referred(&all, noah, "2026-02-02").await;
    let interim = json!({ "on": "2026-02-10", "legal_status": "interim-care-order", "until": "2026-03-12" });
    done(&all.manager(), &case.at("looked-after"), interim).await;
    // Until the end of 12 March the one, until the evening of the 13th the other.
    all.it_is("2026-03-10T20:30:00Z");
    done(&all.police(), &case.at("police-protection"), json!({ "on": "2026-03-10T20:00:00Z" })).await;
    let answer = ask(&all.hospital(), json!({ "person": noah })).await;
    for law in ["section 46", "section 38"] {
        assert!(says(&answer, "legal_basis").contains(law), "{answer}");
    }
    assert!(says(&answer, "who_may_not_take_away").contains("while it holds"), "{answer}");
    assert_eq!(says(&answer, "legal_basis_until"), "2026-03-12");
    // By agreement, no law but the constable's keeps anybody from taking him home.
    let ivy = all.person("Ivy", "Bright", "2020-01-19").await;
    let case = Case::referred(&all, ivy, "2026-02-02").await;
    let agreed = json!({ "on": "2026-02-10", "legal_status": "section20" });
    done(&all.manager(), &case.at("looked-after"), agreed).await;
    done(&all.police(), &case.at("police-protection"), json!({ "on": "2026-03-10T20:00:00Z" })).await;
    let answer = ask(&all.hospital(), json!({ "person": ivy })).await;
    assert!(says(&answer, "legal_basis").contains("section 20"), "{answer}");
    assert!(says(&answer, "who_may_not_take_away").contains("while it holds"), "{answer}");
    all.stop().await;
}
