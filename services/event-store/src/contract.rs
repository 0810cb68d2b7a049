//! What every adapter promises, as a suite that is run against each and printed as a table.
//!
//! A promise is a function over a fresh, empty log; it returns what was broken. Nothing here knows an adapter.

use std::collections::HashSet;
use std::fmt::{Debug, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::evidence::Evidence;
use crate::header::part_hash;
use crate::merkle::{leaf_hash, verify_consistency, verify_inclusion};
use crate::port::{
    Append, AppendError, Appended, Context, Draft, EventStore, Followed, Part, Position, StreamId,
};

/// A fresh, empty log of one adapter.
#[derive(Clone)]
pub struct Fresh {
    pub store: Arc<dyn EventStore>,
    /// A second way into the same log, as another process would have; the same one where there is no other.
    pub other: Arc<dyn EventStore>,
    /// Present when the adapter keeps its own tree.
    pub evidence: Option<Arc<dyn Evidence>>,
    /// Whether recorded times are stamped, and what an append rests on compared, under the log's own order.
    pub decides_in_order: bool,
}

/// Whether a promise was kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Kept,
    /// The adapter does not make this promise, and says so.
    NotPromised,
    Broken(String),
}

type Check = fn(Fresh) -> BoxFuture<'static, Result<Outcome, Box<dyn std::error::Error + Send + Sync>>>;

/// One promise: a sentence, and the check that it is kept.
pub struct Promise {
    pub says: &'static str,
    check: Check,
}

impl Promise {
    /// Checks the promise against a fresh log.
    pub async fn check(&self, fresh: Fresh) -> Outcome {
        match tokio::time::timeout(Duration::from_secs(60), (self.check)(fresh)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::Broken(error.to_string()),
            Err(_) => Outcome::Broken("no answer within a minute".to_owned()),
        }
    }
}

macro_rules! promises {
    ($( $says:literal => $check:ident ),+ $(,)?) => {
        /// Every promise, in the order of the table.
        #[must_use]
        pub fn promises() -> Vec<Promise> {
            vec![$( Promise { says: $says, check: |fresh| Box::pin($check(fresh)) } ),+]
        }
    };
}

promises! {
    "Events come back byte for byte, with the header that binds them" => round_trip,
    "A stream's versions count from 1; an append tells where it ended" => versions,
    "An append of several events is written whole or not at all" => all_or_none,
    "An append that expects another version is refused and told the real one" => wrong_version,
    "An expected version beyond the end is refused, so a stream has no holes" => no_holes,
    "An append that rests on another stream is refused once something was added there" => rests_on,
    "Nothing stands after an addition to a stream that was decided without it" => rests_in_order,
    "The same request again gets the first answer and writes nothing" => repeated,
    "The same event ids with other content are refused" => conflicting,
    "Of two writers to one version exactly one wins" => race,
    "Writers through two doors share one order, and no reader skips an event" => no_skips,
    "Reading a stream starts after a version and stops at a limit" => stream_pages,
    "Reading everything page by page gives each event once, in order" => all_pages,
    "Events of one kind are found among all others, page by page" => kinds,
    "A follower is given what was, told when it has caught up, and given what comes" => follow,
    "Recorded times never run backwards along the log" => monotone,
    "\"As known at\" finds the last position recorded by then" => known_at,
    "No events, or more than a thousand, are refused" => sizes,
    "A recorded time is not accepted from outside" => recorded_times,
    "Every event is proved to be in the tree, and each tree to be a prefix of the next" => proofs,
}

type Result<T = Outcome, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

macro_rules! keep {
    ($holds:expr, $($broken:tt)+) => {
        if !$holds {
            return Ok(Outcome::Broken(format!($($broken)+)));
        }
    };
}

fn id(of: &str) -> Uuid {
    let hash = leaf_hash(of.as_bytes());
    hash.first_chunk().map_or(Uuid::nil(), |bytes| uuid::Builder::from_custom_bytes(*bytes).into_uuid())
}

fn stream(name: &str) -> StreamId {
    StreamId { category: "contact".to_owned(), id: id(name) }
}

