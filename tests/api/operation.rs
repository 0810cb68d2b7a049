//! What whoever runs the service sees, and the page at the root.

use serde_json::json;

use crate::{Api, contact};

#[tokio::test(flavor = "multi_thread")]
async fn the_service_says_that_it_is_alive_ready_and_what_it_counts() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Canary").await;
    caller.post("/api/v1/contacts", &contact(child, "Canary.")).await.id();
    let nobody = api.served.nobody();
    assert_eq!(nobody.get("/livez").await.status, 200);
    let ready = nobody.get("/readyz").await;
    assert_eq!(ready.json(), json!({ "ready": true, "record": true, "views": true }));
    let metrics = nobody.get("/metrics").await.text();
    assert!(metrics.contains(r#"http_route="/api/v1/contacts""#), "{metrics}");
    assert!(metrics.contains("goldthread_log_position"), "{metrics}");
    assert!(metrics.contains("goldthread_view_lag"), "{metrics}");
    assert!(!metrics.contains("Canary") && !metrics.contains(&child.to_string()), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_holds_nothing_inline_and_may_load_nothing_from_elsewhere() {
    let api = Api::start().await;
    let page = api.served.nobody().get("/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let html = page.text();
    for part in ["<html lang=\"en\"", "id=\"main-content\"", "/api/openapi.json", "Choose whom to be"] {
        assert!(html.contains(part), "{part}");
    }
    // The one script is the node's own file; nothing stands inline.
    assert_eq!(
        html.matches("<script").count(),
        html.matches("<script type=\"module\" src=\"/assets/").count()
    );
    assert!(!html.contains("{{") && !html.contains("style="));
    let json = api.served.nobody().get("/livez").await;
    assert_eq!(json.header("cache-control"), Some("no-store"));
    assert_eq!(json.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_a_request_belongs_to_rides_in_the_event() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let trace = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    let id = caller.post_with("/api/v1/contacts", &[trace], &contact(child, "Seen.")).await.id();
    let stream = event_store::StreamId { category: "contact".to_owned(), id };
    let events = event_store::EventStore::read_stream(&api.test.app.record, &stream, 0, 10).await.unwrap();
    let kept = events[0].header.trace().expect("a trace context");
    assert_eq!(kept[..4], [0x0a, 0xf7, 0x65, 0x19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_gets_checkpoints_and_proofs_that_hold() {
    use base64::Engine as _;
    use event_store::merkle::{leaf_hash, verify_consistency, verify_inclusion};
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let auditor = api.test.somebody(
        domain::access::Role::Auditor,
        domain::agency::AgencyKind::LocalAuthority,
        system_tests::app::COUNCIL,
    );
    let auditor = api.served.caller(&auditor, "audit");
    let signer = api.test.app.signer(casework::evidence::LogName::Record).await.unwrap();
    assert_eq!(auditor.get("/api/v1/log/record/key").await.text().trim(), signer.verifier().to_string());
    let early = auditor.get("/api/v1/log/record/checkpoint").await;
    assert_eq!(early.status, 200, "{}", early.text());
    let early = signer.verifier().verify(&early.text()).unwrap();
    caller.post("/api/v1/contacts", &contact(child, "Seen.")).await.id();
    let late = auditor.get("/api/v1/log/record/checkpoint").await.text();
    let late = signer.verifier().verify(&late).unwrap();
    let hashes = |proof: &serde_json::Value| -> Vec<[u8; 32]> {
        let decode = |hash: &serde_json::Value| {
            base64::engine::general_purpose::STANDARD
                .decode(hash.as_str().unwrap())
                .unwrap()
                .try_into()
                .unwrap()
        };
        proof["hashes"].as_array().unwrap().iter().map(decode).collect()
    };
    let path = format!("/api/v1/log/record/proof/consistency?from={}&to={}", early.size, late.size);
    let proof = auditor.get(&path).await.json();
    verify_consistency(early.size, &early.root, late.size, &late.root, &hashes(&proof)).unwrap();
    let path = format!("/api/v1/log/record/proof/inclusion?position={}&size={}", late.size, late.size);
    let proof = auditor.get(&path).await.json();
    let events =
        event_store::EventStore::read_all(&api.test.app.record, event_store::Position::START, 100).await;
    let leaf = leaf_hash(events.unwrap().last().unwrap().header.bytes());
    verify_inclusion(&leaf, late.size - 1, late.size, &hashes(&proof), &late.root).unwrap();
    auditor.get("/api/v1/log/record/proof/inclusion?position=999999").await.problem(422);
    auditor.get("/api/v1/log/record/proof/inclusion?position=0").await.problem(422);
}
