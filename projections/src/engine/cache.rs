//! What a live view remembers of what it touched lately, so that a new entry is folded forward.
//!
//! Two generations: when the young one is full it becomes the old one, and what was not used since is forgotten.
//! Forgetting costs a read of the log or of a book, never a row.

use std::collections::HashMap;
use std::hash::Hash;

use crate::effective::Place;
use crate::rows::Rows;
use crate::view::KeyState;

/// A key's state after its last entry, and the rows it has.
pub struct Remembered {
    pub state: Box<dyn KeyState>,
    /// Where the last entry that does not commute comes.
    pub last: Option<Place>,
    pub rows: Rows,
}

/// Bounded: at most twice this many.
const MOST: usize = 10_000;

pub struct Cache<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new() }
    }
}

impl<K: Hash + Eq, V> Cache<K, V> {
    pub fn contains(&self, key: &K) -> bool {
        self.young.contains_key(key) || self.old.contains_key(key)
    }

    /// Takes something out; whoever changes it puts it back once that is committed.
    pub fn take(&mut self, key: &K) -> Option<V> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    pub fn put(&mut self, key: K, value: V) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
