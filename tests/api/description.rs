//! The OpenAPI document: fresh, whole, and true.

use std::collections::BTreeSet;

use casework::api;
use system_tests::compare_or_bless;

use crate::Api;

#[test]
fn the_checked_in_description_is_fresh() {
    let text = serde_json::to_string_pretty(&api::document()).expect("a document") + "\n";
    compare_or_bless("schemas/openapi.json", &text);
}

fn served() -> BTreeSet<(String, String)> {
    let beside = api::addresses_beside().into_iter().map(|address| (String::new(), address));
    let under = api::addresses().into_iter().map(|address| (api::ROOT.to_owned(), address));
    beside
        .chain(under)
        .flat_map(|(root, address)| {
            let path = format!("{root}{}", address.path());
            address.methods().iter().map(|method| (method.to_string(), path.clone())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_address_is_described_and_nothing_else() {
    let document = serde_json::to_value(api::document()).expect("a document");
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("operations").keys();
            methods.map(|method| (method.to_ascii_uppercase(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(described, served());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(api::document()).expect("a document");
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &serde_json::Value, references: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(|reference| reference.as_str()) {
                references.insert(reference.to_owned());
            }
            members.values().for_each(|member| collect(member, references));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_asks_who_is_asking_and_no_other_method_is_answered() {
    let api = Api::start().await;
    let nobody = api.served.nobody();
    for (method, path) in served() {
        let path = path
            .replace("{log}", "record")
            .replace(['{', '}'], "\u{0}")
            .split('\u{0}')
            .enumerate()
            .map(|(place, part)| if place % 2 == 0 { part } else { "018f0c3a-52d1-4c80-9d6e-3b7a5b1c2d3e" })
            .collect::<String>();
        let answer = nobody.send(&method, &path, &[("content-type", "application/json")], b"").await;
        if path.starts_with(api::ROOT) {
            assert_eq!(answer.problem(401)["code"], "unproven", "{method} {path}");
            assert!(answer.header("www-authenticate").is_some());
        } else {
            assert_eq!(answer.status, 200, "{method} {path}");
        }
        let deleted = nobody.send("DELETE", &path, &[], b"").await;
        deleted.problem(405);
        assert!(deleted.header("allow").expect("methods").contains(&method), "{path}");
    }
    for path in ["/nowhere", "/api/v1/nowhere", "/api/v2/people"] {
        nobody.get(path).await.problem(404);
    }
}
