//! The contract suite over the adapter: on the double always, on a real server when one is named.

use std::sync::Arc;

use event_store::clock::{Clock, SystemClock};
use event_store::contract::{Fresh, Outcome, promises};

use crate::double::Double;
use crate::{open, settings};

/// Promises that cannot be made for this log; the adapter's own documentation says why.
const NOT_PROMISED: [&str; 4] = [
    "Nothing stands after an addition to a stream that was decided without it",
    "Recorded times never run backwards along the log",
    "\"As known at\" finds the last position recorded by then",
    "Every event is proved to be in the tree, and each tree to be a prefix of the next",
];

/// A fresh log: two clients, so that what one writes the other must be told by the server.
fn fresh(url: &str, namespace: &str) -> Fresh {
    let mut settings = settings();
    settings.namespace = namespace.to_owned();
    Fresh {
        store: Arc::new(open(url, settings.clone())),
        other: Arc::new(open(url, settings)),
        evidence: None,
        decides_in_order: false,
    }
}

fn judge(outcomes: &[(&str, Outcome)]) {
    let broken: Vec<_> =
        outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Broken(_))).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let not_promised = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::NotPromised);
    assert_eq!(not_promised.map(|(says, _)| *says).collect::<Vec<_>>(), NOT_PROMISED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_promise_made_is_kept_over_the_protocol() {
    let mut outcomes = Vec::new();
    for promise in promises() {
        let double = Double::start().await;
        outcomes.push((promise.says, promise.check(fresh(&double.url(), "record")).await));
    }
    judge(&outcomes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_promise_made_is_kept_on_a_real_server() {
    let Some(url) = std::env::var_os("ESDB_TEST_URL").and_then(|url| url.into_string().ok()) else {
        eprintln!("ESDB_TEST_URL is not set: the contract was NOT run against a real server");
        return;
    };
    let run = SystemClock.now().timestamp_micros();
    let mut outcomes = Vec::new();
    for (number, promise) in promises().into_iter().enumerate() {
        // Nothing is ever deleted there, so each promise has a namespace of its own.
        let namespace = format!("test_{run}_{number}");
        outcomes.push((promise.says, promise.check(fresh(&url, &namespace)).await));
    }
    judge(&outcomes);
}
