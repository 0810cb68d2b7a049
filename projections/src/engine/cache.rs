//! What a live view remembers of the keys it touched lately, so that a new entry is folded forward.
//!
//! Two generations: when the young one is full it becomes the old one, and what was not used since is forgotten.
//! Forgetting costs a read of the key's streams, never a row.

use std::collections::HashMap;

use crate::effective::Place;
use crate::rows::Rows;
use crate::view::{Key, KeyState};

/// A key's state after its last entry, and the rows it has.
pub struct Remembered {
    pub state: Box<dyn KeyState>,
    pub last: Option<Place>,
    pub rows: Rows,
}

/// Bounded: at most twice this many keys.
const MOST_KEYS: usize = 10_000;

#[derive(Default)]
pub struct Cache {
    young: HashMap<Key, Remembered>,
    old: HashMap<Key, Remembered>,
}

impl Cache {
    pub fn contains(&self, key: &Key) -> bool {
        self.young.contains_key(key) || self.old.contains_key(key)
    }

    /// Takes a key out; whoever folds it puts it back once its rows are committed.
    pub fn take(&mut self, key: &Key) -> Option<Remembered> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    pub fn put(&mut self, key: Key, remembered: Remembered) {
        if self.young.len() >= MOST_KEYS {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, remembered);
    }

    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
