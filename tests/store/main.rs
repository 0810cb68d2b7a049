//! The logs and the keys on real databases: promises, hearing, reading, roles, tampering.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop where they stand")]

mod contract;
mod hearing;
mod keys;
mod reading;
mod roles;
mod tampering;

use std::sync::Arc;

use event_store::PostgresStore;
use event_store::clock::SystemClock;
use event_store::postgres::{LogSchema, LogSettings};
use system_tests::TestDatabase;

/// The `record` log of a test's database.
async fn open(database: &TestDatabase) -> PostgresStore {
    let settings = LogSettings {
        schema: LogSchema::Record,
        origin: "goldthread.example/test/record".to_owned(),
        demonstration: false,
        readers: 4,
    };
    PostgresStore::open(database.connections.log.clone(), settings, Arc::new(SystemClock)).await.unwrap()
}
