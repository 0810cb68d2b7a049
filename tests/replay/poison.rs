//! An event nobody can read parks those it is about, and nobody else; never in silence.

use domain::access::Disclosure;
use projections::{access, engine, timeline};
use system_tests::TestDatabase;

use crate::histories::{History, children};
use crate::views::{all, assert_same, caught_up, contents, pool, start};

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_event_parks_its_people_and_nobody_else() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(5).await;
    let engine = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    for _ in 0..80 {
        history.go_on().await;
    }
    caught_up(&engine, history.record.head().await).await;
    let poisoned = children()[0];
    let stream = event_store::StreamId { category: "person".to_owned(), id: poisoned.0 };
    let (event, _) = history.record.record_garbage(&stream, "person.named").await;
    for _ in 0..60 {
        history.go_on().await;
    }
    caught_up(&engine, history.record.head().await).await;
    let reads = engine.reads();
    let standings = access::standings(&reads, &children()).await.expect("standings");
    for child in children() {
        assert_eq!(standings[&child].is_incomplete, child == poisoned);
        let page = timeline::Page { before: None, limit: 1_000 };
        let page = timeline::of(&reads, &all(), child, page).await.expect("a page").expect("a child");
        assert_eq!(page.is_incomplete, child == poisoned);
        assert_eq!(page.disclosure, Disclosure::Full);
    }
    let views = projections::views();
    let access = views.iter().find(|view| view.name() == "access").expect("the view");
    let parked = engine::parked(&pool(&database), access.as_ref()).await.expect("parked");
    let [parked] = parked.as_slice() else { panic!("one is parked") };
    assert_eq!(
        (parked.key, parked.event_id, parked.code.as_str()),
        (poisoned.0, event, "unreadable-content")
    );
    let stuck = engine.retry("access", vec![poisoned.0]).await.expect("tried again");
    assert_eq!(stuck, [poisoned.0]);

    let live = contents(&database).await;
    engine.rebuild(&[]).await.expect("rebuilt");
    assert_same(&live, &contents(&database).await, "parked, and rebuilt");
    engine.stop().await;
}
