//! A log changed behind its back is found out, and the place is named.

use bytes::Bytes;
use event_store::note::{Checkpoint, Signer};
use event_store::verify::Fault;
use event_store::{Append, Context, Draft, EventStore, NodeSource, Part, PostgresStore, StreamId};
use system_tests::TestDatabase;
use uuid::Uuid;

use crate::open;

const EVENTS: u64 = 40;
const CHANGED: u64 = 17;

/// Appends events to the log, two to a stream.
pub async fn fill(store: &PostgresStore, events: u64) {
    for number in 0..events {
        let stream =
            StreamId { category: "contact".to_owned(), id: Uuid::from_u128(u128::from(number / 2 + 1)) };
        let nobody = Uuid::nil();
        let draft = Draft {
            event_id: Uuid::from_u128(u128::from(1_000 + number)),
            kind: "contact.recorded".to_owned(),
            schema_version: 2,
            occurred: "2026-03-10".to_owned(),
            meta: Bytes::from_static(b"{\"policy\":\"0f\"}"),
            facts: Bytes::from(format!("{{\"number\":{number}}}")),
            parts: vec![Part {
                number: 1,
                key: Uuid::from_u128(9),
                nonce: [5; 12],
                ciphertext: Bytes::from_static(b"nobody can read this"),
            }],
        };
        let context = Context {
            actor: nobody,
            agency: nobody,
            purpose: "safeguarding-check".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: nobody,
            causation: nobody,
            trace: None,
        };
        let append = Append::new(stream, number % 2, context, vec![draft]);
        store.append(append).await.unwrap();
    }
}

fn signer() -> Signer {
    Signer::new("goldthread.example/test/record", &[3; 32]).unwrap()
}

