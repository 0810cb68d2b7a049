//! A rebuild while events arrive loses and changes nothing.

use std::collections::BTreeSet;

use system_tests::TestDatabase;

use crate::histories::History;
use crate::views::{assert_same, caught_up, contents, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_while_events_arrive_loses_and_changes_nothing() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(31).await;
    for _ in 0..300 {
        history.go_on().await;
    }
    let engine = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    engine.ready().await;
    let (rebuilt, ()) = tokio::join!(engine.rebuild(&[]), async {
        for _ in 0..200 {
            history.go_on().await;
            tokio::task::yield_now().await;
        }
    });
    rebuilt.expect("rebuilt");
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
