//! Who works where, from a file: all of it or none of it, and nothing twice.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use super::{Database, printed};

/// Subjects of the file that ships.
const SUBJECTS: [&str; 3] = ["7f1d0c52", "a90b3e11", "jo.beck"];

struct Node {
    database: Database,
    issuers: PathBuf,
}

impl Node {
    fn new() -> Self {
        let database = Database::fresh();
        let issuers = json!({ "issuers": [
            { "issuer": "https://id.example/council", "audience": "urn:goldthread" },
            { "issuer": "https://id.example/schools", "audience": "urn:goldthread" },
            { "issuer": "https://id.example/police", "audience": "urn:goldthread",
              "agencies": ["00000000-0000-8000-8000-000000000707"] },
        ] });
        let issuers = database.folder().file("issuers.json", issuers.to_string().as_bytes());
        printed(&database.goldthread().arg("migrate").output().unwrap());
        Self { database, issuers }
    }

    fn provision(&self, file: &Value, arguments: &[&str]) -> Output {
        let file = self.database.folder().file("provision.json", file.to_string().as_bytes());
        let mut typed = self.database.goldthread();
        typed.args(["provision"]).args(arguments).arg(file).env("ISSUERS_FILE", &self.issuers);
        typed.output().unwrap()
    }

    fn done(&self, file: &Value) -> String {
        printed(&self.provision(file, &[]))
    }

    fn faults(&self, file: &Value) -> Vec<String> {
        let before = self.database.events();
        let output = self.provision(file, &[]);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(self.database.events(), before, "nothing is written: {said}");
        let mut lines = said.lines().map(str::to_owned);
        assert_eq!(
            lines.next().as_deref(),
            Some("goldthread: the file cannot be taken, and nothing was written:")
        );
        lines.map(|line| line.trim().to_owned()).collect()
    }
}

/// The file that ships with the documentation.
fn example() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/provisioning.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn set(file: &mut Value, pointer: &str, to: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.insert(name.to_owned(), to)),
        Value::Array(items) => items.insert(name.parse().unwrap(), to),
        _ => panic!("nothing to set at {pointer}"),
    }
}

#[test]
fn what_a_file_says_is_put_on_record_once_and_then_only_what_differs() {
    let node = Node::new();
    let before = node.database.events();
    let tried = printed(&node.provision(&example(), &["--dry-run"]));
    assert!(tried.starts_with("nothing is written; this would be done:\nagencies/0 "), "{tried}");
    assert_eq!(node.database.events(), before, "tried only");
    let done = node.done(&example());
    assert_eq!(tried.split_once('\n').unwrap().1, done, "what was to be done was done");
    let ends = |said: &str, agencies: &str, practitioners: &str| {
        let tail = format!("agencies: {agencies}\npractitioners: {practitioners}\n");
        assert!(said.ends_with(&tail), "{said}");
    };
    ends(&done, "2 registered, 0 changed, 0 as it was", "4 registered, 0 changed, 0 as it was, 0 left");
    assert!(
        done.contains(": practitioner.registered, practitioner.left, practitioner.role-given\n"),
        "{done}"
    );
    // Two agencies, hours, two teams; four people, a last day, six roles and three accounts.
    assert_eq!(node.database.events() - before, 2 + 1 + 2 + 4 + 1 + 6 + 3);
    assert!(SUBJECTS.iter().all(|subject| !done.contains(subject)), "{done}");

    let written = node.database.events();
    let again = node.done(&example());
    ends(&again, "0 registered, 0 changed, 2 as it was", "0 registered, 0 changed, 4 as it was, 0 left");
    assert_eq!(again.lines().count(), 2, "{again}");
    assert_eq!(node.database.events(), written);

    let mut changed = example();
    set(&mut changed, "/agencies/1/name", json!("Beck Lane Primary Academy"));
    set(&mut changed, "/agencies/0/teams/2", json!({ "ref": "duty", "name": "Duty and advice" }));
    set(&mut changed, "/practitioners/1/team", json!("duty"));
    set(&mut changed, "/practitioners/3/left_on", json!("2026-07-31"));
    let done = node.done(&changed);
    ends(&done, "0 registered, 2 changed, 0 as it was", "0 registered, 1 changed, 2 as it was, 1 left");
    assert_eq!(node.database.events() - written, 4, "{done}");
    assert_eq!(node.done(&changed).lines().count(), 2, "so already");
}