fn draft(stream: &str, n: u64) -> Draft {
    Draft {
        event_id: id(&format!("{stream} event {n}")),
        kind: "contact.recorded".to_owned(),
        schema_version: 2,
        occurred: "2026-11-20".to_owned(),
        meta: Bytes::from_static(b"{\"policy\":\"abc\"}"),
        facts: Bytes::from(format!("{{\"n\":{n}}}")),
        parts: vec![Part {
            number: 1,
            key: id("key"),
            nonce: [7; 12],
            ciphertext: Bytes::from_static(b"\x00\xffnot text\x00"),
        }],
    }
}

/// An append of events `expected + 1 ..= expected + count`.
fn append(name: &str, expected: u64, count: u64) -> Append {
    Append {
        stream: stream(name),
        expected,
        rests_on: Vec::new(),
        context: Context {
            actor: id("actor"),
            agency: id("agency"),
            purpose: "safeguarding-check".to_owned(),
            lawful_basis: "public-task".to_owned(),
            correlation: id("correlation"),
            causation: id("causation"),
            trace: Some([3; 25]),
        },
        events: (1..=count).map(|n| draft(name, expected + n)).collect(),
        recorded_at: None,
    }
}

async fn round_trip(Fresh { store, .. }: Fresh) -> Result {
    let mut sent = append("a", 0, 1);
    sent.events.push(Draft { parts: vec![], meta: Bytes::new(), ..draft("a", 2) });
    store.append(sent.clone()).await?;
    let found = store.read_stream(&sent.stream, 0, 10).await?;
    keep!(found.len() == 2, "{} events came back, not 2", found.len());
    for (draft, event) in sent.events.iter().zip(&found) {
        event.check_body()?;
        let header = &event.header;
        keep!(header.origin() == store.origin(), "the origin differs");
        keep!(header.event_id() == draft.event_id, "the event id differs");
        keep!(header.stream() == sent.stream, "the stream differs");
        keep!(header.kind() == draft.kind, "the type differs");
        keep!(header.schema_version() == draft.schema_version, "the schema version differs");
        keep!(header.occurred() == draft.occurred, "the time of occurrence differs");
        keep!(header.actor() == sent.context.actor, "the actor differs");
        keep!(header.agency() == sent.context.agency, "the agency differs");
        keep!(header.purpose() == sent.context.purpose, "the purpose differs");
        keep!(header.lawful_basis() == sent.context.lawful_basis, "the lawful basis differs");
        keep!(header.correlation() == sent.context.correlation, "the correlation differs");
        keep!(header.causation() == sent.context.causation, "the causation differs");
        keep!(header.trace() == sent.context.trace.as_ref(), "the trace context differs");
        keep!(event.facts == draft.facts && event.meta == draft.meta, "the body differs");
        keep!(event.parts == draft.parts, "the sealed parts differ");
        let bound: Vec<_> = header.parts().collect();
        let sent: Vec<_> = draft.parts.iter().map(|part| (part.number, part.key, part_hash(part))).collect();
        keep!(bound == sent, "the header does not bind the sealed parts");
    }
    Ok(Outcome::Kept)
}

async fn versions(Fresh { store, .. }: Fresh) -> Result {
    let first = store.append(append("a", 0, 2)).await?;
    let second = store.append(append("a", 2, 1)).await?;
    keep!((first.version, second.version) == (2, 3), "versions {} and {}", first.version, second.version);
    keep!(first.position < second.position, "positions do not rise");
    keep!(store.head().await?.position == second.position, "the head is elsewhere");
    let found = store.read_stream(&stream("a"), 0, 10).await?;
    let numbers: Vec<_> = found.iter().map(|event| event.header.version()).collect();
    keep!(numbers == [1, 2, 3], "versions read back as {numbers:?}");
    Ok(Outcome::Kept)
}

