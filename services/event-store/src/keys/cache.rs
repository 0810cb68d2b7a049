//! Opened keys, remembered for a short while.
//!
//! Two generations: what is older than the last two turns is gone, used or not, so an erasure by another process is
//! seen within [`MAX_AGE`] and memory stays bounded without bookkeeping on each look-up.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::seal::DataKey;

/// How long an opened key may be remembered.
pub const MAX_AGE: Duration = Duration::from_secs(60);

/// How many opened keys may be remembered: about 2 MB.
const MAX_KEYS: usize = 32_768;

#[derive(Debug)]
pub struct Cache {
    young: HashMap<Uuid, DataKey>,
    old: HashMap<Uuid, DataKey>,
    turned: Instant,
    evictions: u64,
}

impl Cache {
    pub fn new(now: Instant) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), turned: now, evictions: 0 }
    }

    /// Never moves a key to the young generation: being used must not make it older than [`MAX_AGE`].
    pub fn get(&mut self, id: Uuid, now: Instant) -> Option<DataKey> {
        self.age(now);
        self.young.get(&id).or_else(|| self.old.get(&id)).cloned()
    }

    /// What [`Self::put`] must be given: taken before a key is read from the store.
    pub fn evictions(&self) -> u64 {
        self.evictions
    }

    /// Remembers keys read from the store, unless any key was evicted since that reading began.
    pub fn put(&mut self, keys: impl IntoIterator<Item = DataKey>, evictions: u64, now: Instant) {
        self.age(now);
        if evictions != self.evictions {
            return;
        }
        for key in keys {
            if self.young.len() >= MAX_KEYS / 2 {
                self.turn(now);
            }
            self.young.insert(key.id, key);
        }
    }

    pub fn evict(&mut self, ids: &[Uuid]) {
        self.evictions += 1;
        for id in ids {
            self.young.remove(id);
            self.old.remove(id);
        }
    }

    fn age(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.turned);
        if age >= MAX_AGE {
            self.young.clear();
            self.turn(now);
        } else if age >= MAX_AGE / 2 {
            // As if it had been done on time, however late anyone looked.
            self.turn(self.turned + MAX_AGE / 2);
        }
    }

    fn turn(&mut self, now: Instant) {
        self.old = std::mem::take(&mut self.young);
        self.turned = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::fresh_keys;

    fn cache() -> (Cache, Instant, DataKey) {
        let now = Instant::now();
        (Cache::new(now), now, fresh_keys(1).unwrap().remove(0))
    }

    #[test]
    fn a_key_is_forgotten_within_a_minute_however_often_it_is_used() {
        for asked_every_s in [1, 7, 29, 30, 31, 59] {
            let (mut cache, start, key) = cache();
            cache.put([key.clone()], 0, start);
            let mut now = start;
            while now < start + MAX_AGE {
                let seen = cache.get(key.id, now);
                assert!(seen.is_some() || now >= start + MAX_AGE / 2);
                now += Duration::from_secs(asked_every_s);
            }
            assert_eq!(cache.get(key.id, now), None, "asked every {asked_every_s} s");
        }
    }

    #[test]
    fn a_key_looked_at_late_is_forgotten_no_later() {
        let (mut cache, start, key) = cache();
        cache.put([key.clone()], 0, start);
        assert!(cache.get(key.id, start + Duration::from_secs(59)).is_some());
        assert_eq!(cache.get(key.id, start + Duration::from_secs(60)), None);
    }

    #[test]
    fn a_key_remembered_late_in_a_turn_is_forgotten_within_a_minute_too() {
        let (mut cache, start, key) = cache();
        cache.put([key.clone()], 0, start + Duration::from_secs(29));
        assert!(cache.get(key.id, start + Duration::from_secs(31)).is_some());
        assert_eq!(cache.get(key.id, start + Duration::from_secs(89)), None);
    }

    #[test]
    fn a_destroyed_key_is_not_remembered_by_a_reader_who_read_it_before() {
        let (mut cache, now, key) = cache();
        let before = cache.evictions();
        cache.put([key.clone()], before, now);
        cache.evict(&[key.id]);
        assert_eq!(cache.get(key.id, now), None);
        cache.put([key.clone()], before, now);
        assert_eq!(cache.get(key.id, now), None);
    }

    #[test]
    fn the_number_of_remembered_keys_is_bounded() {
        let (mut cache, now, first) = cache();
        cache.put([first.clone()], 0, now);
        cache.put(fresh_keys(3 * MAX_KEYS).unwrap(), 0, now);
        assert!(cache.young.len() + cache.old.len() <= MAX_KEYS);
        assert_eq!(cache.get(first.id, now), None);
    }
}