#[test]
fn everything_wrong_with_a_file_is_named_by_its_place_and_nothing_is_written() {
    let node = Node::new();
    let mut file = example();
    set(&mut file, "/agencies/0/kind", json!("council"));
    set(&mut file, "/agencies/0/colour", json!("red"));
    set(&mut file, "/agencies/1/hours", json!([{ "from": "2026-4-1", "open": [{ "day": "monday" }] }]));
    set(&mut file, "/practitioners/0/agency", json!("elsewhere"));
    set(&mut file, "/practitioners/1/telephone", json!(1632));
    set(&mut file, "/practitioners/3/team", json!("north"));
    set(&mut file, "/practitioners/3/roles/0/role", json!("social-worker"));
    set(&mut file, "/practitioners/3/roles/1/from", json!("soon"));
    set(&mut file, "/practitioners/3/accounts/0/issuer", json!("https://id.example/none"));
    set(&mut file, "/practitioners/3/accounts/0/subject", json!(""));
    let faults = node.faults(&file);
    let places = [
        ("agencies/0/colour", "is not known here; allowed: ref, name, kind"),
        ("agencies/0/kind", "agency kind is one of local-authority, school"),
        ("agencies/1/hours/0/from", "must be a day, such as 2026-03-01"),
        ("agencies/1/hours/0/open/0/opens", "is required"),
        ("agencies/1/hours/0/open/0/closes", "is required"),
        ("practitioners/0/agency", "must be the `ref` of an agency of this file"),
        ("practitioners/1/telephone", "must be text"),
        ("practitioners/3/team", "must be the `ref` of a team of their agency"),
        (
            "practitioners/3/roles/0/role",
            "must be one of safeguarding-lead, teacher, administrator, at an agency that is `school`",
        ),
        ("practitioners/3/roles/1/from", "must be a day"),
        ("practitioners/3/accounts/0/issuer", "must be one of the file of issuers, letter by letter"),
        ("practitioners/3/accounts/0/subject", "must be what the issuer calls whoever has the account"),
    ];
    for (place, problem) in places {
        let start = format!("`{place}` {problem}");
        assert!(faults.iter().any(|fault| fault.starts_with(&start)), "{start}: {faults:#?}");
    }
    assert_eq!(faults.len(), places.len(), "{faults:#?}");
    assert!(!faults.concat().contains("jo.beck"), "{faults:#?}");

    let body = node.database.folder().file("half.json", b"{ \"agencies\": [");
    let output = node.database.goldthread().arg("provision").arg(body).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`file` must be a whole JSON document; it ends at line 1"), "{said}");
}

#[test]
fn what_the_rules_refuse_is_found_before_anything_is_written() {
    let node = Node::new();
    let mut file = example();
    set(&mut file, "/practitioners/1/roles/0/to", json!("2026-03-01"));
    set(&mut file, "/practitioners/2/roles/0/from", json!("2026-07-01"));
    set(
        &mut file,
        "/practitioners/2/accounts",
        json!([{ "issuer": "https://id.example/police", "subject": "p" }]),
    );
    let twice = file.pointer("/practitioners/0/accounts").unwrap().clone();
    set(&mut file, "/practitioners/3/accounts", twice);
    set(&mut file, "/practitioners/3/ref", json!("jo"));
    let same = file.pointer("/practitioners/3").unwrap().clone();
    set(&mut file, "/practitioners/4", same);
    let faults = node.faults(&file);
    for start in [
        "`practitioners/1/roles/0` cannot be done: The last day of a role is not before its first",
        "`practitioners/2/roles/0/from` must not be after `left_on`",
        "`practitioners/2/accounts/0/issuer` must speak for the agency where they work",
        "`practitioners/3/accounts/0/subject` is there twice at this issuer",
        "`practitioners/4/ref` is there twice at this agency",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(start)), "{start}: {faults:#?}");
    }

    // What is on record stands in the way too.
    node.done(&example());
    let mut later = example();
    set(&mut later, "/agencies/1/kind", json!("early-years"));
    set(&mut later, "/agencies/0/teams/0/name", json!("Safeguarding east"));
    set(&mut later, "/practitioners/2/left_on", Value::Null);
    set(&mut later, "/practitioners/0/ref", json!("1009"));
    let faults = node.faults(&later);
    for start in [
        "`agencies/0/teams/0/name` must be what it is on record",
        "`agencies/1` cannot be done: An agency stays what it is",
        "`practitioners/2/left_on` must be said, as it is on record",
        "`practitioners/0/accounts/0` cannot be done: This account is another practitioner's",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(start)), "{start}: {faults:#?}");
    }
    assert_eq!(faults.len(), 4, "{faults:#?}");
}
