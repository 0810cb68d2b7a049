//! The log in EventStoreDB: the contract every log keeps, then each thing that may go wrong on the way.
//!
//! The server here is a stand-in ([`double`]); `honesty.py` asks it with a client of another make. With
//! `ESDB_TEST_URL` set, the contract is run against that server as well. **That has never been done**: what is proved
//! here is the adapter's half of the conversation.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::as_conversions,
    reason = "a test's own ground may give way loudly"
)]

mod contract;
mod double;
mod faults;
mod honesty;
mod layout;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event_store::clock::SystemClock;
use event_store::{Append, Context, Draft, EventStoreDbSettings, EventStoreDbStore, Part, StreamId};
use uuid::Uuid;

const ORIGIN: &str = "goldthread.example/test/record";
const NAMESPACE: &str = "record";

fn settings() -> EventStoreDbSettings {
    EventStoreDbSettings::new(NAMESPACE, ORIGIN)
}

/// A log that gives up waiting soon, where a test makes the server silent.
fn impatient() -> EventStoreDbSettings {
    EventStoreDbSettings { patience: Duration::from_millis(400), ..settings() }
}

fn open(url: &str, settings: EventStoreDbSettings) -> EventStoreDbStore {
    EventStoreDbStore::open(url, settings, Arc::new(SystemClock)).unwrap()
}

fn stream() -> StreamId {
    StreamId { category: "contact".to_owned(), id: Uuid::from_u128(77) }
}

/// What the stream is called on the server.
fn stream_name() -> String {
    format!("{NAMESPACE}.contact-{}", Uuid::from_u128(77))
}

/// An append of events `expected + 1 ..= expected + count`.
fn append(expected: u64, count: u64) -> Append {
    let draft = |n: u64| Draft {
        event_id: Uuid::from_u128(u128::from(n) << 64 | 5),
        kind: "contact.recorded".to_owned(),
        schema_version: 1,
        occurred: "2026-11-20".to_owned(),
        meta: Bytes::from_static(b"{}"),
        facts: Bytes::from(format!("{{\"n\":{n}}}")),
        parts: vec![Part {
            number: 1,
            key: Uuid::from_u128(6),
            nonce: [7; 12],
            ciphertext: Bytes::from_static(b"\x00\xffsealed"),
        }],
    };
    Append {
        stream: stream(),
        expected,
        rests_on: Vec::new(),
        context: Context {
            actor: Uuid::from_u128(1),
            agency: Uuid::from_u128(2),
            purpose: "safeguarding-check".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: Uuid::from_u128(3),
            causation: Uuid::from_u128(4),
            trace: None,
        },
        events: (1..=count).map(|n| draft(expected + n)).collect(),
        recorded_at: None,
    }
}
