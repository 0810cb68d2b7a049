//! What the service tells about itself: whole traces, and never a person, whatever level is asked for.
//!
//! One test, because log lines of a process have one destination.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casework::server::Server;
use casework::telemetry::{LogFormat, Telemetry, Telling};
use serde_json::json;
use system_tests::TestApp;
use system_tests::http::Caller;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// In every personal field.
const CANARY: &str = "Kanarienvogel";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Told {
    fn has(&self, wanted: &[u8]) -> bool {
        self.0.lock().unwrap().windows(wanted.len()).any(|window| window == wanted)
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Takes OTLP over HTTP and keeps every byte of it.
async fn collect(listener: TcpListener, told: Told) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(take(stream, told.clone()));
    }
}

async fn take(stream: TcpStream, mut told: Told) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            told.write_all(line.as_bytes()).unwrap();
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        told.write_all(&body).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_traced_to_its_projection_and_no_person_is_ever_told_of() {
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let (lines, exported) = (Told::default(), Told::default());
    tokio::spawn(collect(collector, exported.clone()));
    let telling =
        Telling { filter: "trace".to_owned(), format: LogFormat::Json, otlp_endpoint: Some(endpoint) };
    let writer = lines.clone();
    // The exporter's client blocks, so it is made where blocking is allowed.
    let telemetry =
        tokio::task::spawn_blocking(move || Telemetry::start_into(&telling, move || writer.clone()));
    let telemetry = Arc::new(telemetry.await.unwrap().unwrap());

    let test = TestApp::start().await;
    test.app.engine.ready().await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start(Arc::clone(&test.app), Arc::clone(&telemetry), listen).await.unwrap();
    let token = test.app.token(test.front_door().actor(), chrono::TimeDelta::hours(1)).unwrap();
    let caller = Caller { address: server.address(), token: Some(token), purpose: "referral-consideration" };
    let answers = tell_of_somebody(&caller).await;
    let metrics = caller.get("/metrics").await.text();
    server.stop().await.unwrap();
    let last = Arc::clone(&telemetry);
    tokio::task::spawn_blocking(move || last.shutdown()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    assert!(lines.len() > 1000, "something was told");
    assert!(!lines.has(CANARY.as_bytes()), "in a log line");
    assert!(!exported.has(CANARY.as_bytes()), "in a span or a metric");
    assert!(!metrics.contains(CANARY), "in a scraped metric");
    assert!(answers.iter().all(|answer| !answer.contains(CANARY)), "in an error");
    let trace: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert!(exported.has(b"POST /v1/traces") && exported.has(b"POST /v1/metrics"));
    assert!(exported.has(&trace), "the trace goes on");
    for span in ["POST /api/v1/contacts", "execute", "append", "projection"] {
        assert!(exported.has(span.as_bytes()), "no span `{span}`");
    }
}

/// Puts the canary wherever something personal goes, and where it does not belong; gives the problems' bodies.
async fn tell_of_somebody(caller: &Caller) -> Vec<String> {
    let traced = [("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"))];
    let traced: Vec<(&str, &str)> = traced.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let person = json!({
        "kind": "born",
        "assertions": [
            { "name": { "given": CANARY, "family": CANARY, "use": "usual" } },
            { "identifier": { "scheme": "la-child-id", "authority": "383", "value": CANARY } },
            { "address": { "lines": [CANARY], "postcode": "LS1 1UR", "from": "2020-01-01" } },
        ],
        "source": { "basis": "told" },
    });
    let child = caller.post_with("/api/v1/people", &traced, &person).await.id();
    let contact = json!({
        "authority": "383",
        "people": [{ "person": child, "role": "subject" }],
        "concerns": [{ "kind": "neglect" }],
        "method": "telephone",
        "account": CANARY,
        "source_identity": CANARY,
    });
    let recorded = caller.post_with("/api/v1/contacts", &traced, &contact).await;
    let position = recorded.json()["position"].as_str().unwrap().to_owned();
    let practitioner = json!({ "name": CANARY, "email": format!("{CANARY}@example.org") });
    caller.post("/api/v1/practitioners", &practitioner).await;
    let search = json!({ "search": { "name": { "given": CANARY, "family": CANARY } } });
    assert_eq!(
        caller.post("/api/v1/people/search", &search).await.json()["found"].as_array().unwrap().len(),
        1
    );
    let ask = json!({
        "search": { "name-and-birth": { "given": CANARY, "family": CANARY, "born": "2016" } },
        "reason": CANARY,
    });
    assert_eq!(caller.post("/api/v1/enquiries", &ask).await.status, 201);
    let timeline = caller.get(&format!("/api/v1/people/{child}/timeline?at_least={position}")).await;
    assert_eq!(timeline.status, 200, "{}", timeline.text());
    assert!(caller.get(&format!("/api/v1/contacts/{}", recorded.id())).await.text().contains(CANARY));
    let mut answers = Vec::new();
    for pointer in ["/authority", "/people/0/person", "/concerns/0/kind", "/method"] {
        let mut wrong = contact.clone();
        *wrong.pointer_mut(pointer).unwrap() = json!(CANARY);
        answers.push(caller.post("/api/v1/contacts", &wrong).await.text());
    }
    answers.push(caller.get(&format!("/api/v1/people/{CANARY}/status")).await.text());
    answers.push(caller.get(&format!("/api/v1/{CANARY}")).await.text());
    answers.push(caller.get(&format!("/api/v1/people/{child}/status?as_known_at={CANARY}")).await.text());
    let half = format!("{{\"account\":\"{CANARY}");
    let json = [("content-type", "application/json")];
    answers.push(caller.send("POST", "/api/v1/contacts", &json, half.as_bytes()).await.text());
    answers
}
