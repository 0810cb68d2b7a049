//! What was known, from which entry on and up to which: the rows of one stream over the course of the record.
//!
//! After each entry the stream's rows are told as they then are. A row that stays the same goes on; one that changes
//! ends where the entry stands, and another begins there. Nothing that was ever known is lost, so that a measure as
//! it was known at any place of the record is a plain choice of rows.

use uuid::Uuid;

use crate::rows::{Row, Rows};

/// Something of a stream that can be counted.
pub trait Line: PartialEq {
    /// Tells lines of one stream apart, whatever they say.
    fn id(&self) -> LineId;
    /// Writes its columns after those that all tables begin with.
    fn write(&self, row: Row<'_>);
}

/// A table, what of, and which of several.
pub type LineId = (usize, Uuid, usize);

/// The lines of one stream, past and present.
#[derive(Debug)]
pub struct Ledger<L> {
    /// By id, with the place from which each is known.
    open: Vec<(u128, L)>,
    closed: Vec<(u128, u128, L)>,
}

impl<L> Default for Ledger<L> {
    fn default() -> Self {
        Self { open: Vec::new(), closed: Vec::new() }
    }
}

impl<L: Line> Ledger<L> {
    /// Says what the lines are since the entry at `place`.
    pub fn tell(&mut self, place: u128, mut now: Vec<L>) {
        now.sort_by_key(Line::id);
        now.dedup_by_key(|line| line.id());
        let same = self.open.len() == now.len() && self.open.iter().zip(&now).all(|((_, was), is)| was == is);
        if same {
            return;
        }
        let mut before = std::mem::take(&mut self.open).into_iter().peekable();
        self.open.reserve_exact(now.len());
        for line in now {
            while let Some((from, gone)) = before.next_if(|(_, was)| was.id() < line.id()) {
                self.closed.push((from, place, gone));
            }
            match before.next_if(|(_, was)| was.id() == line.id()) {
                Some((from, was)) if was == line => self.open.push((from, was)),
                Some((from, was)) => {
                    self.closed.push((from, place, was));
                    self.open.push((place, line));
                }
                None => self.open.push((place, line)),
            }
        }
        self.closed.extend(before.map(|(from, gone)| (from, place, gone)));
    }

    /// Says something else of what was known before.
    pub fn look_back(&mut self, say: impl Fn(&mut L)) {
        self.closed.iter_mut().for_each(|(.., line)| say(line));
    }

    /// Writes every line with the part of the record in which it was known.
    pub fn write(&self, stream: Uuid, rows: &mut Rows) {
        let closed = self.closed.iter().map(|(from, until, line)| (*from, Some(*until), line));
        let open = self.open.iter().map(|(from, line)| (*from, None, line));
        for (from, until, line) in closed.chain(open) {
            let row = rows.row(line.id().0).uuid(stream).position(from);
            line.write(row.opt_position(until));
        }
    }

    #[cfg(test)]
    pub fn known_at(&self, place: u128) -> Vec<&L> {
        let closed = self.closed.iter().filter(|(from, until, _)| *from <= place && place < *until);
        let open = self.open.iter().filter(|(from, _)| *from <= place);
        let mut known: Vec<_> = closed.map(|(_, _, line)| line).chain(open.map(|(_, line)| line)).collect();
        known.sort_by_key(|line| line.id());
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Debug, Clone)]
    struct Said(u128, &'static str);

    impl Line for Said {
        fn id(&self) -> LineId {
            (0, Uuid::from_u128(self.0), 0)
        }
        fn write(&self, row: Row<'_>) {
            row.text(self.1).end();
        }
    }

    #[test]
    fn what_changes_ends_where_the_entry_stands_and_what_stays_goes_on() {
        let mut ledger = Ledger::default();
        ledger.tell(10, vec![Said(1, "one"), Said(2, "two")]);
        ledger.tell(20, vec![Said(2, "two"), Said(1, "uno")]);
        ledger.tell(30, vec![Said(3, "three"), Said(2, "two")]);
        ledger.tell(40, vec![Said(3, "three"), Said(2, "two"), Said(1, "one")]);
        assert!(ledger.known_at(9).is_empty());
        assert_eq!(ledger.known_at(10), [&Said(1, "one"), &Said(2, "two")]);
        assert_eq!(ledger.known_at(19), ledger.known_at(10));
        assert_eq!(ledger.known_at(20), [&Said(1, "uno"), &Said(2, "two")]);
        assert_eq!(ledger.known_at(30), [&Said(2, "two"), &Said(3, "three")]);
        assert_eq!(ledger.known_at(99), [&Said(1, "one"), &Said(2, "two"), &Said(3, "three")]);
        assert_eq!(ledger.open.iter().filter(|(from, _)| *from == 10).count(), 1, "what stayed goes on");
        assert_eq!(ledger.closed.len(), 2);
    }
}
