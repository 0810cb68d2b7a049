//! What practitioners type beside a running node: who somebody is and when they were born, what adds up about a child, what
//! is counted of the work. One node for all of it.

use std::path::Path;

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::checkout::{Checkout, Serving};
use super::{goldthread, printed, refused};

/// Rosa Ellwood, about whom small things add up.
const ROSA: &str = "9990000034";
/// Keira Longbottom, who is missing from care.
const KEIRA: &str = "9990000107";

/// Those at work, each with a token of their own.
struct AtWork<'a> {
    checkout: &'a Checkout,
    serving: &'a Serving,
    door: String,
    manager: String,
    auditor: String,
}

impl<'a> AtWork<'a> {
    fn with(checkout: &'a Checkout, serving: &'a Serving) -> Self {
        let token = |persona| printed(&checkout.type_in(&["token", persona])).trim().to_owned();
        let (door, manager, auditor) = (token("front-door"), token("manager"), token("auditor"));
        Self { checkout, serving, door, manager, auditor }
    }

    fn typed(&self, token: &str, arguments: &[&str]) -> std::process::Output {
        let mut typed = goldthread(self.checkout.folder());
        typed.args(arguments).env("GOLDTHREAD_TOKEN", token).env("GOLDTHREAD_URL", &self.serving.url);
        typed.output().unwrap()
    }

    fn by(&self, token: &str, purpose: &str, arguments: &[&str]) -> String {
        printed(&self.typed(token, &[arguments, &["--purpose", purpose]].concat()))
    }

    fn door(&self, arguments: &[&str]) -> String {
        self.by(&self.door, "referral-consideration", arguments)
    }

    /// What no command asks or orders.
    fn sent(&self, request: impl FnOnce(&Client, String) -> RequestBuilder, path: &str) -> Value {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = request(&client, format!("{}/api/v1{path}", self.serving.url)).bearer_auth(&self.door);
        let answer = request.header("Goldthread-Purpose", "referral-consideration").send().unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().unwrap());
        answer.json().unwrap()
    }

    fn posted(&self, path: &str, body: &Value) -> Value {
        self.sent(|client, url| client.post(url).json(body), path)
    }

    /// Waits until what was answered at this position can be read.
    fn has_taken_in(&self, path: &str, position: &str) {
        self.sent(|client, url| client.get(url), &format!("{path}?at_least={position}"));
    }

    fn goes_missing(&self, person: &str) {
        let gone =
            json!({ "from": "home", "occurred": "2026-03-09T22:30:00Z", "source": { "basis": "told" } });
        let reported = self.posted(&format!("/people/{person}/missing"), &gone);
        self.has_taken_in(&format!("/people/{person}/status"), position(&reported));
    }

    /// Somebody with an open referral, who may be an adult by one of the days that were said.
    fn disputed(&self) -> String {
        let person = json!({
            "kind": "born",
            "assertions": [
                { "name": { "given": "Robin", "family": "Example", "use": "usual" } },
                { "birth": "2001-01-05" },
            ],
            "source": { "basis": "told" },
        });
        let person = self.posted("/people", &person).get("id").and_then(Value::as_str).unwrap().to_owned();
        let other = json!({ "assertions": [{ "birth": "2020-01-05" }], "source": { "basis": "document" } });
        self.posted(&format!("/people/{person}/assertions"), &other);
        let referral = json!({ "child": person, "authority": "380", "on": "2026-03-09", "source": "2A" });
        let referred = self.posted("/cases", &referral);
        self.has_taken_in(&format!("/people/{person}"), position(&referred));
        person
    }
}

fn position(answer: &Value) -> &str {
    answer.get("position").and_then(Value::as_str).unwrap()
}

