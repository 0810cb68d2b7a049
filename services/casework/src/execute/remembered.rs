//! The facts of streams that were judged lately, so that the next order on one reads only what is new.
//!
//! A log only grows, so what was read once stays true, and whatever another process wrote is read on top of it. Sealed
//! parts stay shut: nothing that says who anybody is, is remembered. Left out: what is judged by sealed parts too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::entry::Entry;
use event_store::StreamId;
use uuid::Uuid;

/// Entries in one generation: some hundred bytes each.
const ENTRIES_MAX: usize = 40_000;

/// What a stream's facts say.
#[derive(Clone, Default, Debug)]
pub(super) struct Facts {
    pub version: u64,
    pub entries: Arc<Vec<Entry>>,
    /// The command that led to each.
    pub commands: Vec<Uuid>,
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
    /// Takes out what is known of a stream, to be put back with what is new. Two who ask at once both find out: the
    /// one who comes second reads from the beginning.
    pub(super) fn take(&self, stream: &StreamId) -> Facts {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = generations.young.remove(stream) {
            generations.young_entries -= facts.entries.len();
            return facts;
        }
        generations.old.remove(stream).unwrap_or_default()
    }

    pub(super) fn put(&self, stream: &StreamId, facts: Facts) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young_entries += facts.entries.len();
        if let Some(before) = generations.young.insert(stream.clone(), facts) {
            generations.young_entries -= before.entries.len();
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
        Facts { version: 7, entries: Arc::new(vec![entry; entries]), commands: Vec::new() }
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
