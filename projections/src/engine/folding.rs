//! One view's part of a rebuild: pages in, rows out, in memory only what the view's own states hold.
//!
//! Runs on a thread of its own. Keys that cannot be folded in passing (an entry came late, an event was unreadable)
//! are named at the end and folded anew from their streams.

use std::collections::{HashMap, HashSet, hash_map};
use std::sync::Arc;

use bytes::Bytes;
use domain::entry::Entry;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::history::{Parked, guard};
use super::pages::{Delivered, Page};
use crate::effective::{Place, place};
use crate::rows::{Rows, TableRows};
use crate::view::{History, Key, KeyState, Keys, Per, View};

/// Rows are handed on when a table has this many bytes of them.
const CHUNK: usize = 1 << 20;

/// Rows for a table, ready to be copied in.
pub enum Chunk {
    Table(usize, Bytes),
    History(Bytes),
}

/// What could not be folded in passing.
#[derive(Default)]
pub struct Leftover {
    /// Keys whose own rows are still missing.
    pub late: Vec<Key>,
    /// Keys all of whose rows must be replaced.
    pub anew: Vec<Key>,
    pub parked_streams: Vec<(Uuid, Parked)>,
}

struct Folding {
    view: Arc<dyn View>,
    /// False for a view without tables of whole histories.
    stateful: bool,
    /// True for a view of histories as they were written.
    as_written: bool,
    chunks: mpsc::Sender<Chunk>,
    rows: Rows,
    history: Rows,
    /// The keys that the standing entries of each stream name.
    members: HashMap<Uuid, Members>,
    /// Streams with an entry that bears on whoever the rest of the stream names.
    nameless: HashSet<Uuid>,
    /// Keys that streams once named and no longer do.
    once: HashSet<(Key, Uuid)>,
    categories: HashMap<Uuid, Arc<str>>,
    states: HashMap<Key, Held>,
    late: HashSet<Key>,
    anew: HashSet<Key>,
    parked_streams: HashMap<Uuid, Parked>,
}

/// Nearly every stream names one key; a million of them must fit.
enum Members {
    One(Key),
    Many(Vec<Key>),
}

impl Members {
    fn as_slice(&self) -> &[Key] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

/// An entry waiting to be stepped into a key's state.
struct Step<'page> {
    key: Key,
    /// `None` for an entry that commutes.
    at: Option<Place>,
    entry: &'page Entry,
}

struct Held {
    state: Box<dyn KeyState>,
    /// Of the entries that do not commute.
    last: Option<Place>,
}

/// The other side is gone: the build failed elsewhere.
pub struct Abandoned;

/// Folds pages until there are no more.
///
/// # Errors
/// [`Abandoned`].
pub fn fold(
    view: Arc<dyn View>,
    mut pages: mpsc::Receiver<Option<Page>>,
    chunks: mpsc::Sender<Chunk>,
) -> Result<Leftover, Abandoned> {
    let rows = Rows::for_tables(view.tables().len());
    let mut folding = Folding {
        stateful: view.tables().iter().any(|table| table.per == Per::Key),
        as_written: view.history() == History::AsWritten,
        view,
        chunks,
        rows,
        history: Rows::for_tables(1),
        members: HashMap::new(),
        nameless: HashSet::new(),
        once: HashSet::new(),
        categories: HashMap::new(),
        states: HashMap::new(),
        late: HashSet::new(),
        anew: HashSet::new(),
        parked_streams: HashMap::new(),
    };
    let view = Arc::clone(&folding.view);
    let mut keys = Keys::default();
    // `None` says that the log was read to its end; a closed channel, that it was not.
    while let Some(page) = pages.blocking_recv().ok_or(Abandoned)? {
        let mut steps = Vec::new();
        for event in page.iter() {
            folding.take(view.as_ref(), event, &mut keys, &mut steps);
        }
        folding.step(steps);
        folding.hand_on(CHUNK)?;
    }
    folding.end()
}

