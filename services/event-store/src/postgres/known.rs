//! What the writer knows to exist without asking: how far each stream had come when last seen.

use std::collections::HashMap;

use uuid::Uuid;

/// Streams remembered in each of the two generations.
const REMEMBERED: usize = 50_000;

/// How far a stream had come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
struct Seen {
    version: u64,
    /// The last position by which it had come no further; none where it may well have.
    upto: Option<u64>,
}

/// The highest version each stream is known to have reached. Two generations bound its size.
#[derive(Debug, Default)]
pub(super) struct KnownVersions {
    young: HashMap<Uuid, Seen>,
    old: HashMap<Uuid, Seen>,
    /// The last position by which anything was seen that is forgotten now.
    forgotten: u64,
}

impl KnownVersions {
    /// A stream has reached a version at least.
    pub(super) fn learn(&mut self, stream: Uuid, version: u64) {
        self.put(stream, Seen { version, upto: None });
    }

    /// The last version of a stream, of all events up to a position.
    pub(super) fn learn_last(&mut self, stream: Uuid, version: u64, upto: u64) {
        // A reading that is older than what was forgotten may be of before what was forgotten.
        self.put(stream, Seen { version, upto: Some(upto).filter(|upto| *upto >= self.forgotten) });
    }

    /// Nothing after a version was there, of all events up to a position. That the version itself exists is not said.
    pub(super) fn confirm(&mut self, stream: Uuid, version: u64, upto: u64) {
        if self.at_least(stream) == Some(version) {
            self.learn_last(stream, version, upto);
        }
    }

    pub(super) fn at_least(&self, stream: Uuid) -> Option<u64> {
        self.seen(stream).map(|seen| seen.version)
    }

    /// The version a stream has, when that was seen after others last wrote, at `since`: by then, whatever this process
    /// did not write is in what it saw.
    pub(super) fn exactly(&mut self, stream: Uuid, since: u64) -> Option<u64> {
        let seen = self.seen(stream).filter(|seen| seen.upto.is_some_and(|upto| upto >= since))?;
        // Asked for, it is worth remembering.
        self.put(stream, seen);
        Some(seen.version)
    }

    fn seen(&self, stream: Uuid) -> Option<Seen> {
        self.young.get(&stream).max(self.old.get(&stream)).copied()
    }

    fn put(&mut self, stream: Uuid, seen: Seen) {
        if self.young.len() >= REMEMBERED {
            let forgotten = self.old.values().filter_map(|seen| seen.upto).max();
            self.forgotten = self.forgotten.max(forgotten.unwrap_or(0));
            self.old = std::mem::take(&mut self.young);
        }
        let known = self.young.entry(stream).or_default();
        *known = seen.max(*known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: Uuid = Uuid::from_u128(1);

    #[test]
    fn what_was_seen_before_others_wrote_is_known_only_at_least() {
        let mut known = KnownVersions::default();
        known.learn_last(STREAM, 3, 10);
        assert_eq!(known.exactly(STREAM, 10), Some(3));
        assert_eq!(known.exactly(STREAM, 11), None);
        assert_eq!(known.at_least(STREAM), Some(3));
        known.confirm(STREAM, 3, 11);
        assert_eq!(known.exactly(STREAM, 11), Some(3));
    }

    #[test]
    fn an_old_reading_that_comes_late_takes_nothing_back() {
        let mut known = KnownVersions::default();
        known.learn_last(STREAM, 4, 20);
        known.learn_last(STREAM, 3, 30);
        assert_eq!(known.exactly(STREAM, 20), Some(4));
        assert_eq!(known.exactly(STREAM, 30), None);
    }

    #[test]
    fn a_reading_older_than_what_was_forgotten_is_not_the_last_word() {
        let mut known = KnownVersions::default();
        known.learn_last(STREAM, 4, 20);
        for number in 0..2 * u128::try_from(REMEMBERED).unwrap() {
            known.learn_last(Uuid::from_u128(10 + number), 1, 15);
        }
        assert_eq!(known.at_least(STREAM), None);
        known.learn_last(STREAM, 3, 18);
        assert_eq!(known.exactly(STREAM, 0), None);
        known.learn_last(STREAM, 4, 20);
        assert_eq!(known.exactly(STREAM, 0), Some(4));
    }

    #[test]
    fn part_of_a_stream_says_nothing_of_its_end() {
        let mut known = KnownVersions::default();
        known.learn(STREAM, 2);
        assert_eq!((known.at_least(STREAM), known.exactly(STREAM, 0)), (Some(2), None));
        known.learn_last(STREAM, 9, 30);
        known.learn(STREAM, 2);
        assert_eq!(known.exactly(STREAM, 0), Some(9));
    }

    #[test]
    fn nothing_is_confirmed_that_was_not_known() {
        let mut known = KnownVersions::default();
        known.confirm(STREAM, 9, 5);
        assert_eq!(known.at_least(STREAM), None);
        known.learn_last(STREAM, 3, 5);
        known.confirm(STREAM, 9, 6);
        assert_eq!(known.at_least(STREAM), Some(3));
    }
}
