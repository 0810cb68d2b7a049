//! What was read of streams, until something is added to them or it has become old.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

/// An erasure adds nothing to a stream: what it erased is forgotten after this time, as opened keys are.
const AGE_MAX: Duration = Duration::from_secs(30);
/// Far more than a partnership has; beyond it the memory starts afresh.
const STREAMS_MAX: usize = 16_384;

#[derive(Debug)]
pub(super) struct Lately<T> {
    kept: HashMap<Uuid, (T, Instant)>,
    changes: u64,
}

impl<T> Default for Lately<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), changes: 0 }
    }
}

impl<T: Clone> Lately<T> {
    pub(super) fn get(&self, id: Uuid, now: Instant) -> Option<T> {
        let (value, read_at) = self.kept.get(&id)?;
        (now.saturating_duration_since(*read_at) < AGE_MAX).then(|| value.clone())
    }

    /// What [`Self::put`] must be given: taken before a stream is read.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Remembers what was read, unless anything was forgotten since the reading began.
    pub(super) fn put(&mut self, id: Uuid, value: T, changes: u64, read_at: Instant) {
        if changes != self.changes {
            return;
        }
        if self.kept.len() >= STREAMS_MAX {
            self.kept.clear();
        }
        self.kept.insert(id, (value, read_at));
    }
}

impl<T> Lately<T> {
    pub(super) fn forget(&mut self, id: Uuid) {
        self.changes += 1;
        self.kept.remove(&id);
    }

    pub(super) fn forget_all(&mut self) {
        self.changes += 1;
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(1);

    #[test]
    fn what_was_read_before_something_was_forgotten_is_not_kept() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        let before = lately.changes();
        lately.forget(Uuid::from_u128(2));
        lately.put(ID, "old", before, now);
        assert_eq!(lately.get(ID, now), None);
        lately.put(ID, "new", lately.changes(), now);
        assert_eq!(lately.get(ID, now), Some("new"));
    }

    #[test]
    fn nothing_is_kept_longer_than_its_age() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        lately.put(ID, "it", 0, now);
        assert_eq!(lately.get(ID, now + AGE_MAX), None);
        assert_eq!(lately.get(ID, now + AGE_MAX / 2), Some("it"));
    }

    #[test]
    fn it_does_not_grow_without_bound() {
        let (mut lately, now) = (Lately::default(), Instant::now());
        for id in 0..40_000 {
            lately.put(Uuid::from_u128(id), id, 0, now);
            assert!(lately.kept.len() <= STREAMS_MAX);
        }
    }
}
