//! What a key's history says once its corrections are applied.
//!
//! Corrections are scoped to a stream ([`domain::history`]), keys are not. Live and as-of reads take whole streams
//! and correct each ([`standing`]); a rebuild, which must not hold a million entries, learns all corrections first
//! and then knows of each entry, as it comes by, what became of it ([`Fates`]). The tests hold the two to the same
//! answer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::entry::Entry;
use domain::event::Event;
use domain::history::{MovedAway, Withdrawn, effective};
use domain::ids::EventId;
use domain::when::Occurred;
use event_store::Position;
use uuid::Uuid;

use crate::decode::{Decoded, Unreadable};
use crate::view::{Key, Keys, View};

/// Where an entry comes in its key's history: as it happened, then as it was recorded.
pub type Place = (DateTime<Utc>, u128);

#[must_use]
pub fn place(entry: &Entry) -> Place {
    (entry.occurred.earliest(), entry.position)
}

/// An unreadable event, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Obstacle {
    pub position: Position,
    pub event_id: Uuid,
    pub why: Unreadable,
}

/// The entries of one stream that stand, as the record was at `cut`.
///
/// # Errors
/// The first event up to `cut` that cannot be read.
pub fn standing(stream: &[Decoded], cut: Position) -> Result<Vec<Entry>, Obstacle> {
    written(stream, cut).map(|entries| effective(&entries))
}

/// The entries of one stream as they were written, up to `cut`.
///
/// # Errors
/// As [`standing`].
pub fn written(stream: &[Decoded], cut: Position) -> Result<Vec<Entry>, Obstacle> {
    let read = |decoded: &Decoded| match &decoded.content {
        Ok(entry) => Ok(entry.clone()),
        Err(why) => Err(Obstacle { position: decoded.position, event_id: decoded.event_id, why: *why }),
    };
    stream.iter().take_while(|decoded| decoded.position <= cut).map(read).collect()
}

/// The keys that the standing entries of a stream name.
pub fn members(view: &dyn View, standing: &[Entry]) -> Vec<Key> {
    let mut members = Vec::new();
    let mut keys = Keys::default();
    for entry in standing {
        keys.clear();
        view.keys(entry, &mut keys);
        members.extend_from_slice(keys.named());
    }
    members.sort_unstable();
    members.dedup();
    members
}

/// A key's effective history out of the standing entries of its streams, in the order things happened.
pub fn history_of<'a>(
    view: &dyn View,
    key: Key,
    streams: impl Iterator<Item = &'a [Entry]>,
) -> Vec<&'a Entry> {
    let mut history: Vec<(Place, &Entry)> = Vec::new();
    let mut keys = Keys::default();
    for stream in streams {
        let mut nameless = Vec::new();
        let mut named = false;
        for entry in stream {
            keys.clear();
            view.keys(entry, &mut keys);
            if keys.named().contains(&key) {
                named = true;
                history.push((place(entry), entry));
            } else if keys.is_whole_stream() {
                nameless.push((place(entry), entry));
            }
        }
        if named {
            history.append(&mut nameless);
        }
    }
    history.sort_by_key(|(place, _)| *place);
    history.into_iter().map(|(_, entry)| entry).collect()
}

/// The content a correction brings, as an entry of its own; `None` for one that only takes away.
#[must_use]
pub fn brought(entry: &Entry) -> Option<Entry> {
    match &entry.event {
        Event::EntryAmended(amended) => Some(Entry {
            id: amended.entry,
            occurred: amended.occurred,
            corrected_at: Some(entry.recorded_at),
            event: (*amended.replacement).clone(),
            ..entry.clone()
        }),
        Event::EntryMovedHere(moved) => Some(Entry {
            id: moved.entry,
            recorded_at: moved.first_recorded_at,
            corrected_at: Some(entry.recorded_at),
            event: (*moved.content).clone(),
            ..entry.clone()
        }),
        _ => None,
    }
}

/// What becomes of the entries of a log, known ahead of reading it.
#[derive(Default)]
pub struct Fates {
    of: HashMap<(Uuid, EventId), Vec<(u128, Fate)>>,
}

enum Fate {
    Amended { occurred: Occurred, at: DateTime<Utc>, event: Box<Event> },
    Gone,
}

/// An entry and its fate.
pub struct Told {
    /// A correction, as it was written.
    correction: Option<Box<Entry>>,
    /// The entry as it stands at last.
    pub stands: Option<Entry>,
    /// What it once said and no longer does; empty for all but corrected entries.
    pub once: Vec<Entry>,
}

impl Told {
    /// The entry as it was written.
    #[must_use]
    pub fn written(&self) -> Option<&Entry> {
        self.correction.as_deref().or(self.once.first()).or(self.stands.as_ref())
    }
}

impl Fates {
    /// Takes note of a correction. They must come in the log's order.
    pub fn learn(&mut self, entry: &Entry) {
        let (of, fate) = match &entry.event {
            Event::EntryAmended(amended) => {
                let event = amended.replacement.clone();
                (amended.entry, Fate::Amended { occurred: amended.occurred, at: entry.recorded_at, event })
            }
            Event::EntryWithdrawn(Withdrawn { entry, .. })
            | Event::EntryMovedAway(MovedAway { entry, .. }) => (*entry, Fate::Gone),
            _ => return,
        };
        self.of.entry((entry.stream, of)).or_default().push((entry.position, fate));
    }

    /// What becomes of an entry as it comes by. A correction by itself is nothing; what it brings from elsewhere is.
    #[must_use]
    pub fn tell(&self, entry: Entry) -> Told {
        let (mut entry, correction) = match &entry.event {
            Event::EntryMovedHere(_) => match brought(&entry) {
                Some(brought) => (brought, Some(Box::new(entry))),
                None => return Told { stands: None, once: Vec::new(), correction: Some(Box::new(entry)) },
            },
            Event::EntryAmended(_) | Event::EntryWithdrawn(_) | Event::EntryMovedAway(_) => {
                return Told { stands: None, once: Vec::new(), correction: Some(Box::new(entry)) };
            }
            _ => (entry, None),
        };
        let Some(fates) = self.of.get(&(entry.stream, entry.id)) else {
            return Told { stands: Some(entry), once: Vec::new(), correction };
        };
        let mut once = Vec::new();
        for (position, fate) in fates {
            if *position < entry.position {
                continue;
            }
            once.push(entry.clone());
            match fate {
                Fate::Amended { occurred, at, event } => {
                    let event = (**event).clone();
                    entry = Entry { occurred: *occurred, corrected_at: Some(*at), event, ..entry };
                }
                Fate::Gone => return Told { stands: None, once, correction },
            }
        }
        Told { stands: Some(entry), once, correction }
    }
}
