//! What the adapter makes of a server that fails, one fault at a time.

use std::time::Duration;

use event_store::{AppendError, EventStore, Followed, Position, Recorded, StoreError};
use futures_util::StreamExt;
use uuid::Uuid;

use crate::double::{Double, Fault};
use crate::{append, impatient, open, settings, stream, stream_name};

fn versions(events: &[Recorded]) -> Vec<u64> {
    events.iter().map(|event| event.header.version()).collect()
}

/// Follows until so many events were given; a minute is for ever.
async fn followed(store: &impl EventStore, count: usize) -> Vec<u64> {
    let mut follower = store.follow(Position::START);
    let mut seen = Vec::new();
    let following = async {
        while seen.len() < count {
            if let Followed::Events(events) = follower.next().await.unwrap().unwrap() {
                seen.extend(versions(&events));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), following).await.unwrap();
    seen
}

#[tokio::test]
async fn an_append_reported_as_failed_after_it_was_done_is_made_once() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    double.on_append([Fault::DoneButUnavailable]);
    let appended = store.append(append(0, 3)).await.unwrap();
    assert_eq!((appended.version, appended.repeated), (3, false));
    assert_eq!(double.events_in(&stream_name()), 3);
    assert_eq!(double.asked().appends, 2);
}

#[tokio::test]
async fn an_append_done_but_never_answered_is_made_once() {
    let double = Double::start().await;
    let store = open(&double.url(), impatient());
    double.on_append([Fault::DoneButSilent]);
    let appended = store.append(append(0, 3)).await.unwrap();
    assert_eq!((appended.version, appended.repeated), (3, false));
    assert_eq!(double.events_in(&stream_name()), 3);
}

#[tokio::test]
async fn an_append_that_no_answer_ever_comes_to_is_unknown_and_may_be_asked_again() {
    let double = Double::start().await;
    let store = open(&double.url(), impatient());
    double.on_append([Fault::DoneButSilent, Fault::Silent, Fault::Silent, Fault::Silent, Fault::Silent]);
    let answer = store.append(append(0, 2)).await;
    assert!(matches!(answer, Err(AppendError::Unknown(_))), "{answer:?}");
    let again = store.append(append(0, 2)).await.unwrap();
    assert_eq!((again.version, again.repeated), (2, true));
    assert_eq!(double.events_in(&stream_name()), 2);
}

#[tokio::test]
async fn an_append_follows_the_leader_that_a_follower_names() {
    let (follower, leader) = (Double::start().await, Double::start().await);
    let store = open(&follower.url(), settings());
    follower.on_append([Fault::NotLeader(leader.address())]);
    store.append(append(0, 1)).await.unwrap();
    assert_eq!((follower.events_in(&stream_name()), leader.events_in(&stream_name())), (0, 1));
}

#[tokio::test]
async fn a_server_unavailable_for_a_moment_is_asked_again() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    double.on_append([Fault::Unavailable, Fault::Unavailable]);
    store.append(append(0, 2)).await.unwrap();
    double.on_read([Fault::Unavailable, Fault::Unavailable]);
    assert_eq!(versions(&store.read_stream(&stream(), 0, 10).await.unwrap()), [1, 2]);
    double.on_read([Fault::Unavailable]);
    assert_eq!(versions(&store.read_all(Position::START, 10).await.unwrap()), [1, 2]);
}

#[tokio::test]
async fn a_read_that_no_answer_comes_to_is_asked_again() {
    let double = Double::start().await;
    let store = open(&double.url(), impatient());
    store.append(append(0, 2)).await.unwrap();
    double.on_read([Fault::Silent]);
    assert_eq!(versions(&store.read_stream(&stream(), 0, 10).await.unwrap()), [1, 2]);
}

#[tokio::test]
async fn an_answer_cut_short_without_a_status_is_not_taken_for_the_end() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 5)).await.unwrap();
    for cut in [0, 2] {
        double.on_read([Fault::CutAfter(cut)]);
        assert_eq!(versions(&store.read_stream(&stream(), 0, 10).await.unwrap()), [1, 2, 3, 4, 5]);
    }
    double.on_read([Fault::CutAfter(0)]);
    assert_eq!(versions(&store.read_all(Position::START, 10).await.unwrap()), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_follower_does_not_believe_that_it_caught_up_when_its_answer_was_cut_short() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 3)).await.unwrap();
    double.on_read([Fault::CutAfter(0)]);
    let mut follower = store.follow(Position::START);
    let first = follower.next().await.unwrap().unwrap();
    assert!(matches!(&first, Followed::Events(events) if versions(events) == [1, 2, 3]), "{first:?}");
}

#[tokio::test]
async fn a_server_that_always_cuts_its_answers_is_reported() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 3)).await.unwrap();
    // Of the two questions a look asks, the first is cut.
    for _ in 0..3 {
        double.on_read([Fault::CutAfter(1), Fault::Twice]);
    }
    let answer = store.read_stream(&stream(), 0, 10).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
}