#[test]
fn practitioners_look_weigh_decide_and_count_by_what_they_type() {
    let checkout = Checkout::new();
    let serving = checkout.serve();
    let at_work = AtWork::with(&checkout, &serving);
    a_birth_that_is_disputed_is_accepted(&at_work);
    an_alert_is_read_weighed_and_decided(&at_work);
    a_rule_is_tried_and_puts_nothing_on_record(&at_work);
    other_rules_of_access_are_checked_and_tried(&at_work);
    the_master_key_is_replaced_while_the_node_serves(&at_work);
    what_is_counted_is_named_with_the_children_behind_it(&at_work);
    that_a_child_is_missing_is_the_first_line(&at_work);
    reviews_are_for_those_who_answer_for_it(&at_work);
}

fn a_birth_that_is_disputed_is_accepted(at_work: &AtWork<'_>) {
    assert_eq!(at_work.door(&["people", "unsettled-births"]), "nobody’s age is for a person to decide\n");
    let person = at_work.disputed();
    let shown = at_work.door(&["people", "show", &person]);
    assert!(shown.contains("Robin Example (usual)") && shown.contains("born DISPUTED"), "{shown}");
    let unsettled = at_work.door(&["people", "unsettled-births"]);
    assert_eq!(unsettled, format!("{person} perhaps since 2019-01-05\n"));
    at_work.goes_missing(&person);
    let head = format!("MISSING from home since 2026-03-09T22:30:00Z: {person}\n");
    assert_eq!(at_work.door(&["people", "unsettled-births"]), format!("{head}{unsettled}"));
    let said = shown.lines().find(|line| line.contains("2020-01-05 (document)")).unwrap();
    let assertion = said.split(' ').next_back().unwrap();
    let accept = ["people", "accept-birth", &person, "--assertion", assertion];
    assert_eq!(at_work.door(&accept), "accepted\n");
    assert_eq!(at_work.door(&accept), "accepted before\n");
    let again: Value = serde_json::from_str(&at_work.door(&[&["--json"], &accept[..]].concat())).unwrap();
    at_work.has_taken_in(&format!("/people/{person}"), position(&again));
    let shown = at_work.door(&["people", "show", &person]);
    assert!(shown.contains("born 2020-01-05\n") && shown.contains(", accepted"), "{shown}");
    assert_eq!(at_work.door(&["people", "unsettled-births"]), "nobody’s age is for a person to decide\n");
}

/// The ids and the lines of a list of alerts.
fn alerts(listed: &str) -> Vec<(&str, &str)> {
    listed
        .lines()
        .filter(|line| !line.starts_with("MISSING "))
        .map(|line| line.split_once(' ').unwrap())
        .collect()
}

fn an_alert_is_read_weighed_and_decided(at_work: &AtWork<'_>) {
    let rules = at_work.door(&["linkage", "rules"]);
    assert!(rules.contains("small-things-add-up") && rules.contains("three-incidents"), "{rules}");
    let found = at_work.door(&["people", "search", "--nhs-number", ROSA]);
    let rosa = found.lines().next().unwrap();
    let listed = at_work.door(&["linkage", "alerts", "--person", rosa]);
    let of_rosa = alerts(&listed);
    let (alert, line) = of_rosa.iter().find(|(_, line)| line.contains("Small things that add up")).unwrap();
    assert!(line.trim_start().starts_with("open"), "{line}");
    let all = at_work.door(&["linkage", "alerts", "--limit", "200"]);
    assert!(alerts(&all).iter().any(|(id, _)| id == alert), "{all}");

    let shown = at_work.door(&["linkage", "alert", alert]);
    assert!(shown.contains(&format!("about {rosa}")), "{shown}");
    assert!(shown.ends_with("This is advice; a person decides.\n"), "{shown}");
    let done = |order: &[&str]| {
        let said = at_work.door(order);
        let at = said.strip_prefix("on record at position ").unwrap_or_else(|| panic!("{said}"));
        at_work.has_taken_in("/alerts", at.trim());
    };
    done(&["linkage", "opinion", alert, "--weight", "protective", "--opinion", "Her aunt lives there."]);
    let shown = at_work.door(&["linkage", "alert", alert]);
    assert!(
        shown.contains("Opinion (protective) of ") && shown.contains(": Her aunt lives there."),
        "{shown}"
    );
    let reason = "Seen at home this morning.";
    done(&["linkage", "dismiss", alert, "--reason", reason]);
    let shown = at_work.door(&["linkage", "alert", alert]);
    assert!(shown.contains("(dismissed)") && shown.contains(&format!("dismissed, {reason}")), "{shown}");
    let dismissed = at_work.door(&["linkage", "alerts", "--state", "dismissed", "--limit", "200"]);
    assert!(alerts(&dismissed).iter().any(|(id, _)| id == alert), "{dismissed}");

    let open = at_work.door(&["linkage", "alerts"]);
    let (other, _) = *alerts(&open).first().unwrap();
    done(&["linkage", "accept", other, "--follows", "early-help"]);
    let shown = at_work.door(&["linkage", "alert", other]);
    assert!(shown.contains("(accepted)") && shown.contains("accepted, early-help"), "{shown}");
}

