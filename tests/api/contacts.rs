//! From a contact to a timeline, an enquiry and back in time.

use serde_json::json;
use uuid::Uuid;

use crate::{Api, Caller, contact};

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_recorded_is_on_the_timeline_at_once() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let recorded = caller.post("/api/v1/contacts", &contact(child, "Often hungry at school.")).await;
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let id = recorded.id();
    assert_eq!(recorded.header("location"), Some(format!("/api/v1/contacts/{id}").as_str()));
    assert_eq!(recorded.header("etag"), Some("\"1\""));
    let position = recorded.json()["position"].as_str().unwrap().to_owned();
    let timeline = caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await;
    assert_eq!(timeline.status, 200, "{}", timeline.text());
    let timeline = timeline.json();
    assert_eq!(timeline["entries"][0]["kind"], "contact.recorded");
    assert_eq!(timeline["entries"][0]["record"], id.to_string());
    assert_eq!(timeline["entries"][0]["detail"]["codes"], json!(["neglect"]));
    let read = caller.get(&format!("/api/v1/contacts/{id}")).await;
    assert_eq!(read.json()["account"], "Often hungry at school.");
    api.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_reads_what_it_told_itself_and_not_what_others_told() {
    let api = Api::start().await;
    let door = api.front_door();
    let school = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    let nurse = api.served.caller(&api.test.emergency_nurse(), "attendance");
    for opener in [&door, &school] {
        reads_its_own(&api, opener, &school, &nurse).await;
    }
}

