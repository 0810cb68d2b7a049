//! A stream as its rules read it: every entry, and of its sealed parts no more than they need.

use domain::decider::Decider;
use domain::entry::Entry;
use domain::history::effective;
use domain::ids::EventId;
use event_store::keys::{Keys, KeysError};
use event_store::{EventStore, Recorded, StreamId};
use projections::decode::{Decoder, look_up};
use uuid::Uuid;

use super::dispatch::fold;
use super::remembered::Facts;
use crate::app::App;
use crate::error::{ExecuteError, ReadError};

/// Read at a time; a stream of a life is a few hundred entries.
const PAGE: usize = 1000;

/// A stream's history, all of it opened.
pub(crate) struct Loaded {
    pub version: u64,
    /// The entries that stand.
    pub standing: Vec<Entry>,
    /// All entries as they were written.
    pub entries: Vec<Entry>,
    recorded: Vec<Recorded>,
}

impl Loaded {
    /// The events of a command that is on this stream already, as recorded.
    pub fn of_command(&self, command: Uuid) -> Vec<&Recorded> {
        self.recorded.iter().filter(|event| event.header.causation() == command).collect()
    }

    /// The history before a version.
    pub fn before(&self, version: u64) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.version < version).cloned().collect()
    }
}

/// Reads a stream to its end, and opens all of it.
pub(crate) async fn load(
    store: &dyn EventStore,
    keys: &dyn Keys,
    stream: &StreamId,
) -> Result<Loaded, ReadError> {
    let recorded = read(store, stream, 0).await?;
    let entries = decode(store, keys, &recorded, |_| true).await?;
    let version = recorded.last().map_or(0, |last| last.header.version());
    Ok(Loaded { version, standing: effective(&entries), entries, recorded })
}

impl App {
    /// A stream's facts, its sealed parts shut: what is remembered of it, and what is new. To be put back.
    pub(super) async fn facts(&self, stream: &StreamId) -> Result<Facts, ReadError> {
        let mut facts = self.facts.take(stream);
        let new = read(&self.record, stream, facts.version).await?;
        facts.is_behind = false;
        if let Some(last) = new.last() {
            let entries = decode(&self.record, self.keys.as_ref(), &new, |_| false).await?;
            facts.add(&entries, new.iter().map(|event| event.header.causation()), last.header.version());
        }
        Ok(facts)
    }

    /// Any stream as it stands, what is sealed left shut but in these entries.
    pub(super) async fn state_by_facts<D: Decider>(
        &self,
        stream: &StreamId,
        opens: impl Fn(&Entry) -> bool,
    ) -> Result<D, ReadError> {
        let facts = self.facts(stream).await?;
        let opened = if facts.standing.iter().any(&opens) {
            self.opened(stream, &facts.standing, opens).await.map(|standing| fold(&standing))
        } else {
            Ok(fold(&facts.standing))
        };
        self.facts.put(stream, facts);
        opened
    }

    /// An entry as it stands, opened; `None` when there is none on this stream.
    pub(crate) async fn entry_of(&self, stream: &StreamId, id: EventId) -> Result<Option<Entry>, ReadError> {
        let facts = self.facts(stream).await?;
        let opened = self.opened(stream, &facts.standing, |entry| entry.id == id).await;
        self.facts.put(stream, facts);
        Ok(opened?.into_iter().find(|entry| entry.id == id))
    }

    /// Entries that stand, their sealed parts shut, with those opened that are asked for.
    pub(super) async fn opened(
        &self,
        stream: &StreamId,
        standing: &[Entry],
        opens: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Entry>, ReadError> {
        let mut standing = standing.to_vec();
        for entry in standing.iter_mut().filter(|entry| opens(entry)) {
            if entry.corrected_at.is_some() {
                // What it says now is not where it was written first.
                return Ok(load(&self.record, self.keys.as_ref(), stream).await?.standing);
            }
            let recorded = self.record.read_stream(stream, entry.version.saturating_sub(1), 1).await?;
            let decoded = decode(&self.record, self.keys.as_ref(), &recorded, |_| true).await?;
            if let Some(opened) = decoded.into_iter().next() {
                *entry = opened;
            }
        }
        Ok(standing)
    }
}

async fn read(store: &dyn EventStore, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, ReadError> {
    let mut recorded: Vec<Recorded> = Vec::new();
    loop {
        let after = recorded.last().map_or(after, |last| last.header.version());
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
    Ok(recorded)
}

async fn decode(
    store: &dyn EventStore,
    keys: &dyn Keys,
    recorded: &[Recorded],
    opens: fn(&str) -> bool,
) -> Result<Vec<Entry>, ReadError> {
    let data_keys = look_up(keys, recorded, &opens).await.map_err(keys_error)?;
    let decoder = Decoder { origin: store.origin(), opens: &opens, keys: &data_keys };
    let decoded = decoder.decode(recorded).into_iter();
    decoded
        .map(|decoded| decoded.content.map_err(|unreadable| ReadError::Corrupt(unreadable.code.into())))
        .collect()
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
        | KeysError::SameMaster
        | KeysError::Master(_)
        | KeysError::Random => ReadError::Corrupt(Box::new(error)),
    }
}