async fn all_or_none(Fresh { store, .. }: Fresh) -> Result {
    store.append(append("a", 0, 3)).await?;
    let refused = store.append(append("a", 1, 5)).await;
    keep!(refused.is_err(), "an overlapping append was accepted");
    let found = store.read_stream(&stream("a"), 0, 100).await?;
    keep!(found.len() == 3, "{} events are there, not 3", found.len());
    Ok(Outcome::Kept)
}

async fn wrong_version(Fresh { store, .. }: Fresh) -> Result {
    store.append(append("a", 0, 2)).await?;
    let mut late = append("a", 1, 1);
    for draft in &mut late.events {
        draft.event_id = id("somebody else");
    }
    match store.append(late).await {
        Err(AppendError::WrongVersion { expected: 1, actual: 2 }) => Ok(Outcome::Kept),
        other => Ok(Outcome::Broken(format!("{other:?}"))),
    }
}

async fn no_holes(Fresh { store, .. }: Fresh) -> Result {
    store.append(append("a", 0, 2)).await?;
    for (name, expected, there) in [("a", 5, 2), ("never written", 1, 0)] {
        match store.append(append(name, expected, 1)).await {
            Err(AppendError::WrongVersion { actual, .. }) if actual == there => {}
            other => return Ok(Outcome::Broken(format!("expecting {expected}: {other:?}"))),
        }
    }
    Ok(Outcome::Kept)
}

async fn rests_on(Fresh { store, other, .. }: Fresh) -> Result {
    let resting = |name: &str, known: &[(&str, u64)]| Append {
        rests_on: known.iter().map(|(name, version)| (stream(name), *version)).collect(),
        ..append(name, 0, 1)
    };
    store.append(append("a", 0, 2)).await?;
    store.append(append("b", 0, 1)).await?;
    let first = store.append(resting("c", &[("a", 2), ("b", 1), ("never written", 0)])).await?;
    for (name, known, there) in [("a", 1, 2), ("a", 3, 2), ("never written", 1, 0)] {
        match store.append(resting("d", &[("b", 1), (name, known)])).await {
            Err(AppendError::Moved { actual, .. }) if actual == there => {}
            answer => return Ok(Outcome::Broken(format!("resting on version {known}: {answer:?}"))),
        }
    }
    // Part of a stream that was read says nothing of its end.
    keep!(other.read_stream(&stream("a"), 0, 1).await?.len() == 1, "a page of one is not one");
    let request = Append { rests_on: vec![(stream("a"), 2)], ..append("e", 0, 1) };
    keep!(other.append(request).await.is_ok(), "what rests on the end of a stream was refused");
    // What another process adds is seen, whatever this one has read or written of it before.
    keep!(store.read_stream(&stream("b"), 0, 10).await?.len() == 1, "there is more than was written");
    other.append(append("a", 2, 1)).await?;
    other.append(append("b", 1, 1)).await?;
    for (name, known) in [("a", 2), ("b", 1)] {
        match store.append(resting("d", &[(name, known)])).await {
            Err(AppendError::Moved { .. }) => {}
            answer => return Ok(Outcome::Broken(format!("resting on what had moved: {answer:?}"))),
        }
    }
    keep!(store.read_stream(&stream("d"), 0, 10).await?.is_empty(), "something was written");
    store.append(resting("d", &[("a", 3), ("b", 2)])).await?;
    let again = store.append(resting("c", &[("a", 2), ("b", 1), ("never written", 0)])).await?;
    keep!(again == Appended { repeated: true, ..first }, "a repeated request got another answer: {again:?}");
    Ok(Outcome::Kept)
}

