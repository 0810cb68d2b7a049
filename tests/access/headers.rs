//! What a browser is told with every answer, whatever it is: to load, run and frame nothing of anybody else's, and to keep
//! nothing. What is too large is refused before it is read.

use serde_json::json;
use system_tests::TestApp;
use system_tests::http::{Answer, Served};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn is_guarded(what: &str, answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    let policy =
        answer.header("content-security-policy").unwrap_or_else(|| panic!("{what}: no content policy"));
    for rule in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
        "{what}: {policy}"
    );
    let kept = answer.header("cache-control").unwrap();
    let is_file = what.contains("/assets/") && answer.status == 200;
    assert_eq!(kept.contains("immutable"), is_file, "{what}: {kept}");
    assert!(is_file || kept == "no-store", "{what}: {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let test = TestApp::start().await;
    let served = Served::start(&test.app).await;
    let (nobody, door) = (served.nobody(), served.caller(&test.front_door(), "referral-consideration"));
    let first = nobody.get("/").await;
    let html = first.text();
    let assets: Vec<&str> = html.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(assets.len() >= 3, "{assets:?}");
    let cookie = format!("goldthread-visitor={}", door.token.as_ref().unwrap());
    let cookie = [("cookie", cookie.as_str()), ("accept", "text/html")];
    for (path, status) in
        [("/queue", 200), ("/nowhere", 404), ("/children/17?for=attendance", 404), ("/queue?x=%ff", 200)]
    {
        let page = door.send("GET", path, &cookie, b"").await;
        assert_eq!(page.status, status, "{path}");
        is_guarded(path, &page);
    }
    let mut paths = vec![
        "/",
        "/livez",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/nowhere",
        "/queue",
        "/assets/0/none.css",
    ];
    paths.extend(["/api/v1/nowhere", "/api/v1/contacts/undecided", "/api/v1/people/17"]);
    paths.extend(&assets);
    for path in paths {
        for method in ["GET", "DELETE", "OPTIONS", "HEAD"] {
            is_guarded(&format!("{method} {path}"), &nobody.send(method, path, &[], b"").await);
        }
        is_guarded(path, &door.get(path).await);
    }
    let json = [("content-type", "application/json")];
    let large = vec![b' '; 300 * 1024];
    for (body, headers, status) in
        [(&b"{"[..], &json[..], 422), (&b"{}"[..], &[][..], 415), (&large[..], &json[..], 413)]
    {
        let refused = door.send("POST", "/api/v1/contacts", headers, body).await;
        assert_eq!(refused.status, status);
        is_guarded("refused", &refused);
    }
    is_guarded(
        "carried out",
        &door.post("/api/v1/people/search", &json!({ "search": { "family": "Example" } })).await,
    );
    served.stop().await;
}

/// What a server says of a head it does not read on.
async fn said_of(served: &Served, head: &[u8]) -> String {
    let mut stream = tokio::net::TcpStream::connect(served.address()).await.unwrap();
    // It may be closed before all of it is sent.
    let _ = stream.write_all(head).await;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_end_is_not_read_and_what_it_holds_is_not_said_back() {
    let test = TestApp::start().await;
    let served = Served::start(&test.app).await;
    let long = "Canary".repeat(60_000);
    let many = "x: Canary\r\n".repeat(2_000);
    for head in [
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
        "GET /\u{1}Canary HTTP/9.9\r\n\r\n".to_owned(),
    ] {
        let said = said_of(&served, head.as_bytes()).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
        assert!(!said.contains("Canary"), "{said}");
    }
    assert_eq!(served.nobody().get("/livez").await.status, 200);
    served.stop().await;
}
