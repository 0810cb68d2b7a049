//! Who is in an event and in which part, as pages and answers tell it.

use casework::visitor::Visitor;
use chrono::TimeDelta;
use serde_json::{Value, json};
use system_tests::http::Caller;
use uuid::Uuid;

use crate::Api;
use crate::forms::Browser;
use system_tests::forms::{Pairs, hidden};

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

/// Jade and those close to her, and the front door that tells of them.
struct Family {
    api: Api,
    jade: Uuid,
    brother: Uuid,
    father: Uuid,
    /// Kept to named readers.
    aunt: Uuid,
    /// Who answers for the aunt's record.
    owner: Visitor,
    reader: Browser,
    address: String,
}

impl Family {
    async fn at_home() -> Self {
        let api = Api::start().await;
        let door = api.front_door();
        let (jade, brother) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
        let (father, aunt) = (api.child(&door, "Sample").await, api.child(&door, "Specimen").await);
        let tie = async |from: Uuid, to: Value, kind: &str| {
            let tie = json!({ "from": from, "to": to, "kind": kind, "source": { "basis": "told" } });
            door.post("/api/v1/ties", &tie).await.id()
        };
        for (from, kind) in [(brother, "sibling"), (father, "father"), (aunt, "other")] {
            tie(from, json!({ "person": jade }), kind).await;
        }
        let (lodger, gone) = (api.child(&door, "Lodger").await, api.child(&door, "Leaver").await);
        let mut left = Uuid::nil();
        for person in [jade, father, lodger, gone] {
            left = tie(person, json!({ "household": Uuid::from_u128(1) }), "household-member").await;
        }
        let end = json!({ "on": "2026-03-09", "reason": "moved-out", "source": { "basis": "told" } });
        assert_eq!(door.post(&format!("/api/v1/ties/{left}/end"), &end).await.status, 200);
        let owner = api.test.team_manager();
        let keeper = api.served.caller(&owner, "record-keeping");
        let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
        assert_eq!(keeper.post(&format!("/api/v1/people/{aunt}/restriction"), &restrict).await.status, 200);
        let reader = Browser::front_door(&api);
        let address = format!("/contacts/new?about={jade}&for=referral-consideration");
        Self { api, jade, brother, father, aunt, owner, reader, address }
    }