fn a_rule_is_tried_and_puts_nothing_on_record(at_work: &AtWork<'_>) {
    let before = at_work.door(&["linkage", "alerts", "--limit", "200"]);
    let rule = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/linkage/small-things-add-up.rule");
    let tried = at_work.typed("", &["--json", "linkage", "dry-run", "--rule", rule.to_str().unwrap()]);
    let tried: Value = serde_json::from_str(&printed(&tried)).unwrap();
    let count = |name: &str| tried.get(name).and_then(Value::as_u64).unwrap();
    assert_eq!(tried.get("rule"), Some(&json!("small-things-add-up")), "{tried}");
    assert!(count("people") > count("children") && count("children") > 0, "{tried}");
    assert!(count("findings") > 0 && count("entries") >= count("findings"), "{tried}");
    assert_eq!(at_work.door(&["linkage", "alerts", "--limit", "200"]), before);
    let wrong = at_work.checkout.folder().file("wrong.rule", b"everything is suspicious\n");
    refused(&at_work.typed("", &["linkage", "dry-run", "--rule", wrong.to_str().unwrap()]));
}

fn other_rules_of_access_are_checked_and_tried(at_work: &AtWork<'_>) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/policy");
    let folder = |changed: &dyn Fn(&str) -> String| {
        let folder = at_work.checkout.folder().path().join("rules");
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["acting.cedar", "disclosure.cedar"] {
            let text = std::fs::read_to_string(shipped.join(file)).unwrap();
            std::fs::write(folder.join(file), changed(&text)).unwrap();
        }
        folder.to_str().unwrap().to_owned()
    };
    let same = folder(&|text| text.to_owned());
    assert!(printed(&at_work.typed("", &["policy", "check", &same])).starts_with("these rules hold: "));
    let tried = printed(&at_work.typed("", &["policy", "dry-run", &same]));
    assert!(tried.contains(" looks and ") && tried.ends_with("; 0 decisions differ\n"), "{tried}");
    let silent = folder(&|text| text.replace("Action::\"read-alerts\"", "Action::\"read-notices\""));
    let tried = printed(&at_work.typed("", &["policy", "dry-run", &silent]));
    assert!(
        tried.contains("front-door for referral-consideration, read-alerts: permitted, would be denied"),
        "{tried}"
    );
    let misspelt = folder(&|text| text.replace("Purpose::\"conference\"", "Purpose::\"confrence\""));
    let said = refused(&at_work.typed("", &["policy", "check", &misspelt]));
    assert!(said.contains("confrence"), "{said}");
    let nowhere = at_work.checkout.folder().path().join("nowhere");
    let said = refused(&at_work.typed("", &["policy", "check", nowhere.to_str().unwrap()]));
    assert!(said.contains("nowhere cannot be read"), "{said}");
}

