//! Timelines, stories and a queue held open: what arrives, what resumes, what is hidden.

use std::time::Duration;

use casework::demonstration::Persona;
use casework::visitor::Visitor;
use domain::access::Role;
use domain::agency::AgencyKind;
use serde_json::{Value, json};
use system_tests::app::COUNCIL;
use system_tests::http::{Live, Sent};
use uuid::Uuid;

use crate::cases::{began, done};
use crate::forms::Browser;
use crate::{Api, contact};

fn data(sent: &Sent) -> Value {
    serde_json::from_str(&sent.data).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_recorded_elsewhere_arrives_and_a_broken_stream_resumes() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let path = format!("/api/v1/people/{child}/timeline/live");
    let page = caller.get(&format!("/api/v1/people/{child}/timeline")).await.json();
    let from_page = format!("{path}?after={}", page["live"].as_str().unwrap());
    let mut live = caller.live(&from_page, &[]).await;
    assert_eq!(live.status, 200);
    assert_eq!(live.next().await.unwrap().event, "ready");
    let elsewhere = api.front_door();
    let first = elsewhere.post("/api/v1/contacts", &contact(child, "First.")).await.id();
    let arrived = live.next().await.unwrap();
    assert_eq!(arrived.event, "entry");
    assert_eq!(data(&arrived)["record"], first.to_string());
    drop(live);
    let second = elsewhere.post("/api/v1/contacts", &contact(child, "Second.")).await.id();
    let third = elsewhere.post("/api/v1/contacts", &contact(child, "Third.")).await.id();
    let mut resumed = caller.live(&path, &[("last-event-id", &arrived.id)]).await;
    assert_eq!(resumed.next().await.unwrap().event, "ready");
    let mut caught_up = Vec::new();
    while caught_up.len() < 2 {
        caught_up.push(data(&resumed.next().await.unwrap())["record"].clone());
    }
    assert_eq!(caught_up, [second.to_string(), third.to_string()], "in order, none missing, none twice");
    let other = api.front_door();
    let foreign = other.live(&path, &[("last-event-id", &arrived.id)]).await;
    assert_eq!(foreign.status, 422, "a place is its reader's own");
}

