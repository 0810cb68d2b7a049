//! The few facts of a short stream that can be counted, corrections applied as they come.
//!
//! Of a contact or a person so little is needed that it is kept whole; a case is not (see [`super::cases`]).

use domain::entry::Entry;
use domain::event::Event;
use domain::history::{MovedAway, Withdrawn};
use domain::ids::EventId;

use crate::effective::{Place, brought, place};

/// What stands of a stream, as far as anything is counted of it.
#[derive(Debug)]
pub struct Facts<T> {
    standing: Vec<(EventId, Place, T)>,
}

impl<T> Default for Facts<T> {
    fn default() -> Self {
        Self { standing: Vec::new() }
    }
}

impl<T> Facts<T> {
    /// Takes the next entry as it was written. `read` takes what is counted from an entry that stands.
    pub fn take(&mut self, entry: &Entry, read: impl Fn(&Entry) -> Option<T>) {
        match &entry.event {
            Event::EntryWithdrawn(Withdrawn { entry: gone, .. })
            | Event::EntryMovedAway(MovedAway { entry: gone, .. }) => {
                self.standing.retain(|(id, ..)| id != gone);
            }
            Event::EntryAmended(amended) => {
                let Some(at) = self.standing.iter().position(|(id, ..)| *id == amended.entry) else { return };
                let (_, (_, position), _) = self.standing.remove(at);
                // It keeps its place among those of the same time.
                if let Some(entry) = brought(entry).map(|entry| Entry { position, ..entry }) {
                    self.put(&entry, read);
                }
            }
            Event::EntryMovedHere(moved) => {
                self.standing.retain(|(id, ..)| *id != moved.entry);
                if let Some(entry) = brought(entry) {
                    self.put(&entry, read);
                }
            }
            _ => self.put(entry, read),
        }
    }

    fn put(&mut self, entry: &Entry, read: impl Fn(&Entry) -> Option<T>) {
        if let Some(fact) = read(entry) {
            self.standing.reserve_exact(1);
            self.standing.push((entry.id, place(entry), fact));
            self.standing.sort_by_key(|(_, place, _)| *place);
        }
    }

    /// In the order things happened.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.standing.iter().map(|(.., fact)| fact)
    }
}
