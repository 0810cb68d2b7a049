//! Forms of the pages, sent as a browser sends them: of any length that is taken, and never typed twice.

use std::time::{Duration, Instant};

use casework::demonstration::Persona;
use chrono::TimeDelta;
use serde_json::json;
use system_tests::forms::{Pairs, about_wren, encoded, hidden};
use system_tests::http::{Answer, Caller, Live};
use uuid::Uuid;

use crate::{Api, contact};

const FORM: &str = "/contacts/new?for=referral-consideration";
/// Two bytes of UTF-8, six as a form is sent.
const URDU: &str = "ہ";
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser in which somebody of the demonstration is signed in.
pub struct Browser {
    caller: Caller,
    cookie: String,
}

impl Browser {
    pub fn of(api: &Api, persona: Persona) -> Self {
        let token = api.test.app.token(&persona.actor(&api.test.app), TimeDelta::hours(12)).unwrap();
        Self { caller: api.served.nobody(), cookie: format!("goldthread-visitor={token}") }
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.caller.send("GET", address, &[("cookie", &self.cookie)], b"").await
    }

    pub async fn live(&self, address: &str) -> Live {
        self.caller.live(address, &[("cookie", &self.cookie)]).await
    }

    pub async fn post(&self, address: &str, pairs: &Pairs) -> Answer {
        let headers =
            [("cookie", self.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        self.caller.send("POST", address, &headers, encoded(pairs).as_bytes()).await
    }

    /// The form of a contact about a child without a record, filled in.
    pub async fn telling(&self, account: &str, step: &str) -> Pairs {
        let mut pairs = hidden(&self.get(FORM).await.text());
        pairs.extend(about_wren(account, step));
        pairs
    }
}

fn of<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_as_long_as_any_is_kept_goes_from_its_form_onto_the_record() {
    let api = Api::start().await;
    let school = Browser::of(&api, Persona::School);
    let account = URDU.repeat(20_000);
    let checked = school.post(FORM, &school.telling(&account, "check").await).await;
    assert_eq!(checked.status, 200, "{}", checked.status);
    assert!(checked.text().contains("Who will see which part"), "to be checked");
    let mut carried = hidden(&checked.text());
    assert_eq!(of(&carried, "account"), account);
    carried.push(("step".to_owned(), "record".to_owned()));
    let told = school.post(FORM, &carried).await;
    let contact = location(&told).strip_prefix("/contacts/").unwrap().split('/').next().unwrap();
    let door = Persona::FrontDoor.actor(&api.test.app);
    let door = api.served.caller(&api.test.visitor(door), "referral-consideration");
    let read = door.get(&format!("/api/v1/contacts/{contact}")).await.json();
    assert_eq!(read["account"].as_str().unwrap().chars().count(), 20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_too_long_comes_back_whole_with_the_reason_at_its_field() {
    let api = Api::start().await;
    let school = Browser::of(&api, Persona::School);
    let account = URDU.repeat(20_001);
    let refused = school.post(FORM, &school.telling(&account, "check").await).await;
    assert_eq!(refused.status, 422);
    let html = refused.text();
    assert!(html.contains("<a href=\"#account\">") && html.contains("20000 characters"), "said at its field");
    assert!(html.contains(&account) && html.contains("value=\"Holloway\""), "nothing typed is lost");
    // What no form can hold is refused in words, and not as if the page had made it wrongly.
    let endless = school.post(FORM, &school.telling(&URDU.repeat(100_000), "check").await).await;
    assert_eq!(endless.status, 413);
    assert!(endless.text().contains("longer than can be taken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_the_session_for_who_typed_it_and_for_nobody_else() {
    let api = Api::start().await;
    let school = Browser::of(&api, Persona::School);
    let telling = school.telling("Came without a coat.", "check").await;
    api.test.clock.advance(TimeDelta::hours(13));
    assert_eq!(location(&school.get(FORM).await), "/", "whoever typed nothing is shown where to sign in");
    let ended = school.post(FORM, &telling).await;
    assert_eq!(ended.status, 401);
    let html = ended.text();
    assert!(html.contains("Sign in again as Priya Nolan") && html.contains("action=\"/sign-in\""), "{html}");
    assert!(!html.contains("gt-account"), "whoever is at the browser is not shown it");
    let mut kept = hidden(&html);
    assert_eq!((of(&kept, "account"), of(&kept, "back")), ("Came without a coat.", FORM));

    let nurse: Pairs = kept.iter().filter(|(name, _)| name != "persona").cloned().collect();
    let nurse = [nurse, vec![("persona".to_owned(), "nurse".to_owned())]].concat();
    let refused = school.post("/sign-in", &nurse).await;
    assert_eq!((refused.status, refused.header("set-cookie")), (403, None));
    assert!(!refused.text().contains("coat"), "{}", refused.text());

    let signed_in = school.post("/sign-in", &kept).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    let cookie = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    kept = hidden(&signed_in.text());
    let again = Browser { cookie, ..school };
    let checked = again.post(FORM, &kept).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    assert!(
        checked.text().contains("Who will see which part") && checked.text().contains("Came without a coat.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_typed_is_not_handed_to_another_who_signed_in_meanwhile() {
    let api = Api::start().await;
    let telling = Browser::of(&api, Persona::School).telling("Came without a coat.", "check").await;
    let nurse = Browser::of(&api, Persona::Nurse);
    let stale = nurse.post(FORM, &telling).await;
    assert_eq!(stale.status, 403);
    let html = stale.text();
    assert!(
        html.contains("Sign in again as Priya Nolan") && !html.contains("Sign in again as Tom"),
        "{html}"
    );
    let mut forged = telling;
    forged.iter_mut().filter(|(name, _)| name == "form").for_each(|(_, value)| *value = "0".repeat(64));
    let forged = nurse.post(FORM, &forged).await;
    assert_eq!(forged.status, 403);
    assert!(!forged.text().contains("coat"), "nobody knows whose it is");
}

/// Sends a form until the answer is this one: what is away goes and comes in its own time.
pub async fn until(status: u16, send: impl AsyncFn() -> Answer) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = send().await;
        if answer.status == status {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{} {}", answer.status, answer.text());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_time_machine_cannot_read_is_said_at_its_own_field() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let reader = Browser::front_door(&api);
    let address = format!("/children/{child}?for=referral-consideration&known=2026-03-01&time=noon");
    let page = reader.get(&address).await;
    assert_eq!(page.status, 422);
    let html = page.text();
    assert!(html.contains("<a href=\"#time\">") && html.contains("id=\"time-error\""), "{html}");
    assert!(!html.contains("id=\"known-error\"") && html.contains("value=\"noon\""), "{html}");
}

impl Browser {
    /// The front door of the authority that the tests' children are of.
    pub fn front_door(api: &Api) -> Self {
        Self::at(api, &api.test.front_door())
    }

    pub fn at(api: &Api, visitor: &casework::visitor::Visitor) -> Self {
        let token = api.test.app.token(visitor.actor(), TimeDelta::hours(8)).unwrap();
        Self { caller: api.served.nobody(), cookie: format!("goldthread-visitor={token}") }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_or_stood_on_the_wrong_child_is_shown_to_those_who_may_look_back() {
    let api = Api::start().await;
    let door = api.front_door();
    let (wrong, right) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let keeper = api.served.caller(&api.test.front_door(), "record-keeping");
    let say = async |value: &str| {
        let say = json!({
            "assertions": [{ "identifier": { "scheme": "la-child-id", "authority": "383", "value": value } }],
            "source": { "basis": "document" }, "occurred": "2026-03-04",
        });
        let said = door.post(&format!("/api/v1/people/{wrong}/assertions"), &say).await.json();
        said["events"][0].as_str().unwrap().to_owned()
    };
    let (moved, withdrawn) = (say("C4711").await, say("C4712").await);
    api.test.clock.advance(TimeDelta::hours(1));
    let order =
        json!({ "wrong": { "person": wrong }, "right": { "person": right }, "reason": "wrong-person" });
    assert_eq!(keeper.post(&format!("/api/v1/entries/{moved}/move"), &order).await.status, 200);
    let order = json!({ "record": { "person": wrong }, "reason": "mistake" });
    assert_eq!(keeper.post(&format!("/api/v1/entries/{withdrawn}/withdrawal"), &order).await.status, 200);

    let all = |child: Uuid| format!("/children/{child}?for=referral-consideration&all=1");
    let reader = Browser::front_door(&api);
    let html = reader.get(&all(wrong)).await.text();
    let left = html.split_once("What stands here no more").unwrap().1.split_once("</ul>").unwrap().0;
    assert_eq!(left.matches("A number was given, 4 March 2026.").count(), 2, "{left}");
    assert!(left.contains("Taken back 10 March 2026, 10:00am"), "{left}");
    assert!(left.contains("Found not to belong here 10 March 2026, 10:00am"), "{left}");
    let before = left.split_once("href=\"").unwrap().1.split_once('"').unwrap().0.replace("&#38;", "&");
    let then = reader.get(&before).await.text();
    assert_eq!(
        then.matches("<h3>A number was given</h3>").count(),
        0,
        "the keeping of the record is left out"
    );
    let then = reader.get(&format!("{before}&all=1")).await.text();
    assert_eq!(then.matches("<h3>A number was given</h3>").count(), 2, "{then}");
    let there = reader.get(&all(right)).await.text();
    assert!(
        there.contains("<h3>A number was given</h3>") && there.contains("Set right 10 March 2026"),
        "{there}"
    );
    assert!(there.contains("The story as it was known before"), "{there}");

    let school = Browser::at(&api, &api.test.safeguarding_lead()).get(&all(wrong)).await.text();
    assert!(!school.contains("What stands here no more") && !school.contains("Taken back"), "{school}");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_goes_on_record_a_teller_is_told_what_is_true_whether_or_not_the_record_is_kept() {
    let api = Api::start().await;
    let door = api.front_door();
    let (open, kept) = (api.child(&door, "Example").await, api.child(&door, "Exemplar").await);
    let manager = api.test.team_manager();
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let restrictor = api.served.caller(&manager, "record-keeping");
    let path = format!("/api/v1/people/{kept}/restriction");
    assert_eq!(restrictor.post(&path, &restrict).await.status, 200);
    let table = async |browser: &Browser, child: Uuid| {
        let address = format!("/contacts/new?about={child}&for=referral-consideration");
        let mut pairs = browser.telling("No lunch again.", "check").await;
        pairs.push(("method".to_owned(), "telephone".to_owned()));
        let checked = browser.post(&address, &pairs).await;
        assert_eq!(checked.status, 200, "{}", checked.text());
        let html = checked.text();
        html.split_once("Who will see which part").unwrap().1.split_once("<form").unwrap().0.to_owned()
    };
    let school = Browser::at(&api, &api.test.safeguarding_lead());
    let (of_open, of_kept) = (table(&school, open).await, table(&school, kept).await);
    assert_eq!(of_open, of_kept, "the table does not tell that a record is kept");
    assert!(
        of_kept.contains("of one kept to named readers") && of_kept.contains("Health visitors"),
        "{of_kept}"
    );

    let front_door = Browser::front_door(&api);
    let of_open = table(&front_door, open).await;
    assert!(!of_open.contains("named readers"), "whoever is told all of it knows that it is open: {of_open}");
    let owner = Browser::at(&api, &manager);
    let of_kept = table(&owner, kept).await;
    assert!(of_kept.contains("This record is kept to named readers"), "{of_kept}");
    let door_row = of_kept
        .split_once("Front-door social workers: those whose team does")
        .unwrap()
        .1
        .split_once("</tr>")
        .unwrap()
        .0;
    assert!(door_row.contains("Whom to ring"), "{door_row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_queue_shows_what_comes_first_and_all_when_asked() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    for _ in 0..52 {
        let told = contact(child, "Alone again.");
        assert_eq!(door.post("/api/v1/contacts", &told).await.status, 201);
    }
    let reader = Browser::front_door(&api);
    let first = reader.get("/queue").await.text();
    assert!(first.contains("52 waiting") && first.contains("These 50 come first"), "{first}");
    assert_eq!(first.matches("<article class=\"gt-queue__contact\">").count(), 50);
    let all = reader.get("/queue?contacts=all").await.text();
    assert_eq!(all.matches("<article class=\"gt-queue__contact\">").count(), 52);
    assert!(!all.contains("come first."), "{all}");
    api.served.stop().await;
}
