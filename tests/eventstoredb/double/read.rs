//! Reading and subscribing, as the server answers them.
//!
//! A read starts at its position, a subscription after it; backwards, a position stands before its event.

use std::sync::Arc;

use futures_util::stream::{self, BoxStream, StreamExt};
use tonic::Status;

use super::State;
use super::log::{Stored, passes};
use super::wire::*;

type Answers = BoxStream<'static, Result<ReadResp, Status>>;

#[expect(clippy::result_large_err, reason = "a status is what tonic's services answer with")]
pub fn answers(state: Arc<State>, options: ReadOptions) -> Result<Answers, Status> {
    let expressions =
        options.filter.iter().flat_map(|filter| filter.stream_name.iter().chain(&filter.event_type));
    if expressions.into_iter().any(|expression| !expression.regex.is_empty()) {
        return Err(Status::invalid_argument("the double knows no regular expressions"));
    }
    match (&options.stream, options.subscription) {
        (Some(_), Some(_)) => Err(Status::unimplemented("the double subscribes to $all only")),
        (Some(stream), None) => Ok(all_at_once(of_stream(&state, stream, &options))),
        (None, None) => Ok(all_at_once(of_all(&state, &options))),
        (None, Some(_)) => Ok(subscription(state, options)),
    }
}

fn all_at_once(answers: Vec<ReadResp>) -> Answers {
    stream::iter(answers).map(Ok).boxed()
}

fn limit(options: &ReadOptions) -> usize {
    usize::try_from(options.count.unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
}

fn of_stream(state: &State, asked: &StreamOptions, options: &ReadOptions) -> Vec<ReadResp> {
    let log = state.log();
    let name = asked.stream.as_ref().map(|stream| stream.stream_name.clone()).unwrap_or_default();
    let Some(events) = log.stream(&String::from_utf8_lossy(&name)) else {
        let stream_not_found = Some(StreamNotFound { stream: asked.stream.clone() });
        return vec![ReadResp { stream_not_found, ..ReadResp::default() }];
    };
    let limit = limit(options);
    let from = asked.revision.unwrap_or(if asked.end.is_some() { u64::MAX } else { 0 });
    if options.direction == 0 {
        let events = events.into_iter().filter(|event| event.revision >= from);
        events.take(limit).map(|event| appeared(event, options)).collect()
    } else {
        let events = events.into_iter().rev().filter(|event| event.revision <= from);
        events.take(limit).map(|event| appeared(event, options)).collect()
    }
}

fn of_all(state: &State, options: &ReadOptions) -> Vec<ReadResp> {
    let log = state.log();
    let asked = options.all.clone().unwrap_or_default();
    let (filter, limit) = (options.filter.as_ref(), limit(options));
    if options.direction == 0 {
        let from = asked.position.unwrap_or_default();
        let from = if asked.end.is_some() { Position { commit: u64::MAX, prepare: u64::MAX } } else { from };
        let events = log.from(from).iter().filter(|event| passes(filter, event));
        events.take(limit).map(|event| appeared(event, options)).collect()
    } else {
        let from = asked.position.unwrap_or(Position { commit: u64::MAX, prepare: u64::MAX });
        let events = log.before(from).iter().rev().filter(|event| passes(filter, event));
        events.take(limit).map(|event| appeared(event, options)).collect()
    }
}

struct Subscribed {
    state: Arc<State>,
    written: tokio::sync::watch::Receiver<u64>,
    options: ReadOptions,
    after: Option<Position>,
    confirmed: bool,
    live: bool,
}

fn subscription(state: Arc<State>, options: ReadOptions) -> Answers {
    let asked = options.all.clone().unwrap_or_default();
    let after = if asked.end.is_some() { Some(state.log().end()) } else { asked.position };
    let written = state.written.subscribe();
    let begun = Subscribed { state, written, options, after, confirmed: false, live: false };
    let batches = stream::unfold(begun, |mut subscribed| async move {
        let batch = subscribed.batch().await?;
        Some((stream::iter(batch).map(Ok), subscribed))
    });
    batches.flatten().boxed()
}

impl Subscribed {
    async fn batch(&mut self) -> Option<Vec<ReadResp>> {
        if !self.confirmed {
            self.confirmed = true;
            let confirmation = Some(Confirmation { subscription_id: "double".to_owned() });
            return Some(vec![ReadResp { confirmation, ..ReadResp::default() }]);
        }
        loop {
            self.written.mark_unchanged();
            let batch = self.take();
            if !batch.is_empty() {
                return Some(batch);
            }
            self.written.changed().await.ok()?;
        }
    }

    /// What there is to tell now: events, for a filtered subscription how far it got, and once that it caught up.
    fn take(&mut self) -> Vec<ReadResp> {
        let log = self.state.log();
        let found = log.from(self.after.unwrap_or_default()).iter();
        let found: Vec<_> =
            found.filter(|event| self.after.is_none_or(|after| event.position > after)).collect();
        let filter = self.options.filter.as_ref();
        let ours = found.iter().filter(|event| passes(filter, event));
        let mut batch: Vec<_> = ours.map(|event| appeared(event, &self.options)).collect();
        let timestamp = Some(Timestamp { seconds: 1_767_000_000 });
        if let Some(last) = found.last() {
            self.after = Some(last.position);
            if filter.is_some() {
                let Position { commit, prepare } = last.position;
                let checkpoint = Some(Checkpoint { commit, prepare, timestamp });
                batch.push(ReadResp { checkpoint, ..ReadResp::default() });
            }
        }
        if !self.live {
            self.live = true;
            let caught_up = Some(CaughtUp { timestamp, position: self.after });
            batch.push(ReadResp { caught_up, ..ReadResp::default() });
        }
        batch
    }
}

fn appeared(stored: &Stored, options: &ReadOptions) -> ReadResp {
    let as_text = options.uuid.as_ref().is_some_and(|option| option.string.is_some());
    let (high, low) = stored.id.as_u64_pair();
    let halves = Structured { high: high.cast_signed(), low: low.cast_signed() };
    let id =
        Uuid { structured: (!as_text).then_some(halves), string: as_text.then(|| stored.id.to_string()) };
    let event = RecordedEvent {
        id: Some(id),
        stream: Some(StreamIdentifier { stream_name: stored.stream.clone().into() }),
        revision: stored.revision,
        prepare: stored.position.prepare,
        commit: stored.position.commit,
        metadata: stored.metadata.clone(),
        custom_metadata: stored.custom_metadata.clone(),
        data: stored.data.clone(),
    };
    let event = Some(ReadEvent { event: Some(event), commit: Some(stored.position.commit) });
    ReadResp { event, ..ReadResp::default() }
}
