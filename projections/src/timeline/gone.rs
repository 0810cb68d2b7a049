//! What stood on somebody's page and was corrected so that it stands there no more.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::entry::Entry;
use domain::event::Event;
use domain::history::take_in;
use domain::ids::{EventId, PersonId};

use super::TIMELINE;
use crate::reads::{ReadError, Reads};
use crate::view::{Keys, View as _};

/// An entry that left a page.
pub(super) struct Gone {
    /// As it stood there last.
    pub entry: Entry,
    pub why: Why,
    pub at: DateTime<Utc>,
    /// The correction's.
    position: u128,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Taken back.
    Withdrawn,
    /// It stands on another page, or did until it was taken back there.
    Moved,
}

/// What left somebody's page, the last first; of each the last time.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub(super) async fn gone(reads: &Reads, person: PersonId) -> Result<Vec<Gone>, ReadError> {
    let streams = reads.streams_of(&TIMELINE, person.0).await?;
    let written = reads.written(&TIMELINE, streams).await?;
    let mut gone: Vec<Gone> = written.iter().flat_map(|stream| by_stream(person, stream)).collect();
    gone.sort_by_key(|gone| std::cmp::Reverse(gone.position));
    let mut seen = HashSet::new();
    gone.retain(|gone| seen.insert(gone.entry.id));
    Ok(gone)
}

/// What stood on a page by one stream, and by a correction in it stood there no more.
fn by_stream(person: PersonId, written: &[Entry]) -> Vec<Gone> {
    let mut gone: Vec<Gone> = Vec::new();
    let mut standing: Vec<Entry> = Vec::new();
    for entry in written {
        let before =
            corrected(entry).and_then(|(id, why)| Some((on_page(person, id, &standing)?.clone(), why)));
        take_in(&mut standing, std::slice::from_ref(entry));
        if let Some((before, why)) = before
            && on_page(person, before.id, &standing).is_none()
        {
            gone.push(Gone { entry: before, why, at: entry.recorded_at, position: entry.position });
        }
    }
    gone
}

fn corrected(entry: &Entry) -> Option<(EventId, Why)> {
    match &entry.event {
        Event::EntryWithdrawn(withdrawn) => Some((withdrawn.entry, Why::Withdrawn)),
        Event::EntryMovedAway(moved) => Some((moved.entry, Why::Moved)),
        Event::EntryAmended(amended) => Some((amended.entry, Why::Moved)),
        _ => None,
    }
}

fn on_page(person: PersonId, id: EventId, standing: &[Entry]) -> Option<&Entry> {
    let entry = standing.iter().find(|entry| entry.id == id)?;
    let mut keys = Keys::default();
    TIMELINE.keys(entry, &mut keys);
    keys.named().contains(&person.0).then_some(entry)
}
