//! The example of the seeds of this service: somebody asks about a child, a teacher is worried about her, the police are
//! called to her home. Each by itself may mean little. Her mother flees to a refuge; where it is, the man she fled from
//! and whoever reads his record never learn.

use domain::access::Role;
use domain::agency::AgencyKind;
use domain::ids::PersonId;
use serde_json::json;
use system_tests::app::POLICE;
use system_tests::http::Caller;
use uuid::Uuid;

use crate::partnership::*;

const RULE: &str = "small-things-add-up";
const REFUGE: [&str; 3] = ["Larkspur House", "LS9 9ZZ", "LS99ZZ"];

/// Everything a reader can ask for about somebody, as it is sent.
async fn everything(all: &Partnership, caller: &Caller, person: Uuid) -> String {
    all.settled().await;
    let mut text = String::new();
    let parts = ["", "/timeline", "/status", "/enquiries", "/ties", "/addresses", "/alerts"];
    for part in parts {
        text.push_str(&caller.get(&format!("/api/v1/people/{person}{part}")).await.text());
    }
    let search = json!({ "search": { "family": "Lowe", "postcode": "LS9 9ZZ", "house": "Larkspur House" } });
    text.push_str(&caller.post("/api/v1/people/search", &search).await.text());
    let ask = json!({ "search": { "person": person }, "reason": "A worry." });
    text.push_str(&caller.post("/api/v1/enquiries", &ask).await.text());
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn small_facts_of_three_agencies_add_up_and_are_weighed_by_a_person() {
    let all = Partnership::start().await;
    let ada = all.person("Ada", "Lowe", "2016-04-17").await;
    let jude = all.person("Jude", "Lowe", "2019-11-02").await;
    tie(&all.front_door(), jude, "sibling", ada).await;

    // 10 March: a nurse asks about Jude. A week later the school tells of Ada. Two facts are no alert.
    ask(&all.hospital(), json!({ "person": jude })).await;
    all.a_week_passes();
    let worry = all.school().post("/api/v1/contacts", &contact(ada, "teachers-concern")).await;
    let worry = (worry.id(), entry_of(&worry.json()));
    assert!(all.open(RULE).await.is_empty());
    // 24 March: the police are called to their home. Now there is one, and it names what it rests on.
    all.a_week_passes();
    tell(&all.police(), PersonId(ada), "domestic-abuse").await;
    let open = all.open(RULE).await;
    assert_eq!(open.len(), 1, "{open:?}");
    let alert = id(&open[0]);
    let read = all.alert(&alert).await;
    assert_eq!((entries(&read), read["children"].as_array().unwrap().len()), (3, 2));
    assert_eq!(read["ties"].as_array().unwrap().len(), 1, "that they are sister and brother");
    // It goes to the front door. The agencies whose facts they are see none of it.
    for caller in [all.school(), all.hospital(), all.police()] {
        assert_eq!(caller.get(&format!("/api/v1/alerts/{alert}")).await.status, 403);
    }

    // A fourth fact makes it grow. It is the same alert, and there is one of it.
    all.a_week_passes();
    tell(&all.police(), PersonId(jude), "domestic-abuse").await;
    let open = all.open(RULE).await;
    assert_eq!((open.len(), id(&open[0])), (1, alert.clone()));
    assert_eq!(entries(&all.alert(&alert).await), 4);

    // Somebody at the front door reads it and says why nothing follows. It is on the alert, by name.
    let duty = all.app.front_door();
    let dismissal =
        json!({ "reason": "Their mother called the police herself both times, and has asked for help." });
    done(&all.call(&duty, CHECKING), &format!("alerts/{alert}/dismissal"), dismissal.clone()).await;
    assert!(all.open(RULE).await.is_empty());
    let read = all.alert(&alert).await;
    assert_eq!(
        (&read["decisions"][0]["reason"], &read["decisions"][0]["practitioner"]),
        (&dismissal["reason"], &json!(duty.practitioner().0))
    );
    // What is known already does not raise it again; something new does.
    all.settled().await;
    assert!(all.open(RULE).await.is_empty());
    all.a_week_passes();
    tell(&all.school(), PersonId(jude), "teachers-concern").await;
    let open = all.open(RULE).await;
    assert_eq!((open.len(), id(&open[0])), (1, alert.clone()), "with the decision of before on it");
    assert_eq!(all.alert(&alert).await["decisions"].as_array().unwrap().len(), 1);

    // Both worries of the school turn out to be of another Ada and another Jude: it is withdrawn.
    let keeper = || all.call(&all.app.front_door(), KEEPING);
    let read = all.alert(&alert).await;
    let jude_s =
        read["evidence"].as_array().unwrap().iter().rfind(|one| one["kind"] == "contact").unwrap().clone();
    for (record, entry) in
        [(json!(worry.0), json!(worry.1)), (jude_s["record"].clone(), jude_s["entry"].clone())]
    {
        let withdrawal = json!({ "record": { "contact": record }, "reason": "wrong-person" });
        done(&keeper(), &format!("entries/{}/withdrawal", entry.as_str().unwrap()), withdrawal).await;
    }
    assert!(all.open(RULE).await.is_empty());
    assert_eq!(all.alert(&alert).await["state"], "withdrawn");
    // Whoever looks back sees what it rested on then; the front door of next door never saw any of it.
    let then = all.story(&all.front_door(), ada, "as_known_at=2026-03-25T00:00:00Z").await;
    assert!(then.iter().any(|entry| entry["entry"] == json!(worry.1)));
    let elsewhere = all.call(&all.next_door(Role::FrontDoor), CHECKING);
    assert_eq!(elsewhere.get(&format!("/api/v1/alerts/{alert}")).await.status, 404);
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refuge_is_never_told_to_whoever_reads_the_record_of_the_man_they_fled_from() {
    let all = Partnership::start().await;
    let ada = all.person("Ada", "Lowe", "2016-04-17").await;
    let marie = all.person("Marie", "Lowe", "1997-01-15").await;
    let dean = all.person("Dean", "Lowe", "1993-08-30").await;
    tie(&all.front_door(), marie, "mother", ada).await;
    tie(&all.front_door(), dean, "father", ada).await;
    let case = Case::referred(&all, ada, "2026-03-02").await;
    let worker = all.app.social_worker();
    case.led_by(&all, &worker, "2026-03-02").await;
    // Dean has a worker too, at the same authority, for a case of his own boy.
    let his = all.person("Rhys", "Lowe", "2013-05-05").await;
    tie(&all.front_door(), dean, "father", his).await;
    let his_case = Case::referred(&all, his, "2026-03-02").await;
    let his_worker = all.app.social_worker();
    his_case.led_by(&all, &his_worker, "2026-03-02").await;

    // They flee. Her worker writes down where they are, for Ada and for her mother.
    let refuge = json!({ "address": {
        "lines": [REFUGE[0], "Leeds"], "postcode": REFUGE[1], "class": "refuge", "is_communal": true, "from": "2026-03-09",
    } });
    let said = json!({ "assertions": [refuge], "source": { "basis": "told" } });
    for person in [ada, marie] {
        done(&all.call(&worker, WORKING), &format!("people/{person}/assertions"), said.clone()).await;
    }
    // An ordinary address of before is withheld from Dean by name.
    let withheld = json!({ "address": {
        "lines": ["9 Sample Street"], "postcode": "LS1 1UR", "class": "withheld", "withheld_from": [dean], "from": "2026-02-01",
    } });
    let said = json!({ "assertions": [withheld], "source": { "basis": "told" } });
    done(&all.call(&worker, WORKING), &format!("people/{ada}/assertions"), said).await;

    // Her own worker reads it. Everybody else, on anybody's page, does not.
    let mine = everything(&all, &all.call(&worker, WORKING), ada).await;
    assert!(mine.contains(REFUGE[0]), "{mine}");
    let readers = [
        ("Dean's son's worker", his_worker.clone(), WORKING),
        ("Dean's son's worker, checking", his_worker, CHECKING),
        ("a manager", all.app.team_manager(), CHECKING),
        ("the front door", all.app.front_door(), CHECKING),
        ("the school", all.app.safeguarding_lead(), WEIGHING),
        ("a nurse", all.app.emergency_nurse(), "attendance"),
        ("the police", all.app.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE), CHECKING),
        ("next door", all.next_door(Role::FrontDoor), CHECKING),
    ];
    for (who, reader, purpose) in &readers {
        for person in [dean, his, ada, marie] {
            let seen = everything(&all, &all.call(reader, purpose), person).await;
            assert!(REFUGE.iter().all(|word| !seen.contains(word)), "{who}: {seen}");
        }
    }
    // On Dean's own page there is no address of theirs of any class.
    let his_page = everything(&all, &all.front_door(), dean).await;
    assert!(!his_page.contains("Sample Street"), "{his_page}");
    // Nobody but who is at work with them finds them by where the refuge is; by an open address the others do.
    let open = json!({ "address": {
        "lines": ["4 Open Row"], "postcode": "LS2 7EW", "class": "ordinary", "from": "2026-02-01",
    } });
    let said = json!({ "assertions": [open], "source": { "basis": "told" } });
    done(&all.front_door(), &format!("people/{his}/assertions"), said).await;
    all.settled().await;
    let by_address = async |caller: &Caller, house: &str, postcode: &str| {
        let search = json!({ "search": { "family": "Lowe", "postcode": postcode, "house": house } });
        let found = caller.post("/api/v1/people/search", &search).await.json();
        let found = found["found"].as_array().unwrap().clone();
        let because = found.iter().flat_map(|found| found["because"].as_array().cloned().unwrap_or_default());
        because.filter(|because| because["field"] == "address").count()
    };
    for (who, reader, purpose) in &readers {
        let reader = all.call(reader, purpose);
        assert_eq!(by_address(&reader, REFUGE[0], REFUGE[1]).await, 0, "{who}");
        if *who != "next door" {
            assert_eq!(by_address(&reader, "4", "LS2 7EW").await, 1, "{who}, by an open address");
        }
    }
    all.stop().await;
}
