//! Small facts that add up: what the rules find, who is told of it, and what a person decides.

use casework::work::Workers;
use domain::access::Actor;
use domain::ids::{AgencyId, PersonId};
use event_store::{EventStore as _, Position};
use serde_json::{Value, json};
use system_tests::app::{AUTHORITY, COUNCIL};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::partnership::{
    self, CHECKING, Case, KEEPING, PATIENCE, Partnership, WEIGHING, WORKING, done, entries, id, tell,
};

fn contact(child: PersonId, concern: &str) -> Value {
    partnership::contact(child.0, concern)
}

async fn ask(caller: &Caller, child: PersonId) {
    partnership::ask(caller, json!({ "person": child.0 })).await;
}

async fn tie(caller: &Caller, from: PersonId, kind: &str, to: PersonId) -> Uuid {
    partnership::tie(caller, from.0, kind, to.0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_a_teachers_worry_and_violence_at_home_are_one_alert_that_names_three_entries() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    let sam = all.app.child("Sam", "Marsh").await;
    tie(&all.front_door(), tilly, "sibling", sam).await;
    // Three facts, three agencies, two children, five weeks.
    ask(&all.hospital(), sam).await;
    all.a_week_passes();
    tell(&all.school(), tilly, "neglect").await;
    assert!(all.alerts("open").await.is_empty(), "two of them are not enough");
    for _ in 0..4 {
        all.a_week_passes();
    }
    tell(&all.police(), tilly, "domestic-abuse").await;

    let open = all.alerts("open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(
        (open[0]["rule"].as_str(), open[0]["incidents"].as_u64()),
        (Some("small-things-add-up"), Some(3))
    );
    let alert = all.alert(&id(&open[0])).await;
    let kinds: Vec<&str> =
        alert["evidence"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["enquiry", "contact", "contact"]);
    assert_eq!(alert["hidden"], 0);
    assert_eq!(alert["children"].as_array().unwrap().len(), 2);
    assert_eq!(alert["ties"].as_array().unwrap().len(), 1);
    assert!(alert["says"].as_str().unwrap().contains("domestic abuse"));
    assert_eq!(alert["within"], "12 weeks");

    // Who told it is not told of it; each look of the front door is on record.
    let school = all.school();
    assert_eq!(school.get("/api/v1/alerts").await.problem(403)["status"], 403);
    assert_eq!(school.get(&format!("/api/v1/alerts/{}", id(&open[0]))).await.status, 403);
    let looked = all.app.app.access.head().await.unwrap().position;
    all.alert(&id(&open[0])).await;
    assert!(all.app.app.access.head().await.unwrap().position > looked);
    // On the child's own page too.
    let page = all.front_door().get(&format!("/api/v1/people/{tilly}/alerts")).await.json();
    assert_eq!(page["alerts"][0]["alert"], open[0]["alert"]);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_from_an_unconfirmed_match_says_so_however_it_was_chosen_or_asked_again() {
    let all = Partnership::start().await;
    let said = json!({
        "kind": "born",
        "assertions": [
            { "name": { "given": "Tilly", "family": "Marsh", "use": "usual" } },
            { "birth": "2016-04-02" },
            { "identifier": { "scheme": "nhs", "value": "9990000018" } },
        ],
        "source": { "basis": "told" },
    });
    let tilly = all.front_door().post("/api/v1/people", &said).await.id();
    let name = json!({ "given": "Tilly", "family": "Marsh", "born": "2016-04-02" });
    let chosen = |searched: &[&str]| json!({ "candidate": { "person": tilly, "searched": searched } });
    let mut expected = Vec::new();
    for (caller, search, identity) in [
        (all.call(&all.app.emergency_nurse(), WEIGHING), json!({ "name-and-birth": name }), "unconfirmed"),
        (all.school(), chosen(&["name", "birth-date"]), "unconfirmed"),
        (all.police(), chosen(&["nhs-number", "name"]), "confirmed"),
        (all.front_door(), json!({ "nhs-number": "9990000018" }), "confirmed"),
    ] {
        let answer = partnership::ask(&caller, search).await;
        assert_eq!(answer["subject"], json!(tilly), "{answer}");
        expected.push((answer["enquiry"].clone(), json!(identity)));
        let again = partnership::ask(&caller, json!({ "again": answer["enquiry"] })).await;
        expected.push((again["enquiry"].clone(), json!(identity)));
    }
    let open = all.open("several-agencies-ask").await;
    assert_eq!(open.len(), 1, "{open:?}");
    let alert = all.alert(&id(&open[0])).await;
    let evidence = alert["evidence"].as_array().unwrap();
    assert!(evidence.len() >= 4, "{evidence:?}");
    for seen in evidence {
        let found = expected.iter().find(|(enquiry, _)| *enquiry == seen["record"]);
        let (_, identity) = found.unwrap_or_else(|| panic!("asked by nobody: {seen}"));
        assert_eq!(seen["identity"], *identity, "{seen}");
    }
    let claimed = json!({ "search": chosen(&["name", "record"]), "reason": "A worry." });
    let refused = all.school().post("/api/v1/enquiries", &claimed).await.problem(422);
    assert_eq!(refused["fields"][0]["field"], "search/candidate/searched");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_agencies_and_one_incident_are_counted_once() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    let first = tell(&all.police(), tilly, "domestic-abuse").await;
    for caller in [all.school(), all.hospital(), all.front_door()] {
        let told = tell(&caller, tilly, "domestic-abuse").await;
        let body = json!({ "incident": first });
        let joined = all.front_door().post(&format!("/api/v1/contacts/{told}/incident"), &body).await;
        assert_eq!(joined.status, 200, "{}", joined.text());
    }
    // Before they were joined, three of them looked like three; what was raised then was taken back.
    assert!(all.open("three-incidents").await.is_empty());
    all.a_week_passes();
    tell(&all.school(), tilly, "neglect").await;
    assert!(all.open("three-incidents").await.is_empty(), "two incidents");
    tell(&all.hospital(), tilly, "unexplained-injury").await;
    let open = all.open("three-incidents").await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["incidents"], 3);
    assert_eq!(entries(&all.alert(&id(&open[0])).await), 6, "all who told of it are named");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_grows_and_comes_back_when_there_is_more() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    for caller in [Partnership::police, Partnership::school, Partnership::hospital] {
        tell(&caller(&all), tilly, "neglect").await;
        all.a_week_passes();
    }
    let raised = id(&all.open("three-incidents").await[0]);
    let door = all.front_door();
    let dismissal = json!({ "reason": "All three are about one lost coat." });
    let dismissed = door.post(&format!("/api/v1/alerts/{raised}/dismissal"), &dismissal).await;
    assert_eq!(dismissed.status, 200, "{}", dismissed.text());
    assert!(all.open("three-incidents").await.is_empty(), "it stays dismissed for the same evidence");
    let again =
        door.post(&format!("/api/v1/alerts/{raised}/acceptance"), &json!({ "follows": "referral" })).await;
    assert_eq!(again.problem(409)["code"], "decided-already");

    tell(&all.school(), tilly, "unexplained-injury").await;
    let open = all.open("three-incidents").await;
    assert_eq!((open.len(), id(&open[0])), (1, raised.clone()), "the same alert, with more");
    let alert = all.alert(&raised).await;
    assert_eq!(entries(&alert), 4);
    assert_eq!(alert["decisions"][0]["outcome"], "dismissed");
    assert_eq!(alert["decisions"][0]["reason"], "All three are about one lost coat.");

    let accepted = json!({ "follows": "strategy-discussion", "note": "Four, and an injury." });
    let accepted = door.post(&format!("/api/v1/alerts/{raised}/acceptance"), &accepted).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    let alert = all.alert(&raised).await;
    assert_eq!(
        (alert["state"].as_str(), alert["decisions"][1]["follows"].as_str()),
        (Some("accepted"), Some("strategy-discussion"))
    );
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_withdrawn_when_what_was_told_was_about_another_child() {
    let all = Partnership::start().await;
    let (tilly, other) = (all.app.child("Tilly", "Marsh").await, all.app.child("Tilly", "Marsh").await);
    let mut told = Vec::new();
    for caller in [all.police(), all.school(), all.hospital()] {
        told.push(tell(&caller, tilly, "neglect").await);
    }
    let raised = id(&all.open("three-incidents").await[0]);
    let evidence = all.alert(&raised).await["evidence"].as_array().unwrap().clone();
    let wrong = evidence.iter().find(|it| it["record"] == json!(told[1])).unwrap();
    let withdrawal = json!({ "record": { "contact": told[1] }, "reason": "wrong-person" });
    let keeper = all.served.caller(&all.app.front_door(), "record-keeping");
    let path = format!("/api/v1/entries/{}/withdrawal", wrong["entry"].as_str().unwrap());
    let withdrawn = keeper.post(&path, &withdrawal).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    tell(&all.school(), other, "neglect").await;

    assert!(all.open("three-incidents").await.is_empty());
    let alert = all.alert(&raised).await;
    assert_eq!(alert["state"], "withdrawn");
    let path = format!("/api/v1/alerts/{raised}/dismissal");
    let refused = all.front_door().post(&path, &json!({ "reason": "Gone." })).await;
    assert_eq!(refused.problem(409)["code"], "withdrawn");
    // When there is enough again, an alert is open again.
    tell(&all.police(), tilly, "neglect").await;
    assert_eq!(all.open("three-incidents").await.len(), 1);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_withdrawn_when_an_entry_is_moved_to_another_child() {
    let all = Partnership::start().await;
    let (tilly, other) = (all.app.child("Tilly", "Marsh").await, all.app.child("Tilly", "Marsh").await);
    let sam = all.app.child("Sam", "Marsh").await;
    tie(&all.front_door(), tilly, "sibling", sam).await;
    let worker = all.served.caller(&all.app.social_worker(), WEIGHING);
    let mut section47 = String::new();
    for child in [other, tilly] {
        let referral = json!({ "child": child, "authority": AUTHORITY, "on": "2026-03-02", "source": "2A" });
        let received = worker.post("/api/v1/cases", &referral).await;
        let episode = received.json()["made"]
            .as_array()
            .unwrap()
            .iter()
            .find(|made| made["kind"] == "referral.received")
            .unwrap()["facts"]["episode"]
            .clone();
        if child == tilly {
            let assess = json!({ "episode": episode, "on": "2026-03-03", "review_point": "2026-03-20" });
            let path = format!("/api/v1/cases/{}/assessments", received.id());
            assert_eq!(worker.post(&path, &assess).await.status, 200);
            let start = json!({ "episode": episode, "on": "2026-03-09" });
            let started = worker.post(&format!("/api/v1/cases/{}/s47s", received.id()), &start).await;
            assert_eq!(started.status, 200, "{}", started.text());
            section47 = started.json()["events"][0].as_str().unwrap().to_owned();
        }
    }
    let open = all.open("brother-or-sister-at-risk").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["children"], json!([sam.0]), "the child nobody works with");
    let of = |child: PersonId| json!({ "case": { "child": child.0, "authority": AUTHORITY } });
    let order = json!({ "wrong": of(tilly), "right": of(other), "reason": "wrong-person" });
    let keeper = all.served.caller(&all.app.team_manager(), "record-keeping");
    let moved = keeper.post(&format!("/api/v1/entries/{section47}/move"), &order).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    assert!(all.open("brother-or-sister-at-risk").await.is_empty());
    assert_eq!(all.alert(&id(&open[0])).await["state"], "withdrawn");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_goes_to_the_front_door_first() {
    let all = Partnership::start().await;
    let worker = all.app.social_worker();
    let mut raised = Vec::new();
    for given in ["Tilly", "Sam"] {
        let child = all.app.child(given, "Marsh").await;
        Case::referred(&all, child.0, "2026-03-02").await.led_by(&all, &worker, "2026-03-02").await;
        for caller in [all.police(), all.school(), all.hospital()] {
            tell(&caller, child, "unexplained-injury").await;
        }
        let open = all.open("three-incidents").await;
        let its = open.iter().find(|alert| alert["children"] == json!([child.0]));
        raised.push((child, id(its.expect("the front door has it at once"))));
    }
    let mine = all.call(&worker, WORKING);
    let manager = all.call(&all.app.team_manager(), CHECKING);
    all.settled().await;
    for (child, alert) in &raised {
        all.sees(&manager, &format!("alerts/{alert}")).await;
        all.sees_nothing(&mine, &format!("alerts/{alert}")).await;
        let of_child = all.sees(&mine, &format!("people/{child}/alerts")).await;
        assert_eq!(of_child["alerts"], json!([]), "{of_child}");
        // Nor can they say anything of what is not there for them: no more than of an alert that was never raised.
        let opinion = json!({ "weight": "worrying", "opinion": "I know of this." });
        for about in [alert.clone(), Uuid::from_u128(7).to_string()] {
            let refused = mine.post(&format!("/api/v1/alerts/{about}/opinions"), &opinion).await;
            assert_eq!(refused.problem(404)["code"], "absent", "{about}");
        }
    }
    // One is decided the same day; the other lies over the working day after, and is then the worker's to see as well.
    let acceptance = json!({ "follows": "worker-told", "note": "Her worker sees her tomorrow." });
    done(&all.front_door(), &format!("alerts/{}/acceptance", raised[0].1), acceptance).await;
    let [(decided, first), (waiting, second)] = &raised[..] else { panic!("two") };
    all.settled().await;
    assert_eq!(all.sees(&mine, &format!("alerts/{first}")).await["state"], "accepted");
    assert_eq!(
        all.sees(&mine, &format!("people/{decided}/alerts")).await["alerts"][0]["alert"],
        json!(first)
    );
    all.it_is("2026-03-11T22:00:00Z");
    let mine = all.call(&worker, WORKING);
    all.sees_nothing(&mine, &format!("alerts/{second}")).await;
    all.it_is("2026-03-12T06:00:00Z");
    let mine = all.call(&worker, WORKING);
    assert_eq!(all.sees(&mine, &format!("alerts/{second}")).await["state"], "open");
    assert_eq!(
        all.sees(&mine, &format!("people/{waiting}/alerts")).await["alerts"][0]["alert"],
        json!(second)
    );
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opinion_is_shown_as_one_and_changes_no_count() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    for caller in [all.police(), all.school(), all.hospital()] {
        tell(&caller, tilly, "unexplained-injury").await;
    }
    let raised = id(&all.open("three-incidents").await[0]);
    let before = all.alert(&raised).await;
    let entry = before["evidence"][2]["entry"].clone();
    // A working day later it is the worker's to see as well.
    all.it_is("2026-03-12T06:00:00Z");
    let worker = all.app.social_worker();
    Case::referred(&all, tilly.0, "2026-03-12").await.led_by(&all, &worker, "2026-03-12").await;
    let opinion = json!({ "entry": entry, "weight": "protective", "opinion": "They came at once, and the account fits." });
    let given = all
        .served
        .caller(&worker, "allocated-work")
        .post(&format!("/api/v1/alerts/{raised}/opinions"), &opinion)
        .await;
    assert_eq!(given.status, 200, "{}", given.text());
    all.settled().await;
    let after = all.alert(&raised).await;
    assert_eq!(after["evidence"], before["evidence"]);
    assert_eq!(after["state"], "open");
    assert_eq!(after["opinions"][0]["weight"], "protective");
    assert_eq!(after["opinions"][0]["practitioner"], json!(worker.practitioner().0));
    let nothing = json!({ "entry": Uuid::nil(), "weight": "protective", "opinion": "About what?" });
    let refused = all.front_door().post(&format!("/api/v1/alerts/{raised}/opinions"), &nothing).await;
    assert_eq!(refused.problem(409)["code"], "not-its-evidence");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_child_keeps_its_alert_to_those_who_may_see_the_record() {
    let all = Partnership::start().await;
    let (tilly, sam) = (all.app.child("Tilly", "Marsh").await, all.app.child("Sam", "Marsh").await);
    tie(&all.front_door(), tilly, "sibling", sam).await;
    for caller in [all.police(), all.school()] {
        tell(&caller, tilly, "neglect").await;
    }
    tell(&all.hospital(), sam, "neglect").await;
    let raised = id(&all.open("three-incidents").await[0]);
    let reader = all.app.front_door();
    restrict(&all, sam, reader.practitioner().0).await;
    let seen = all.alert(&raised).await;
    assert_eq!(
        (entries(&seen), seen["hidden"].as_u64(), seen["children"].as_array().unwrap().len()),
        (2, Some(1), 1)
    );
    assert!(!seen.to_string().contains(&sam.to_string()));
    restrict(&all, tilly, reader.practitioner().0).await;
    assert!(all.open("three-incidents").await.is_empty());
    assert_eq!(all.front_door().get(&format!("/api/v1/alerts/{raised}")).await.status, 404);
    let dismissal = json!({ "reason": "Not mine to dismiss." });
    assert_eq!(
        all.front_door().post(&format!("/api/v1/alerts/{raised}/dismissal"), &dismissal).await.status,
        404
    );
    let named = all.served.caller(&reader, CHECKING).get(&format!("/api/v1/alerts/{raised}")).await.json();
    assert_eq!((entries(&named), named["hidden"].as_u64()), (3, Some(0)));
    all.stop().await;
}

async fn restrict(all: &Partnership, child: PersonId, reader: Uuid) {
    let body = json!({
        "reason": "high-risk", "owner": Uuid::from_u128(0xdead), "readers": [reader], "review_on": "2026-06-08"
    });
    let manager = all.served.caller(&all.app.team_manager(), "record-keeping");
    let done = manager.post(&format!("/api/v1/people/{child}/restriction"), &body).await;
    assert_eq!(done.status, 200, "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_begun_again_raises_nothing_twice_and_two_do_no_harm() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    for caller in [all.police(), all.school()] {
        tell(&caller, tilly, "neglect").await;
    }
    all.settled().await;
    let Partnership { app, served, workers } = all;
    workers.stop().await;
    // What comes while nobody works is found afterwards, by two at once.
    tell(&served.caller(&app.emergency_nurse(), "attendance"), tilly, "neglect").await;
    let second = Workers::start(&app.app);
    let all = Partnership { workers: Workers::start(&app.app), app, served };
    let open = all.open("three-incidents").await;
    let head = all.app.app.record.head().await.unwrap().position;
    assert!(second.has_linked(head, PATIENCE).await);
    second.stop().await;
    assert_eq!(open.len(), 1);
    let raised: Uuid = id(&open[0]).parse().unwrap();
    let events = all.app.app.record.read_all(Position::START, 1_000).await.unwrap();
    let of_it: Vec<&str> = events
        .iter()
        .filter(|event| event.header.stream_id() == raised)
        .map(|event| event.header.kind())
        .collect();
    assert_eq!(of_it, ["alert.raised"]);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_published_to_whoever_works_here() {
    let all = Partnership::start().await;
    let rules = all.school().get("/api/v1/linkage/rules").await;
    assert_eq!(rules.status, 200, "{}", rules.text());
    let rules = rules.json();
    let three =
        rules["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "three-incidents").unwrap();
    assert!(three["text"].as_str().unwrap().contains("needs: 3 incidents"));
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_told_in_confidence_is_not_found_out_from_an_alert() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    let mut withheld = contact(tilly, "neglect");
    withheld["source_disclosure"] = json!("withheld-from-family");
    ask(&all.hospital(), tilly).await;
    all.school().post("/api/v1/contacts", &withheld).await.id();
    tell(&all.police(), tilly, "domestic-abuse").await;
    tell(&all.hospital(), tilly, "unexplained-injury").await;
    let (adding_up, three) =
        (id(&all.open("small-things-add-up").await[0]), id(&all.open("three-incidents").await[0]));
    let manager = all.served.caller(&all.app.team_manager(), CHECKING);
    // That this rule found something says that it was a school or nursery.
    assert_eq!(manager.get(&format!("/api/v1/alerts/{adding_up}")).await.status, 404);
    let listed = manager.get("/api/v1/alerts").await.json();
    assert_eq!(listed["alerts"].as_array().unwrap().len(), 1);
    // Three incidents are three whoever told: who and when stay at the front door.
    let seen = manager.get(&format!("/api/v1/alerts/{three}")).await.json();
    let silent: Vec<&Value> =
        seen["evidence"].as_array().unwrap().iter().filter(|entry| entry.get("agency").is_none()).collect();
    assert_eq!((silent.len(), entries(&seen)), (1, 3));
    assert_eq!(silent[0]["occurred"], "2026-03-10");
    let door = all.alert(&three).await;
    assert!(door["evidence"].as_array().unwrap().iter().all(|entry| entry.get("agency").is_some()));
    all.stop().await;
}

/// An authority is told of its own.
#[tokio::test(flavor = "multi_thread")]
async fn another_authoritys_front_door_is_not_told() {
    let all = Partnership::start().await;
    let tilly = all.app.child("Tilly", "Marsh").await;
    for caller in [all.police(), all.school(), all.hospital()] {
        tell(&caller, tilly, "neglect").await;
    }
    let raised = id(&all.open("three-incidents").await[0]);
    let elsewhere = Actor {
        authority: "384".parse().ok(),
        agency: AgencyId(Uuid::from_u128(0xa9)),
        ..all.app.front_door().actor().clone()
    };
    let elsewhere = all.served.caller(&all.app.visitor(elsewhere), CHECKING);
    let listed = elsewhere.get("/api/v1/alerts").await.json();
    assert_eq!(listed["alerts"], json!([]));
    assert_eq!(elsewhere.get(&format!("/api/v1/alerts/{raised}")).await.status, 404);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ties_that_made_an_alert_are_told_with_since_and_by_whom_to_those_who_may_know_both_ends() {
    let all = Partnership::start().await;
    let (tilly, sam) = (all.app.child("Tilly", "Marsh").await, all.app.child("Sam", "Marsh").await);
    let body = json!({
        "from": tilly, "to": { "person": sam }, "kind": "sibling", "since": "2020-02-03", "source": { "basis": "told" },
    });
    all.front_door().post("/api/v1/ties", &body).await.id();
    ask(&all.hospital(), sam).await;
    tell(&all.school(), tilly, "neglect").await;
    tell(&all.police(), tilly, "domestic-abuse").await;
    let open = all.alerts("open").await;
    let alert = id(&open[0]);
    let told = all.alert(&alert).await;
    let [tie] = told["ties"].as_array().unwrap().as_slice() else { panic!("one tie: {told}") };
    assert_eq!((&tie["from"], &tie["kind"], &tie["to"]), (&json!(tilly), &json!("sibling"), &json!(sam)));
    assert_eq!((&tie["since"], tie.get("until")), (&json!("2020-02-03"), None));
    assert_eq!((&tie["agency"], &told["hidden_ties"]), (&json!(COUNCIL), &json!(0)));
    let page = all.call(&all.app.front_door(), CHECKING).get(&format!("/api/v1/alerts/{alert}")).await;
    assert_eq!(page.status, 200);

    // Sam's record is kept to named readers: neither his part of the evidence nor the tie to him is told.
    let keeper = all.call(&all.app.team_manager(), KEEPING);
    let restriction = json!({ "reason": "high-risk", "review_on": "2026-09-01" });
    done(&keeper, &format!("people/{sam}/restriction"), restriction).await;
    all.settled().await;
    let told = all.alert(&alert).await;
    assert_eq!((&told["ties"], &told["hidden_ties"]), (&json!([]), &json!(1)), "{told}");
    assert!(!told.to_string().contains(&sam.to_string()), "{told}");
    all.stop().await;
}
