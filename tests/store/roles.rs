//! The service's own database roles cannot change what is on record, whatever they try.

use event_store::EventStore;
use system_tests::TestDatabase;
use tokio_postgres::error::SqlState;

use crate::open;
use crate::tampering::fill;

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_of_the_service_cannot_change_the_record() {
    let database = TestDatabase::new().await;
    let store = open(&database).await;
    fill(&store, 5).await;
    let before = store.read_all(event_store::Position::START, 100).await.unwrap();
    for role in ["goldthread_app", "goldthread_views"] {
        let session = database.as_role(role).await;
        for attempt in [
            "update record.event set facts = '\\x00' where position = 1",
            "update record.event set position = position",
            "delete from record.event where position = 5",
            "delete from record.event",
            "truncate record.event",
            "truncate record.event, record.flush cascade",
            "alter table record.event add column note text",
            "alter table record.event disable trigger all",
            "alter table record.event owner to current_user",
            "drop trigger never_changed on record.event",
            "drop table record.event",
            "drop schema record cascade",
            "create or replace function log_guard.refuse() returns trigger language plpgsql as 'begin return new; end'",
            "create trigger quiet before insert on record.event for each row execute function suppress_redundant_updates_trigger()",
            "create rule gone as on insert to record.event do instead nothing",
            "set session_replication_role = replica",
            "set role goldthread_owner",
            "set role postgres",
            "set session authorization postgres",
            "alter role current_user superuser",
            "grant goldthread_owner to current_user",
            "delete from record.flush",
            "update record.flush set range = '\\x00'",
            "update record.checkpoint set note = ''",
            "delete from record.checkpoint",
            "delete from record.node",
            "copy record.event to program 'cat'",
            "insert into record.event select position, stream, version + 100, recorded_at, mark, header, salt, meta, facts, parts from record.event on conflict (position) do update set facts = '\\x00'",
        ] {
            let refused = session.batch_execute(attempt).await.expect_err(attempt);
            let code = refused.code().cloned().unwrap();
            let refusals = [
                SqlState::INSUFFICIENT_PRIVILEGE,
                SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
                SqlState::CANT_CHANGE_RUNTIME_PARAM,
            ];
            assert!(refusals.contains(&code), "{role}: `{attempt}` ended with {code:?}, not a refusal");
        }
    }
    assert_eq!(store.read_all(event_store::Position::START, 100).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn even_the_owner_meets_a_trigger() {
    let database = TestDatabase::new().await;
    let store = open(&database).await;
    fill(&store, 2).await;
    let admin = database.admin().await;
    for attempt in [
        "update record.event set facts = '\\x00'",
        "delete from record.event",
        "truncate record.event",
        "truncate record.checkpoint",
    ] {
        let refused = admin.batch_execute(attempt).await.expect_err(attempt);
        assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{attempt}");
    }
}
