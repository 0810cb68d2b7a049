//! Easter 2026. Mia and Theo Lang are taken into police protection on Thursday night. The offices open on Tuesday; the
//! law counts hours. A court makes an order for Mia; Theo's mother agrees that he stays with foster carers.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::partnership::*;

/// How a child stands at this moment: the standing, and the power with its end.
async fn stands(all: &Partnership, child: Uuid) -> (String, Value) {
    let status = all.sees(&all.front_door(), &format!("people/{child}/status")).await;
    let here = &status["cases"][0];
    (here["standing"].as_str().unwrap().to_owned(), here["emergency"]["until"].clone())
}

fn as_told(standing: &str, until: &str) -> (String, Value) {
    (standing.to_owned(), if until.is_empty() { Value::Null } else { json!(until) })
}

#[tokio::test(flavor = "multi_thread")]
async fn powers_over_a_bank_holiday_weekend_end_by_the_clock_and_steps_by_working_days() {
    let all = Partnership::start().await;
    let (mia, theo) =
        (all.person("Mia", "Lang", "2016-10-01").await, all.person("Theo", "Lang", "2019-03-12").await);
    tie(&all.front_door(), mia, "sibling", theo).await;

    // Thursday 2 April, 22.00 in England: the front door's duty team writes down what a constable did.
    all.it_is("2026-04-02T21:20:00Z");
    let mut cases = Vec::new();
    for child in [mia, theo] {
        let case = Case::referred(&all, child, "2026-04-02").await;
        let taken = json!({ "on": "2026-04-02T21:00:00Z" });
        done(&all.police(), &case.at("police-protection"), taken).await;
        assert_eq!(stands(&all, child).await, as_told("police-protection", "2026-04-05T21:00:00Z"));
        cases.push(case);
    }
    let (of_mia, of_theo) = (&cases[0], &cases[1]);
    // The referral is to be decided within a working day: of four days none is one.
    let status = all.sees(&all.front_door(), &format!("people/{mia}/status")).await;
    let due = |step: &str| {
        status["cases"][0]["due"].as_array().unwrap().iter().find(|due| due["step"] == step).cloned()
    };
    assert_eq!(due("decide-referral").unwrap()["by"], "2026-04-07", "{status}");
    assert_eq!(due("emergency-ends").unwrap()["at"], "2026-04-05T21:00:00Z");
    // A grandmother wants to take them home; the ward asks at two in the morning, and is told that she may not.
    all.it_is("2026-04-03T01:00:00Z");
    let answer = ask(&all.hospital(), json!({ "person": theo })).await;
    assert_eq!(answer["status"][0]["emergency"]["power"], "police-protection");
    assert!(answer["status"][0]["legal_basis"].as_str().unwrap().contains("section 46"));

    // Saturday: a court makes an order for Mia until Friday noon. It goes before the constable's.
    all.it_is("2026-04-04T11:00:00Z");
    let order = json!({ "on": "2026-04-04T10:30:00Z", "until": "2026-04-10T11:00:00Z" });
    let granted = done(&all.front_door(), &of_mia.at("emergency-orders"), order).await;
    assert_eq!(stands(&all, mia).await, as_told("emergency-protection-order", "2026-04-10T11:00:00Z"));
    assert_eq!(stands(&all, theo).await, as_told("police-protection", "2026-04-05T21:00:00Z"));

    // Sunday night: 72 hours are over. Nobody writes anything; Theo is not in police protection any more.
    all.it_is("2026-04-05T20:59:59Z");
    assert_eq!(stands(&all, theo).await.0, "police-protection");
    all.it_is("2026-04-05T21:00:00Z");
    assert_eq!(stands(&all, theo).await, as_told("referred", ""));
    assert_eq!(stands(&all, mia).await.0, "emergency-protection-order");
    assert_eq!(ask(&all.hospital(), json!({ "person": theo })).await["status"][0]["standing"], "referred");

    // Tuesday: their mother agrees that he stays where he is (section 20). No court, and no end stated.
    all.it_is("2026-04-07T09:30:00Z");
    let section20 = json!({ "on": "2026-04-07", "legal_status": "section20" });
    let accommodated = done(&all.manager(), &of_theo.at("looked-after"), section20).await;
    let status = all.sees(&all.front_door(), &format!("people/{theo}/status")).await;
    let here = &status["cases"][0];
    assert_eq!((&here["standing"], &here["legal_status"]), (&json!("looked-after"), &json!("section20")));
    assert_eq!(here["legal_status_until"], Value::Null);

    // Friday: the court extends Mia's order, once.
    all.it_is("2026-04-10T10:00:00Z");
    let extension = json!({ "on": "2026-04-10T09:45:00Z", "until": "2026-04-15T11:00:00Z" });
    let epo = began(&granted, "emergency-order.granted", "order");
    let path = of_mia.at(&format!("emergency-orders/{epo}/extension"));
    done(&all.front_door(), &path, extension.clone()).await;
    assert_eq!(stands(&all, mia).await, as_told("emergency-protection-order", "2026-04-15T11:00:00Z"));
    let twice = all.front_door().post(&format!("/api/v1/{path}"), &extension).await;
    assert_eq!(twice.status, 409, "{}", twice.text());

    // 15 April: an interim care order (section 38), with its last day.
    all.it_is("2026-04-15T10:30:00Z");
    let interim = json!({ "on": "2026-04-15", "legal_status": "interim-care-order", "until": "2026-06-09" });
    let looked_after = done(&all.manager(), &of_mia.at("looked-after"), interim).await;
    let ended = json!({ "on": "2026-04-15T10:30:00Z", "reason": "interim-care-order" });
    done(&all.front_door(), &of_mia.at(&format!("emergency-orders/{epo}/end")), ended).await;
    assert_eq!(stands(&all, mia).await, as_told("looked-after", ""));
    let answer = ask(&all.school(), json!({ "person": mia })).await;
    assert!(answer["status"][0]["legal_basis"].as_str().unwrap().contains("section 38"), "{answer}");

    // Its last day passes and nothing is on record: she is still looked after, and that it lapsed is said.
    all.it_is("2026-06-10T09:00:00Z");
    let status = all.sees(&all.front_door(), &format!("people/{mia}/status")).await;
    assert_eq!(status["cases"][0]["standing"], "looked-after", "{status}");
    assert_eq!(status["cases"][0]["legal_status_until"], "2026-06-09");

    // The care orders (section 31) were made the day before; they come late, and say so.
    for (case, begun) in [(of_mia, &looked_after), (of_theo, &accommodated)] {
        let period = began(begun, "looked-after.started", "looked_after");
        let order = json!({ "on": "2026-06-09", "legal_status": "care-order" });
        done(&all.manager(), &case.at(&format!("looked-after/{period}/legal-status")), order).await;
    }
    for child in [mia, theo] {
        let answer = ask(&all.school(), json!({ "person": child })).await;
        assert!(answer["status"][0]["legal_basis"].as_str().unwrap().contains("section 31"), "{answer}");
    }

    // Any moment of it can be asked for again.
    let at = async |child: Uuid, moment: &str| {
        all.standing(&all.front_door(), child, &format!("as_it_was_at={moment}")).await
    };
    assert_eq!(at(mia, "2026-04-03T12:00:00Z").await, "police-protection");
    assert_eq!(at(mia, "2026-04-12T12:00:00Z").await, "emergency-protection-order");
    assert_eq!(at(theo, "2026-04-05T20:59:59Z").await, "police-protection");
    assert_eq!(at(theo, "2026-04-06T12:00:00Z").await, "referred");
    all.stop().await;
}