async fn rests_in_order(Fresh { store, other, decides_in_order, .. }: Fresh) -> Result {
    if !decides_in_order {
        return Ok(Outcome::NotPromised);
    }
    // While somebody adds to one stream through either door, others write what rests on it as it was.
    store.append(append("a", 0, 1)).await?;
    let (mut added, mut resting) = (Vec::new(), 0);
    for round in 1..=30_u64 {
        let known = store.read_stream(&stream("a"), 0, 100).await?.len();
        let known = u64::try_from(known)?;
        keep!(known == round, "{known} events, not {round}");
        let writers = (0..8_u64).map(|writer| {
            let door = if (writer + round) % 2 == 0 { store.clone() } else { other.clone() };
            let request = match writer {
                3 => append("a", round, 1),
                _ => Append {
                    rests_on: vec![(stream("a"), round)],
                    ..append(&format!("round {round} writer {writer}"), 0, 1)
                },
            };
            async move { (writer == 3, door.append(request).await) }
        });
        let mut rested = Vec::new();
        for (adds, answer) in futures_util::future::join_all(writers).await {
            match answer {
                Ok(appended) if adds => added.push(appended.position),
                Ok(appended) => rested.push(appended.position),
                Err(AppendError::Moved { .. }) if !adds => {}
                Err(error) => return Ok(Outcome::Broken(error.to_string())),
            }
        }
        let last = added.last().copied().unwrap_or_default();
        keep!(rested.iter().all(|position| *position < last), "round {round}: something was written past it");
        resting += rested.len();
    }
    keep!(resting > 0, "nothing that rests on another stream was ever written");
    Ok(Outcome::Kept)
}

async fn repeated(Fresh { store, other, .. }: Fresh) -> Result {
    let first = store.append(append("a", 0, 2)).await?;
    store.append(append("a", 2, 1)).await?;
    for door in [store.clone(), other] {
        let again = door.append(append("a", 0, 2)).await?;
        keep!(again == Appended { repeated: true, ..first }, "the answers differ: {first:?}, {again:?}");
    }
    keep!(store.read_stream(&stream("a"), 0, 100).await?.len() == 3, "something was written");
    // Many at once, before the first of them is on record.
    let answers = futures_util::future::join_all((0..8).map(|_| store.append(append("b", 0, 2)))).await;
    let mut places = HashSet::new();
    for answer in answers {
        places.insert(answer?.position);
    }
    keep!(places.len() == 1, "one request ended in {} places", places.len());
    Ok(Outcome::Kept)
}

async fn conflicting(Fresh { store, .. }: Fresh) -> Result {
    store.append(append("a", 0, 1)).await?;
    let mut other = append("a", 0, 1);
    for draft in &mut other.events {
        draft.facts = Bytes::from_static(b"{\"n\":\"other\"}");
    }
    match store.append(other).await {
        Err(AppendError::IdempotencyConflict) => Ok(Outcome::Kept),
        other => Ok(Outcome::Broken(format!("{other:?}"))),
    }
}

async fn race(Fresh { store, other, .. }: Fresh) -> Result {
    for round in 0..20_u64 {
        let contenders = (0..8_u64).map(|writer| {
            let mut request = append("a", round, 1);
            for draft in &mut request.events {
                draft.event_id = id(&format!("round {round} writer {writer}"));
            }
            let door = if writer % 2 == 0 { store.clone() } else { other.clone() };
            async move { door.append(request).await }
        });
        let mut won = 0;
        for answer in futures_util::future::join_all(contenders).await {
            match answer {
                Ok(_) => won += 1,
                Err(AppendError::WrongVersion { .. }) => {}
                Err(error) => return Ok(Outcome::Broken(error.to_string())),
            }
        }
        keep!(won == 1, "{won} of 8 writers won round {round}");
    }
    Ok(Outcome::Kept)
}

const WRITERS: u64 = 8;
const EACH: u64 = 100;

