//! Live equals rebuilt: whatever the history, however it was cut into batches, wherever it was killed.

use chrono::NaiveDate;
use domain::event::Event;
use domain::history::{Reason, Withdrawn};
use domain::ids::{AgencyId, EventId};
use domain::person::MissingFrom;
use domain::person::events::MissingReported;
use domain::source::{Basis, Source};
use domain::when::Occurred;
use event_store::StreamId;
use system_tests::TestDatabase;
use uuid::Uuid;

use crate::histories::{Dice, History};
use crate::record::Record;
use crate::views::{assert_same, caught_up, contents, start};

const HISTORIES: u64 = 12;
const ENTRIES: u64 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn live_equals_rebuilt_for_random_histories_batches_and_crashes() {
    for seed in 1..=HISTORIES {
        let database = TestDatabase::new().await;
        let mut history = History::begin(seed).await;
        let mut dice = Dice::new(seed + 1_000);
        let mut written = 0;
        // Each turn of this loop is a process that is killed in the middle of what it does.
        while written < ENTRIES {
            let process = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a process");
            let (store, keys) = (history.record.store.clone(), history.record.keys.clone());
            let (there, here) = (database.clone(), tokio::sync::oneshot::channel());
            process.spawn(async move {
                let engine = start(&there, store, keys).await;
                // Answers that nobody waits for are lost with the process.
                let _ = here.0.send(engine.is_ready());
                std::future::pending::<()>().await;
            });
            here.1.await.expect("the engine starts");
            let until = ENTRIES.min(written + 10 + dice.below(60));
            while written < until {
                let batch = 1 + dice.below(12);
                for _ in 0..batch {
                    history.go_on().await;
                }
                written += batch;
                tokio::time::sleep(std::time::Duration::from_millis(dice.below(25))).await;
            }
            process.shutdown_background();
        }
        let (store, keys) = (history.record.store.clone(), history.record.keys.clone());
        let engine = start(&database, store, keys).await;
        caught_up(&engine, history.record.head().await).await;
        // And a while in one piece, with states remembered.
        for _ in 0..40 {
            history.go_on().await;
            if dice.below(5) == 0 {
                caught_up(&engine, history.record.head().await).await;
            }
        }
        caught_up(&engine, history.record.head().await).await;
        let live = contents(&database).await;
        engine.rebuild(&[]).await.expect("rebuilt");
        let rebuilt = contents(&database).await;
        assert_same(&live, &rebuilt, &format!("live and rebuilt, history {seed}"));
        assert!(
            live.get("timeline.entry").is_some_and(|rows| rows.len() > 20),
            "history {seed} is not empty"
        );
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runners_do_no_harm() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(77).await;
    let first = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    let second = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    for _ in 0..80 {
        history.go_on().await;
    }
    let head = history.record.head().await;
    caught_up(&first, head).await;
    caught_up(&second, head).await;
    // The one that kept them stops; the other takes over.
    first.stop().await;
    for _ in 0..20 {
        history.go_on().await;
    }
    caught_up(&second, history.record.head().await).await;
    let live = contents(&database).await;
    second.rebuild(&[]).await.expect("rebuilt");
    assert_same(&live, &contents(&database).await, "kept by two, and rebuilt");
    second.stop().await;
}

/// What was remembered of a key is gone with all that stood of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_only_entry_is_withdrawn_begins_anew() {
    let database = TestDatabase::new().await;
    let record = Record::new();
    let engine = start(&database, record.store.clone(), record.keys.clone()).await;
    let child = StreamId { category: "person".to_owned(), id: Uuid::from_u128(0x1_2b) };
    let source = Source { basis: Basis::Told, agency: AgencyId(Uuid::from_u128(0xa1)) };
    let missing = Event::from(MissingReported { from: MissingFrom::Home, source });
    let on = |day: u32| Occurred::Day(NaiveDate::from_ymd_opt(2026, 1, day).expect("a day"));
    let (entry, _) = record.record(&child, on(2), &missing).await;
    caught_up(&engine, record.head().await).await;
    let withdrawn = Withdrawn { entry: EventId(entry), reason: Reason::Mistake };
    record.record(&child, on(2), &withdrawn.into()).await;
    caught_up(&engine, record.head().await).await;
    assert!(contents(&database).await["status.missing"].is_empty(), "nobody is missing");
    record.record(&child, on(4), &missing).await;
    caught_up(&engine, record.head().await).await;
    let live = contents(&database).await;
    assert_eq!(live["status.missing"].len(), 1, "and then they are");
    engine.rebuild(&[]).await.expect("rebuilt");
    assert_same(&live, &contents(&database).await, "withdrawn, told again, and rebuilt");
    engine.stop().await;
}

/// Other processes read how far a view has come from its checkpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_follows_events_that_change_no_row() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(5).await;
    let engine = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    for _ in 0..30 {
        history.go_on().await;
    }
    // No event changes rows of every view.
    caught_up(&engine, history.record.head().await).await;
    let saved = async {
        while engine.lag().await.expect("a lag").iter().any(|lag| lag.events > 0) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let soon = std::time::Duration::from_secs(2);
    tokio::time::timeout(soon, saved).await.expect("every checkpoint is at the head");
    engine.stop().await;
}
