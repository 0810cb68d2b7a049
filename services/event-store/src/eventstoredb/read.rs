//! Reading pages: of one stream, of all of ours, and of everything while following.
//!
//! A stream of answers that was cut off without a status looks like one that ended. So a page shorter than asked for
//! is checked against the newest event before it is believed to be the end.

use eventstore::{
    ReadAllOptions, ReadStream, ReadStreamOptions, RecordedEvent, StreamPosition, SubscriptionFilter,
};

use super::connection::{Failure, within};
use super::{Inner, layout};
use crate::port::{Position, Recorded, StoreError, StreamId};

/// How often a page that contradicts the newest event is asked for.
const LOOKS: u32 = 3;

/// One look at everything on the server, ours or not.
pub(super) struct Look {
    pub(super) ours: Vec<Recorded>,
    /// The last place seen, if any was.
    pub(super) scanned: Option<Position>,
}

impl Inner {
    pub(super) async fn read_stream(
        &self,
        stream: &StreamId,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        for _ in 0..LOOKS {
            let options = ReadStreamOptions::default()
                .position(StreamPosition::Position(after_version))
                .max_count(limit)
                .requires_leader(true);
            let mut found = self.events_of(stream, &options).await?;
            found.dedup_by_key(|event| event.revision);
            let events = found.into_iter().map(|event| self.decode(event)).collect::<Result<Vec<_>, _>>()?;
            let whole =
                (after_version + 1..).zip(&events).all(|(version, event)| event.header.version() == version);
            let end = events.last().map_or(after_version, |event| event.header.version());
            if whole && (events.len() >= limit || self.version(stream).await? <= end) {
                return Ok(events);
            }
            // Cut short; or somebody appended meanwhile, which the next look will tell.
        }
        Err(cut_short())
    }

    /// A stream's version: 0 when there is none.
    pub(super) async fn version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        let options =
            ReadStreamOptions::default().position(StreamPosition::End).max_count(1).requires_leader(true);
        Ok(self
            .events_of(stream, &options)
            .await?
            .first()
            .map_or(0, |event| event.revision.saturating_add(1)))
    }

    async fn events_of(
        &self,
        stream: &StreamId,
        options: &ReadStreamOptions,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let name = &self.stream_name(stream);
        let patience = self.connection.patience;
        let read = self
            .connection
            .ask(move |client| async move {
                let read = within(patience, client.read_stream(name.as_str(), options)).await?;
                self.collect(read).await
            })
            .await;
        match read {
            Err(Failure::Absent) => Ok(Vec::new()),
            read => Ok(read?),
        }
    }

    pub(super) async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        for _ in 0..LOOKS {
            let options = self.forwards(after, limit).filter(self.filter());
            let mut events = in_order(self.everything(&options).await?, after)
                .map(|event| self.decode(event))
                .collect::<Result<Vec<_>, _>>()?;
            events.truncate(limit);
            if !events.is_empty() || limit == 0 || !self.is_more_after(after).await? {
                return Ok(events);
            }
        }
        Err(cut_short())
    }

    /// Whether there is an event of ours after a position.
    pub(super) async fn is_more_after(&self, after: Position) -> Result<bool, StoreError> {
        Ok(self.newest_before(None, 1).await?.first().is_some_and(|newest| newest.position > after))
    }

    /// Our newest events, or those before a position, newest first.
    pub(super) async fn newest_before(
        &self,
        before: Option<Position>,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        let from = before.map_or(StreamPosition::End, |before| StreamPosition::Position(place(before)));
        let options = ReadAllOptions::default()
            .position(from)
            .backwards()
            .max_count(limit.saturating_add(1))
            .filter(self.filter())
            .requires_leader(true);
        let mut found = self.everything(&options).await?;
        found.retain(|event| before.is_none_or(|before| position(event) < before));
        found.dedup_by_key(|event| position(event));
        found.truncate(limit);
        found.into_iter().map(|event| self.decode(event)).collect()
    }

    /// What came after a place, other people's events included, so that they are looked at once.
    pub(super) async fn look(&self, after: Position, limit: usize) -> Result<Look, StoreError> {
        let found: Vec<_> = in_order(self.everything(&self.forwards(after, limit)).await?, after).collect();
        let scanned = found.last().map(position);
        let prefix = self.stream_prefix();
        let ours = found.into_iter().filter(|event| event.stream_id().starts_with(&prefix));
        Ok(Look { ours: ours.map(|event| self.decode(event)).collect::<Result<_, _>>()?, scanned })
    }

    fn forwards(&self, after: Position, limit: usize) -> ReadAllOptions {
        let from = if after == Position::START {
            StreamPosition::Start
        } else {
            StreamPosition::Position(place(after))
        };
        // One more, because the server begins with the event at the position.
        ReadAllOptions::default()
            .position(from)
            .forwards()
            .max_count(limit.saturating_add(1))
            .requires_leader(true)
    }

    /// Our streams only: system streams begin with `$`, and a namespace does not.
    fn filter(&self) -> SubscriptionFilter {
        SubscriptionFilter::on_stream_name().add_prefix(self.stream_prefix())
    }

    async fn everything(&self, options: &ReadAllOptions) -> Result<Vec<RecordedEvent>, StoreError> {
        let patience = self.connection.patience;
        let read = self.connection.ask(move |client| async move {
            let read = within(patience, client.read_all(options)).await?;
            self.collect(read).await
        });
        Ok(read.await?)
    }

    async fn collect(&self, mut read: ReadStream) -> Result<Vec<RecordedEvent>, Failure> {
        let mut events = Vec::new();
        while let Some(found) = within(self.connection.patience, read.next()).await? {
            events.extend(found.event);
        }
        Ok(events)
    }

    fn decode(&self, event: RecordedEvent) -> Result<Recorded, StoreError> {
        let place = layout::Place {
            position: position(&event),
            stream_name: event.stream_id(),
            revision: event.revision,
            event_id: event.id,
            event_type: &event.event_type,
        };
        layout::decode(place, &self.settings.namespace, event.custom_metadata.clone(), event.data.clone())
    }
}

/// The events after a place, each once: what a server delivers twice or before its turn is passed over.
fn in_order(found: Vec<RecordedEvent>, after: Position) -> impl Iterator<Item = RecordedEvent> {
    let mut last = (after != Position::START).then_some(after);
    found.into_iter().filter(move |event| {
        let here = position(event);
        let next = last.is_none_or(|last| here > last);
        if next {
            last = Some(here);
        }
        next
    })
}

/// A place in the server's order, as ours.
fn position(event: &RecordedEvent) -> Position {
    Position::from_raw(u128::from(event.position.commit) << 64 | u128::from(event.position.prepare))
}

/// A position of ours, as the server's.
fn place(position: Position) -> eventstore::Position {
    let low = position.raw() & u128::from(u64::MAX);
    eventstore::Position {
        commit: u64::try_from(position.raw() >> 64).unwrap_or(u64::MAX),
        prepare: u64::try_from(low).unwrap_or(u64::MAX),
    }
}

fn cut_short() -> StoreError {
    StoreError::Unavailable("the server ends its answers before their end".into())
}
