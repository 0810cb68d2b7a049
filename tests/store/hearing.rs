//! What one process is told of another's events, with nobody looking.

use std::time::Duration;

use event_store::PostgresStore;
use system_tests::TestDatabase;

use crate::open;
use crate::tampering::fill;

/// Waits for what a store that neither writes nor reads can only have been told.
async fn hears(store: &PostgresStore, events: u64) {
    let mut head = store.watch_head();
    let told = tokio::time::timeout(Duration::from_secs(20), head.wait_for(|head| *head >= events)).await;
    assert_eq!(*told.unwrap().unwrap(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_told_of_each_event_of_another() {
    let database = TestDatabase::new().await;
    let (writing, hearing) = (open(&database).await, open(&database).await);
    for events in 1..=3 {
        fill(&writing, events).await;
        hears(&hearing, events).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_connections_were_ended_is_told_again() {
    let database = TestDatabase::new().await;
    let (writing, hearing) = (open(&database).await, open(&database).await);
    fill(&writing, 1).await;
    hears(&hearing, 1).await;
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()";
    database.admin().await.execute(end, &[&database.database]).await.unwrap();
    fill(&writing, 2).await;
    hears(&hearing, 2).await;
}
