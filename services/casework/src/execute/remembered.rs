//! The facts of streams that were judged lately, so that the next order on one need not read them.
//!
//! A log only grows, so what was read once stays true. Whether it is still all, the append says: an order that rests on
//! what is remembered is done when its events were written right after it, and otherwise reads what is new. Sealed parts
//! stay shut: nothing that says who anybody is, is remembered. Left out: what is judged by sealed parts too.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use domain::entry::Entry;
use domain::history::take_in;
use event_store::StreamId;
use uuid::Uuid;

/// Entries in one generation: some hundred bytes each.
const ENTRIES_MAX: usize = 120_000;

/// What a stream's facts say.
#[derive(Default, Debug)]
pub(super) struct Facts {
    pub version: u64,
    /// More is known to be on the stream than is remembered of it.
    pub is_behind: bool,
    /// Where its last entry stands, and when that was recorded.
    pub last: Option<(u128, DateTime<Utc>)>,
    /// The entries that stand.
    pub standing: Vec<Entry>,
    /// The command that led to each.
    pub commands: Vec<Uuid>,
}

impl Facts {
    /// What was written next, up to a version, by these commands.
    pub fn add(&mut self, entries: &[Entry], commands: impl IntoIterator<Item = Uuid>, version: u64) {
        take_in(&mut self.standing, entries);
        self.last = entries.last().map(|last| (last.position, last.recorded_at)).or(self.last);
        self.commands.extend(commands);
        self.version = version;
    }
}

/// Two generations. What was not asked for while a younger one filled is forgotten.
#[derive(Default, Debug)]
pub(crate) struct Remembered(Mutex<Generations>);

#[derive(Default, Debug)]
struct Generations {
    young: HashMap<StreamId, Facts>,
    young_entries: usize,
    old: HashMap<StreamId, Facts>,
}

impl Remembered {
    /// True when anything is remembered of a stream.
    pub(super) fn hold(&self, stream: &StreamId) -> bool {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.contains_key(stream) || generations.old.contains_key(stream)
    }

    /// What is remembered of a stream, where that was all of it when last heard.
    pub(super) fn look<T>(&self, stream: &StreamId, look: impl FnOnce(&Facts) -> T) -> Option<T> {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = generations.young.get(stream).or_else(|| generations.old.get(stream))?;
        (!facts.is_behind).then(|| look(facts))
    }

    /// Takes out what is known of a stream, to be put back with what is new. Two who ask at once both find out: the
    /// one who comes second reads from the beginning.
    pub(super) fn take(&self, stream: &StreamId) -> Facts {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = generations.young.remove(stream) {
            generations.young_entries -= facts.standing.len();
            return facts;
        }
        generations.old.remove(stream).unwrap_or_default()
    }

    pub(super) fn put(&self, stream: &StreamId, facts: Facts) {
        if facts.version == 0 {
            return;
        }
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generations.young.get(stream).is_some_and(|known| known.version > facts.version) {
            return;
        }
        generations.young_entries += facts.standing.len();
        if let Some(before) = generations.young.insert(stream.clone(), facts) {
            generations.young_entries -= before.standing.len();
        }
        if generations.young_entries > ENTRIES_MAX {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_entries = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::access::{LawfulBasis, Purpose};
    use domain::case::events::CaseOpened;
    use domain::ids::{AgencyId, CorrelationId, EventId, PersonId, PractitionerId};
    use domain::when::Occurred;

    use super::*;

    fn stream(number: u128) -> StreamId {
        StreamId { category: "case".to_owned(), id: Uuid::from_u128(number) }
    }

    fn facts(entries: usize) -> Facts {
        let entry = Entry {
            id: EventId(Uuid::nil()),
            position: 1,
            stream: Uuid::nil(),
            version: 1,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            occurred: Occurred::Instant(chrono::DateTime::UNIX_EPOCH),
            actor: PractitionerId(Uuid::nil()),
            agency: AgencyId(Uuid::nil()),
            purpose: Purpose::AllocatedWork.code().to_owned(),
            lawful_basis: LawfulBasis::PublicTask.code().to_owned(),
            correlation: CorrelationId(Uuid::nil()),
            corrected_at: None,
            event: CaseOpened {
                child: PersonId(Uuid::nil()),
                authority: "383".parse().unwrap(),
                testimony: None,
            }
            .into(),
        };
        Facts { version: 7, standing: vec![entry; entries], ..Facts::default() }
    }

    #[test]
    fn what_is_put_back_is_found_once() {
        let remembered = Remembered::default();
        remembered.put(&stream(1), facts(2));
        assert_eq!(remembered.take(&stream(1)).version, 7);
        assert_eq!(remembered.take(&stream(1)).version, 0);
        let of_another_kind = StreamId { category: "person".to_owned(), ..stream(2) };
        remembered.put(&stream(2), facts(2));
        assert_eq!(remembered.take(&of_another_kind).version, 0);
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let remembered = Remembered::default();
        remembered.put(&stream(1), facts(1));
        remembered.put(&stream(2), facts(1));
        remembered.put(&stream(3), facts(ENTRIES_MAX));
        remembered.put(&stream(1), remembered.take(&stream(1)));
        remembered.put(&stream(4), facts(ENTRIES_MAX));
        assert_eq!(remembered.take(&stream(1)).version, 7);
        assert_eq!(remembered.take(&stream(2)).version, 0);
    }
}
