//! What a batch of events asks of a view: which keys go forward, and which must be folded anew.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::entry::Entry;
use domain::event::Event;
use domain::history::is_correction;
use event_store::StreamId;
use uuid::Uuid;

use super::history::Parked;
use crate::decode::Decoded;
use crate::effective::brought;
use crate::view::{History, Key, Keys, View};

/// What is to be done for one key.
#[derive(Default)]
pub struct Work<'a> {
    /// Its new entries.
    pub entries: Vec<&'a Entry>,
    /// Streams of which earlier entries stand otherwise than before.
    pub corrected: BTreeSet<Uuid>,
    /// True when something cannot be read, and it must be found out how far it goes.
    pub is_cut_short: bool,
}

impl Work<'_> {
    /// True when new entries are not all there is to it.
    pub fn is_anew(&self) -> bool {
        self.is_cut_short || !self.corrected.is_empty()
    }
}

/// What is to be done for a batch.
#[derive(Default)]
pub struct Plan<'a> {
    pub work: BTreeMap<Key, Work<'a>>,
    /// Which streams touch which keys, as far as this batch says.
    pub pairs: BTreeMap<(Key, Uuid), &'a str>,
    /// Streams in which something was corrected.
    pub corrected: BTreeMap<Uuid, StreamId>,
    /// Streams with an event that cannot be read.
    pub parked_streams: Vec<(Uuid, Parked)>,
}

/// The streams whose keys must be looked up before a batch can be planned.
pub fn streams_to_ask(view: &dyn View, events: &[&Decoded]) -> Asked {
    let mut asked = Asked::default();
    let mut keys = Keys::default();
    for event in events {
        match &event.content {
            Err(_) => {
                asked.whole.insert(event.stream);
            }
            Ok(_) if view.history() == History::AsWritten => {}
            Ok(entry) if is_correction(&entry.event) => {
                if concerns(view, entry) {
                    asked.whole.insert(event.stream);
                }
            }
            Ok(entry) => {
                keys.clear();
                view.keys(entry, &mut keys);
                if keys.is_whole_stream() {
                    asked.members.insert(event.stream, event.stream_id());
                }
            }
        }
    }
    asked
}

/// False for a correction that brings nothing this view takes, and so corrects nothing of it. One that only takes away
/// does not say what.
fn concerns(view: &dyn View, correction: &Entry) -> bool {
    match &correction.event {
        Event::EntryAmended(amended) => view.takes(&amended.replacement),
        Event::EntryMovedHere(moved) => view.takes(&moved.content),
        _ => true,
    }
}

/// What to look up about streams.
#[derive(Default)]
pub struct Asked {
    /// All keys they ever touched.
    pub whole: BTreeSet<Uuid>,
    /// The keys their standing entries name.
    pub members: BTreeMap<Uuid, StreamId>,
}

/// What was found out about streams.
pub struct Answers {
    pub keys: HashMap<Uuid, Vec<Key>>,
    /// The keys their standing entries name, this batch included.
    pub members: HashMap<Uuid, Vec<Key>>,
}

impl<'a> Plan<'a> {
    /// Plans a batch. `parked` streams touch nobody without parking them too; `skip` says which keys are parked.
    pub fn new(
        view: &dyn View,
        events: &[&'a Decoded],
        answers: &Answers,
        parked: &HashSet<Uuid>,
        skip: impl Fn(&Key) -> bool,
    ) -> Self {
        let mut plan = Self::default();
        let mut unreadable: HashSet<Uuid> = parked.clone();
        let mut seen: HashMap<Uuid, Vec<Key>> = HashMap::new();
        let mut keys = Keys::default();
        for event in events {
            keys.clear();
            let entry = match &event.content {
                Ok(entry) => entry,
                Err(why) => {
                    unreadable.insert(event.stream);
                    let parked =
                        Parked { position: event.position, event_id: event.event_id, code: why.code };
                    plan.parked_streams.push((event.stream, parked));
                    plan.anew(touched(event.stream, answers, &seen), None, &skip);
                    continue;
                }
            };
            let correction = view.history() == History::Effective && is_correction(&entry.event);
            match correction.then(|| brought(entry)) {
                Some(Some(brought)) => view.keys(&brought, &mut keys),
                Some(None) => {}
                None => view.keys(entry, &mut keys),
            }
            for key in keys.named() {
                plan.pairs.insert((*key, event.stream), &*event.category);
                seen.entry(event.stream).or_default().push(*key);
            }
            let is_unreadable = unreadable.contains(&event.stream);
            if is_unreadable || (correction && concerns(view, entry)) {
                let corrected = (!is_unreadable).then_some(event.stream);
                plan.corrected.extend(corrected.map(|stream| (stream, event.stream_id())));
                plan.anew(touched(event.stream, answers, &seen), corrected, &skip);
                continue;
            }
            if correction {
                continue;
            }
            for key in keys.named() {
                plan.forward(*key, entry, &skip);
            }
            if keys.is_whole_stream() {
                let members = answers.members.get(&event.stream).map(Vec::as_slice).unwrap_or_default();
                for key in members.iter().filter(|key| !keys.named().contains(key)) {
                    plan.forward(*key, entry, &skip);
                }
            }
        }
        plan
    }

    fn forward(&mut self, key: Key, entry: &'a Entry, skip: &impl Fn(&Key) -> bool) {
        if !skip(&key) {
            self.work.entry(key).or_default().entries.push(entry);
        }
    }

    /// Earlier entries of these keys stand otherwise, those of one stream or nobody knows which.
    fn anew(&mut self, keys: Vec<Key>, corrected: Option<Uuid>, skip: &impl Fn(&Key) -> bool) {
        for key in keys.into_iter().filter(|key| !skip(key)) {
            let work = self.work.entry(key).or_default();
            match corrected {
                Some(stream) => drop(work.corrected.insert(stream)),
                None => work.is_cut_short = true,
            }
        }
    }
}

/// All keys a stream ever touched, this batch included.
fn touched(stream: Uuid, answers: &Answers, seen: &HashMap<Uuid, Vec<Key>>) -> Vec<Key> {
    let known = answers.keys.get(&stream).into_iter().flatten();
    known.chain(seen.get(&stream).into_iter().flatten()).copied().collect()
}