/// How much a reader was shown of somebody when they last looked, as the access log has it.
async fn shown(api: &Api, child: uuid::Uuid, reader: &Visitor) -> Value {
    let auditor = api.test.somebody(Role::Auditor, AgencyKind::LocalAuthority, COUNCIL);
    let auditor = api.served.caller(&auditor, "audit");
    let looks = auditor.get(&format!("/api/v1/people/{child}/looks")).await.json();
    let practitioner = json!(reader.practitioner().0);
    let looks = looks["looks"].as_array().unwrap();
    looks.iter().find(|look| look["practitioner"] == practitioner).unwrap()["disclosure"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_log_says_of_a_timeline_held_open_how_much_its_reader_is_shown() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    door.post("/api/v1/contacts", &contact(child, "Told.")).await.id();
    let (decides, school, nurse) =
        (api.test.front_door(), api.test.safeguarding_lead(), api.test.emergency_nurse());
    for (reader, purpose, disclosure) in [
        (decides, "referral-consideration", "full"),
        (school, "referral-consideration", "progress"),
        (nurse, "attendance", "status"),
    ] {
        let caller = api.served.caller(&reader, purpose);
        let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
        assert_eq!(live.next().await.unwrap().event, "ready");
        drop(live);
        assert_eq!(shown(&api, child, &reader).await, disclosure, "{purpose}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_others_is_not_heard() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let other = api.child(&caller, "Another").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    let ready = live.next().await.unwrap();
    caller.post("/api/v1/contacts", &contact(other, "Elsewhere.")).await.id();
    assert!(live.is_quiet_for(Duration::from_millis(1500)).await);
    caller.post("/api/v1/contacts", &contact(child, "Here.")).await.id();
    let arrived = live.next().await.unwrap();
    assert_eq!(arrived.event, "entry");
    assert_ne!(arrived.id, ready.id);
    assert_eq!(arrived.id.len(), ready.id.len(), "a place does not grow with what lies between");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_ends_the_stream_before_the_next_item() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    let manager = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let restricted = manager.post(&format!("/api/v1/people/{child}/restriction"), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    assert_eq!(live.next().await.map(|sent| sent.event).as_deref(), Some("closed"));
    assert_eq!(live.next().await, None);
    let again = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(again.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_open_streams_and_answers_what_was_taken_in() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    let stopping = tokio::time::timeout(Duration::from_secs(10), api.served.stop());
    stopping.await.expect("a server that stops though somebody listens");
    assert_eq!(live.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_cuts_off_whoever_it_closes_out_and_nobody_else() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let path = format!("/api/v1/people/{child}/timeline/live");
    let manager = api.test.team_manager();
    let owner = api.served.caller(&manager, "safeguarding-check");
    let mut cut = door.live(&path, &[]).await;
    let mut kept = owner.live(&path, &[]).await;
    assert_eq!(cut.next().await.unwrap().event, "ready");
    assert_eq!(kept.next().await.unwrap().event, "ready");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let restrictor = api.served.caller(&manager, "record-keeping");
    let restricted = restrictor.post(&format!("/api/v1/people/{child}/restriction"), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    assert_eq!(cut.next().await.map(|sent| sent.event).as_deref(), Some("closed"));
    assert_eq!(cut.next().await, None);
    let told = door.post("/api/v1/contacts", &contact(child, "Told by a neighbour.")).await.id();
    loop {
        let sent = kept.next().await.expect("the owner goes on reading");
        assert_eq!(sent.event, "entry", "{sent:?}");
        if data(&sent)["record"] == told.to_string() {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_proof_of_who_reads_it() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut live = caller.live(&format!("/api/v1/people/{child}/timeline/live"), &[]).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    api.test.clock.advance(chrono::TimeDelta::hours(9));
    let elsewhere = api.front_door();
    elsewhere.post("/api/v1/contacts", &contact(child, "In the evening.")).await.id();
    assert_eq!(live.next().await.map(|sent| sent.event).as_deref(), Some("closed"));
    assert_eq!(live.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_comes_and_goes_gets_everything_exactly_once() {
    const WRITERS: usize = 3;
    const EACH: usize = 12;
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let path = format!("/api/v1/people/{child}/timeline/live");
    let mut live = caller.live(&path, &[]).await;
    let mut last = live.next().await.unwrap().id;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let writer = api.front_door();
            tokio::spawn(async move {
                let mut written = Vec::new();
                for _ in 0..EACH {
                    written.push(
                        writer.post("/api/v1/contacts", &contact(child, "Again.")).await.id().to_string(),
                    );
                }
                written
            })
        })
        .collect();
    let mut heard = Vec::new();
    // Gone after two, after none, after five, …
    for stay in [2, 0, 5, 1, 0, 3].into_iter().cycle() {
        for _ in 0..stay {
            if heard.len() == WRITERS * EACH {
                break;
            }
            let sent = live.next().await.expect("an entry");
            last = sent.id.clone();
            match sent.event.as_str() {
                "entry" => heard.push(data(&sent)["record"].as_str().unwrap().to_owned()),
                event => assert_eq!(event, "ready"),
            }
        }
        if heard.len() == WRITERS * EACH {
            break;
        }
        drop(live);
        live = caller.live(&path, &[("last-event-id", &last)]).await;
    }
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    written.sort_unstable();
    heard.sort_unstable();
    assert_eq!(heard, written, "none missing, none twice");
    assert!(live.is_quiet_for(Duration::from_millis(500)).await);
}

/// Where a page hears that it has changed.
fn address_in(page: &str) -> &str {
    page.split_once("data-live=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_held_open_is_told_that_something_came_in_or_was_decided_and_nothing_of_what() {
    let api = Api::start().await;
    let ruth = api.test.visitor(Persona::FrontDoor.actor(&api.test.app));
    let door = api.served.caller(&ruth, "referral-consideration");
    let own = ruth.actor().authority.as_ref().unwrap().to_string();
    let told_here = |child, account| {
        let mut told = contact(child, account);
        told["authority"] = json!(own);
        told
    };
    let child = api.child(&door, "Example").await;
    let browser = Browser::of(&api, Persona::FrontDoor);
    let page = browser.get("/queue").await.text();
    // What came between the page and its stream is heard.
    door.post("/api/v1/contacts", &told_here(child, "Told meanwhile.")).await.id();
    let mut live = browser.live(address_in(&page)).await;
    assert_eq!(live.status, 200);
    assert_eq!(live.next().await.unwrap().event, "ready");
    assert_eq!(live.next().await.unwrap().event, "changed");
    let told = door.post("/api/v1/contacts", &told_here(child, "Often hungry at school.")).await.id();
    let heard = live.next().await.unwrap();
    assert_eq!((heard.event.as_str(), heard.data.as_str()), ("changed", "{}"));
    let decision = json!({ "outcome": "advice", "reason": "School to visit." });
    let decided = door.post(&format!("/api/v1/contacts/{told}/decision"), &decision).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert_eq!(live.next().await.unwrap().event, "changed");
    // What another front door is told is not this one's.
    assert_ne!(own, system_tests::app::AUTHORITY);
    door.post("/api/v1/contacts", &contact(child, "Seen alone in Leeds.")).await.id();
    assert!(live.is_quiet_for(Duration::from_millis(1500)).await);
    // Nor is what is hidden from whoever listens.
    let hidden = api.child(&door, "Hidden").await;
    assert_eq!(door.post("/api/v1/contacts", &told_here(hidden, "First.")).await.status, 201);
    assert_eq!(live.next().await.unwrap().event, "changed");
    let keeper = api.test.visitor(Persona::Manager.actor(&api.test.app));
    let restrict = json!({ "reason": "relative-of-staff", "owner": Uuid::from_u128(0xdead), "readers": [], "review_on": "2026-06-08" });
    let path = format!("/api/v1/people/{hidden}/restriction");
    let restricted = api.served.caller(&keeper, "record-keeping").post(&path, &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    let page = browser.get("/queue").await.text();
    let mut live = browser.live(address_in(&page)).await;
    assert_eq!(live.next().await.unwrap().event, "ready");
    assert_eq!(door.post("/api/v1/contacts", &told_here(hidden, "Second.")).await.status, 201);
    assert!(live.is_quiet_for(Duration::from_millis(1500)).await, "heard what its page does not show");
    assert_eq!(door.post("/api/v1/contacts", &told_here(child, "Third.")).await.status, 201);
    assert_eq!(live.next().await.unwrap().event, "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_without_a_timeline_is_told_that_the_child_stands_otherwise_and_of_nothing_else() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let hears = async |reader: &Visitor| {
        let browser = Browser::at(&api, reader);
        let page = browser.get(&format!("/children/{child}?for=safeguarding-check")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.text().replace("&#38;", "&");
        assert!(page.contains("not what happened") && !page.contains("&after="), "{page}");
        OpenStory::held(browser, page).await
    };
    let somebody = |role, kind| api.test.somebody(role, kind, system_tests::app::SCHOOL);
    let teacher = somebody(Role::Teacher, AgencyKind::School);
    let officer = somebody(Role::PoliceOfficer, AgencyKind::Police);
    // Whoever is told first of a child is rung about them from then on, and the page says so.
    door.post("/api/v1/contacts", &contact(child, "Often late.")).await.id();
    let mut open = hears(&teacher).await;
    // A contact is not theirs to know, nor is another child's.
    door.post("/api/v1/contacts", &contact(child, "Often hungry.")).await.id();
    let other = api.child(&door, "Another").await;
    let from = |child: Uuid| format!("/api/v1/people/{child}/missing");
    let report = json!({ "from": "home", "occurred": "2026-03-09", "source": { "basis": "told" } });
    assert_eq!(door.post(&from(other), &report).await.status, 200);
    assert!(open.is_quiet().await, "heard what the page does not show");
    assert_eq!(door.post(&from(child), &report).await.status, 200);
    assert_eq!(open.hears().await, ["otherwise"]);
    // Kept from them meanwhile: the page has less on it, and who is none of its readers is told whom to ring.
    let manager_of_it = api.test.team_manager();
    let manager = api.served.caller(&manager_of_it, "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let path = format!("/api/v1/people/{child}/restriction");
    assert_eq!(manager.post(&path, &restrict).await.status, 200);
    assert_eq!(open.hears().await, ["otherwise"]);
    for reader in [&teacher, &officer] {
        let mut kept = hears(reader).await;
        assert!(kept.page.contains("Missing from home"), "{}", kept.page);
        assert!(kept.is_quiet().await);
        let owner = api.served.caller(&manager_of_it, "safeguarding-check");
        let place = if reader.practitioner() == teacher.practitioner() { "care" } else { "education" };
        let more = json!({ "from": place, "occurred": "2026-03-09", "source": { "basis": "told" } });
        let reported = owner.post(&from(child), &more).await;
        assert_eq!(reported.status, 200, "{}", reported.text());
        assert_eq!(kept.hears().await, ["otherwise"]);
    }
}

/// Longer than anything here takes to be heard.
const QUIET: Duration = Duration::from_millis(1500);

/// A child's story, open in somebody's browser.
struct OpenStory {
    browser: Browser,
    page: String,
    live: Live,
}

impl OpenStory {
    async fn of(api: &Api, persona: Persona, child: Uuid, purpose: &str) -> Self {
        let browser = Browser::of(api, persona);
        let page = browser.get(&format!("/children/{child}?for={purpose}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        Self::held(browser, page.text().replace("&#38;", "&")).await
    }

    /// A page that was loaded before.
    async fn held(browser: Browser, page: String) -> Self {
        let mut live = browser.live(address_in(&page)).await;
        assert_eq!(live.next().await.unwrap().event, "ready");
        Self { browser, page, live }
    }

    /// What comes, from the first until nothing does for a while, each once.
    async fn hears(&mut self) -> Vec<String> {
        let mut heard = vec![self.live.next().await.unwrap().event];
        while let Ok(sent) = tokio::time::timeout(QUIET, self.live.next()).await {
            heard.push(sent.unwrap().event);
        }
        heard.sort_unstable();
        heard.dedup();
        heard
    }

    async fn is_quiet(&mut self) -> bool {
        self.live.is_quiet_for(QUIET).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_story_is_told_that_the_child_stands_otherwise_and_nothing_of_what_its_page_hides() {
    let api = Api::start().await;
    let child = api.child(&api.front_door(), "Example").await;
    let mut door = OpenStory::of(&api, Persona::FrontDoor, child, "referral-consideration").await;
    let mut nurse = OpenStory::of(&api, Persona::Nurse, child, "attendance").await;
    assert!(door.page.contains("No authority has a case you are told of"), "{}", door.page);
    let at_work = |persona: Persona| {
        let visitor = api.test.visitor(persona.actor(&api.test.app));
        api.served.caller(&visitor, "allocated-work")
    };
    let (worker, manager) = (at_work(Persona::Worker), at_work(Persona::Manager));
    let referral = json!({
        "child": child, "authority": "380", "on": "2026-02-02", "source": "2A", "primary_need": "N1",
    });
    let received = done(&worker, "/api/v1/cases", referral).await;
    assert_eq!(door.hears().await, ["entry", "otherwise"]);
    assert_eq!(nurse.hears().await, ["otherwise"], "what happened is not the nurse's to know");

    let case = received["id"].as_str().unwrap();
    let note = json!({ "on": "2026-03-10", "kind": "note", "text": "Rang the school." });
    done(&worker, &format!("/api/v1/cases/{case}/notes"), note).await;
    assert_eq!(door.hears().await, ["entry"], "the child stands as before");

    let visit = json!({ "on": "2026-03-09", "kind": "child-in-need", "seen": "alone" });
    done(&worker, &format!("/api/v1/cases/{case}/visits"), visit).await;
    assert_eq!(door.hears().await, ["entry", "otherwise"]);
    assert!(nurse.is_quiet().await, "heard when the child was seen, which the page does not show");
    let again = OpenStory::of(&api, Persona::FrontDoor, child, "referral-consideration").await;
    assert!(again.page.contains("On a visit: 9 March 2026; alone: 9 March 2026"), "{}", again.page);

    // What came between the page and its stream is heard; a page loaded since has nothing to hear.
    let decide = json!({ "episode": began(&received, "referral.received", "episode"), "on": "2026-02-03", "outcome": "section47" });
    done(&manager, &format!("/api/v1/cases/{case}/decision"), decide).await;
    let mut late = OpenStory::held(again.browser, again.page).await;
    assert_eq!(late.hears().await, ["entry", "otherwise"]);
    let mut loaded = OpenStory::of(&api, Persona::FrontDoor, child, "referral-consideration").await;
    assert!(loaded.is_quiet().await);
}