fn the_master_key_is_replaced_while_the_node_serves(at_work: &AtWork<'_>) {
    let rotated = at_work.typed("", &["keys", "rotate"]);
    assert_eq!(printed(&rotated), "the keys are wrapped under the master key of epoch 2\n");
}

fn what_is_counted_is_named_with_the_children_behind_it(at_work: &AtWork<'_>) {
    let manager = |arguments: &[&str]| at_work.by(&at_work.manager, "allocated-work", arguments);
    let listed = manager(&["management", "measures", "list"]);
    for said in [
        "caseload (version ",
        "unallocated (version ",
        "  source: ",
        "  counted apart: ",
        "compared with: England",
        "compared with: no figure of England is published",
    ] {
        assert!(listed.contains(said), "{said}: {listed}");
    }
    let shown = manager(&["management", "measures", "show", "caseload"]);
    let without = manager(&["management", "measures", "show", "unallocated"]);
    assert!(without.contains(" [no figure of England is published]"), "{without}");
    assert!(shown.contains("Caseload per worker: ") && !shown.contains("Referrals"), "one of them: {shown}");
    let behind = manager(&["management", "measures", "children", "caseload"]);
    let counted =
        behind.lines().filter(|line| line.contains(" child ") && line.contains(": counted")).count();
    assert!(counted > 0, "{behind}");
    let measures = ["management", "measures", "show", "no-such-measure", "--purpose", "allocated-work"];
    let said = refused(&at_work.typed(&at_work.manager, &measures));
    assert!(said.contains("there is no such measure for you"), "{said}");
}

fn that_a_child_is_missing_is_the_first_line(at_work: &AtWork<'_>) {
    let heads = |answer: &str| assert!(answer.starts_with("MISSING from care since "), "{answer}");
    let found = at_work.door(&["people", "search", "--nhs-number", KEIRA]);
    heads(&found);
    let keira = found.lines().nth(1).unwrap();
    heads(&at_work.door(&["people", "show", keira]));
    heads(&at_work.door(&["linkage", "alerts", "--person", keira]));
    heads(&at_work.by(&at_work.auditor, "audit", &["access", "looks", keira]));
    let replayed = |arguments: &[&str]| {
        printed(&at_work.typed(&at_work.auditor, &[arguments, &["replay", "--person", keira]].concat()))
    };
    heads(&replayed(&[]));
    let first: Value = serde_json::from_str(replayed(&["--json"]).lines().next().unwrap()).unwrap();
    assert_eq!(first.pointer("/missing/0/from"), Some(&json!("care")), "{first}");

    let behind = |page: u32| {
        let page = page.to_string();
        let children = ["management", "measures", "children", "caseload", "--page", &page];
        at_work.by(&at_work.manager, "allocated-work", &children)
    };
    let with_keira = (1..).map(behind).find(|behind| behind.contains(&format!(" child {keira} "))).unwrap();
    assert!(with_keira.starts_with("MISSING from "), "{with_keira}");
    let of_keira = format!(": {keira}");
    assert!(with_keira.lines().any(|line| line.starts_with("MISSING ") && line.ends_with(&of_keira)));

    let found = at_work.door(&["people", "search", "--nhs-number", ROSA]);
    let rosa = found.lines().next().unwrap();
    at_work.goes_missing(rosa);
    let listed = at_work.door(&["linkage", "alerts", "--person", rosa]);
    let (alert, _) = *alerts(&listed).first().unwrap();
    let shown = at_work.door(&["linkage", "alert", alert]);
    for answer in [listed.as_str(), &shown] {
        assert!(answer.starts_with("MISSING from home since 2026-03-09T22:30:00Z"), "{answer}");
    }
}

fn reviews_are_for_those_who_answer_for_it(at_work: &AtWork<'_>) {
    let read = at_work.by(&at_work.auditor, "audit", &["people", "reviews"]);
    assert_eq!(read, "no review is on record\n");
    let said = refused(&at_work.typed(&at_work.door, &["people", "reviews"]));
    assert!(said.contains("permitted"), "{said}");
}
