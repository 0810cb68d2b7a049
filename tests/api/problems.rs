//! Every kind of no, and that none of them repeats what was sent.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::{Api, contact};

const CANARY: &str = "Canary Wharfinger";

fn fields(problem: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let fields = problem["fields"].as_array().unwrap();
    fields.iter().map(|field| (text(&field["field"]), text(&field["problem"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_cannot_be_taken_is_named_with_what_is_allowed_and_never_repeated() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = Uuid::from_u128(7);
    let mut cases: Vec<(&str, &str, Value)> = Vec::new();
    let mut changed = |field, at: &str, value: Value| {
        let mut body = contact(child, "Seen.");
        *body.pointer_mut(at).unwrap() = value;
        cases.push(("/api/v1/contacts", field, body));
    };
    changed("authority", "/authority", json!(CANARY));
    changed("people/0/role", "/people/0/role", json!(CANARY));
    changed("people/0/person", "/people/0/person", json!(CANARY));
    changed("people/0/age", "/people/0/age", json!(CANARY));
    changed("people", "/people", json!(CANARY));
    changed("concerns/0/kind", "/concerns/0/kind", json!([CANARY]));
    changed("account", "/account", json!(format!("{CANARY}\u{0}")));
    changed("account", "/account", json!(CANARY.repeat(2000)));
    let mut unknown = contact(child, "Seen.");
    unknown["acount"] = json!(CANARY);
    cases.push(("/api/v1/contacts", "acount", unknown));
    let mut impossible = contact(child, "Seen.");
    impossible["occurred"] = json!("2026-02-30");
    cases.push(("/api/v1/contacts", "occurred", impossible));
    let open = |assertion: Value| json!({ "kind": "born", "assertions": [assertion], "source": { "basis": "told" } });
    let number = json!({ "identifier": { "scheme": "nhs", "value": "999 000 0019" } });
    cases.push(("/api/v1/people", "assertions/0/identifier/value", open(number)));
    cases.push(("/api/v1/people", "assertions/0/birth", open(json!({ "birth": CANARY }))));
    let name = json!({ "name": { "given": format!("{CANARY}\u{7}"), "use": "usual" } });
    cases.push(("/api/v1/people", "assertions/0/name/given", open(name)));
    for (path, field, body) in cases {
        let answer = caller.post(path, &body).await;
        let problem = answer.problem(422);
        assert!(!answer.text().contains("Canary"), "{}", answer.text());
        let named = fields(&problem);
        assert_eq!(named[0].0, field, "{named:?}");
        assert!(named[0].1.len() > 8, "{named:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_json_not_said_to_be_or_too_large_is_told_so() {
    let api = Api::start().await;
    let caller = api.front_door();
    let json_type = ("content-type", "application/json");
    let path = "/api/v1/contacts";
    let half = caller.send("POST", path, &[json_type], br#"{"authority":"383","acc"#).await;
    assert_eq!(fields(&half.problem(422))[0].0, "body");
    let form = caller.send("POST", path, &[("content-type", "text/plain")], b"{}").await;
    assert_eq!(form.problem(415)["code"], "wrong-media-type");
    let packed = caller.send("POST", path, &[json_type, ("content-encoding", "gzip")], b"{}").await;
    packed.problem(415);
    let large = vec![b'a'; 10 * 1024 * 1024];
    assert_eq!(caller.send("POST", path, &[json_type], &large).await.problem(413)["code"], "too-large");
    let deep = "[".repeat(200_000);
    caller.send("POST", path, &[json_type], deep.as_bytes()).await.problem(422);
    // What was refused left no trace.
    let head = event_store::EventStore::head(&api.test.app.record).await.unwrap();
    assert_eq!(head.position.raw(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_ids_and_queries_are_parsed_like_bodies() {
    let api = Api::start().await;
    let mut caller = api.front_door();
    let at = async |path: &str| fields(&caller.get(path).await.problem(422))[0].0.clone();
    assert_eq!(at("/api/v1/people/17/status").await, "path/id");
    assert_eq!(at("/api/v1/log/diary/checkpoint").await, "path/log");
    let child = Uuid::from_u128(7);
    assert_eq!(at(&format!("/api/v1/people/{child}/status?as_known_at=lately")).await, "query/as_known_at");
    assert_eq!(at(&format!("/api/v1/people/{child}/status?at_least=999999")).await, "query/at_least");
    assert_eq!(at(&format!("/api/v1/people/{child}/timeline?page=17")).await, "query/page");
    assert_eq!(at(&format!("/api/v1/people/{child}/timeline?limit=0")).await, "query/limit");
    assert_eq!(at(&format!("/api/v1/people/{child}/timeline?name=x")).await, "query/name");
    let body = contact(child, "Seen.");
    for (name, value) in [("goldthread-purpose", "curiosity"), ("if-match", "12"), ("idempotency-key", "")] {
        let answer = caller.post_with("/api/v1/contacts", &[(name, value)], &body).await;
        assert_eq!(fields(&answer.problem(422))[0].0, format!("header/{name}"));
    }
    caller.purpose = "";
    let unsaid = caller.post("/api/v1/contacts", &body).await.problem(422);
    assert!(fields(&unsaid)[0].1.contains("safeguarding-check"));
    let forged = [("authorization", "Bearer gt1.e30.AAAA")];
    assert_eq!(caller.post_with("/api/v1/contacts", &forged, &body).await.problem(401)["code"], "unproven");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_says_its_code_and_what_can_be_done() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let mut ahead = contact(child, "Seen.");
    ahead["occurred"] = json!("2030-01-01");
    let problem = caller.post("/api/v1/contacts", &ahead).await.problem(409);
    assert_eq!(problem["code"], "in-the-future");
    assert!(problem["detail"].as_str().unwrap().ends_with('.'));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_moved_on_is_told_apart_from_one_that_is_not_there() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let say = json!({ "assertions": [{ "sex": "f" }], "source": { "basis": "seen" } });
    let path = format!("/api/v1/people/{child}/assertions");
    let old = caller.post_with(&path, &[("if-match", "\"1\"")], &say).await.problem(412);
    assert_eq!(old["code"], "precondition");
    let identity = caller.get(&format!("/api/v1/people/{child}")).await;
    assert_eq!(identity.status, 200, "{}", identity.text());
    let version = identity.header("etag").unwrap().to_owned();
    let now = caller.post_with(&path, &[("if-match", &version)], &say).await;
    assert_eq!(now.status, 200, "{}", now.text());
    let nobody = Uuid::from_u128(0xdead);
    caller.get(&format!("/api/v1/people/{nobody}/status")).await.problem(404);
    caller.post(&format!("/api/v1/people/{nobody}/assertions"), &say).await.problem(404);
    caller.get(&format!("/api/v1/contacts/{nobody}")).await.problem(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_the_right_is_told_that_no_rule_allows_it() {
    let api = Api::start().await;
    let lead = api.served.caller(&api.test.safeguarding_lead(), "safeguarding-check");
    let agency = json!({ "name": "Beckside Primary", "kind": "school", "authority": "383" });
    assert_eq!(lead.post("/api/v1/agencies", &agency).await.problem(403)["code"], "not-permitted");
    assert_eq!(lead.get("/api/v1/log/record/checkpoint").await.problem(403)["code"], "not-permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_child_and_no_child_are_answered_alike() {
    let api = Api::start().await;
    let door = api.front_door();
    let child = api.child(&door, "Example").await;
    let manager = api.served.caller(&api.test.team_manager(), "record-keeping");
    let restrict = json!({ "reason": "high-risk", "review_on": "2026-06-01" });
    let restricted = manager.post(&format!("/api/v1/people/{child}/restriction"), &restrict).await;
    assert_eq!(restricted.status, 200, "{}", restricted.text());
    let nobody = Uuid::from_u128(0xdead);
    let hidden = door.get(&format!("/api/v1/people/{child}/timeline")).await;
    let absent = door.get(&format!("/api/v1/people/{nobody}/timeline")).await;
    hidden.problem(404);
    assert_eq!(hidden.body, absent.body);
    assert_eq!(hidden.headers.len(), absent.headers.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_sends_nothing_whole_is_not_kept() {
    let api = Api::start().await;
    let mut stream = tokio::net::TcpStream::connect(api.served.address()).await.unwrap();
    stream.write_all(b"POST /api/v1/contacts HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the head did not come, and the connection is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_told_with_a_time_to_come_back_and_nothing_is_written_twice() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let database = &api.test.database;
    let master = database.address.settings("postgres", "postgres");
    let (client, connection) = tokio_postgres::connect(&master, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = &database.database;
    let cut = format!("alter database {name} allow_connections false");
    client.batch_execute(&cut).await.unwrap();
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    client.query(end, &[name]).await.unwrap();
    let key = [("idempotency-key", "once")];
    let lost = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen.")).await;
    assert_eq!(lost.problem(503)["code"], "unavailable");
    assert!(lost.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(api.served.nobody().get("/readyz").await.status, 503);
    assert_eq!(api.served.nobody().get("/livez").await.status, 200);
    client.batch_execute(&format!("alter database {name} allow_connections true")).await.unwrap();
    let mut written = Vec::new();
    for _ in 0..50 {
        let again = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen.")).await;
        if again.status != 503 {
            written.push(again.id());
            if written.len() == 2 {
                break;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(written.len(), 2);
    assert_eq!(written[0], written[1], "the same key is the same contact");
}
