//! More than can be taken in, and others who were quicker: what was refused is never written, what was acknowledged is.

use std::time::{Duration, Instant};

use bytes::Bytes;
use casework::demonstration::Persona;
use casework::execute::Command;
use casework::visitor::Visitor;
use domain::access::{Purpose, Role};
use domain::event::Event;
use domain::ids::PersonId;
use domain::person::{Assert, Assertion};
use domain::practitioner::events::RoleGiven;
use domain::source::{Basis, Source};
use domain::when::Occurred;
use event_store::{Append, AppendError, Context, Draft, EventStore, StreamId};
use serde_json::json;
use system_tests::app::{BEGINNING, COUNCIL, instant, order};
use system_tests::http::Served;
use system_tests::{TestApp, TestDatabase};
use tokio::task::JoinSet;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::forms::Browser;
use crate::{Api, contact};

/// More than the writer takes into its queue and one flush together.
const MANY: u128 = 5_000;
/// A no that comes later than this was waited for.
const AT_ONCE: Duration = Duration::from_secs(3);
/// Longer than anything here is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// The first try and three more. A try on a fresh connection waits twice, to be planned and to be carried out.
const TRIES: usize = 4;

/// Something short that is put on a stream of its own.
fn append(number: u128) -> Append {
    let role = RoleGiven { role: Role::Teacher, from: "2026-03-01".parse().unwrap(), to: None };
    let encoded = Event::from(role).encode().unwrap();
    Append {
        stream: StreamId { category: "practitioner".to_owned(), id: Uuid::from_u128(number) },
        expected: 0,
        rests_on: Vec::new(),
        context: Context {
            actor: Uuid::from_u128(1),
            agency: Uuid::from_u128(2),
            purpose: "operation".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: Uuid::from_u128(3),
            causation: Uuid::from_u128(3),
            trace: None,
        },
        events: vec![Draft {
            event_id: Uuid::from_u128(MANY + number),
            kind: encoded.kind.to_owned(),
            schema_version: encoded.schema_version,
            occurred: Occurred::Instant(instant(BEGINNING)).to_string(),
            meta: Bytes::from_static(b"{}"),
            facts: encoded.facts.into(),
            parts: Vec::new(),
        }],
        recorded_at: None,
    }
}

