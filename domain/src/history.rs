//! Effective history: what a stream says once its corrections are applied.
//!
//! Nothing is ever changed on the record; three different commands correct it. *Amend* replaces an entry's content
//! and keeps its place. *Withdraw* takes an entry back. *Move* takes an entry made on the wrong stream to the right
//! one, where it keeps its own date. Folds and deciders see only the effective history, in the order things
//! happened; the audit sees everything.
//!
//! A correction is not itself corrected: to undo an amendment, amend again; to undo a withdrawal, record again; to
//! undo a move, move back.

mod moving;

pub use moving::NotMovable;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
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

impl Correction {
    /// The order to receive, on the right stream, an entry that stands on the wrong one: as amended there, with the
    /// date and the recorded time it has. Its content stays as it is: see [`Correction::receiving_on_case`] and
    /// [`Correction::receiving_on_person`].
    #[must_use]
    pub fn receiving(entry: &Entry) -> Self {
        Self::Receive {
            entry: entry.id,
            occurred: entry.occurred,
            first_recorded_at: entry.recorded_at,
            content: Box::new(entry.event.clone()),
        }
    }
}

/// The entries that stand, in the order they happened (the earliest moment each can have been), then as recorded.
///
/// An amended entry keeps its id, position and recorded time and has the new content and date. An entry moved here
/// has the id and the recorded time it had before. Both say when they were set right.
#[must_use]
pub fn effective(history: &[Entry]) -> Vec<Entry> {
    let mut standing: Vec<Entry> = Vec::with_capacity(history.len());
    take_in(&mut standing, history);
    standing
}

/// Goes on from the entries that stand with what was recorded after them: the same as [`effective`] of the whole.
pub fn take_in(standing: &mut Vec<Entry>, new: &[Entry]) {
    for entry in new {
        match &entry.event {
            Event::EntryAmended(amended) => {
                if let Some(target) = standing.iter_mut().find(|standing| standing.id == amended.entry) {
                    target.occurred = amended.occurred;
                    target.corrected_at = Some(entry.recorded_at);
                    target.event = (*amended.replacement).clone();
                }
            }
            Event::EntryWithdrawn(Withdrawn { entry: gone, .. })
            | Event::EntryMovedAway(MovedAway { entry: gone, .. }) => {
                standing.retain(|standing| standing.id != *gone);
            }
            Event::EntryMovedHere(moved) => {
                // INVARIANT: an id stands once, whatever a writer of another program did.
                standing.retain(|standing| standing.id != moved.entry);
                standing.push(Entry {
                    id: moved.entry,
                    recorded_at: moved.first_recorded_at,
                    corrected_at: Some(entry.recorded_at),
                    event: (*moved.content).clone(),
                    ..entry.clone()
                });
            }
            _ => standing.push(entry.clone()),
        }
    }
    standing.sort_by_key(|entry| (entry.occurred.earliest(), entry.position));
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

const NO_SUCH_ENTRY: Refusal = Refusal {
    code: "no-such-entry",
    sentence: "There is no such entry here; it may have been withdrawn or moved already.",
};
const OTHER_KIND: Refusal = Refusal {
    code: "other-kind",
    sentence: "An entry can only be amended by one of the same kind; withdraw it instead.",
};
const ALREADY_HERE: Refusal =
    Refusal { code: "already-here", sentence: "This entry is on this record already." };
const NOT_CORRECTABLE: Refusal = Refusal {
    code: "not-correctable",
    sentence: "The entry that opened this record stays; correct the entries after it.",
};

/// Decides a correction of a stream, given its effective history. An amendment that changes nothing adds nothing.
///
/// # Errors
/// `no-such-entry` when the entry does not stand on this stream; `already-here` when one to be received does;
/// `other-kind` when a replacement is another kind of entry; `in-the-future` when it is given a date ahead;
/// `not-correctable` for the entry that opened the stream.
pub fn correct(standing: &[Entry], act: &Act, correction: Correction) -> Result<Vec<NewEvent>, Refusal> {
    let find = |id: EventId| standing.iter().find(|entry| entry.id == id).ok_or(NO_SUCH_ENTRY);
    let now = Occurred::Instant(act.now);
    let (occurred, event) = match correction {
        Correction::Amend { entry, reason, occurred, replacement } => {
            let standing = find(entry)?;
            if standing.event.kind() != replacement.kind() {
                return Err(OTHER_KIND);
            }
            if occurred.is_ahead_of(act.now) {
                return Err(IN_THE_FUTURE);
            }
            if !keeps_identity(&standing.event, &replacement) {
                return Err(NOT_CORRECTABLE);
            }
            if standing.occurred == occurred && standing.event == *replacement {
                return Ok(Vec::new());
            }
            (now, Event::EntryAmended(Amended { entry, reason, occurred, replacement }))
        }
        Correction::Withdraw { entry, reason } => {
            if opens_a_stream(&find(entry)?.event) {
                return Err(NOT_CORRECTABLE);
            }
            (now, Event::EntryWithdrawn(Withdrawn { entry, reason }))
        }
        Correction::MoveAway { entry, reason } => {
            if opens_a_stream(&find(entry)?.event) {
                return Err(NOT_CORRECTABLE);
            }
            (now, Event::EntryMovedAway(MovedAway { entry, reason }))
        }
        Correction::Receive { entry, occurred, first_recorded_at, content } => {
            if find(entry).is_ok() {
                return Err(ALREADY_HERE);
            }
            if is_correction(&content) || opens_a_stream(&content) {
                return Err(NOT_CORRECTABLE);
            }
            (occurred, Event::EntryMovedHere(MovedHere { entry, first_recorded_at, content }))
        }
    };
    Ok(vec![NewEvent { occurred, event }])
}

/// Without these, the entries after them would hang in the air.
fn opens_a_stream(event: &Event) -> bool {
    matches!(
        event,
        Event::PersonOpened(_)
            | Event::CaseOpened(_)
            | Event::AgencyRegistered(_)
            | Event::PractitionerRegistered(_)
    )
}

/// A person keeps the key everything about them is sealed under, a case its child and authority.
fn keeps_identity(before: &Event, after: &Event) -> bool {
    match (before, after) {
        (Event::PersonOpened(before), Event::PersonOpened(after)) => before.key == after.key,
        (Event::CaseOpened(before), Event::CaseOpened(after)) => {
            (before.child, &before.authority) == (after.child, &after.authority)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