/// Whoever opened the child's record.
async fn reads_its_own(api: &Api, opener: &Caller, school: &Caller, nurse: &Caller) {
    let door = api.front_door();
    let child = api.child(opener, "Example").await;
    let ours = school.post("/api/v1/contacts", &contact(child, "Often hungry at school.")).await;
    let theirs = nurse.post("/api/v1/contacts", &contact(child, "A bruise nobody explains.")).await;
    assert_eq!((ours.status, theirs.status), (201, 201), "{} {}", ours.text(), theirs.text());
    let read = school.get(&format!("/api/v1/contacts/{}", ours.id())).await;
    assert_eq!(read.status, 200, "{}", read.text());
    assert_eq!(read.json()["account"], "Often hungry at school.");
    school.get(&format!("/api/v1/contacts/{}", theirs.id())).await.problem(404);
    assert_eq!(door.get(&format!("/api/v1/contacts/{}", theirs.id())).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_waits_at_the_front_door_until_it_is_decided_and_whoever_told_it_sees_the_outcome() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let school = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    let nurse = api.served.caller(&api.test.emergency_nurse(), "referral-consideration");
    let id = school.post("/api/v1/contacts", &contact(child, "Often hungry at school.")).await.id();
    let waiting = async || door.get("/api/v1/contacts/undecided").await.json()["contacts"].clone();
    let listed = waiting().await;
    assert_eq!((&listed[0]["contact"], &listed[0]["incident"]), (&json!(id), &json!(id)));
    assert_eq!(listed[0]["subjects"], json!([child]));
    assert!(!listed.to_string().contains("hungry"), "codes only");
    let decision = json!({ "outcome": "advice", "reason": "School to visit." });
    let decided = door.post(&format!("/api/v1/contacts/{id}/decision"), &decision).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(waiting().await, json!([]));
    let told = school.get("/api/v1/contacts/told").await.json();
    assert_eq!(told["contacts"][0]["outcome"], "advice");
    assert_eq!(
        nurse.get("/api/v1/contacts/told").await.json()["contacts"],
        json!([]),
        "not another agency's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_danger_first_and_says_when_there_is_more_and_what_is_hidden_takes_nobodys_place() {
    let api = Api::start().await;
    let door = api.front_door();
    let hidden = api.child(&door, "Example").await;
    for _ in 0..200 {
        let told = door.post("/api/v1/contacts", &contact(hidden, "Often hungry at school.")).await;
        assert_eq!(told.status, 201, "{}", told.text());
    }
    api.test.clock.advance(chrono::TimeDelta::days(1));
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let mut of_last_month = contact(child, "Seen with a bruise last month.");
    of_last_month["occurred"] = json!("2026-02-01");
    let concern = door.post("/api/v1/contacts", &of_last_month).await.id();
    api.test.clock.advance(chrono::TimeDelta::minutes(1));
    let mut danger = contact(child, "Shut out in the snow.");
    danger["significance"] = json!("immediate-danger");
    let danger = door.post("/api/v1/contacts", &danger).await.id();

    let listed = door.get("/api/v1/contacts/undecided").await.json();
    let contacts = listed["contacts"].as_array().unwrap();
    assert_eq!((contacts.len(), &listed["are_more"]), (200, &json!(true)));
    assert_eq!(contacts[0]["contact"], json!(danger), "though told last");
    assert!(!contacts.iter().any(|listed| listed["contact"] == json!(concern)), "it waits behind the others");
    let told = door.get("/api/v1/contacts/told").await.json();
    assert_eq!((&told["contacts"][0]["contact"], &told["are_more"]), (&json!(danger), &json!(true)));

    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({
        "reason": "relative-of-staff", "owner": Uuid::from_u128(0xdead), "readers": [], "review_on": "2026-06-08",
    });
    let restricted = keeper.post(&format!("/api/v1/people/{hidden}/restriction"), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    let listed = door.get("/api/v1/contacts/undecided").await.json();
    let contacts = listed["contacts"].as_array().unwrap();
    let order: Vec<_> = contacts.iter().map(|listed| listed["contact"].clone()).collect();
    assert_eq!((order, &listed["are_more"]), (vec![json!(danger), json!(concern)], &json!(false)));
    assert_eq!(contacts[1]["occurred"], "2026-02-01");
    let received: chrono::NaiveDate = contacts[1]["recorded_at"].as_str().unwrap()[..10].parse().unwrap();
    let by: chrono::NaiveDate = contacts[1]["decide_by"].as_str().unwrap().parse().unwrap();
    assert!(by > received, "a working day from when it was told, not from when it happened");
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_about_one_event_are_listed_under_one_incident() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let first = door.post("/api/v1/contacts", &contact(child, "Shouting at night.")).await.id();
    let second = door.post("/api/v1/contacts", &contact(child, "Called to the house.")).await.id();
    let join = json!({ "incident": first });
    let joined = door.post(&format!("/api/v1/contacts/{second}/incident"), &join).await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    let listed = door.get("/api/v1/contacts/undecided").await.json();
    let incidents: Vec<_> =
        listed["contacts"].as_array().unwrap().iter().map(|listed| listed["incident"].clone()).collect();
    assert_eq!(incidents, [json!(first), json!(first)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_twice_is_carried_out_once_and_other_content_is_refused() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let key = [("idempotency-key", "call-4711")];
    let first = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen alone.")).await;
    let again = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen alone.")).await;
    assert_eq!((first.status, again.status), (201, 200), "{}", again.text());
    assert_eq!(first.id(), again.id());
    assert_eq!(again.json()["repeated"], true);
    assert_eq!(first.json()["events"], again.json()["events"]);
    let other = caller.post_with("/api/v1/contacts", &key, &contact(child, "Something else.")).await;
    assert_eq!(other.problem(409)["code"], "idempotency-conflict");
    let ask = json!({ "search": { "person": child }, "reason": "At the door." });
    let another_kind = caller.post_with("/api/v1/enquiries", &key, &ask).await;
    assert_eq!(another_kind.problem(409)["code"], "idempotency-conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_is_answered_with_a_receipt_and_is_on_record() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let ask = json!({
        "search": { "name-and-birth": { "given": "robin", "family": "EXAMPLE", "born": "2016-04-02" } },
        "reason": "At the department with a broken arm.",
    });
    let answered = caller.post("/api/v1/enquiries", &ask).await;
    assert_eq!(answered.status, 201, "{}", answered.text());
    let answer = &answered.json()["answers"][0];
    assert_eq!(answer["subject"], child.to_string());
    assert_eq!(answer["reference"].as_str().unwrap().len(), 11);
    let none = json!({ "search": { "nhs-number": "999 000 0018" }, "reason": "At the department." });
    let none = caller.post("/api/v1/enquiries", &none).await;
    assert_eq!(none.json()["answers"][0]["answer"], "no-trace");
    assert_ne!(none.json()["answers"][0]["reference"], answer["reference"]);
    let made = caller.get(&format!("/api/v1/people/{child}/enquiries")).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(made.json()["enquiries"][0]["reference"], answer["reference"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_shown_as_it_was_known() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    api.test.clock.advance(chrono::TimeDelta::days(10));
    let caller = api.front_door();
    let mut late = contact(child, "Told late.");
    late["occurred"] = json!("2026-02-01");
    let position =
        caller.post("/api/v1/contacts", &late).await.json()["position"].as_str().unwrap().to_owned();
    let kinds = async |query: &str| {
        let answer =
            caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}&{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let entries = answer.json()["entries"].as_array().unwrap().clone();
        entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(kinds("").await.contains(&"contact.recorded".to_owned()));
    assert!(!kinds("as_known_at=2026-03-15").await.contains(&"contact.recorded".to_owned()));
    assert_eq!(kinds("as_it_was_at=2026-02-15").await, ["contact.recorded"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_timeline_comes_in_pages_without_a_gap_or_a_repeat() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut position = String::new();
    for number in 0..7 {
        let mut told = contact(child, "Again.");
        told["occurred"] = json!(format!("2026-01-0{}", 1 + number % 3));
        position =
            caller.post("/api/v1/contacts", &told).await.json()["position"].as_str().unwrap().to_owned();
    }
    let whole = caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await.json();
    let mut paged = Vec::new();
    let mut page = String::new();
    loop {
        let answer = caller.get(&format!("/api/v1/people/{child}/timeline?limit=3{page}")).await.json();
        paged.extend(answer["entries"].as_array().unwrap().clone());
        match answer["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    assert_eq!(whole["entries"].as_array().unwrap(), &paged);
    assert!(paged.len() >= 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_that_finds_two_is_asked_once_under_the_longest_key_and_meets_no_other() {
    let api = Api::start().await;
    let caller = api.front_door();
    let twins = [api.child(&caller, "Example").await, api.child(&caller, "Example").await];
    let ask = json!({
        "search": { "name-and-birth": { "given": "Robin", "family": "Example", "born": "2016-04-02" } },
        "reason": "At the department with a broken arm.",
    });
    let other =
        json!({ "search": { "nhs-number": "999 000 0018" }, "reason": "Another child, another call." });
    for key in ["call", &"k".repeat(200)] {
        // Somebody numbers their calls.
        for taken in [format!("{key}/1"), format!("{key}/2")] {
            if taken.len() <= 200 {
                let taken = [("idempotency-key", taken.as_str())];
                assert_eq!(caller.post_with("/api/v1/enquiries", &taken, &other).await.status, 201);
            }
        }
        let key = [("idempotency-key", key)];
        let first = caller.post_with("/api/v1/enquiries", &key, &ask).await;
        assert_eq!(first.status, 201, "{}", first.text());
        let again = caller.post_with("/api/v1/enquiries", &key, &ask).await.json();
        let answers = |answered: &serde_json::Value| {
            let answers = answered["answers"].as_array().unwrap().clone();
            let told = |answer: &serde_json::Value| (answer["subject"].clone(), answer["reference"].clone());
            answers.iter().map(told).collect::<Vec<_>>()
        };
        let first = answers(&first.json());
        assert!(
            twins.iter().all(|twin| first.iter().any(|(subject, _)| *subject == twin.to_string())),
            "{first:?}"
        );
        assert_eq!(first, answers(&again), "asked once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_joined_to_an_incident_and_parted_from_it() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let first = caller.post("/api/v1/contacts", &contact(child, "Often hungry at school.")).await.id();
    let second = caller.post("/api/v1/contacts", &contact(child, "Hungry again, at the clinic.")).await.id();
    let incident =
        async || caller.get(&format!("/api/v1/contacts/{second}")).await.json()["incident"].clone();
    assert_eq!(incident().await, second.to_string());
    let path = format!("/api/v1/contacts/{second}/incident");
    let joined = caller.post(&path, &json!({ "incident": first })).await;
    assert_eq!(joined.status, 200, "{}", joined.text());
    assert_eq!(incident().await, first.to_string());
    let position = joined.json()["position"].as_str().unwrap().to_owned();
    let timeline = caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await.json();
    let entries = timeline["entries"].as_array().unwrap();
    let shown = entries.iter().find(|entry| entry["kind"] == "contact.joined").unwrap();
    assert_eq!(shown["detail"]["subject"], first.to_string());
    let own = caller.post(&format!("/api/v1/contacts/{first}/incident"), &json!({ "incident": first })).await;
    assert_eq!(own.problem(409)["code"], "joined-to-itself");
    assert_eq!(caller.post(&format!("{path}/parting"), &json!({})).await.status, 200);
    assert_eq!(incident().await, second.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_told_in_confidence_does_not_leave_the_front_door() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let school = api.served.caller(&api.test.safeguarding_lead(), "referral-consideration");
    let mut told = contact(child, "Often hungry.");
    told["source_disclosure"] = json!("withheld-from-family");
    told["source_identity"] = json!("Ms Okafor, form tutor");
    told["source_agency"] = json!(system_tests::app::SCHOOL.0);
    told["occurred"] = json!("2026-03-09T14:20:00Z");
    let recorded = school.post("/api/v1/contacts", &told).await;
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let (id, position) = (recorded.id(), recorded.json()["position"].as_str().unwrap().to_owned());
    let manager = api.served.caller(&api.test.team_manager(), "safeguarding-check");

    for (caller, knows) in [(&manager, false), (&door, true), (&school, true)] {
        let read = caller.get(&format!("/api/v1/contacts/{id}")).await;
        assert_eq!(read.status, 200, "{}", read.text());
        let read = read.json();
        assert_eq!(read["account"], "Often hungry.");
        for field in ["agency", "practitioner", "method", "source_agency", "source_identity"] {
            assert_eq!(read[field].is_null(), !knows, "{field} in {read}");
        }
        assert_eq!(read["occurred"], if knows { "2026-03-09T14:20:00Z" } else { "2026-03-09" });
    }
    for (caller, knows) in [(&manager, false), (&door, true)] {
        let page = caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await;
        let entries = page.json()["entries"].as_array().unwrap().clone();
        let entry = entries.iter().find(|entry| entry["kind"] == "contact.recorded").unwrap();
        assert_eq!(entry["agency"].is_null(), !knows, "{entry}");
        assert_eq!(entry["detail"]["variety"].is_null(), !knows, "{entry}");
        if !knows {
            assert!(!page.text().contains(&system_tests::app::SCHOOL.0.to_string()), "{}", page.text());
            assert!(!page.text().contains("14:20"), "{}", page.text());
        }
    }
}
