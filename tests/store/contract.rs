//! One suite of promises, run against each adapter and printed as a table.

use std::sync::Arc;

use event_store::MemoryStore;
use event_store::clock::SystemClock;
use event_store::contract::{Fresh, Outcome, promises, table};
use system_tests::{TestDatabase, compare_or_bless};

use crate::open;

#[tokio::test(flavor = "multi_thread")]
async fn every_adapter_keeps_the_contract_and_the_table_is_fresh() {
    let (mut in_memory, mut in_postgres) = (Vec::new(), Vec::new());
    for promise in promises() {
        let memory =
            Arc::new(MemoryStore::new("goldthread.example/test/record", Arc::new(SystemClock), false));
        let fresh = Fresh {
            store: memory.clone(),
            other: memory.clone(),
            evidence: Some(memory),
            decides_in_order: true,
        };
        in_memory.push(promise.check(fresh).await);

        let database = TestDatabase::new().await;
        let (store, other) = (Arc::new(open(&database).await), Arc::new(open(&database).await));
        let fresh = Fresh { store: store.clone(), other, evidence: Some(store), decides_in_order: true };
        in_postgres.push(promise.check(fresh).await);
    }
    for (promise, outcomes) in promises().iter().zip(in_memory.iter().zip(&in_postgres)) {
        assert_eq!(outcomes, (&Outcome::Kept, &Outcome::Kept), "{}", promise.says);
    }
    let text = format!(
        "# What every log promises\n\n\
         Written by `make bless` from the suite in `services/event-store/src/contract.rs`, run against each adapter.\n\
         The EventStoreDB adapter runs the same suite against a protocol double: `tests/eventstoredb`.\n\n{}",
        table(&[("memory", in_memory), ("Postgres", in_postgres)])
    );
    compare_or_bless("docs/contract.md", &text);
}