/// A filled log with a checkpoint signed at its end, and one more event after it.
async fn signed_log() -> (TestDatabase, PostgresStore) {
    let database = TestDatabase::new().await;
    let store = open(&database).await;
    fill(&store, EVENTS).await;
    let head = store.tree_head().await.unwrap();
    let checkpoint = Checkpoint { origin: store.origin().to_owned(), size: head.size, root: head.root };
    let note = signer().sign_first(&checkpoint).unwrap();
    store.keep_checkpoint(head.size, &note, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    (database, store)
}

async fn fault(store: &PostgresStore) -> Option<Fault> {
    let signer = signer();
    store.verify(|note| signer.verifier().verify(note).ok(), &[], |_| ()).await.unwrap().fault
}

/// Does to the log what only somebody with the database's superuser could.
async fn tamper(database: &TestDatabase, sql: &str) {
    let admin = database.admin().await;
    let text = format!("set session_replication_role = replica; {sql}");
    admin.batch_execute(&text).await.unwrap_or_else(|cause| panic!("{sql}: {cause}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_log_is_good() {
    let (_database, store) = signed_log().await;
    assert_eq!(fault(&store).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_of_any_column_is_named() {
    let columns = [
        ("stream", "overlay(stream::text placing 'ff' from 1)::uuid"),
        ("version", "version + 2"),
        ("recorded_at", "recorded_at + interval '1 microsecond'"),
        ("mark", "mark # 1"),
        ("salt", "set_byte(salt, 7, get_byte(salt, 7) # 1)"),
        ("meta", "set_byte(meta, 3, get_byte(meta, 3) # 1)"),
        ("facts", "set_byte(facts, 3, get_byte(facts, 3) # 1)"),
        ("parts", "set_byte(parts, 45, get_byte(parts, 45) # 1)"),
    ];
    for (column, changed) in columns {
        let (database, store) = signed_log().await;
        tamper(
            &database,
            &format!("update record.event set {column} = {changed} where position = {CHANGED}"),
        )
        .await;
        let fault = fault(&store).await.unwrap_or_else(|| panic!("a changed `{column}` was not noticed"));
        assert_eq!(fault.position(), CHANGED, "{column}: {fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_anywhere_in_a_header_is_named() {
    let (database, store) = signed_log().await;
    let admin = database.admin().await;
    let row =
        admin.query_one("select length(header) from record.event where position = 17", &[]).await.unwrap();
    let length: i32 = row.get(0);
    for byte in (0..length).step_by(7) {
        let flip = format!(
            "update record.event set header = set_byte(header, {byte}, get_byte(header, {byte}) # 1) where position = {CHANGED}"
        );
        tamper(&database, &flip).await;
        let fault = fault(&store).await.unwrap_or_else(|| panic!("byte {byte} was not noticed"));
        assert_eq!(fault.position(), CHANGED, "byte {byte}: {fault}");
        tamper(&database, &flip).await;
    }
    assert_eq!(fault(&store).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_row_is_named() {
    let (database, store) = signed_log().await;
    tamper(&database, "delete from record.event where position = 17").await;
    assert_eq!(fault(&store).await, Some(Fault::Missing { position: 17 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_swapped_rows_are_named() {
    let (database, store) = signed_log().await;
    tamper(
        &database,
        "update record.event set position = 1000 where position = 17;
         update record.event set position = 17 where position = 21;
         update record.event set position = 21 where position = 1000",
    )
    .await;
    assert_eq!(fault(&store).await, Some(Fault::Mark { position: 17 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_was_cut_is_named_even_with_the_logs_own_head() {
    let (database, store) = signed_log().await;
    tamper(&database, "delete from record.event where position > 30").await;
    assert_eq!(fault(&store).await, Some(Fault::CutBehindCheckpoint { position: 31, signed: EVENTS }));
    tamper(&database, "delete from record.flush where position > 30").await;
    assert_eq!(fault(&store).await, Some(Fault::CutBehindCheckpoint { position: 31, signed: EVENTS }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_cut_after_the_last_checkpoint_is_named_by_the_head() {
    let (database, store) = signed_log().await;
    let more = StreamId { category: "contact".to_owned(), id: Uuid::from_u128(77) };
    assert!(store.read_stream(&more, 0, 1).await.unwrap().is_empty());
    fill_more(&store).await;
    tamper(&database, &format!("delete from record.event where position = {}", EVENTS + 1)).await;
    assert_eq!(fault(&store).await, Some(Fault::CutBehindHead { position: EVENTS + 1, head: EVENTS + 1 }));
}

async fn fill_more(store: &PostgresStore) {
    let nobody = Uuid::nil();
    let draft = Draft {
        event_id: Uuid::from_u128(5_000),
        kind: "contact.recorded".to_owned(),
        schema_version: 2,
        occurred: "2026-03-10".to_owned(),
        meta: Bytes::new(),
        facts: Bytes::from_static(b"{}"),
        parts: Vec::new(),
    };
    let context = Context {
        actor: nobody,
        agency: nobody,
        purpose: String::new(),
        lawful_basis: String::new(),
        correlation: nobody,
        causation: nobody,
        trace: None,
    };
    let stream = StreamId { category: "contact".to_owned(), id: Uuid::from_u128(77) };
    store.append(Append::new(stream, 0, context, vec![draft])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forger_who_mends_the_marks_is_caught_by_the_checkpoint() {
    let (database, store) = signed_log().await;
    let admin = database.admin().await;
    // Another header from elsewhere in the log, with its body, its columns and a mark made for this place.
    let row = admin.query_one("select header from record.event where position = 20", &[]).await.unwrap();
    let leaf = event_store::merkle::leaf_hash(row.get(0));
    let mark = event_store::verify::mark(CHANGED, &leaf);
    tamper(
        &database,
        &format!(
            "alter table record.event drop constraint event_version;
             update record.event set (stream, version, recorded_at, header, salt, meta, facts, parts, mark)
             = (select stream, version, event.recorded_at, header, salt, meta, facts, parts, {mark} from record.event
                where position = 20)
             where position = {CHANGED};
             update record.event set recorded_at = recorded_at where position = {CHANGED}"
        ),
    )
    .await;
    let fault = fault(&store).await.unwrap();
    assert!(matches!(fault, Fault::Root { .. } | Fault::Time { .. }), "{fault}");
}
