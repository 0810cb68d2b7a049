//! What is erased is in no view, live or rebuilt; and restriction is judged now, whenever a page looks back to.

use chrono::Utc;
use domain::access::{Disclosure, Sensitivity};
use domain::matching::Typed;
use event_store::keys::Keys;
use projections::people::{self, Search};
use projections::reads::AsOf;
use projections::{access, timeline};
use system_tests::TestDatabase;

use crate::histories::{History, child, children};
use crate::views::{all, assert_same, build, caught_up, contents, of, start};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_is_in_no_view() {
    let database = TestDatabase::new().await;
    let mut history = History::begin(9).await;
    let engine = start(&database, history.record.store.clone(), history.record.keys.clone()).await;
    for _ in 0..200 {
        history.go_on().await;
    }
    caught_up(&engine, history.record.head().await).await;
    let reads = engine.reads();
    let named = people::known(&reads, &all(), &children()).await.expect("people");
    let erased = (0..6).find(|number| !named[&child(*number)].names.is_empty()).expect("somebody is named");
    let search = Search::NameAndBirth { given: String::new(), family: "EXAMPLE".to_owned(), born: None };
    let found = people::search(&reads, &all(), &search).await.expect("found");
    assert!(found.iter().any(|found| found.person == child(erased)));

    let at: chrono::DateTime<Utc> = "2026-03-01T00:00:00Z".parse().expect("a time");
    history.record.keys.destroy(&[history.key_of(erased).0], at).await.expect("destroyed");
    engine.refold(child(erased).0).await.expect("folded anew");
    let after = people::known(&reads, &all(), &children()).await.expect("people");
    assert!(after[&child(erased)].names.is_empty() && after[&child(erased)].identifiers.is_empty());
    let found = people::search(&reads, &all(), &search).await.expect("found");
    assert!(!found.is_empty() && found.iter().all(|found| found.person != child(erased)));
    let typed = Typed { family: "Exampel".to_owned(), ..Typed::default() };
    let near = people::candidates(&reads, &all(), &typed, 50).await.expect("candidates").near;
    assert!(!near.is_empty() && near.iter().all(|candidate| candidate.person != child(erased)));
    let live = contents(&database).await;
    let (keys, of_erased) = (&live["people.sought"], format!("({},", child(erased).0));
    assert!(
        !keys.is_empty() && keys.iter().all(|row| !row.starts_with(&of_erased)),
        "no key of theirs is left"
    );
    engine.rebuild(&[]).await.expect("rebuilt");
    assert_same(&live, &contents(&database).await, "after an erasure, and rebuilt");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_past_shows_no_more_than_the_present_one() {
    let mut history = History::begin(21).await;
    for _ in 0..200 {
        history.go_on().await;
    }
    let database = TestDatabase::new().await;
    let reads = build(&database, history.record.store.clone(), history.record.keys.clone()).await;
    // The usual reader is among those named, so look as somebody else.
    let practitioner = domain::ids::PractitionerId(uuid::Uuid::from_u128(0xb9));
    let stranger = domain::access::Actor { practitioner, ..crate::histories::reader() };
    let scope = of(stranger, |class| match class.sensitivity {
        Sensitivity::Open => Disclosure::Full,
        Sensitivity::Restricted => Disclosure::Contact,
    });
    let standings = access::standings(&reads, &children()).await.expect("standings");
    let known_at = "2026-01-05T09:30:00Z".parse().ok();
    let mut restricted = 0;
    for (person, standing) in standings {
        let past = timeline::of_as_of(&reads, &scope, person, AsOf { known_at, ..AsOf::default() }).await;
        let past = past.expect("a page");
        assert_eq!(past.is_none(), standing.restriction.is_some(), "restricted now, hidden then");
        restricted += usize::from(standing.restriction.is_some());
    }
    assert!(restricted > 0, "somebody is restricted");
}
