//! What the service tells about itself: whole traces, and never a person, whatever level is asked for.
//!
//! One test, because log lines of a process have one destination.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casework::exchange::import::import;
use casework::execute::Command;
use casework::server::Server;
use casework::telemetry::{LogFormat, Telemetry, Telling};
use casework::visitor::Visitor;
use domain::access::Purpose;
use domain::practitioner::{self, Details};
use domain::text::Line;
use serde_json::json;
use system_tests::TestApp;
use system_tests::app::{COUNCIL, order};
use system_tests::http::Caller;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// In every personal field that takes words.
const CANARY: &str = "Kanarienvogel";
const NHS_NUMBER: &str = "9990000042";
const UPN: &str = "B381000000001";
const BORN: &str = "2013-07-19";
const POSTCODE: &str = "LS1 1UR";
/// What every child of `tests/fixtures/cin/small.xml` is known by there.
const IN_THE_RETURN: &str = "SML0000";
/// What must be told nowhere, in any of the forms it might take.
const CANARIES: [&str; 8] =
    [CANARY, NHS_NUMBER, UPN, BORN, POSTCODE, "LS11UR", IN_THE_RETURN, "999 000 0042"];
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
    tell_of_colleagues(&test).await;
    let mut answers = read_returns(&test).await;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::start(Arc::clone(&test.app), Arc::clone(&telemetry), listen).await.unwrap();
    let token = test.app.token(test.front_door().actor(), chrono::TimeDelta::hours(1)).unwrap();
    let secret = token.rsplit('.').next().unwrap().to_owned();
    let caller = Caller { address: server.address(), token: Some(token), purpose: "referral-consideration" };
    answers.extend(tell_of_somebody(&caller).await);
    let somebody = |visitor: &Visitor, purpose| {
        let token = test.app.token(visitor.actor(), chrono::TimeDelta::hours(1)).unwrap();
        Caller { address: server.address(), token: Some(token), purpose }
    };
    let worker = somebody(&test.social_worker(), "allocated-work");
    let manager = somebody(&test.team_manager(), "record-keeping");
    answers.extend(tell_of_a_case(&caller, &worker, &manager).await);
    let metrics = caller.get("/metrics").await.text();
    server.stop().await.unwrap();
    let last = Arc::clone(&telemetry);
    tokio::task::spawn_blocking(move || last.shutdown()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    assert!(lines.len() > 1000, "something was told");
    assert!(!lines.has(secret.as_bytes()) && !exported.has(secret.as_bytes()), "a token that was taken");
    for canary in CANARIES {
        assert!(!lines.has(canary.as_bytes()), "{canary} in a log line");
        assert!(!exported.has(canary.as_bytes()), "{canary} in a span or a metric");
        assert!(!metrics.contains(canary), "{canary} in a scraped metric");
        assert!(answers.iter().all(|answer| !answer.contains(canary)), "{canary} in an error");
    }
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
            { "birth": BORN },
            { "identifier": { "scheme": "nhs", "value": NHS_NUMBER } },
            { "identifier": { "scheme": "upn", "value": UPN } },
            { "identifier": { "scheme": "la-child-id", "authority": "383", "value": CANARY } },
            { "address": { "lines": [CANARY], "postcode": POSTCODE, "from": "2020-01-01" } },
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
    let decide = json!({ "outcome": "advice", "reason": CANARY });
    let decided = caller.post(&format!("/api/v1/contacts/{}/decision", recorded.id()), &decide).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    let number = json!({ "search": { "nhs-number": NHS_NUMBER }, "reason": CANARY });
    assert_eq!(caller.post("/api/v1/enquiries", &number).await.status, 201);
    let search = json!({ "search": { "given": CANARY, "family": CANARY } });
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

/// People at work have names and telephones too.
async fn tell_of_colleagues(test: &TestApp) {
    let line = || Line::parse(CANARY).unwrap();
    let details = Details { name: line(), telephone: Some(line()), email: Some(line()) };
    let register = practitioner::Register { agency: COUNCIL, team: None, details };
    let colleague = Command::Practitioner { id: None, command: register.into() };
    test.done(&Visitor::node(), order(Purpose::Operation, colleague)).await;
}

/// A return that goes in, and others that do not; gives what is said of those.
async fn read_returns(test: &TestApp) -> Vec<String> {
    let mut refused = Vec::new();
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cin");
    test.clock.advance(chrono::TimeDelta::days(120));
    for (name, goes_in) in [("small.xml", true), ("cut-in-half.xml", false), ("laughs.xml", false)] {
        let file = std::io::Cursor::new(std::fs::read(fixtures.join(name)).unwrap());
        let read = import(&test.app, &Visitor::node(), file, &mut |_| {}).await;
        assert_eq!(read.is_ok(), goes_in, "{name}");
        refused.extend(read.err().map(|error| format!("{error} {error:?}")));
    }
    refused
}

/// Everything somebody writes in the course of a case; gives the problems' bodies.
async fn tell_of_a_case(caller: &Caller, worker: &Caller, manager: &Caller) -> Vec<String> {
    let search = json!({ "search": { "identifier": { "scheme": "nhs", "value": NHS_NUMBER } } });
    let found = caller.post("/api/v1/people/search", &search).await.json();
    let child = found["found"][0]["person"].as_str().unwrap().to_owned();
    let referral = json!({
        "child": child, "authority": "383", "on": "2026-02-02", "source": "2A", "reason": CANARY,
    });
    let received = worker.post("/api/v1/cases", &referral).await;
    let case = received.id();
    let episode = received.json()["made"][1]["facts"]["episode"].clone();
    let assess = json!({ "episode": episode, "on": "2026-02-03" });
    let assessing = worker.post(&format!("/api/v1/cases/{case}/assessments"), &assess).await.json();
    let assessment = assessing["made"][0]["facts"]["assessment"].as_str().unwrap();
    let complete = json!({
        "on": "2026-02-20", "factors": ["21"], "outcome": "no-further-action", "summary": CANARY,
    });
    let completion = format!("/api/v1/cases/{case}/assessments/{assessment}/completion");
    let managing = Caller { purpose: "allocated-work", ..manager.clone() };
    let completed = managing.post(&completion, &complete).await;
    assert_eq!(completed.status, 200, "{}", completed.text());
    let entry = completed.json()["events"][0].as_str().unwrap().to_owned();
    let amend = json!({ "record": { "case": case }, "reason": "mistake", "words": { "summary": format!("{CANARY} too") } });
    let amended = manager.post(&format!("/api/v1/entries/{entry}/amendment"), &amend).await;
    assert_eq!(amended.status, 200, "{}", amended.text());
    let close = json!({ "episode": episode, "on": "2026-02-21", "reason": "RC8", "note": CANARY });
    let closed = managing.post(&format!("/api/v1/cases/{case}/closure"), &close).await;
    assert_eq!(closed.status, 200, "{}", closed.text());
    // The same with what cannot be taken, refused by the edge and by a rule.
    let again = managing.post(&format!("/api/v1/cases/{case}/closure"), &close).await;
    assert_eq!(again.status, 409);
    let mut answers = vec![again.text()];
    for (path, body) in [
        (completion, json!({ "on": CANARY, "factors": [CANARY], "outcome": CANARY, "summary": [CANARY] })),
        (
            format!("/api/v1/entries/{entry}/amendment"),
            json!({ "record": { "case": case }, "reason": CANARY, "words": { CANARY: CANARY } }),
        ),
        (
            format!("/api/v1/people/{child}/assertions"),
            json!({ "assertions": [{ "identifier": { "scheme": "nhs", "value": "9990000043" } }, { "birth": format!("{BORN}T") }], "source": { "basis": "told" } }),
        ),
    ] {
        let refused = managing.post(&path, &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(!refused.text().contains("9990000043"));
        answers.push(refused.text());
    }
    answers
}
