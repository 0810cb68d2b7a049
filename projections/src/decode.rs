//! From the log's bytes to the domain's entries, once for all views.
//!
//! An event that cannot be read is not an error here but a fact to be dealt with: [`Unreadable`], which the engine
//! parks. Sealed parts stay shut unless a view asks for that type of event.

use std::collections::HashMap;
use std::sync::Arc;

use domain::entry::Entry;
use domain::event::{DecodeError, Event};
use domain::ids::{AgencyId, CorrelationId, EventId, KeyId, PractitionerId};
use domain::sealed::{Known, OpenedPart};
use event_store::keys::{Keys, KeysError};
use event_store::seal::{DataKey, Opened, open_with};
use event_store::{Position, Recorded, StreamId};
use uuid::Uuid;

/// An event of the log, read or not.
#[derive(Clone, PartialEq, Debug)]
pub struct Decoded {
    pub position: Position,
    pub stream: Uuid,
    /// The stream's category; with `stream` it names the stream.
    pub category: Arc<str>,
    pub event_id: Uuid,
    pub content: Result<Entry, Unreadable>,
}

impl Decoded {
    #[must_use]
    pub fn stream_id(&self) -> StreamId {
        StreamId { category: self.category.to_string(), id: self.stream }
    }
}

/// Why an event cannot be read: a stable code, never its content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreadable {
    pub code: &'static str,
}

/// The keys a page of events needs.
pub type DataKeys = HashMap<Uuid, Opened<DataKey>>;

/// Reads events, opening the parts of those types that `opens` says.
pub struct Decoder<'a> {
    pub origin: &'a str,
    pub opens: &'a (dyn Fn(&str) -> bool + Send + Sync),
    /// Must hold the keys [`look_up`] finds.
    pub keys: &'a DataKeys,
}

/// The ids of the keys under which the parts to be opened are sealed.
pub fn wanted_keys(events: &[Recorded], opens: &(dyn Fn(&str) -> bool + Send + Sync)) -> Vec<Uuid> {
    let parts = events.iter().filter(|event| opens(event.header.kind())).flat_map(|event| &event.parts);
    let mut wanted: Vec<Uuid> = parts.map(|part| part.key).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// Looks up what [`wanted_keys`] names. A key the store has never had is left out: its events are unreadable, and
/// that is no reason to keep the others waiting.
///
/// # Errors
/// Those of the key store, but for [`KeysError::Missing`].
pub async fn look_up(
    keys: &dyn Keys,
    events: &[Recorded],
    opens: &(dyn Fn(&str) -> bool + Send + Sync),
) -> Result<DataKeys, KeysError> {
    let mut wanted = wanted_keys(events, opens);
    while !wanted.is_empty() {
        match keys.get(&wanted).await {
            Err(KeysError::Missing(missing)) if wanted.contains(&missing) => {
                tracing::error!(key = %missing, "a key is not in the key store");
                wanted.retain(|id| *id != missing);
            }
            answer => return answer,
        }
    }
    Ok(DataKeys::new())
}

impl Decoder<'_> {
    #[must_use]
    pub fn decode(&self, events: &[Recorded]) -> Vec<Decoded> {
        let mut categories: Vec<Arc<str>> = Vec::new();
        events
            .iter()
            .map(|recorded| {
                let header = &recorded.header;
                let category = match categories.iter().find(|known| &***known == header.category()) {
                    Some(known) => Arc::clone(known),
                    None => {
                        let category = Arc::<str>::from(header.category());
                        categories.push(Arc::clone(&category));
                        category
                    }
                };
                Decoded {
                    position: recorded.position,
                    stream: header.stream_id(),
                    category,
                    event_id: header.event_id(),
                    content: self.entry(recorded),
                }
            })
            .collect()
    }

    fn entry(&self, recorded: &Recorded) -> Result<Entry, Unreadable> {
        let header = &recorded.header;
        let parts = self.parts(recorded)?;
        let event = Event::decode(header.kind(), header.schema_version(), &recorded.facts, &parts).map_err(
            |error| match error {
                DecodeError::UnknownType { .. } => Unreadable { code: "unknown-type" },
                DecodeError::Content { .. } => Unreadable { code: "unreadable-content" },
            },
        )?;
        Ok(Entry {
            id: EventId(header.event_id()),
            position: recorded.position.raw(),
            stream: header.stream_id(),
            version: header.version(),
            recorded_at: header.recorded_at(),
            occurred: header.occurred().parse().map_err(|_| Unreadable { code: "unreadable-time" })?,
            actor: PractitionerId(header.actor()),
            agency: AgencyId(header.agency()),
            purpose: header.purpose().to_owned(),
            lawful_basis: header.lawful_basis().to_owned(),
            correlation: CorrelationId(header.correlation()),
            corrected_at: None,
            event,
        })
    }

    fn parts(&self, recorded: &Recorded) -> Result<Vec<OpenedPart<'static>>, Unreadable> {
        if recorded.parts.is_empty() {
            return Ok(Vec::new());
        }
        let open = (self.opens)(recorded.header.kind());
        recorded
            .parts
            .iter()
            .map(|part| {
                let text = if open {
                    let opened = open_with(self.origin, recorded.header.event_id(), part, self.keys)
                        .map_err(|_| Unreadable { code: "unreadable-part" })?;
                    Some(match opened {
                        Opened::Known(text) => Known::Known(text.to_vec().into()),
                        Opened::Erased => Known::Erased,
                    })
                } else {
                    None
                };
                Ok(OpenedPart { number: part.number, key: KeyId(part.key), text })
            })
            .collect()
    }
}
