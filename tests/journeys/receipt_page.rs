//! The receipt as a page, read by whoever asked: what stands on it by day and by night, and what reading it leaves.

use domain::access::Role;
use domain::agency::AgencyKind;
use domain::ids::AgencyId;
use event_store::{EventStore as _, Position};
use serde_json::{Value, json};
use system_tests::app::HOSPITAL;
use system_tests::http::Caller;
use uuid::Uuid;

use crate::partnership::*;

const FOUND: &str = "9990000018";
const HIDDEN: &str = "9990000026";
const ABSENT: &str = "9990000034";

async fn receipt(caller: &Caller, answer: &Value) -> String {
    page(caller, &format!("/receipts/{}", answer["enquiry"].as_str().unwrap())).await
}

async fn ask_by(caller: &Caller, number: &str) -> Value {
    ask(caller, json!({ "nhs-number": number })).await
}

async fn numbered(all: &Partnership, given: &str, number: &str) -> Uuid {
    let child = all.person(given, "Ashworth", "2016-04-02").await;
    let said = json!({
        "assertions": [{ "identifier": { "scheme": "nhs", "value": number } }],
        "source": { "basis": "document" },
    });
    done(&all.front_door(), &format!("people/{child}/assertions"), said).await;
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_asked_before_whoever_asks_first_and_the_next_sees_one() {
    let all = Partnership::start().await;
    numbered(&all, "Maya", FOUND).await;
    let (first, second) = (all.school(), all.school());
    let asked = ask_by(&first, FOUND).await;
    let again = ask_by(&second, FOUND).await;
    let shown = receipt(&first, &asked).await;
    assert!(shown.contains("Nobody has asked about this child before."), "{shown}");
    let shown = receipt(&second, &again).await;
    assert!(!shown.contains("Nobody has asked"), "{shown}");
    assert!(shown.contains(&format!("gt-number\">{}</td>", asked["reference"].as_str().unwrap())), "{shown}");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_which_authority_has_which_duty_and_which_nobody_recorded() {
    let all = Partnership::start().await;
    let child = numbered(&all, "Maya", FOUND).await;
    for (duty, authority, on) in [("responsible", "383", "2026-02-02"), ("area", NEXT_DOOR, "2026-03-01")] {
        let body = json!({
            "duty": duty, "authority": authority, "occurred": on, "source": { "basis": "told" },
        });
        done(&all.front_door(), &format!("people/{child}/authorities"), body).await;
    }
    let caller = all.school();
    let asked = ask_by(&caller, FOUND).await;
    all.settled().await;
    let story = format!("/children/{child}?for={WEIGHING}");
    for shown in [receipt(&caller, &asked).await, page(&caller, &story).await] {
        for said in [
            "Responsible authority: <strong>Leeds children&#39;s services</strong>, since 2 February 2026",
            "Authority of the area: <strong>Wakefield children&#39;s services</strong>, since 1 March 2026",
            "Authority of the school: not recorded",
        ] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
    }
    restrict(&all, child).await;
    let hidden = ask_by(&caller, FOUND).await;
    let shown = receipt(&caller, &hidden).await;
    assert!(shown.contains("somebody who must know") && !shown.contains("Responsible authority"), "{shown}");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_by_night_whom_to_ring_and_always_how_to_refer() {
    let all = Partnership::start().await;
    let child = numbered(&all, "Maya", FOUND).await;
    let case = Case::referred(&all, child, "2026-03-02").await;
    case.led_by(&all, &all.app.social_worker(), "2026-03-02").await;
    let nurse = all.app.emergency_nurse();
    for (moment, first) in [
        ("2026-03-10T12:00:00Z", "Telephone the lead practitioner"),
        ("2026-03-11T02:00:00Z", "No number for the night is registered here"),
    ] {
        all.it_is(moment);
        let caller = all.call(&nurse, "attendance");
        let asked = ask_by(&caller, FOUND).await;
        assert!(asked["advice"].as_str().unwrap().starts_with(first), "{asked}");
        let how = asked["how_to_refer"].as_str().unwrap();
        assert!(
            how.contains("1 working day after the referral (Keeping Children Safe")
                && how.contains("999 first"),
            "{how}"
        );
        let shown = receipt(&caller, &asked).await;
        assert!(shown.contains(first) && shown.contains("How to refer"), "{shown}");
        assert!(
            shown.contains("dial 999 first") && shown.contains("1 working day after the referral"),
            "{shown}"
        );
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_a_receipt_leaves_as_many_looks_whether_somebody_was_found_is_hidden_or_absent() {
    let all = Partnership::start().await;
    numbered(&all, "Maya", FOUND).await;
    let hidden = numbered(&all, "Nora", HIDDEN).await;
    restrict(&all, hidden).await;
    let caller = all.hospital();
    let mut left = Vec::new();
    for (number, answer) in [(FOUND, "found"), (HIDDEN, "contact-only"), (ABSENT, "no-trace")] {
        let asked = ask_by(&caller, number).await;
        assert_eq!(asked["answer"], answer);
        let before = looks(&all).await;
        let shown = receipt(&caller, &asked).await;
        assert_eq!(shown.contains("Maya"), answer == "found", "{shown}");
        left.push(looks(&all).await - before);
    }
    assert_eq!(left, [2, 2, 2], "the answer, and who they are");
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_that_an_answer_would_differ_finds_it_on_their_first_page() {
    let all = Partnership::start().await;
    let nurse = all.app.emergency_nurse();
    let hospitals = all.app.somebody(Role::SafeguardingLead, AgencyKind::NhsTrust, HOSPITAL);
    let elsewhere =
        all.app.somebody(Role::SafeguardingLead, AgencyKind::School, AgencyId(Uuid::from_u128(7)));
    let of_the_door = all.app.front_door();
    for asker in [all.call(&nurse, "attendance"), all.call(&of_the_door, CHECKING)] {
        assert_eq!(ask_by(&asker, FOUND).await["answer"], "no-trace");
    }
    numbered(&all, "Maya", FOUND).await;
    all.settled().await;
    for (visitor, is_told) in [
        (&nurse, true),
        (&hospitals, true),
        (&of_the_door, true),
        (&all.app.team_manager(), true),
        (&all.app.emergency_nurse(), false),
        (&elsewhere, false),
    ] {
        let home = page(&all.call(visitor, CHECKING), "/").await;
        assert_eq!(home.contains("Answers that would now differ"), is_told, "{home}");
    }
    all.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_more_match_than_are_answered_stands_on_the_page_and_too_little_is_said_at_its_field() {
    let all = Partnership::start().await;
    for _ in 0..6 {
        all.person("Robin", "Ashworth", "2016-04-02").await;
    }
    all.settled().await;
    let caller = all.hospital();
    let ask = async |born: &str| {
        let form = page(&caller, "/ask/attendance").await;
        let (_, after) = form.split_once("name=\"form\" value=\"").expect("what every form carries");
        let (token, _) = after.split_once('"').unwrap();
        let typed = format!(
            "form={token}&by=name&given=Robin&family=Ashworth&{born}&reason=Here&basis=public-task&none=yes"
        );
        let cookie = format!("goldthread-visitor={}", caller.token.as_ref().unwrap());
        let headers = [("cookie", cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        caller.send("POST", "/ask/attendance", &headers, typed.as_bytes()).await
    };
    let refused = ask("born_year=2016").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("<a href=\"#born\">Enter the date of birth, to the month at least"));
    let asked = ask("born_day=2&born_month=4&born_year=2016").await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let address = asked.header("location").unwrap();
    let shown = page(&caller, address).await;
    assert_eq!(shown.matches("Your reference").count(), 5);
    assert!(shown.contains("More children match than are shown here"), "{shown}");
    let one = address.split(['+', '?']).next().unwrap();
    assert!(!page(&caller, one).await.contains("More children match"));
    all.stop().await;
}

async fn looks(all: &Partnership) -> usize {
    all.app.app.access.read_all(Position::START, 10_000).await.unwrap().len()
}

async fn restrict(all: &Partnership, child: Uuid) {
    let body = json!({
        "reason": "high-risk", "owner": Uuid::from_u128(0x1ead), "review_on": "2026-06-08",
    });
    let manager = all.call(&all.app.team_manager(), KEEPING);
    done(&manager, &format!("people/{child}/restriction"), body).await;
}
