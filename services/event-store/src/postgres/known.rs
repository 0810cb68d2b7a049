//! What the writer knows to exist without asking: how far each stream had come when last seen.

use std::collections::HashMap;

use uuid::Uuid;

/// Streams remembered in each of the two generations.
const REMEMBERED: usize = 50_000;

/// The highest version each stream is known to have reached. Two generations bound its size.
#[derive(Debug, Default)]
pub(super) struct KnownVersions {
    young: HashMap<Uuid, u64>,
    old: HashMap<Uuid, u64>,
}

impl KnownVersions {
    pub(super) fn learn(&mut self, stream: Uuid, version: u64) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        let known = self.young.entry(stream).or_default();
        *known = version.max(*known);
    }

    pub(super) fn at_least(&self, stream: Uuid) -> Option<u64> {
        self.young.get(&stream).max(self.old.get(&stream)).copied()
    }
}
