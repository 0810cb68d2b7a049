//! A hospital asks about Leo Ward and is told that nobody knows him. He had been referred ten days before, on paper. The
//! paper is found, and what happened is told late; a conference held in time is written down after its limit.

use domain::access::Role;
use domain::agency::AgencyKind;
use serde_json::json;
use system_tests::app::HOSPITAL;

use crate::partnership::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_late_changes_what_is_known_and_not_what_was_answered_or_first_measured() {
    let all = Partnership::start().await;
    let nurse = all.app.emergency_nurse();
    let leo = json!({ "name-and-birth": { "given": "Leo", "family": "Ward", "born": "2018-08-14" } });
    let key = [("idempotency-key", "leo")];

    // 10 March: nobody knows him.
    let told = ask_under(&all.call(&nurse, "attendance"), &key, leo.clone()).await;
    assert_eq!(told["answer"], "no-trace");
    let hospital = all.app.somebody(Role::SafeguardingLead, AgencyKind::NhsTrust, HOSPITAL);
    let notices = all.sees(&all.call(&hospital, CHECKING), "notices").await;
    assert_eq!(notices["notices"], json!([]), "nothing differs yet");
    assert!(told["advice"].as_str().unwrap().contains("not reassurance"));
    assert_eq!(told["responsible"][0]["authority"], "383", "whom to tell all the same");

    // 17 March: the referral of 27 February is found in a tray, and the strategy discussion of 2 March with it.
    all.it_is("2026-03-17T10:00:00Z");
    let child = all.person("Leo", "Ward", "2018-08-14").await;
    let case = Case::referred(&all, child, "2026-02-27").await;
    let decision = json!({ "episode": case.episode, "on": "2026-02-27", "outcome": "section47" });
    done(&all.manager(), &case.at("decision"), decision).await;
    case.works(&all, "assessments", json!({ "on": "2026-02-27" })).await;
    let begun = case.works(&all, "s47s", json!({ "on": "2026-03-02" })).await;

    // As it was on the tenth he was looked into, as we know by now. As it was known then, there was nobody.
    let door = all.front_door();
    let on_the_tenth = "2026-03-10T12:00:00Z";
    assert_eq!(
        all.standing(&door, child, &format!("as_it_was_at={on_the_tenth}")).await,
        "section47-enquiry"
    );
    assert_eq!(all.standing(&door, child, &format!("as_known_at={on_the_tenth}")).await, "nothing");
    assert!(all.story(&door, child, &format!("as_known_at={on_the_tenth}")).await.is_empty());
    let referral = all.story(&door, child, "").await;
    let referral = the_one(&referral, "referral.received");
    assert_eq!(
        (&referral["occurred"], &referral["recorded_at"]),
        (&json!("2026-02-27"), &json!("2026-03-17T10:00:00Z")),
        "both times are shown"
    );

    // The answer is open again: the hospital's own safeguarding team is told that it would now differ, and no more.
    let notices = all.sees(&all.call(&hospital, CHECKING), "notices").await;
    let [notice] = notices["notices"].as_array().unwrap().as_slice() else { panic!("one: {notices}") };
    assert_eq!((&notice["reference"], &notice["state"]), (&told["reference"], &json!("open")));
    assert!(!notices.to_string().contains(&child.to_string()), "never how: {notices}");
    let school = all.sees(&all.call(&all.app.safeguarding_lead(), CHECKING), "notices").await;
    assert_eq!(school["notices"], json!([]), "nor anybody else");

    // What the hospital was told stays what it was told; whoever asks anew is told what is known.
    let again = ask_under(&all.call(&nurse, "attendance"), &key, leo.clone()).await;
    assert_eq!((&again["answer"], &again["reference"]), (&json!("no-trace"), &told["reference"]));
    let anew = ask(&all.call(&nurse, "attendance"), leo).await;
    assert_eq!((&anew["answer"], &anew["subject"]), (&json!("found"), &json!(child)));
    assert_eq!(anew["status"][0]["standing"], "section47-enquiry");

    // The conference is held on 20 March, in time, and written down on 8 April: its limit was 23 March.
    all.it_is("2026-03-31T10:00:00Z");
    let quarter = "from=2026-01-01&to=2026-04-30";
    let late = all.measured("dates-late-or-changed", quarter).await;
    let before = late["counted"].as_i64().unwrap();
    all.it_is("2026-04-08T10:00:00Z");
    let held = json!({
        "section47": began(&begun, "s47.started", "section47"),
        "on": "2026-03-20",
        "decision": { "plan": ["NEG"] },
    });
    done(&all.chair(), &case.at("conferences/initial"), held).await;
    let door = all.front_door();
    let (march, april) = ("2026-03-24T12:00:00Z", "2026-04-08T12:00:00Z");
    assert_eq!(all.standing(&door, child, &format!("as_known_at={march}")).await, "section47-enquiry");
    assert_eq!(all.standing(&door, child, &format!("as_it_was_at={march}")).await, "child-protection-plan");

    // It counts as first recorded, as held in time, and is listed among the dates that were written down late.
    let conferences = all.measured("conferences-15-working-days", quarter).await;
    assert_eq!((&conferences["counted"], &conferences["among"]), (&json!(1), &json!(1)), "{conferences}");
    let late = all.measured("dates-late-or-changed", quarter).await;
    assert_eq!(late["counted"].as_i64().unwrap(), before + 1, "{late}");
    let behind = format!("measures/dates-late-or-changed/children?{quarter}");
    let behind = all.sees(&all.manager(), &behind).await;
    assert_eq!(behind["children"][0]["child"], json!(child), "{behind}");
    // As known while it was open, it was in neither.
    let then = all.measured("dates-late-or-changed", &format!("{quarter}&as_known_at={march}")).await;
    assert_eq!(then["counted"].as_i64().unwrap(), before, "{then}");

    // Somebody changes the day afterwards: it stays measured as it was first recorded.
    all.it_is("2026-04-09T09:00:00Z");
    let story = all.story(&all.front_door(), child, "").await;
    let conference = the_one(&story, "conference.held")["entry"].as_str().unwrap().to_owned();
    let amend = json!({ "record": { "case": case.id }, "reason": "mistake", "occurred": "2026-03-26" });
    let keeper = all.call(&all.app.team_manager(), KEEPING);
    done(&keeper, &format!("entries/{conference}/amendment"), amend).await;
    let conferences = all.measured("conferences-15-working-days", quarter).await;
    assert_eq!((&conferences["counted"], &conferences["among"]), (&json!(1), &json!(1)), "{conferences}");
    let story = all.story(&all.front_door(), child, &format!("as_known_at={april}")).await;
    assert_eq!(the_one(&story, "conference.held")["occurred"], "2026-03-20");
    all.stop().await;
}
