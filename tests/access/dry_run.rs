//! What changed rules would have decided, held against what was looked at and told.

use std::path::PathBuf;

use casework::policy::{Policy, dry_run};
use casework::settings::Settings;
use chrono::TimeDelta;
use domain::access::{Action, Role};
use event_store::EventStore as _;
use serde_json::{Value, json};
use system_tests::school::School;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/policy");

/// The shipped rules with one passage changed, in a folder of their own.
fn changed(name: &str, file: &str, passage: &str, instead: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("goldthread-policy-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for shipped in ["acting.cedar", "disclosure.cedar"] {
        let text = std::fs::read_to_string(format!("{SHIPPED}/{shipped}")).unwrap();
        let text = if shipped == file {
            assert!(text.contains(passage), "{passage}");
            text.replace(passage, instead)
        } else {
            text
        };
        std::fs::write(folder.join(shipped), text).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_rules_would_decide_otherwise_is_counted_and_nothing_is_put_on_record() {
    let settings = Settings { demonstration: true, ..Settings::default() };
    let school = School::with(|_| json!([]), settings).await;
    let test = &school.test;
    let child = test.child("Wren", "Holloway").await;
    let jo = school.caller("referral-consideration");
    let position = school.tell_of(child).await.json()["position"].clone();
    let status = format!("/api/v1/people/{}/status?at_least={}", child.0, position.as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(jo.get(&status).await.status, 200);
    }
    let since = test.app.clock.now() - TimeDelta::days(31);
    let of = async |folder: PathBuf| -> Value {
        let before = test.app.record.head().await.unwrap().position;
        let run = dry_run(&test.app, &Policy::from_folder(&folder).unwrap(), since).await.unwrap();
        assert_eq!(test.app.record.head().await.unwrap().position, before);
        std::fs::remove_dir_all(folder).unwrap();
        serde_json::to_value(run).unwrap()
    };

    let same = of(changed("same", "acting.cedar", "// Who may look", "// Who may look")).await;
    assert_eq!((&same["looks"], &same["entries"], &same["differences"]), (&json!(2), &json!(1), &json!([])));
    // The front door that opened the child's record is registered nowhere here.
    assert_eq!(same["unknown"], 2, "{same}");

    let less = of(changed(
        "less",
        "disclosure.cedar",
        "resource.relation != Relation::\"other\" &&\n    [Purpose::\"attendance\", Purpose::\"referral-consideration\"",
        "resource.relation != Relation::\"other\" &&\n    [Purpose::\"attendance\"",
    ))
    .await;
    let [difference] = less["differences"].as_array().unwrap().as_slice() else { panic!("{less}") };
    assert_eq!(difference["roles"], json!([Role::SafeguardingLead]));
    assert_eq!((&difference["action"], &difference["times"]), (&json!(Action::ReadStatus), &json!(2)));
    assert_eq!((&difference["relation"], &difference["sensitivity"]), (&json!("partner"), &json!("open")));
    assert_eq!(difference["after"], json!({ "told": "contact" }), "{less}");

    let silent = of(changed("silent", "acting.cedar", "Action::\"record-contact\", ", "")).await;
    let [difference] = silent["differences"].as_array().unwrap().as_slice() else { panic!("{silent}") };
    assert_eq!((&difference["fact"], &difference["times"]), (&json!("contact.recorded"), &json!(1)));
    assert_eq!((&difference["before"], &difference["after"]), (&json!("permitted"), &json!("denied")));
    school.stop().await;
}
