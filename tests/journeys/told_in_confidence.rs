//! A teacher tells of Ruby Tate and asks that the family never learns of it; a neighbour tells and gives no name. What
//! they told is read by those who work with Ruby. Who told it, how, and at what minute stays at the front door.

use domain::access::Role;
use domain::agency::AgencyKind;
use domain::ids::PersonId;
use serde_json::{Value, json};
use system_tests::app::{COUNCIL, POLICE, SCHOOL};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::partnership::*;

/// What would tell who told it: words and ids that may not be in any answer but the front door's.
struct TellTale(Vec<String>);

impl TellTale {
    /// Every answer the API gives a reader about the child, as it is sent.
    async fn is_in_no_answer_to(&self, all: &Partnership, who: &str, caller: &Caller, pages: &[String]) {
        all.settled().await;
        for page in pages {
            let answer = caller.get(&format!("/api/v1/{page}")).await;
            assert!([200, 403, 404].contains(&answer.status), "{who} {page}: {}", answer.text());
            let text = answer.text();
            for word in &self.0 {
                assert!(!text.contains(word.as_str()), "{who} reads {word} on {page}: {text}");
            }
        }
    }
}

fn pages(child: Uuid, contacts: &[Uuid], alerts: &[String]) -> Vec<String> {
    let mut pages = vec!["alerts".to_owned(), "contacts/undecided".to_owned(), "contacts/told".to_owned()];
    for part in ["", "/timeline", "/status", "/enquiries", "/ties", "/addresses", "/alerts"] {
        pages.push(format!("people/{child}{part}"));
    }
    for query in
        ["as_known_at=2026-03-10T17:00:00Z", "as_known_at=2026-03-12T17:00:00Z", "as_it_was_at=2026-03-12"]
    {
        pages.push(format!("people/{child}/timeline?{query}"));
        pages.push(format!("people/{child}/status?{query}"));
    }
    pages.extend(contacts.iter().map(|contact| format!("contacts/{contact}")));
    pages.extend(alerts.iter().map(|alert| format!("alerts/{alert}")));
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn who_told_in_confidence_leaves_the_front_door_in_no_answer_of_the_api() {
    let all = Partnership::start().await;
    let child = all.person("Ruby", "Tate", "2014-04-21").await;
    let teacher = all.person("Ines", "Moreau", "1980-01-30").await;
    let case = Case::referred(&all, child, "2026-03-02").await;
    let worker = all.app.social_worker();
    case.led_by(&all, &worker, "2026-03-02").await;

    // A teacher tells at 15.20, openly at first; the school's lead asks who knows her, and writes it down as told by name.
    let lead = all.app.safeguarding_lead();
    all.it_is("2026-03-10T15:17:00Z");
    let asked = ask(&all.call(&lead, WEIGHING), json!({ "person": child })).await;
    let asked = asked["reference"].as_str().unwrap().to_owned();
    all.it_is("2026-03-10T15:20:00Z");
    let mut told = contact(child, "teachers-concern");
    told["people"].as_array_mut().unwrap().push(json!({ "person": teacher, "role": "source" }));
    told["method"] = json!("in-person");
    told["source_agency"] = json!(SCHOOL.0);
    told["account"] = json!("She flinches when somebody stands behind her.");
    let first = all.call(&lead, WEIGHING).post("/api/v1/contacts", &told).await;
    let (openly, entry) = (first.id(), entry_of(&first.json()));
    // A neighbour telephones at 23.05, and gives no name.
    all.it_is("2026-03-10T23:06:00Z");
    let mut told = contact(child, "neglect");
    told["occurred"] = json!("2026-03-10T23:05:00Z");
    told["source_disclosure"] = json!("anonymous");
    told["method"] = json!("online-form");
    told["account"] = json!("She is alone most nights.");
    let duty = all.app.front_door();
    let anonymous = all.call(&duty, CHECKING).post("/api/v1/contacts", &told).await.id();

    // On 11 March the school asks that it be withheld from the family. The front door sets it so.
    all.it_is("2026-03-11T09:45:00Z");
    let withhold = json!({
        "record": { "contact": openly }, "reason": "better-information",
        "facts": { "source_disclosure": "withheld-from-family" },
    });
    let keeper = all.call(&all.app.front_door(), KEEPING);
    done(&keeper, &format!("entries/{entry}/amendment"), withhold).await;
    // Wakefield has a case of hers as well, and reads of her what Leeds was told; not by whom.
    let wakefield = all.next_door(Role::FrontDoor);
    let referral = json!({ "child": child, "authority": NEXT_DOOR, "on": "2026-03-11", "source": "6" });
    done(&all.call(&wakefield, CHECKING), "cases", referral).await;
    // Two more things are told, openly, so that there are alerts.
    all.it_is("2026-03-12T10:00:00Z");
    tell(&all.hospital(), PersonId(child), "unexplained-injury").await;
    tell(&all.police(), PersonId(child), "domestic-abuse").await;
    let nurse = all.call(&all.app.emergency_nurse(), CHECKING);
    for (hour, asking) in [("11", nurse), ("12", all.police())] {
        all.it_is(&format!("2026-03-12T{hour}:00:00Z"));
        ask(&asking, json!({ "person": child })).await;
    }
    let open: Vec<String> = all.alerts("open").await.iter().map(id).collect();
    assert!(!open.is_empty());

    let tell_tale = TellTale(vec![
        SCHOOL.to_string(),
        lead.practitioner().to_string(),
        duty.practitioner().to_string(),
        teacher.to_string(),
        "in-person".to_owned(),
        "online-form".to_owned(),
        "teachers-concern".to_owned(),
        "15:17".to_owned(),
        asked.clone(),
        "15:20".to_owned(),
        "23:05".to_owned(),
        "23:06".to_owned(),
    ]);
    let pages = pages(child, &[openly, anonymous], &open);
    let somebody = |role, kind, agency| all.app.somebody(role, kind, agency);
    let readers = [
        ("the child's own worker", worker.clone(), WORKING),
        ("the child's own worker, checking", worker.clone(), CHECKING),
        ("a social worker", all.app.social_worker(), WORKING),
        ("a manager", all.app.team_manager(), CHECKING),
        ("a manager who weighs it", all.app.team_manager(), WEIGHING),
        ("a chair", somebody(Role::ConferenceChair, AgencyKind::LocalAuthority, COUNCIL), "conference"),
        ("an auditor", somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL), "audit"),
        ("a nurse", all.app.emergency_nurse(), "attendance"),
        ("the police", somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE), CHECKING),
        ("the front door next door", wakefield, CHECKING),
    ];
    for (who, reader, purpose) in &readers {
        tell_tale.is_in_no_answer_to(&all, who, &all.call(reader, purpose), &pages).await;
    }

    // Nor does the page of the teacher say that she told anything: today, or as it was known while she was named.
    for (who, reader, purpose) in &readers {
        for at in ["", "?as_known_at=2026-03-10T17:00:00Z"] {
            all.settled().await;
            let path = format!("/api/v1/people/{teacher}/timeline{at}");
            let text = all.call(reader, purpose).get(&path).await.text();
            assert!(!text.contains(&openly.to_string()), "{who}: {text}");
        }
    }

    // The worry itself is read by those who work with her, by day; how the front door is told has the hour.
    let mine = all.call(&worker, WORKING);
    let story = all.story(&mine, child, "").await;
    let guarded: Vec<&Value> = story.iter().filter(|entry| entry["record"] == json!(anonymous)).collect();
    assert_eq!(
        (&guarded[0]["occurred"], &guarded[0]["detail"]["codes"]),
        (&json!("2026-03-10"), &json!(["neglect"]))
    );
    let read = all.sees(&mine, &format!("contacts/{anonymous}")).await;
    assert_eq!(read["account"], "She is alone most nights.");
    let door = all.front_door();
    let read = all.sees(&door, &format!("contacts/{openly}")).await;
    assert_eq!((&read["agency"], &read["method"]), (&json!(SCHOOL.0), &json!("in-person")));
    let story = all.story(&door, child, "").await;
    assert!(story.iter().any(|entry| entry["occurred"] == "2026-03-10T23:05:00Z"));
    let asking = all.sees(&door, &format!("people/{child}/enquiries")).await;
    assert!(asking["enquiries"].as_array().unwrap().iter().any(|made| made["reference"] == json!(asked)));
    let asking = all.sees(&mine, &format!("people/{child}/enquiries")).await;
    assert_eq!(asking["enquiries"].as_array().unwrap().len(), 2, "the hospital's and the police's: {asking}");
    // That three asked is an alert of its own, and one of the three is not named. The worker is shown it some days later.
    let several = all.open("several-agencies-ask").await;
    all.it_is("2026-03-16T10:00:00Z");
    let several = all.sees(&all.call(&worker, WORKING), &format!("alerts/{}", id(&several[0]))).await;
    let named = several["evidence"].as_array().unwrap().iter().filter(|one| one.get("agency").is_some());
    assert_eq!((named.count(), several["evidence"].as_array().unwrap().len()), (2, 3), "{several}");
    // The school reads what it told itself.
    let read = all.sees(&all.call(&lead, WEIGHING), &format!("contacts/{openly}")).await;
    assert_eq!(read["people"].as_array().unwrap().len(), 2);

    // An enquiry is answered without it, and so is a figure, however narrow the days it is asked for.
    for (who, reader, purpose) in &readers {
        let body = json!({ "search": { "person": child }, "reason": "A worry." });
        let answer = all.call(reader, purpose).post("/api/v1/enquiries", &body).await;
        let text = answer.text();
        assert!(tell_tale.0.iter().all(|word| !text.contains(word.as_str())), "{who}: {text}");
    }
    let manager = all.app.team_manager();
    let days = "from=2026-03-10&to=2026-03-10";
    let mut figures = Vec::new();
    for query in [days.to_owned(), format!("{days}&as_known_at=2026-03-10T18:00:00Z")] {
        figures.push(format!("measures/values?{query}"));
        for measure in ["contacts-by-agency", "contacts-by-source", "contacts-by-outcome", "incidents"] {
            figures.push(format!("measures/{measure}/children?{query}"));
        }
    }
    tell_tale.is_in_no_answer_to(&all, "a manager", &all.call(&manager, WORKING), &figures).await;
    let values = all.sees(&all.call(&manager, WORKING), &figures[0]).await;
    let by = |code: &str| {
        let measures = values["measures"].as_array().unwrap();
        measures.iter().find(|value| value["measure"]["code"] == code).unwrap().clone()
    };
    assert_eq!(by("contacts-by-agency")["whole"]["counted"], json!(2), "they are counted");
    for code in ["contacts-by-agency", "contacts-by-source"] {
        assert_eq!(by(code)["groups"], json!([{ "group": "in-confidence", "counted": 2 }]), "{code}");
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_that_was_opened_to_tell_in_confidence_says_no_more_of_who_told_than_the_contact() {
    let all = Partnership::start().await;
    let sister = all.person("Nia", "Vance", "2012-11-20").await;
    // Nobody knows Theo, nor Ada. The school opens their records at 15.17 and 15.18, to tell of him in confidence at
    // 15.20; at 15.19 it says whose brother he is.
    let lead = all.app.safeguarding_lead();
    let opened = |given: &str, born: &str| {
        json!({
            "kind": "born",
            "assertions": [
                { "name": { "given": given, "family": "Vance", "use": "usual" } },
                { "birth": born },
                { "address": { "lines": ["4 Example Row"], "postcode": "LS1 1UR", "class": "ordinary", "from": "2020-01-01" } },
            ],
            "source": { "basis": "told" },
        })
    };
    all.it_is("2026-03-10T15:17:00Z");
    let little = all.call(&lead, WEIGHING).post("/api/v1/people", &opened("Ada", "2019-09-30")).await.id();
    all.it_is("2026-03-10T15:18:00Z");
    let child = all.call(&lead, WEIGHING).post("/api/v1/people", &opened("Theo", "2015-06-02")).await.id();
    all.it_is("2026-03-10T15:19:00Z");
    tie(&all.call(&lead, WEIGHING), child, "sibling", sister).await;
    tie(&all.call(&lead, WEIGHING), child, "sibling", little).await;
    for about in [child, little, sister] {
        ask(&all.call(&lead, WEIGHING), json!({ "person": about })).await;
    }
    all.it_is("2026-03-10T15:20:00Z");
    let mut told = contact(child, "teachers-concern");
    told["source_disclosure"] = json!("withheld-from-family");
    told["source_agency"] = json!(SCHOOL.0);
    told["method"] = json!("in-person");
    let contact = all.call(&lead, WEIGHING).post("/api/v1/contacts", &told).await.id();
    // It becomes a referral, from a school by its code.
    all.it_is("2026-03-11T09:30:00Z");
    let referral = json!({
        "child": child, "authority": "383", "on": "2026-03-11", "source": "2A", "contact": contact,
    });
    let referred = done(&all.front_door(), "cases", referral).await;
    let case = Case {
        id: referred["id"].as_str().unwrap().to_owned(),
        episode: began(&referred, "referral.received", "episode"),
    };
    let worker = all.app.social_worker();
    case.led_by(&all, &worker, "2026-03-11").await;
    let referral = json!({ "child": little, "authority": "383", "on": "2026-03-11", "source": "6" });
    let referred = done(&all.front_door(), "cases", referral).await;
    let hers = Case {
        id: referred["id"].as_str().unwrap().to_owned(),
        episode: began(&referred, "referral.received", "episode"),
    };
    hers.led_by(&all, &worker, "2026-03-11").await;

    let tell_tale = TellTale(vec![
        SCHOOL.to_string(),
        lead.practitioner().to_string(),
        "teachers-concern".to_owned(),
        "in-person".to_owned(),
        // As a value: an opaque place may hold the letters by chance.
        "\"2A\"".to_owned(),
        "15:17".to_owned(),
        "15:18".to_owned(),
        "15:19".to_owned(),
        "15:20".to_owned(),
    ]);
    let pages = [pages(child, &[contact], &[]), pages(sister, &[], &[]), pages(little, &[], &[])].concat();
    let manager = all.app.team_manager();
    for (who, reader, purpose) in [
        ("the child's own worker", worker.clone(), WORKING),
        ("a manager who weighs it", manager, WEIGHING),
        ("a nurse", all.app.emergency_nurse(), "attendance"),
        ("the police", all.app.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE), CHECKING),
    ] {
        tell_tale.is_in_no_answer_to(&all, who, &all.call(&reader, purpose), &pages).await;
    }

    // His worker reads what was told and what he is called; the front door and the school, by whom.
    let mine = all.call(&worker, WORKING);
    let story = all.story(&mine, child, "").await;
    assert_eq!(the_one(&story, "contact.recorded")["detail"]["codes"], json!(["other"]));
    assert_eq!(the_one(&story, "person.opened")["occurred"], "2026-03-10");
    assert_eq!(
        all.sees(&mine, &format!("contacts/{contact}")).await["concerns"],
        json!([{ "kind": "other" }])
    );
    let hers = all.story(&mine, little, "").await;
    let opened = the_one(&hers, "person.opened");
    assert_eq!((&opened["occurred"], &opened["agency"]), (&json!("2026-03-10"), &Value::Null));
    let hers = all.story(&all.front_door(), little, "").await;
    assert_eq!(the_one(&hers, "person.opened")["agency"], json!(SCHOOL.0));
    let story = all.story(&all.front_door(), child, "").await;
    assert_eq!(the_one(&story, "person.opened")["agency"], json!(SCHOOL.0));
    assert_eq!(the_one(&story, "contact.recorded")["detail"]["codes"], json!(["teachers-concern"]));
    assert_eq!(the_one(&story, "referral.received")["detail"]["variety"], "2A");
    let hers = all.story(&all.front_door(), sister, "").await;
    assert_eq!(the_one(&hers, "tie.recorded")["agency"], json!(SCHOOL.0));
    assert_eq!(
        all.sees(&all.front_door(), &format!("people/{child}")).await["births"][0]["agency"],
        json!(SCHOOL.0)
    );
    let read = all.sees(&all.front_door(), &format!("contacts/{contact}")).await;
    assert_eq!(read["concerns"], json!([{ "kind": "teachers-concern" }]));

    // The police come to his sister, and the alert about her rests on whose brother he is: not on who said so, nor when.
    all.it_is("2026-03-12T10:00:00Z");
    for caller in [all.police(), all.hospital()] {
        tell(&caller, PersonId(child), "unexplained-injury").await;
    }
    tell(&all.police(), PersonId(sister), "domestic-abuse").await;
    let open: Vec<String> = all.alerts("open").await.iter().map(id).collect();
    all.it_is("2026-03-16T10:00:00Z");
    let mine = all.call(&worker, WORKING);
    let mut ties = 0;
    for alert in &open {
        let read = mine.get(&format!("/api/v1/alerts/{alert}")).await;
        if read.status == 200 {
            ties += read.json()["ties"].as_array().unwrap().len();
            assert!(tell_tale.0.iter().all(|word| !read.text().contains(word.as_str())), "{}", read.text());
        }
    }
    assert!(ties > 0, "one of them rests on a tie");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_opened_before_midnight_for_what_is_told_after_it_says_no_more() {
    let all = Partnership::start().await;
    let lead = all.app.safeguarding_lead();
    let school = || all.call(&lead, WEIGHING);
    let opened = json!({
        "kind": "born",
        "assertions": [{ "name": { "given": "Theo", "family": "Vance", "use": "usual" } }],
        "source": { "basis": "told" },
    });
    all.it_is("2026-03-09T12:00:00Z");
    let earlier = school().post("/api/v1/people", &opened).await.id();
    all.it_is("2026-03-11T23:59:00Z");
    let child = school().post("/api/v1/people", &opened).await.id();
    all.it_is("2026-03-12T00:01:00Z");
    for child in [child, earlier] {
        let mut told = contact(child, "neglect");
        told["source_disclosure"] = json!("withheld-from-family");
        told["source_agency"] = json!(SCHOOL.0);
        assert_eq!(school().post("/api/v1/contacts", &told).await.status, 201);
    }
    all.it_is("2026-03-12T09:30:00Z");
    let manager = all.call(&all.app.team_manager(), WEIGHING);
    for (child, agency) in [(child, Value::Null), (earlier, json!(SCHOOL.0))] {
        let story = all.story(&manager, child, "").await;
        assert_eq!(the_one(&story, "person.opened")["agency"], agency, "{story:?}");
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minute_an_alert_was_raised_by_what_was_told_in_confidence_stays_at_the_front_door() {
    let all = Partnership::start().await;
    let child = all.person("Ruby", "Tate", "2014-04-21").await;
    let worker = all.app.social_worker();
    Case::referred(&all, child, "2026-03-02").await.led_by(&all, &worker, "2026-03-02").await;
    all.it_is("2026-03-10T10:00:00Z");
    tell(&all.police(), PersonId(child), "unexplained-injury").await;
    tell(&all.hospital(), PersonId(child), "neglect").await;
    all.it_is("2026-03-10T15:20:00Z");
    let mut told = contact(child, "neglect");
    told["source_disclosure"] = json!("withheld-from-family");
    assert_eq!(all.school().post("/api/v1/contacts", &told).await.status, 201);
    let raised = id(&all.open("three-incidents").await[0]);

    all.it_is("2026-03-16T10:00:00Z");
    all.settled().await;
    let somebody = |role, kind, agency| all.app.somebody(role, kind, agency);
    for (who, reader, purpose, is_told_the_hour) in [
        ("the front door", all.app.front_door(), CHECKING, true),
        ("a manager", all.app.team_manager(), CHECKING, false),
        ("her own worker", worker, WORKING, false),
        ("an auditor", somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL), "audit", false),
    ] {
        let caller = all.call(&reader, purpose);
        let one = all.sees(&caller, &format!("alerts/{raised}")).await;
        let of_child = all.sees(&caller, &format!("people/{child}/alerts")).await["alerts"][0].clone();
        let mut answers = vec![one, of_child];
        if purpose != "audit" {
            answers.push(all.sees(&caller, "alerts").await["alerts"][0].clone());
        }
        for answer in answers {
            for when in ["raised_at", "changed_at"] {
                let said = answer[when].as_str().unwrap();
                assert_eq!(said == "2026-03-10", !is_told_the_hour, "{who} is told {when}: {answer}");
                assert_eq!(answer.to_string().contains("15:20"), is_told_the_hour, "{who}: {answer}");
            }
        }
    }
    all.stop().await;
}
