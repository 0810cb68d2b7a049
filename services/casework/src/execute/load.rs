//! A stream as its rules read it: every entry, and of its sealed parts no more than they need.

use domain::entry::Entry;
use event_store::keys::{Keys, KeysError};
use event_store::{EventStore, Recorded, StreamId};
use projections::decode::{Decoder, look_up};
use uuid::Uuid;

use crate::error::{ExecuteError, ReadError};

/// Read at a time; a stream of a life is a few hundred entries.
const PAGE: usize = 1000;

/// Whether a stream's sealed parts are opened. What is not needed stays shut: it is nobody's business, and a long
/// case is many keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    Everything,
    /// For what is judged by facts alone.
    Nothing,
}

/// A stream's history.
pub(crate) struct Loaded {
    pub version: u64,
    pub entries: Vec<Entry>,
    recorded: Vec<Recorded>,
}

impl Loaded {
    /// A stream nobody has written to.
    pub fn nothing() -> Self {
        Self { version: 0, entries: Vec::new(), recorded: Vec::new() }
    }

    /// The events of a command that is on this stream already, as recorded.
    pub fn of_command(&self, command: Uuid) -> Vec<&Recorded> {
        self.recorded.iter().filter(|event| event.header.causation() == command).collect()
    }

    /// The history before a version.
    pub fn before(&self, version: u64) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.version < version).cloned().collect()
    }
}

/// Reads a stream to its end.
pub(crate) async fn load(
    store: &dyn EventStore,
    keys: &dyn Keys,
    stream: &StreamId,
    opening: Opening,
) -> Result<Loaded, ReadError> {
    let opens = move |_: &str| opening == Opening::Everything;
    let mut recorded: Vec<Recorded> = Vec::new();
    loop {
        let after = recorded.last().map_or(0, |last| last.header.version());
        let page = store.read_stream(stream, after, PAGE).await?;
        let is_last = page.len() < PAGE;
        recorded.extend(page);
        if is_last {
            break;
        }
    }
    if recorded.first().is_some_and(|first| first.header.category() != stream.category) {
        return Err(ReadError::Absent); // an id of another kind of thing
    }
    let data_keys = look_up(keys, &recorded, &opens).await.map_err(keys_error)?;
    let decoder = Decoder { origin: store.origin(), opens: &opens, keys: &data_keys };
    let mut entries = Vec::with_capacity(recorded.len());
    for decoded in decoder.decode(&recorded) {
        let entry = decoded.content.map_err(|unreadable| ReadError::Corrupt(unreadable.code.into()))?;
        entries.push(entry);
    }
    Ok(Loaded { version: recorded.last().map_or(0, |last| last.header.version()), entries, recorded })
}

/// Where a stream was to begin with a command, one of another kind did: its idempotency key was used for something
/// else.
pub(super) fn begun_by_another(error: ReadError) -> ExecuteError {
    match error {
        ReadError::Absent => ExecuteError::IdempotencyConflict,
        other => other.into(),
    }
}

/// A key store that does not answer will; one that answers wrongly will not.
pub(crate) fn keys_error(error: KeysError) -> ReadError {
    match error {
        KeysError::Unavailable(_) | KeysError::Restless => ReadError::Unavailable(Box::new(error)),
        KeysError::Missing(_)
        | KeysError::Damaged(_)
        | KeysError::WrongMaster { .. }
        | KeysError::MasterGiven
        | KeysError::Master(_)
        | KeysError::Random => ReadError::Corrupt(Box::new(error)),
    }
}