    /// The form, filled in with these parts.
    async fn telling(&self, parts: &[(&str, &str)], step: &str) -> Pairs {
        let mut pairs = self.reader.telling("They were hit.", step).await;
        pairs.retain(|(name, _)| name != "part");
        pairs.push(("method".to_owned(), "telephone".to_owned()));
        pairs.extend(parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        pairs
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_contact_is_told_of_a_sibling_group_and_whoever_is_alleged_to_have_harmed_it() {
    let family = Family::at_home().await;
    let Family { api, jade, brother, father, reader, address, .. } = &family;
    let form = reader.get(address).await.text();
    assert!(form.contains("name=\"part\" type=\"checkbox\" value=\"subject\" checked"), "{form}");
    assert!(
        form.contains("Robin Exemplar, brother or sister")
            && form.contains("Robin Sample, father, in the same household"),
        "{form}"
    );
    assert!(form.contains("Robin Lodger, in the same household") && !form.contains("Leaver"), "{form}");
    assert!(!form.contains("Specimen") && !form.contains(&family.aunt.to_string()), "{form}");

    let (hit, hitting) = (format!("{brother} subject"), format!("{father} alleged-to-have-harmed"));
    let parts =
        [("part", "subject"), ("part", "alleged-to-have-harmed"), ("other", &hit), ("other", &hitting)];
    let asked = reader.post(address, &family.telling(&parts, "check").await).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let html = asked.text();
    assert!(html.contains("<h1 class=\"govuk-heading-l\">Whom is each worry about?</h1>"), "{html}");
    assert!(html.contains("name=\"about-neglect\" type=\"checkbox\" value=\"child\" checked"), "{html}");
    let mut both = hidden(&html);
    let answers = [("about-neglect", "child"), ("about-neglect", &brother.to_string()), ("step", "about")];
    both.extend(answers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let checked = reader.post(address, &both).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    let html = checked.text();
    for line in [
        "Robin Example, born 2 April 2016: <strong>subject of the worry, and alleged to have harmed</strong>",
        "Robin Exemplar, brother or sister: <strong>subject of the worry</strong>",
        "Robin Sample, father, in the same household: <strong>alleged to have harmed</strong>",
        "It stands on each one’s story, with their own part.",
        "It is about 2 people: only those who see all of each of them can read the account.",
    ] {
        assert!(html.contains(line), "{line}: {html}");
    }
    let mut carried = hidden(&html);
    carried.push(("step".to_owned(), "record".to_owned()));
    let told = reader.post(address, &carried).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let contact = told.header("location").unwrap().strip_prefix("/contacts/").unwrap().to_owned();
    let contact: Uuid = contact.split('/').next().unwrap().parse().unwrap();
    let read = api.front_door().get(&format!("/api/v1/contacts/{contact}")).await.json();
    let people = read["people"].as_array().unwrap();
    let has = |person: &Uuid, role: &str| {
        people.iter().any(|one| one["person"] == json!(person) && one["role"] == role)
    };
    assert!(has(jade, "subject") && has(jade, "alleged-to-have-harmed"), "{read}");
    assert!(has(brother, "subject") && has(father, "alleged-to-have-harmed") && people.len() == 4, "{read}");
    let his = reader.get(&format!("/children/{father}?for=referral-consideration")).await.text();
    assert!(his.contains("This person’s part in it: alleged to have harmed"), "{his}");
}

/// Tells by the form as somebody, with these fields beside the usual ones, up to the answers to check.
async fn checked(reader: &Browser, address: &str, more: &[(&str, &str)]) -> (u16, String) {
    let mut pairs = reader.telling("He was seen to hit them.", "check").await;
    pairs.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let answer = reader.post(address, &pairs).await;
    (answer.status, answer.text())
}

/// Puts on record what was checked; the contact's id.
async fn recorded(reader: &Browser, address: &str, html: &str) -> Uuid {
    let mut carried = hidden(html);
    carried.push(("step".to_owned(), "record".to_owned()));
    let told = reader.post(address, &carried).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let at = told.header("location").unwrap().strip_prefix("/contacts/").unwrap().to_owned();
    at.split('/').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_and_a_nurse_are_shown_nobody_close_and_name_who_is_in_it() {
    let family = Family::at_home().await;
    let Family { api, jade, address, .. } = &family;
    for reader in [api.test.safeguarding_lead(), api.test.emergency_nurse()] {
        let reader = Browser::at(api, &reader);
        let form = reader.get(address).await.text();
        assert!(form.contains("<details class=\"govuk-details\" open>"), "{form}");
        for close in ["Exemplar", "Sample", "Specimen", "Lodger"] {
            assert!(!form.contains(close), "{close}: {form}");
        }
        let named = [
            ("also-1", "Lee"),
            ("also-1-family", "Stranger"),
            ("also-1-part", "alleged-to-have-harmed"),
            ("also-2", "Wren"),
            ("also-2-part", "subject"),
            ("also-3", "Ms Okafor"),
            ("also-3-part", "source"),
        ];
        let (status, html) = checked(&reader, address, &named).await;
        assert_eq!(status, 200, "{html}");
        assert!(html.contains("Whom is each worry about?"), "{html}");
        let mut about = hidden(&html);
        about.extend(
            [("about-neglect", "also-2"), ("step", "about")].map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        let html = reader.post(address, &about).await.text();
        for line in [
            "Lee Stranger: <strong>alleged to have harmed</strong>",
            "Wren: <strong>subject of the worry</strong>",
            "Neglect, of Wren",
            "A record is opened for each of these names: Lee Stranger, and Wren. Nobody has looked whether",
            "Ms Okafor",
        ] {
            assert!(html.contains(line), "{line}: {html}");
        }
        let contact = recorded(&reader, address, &html).await;
        let door = api.front_door();
        let read = door.get(&format!("/api/v1/contacts/{contact}")).await.json();
        assert_eq!(read["source_identity"], "Ms Okafor", "{read}");
        let people = read["people"].as_array().unwrap();
        let with = |role: &str| -> Vec<&Value> {
            people.iter().filter(|one| one["role"] == role).map(|one| &one["person"]).collect()
        };
        assert_eq!((people.len(), with("subject").len()), (3, 2), "who told it has no record: {read}");
        let wren = *with("subject").iter().find(|one| ***one != json!(jade)).unwrap();
        assert_eq!(read["concerns"], json!([{ "kind": "neglect", "about": [wren] }]));
        let page = Browser::at(api, &api.test.front_door());
        let page = page.get(&format!("/contacts/{contact}?for=referral-consideration")).await.text();
        for line in ["Lee Stranger</a>: alleged to have harmed", "Wren</a>: subject", "Neglect: Wren"] {
            assert!(page.contains(line), "{line}: {page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_whoever_is_named_in_confidence_does_not_say_who_named_them() {
    let family = Family::at_home().await;
    let Family { api, jade, address, .. } = &family;
    let school = Browser::at(api, &api.test.safeguarding_lead());
    let mut pairs = school.telling("They are both hit.", "about").await;
    pairs.retain(|(name, _)| name != "named");
    for (name, value) in [
        ("named", "withheld-from-family"),
        ("also-1", "Wren"),
        ("also-1-part", "subject"),
        ("about-neglect", "child"),
        ("about-neglect", "also-1"),
    ] {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let contact = recorded(&school, address, &school.post(address, &pairs).await.text()).await;
    let read = api.front_door().get(&format!("/api/v1/contacts/{contact}")).await.json();
    let is_wren = |one: &&Value| one["person"] != json!(jade);
    let wren = read["people"].as_array().unwrap().iter().find(is_wren).unwrap()["person"].clone();
    let timeline = format!("/api/v1/people/{}/timeline", wren.as_str().unwrap());
    api.test.app.take_in("timeline").await;
    let agency = system_tests::app::SCHOOL.0.to_string();
    for (who, knows) in [(api.test.front_door(), true), (api.test.team_manager(), false)] {
        let told = api.served.caller(&who, "referral-consideration").get(&timeline).await.text();
        assert!(told.contains("contact.recorded") && told.contains("person.named"), "{told}");
        assert_eq!(told.contains(&agency), knows, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_name_or_with_whom_a_worry_is_about_loses_nothing() {
    let family = Family::at_home().await;
    let school = Browser::at(&family.api, &family.api.test.safeguarding_lead());
    let (status, html) =
        checked(&school, &family.address, &[("also-2", "Lee"), ("also-1-part", "witness")]).await;
    assert_eq!(status, 422);
    for said in [
        "<a href=\"#also-1\">Somebody else, 1 of 3: say who it is",
        "<a href=\"#also-2-part\">Somebody else, 2 of 3: choose what part",
        "value=\"Lee\"",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let two = [("also-1", "Wren"), ("also-1-part", "subject")];
    let (_, asked) = checked(&school, &family.address, &two).await;
    let mut nobody = hidden(&asked);
    nobody.push(("step".to_owned(), "about".to_owned()));
    let refused = school.post(&family.address, &nobody).await;
    assert_eq!(refused.status, 422);
    let html = refused.text();
    assert!(html.contains("<a href=\"#about-neglect\">Choose whom it is about: neglect</a>"), "{html}");
    assert!(!html.contains("checked"), "what was taken away stays away: {html}");
    // Whom it is about goes with the form when something else is changed.
    let mut change = hidden(&asked);
    change
        .extend([("about-neglect", "also-1"), ("step", "change")].map(|(n, v)| (n.to_owned(), v.to_owned())));
    let form = school.post(&family.address, &change).await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains("name=\"about-neglect\" value=\"also-1\""), "{}", form.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_is_offered_those_whom_it_tied_to_the_child_itself_and_nobody_whose_record_is_kept() {
    let api = Api::start().await;
    let door = api.front_door();
    let lead = api.test.safeguarding_lead();
    let school = api.served.caller(&lead, "referral-consideration");
    let (jade, carer, aunt) = (
        api.child(&door, "Example").await,
        api.child(&door, "Sample").await,
        api.child(&door, "Specimen").await,
    );
    let path = format!("/api/v1/people/{jade}/ties");
    let before = school.get(&path).await.status;
    let tied = async |caller: &Caller, from: Uuid, kind: &str| {
        let tie =
            json!({ "from": from, "to": { "person": jade }, "kind": kind, "source": { "basis": "told" } });
        let tied = caller.post("/api/v1/ties", &tie).await;
        assert_eq!(tied.status, 201, "{}", tied.text());
        tied.id()
    };
    let by_the_school = tied(&school, carer, "carer").await;
    tied(&school, aunt, "other").await;
    tied(&door, carer, "father").await;
    let keeper = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    assert_eq!(keeper.post(&format!("/api/v1/people/{aunt}/restriction"), &restrict).await.status, 200);

    let browser = Browser::at(&api, &lead);
    let shown = async || {
        let form =
            browser.get(&format!("/contacts/new?about={jade}&for=referral-consideration")).await.text();
        let story = browser.get(&format!("/children/{jade}?for=referral-consideration")).await.text();
        let family = story.split("<h2>Family</h2>").nth(1).unwrap().split("</ul>").next().unwrap().to_owned();
        (form, family, school.get(&path).await.json())
    };
    let (form, family, told) = shown().await;
    assert!(form.contains("Robin Sample, carer") && family.contains("carer"), "{form}");
    for other in ["Specimen", "Sample, father"] {
        assert!(!form.contains(other) && !family.contains(other), "{other}: {form}");
    }
    assert_eq!(
        (before, told["ties"].as_array().unwrap().len(), &told["disclosure"]),
        (404, 1, &json!("progress"))
    );

    // That another agency ended it is no more told than anything else of theirs.
    let end = json!({ "on": "2026-03-09", "reason": "moved-out", "source": { "basis": "told" } });
    let path = format!("/api/v1/ties/{by_the_school}/end");
    assert_eq!(door.post(&path, &end).await.status, 200);
    api.test.app.take_in("timeline").await;
    assert_eq!(shown().await.1, family);
    assert_eq!(shown().await.2, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_the_teller_may_not_know_is_answered_as_nobody_is_and_nothing_is_recorded() {
    let family = Family::at_home().await;
    let stranger = family.api.child(&family.api.front_door(), "Stranger").await;
    for step in ["check", "record"] {
        let telling = family.telling(&[("part", "subject")], step).await;
        let mut answers = Vec::new();
        for person in [family.aunt, Uuid::from_u128(7), stranger] {
            let other = ("other".to_owned(), format!("{person} witness"));
            let refused = family.reader.post(&family.address, &[telling.clone(), vec![other]].concat()).await;
            assert_eq!(refused.status, 422, "{}", refused.text());
            answers.push(refused.text());
        }
        let html = &answers[0];
        assert!(html.contains("<a href=\"#other\">Choose from the people who are shown"), "{html}");
        assert!(html.contains("They were hit."), "nothing typed is lost: {html}");
        assert!(answers.iter().all(|answer| answer == html), "whoever it is, the answer is one");
    }
    let waiting = family.api.front_door().get("/api/v1/contacts/undecided").await.json();
    assert_eq!(waiting["contacts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_were_chosen_are_still_chosen_when_something_is_wrong() {
    let family = Family::at_home().await;
    let seeing = format!("{} witness", family.brother);
    let telling = family.telling(&[("part", "witness"), ("other", &seeing)], "check").await;
    let refused = family.reader.post(&family.address, &telling).await;
    assert_eq!(refused.status, 422);
    let html = refused.text();
    assert!(html.contains("<a href=\"#part\">Say whom the worry is about"), "{html}");
    assert!(html.contains("id=\"part-error\"") && html.contains("value=\"witness\" checked"), "{html}");
    assert!(html.contains(&format!("value=\"{seeing}\" checked")), "{html}");
    assert!(!html.contains("value=\"subject\" checked"), "what was taken away stays away: {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lives_in_the_same_hostel_is_not_close_to_a_child() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let reader = Browser::front_door(&api);
    let lives = async |person: Uuid| {
        let tie = json!({
            "from": person, "to": { "household": Uuid::from_u128(1) }, "kind": "household-member",
            "source": { "basis": "told" },
        });
        door.post("/api/v1/ties", &tie).await.id();
    };
    lives(child).await;
    let form =
        async || reader.get(&format!("/contacts/new?about={child}&for=referral-consideration")).await.text();
    for number in 1..=25 {
        lives(api.child(&door, "Lodger").await).await;
        // A large family is one; a place where many live is none.
        if number == 24 {
            assert_eq!(form().await.matches("Robin Lodger, in the same household").count(), 24);
        }
    }
    assert!(!form().await.contains("Robin Lodger"));
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_child_is_missing_heads_the_form_of_telling_and_the_answers_to_check() {
    let family = Family::at_home().await;
    let door = family.api.front_door();
    let report =
        |from: &str| json!({ "from": from, "occurred": "2026-03-09", "source": { "basis": "told" } });
    let owner = family.api.served.caller(&family.owner, "referral-consideration");
    for (caller, child, from) in
        [(&door, family.brother, "education"), (&door, family.jade, "home"), (&owner, family.aunt, "care")]
    {
        let reported = caller.post(&format!("/api/v1/people/{child}/missing"), &report(from)).await;
        assert_eq!(reported.status, 200, "{}", reported.text());
    }
    let form = family.reader.get(&family.address).await;
    let telling = family.telling(&[("part", "subject")], "check").await;
    let checked = family.reader.post(&family.address, &telling).await;
    let told = recorded(&family.reader, &family.address, &checked.text()).await;
    let told = format!("/contacts/{told}/told?about={}&for=referral-consideration", family.jade);
    for page in [form, checked, family.reader.get(&told).await] {
        assert_eq!(page.status, 200);
        let html = page.text();
        let (head, _) = html.split_once("<h1").unwrap();
        let place = |line: &str| head.find(line).unwrap_or_else(|| panic!("{line}: {head}"));
        let jade = place("Robin Example is missing from home since 9 March 2026");
        assert!(jade < place("Robin Exemplar is missing from education"), "the child first");
        assert!(!head.contains("from care"), "of whom the teller may not know: {head}");
    }
}