#[tokio::test]
async fn an_event_delivered_twice_is_given_once() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 3)).await.unwrap();
    double.on_read([Fault::Twice]);
    assert_eq!(versions(&store.read_stream(&stream(), 0, 10).await.unwrap()), [1, 2, 3]);
    double.on_read([Fault::Twice]);
    assert_eq!(versions(&store.read_all(Position::START, 10).await.unwrap()), [1, 2, 3]);
    double.on_read([Fault::Twice]);
    assert_eq!(followed(&store, 3).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_page_of_events_delivered_twice_still_leads_on() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 10)).await.unwrap();
    let (mut after, mut seen) = (Position::START, Vec::new());
    while seen.len() < 10 {
        double.on_read([Fault::Twice]);
        let page = store.read_all(after, 4).await.unwrap();
        let last = page.last().unwrap();
        assert!(last.position > after, "the page leads nowhere");
        after = last.position;
        seen.extend(versions(&page));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[tokio::test]
async fn a_server_that_went_away_and_came_back_is_found_again() {
    let mut double = Double::start().await;
    let store = open(&double.url(), impatient());
    store.append(append(0, 1)).await.unwrap();
    double.stop();
    let gone = store.append(append(1, 1)).await;
    assert!(
        matches!(gone, Err(AppendError::Unknown(_) | AppendError::Store(StoreError::Unavailable(_)))),
        "{gone:?}"
    );
    assert!(matches!(store.head().await, Err(StoreError::Unavailable(_))));
    double.start_again().await;
    assert_eq!(store.append(append(1, 1)).await.unwrap().version, 2);
    assert_eq!(versions(&store.read_all(Position::START, 10).await.unwrap()), [1, 2]);
}

#[tokio::test]
async fn a_server_that_comes_late_is_found_though_the_client_had_given_up() {
    let mut double = Double::start().await;
    double.stop();
    let store = open(&double.url(), settings());
    let early = store.append(append(0, 1)).await;
    assert!(matches!(early, Err(AppendError::Store(StoreError::Unavailable(_)))), "{early:?}");
    double.start_again().await;
    assert_eq!(store.append(append(0, 1)).await.unwrap().version, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_outlives_the_server_and_misses_nothing() {
    let mut double = Double::start().await;
    let (store, other) = (open(&double.url(), impatient()), open(&double.url(), impatient()));
    other.append(append(0, 2)).await.unwrap();
    let following = tokio::spawn(async move { followed(&store, 4).await });
    double.stop();
    tokio::time::sleep(Duration::from_millis(700)).await;
    double.start_again().await;
    other.append(append(2, 2)).await.unwrap();
    assert_eq!(following.await.unwrap(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_others_write_on_the_server_is_none_of_ours() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    double.write_foreign("access.look-1", Uuid::from_u128(1));
    store.append(append(0, 2)).await.unwrap();
    for number in 2..50 {
        double.write_foreign("access.look-1", Uuid::from_u128(number));
    }
    let mine = store.append(append(2, 1)).await.unwrap();
    double.write_foreign("recorder", Uuid::from_u128(60));
    assert_eq!(versions(&store.read_all(Position::START, 10).await.unwrap()), [1, 2, 3]);
    assert_eq!(store.head().await.unwrap().position, mine.position);
    assert_eq!(followed(&store, 3).await, [1, 2, 3]);
}

#[tokio::test]
async fn an_event_in_our_name_that_is_not_ours_stops_the_reader() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    store.append(append(0, 1)).await.unwrap();
    double.write_foreign(&stream_name(), Uuid::from_u128(9));
    let answer = store.read_all(Position::START, 10).await;
    assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{answer:?}");
    let mut follower = store.follow(Position::START);
    assert!(matches!(follower.next().await, Some(Err(StoreError::Corrupt { .. }))));
    assert!(follower.next().await.is_none(), "it went on past an event that it could not read");
}

#[tokio::test]
async fn an_append_heavier_than_the_server_takes_is_refused_before_it_is_sent() {
    let double = Double::start().await;
    let store = open(&double.url(), settings());
    let mut heavy = append(0, 1);
    heavy.events[0].facts = vec![b'x'; 1024 * 1024].into();
    let answer = store.append(heavy).await;
    assert!(matches!(answer, Err(AppendError::TooLong { field: "append", .. })), "{answer:?}");
    assert_eq!(double.asked().appends, 0);
}

#[tokio::test]
async fn a_connection_string_that_is_none_is_refused_without_repeating_it() {
    let refused = event_store::EventStoreDbStore::open(
        "postgres://someone:secret@127.0.0.1",
        settings(),
        std::sync::Arc::new(event_store::clock::SystemClock),
    );
    let Err(error) = refused else { panic!("it was accepted") };
    assert!(!error.to_string().contains("secret"), "{error}");
}
