//! As known at T equals a rebuild of the log cut at T.

use event_store::{EventStore, Position};
use projections::reads::AsOf;
use projections::{enquiries, status, timeline};
use system_tests::TestDatabase;

use crate::histories::{Dice, History, children};
use crate::views::{all, build};

#[tokio::test(flavor = "multi_thread")]
async fn as_known_at_equals_a_rebuild_of_the_log_cut_there() {
    for seed in 1..=6 {
        let mut history = History::begin(seed).await;
        for _ in 0..150 {
            history.go_on().await;
        }
        let database = TestDatabase::new().await;
        let record = &history.record;
        let now = build(&database, record.store.clone(), record.keys.clone()).await;
        let mut dice = Dice::new(seed + 5);
        for _ in 0..3 {
            let head = u64::try_from(record.head().await.raw()).expect("a small log");
            let at = Position::from_raw(u128::from(10 + dice.below(head - 10)));
            let last = record.store.read_all(Position::from_raw(at.raw() - 1), 1).await.expect("an event");
            let known_at = last.first().map(|event| event.header.recorded_at());
            let then_database = TestDatabase::new().await;
            let then = build(&then_database, record.cut(at), record.keys.clone()).await;
            let as_of = AsOf { known_at, ..AsOf::default() };
            for child in children() {
                let page = timeline::Page { before: None, limit: 10_000 };
                let looked_back = timeline::of_as_of(&now, &all(), child, as_of).await.expect("a page");
                let was = timeline::of(&then, &all(), child, page).await.expect("a page");
                let (looked_back, was) = (looked_back.expect("known now"), was.expect("known then"));
                assert_eq!(but_whose(looked_back.items), but_whose(was.items), "history {seed} at {at}");
                let looked_back = status::of(&now, &all(), child, Some(as_of)).await.expect("a status");
                let was = status::of(&then, &all(), child, None).await.expect("a status");
                assert_eq!(
                    looked_back.map(|status| status.cases),
                    was.map(|status| status.cases),
                    "history {seed} at {at}"
                );
                let looked_back = enquiries::of(&now, &all(), child, Some(as_of)).await.expect("enquiries");
                let was = enquiries::of(&then, &all(), child, None).await.expect("enquiries");
                assert_eq!(looked_back, was, "history {seed} at {at}");
            }
        }
    }
}

/// Whose entry a closed address is, is told by how near the reader is to the child, and that is judged by now.
fn but_whose(mut items: Vec<timeline::Item>) -> Vec<timeline::Item> {
    for item in items.iter_mut().filter(|item| item.detail.address.is_some()) {
        (item.agency, item.actor) = (None, None);
    }
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_timeline_follow_each_other_without_gap_or_repetition() {
    let mut history = History::begin(3).await;
    for _ in 0..150 {
        history.go_on().await;
    }
    let database = TestDatabase::new().await;
    let reads = build(&database, history.record.store.clone(), history.record.keys.clone()).await;
    for child in children() {
        let whole = timeline::of(&reads, &all(), child, timeline::Page { before: None, limit: 10_000 })
            .await
            .expect("a page")
            .expect("a child");
        assert!(whole.next.is_none());
        let (mut items, mut before) = (Vec::new(), None);
        loop {
            let page = timeline::of(&reads, &all(), child, timeline::Page { before, limit: 3 })
                .await
                .expect("a page")
                .expect("a child");
            items.extend(page.items);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(items, whole.items);
        let by_position = timeline::since(&reads, &all(), child, Position::START, 10_000)
            .await
            .expect("items")
            .expect("a child");
        assert_eq!(by_position.items.len(), whole.items.len());
        assert!(by_position.items.is_sorted_by_key(|item| item.position));
    }
}