impl Folding {
    fn take<'page>(
        &mut self,
        view: &dyn View,
        event: &'page Delivered,
        keys: &mut Keys,
        steps: &mut Vec<Step<'page>>,
    ) {
        let told = match &event.content {
            Ok(told) => told,
            Err(parked) => {
                self.parked_streams.entry(event.stream).or_insert(*parked);
                let members = self.members.get(&event.stream).map(Members::as_slice).unwrap_or_default();
                self.anew.extend(members);
                return;
            }
        };
        for once in told.once.iter().filter(|_| !self.as_written) {
            keys.clear();
            view.keys(once, keys);
            self.once.extend(keys.named().iter().map(|key| (*key, event.stream)));
            if !keys.named().is_empty() {
                self.categories.entry(event.stream).or_insert_with(|| Arc::clone(&event.category));
            }
        }
        let taken = if self.as_written { told.written() } else { told.stands.as_ref() };
        let Some(entry) = taken else { return };
        keys.clear();
        view.keys(entry, keys);
        for key in keys.named() {
            self.note(*key, event);
        }
        if self.parked_streams.contains_key(&event.stream) {
            self.anew.extend(keys.named());
            return;
        }
        let mut at = None;
        for key in keys.named() {
            self.fold_into(view, *key, entry, &mut at, steps);
        }
        if keys.is_whole_stream() {
            self.nameless.insert(event.stream);
        }
        if keys.is_whole_stream()
            && let Some(members) = self.members.get(&event.stream)
        {
            let members = members.as_slice().to_vec();
            for key in members.iter().filter(|key| !keys.named().contains(key)) {
                self.fold_into(view, *key, entry, &mut at, steps);
            }
        }
    }

    /// Notes that a stream touches a key.
    fn note(&mut self, key: Key, event: &Delivered) {
        match self.members.get_mut(&event.stream) {
            Some(members) if members.as_slice().contains(&key) => return,
            Some(Members::Many(keys)) => keys.push(key),
            Some(one) => {
                let mut keys = one.as_slice().to_vec();
                keys.push(key);
                *one = Members::Many(keys);
            }
            None => {
                self.members.insert(event.stream, Members::One(key));
            }
        }
        self.history.row(0).uuid(key).uuid(event.stream).text(&event.category).end();
        // Moved here after entries that now bear on this key too.
        if self.nameless.contains(&event.stream) {
            self.anew.insert(key);
        }
    }

    fn fold_into<'page>(
        &mut self,
        view: &dyn View,
        key: Key,
        entry: &'page Entry,
        at: &mut Option<Place>,
        steps: &mut Vec<Step<'page>>,
    ) {
        if !self.anew.is_empty() && self.anew.contains(&key) {
            return;
        }
        let rows = &mut self.rows;
        if guard(|| view.entry_rows(key, entry, rows)).is_err() {
            self.anew.insert(key);
        } else if self.stateful && (self.late.is_empty() || !self.late.contains(&key)) {
            let at =
                (!self.as_written && !view.commutes(entry)).then(|| *at.get_or_insert_with(|| place(entry)));
            steps.push(Step { key, at, entry });
        }
    }

    /// Steps the states of a page's keys, each in the order things happened. What was recorded together (a return,
    /// a contact written up late) is seldom in that order, but seldom far apart either.
    fn step(&mut self, mut steps: Vec<Step<'_>>) {
        // Stable, so that what is read as it was written stays in that order.
        steps.sort_by_key(|step| (step.key, step.at));
        for Step { key, at, entry } in steps {
            if self.late.contains(&key) || self.anew.contains(&key) {
                continue;
            }
            let held = match self.states.entry(key) {
                hash_map::Entry::Occupied(held) => held.into_mut(),
                hash_map::Entry::Vacant(vacant) => match self.view.start(key) {
                    None => continue,
                    Some(state) => vacant.insert(Held { state, last: None }),
                },
            };
            if (at.is_some() && at < held.last) || held.state.looks_back(entry) {
                self.states.remove(&key);
                self.late.insert(key);
                continue;
            }
            held.last = at.or(held.last);
            if guard(|| held.state.step(entry)).is_err() {
                self.states.remove(&key);
                self.anew.insert(key);
            }
        }
    }

    /// Hands on the rows of tables that have at least this many bytes of them.
    fn hand_on(&mut self, least: usize) -> Result<(), Abandoned> {
        let full = |rows: &TableRows| rows.count() > 0 && rows.len_bytes() >= least;
        for (index, rows) in self.rows.tables_mut().iter_mut().enumerate() {
            if full(rows) {
                let chunk = Chunk::Table(index, rows.take_copy());
                self.chunks.blocking_send(chunk).map_err(|_| Abandoned)?;
            }
        }
        for rows in self.history.tables_mut() {
            if full(rows) {
                self.chunks.blocking_send(Chunk::History(rows.take_copy())).map_err(|_| Abandoned)?;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Leftover, Abandoned> {
        for (key, stream) in std::mem::take(&mut self.once) {
            let members = self.members.get(&stream).map(Members::as_slice).unwrap_or_default();
            if let Some(category) = self.categories.get(&stream).filter(|_| !members.contains(&key)) {
                self.history.row(0).uuid(key).uuid(stream).text(category).end();
            }
        }
        for (key, held) in std::mem::take(&mut self.states) {
            if self.anew.contains(&key) {
                continue;
            }
            let rows = &mut self.rows;
            let written = guard(|| {
                held.state.rows(rows);
                Ok(())
            });
            if written.is_err() {
                self.anew.insert(key);
            }
            self.hand_on(CHUNK)?;
        }
        self.hand_on(0)?;
        let anew = self.anew;
        Ok(Leftover {
            late: self.late.into_iter().filter(|key| !anew.contains(key)).collect(),
            anew: anew.into_iter().collect(),
            parked_streams: self.parked_streams.into_iter().collect(),
        })
    }
}
