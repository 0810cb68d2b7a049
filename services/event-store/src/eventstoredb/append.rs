//! Appending: the same bytes until the server has answered, then a look at what is there.
//!
//! The server calls an append with known event ids a success whatever its content, so its word alone does not tell
//! a first request from a repeated or a conflicting one. The header read back does: its salt is made per request.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use eventstore::{AppendToStreamOptions, EventData, StreamState};

use super::connection::{Failure, within};
use super::{Inner, layout};
use crate::header;
use crate::port::{Append, AppendError, Appended, StoreError};
use crate::writing::{Prepared, Sameness, compare};

/// Events as they are sent, and the canonical header of the last.
struct LaidOut {
    events: Vec<EventData>,
    last_header: Vec<u8>,
}

impl Inner {
    pub(super) async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let prepared = Prepared::new(append, self.settings.demonstration)?;
        if let Some(moved) = self.moved(&prepared.append).await? {
            return match self.others(&prepared.append).await {
                // It was made before that.
                Ok(appended) => Ok(appended),
                Err(_) => Err(moved),
            };
        }
        let now = prepared.append.recorded_at.unwrap_or_else(|| self.clock.now());
        let laid_out = self.lay_out(&prepared, now)?;
        let name = self.stream_name(&prepared.append.stream);
        let expected = match prepared.append.expected.checked_sub(1) {
            None => StreamState::NoStream,
            Some(revision) => StreamState::StreamRevision(revision),
        };
        let patience = self.connection.patience;
        let options =
            AppendToStreamOptions::default().stream_state(expected).deadline(patience).requires_leader(true);
        let (name, options, events) = (&name, &options, &laid_out.events);
        let sent = self
            .connection
            .ask(move |client| async move {
                within(patience, client.append_to_stream(name.as_str(), options, events.clone())).await
            })
            .await;
        let appended = match sent {
            Ok(_) => match self.own(&prepared.append, &laid_out).await? {
                Some(appended) => appended,
                None => self.others(&prepared.append).await?,
            },
            Err(Failure::WrongVersion) => match self.own(&prepared.append, &laid_out).await? {
                // A lost answer to the same bytes: it was this very request that took the place.
                Some(appended) => appended,
                None => self.others(&prepared.append).await?,
            },
            Err(Failure::Lost(cause)) => {
                return Err(AppendError::Unknown(Box::new(StoreError::Unavailable(cause))));
            }
            Err(failure) => return Err(AppendError::Store(failure.into())),
        };
        self.written.send_if_modified(|written| {
            let newer = appended.position > *written;
            *written = appended.position.max(*written);
            newer
        });
        Ok(appended)
    }

    fn lay_out(&self, prepared: &Prepared, now: DateTime<Utc>) -> Result<LaidOut, AppendError> {
        let Append { stream, expected, context, events: drafts, .. } = &prepared.append;
        let mut events = Vec::with_capacity(drafts.len());
        let mut last_header = Vec::new();
        let mut weight = 0;
        for ((version, draft), hashes) in (expected + 1..).zip(drafts).zip(&prepared.hashes) {
            last_header.clear();
            let stamp = now.timestamp_micros();
            let origin = &self.settings.origin;
            header::encode(&mut last_header, origin, stream, version, stamp, context, draft, hashes);
            let metadata: Bytes = layout::encode(&last_header, &hashes.salt, draft);
            weight += draft.kind.len() + draft.facts.len() + metadata.len();
            events.push(
                EventData::binary(&draft.kind, draft.facts.clone()).id(draft.event_id).metadata(metadata),
            );
        }
        let max = self.settings.max_append;
        if weight > max {
            return Err(AppendError::TooLong { field: "append", max });
        }
        Ok(LaidOut { events, last_header })
    }

    /// The first stream that the request rests on and that is elsewhere. The server compares the version of one stream
    /// only, so this is asked a moment before: what is added to another in that moment goes unnoticed.
    async fn moved(&self, append: &Append) -> Result<Option<AppendError>, AppendError> {
        for (on, known) in &append.rests_on {
            let (known, actual) = (*known, self.version(on).await?);
            if known != actual {
                return Ok(Some(AppendError::Moved { known, actual }));
            }
        }
        Ok(None)
    }

    /// Where the request ended up, if what stands at its end is what it sent.
    async fn own(&self, append: &Append, sent: &LaidOut) -> Result<Option<Appended>, AppendError> {
        let last = append.expected + count(append) - 1;
        let found = self.read_stream(&append.stream, last, 1).await.map_err(unsettled)?;
        Ok(found.first().filter(|event| *event.header.bytes() == sent.last_header).map(|event| Appended {
            version: event.header.version(),
            position: event.position,
            recorded_at: event.header.recorded_at(),
            repeated: false,
        }))
    }

    /// What somebody else's events at the request's place mean for it.
    async fn others(&self, append: &Append) -> Result<Appended, AppendError> {
        let Append { stream, expected, events, .. } = append;
        let found = self.read_stream(stream, *expected, events.len()).await.map_err(unsettled)?;
        match (compare(append, &found), found.last()) {
            (Sameness::Repeated, Some(last)) => Ok(Appended {
                version: last.header.version(),
                position: last.position,
                recorded_at: last.header.recorded_at(),
                repeated: true,
            }),
            (Sameness::Conflicting, _) => Err(AppendError::IdempotencyConflict),
            _ => {
                let actual = self.version(stream).await?;
                Err(AppendError::WrongVersion { expected: *expected, actual })
            }
        }
    }
}

fn count(append: &Append) -> u64 {
    u64::try_from(append.events.len()).unwrap_or(u64::MAX)
}

/// The server answered the append but not the look at what is there.
fn unsettled(error: StoreError) -> AppendError {
    match error {
        error @ StoreError::Unavailable(_) => AppendError::Unknown(Box::new(error)),
        error => AppendError::Store(error),
    }
}