async fn no_skips(Fresh { store, other, .. }: Fresh) -> Result {
    let writers = futures_util::future::join_all((0..WRITERS).map(|writer| {
        let door = if writer % 2 == 0 { store.clone() } else { other.clone() };
        async move {
            let mut acknowledged = Vec::new();
            for n in 0..EACH {
                acknowledged.push(door.append(append(&format!("writer {writer}"), n, 1)).await?.position);
            }
            Ok::<_, AppendError>(acknowledged)
        }
    }));
    // A reader that races them, always asking only for what comes after the last it saw.
    let reader = async {
        let (mut after, mut seen) = (Position::START, Vec::new());
        while u64::try_from(seen.len())? < WRITERS * EACH {
            for event in store.read_all(after, 37).await? {
                after = event.position;
                seen.push(event.position);
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(seen)
    };
    let (written, seen) = futures_util::future::join(writers, reader).await;
    let (mut acknowledged, seen) = (Vec::new(), seen?);
    for positions in written {
        acknowledged.extend(positions?);
    }
    acknowledged.sort_unstable();
    keep!(seen == acknowledged, "the reader saw other positions than were acknowledged");
    Ok(Outcome::Kept)
}

async fn stream_pages(Fresh { store, .. }: Fresh) -> Result {
    store.append(append("a", 0, 10)).await?;
    let page = store.read_stream(&stream("a"), 4, 3).await?;
    let numbers: Vec<_> = page.iter().map(|event| event.header.version()).collect();
    keep!(numbers == [5, 6, 7], "a page of 3 after 4 held {numbers:?}");
    keep!(store.read_stream(&stream("a"), 10, 3).await?.is_empty(), "something came after the end");
    keep!(store.read_stream(&stream("b"), 0, 3).await?.is_empty(), "an absent stream was not empty");
    Ok(Outcome::Kept)
}

async fn all_pages(Fresh { store, .. }: Fresh) -> Result {
    let mut sent = Vec::new();
    for n in 0..5 {
        let request = append(&format!("stream {n}"), 0, 60);
        sent.extend(request.events.iter().map(|draft| draft.event_id));
        store.append(request).await?;
    }
    for limit in [7, 100, 1_000] {
        let (mut after, mut seen) = (Position::START, Vec::new());
        loop {
            let page = store.read_all(after, limit).await?;
            keep!(page.len() <= limit, "a page of {limit} held {}", page.len());
            let Some(last) = page.last() else { break };
            after = last.position;
            seen.extend(page.iter().map(|event| event.header.event_id()));
        }
        keep!(seen == sent, "pages of {limit} gave other events than were written");
    }
    Ok(Outcome::Kept)
}

async fn kinds(Fresh { store, .. }: Fresh) -> Result {
    let mut request = append("a", 0, 6);
    // The letters stand in every header; only some of them are of the kind.
    "entry.level".clone_into(&mut request.context.purpose);
    for draft in request.events.iter_mut().skip(1).step_by(2) {
        "entry.amended".clone_into(&mut draft.kind);
    }
    store.append(request).await?;
    for limit in [1, 2, 100] {
        let (mut after, mut seen) = (Position::START, Vec::new());
        loop {
            let page = store.read_kind("entry.", after, limit).await?;
            keep!(page.len() <= limit, "a page of {limit} held {}", page.len());
            let Some(last) = page.last() else { break };
            after = last.position;
            seen.extend(page.iter().map(|event| event.header.version()));
        }
        keep!(seen == [2, 4, 6], "pages of {limit} held {seen:?}");
    }
    Ok(Outcome::Kept)
}

async fn follow(Fresh { store, other, .. }: Fresh) -> Result {
    store.append(append("a", 0, 3)).await?;
    let mut follower = store.follow(Position::START);
    let (mut seen, mut caught_up) = (Vec::new(), false);
    while let Some(followed) = follower.next().await {
        match followed? {
            Followed::Events(events) => seen.extend(events.iter().map(|event| event.header.version())),
            Followed::CaughtUp(_) if !caught_up => {
                keep!(seen == [1, 2, 3], "it had seen {seen:?} when told that it had caught up");
                caught_up = true;
                other.append(append("a", 3, 2)).await?;
            }
            Followed::CaughtUp(_) => {}
        }
        if seen.len() == 5 {
            keep!(seen == [1, 2, 3, 4, 5], "it saw {seen:?}");
            return Ok(Outcome::Kept);
        }
    }
    Ok(Outcome::Broken("the follower ended".to_owned()))
}

async fn monotone(Fresh { store, other, decides_in_order, .. }: Fresh) -> Result {
    if !decides_in_order {
        return Ok(Outcome::NotPromised);
    }
    let writers = (0..8).map(|writer| {
        let door = if writer % 2 == 0 { store.clone() } else { other.clone() };
        async move {
            for n in 0..20 {
                door.append(append(&format!("writer {writer}"), n, 1)).await?;
            }
            Ok::<_, AppendError>(())
        }
    });
    for written in futures_util::future::join_all(writers).await {
        written?;
    }
    let times: Vec<_> = store
        .read_all(Position::START, 1_000)
        .await?
        .iter()
        .map(|event| event.header.recorded_at())
        .collect();
    keep!(times.is_sorted(), "a later position has an earlier recorded time");
    Ok(Outcome::Kept)
}

async fn known_at(Fresh { store, decides_in_order, .. }: Fresh) -> Result {
    if !decides_in_order {
        return Ok(Outcome::NotPromised);
    }
    let before = store.position_at(chrono::DateTime::UNIX_EPOCH).await?;
    keep!(before == Position::START, "something was known before the beginning");
    for n in 0..5 {
        store.append(append("a", n, 1)).await?;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for event in store.read_all(Position::START, 10).await? {
        let at = event.header.recorded_at();
        keep!(store.position_at(at).await? >= event.position, "an event was not known when recorded");
        let just_before = store.position_at(at - chrono::TimeDelta::microseconds(1)).await?;
        keep!(just_before < event.position, "an event was known before it was recorded");
    }
    Ok(Outcome::Kept)
}

async fn sizes(Fresh { store, .. }: Fresh) -> Result {
    for count in [0, 1_001] {
        match store.append(append("a", 0, count)).await {
            Err(AppendError::BadSize { .. }) => {}
            other => return Ok(Outcome::Broken(format!("{count} events: {other:?}"))),
        }
    }
    let most = store.append(append("a", 0, 1_000)).await?;
    keep!(most.version == 1_000, "a thousand events ended at version {}", most.version);
    Ok(Outcome::Kept)
}

async fn recorded_times(Fresh { store, .. }: Fresh) -> Result {
    let mut request = append("a", 0, 1);
    request.recorded_at = Some(chrono::DateTime::UNIX_EPOCH);
    match store.append(request).await {
        Err(AppendError::RecordedTime) => Ok(Outcome::Kept),
        other => Ok(Outcome::Broken(format!("{other:?}"))),
    }
}

async fn proofs(Fresh { store, evidence, .. }: Fresh) -> Result {
    let Some(evidence) = evidence else { return Ok(Outcome::NotPromised) };
    let mut heads = vec![evidence.tree_head().await?];
    for n in 0..40 {
        store.append(append("a", n * 9, 9)).await?;
        heads.push(evidence.tree_head().await?);
    }
    let Some(newest) = heads.last().copied() else { return Ok(Outcome::Broken("no tree".to_owned())) };
    let events = store.read_all(Position::START, 1_000).await?;
    keep!(u64::try_from(events.len())? == newest.size, "the tree has another size than the log");
    for (index, event) in (0..).zip(&events).step_by(17) {
        let proof = evidence.inclusion(index, newest.size).await?;
        let leaf = leaf_hash(event.header.bytes());
        verify_inclusion(&leaf, index, newest.size, &proof, &newest.root)?;
    }
    for old in &heads {
        let proof = evidence.consistency(old.size, newest.size).await?;
        verify_consistency(old.size, &old.root, newest.size, &newest.root, &proof)?;
    }
    Ok(Outcome::Kept)
}

/// The table promise × adapter, in Markdown.
#[must_use]
pub fn table(adapters: &[(&str, Vec<Outcome>)]) -> String {
    let mut text = String::from("| Promise |");
    for (name, _) in adapters {
        let _ = write!(text, " {name} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(adapters.len()));
    for (index, promise) in promises().iter().enumerate() {
        let _ = write!(text, "\n| {} |", promise.says);
        for (_, outcomes) in adapters {
            let mark = match outcomes.get(index) {
                Some(Outcome::Kept) => "kept",
                Some(Outcome::NotPromised) => "not promised",
                Some(Outcome::Broken(_)) => "**broken**",
                None => "not run",
            };
            let _ = write!(text, " {mark} |");
        }
    }
    text.push('\n');
    text
}
