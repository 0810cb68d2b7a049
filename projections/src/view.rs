//! What a view is: a pure fold over each key's effective history.
//!
//! A view says which keys an entry bears on, which rows an entry has by itself, and which rows a key's whole history
//! has. The engine does the rest, live and in a rebuild, through these same three functions: that is why both end
//! with the same rows. Left out: where rows are kept, and everything that can fail by itself.
//!
//! A view that answers what was known when reads histories as they were written ([`History::AsWritten`]): corrections
//! come to it as entries like any other, and it keeps in its rows from when until when each was known.

use domain::entry::Entry;
use domain::event::Event;
use uuid::Uuid;

use crate::rows::Rows;

/// Whose history a row is folded from; mostly a person.
pub type Key = Uuid;

/// A view. Object-safe; the engine holds `Arc<dyn View>`.
pub trait View: Send + Sync + 'static {
    /// One word, part of the schema's name.
    fn name(&self) -> &'static str;

    /// Raised whenever a change of the fold or of its tables changes a row.
    fn version(&self) -> u16;

    /// The tables, in the order [`Rows::row`] counts them.
    fn tables(&self) -> &'static [Table];

    /// `create table` statements without a schema; the engine sets the search path.
    fn create(&self) -> &'static str;

    /// Statements that make what a rebuild leaves to the end: keys and indexes.
    fn index(&self) -> &'static str;

    /// True for the types of event whose sealed parts this view must read.
    fn opens(&self, _kind: &str) -> bool {
        false
    }

    /// Which history of a key this view is folded from.
    fn history(&self) -> History {
        History::Effective
    }

    /// The keys an entry bears on. Depends on the entry alone. A view of histories as they were written has no key
    /// but the entry's stream.
    fn keys(&self, entry: &Entry, keys: &mut Keys);

    /// False for events of a type that bears on nobody, whatever they say: what corrects one changes nothing. Depends on
    /// the type alone.
    fn takes(&self, _event: &Event) -> bool {
        true
    }

    /// True when all tables are [`Per::Entry`] and have a column `stream`: then a correction replaces the rows of its own
    /// stream, and the rest of a key's stay.
    fn is_by_stream(&self) -> bool {
        false
    }

    /// True when a key's own rows are the same wherever in its history this entry is stepped. Such an entry may come
    /// late and nothing is folded anew. Depends on the entry alone.
    fn commutes(&self, _entry: &Entry) -> bool {
        false
    }

    /// The rows that this entry alone gives a key, into tables that are [`Per::Entry`].
    ///
    /// # Errors
    /// [`Poison`]: the key is parked.
    fn entry_rows(&self, _key: Key, _entry: &Entry, _rows: &mut Rows) -> Result<(), Poison> {
        Ok(())
    }

    /// What is remembered of a key before its first entry; `None` for a view without [`Per::Key`] tables.
    fn start(&self, _key: Key) -> Option<Box<dyn KeyState>> {
        None
    }
}

/// What a view remembers of one key.
pub trait KeyState: Send + Sync {
    /// Takes the next entry of the effective history, in the order things happened but for those that commute.
    ///
    /// # Errors
    /// [`Poison`]: the key is parked.
    fn step(&mut self, entry: &Entry) -> Result<(), Poison>;

    /// The key's rows as they stand, into tables that are [`Per::Key`].
    fn rows(&self, rows: &mut Rows);

    /// Of a history as it was written: true when this entry changes what those before it mean, so that it cannot be
    /// stepped without them. Such a key is folded anew from its stream.
    fn looks_back(&self, _entry: &Entry) -> bool {
        false
    }

    /// Takes an entry that looks back: the last of all that was written so far.
    ///
    /// # Errors
    /// [`Poison`]: the key is parked.
    fn step_back(&mut self, history: &[Entry]) -> Result<(), Poison> {
        history.last().map_or(Ok(()), |entry| self.step(entry))
    }
}

/// Which history of a key a view is folded from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum History {
    /// What stands once corrections are applied, in the order things happened.
    Effective,
    /// All of one stream, corrections as well, in the order it was written. Nothing ever comes late to it.
    AsWritten,
}

/// A table of a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Table {
    pub name: &'static str,
    /// The column that holds the key.
    pub key: &'static str,
    pub per: Per,
}

/// What decides a table's rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Per {
    /// Each entry by itself: [`View::entry_rows`].
    Entry,
    /// A key's whole history: [`KeyState::rows`].
    Key,
}

/// The keys an entry bears on.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Keys {
    named: Vec<Key>,
    whole_stream: bool,
}

impl Keys {
    pub fn add(&mut self, key: Key) {
        if !self.named.contains(&key) {
            self.named.push(key);
        }
    }

    /// The entry names nobody and bears on whoever the rest of its stream names. Such an entry comes after those
    /// that name them; only a correction may bring a name later.
    pub fn add_stream(&mut self) {
        self.whole_stream = true;
    }

    pub fn clear(&mut self) {
        self.named.clear();
        self.whole_stream = false;
    }

    #[must_use]
    pub fn named(&self) -> &[Key] {
        &self.named
    }

    #[must_use]
    pub fn is_whole_stream(&self) -> bool {
        self.whole_stream
    }
}

/// An entry this view cannot fold. The key is parked, and its rows say they are incomplete.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the entry cannot be folded: {code}")]
pub struct Poison {
    /// Stable, kebab-case; never anything from the entry.
    pub code: &'static str,
}
