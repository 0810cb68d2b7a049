//! Effective history: what a stream says once its corrections are applied.
//!
//! Nothing is ever changed on the record; three different commands correct it. *Amend* replaces an entry's content
//! and keeps its place. *Withdraw* takes an entry back. *Move* takes an entry made on the wrong stream to the right
//! one, where it keeps its own date. Folds and deciders see only the effective history, in the order things
//! happened; the audit sees everything.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decider::{Act, NewEvent, Refusal};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::EventId;
use crate::when::Occurred;

/// Why a correction was made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It was wrong when it was written.
    Mistake,
    /// Better information came.
    BetterInformation,
    /// It belongs to somebody else.
    WrongPerson,
    /// It was recorded twice.
    Duplicate,
}

/// An entry's content replaced, its place kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amended {
    pub entry: EventId,
    pub reason: Reason,
    pub occurred: Occurred,
    pub replacement: Box<Event>,
}

/// An entry taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    pub entry: EventId,
    pub reason: Reason,
}

/// An entry that belonged on another stream, on the stream it left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedAway {
    pub entry: EventId,
    pub reason: Reason,
}

/// The same entry on the stream it belongs to. Says nothing of the stream it came from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedHere {
    pub entry: EventId,
    pub first_recorded_at: DateTime<Utc>,
    pub content: Box<Event>,
}

/// An order to correct an entry of a stream.
#[derive(Clone, PartialEq, Debug)]
pub enum Correction {
    Amend { entry: EventId, reason: Reason, occurred: Occurred, replacement: Box<Event> },
    Withdraw { entry: EventId, reason: Reason },
    MoveAway { entry: EventId, reason: Reason },
    Receive { entry: EventId, occurred: Occurred, first_recorded_at: DateTime<Utc>, content: Box<Event> },
}

/// The entries that stand, in the order they happened (the earliest moment each can have been), then as recorded.
///
/// An amended entry keeps its id, position and recorded time and has the new content and date. An entry moved here
/// has the id and the recorded time it had before.
#[must_use]
pub fn effective(history: &[Entry]) -> Vec<Entry> {
    let mut standing: Vec<Entry> = Vec::with_capacity(history.len());
    for entry in history {
        match &entry.event {
            Event::EntryAmended(amended) => {
                if let Some(target) = standing.iter_mut().find(|standing| standing.id == amended.entry) {
                    target.occurred = amended.occurred;
                    target.event = (*amended.replacement).clone();
                }
            }
            Event::EntryWithdrawn(Withdrawn { entry: gone, .. })
            | Event::EntryMovedAway(MovedAway { entry: gone, .. }) => {
                standing.retain(|standing| standing.id != *gone);
            }
            Event::EntryMovedHere(moved) => standing.push(Entry {
                id: moved.entry,
                recorded_at: moved.first_recorded_at,
                event: (*moved.content).clone(),
                ..entry.clone()
            }),
            _ => standing.push(entry.clone()),
        }
    }
    standing.sort_by_key(|entry| (entry.occurred.earliest(), entry.position));
    standing
}

/// True for an event that changes how earlier entries stand.
#[must_use]
pub fn is_correction(event: &Event) -> bool {
    matches!(
        event,
        Event::EntryAmended(_)
            | Event::EntryWithdrawn(_)
            | Event::EntryMovedAway(_)
            | Event::EntryMovedHere(_)
    )
}

/// Decides a correction of a stream, given its effective history.
///
/// # Errors
/// `no-such-entry` when the entry does not stand on this stream; `other-kind` when a replacement is another kind of
/// entry; `not-correctable` for the entry that opened the stream.
pub fn correct(standing: &[Entry], act: &Act, correction: Correction) -> Result<Vec<NewEvent>, Refusal> {
    const NO_SUCH_ENTRY: Refusal = Refusal {
        code: "no-such-entry",
        sentence: "There is no such entry here; it may have been withdrawn or moved already.",
    };
    let find = |id: EventId| standing.iter().find(|entry| entry.id == id).ok_or(NO_SUCH_ENTRY);
    let now = Occurred::Instant(act.now);
    let (occurred, event) = match correction {
        Correction::Amend { entry, reason, occurred, replacement } => {
            if find(entry)?.event.kind() != replacement.kind() {
                return Err(Refusal {
                    code: "other-kind",
                    sentence: "An entry can only be amended by one of the same kind; withdraw it instead.",
                });
            }
            (now, Event::EntryAmended(Amended { entry, reason, occurred, replacement }))
        }
        Correction::Withdraw { entry, reason } => {
            find(entry)?;
            (now, Event::EntryWithdrawn(Withdrawn { entry, reason }))
        }
        Correction::MoveAway { entry, reason } => {
            find(entry)?;
            (now, Event::EntryMovedAway(MovedAway { entry, reason }))
        }
        Correction::Receive { entry, occurred, first_recorded_at, content } => {
            if find(entry).is_ok() {
                return Err(Refusal {
                    code: "already-here",
                    sentence: "This entry is on this record already.",
                });
            }
            (occurred, Event::EntryMovedHere(MovedHere { entry, first_recorded_at, content }))
        }
    };
    Ok(vec![NewEvent { occurred, event }])
}
