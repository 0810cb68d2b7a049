//! The form by which somebody tells the front door: who may be named, and what is sent again.

use chrono::TimeDelta;
use event_store::EventStore as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Api;
use crate::forms::Browser;
use system_tests::forms::{Pairs, hidden};

fn form_of(child: Uuid) -> String {
    format!("/contacts/new?about={child}&for=referral-consideration")
}

/// The form filled in, with these fields in place of any of the same name.
async fn telling(reader: &Browser, fields: &[(&str, &str)], step: &str) -> Pairs {
    let pairs = reader.telling("He was seen to hit them.", step).await;
    with(pairs, fields)
}

/// These fields in place of any of the same name.
fn with(mut pairs: Pairs, fields: &[(&str, &str)]) -> Pairs {
    pairs.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
    pairs.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    pairs
}

/// What a page answers a form with.
async fn page(reader: &Browser, address: &str, pairs: &Pairs) -> (u16, String) {
    let answer = reader.post(address, pairs).await;
    (answer.status, answer.text())
}

/// Puts the form on record; the contact's id.
async fn recorded(reader: &Browser, address: &str, pairs: &Pairs) -> Uuid {
    let told = reader.post(address, &with(pairs.clone(), &[("step", "record")])).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let at = told.header("location").unwrap().strip_prefix("/contacts/").unwrap().to_owned();
    at.split('/').next().unwrap().parse().unwrap()
}

const NEIGHBOUR: [(&str, &str); 2] = [("also-1", "Ines Moreau"), ("also-1-part", "source")];

#[tokio::test(flavor = "multi_thread")]
async fn whoever_told_a_school_is_named_to_nobody_outside_the_front_door_unless_it_answers_for_both() {
    let api = Api::start().await;
    let child = api.child(&api.front_door(), "Example").await;
    let address = form_of(child);
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let asked = school.get(&address).await.text();
    assert!(asked.contains("May you, and whoever told you, be named?"), "{asked}");
    let agency = system_tests::app::SCHOOL.0.to_string();
    for (named, says, is_told) in [
        (
            "withheld-from-family",
            "The family is told neither that you told it nor who told you, Ines Moreau.",
            false,
        ),
        ("named", "The family may be told both: that you told it, and who told you, Ines Moreau.", true),
    ] {
        let pairs = telling(&school, &[&NEIGHBOUR[..], &[("named", named)]].concat(), "check").await;
        let (status, html) = page(&school, &address, &pairs).await;
        assert!(status == 200 && html.contains(says), "{html}");
        let contact = recorded(&school, &address, &pairs).await;
        api.test.app.take_in("timeline").await;
        let read = async |who: &casework::visitor::Visitor| {
            let (pages, caller) = (Browser::at(&api, who), api.served.caller(who, "referral-consideration"));
            let mut read = Vec::new();
            for of in [format!("/contacts/{contact}"), format!("/children/{child}")] {
                let answer = pages.get(&format!("{of}?for=referral-consideration")).await;
                assert_eq!(answer.status, 200, "{of}");
                read.push(answer.text().split_once("<h1").unwrap().1.to_owned());
            }
            let answer = caller.get(&format!("/api/v1/contacts/{contact}")).await;
            read.push(answer.text());
            let entries = caller.get(&format!("/api/v1/people/{child}/timeline")).await.json();
            let is_it = |entry: &&Value| entry["record"] == json!(contact);
            let entry = entries["entries"].as_array().unwrap().iter().find(is_it).unwrap().to_string();
            read.push(entry);
            read.join("\n")
        };
        let door = read(&api.test.front_door()).await;
        assert!(door.contains("Ines Moreau") && door.contains(&agency), "{door}");
        let outside = read(&api.test.team_manager()).await;
        assert!(outside.contains("He was seen to hit them."), "the account is read: {outside}");
        for tell_tale in ["Moreau", agency.as_str(), "online-form", "Online form"] {
            assert_eq!(outside.contains(tell_tale), is_told, "{named}, {tell_tale}: {outside}");
        }
        api.test.clock.advance(TimeDelta::minutes(1));
    }
}

/// About a child without a record.
const NEW: &str = "/contacts/new?for=referral-consideration";
const LEE: [(&str, &str); 2] = [("also-1", "Lee"), ("also-1-part", "witness")];

/// Who is in a contact, each once, and what it says.
async fn read(api: &Api, contact: Uuid) -> (Vec<Value>, Value) {
    let read = api.front_door().get(&format!("/api/v1/contacts/{contact}")).await.json();
    let people = read["people"].as_array().unwrap().iter().map(|one| one["person"].clone()).collect();
    (people, read)
}

