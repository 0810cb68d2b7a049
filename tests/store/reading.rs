//! Many who read streams at once are each told of their own.

use event_store::{EventStore as _, StreamId};
use futures_util::future::join_all;
use system_tests::TestDatabase;
use uuid::Uuid;

use crate::open;
use crate::tampering::fill;

fn stream(number: u128) -> StreamId {
    StreamId { category: "contact".to_owned(), id: Uuid::from_u128(number) }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_with_others_is_told_of_the_stream_they_asked_for() {
    let database = TestDatabase::new().await;
    let store = open(&database).await;
    fill(&store, 80).await;
    // Forty streams of two; from the beginning, after the first, no more than one, and of nobody.
    let asked =
        (0..400_u128).map(|nth| (nth % 44 + 1, u64::from(nth % 3 == 0), 1 + usize::from(nth % 5 == 0)));
    let read = asked.map(|(number, after, most)| {
        let store = store.clone();
        async move {
            let events = store.read_stream(&stream(number), after, most).await.unwrap();
            let versions: Vec<u64> = events.iter().map(|event| event.header.version()).collect();
            let expected: Vec<u64> =
                if number > 40 { Vec::new() } else { (after + 1..=2).take(most).collect() };
            assert_eq!(versions, expected);
            assert!(events.iter().all(|event| event.header.stream_id() == stream(number).id));
        }
    });
    join_all(read).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_go_away_leave_the_others_their_answers() {
    let database = TestDatabase::new().await;
    let store = open(&database).await;
    fill(&store, 20).await;
    for round in 0..20 {
        let reads: Vec<_> = (1..=10_u128)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move { store.read_stream(&stream(number), 0, 10).await.unwrap().len() })
            })
            .collect();
        for (nth, read) in reads.into_iter().enumerate() {
            if nth % 2 == round % 2 {
                read.abort();
            } else {
                assert_eq!(read.await.unwrap(), 2);
            }
        }
    }
    assert_eq!(store.read_stream(&stream(1), 0, 10).await.unwrap().len(), 2);
}
