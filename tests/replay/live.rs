//! Live equals rebuilt: whatever the history, however it was cut into batches, wherever it was killed.

use system_tests::TestDatabase;

use crate::histories::{Dice, History};
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