async fn head(api: &Api) -> u128 {
    api.test.app.record.head().await.unwrap().position.raw()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_after_it_was_told_is_a_contact_of_its_own_about_the_same_people() {
    let api = Api::start().await;
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let told = telling(&school, &LEE, "record").await;
    let first = recorded(&school, NEW, &told).await;
    api.test.clock.advance(TimeDelta::minutes(5));
    assert_eq!(recorded(&school, NEW, &told).await, first, "sent again it is the same");

    let before = head(&api).await;
    let changed = with(told.clone(), &[("also-2", "Dana"), ("also-2-part", "present")]);
    let mut other_child = with(told.clone(), &[("given", "Robin")]);
    for form in [&changed, &other_child] {
        let (status, html) = page(&school, NEW, form).await;
        assert_eq!(status, 409, "{html}");
        assert!(html.contains("<a href=\"#account\">What this form said before is on record."), "{html}");
        assert!(html.contains("He was seen to hit them.") && html.contains("value=\"Lee\""), "kept: {html}");
    }
    assert_eq!(head(&api).await, before, "nobody's record is opened for it");

    let (_, html) = page(&school, NEW, &changed).await;
    let again = hidden(&html);
    let carried: Vec<(&str, &str)> =
        again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let second = recorded(&school, NEW, &with(changed.clone(), &carried)).await;
    assert_ne!(second, first);
    assert_eq!(recorded(&school, NEW, &with(changed, &carried)).await, second, "and once");
    let ((people, _), (more, _)) = (read(&api, first).await, read(&api, second).await);
    assert_eq!((people.len(), more.len()), (2, 3));
    assert!(people.iter().all(|person| more.contains(person)), "{people:?} {more:?}");
    other_child = with(other_child, &carried);
    let (status, html) = page(&school, NEW, &other_child).await;
    assert!(status == 409 && html.contains("name=\"once_more\" value=\"2\""), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_set_right_after_its_record_was_opened_and_the_contact_could_not_be_taken() {
    let api = Api::start().await;
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let pairs = telling(&school, &[&LEE[..], &[("given", "Wern")]].concat(), "record").await;
    let admin = api.test.database.admin().await;
    admin
        .batch_execute(
            "create function refuse() returns trigger language plpgsql as $$
             begin raise exception 'the disk is full' using errcode = '53100'; end $$;
             create trigger refuse before insert on record.event for each row
             when (position('contact.recorded'::bytea in new.header) > 0) execute function refuse()",
        )
        .await
        .unwrap();
    let before = head(&api).await;
    let (status, html) = page(&school, NEW, &pairs).await;
    assert!(status == 503 && html.contains("value=\"Wern\""), "{status} {html}");
    assert!(head(&api).await > before, "records were opened: {html}");
    admin.batch_execute("drop trigger refuse on record.event; drop function refuse").await.unwrap();
    let right = with(pairs, &[("given", "Wren"), ("also-1", "Leigh")]);
    let contact = recorded(&school, NEW, &right).await;
    let door = Browser::at(&api, &api.test.front_door());
    let html = door.get(&format!("/contacts/{contact}?for=referral-consideration")).await.text();
    assert!(html.contains("Wren Holloway</a>") && html.contains("Leigh</a>: witness"), "{html}");
}

const ASKS: &str = "<h1 class=\"govuk-heading-l\">Whom is each worry about?</h1>";
const WREN: [(&str, &str); 2] = [("also-1", "Wren"), ("also-1-part", "subject")];

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_worry_is_about_is_asked_again_of_whoever_is_named_now() {
    let api = Api::start().await;
    let address = form_of(api.child(&api.front_door(), "Example").await);
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let hers = [("about-neglect", "also-1")];
    let form = telling(&school, &[&WREN[..], &hers].concat(), "check").await;
    let (_, checked) = page(&school, &address, &with(form.clone(), &[("step", "about")])).await;
    assert!(checked.contains("Neglect, of Wren"), "{checked}");
    let robin = [("also-1", "Robin")];
    let both = [("also-2", "Robin"), ("also-2-part", "subject")];
    for (named, of_hers) in [(&robin[..], "Robin"), (&both, "Wren")] {
        let changed = with(form.clone(), named);
        let (status, html) = page(&school, &address, &changed).await;
        assert!(status == 200 && html.contains(ASKS), "{html}");
        let ticked = html.split_once("value=\"also-1\" checked>").unwrap().1;
        assert!(ticked.split_once("</label>").unwrap().0.ends_with(of_hers), "as before: {html}");
    }
    let nobody = with(form, &[("about-neglect", "also-3"), ("step", "record")]);
    let (status, html) = page(&school, &address, &nobody).await;
    assert!(status == 200 && html.contains(ASKS), "about nobody who is in it: {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_the_child_is_is_asked_before_whom_each_worry_is_about_and_neither_twice() {
    let api = Api::start().await;
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    recorded(&school, NEW, &telling(&school, &[], "record").await).await;
    api.test.app.take_in("people").await;
    let (_, near) = page(&school, NEW, &telling(&school, &WREN, "check").await).await;
    assert!(near.contains("Is it one of these?"), "{near}");
    let none = near.split_once("name=\"none\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let (_, asked) = page(&school, NEW, &with(hidden(&near), &[("none", &none)])).await;
    assert!(asked.contains(ASKS), "{asked}");
    let said = with(hidden(&asked), &[("about-neglect", "child"), ("step", "about")]);
    let (_, checked) = page(&school, NEW, &said).await;
    assert!(checked.contains("Who will see which part"), "{checked}");
    let again = with(hidden(&checked), &[("step", "check")]);
    let (_, asked) = page(&school, NEW, &again).await;
    assert!(asked.contains(ASKS), "none of them is said of this name: {asked}");
}
