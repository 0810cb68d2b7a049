//! Who is in an event and in which part, as pages and answers tell it.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Api;
use crate::forms::Browser;

/// The parts a timeline gives somebody in a contact.
async fn roles(api: &Api, person: Uuid, contact: Uuid) -> Value {
    api.test.app.take_in("timeline").await;
    let reader = api.served.caller(&api.test.front_door(), "referral-consideration");
    let page = reader.get(&format!("/api/v1/people/{person}/timeline")).await.json();
    let entries = page["entries"].as_array().unwrap().clone();
    let told = entries.iter().find(|entry| entry["record"] == json!(contact)).unwrap();
    told["roles"].clone()
}

fn involved(person: Uuid, role: &str) -> Value {
    json!({ "person": person, "role": role })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_child_s_story_shows_all_of_its_own_part_and_none_of_another_s() {
    let api = Api::start().await;
    let door = api.front_door();
    let (jade, brother) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let mut told = crate::contact(jade, "She hit him; both are hit at home.");
    told["people"] = json!([
        involved(jade, "subject"),
        involved(jade, "alleged-to-have-harmed"),
        involved(brother, "subject"),
    ]);
    let contact = door.post("/api/v1/contacts", &told).await.id();
    let reader = Browser::front_door(&api);
    let story =
        async |child: Uuid| reader.get(&format!("/children/{child}?for=referral-consideration")).await.text();
    let part = "This person’s part in it: subject of the worry, and alleged to have harmed";
    let (hers, his) = (story(jade).await, story(brother).await);
    assert!(hers.contains(part), "{hers}");
    assert!(his.contains("<h3>Contact: neglect</h3>") && !his.contains("part in it"), "{his}");
    assert_eq!(roles(&api, jade, contact).await, json!(["subject", "alleged-to-have-harmed"]));
    assert_eq!(roles(&api, brother, contact).await, json!(["subject"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_child_told_it_in_confidence_is_none_of_its_parts_today_or_as_it_was_known() {
    let api = Api::start().await;
    let door = api.front_door();
    let jade = api.child(&door, "Example").await;
    let mut told = crate::contact(jade, "She told her teacher.");
    told["people"] = json!([involved(jade, "subject"), involved(jade, "source")]);
    let recorded = door.post("/api/v1/contacts", &told).await;
    let (contact, entry) = (recorded.id(), recorded.json()["events"][0].as_str().unwrap().to_owned());
    assert_eq!(roles(&api, jade, contact).await, json!(["subject", "source"]));
    let reader = Browser::front_door(&api);
    let said = "This person’s part in it: subject of the worry, and told it";
    let now = format!("/children/{jade}?for=referral-consideration");
    let html = reader.get(&now).await.text();
    assert!(html.contains(said), "{html}");

    api.test.clock.advance(TimeDelta::hours(2));
    let withhold = json!({
        "record": { "contact": contact }, "reason": "better-information",
        "facts": { "source_disclosure": "withheld-from-family" },
    });
    let keeper = api.served.caller(&api.test.front_door(), "record-keeping");
    let amended = keeper.post(&format!("/api/v1/entries/{entry}/amendment"), &withhold).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    assert_eq!(roles(&api, jade, contact).await, json!(["subject"]));
    for address in [now.clone(), format!("{now}&known=2026-03-10&time=10:00")] {
        let html = reader.get(&address).await.text();
        assert!(html.contains("<h3>Contact: neglect</h3>") && !html.contains("told it"), "{address}: {html}");
    }
}

/// What a contact's page says of who is in it.
async fn in_it(browser: &Browser, contact: Uuid) -> String {
    let html = browser.get(&format!("/contacts/{contact}?for=referral-consideration")).await.text();
    html.split_once("Who is in it</h2>").unwrap().1.split_once("</ul>").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_s_page_names_everyone_in_it_whom_its_reader_may_know_with_every_part() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let (father, aunt) = (api.child(&door, "Sample").await, api.child(&door, "Specimen").await);
    let teacher = api.child(&door, "Exemplar").await;
    let owner = api.test.team_manager();
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let keeper = api.served.caller(&owner, "record-keeping");
    let path = format!("/api/v1/people/{aunt}/restriction");
    assert_eq!(keeper.post(&path, &restrict).await.status, 200);
    let mut told = crate::contact(child, "He was seen to hit her.");
    told["people"] = json!([
        involved(father, "alleged-to-have-harmed"),
        involved(father, "present"),
        involved(aunt, "witness"),
        involved(teacher, "source"),
        involved(child, "subject"),
    ]);
    told["source_disclosure"] = json!("withheld-from-family");
    let contact = door.post("/api/v1/contacts", &told).await.id();

    let (is_child, is_father) = (
        "Robin Example</a>: subject of the worry",
        "Robin Sample</a>: alleged to have harmed, and was there",
    );
    let (is_aunt, is_teacher) = ("Robin Specimen</a>: witness", "Robin Exemplar</a>: told it");
    for (who, reader, sees) in [
        ("the front door", api.test.front_door(), [true, true, false, true]),
        ("a manager", api.test.team_manager(), [true, true, false, false]),
        ("a manager who answers for the aunt's record", owner, [true, true, true, false]),
    ] {
        let page = in_it(&Browser::at(&api, &reader), contact).await;
        assert_eq!(
            [is_child, is_father, is_aunt, is_teacher].map(|said| page.contains(said)),
            sees,
            "{who}: {page}"
        );
        assert!(page.find(is_child) < page.find(is_father), "whom it is about comes first: {page}");
        assert!(page.contains(&format!("href=\"/children/{father}?for=referral-consideration\"")), "{page}");
        // Nobody is in the answer of the API who is not on the page.
        let read = api.served.caller(&reader, "referral-consideration");
        let read = read.get(&format!("/api/v1/contacts/{contact}")).await.text();
        assert_eq!(
            [child, father, aunt, teacher].map(|id| read.contains(&id.to_string())),
            sees,
            "{who}: {read}"
        );
    }
    let auditor = api.test.somebody(
        domain::access::Role::Auditor,
        domain::agency::AgencyKind::LocalAuthority,
        system_tests::app::COUNCIL,
    );
    let auditor = api.served.caller(&auditor, "audit");
    let looks = auditor.get(&format!("/api/v1/people/{father}/looks")).await.text();
    assert_eq!(looks.matches("read-contact").count(), 6, "whoever was named was looked at: {looks}");
}
