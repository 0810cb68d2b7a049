//! A rebuild while a thousand contacts arrive loses and changes nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use system_tests::TestDatabase;

use crate::histories::History;
use crate::views::{assert_same, caught_up, contents, start};

/// They arrive while the views are rebuilt.
const CONTACTS: u32 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_while_contacts_arrive_loses_and_changes_nothing() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(31).await;
    for _ in 0..300 {
        history.go_on().await;
    }
    let engine = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    engine.ready().await;
    let all_here = AtomicBool::new(false);
    let rebuilding = async {
        // Again and again, so that some contact meets each step of a rebuild.
        let mut times = 0;
        while !all_here.load(Ordering::Relaxed) {
            engine.rebuild(&[]).await.expect("rebuilt");
            times += 1;
        }
        times
    };
    let (times, ()) = tokio::join!(rebuilding, async {
        for number in 0..CONTACTS {
            let at = history.some_day();
            history.record_contact(at).await;
            if number % 10 == 0 {
                history.go_on().await;
            }
        }
        all_here.store(true, Ordering::Relaxed);
    });
    assert!(times > 0);
    caught_up(&engine, history.record.head().await).await;
    let during = contents(&database).await;
    engine.rebuild(&[]).await.expect("rebuilt");
    assert_same(&during, &contents(&database).await, "rebuilt meanwhile, and in peace");
    engine.stop().await;

    // The builds it replaced are gone or going, and nothing else is there.
    let admin = database.admin().await;
    let rows =
        admin.query("select state from views.build where state <> 'retired'", &[]).await.expect("builds");
    let states: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(states, BTreeSet::from(["live".to_owned()]));
}