async fn on_record(admin: &Client, streams: &[Uuid]) -> usize {
    let sql = "select count(*) from record.event where stream = any($1)";
    let count: i64 = admin.query_one(sql, &[&streams]).await.unwrap().get(0);
    usize::try_from(count).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so_at_once_and_what_it_refused_is_never_written() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let school = Browser::of(&api, Persona::School);
    let telling = school.telling("Came without a coat.", "record").await;
    let admin = api.test.database.admin().await;
    let before = api.test.app.record.head().await.unwrap().position.raw();
    // Whoever inserts waits for this; whoever reads does not.
    admin.batch_execute("begin; lock table record.event in exclusive mode").await.unwrap();
    let mut waiting = JoinSet::new();
    for number in 1..=MANY {
        let store = api.test.app.record.clone();
        waiting.spawn(async move { (Uuid::from_u128(number), store.append(append(number)).await) });
    }
    let first = waiting.join_next().await.unwrap().unwrap();
    assert!(matches!(first.1, Err(AppendError::Full)), "nobody is answered but by a full queue: {first:?}");

    let begun = Instant::now();
    let key = [("idempotency-key", "busy")];
    let refused = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen.")).await;
    assert_eq!(refused.problem(503)["code"], "overloaded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    let ask = json!({ "search": { "nhs-number": "999 000 0018" }, "reason": "At the department." });
    let unasked = caller.post("/api/v1/enquiries", &ask).await;
    assert_eq!(unasked.problem(503)["code"], "overloaded", "what cannot go on record is not answered");
    let form = "/contacts/new?for=referral-consideration";
    let given_back = school.post(form, &telling).await;
    assert_eq!(given_back.status, 503, "{}", given_back.text());
    let html = given_back.text();
    assert!(html.contains("<a href=\"#account\">Too much is being written just now."), "{html}");
    assert!(
        html.contains("Came without a coat.") && html.contains("value=\"Holloway\""),
        "all that was typed"
    );
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    // Reading goes on: its looks are put on record in a log of their own.
    let read = caller.get(&format!("/api/v1/people/{child}/timeline")).await;
    assert_eq!(read.status, 200, "{}", read.text());

    admin.batch_execute("rollback").await.unwrap();
    let (mut acknowledged, mut refused) = (Vec::new(), vec![first.0]);
    while let Some(answered) = waiting.join_next().await {
        match answered.unwrap() {
            (stream, Ok(_)) => acknowledged.push(stream),
            (stream, Err(AppendError::Full)) => refused.push(stream),
            (_, Err(error)) => panic!("{error}"),
        }
    }
    assert!(acknowledged.len() >= 4_096, "{}", acknowledged.len());
    assert_eq!(on_record(&admin, &acknowledged).await, acknowledged.len());
    let again = caller.post_with("/api/v1/contacts", &key, &contact(child, "Seen.")).await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(on_record(&admin, &refused).await, 0);
    // Nor was anything else: what was acknowledged and the contact at last are all there is.
    let after = api.test.app.record.head().await.unwrap().position.raw();
    assert_eq!(after - before, u128::try_from(acknowledged.len()).unwrap() + 1);
    let told = school.post(form, &telling).await;
    assert_eq!(told.status, 303, "the form sent again is taken: {}", told.text());
}

/// Two sessions that hand one lock to each other, so that whoever waits for it gets in once between them.
struct Turnstile {
    table: String,
    holds: Client,
    next: Client,
}

impl Turnstile {
    async fn close(database: &TestDatabase, table: String) -> Self {
        let (holds, next) = (database.admin().await, database.admin().await);
        holds.batch_execute(&lock(&table)).await.unwrap();
        Self { table, holds, next }
    }

    /// Lets those through who wait now, and closes behind them.
    async fn turn(self, admin: &Client) -> Self {
        let Self { table, holds, next } = self;
        let lock = lock(&table);
        let closing = tokio::spawn(async move {
            next.batch_execute(&lock).await.unwrap();
            next
        });
        while waiting(admin, &table, "lock table").await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        holds.batch_execute("rollback").await.unwrap();
        Self { table, next: holds, holds: closing.await.unwrap() }
    }
}

fn lock(table: &str) -> String {
    format!("begin; lock table {table} in access exclusive mode")
}

/// How many wait for a table in a statement that has these words.
async fn waiting(admin: &Client, table: &str, words: &str) -> i64 {
    let sql = "select count(*) from pg_locks join pg_stat_activity using (pid)
               where relation = $1::text::regclass and not granted and position($2 in query) > 0";
    admin.query_one(sql, &[&table, &words]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_every_race_is_told_to_look_again_and_nothing_of_theirs_is_written() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let other_node = TestApp::over(api.test.database.clone()).await;
    let admin = api.test.database.admin().await;
    let table: String = admin
        .query_one(
            "select format('%I.%I', nspname, relname) from pg_class join pg_namespace n on n.oid = relnamespace
             where relname = 'subject' and relkind = 'r' and nspname like '%access%'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    let path = format!("/api/v1/people/{child}/assertions");
    let say = json!({ "assertions": [{ "sex": "f" }], "source": { "basis": "seen" } });
    let key = [("idempotency-key", "loser")];

    // Between reading a record and writing to it, somebody's rights are looked up in this table. The other node acts
    // for itself, has no rights to look up, and is quicker each time.
    let mut turnstile = Turnstile::close(&api.test.database, table.clone()).await;
    let loser = {
        let (caller, path, say) = (caller.clone(), path.clone(), say.clone());
        async move { caller.post_with(&path, &key, &say).await }
    };
    let loser = tokio::spawn(loser);
    let mut lost = 0;
    let begun = Instant::now();
    while !loser.is_finished() {
        assert!(begun.elapsed() < PATIENCE, "the loser is neither waiting nor answered");
        if waiting(&admin, &table, "owners").await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        lost += 1;
        let born = Assert {
            assertions: vec![Assertion::Birth(format!("201{lost}-04-02").parse().unwrap())],
            source: Source { basis: Basis::Document, agency: COUNCIL },
            occurred: Occurred::Instant(instant(BEGINNING)),
            testimony: None,
        };
        let born = Command::Person { id: Some(PersonId(child)), command: born.into() };
        other_node.done(&Visitor::node(), order(Purpose::Operation, born)).await;
        turnstile = turnstile.turn(&admin).await;
    }
    drop(turnstile);
    let stale = loser.await.unwrap();
    let problem = stale.problem(409);
    assert_eq!(problem["code"], "stale");
    assert!(problem["detail"].as_str().unwrap().contains("Look at it again"), "{problem}");
    assert!(lost >= TRIES, "{lost}");
    assert_eq!(on_record(&admin, &[child]).await, 3 + lost);

    let again = caller.post_with(&path, &key, &say).await;
    assert_eq!((again.status, &again.json()["repeated"]), (200, &json!(false)), "{}", again.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_write_to_one_record_at_once_over_two_nodes_each_is_told_the_truth() {
    let api = Api::start().await;
    let caller = api.front_door();
    let child = api.child(&caller, "Example").await;
    let other_node = TestApp::over(api.test.database.clone()).await;
    let other = Served::start(&other_node.app).await;
    let path = format!("/api/v1/people/{child}/assertions");
    let says = (0..24).map(|number| {
        let node = if number % 2 == 0 { &api.served } else { &other };
        let caller = node.caller(&api.test.front_door(), "referral-consideration");
        let path = &path;
        async move {
            let say = json!({
                "assertions": [{ "identifier": { "scheme": "la-child-id", "authority": "383", "value": format!("C{number}") } }],
                "source": { "basis": "seen" },
            });
            let answer = caller.post(path, &say).await;
            match answer.status {
                200 => Some(answer.json()["version"].as_u64().unwrap()),
                _ => { assert_eq!(answer.problem(409)["code"], "stale"); None }
            }
        }
    });
    let mut versions: Vec<u64> = futures_util::future::join_all(says).await.into_iter().flatten().collect();
    versions.sort_unstable();
    assert!(!versions.is_empty());
    let admin = api.test.database.admin().await;
    let first = on_record(&admin, &[child]).await - versions.len();
    let expected: Vec<u64> = (1..).skip(first).take(versions.len()).collect();
    assert_eq!((first, versions), (3, expected), "one version for each that was acknowledged, and no more");
    other.stop().await;
}
