//! Keeping one build up with the log: a batch at a time, rows and checkpoint in one transaction.
//!
//! The common case folds only the new entries onto remembered states. A key is folded anew from its streams when
//! its state was forgotten or an entry came late (rows of single entries stay), and its rows are replaced when a
//! correction or an unreadable event changed what stands. The checkpoint is compared and set, so that two runners
//! do no harm: the slower one finds it moved, forgets what it knew and goes on from there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use domain::entry::Entry;
use domain::history::is_correction;
use event_store::{Position, StreamId};
use futures_util::future::try_join;
use tokio::time::Instant;
use uuid::Uuid;

use super::EngineError;
use super::batch::{Answers, Plan, Work, streams_to_ask};
use super::books::Books;
use super::builds::{self, Build};
use super::cache::{Cache, Remembered};
use super::change::Change;
use super::history::{Folded, Log, Parked, Streams, fold_whole, guard};
use crate::decode::Decoded;
use crate::effective::{self, history_of, place, standing};
use crate::rows::Rows;
use crate::view::{History, Key, Keys, Per, Poison, View};

/// How many events go into one transaction.
pub const BATCH: usize = 2_000;
/// How long a checkpoint may be behind what was taken in, while no row changes: other processes look for it about
/// as often.
const SAVE_AFTER: Duration = Duration::from_millis(25);

/// One build, kept up with the log.
pub struct Follower {
    view: Arc<dyn View>,
    log: Log,
    pool: Pool,
    books: Books,
    position: Position,
    saved: Saved,
    parked: HashMap<Key, Position>,
    parked_streams: HashSet<Uuid>,
    cache: Cache<Key, Remembered>,
    /// Whom the standing entries of streams name that somebody asked about, and all since.
    members: Cache<Uuid, Vec<Key>>,
    /// Which streams are noted as touching which keys.
    noted: Cache<(Key, Uuid), ()>,
}

/// The checkpoint as it stands in the database.
struct Saved {
    position: Position,
    turn: i64,
    at: Instant,
    /// When the newest event taken in was recorded.
    recorded_at: Option<DateTime<Utc>>,
}

impl Saved {
    fn of(build: &Build) -> Self {
        Self {
            position: build.position,
            turn: build.turn,
            at: Instant::now(),
            recorded_at: build.recorded_at,
        }
    }
}

impl Follower {
    /// Takes up a build where its checkpoint stands.
    pub async fn open(view: Arc<dyn View>, log: Log, pool: Pool, build: &Build) -> Result<Self, EngineError> {
        let books = Books::new(view.as_ref(), &build.schema);
        let mut follower = Self {
            view,
            log,
            pool,
            books,
            position: build.position,
            saved: Saved::of(build),
            parked: HashMap::new(),
            parked_streams: HashSet::new(),
            cache: Cache::default(),
            members: Cache::default(),
            noted: Cache::default(),
        };
        follower.reload().await?;
        Ok(follower)
    }

    pub fn position(&self) -> Position {
        self.position
    }

    pub fn schema(&self) -> &str {
        self.books.schema()
    }

    /// Forgets everything and looks where the build is. Called after any failure.
    ///
    /// # Errors
    /// [`EngineError::Replaced`] when the build is retired or gone.
    pub async fn reload(&mut self) -> Result<(), EngineError> {
        self.cache.clear();
        self.members.clear();
        self.noted.clear();
        let client = self.pool.get().await?;
        let build = builds::by_schema(&client, self.books.schema()).await?;
        let build =
            build.filter(|build| build.state != builds::State::Retired).ok_or(EngineError::Replaced)?;
        self.parked = self.books.parked_keys(&client).await?;
        self.parked_streams = self.books.parked_streams(&client).await?.into_iter().collect();
        self.position = build.position;
        self.saved = Saved::of(&build);
        Ok(())
    }

    /// When [`Follower::save`] should be called; `None` while the checkpoint says it all.
    pub fn save_due(&self) -> Option<Instant> {
        (self.position > self.saved.position).then(|| self.saved.at + SAVE_AFTER)
    }

    /// Writes down how far the view has come, if that is further than the checkpoint says.
    ///
    /// # Errors
    /// As [`Follower::apply`].
    pub async fn save(&mut self) -> Result<(), EngineError> {
        if self.position == self.saved.position {
            return Ok(());
        }
        let client = self.pool.get().await?;
        self.books.advance(&client, self.checkpoint(), self.position, self.saved.recorded_at).await?;
        self.note_saved();
        Ok(())
    }

    fn checkpoint(&self) -> (Position, i64) {
        (self.saved.position, self.saved.turn)
    }

    fn note_saved(&mut self) {
        self.saved.position = self.position;
        self.saved.turn += 1;
        self.saved.at = Instant::now();
    }

    /// Takes in events that follow the checkpoint; those it has already are passed over.
    ///
    /// # Errors
    /// [`EngineError::LostRace`] and those of the log, the key store and the database; nothing was changed, and
    /// [`Follower::reload`] must be called before going on.
    pub async fn apply(&mut self, events: &[Decoded]) -> Result<(), EngineError> {
        let start = events.partition_point(|event| event.position <= self.position);
        let new: Vec<&Decoded> = events.iter().skip(start).collect();
        for batch in new.chunks(BATCH) {
            self.apply_batch(batch).await?;
        }
        Ok(())
    }

    /// As [`Follower::apply`]; where Postgres will not take a row, the keys of that event are parked and the rest
    /// goes on.
    ///
    /// # Errors
    /// As [`Follower::apply`].
    pub async fn apply_or_park(&mut self, events: &[Decoded]) -> Result<(), EngineError> {
        match self.apply(events).await {
            Err(error) if error.is_about_a_row() => {}
            done => return done,
        }
        self.reload().await?;
        for event in events {
            match self.apply(std::slice::from_ref(event)).await {
                Err(error) if error.is_about_a_row() => {
                    self.reload().await?;
                    self.refuse(event).await?;
                }
                done => done?,
            }
        }
        Ok(())
    }

    /// Parks the keys of an event whose rows Postgres will not take, and passes over it.
    async fn refuse(&mut self, event: &Decoded) -> Result<(), EngineError> {
        let (plan, _) = self.plan(std::slice::from_ref(&event)).await?;
        let Decoded { position, event_id, .. } = *event;
        let parked = Parked { position, event_id, code: "row-refused" };
        let mut change = Change::none(self.view.as_ref());
        change.parked = plan.work.keys().map(|key| (*key, parked)).collect();
        let pairs = self.pairs_to_note(&plan);
        self.commit(change, &pairs, &plan.parked_streams, position, None).await
    }

    async fn apply_batch(&mut self, events: &[&Decoded]) -> Result<(), EngineError> {
        if events.is_empty() {
            return Ok(());
        }
        let recorded_at =
            events.iter().rev().find_map(|event| event.content.as_ref().ok().map(|entry| entry.recorded_at));
        let (plan, cut) = self.plan(events).await?;
        let change = self.fold(&plan, cut).await?;
        let pairs = self.pairs_to_note(&plan);
        self.commit(change, &pairs, &plan.parked_streams, cut, recorded_at).await
    }

    /// Finds out what a batch asks for, and up to where it reaches.
    async fn plan<'a>(&mut self, events: &[&'a Decoded]) -> Result<(Plan<'a>, Position), EngineError> {
        let view = Arc::clone(&self.view);
        let view = view.as_ref();
        let cut = events.last().map_or(self.position, |last| last.position);
        let asked = streams_to_ask(view, events);
        let whole: Vec<Uuid> = asked.whole.into_iter().collect();
        let client = self.pool.get().await?;
        let keys = self.books.keys_of(&client, &whole).await?;
        drop(client);
        let members = self.members_of(view, events, asked.members, cut).await?;
        let answers = Answers { keys, members };
        let plan =
            Plan::new(view, events, &answers, &self.parked_streams, |key| self.parked.contains_key(key));
        Ok((plan, cut))
    }

    /// Whom the standing entries of streams name, up to the end of a batch. A correction may take a name away: a stream
    /// with one is read again.
    async fn members_of(
        &mut self,
        view: &dyn View,
        events: &[&Decoded],
        streams: BTreeMap<Uuid, StreamId>,
        cut: Position,
    ) -> Result<HashMap<Uuid, Vec<Key>>, EngineError> {
        let mut keys = Keys::default();
        for event in events {
            let known = self.members.take(&event.stream);
            let Ok(entry) = &event.content else { continue };
            // A stream that begins names nobody yet.
            let Some(mut known) = known.or((entry.version == 1).then(Vec::new)) else { continue };
            if !is_correction(&entry.event) {
                keys.clear();
                view.keys(entry, &mut keys);
                known.extend(
                    keys.named().iter().filter(|key| !known.contains(key)).copied().collect::<Vec<_>>(),
                );
                self.members.put(event.stream, known);
            }
        }
        let mut members = HashMap::new();
        let mut unknown = Vec::new();
        for (id, stream) in streams {
            match self.members.take(&id) {
                Some(known) => {
                    self.members.put(id, known.clone());
                    members.insert(id, known);
                }
                None => unknown.push(stream),
            }
        }
        for (id, events) in self.log.streams(view, unknown, cut).await? {
            // Nobody while it cannot be read, and that is not remembered.
            let named = standing(&events, cut).map(|standing| effective::members(view, &standing));
            if let Ok(named) = &named {
                self.members.put(id, named.clone());
            }
            members.insert(id, named.unwrap_or_default());
        }
        Ok(members)
    }

    /// Folds what a plan asks for: forward where that is enough, anew where it is not.
    async fn fold(&mut self, plan: &Plan<'_>, cut: Position) -> Result<Change, EngineError> {
        let view = Arc::clone(&self.view);
        let mut change = Change::none(self.view.as_ref());
        let stateful = view.tables().iter().any(|table| table.per == Per::Key);
        let unknown: Vec<Key> = plan
            .work
            .iter()
            .filter(|(key, work)| work.is_anew() || (stateful && !self.cache.contains(key)))
            .map(|(key, _)| *key)
            .collect();
        let corrected = plan.corrected.values().filter(|_| view.is_by_stream()).cloned().collect();
        let corrected = self.log.streams(view.as_ref(), corrected, cut).await?;
        let client = self.pool.get().await?;
        let mut streams = self.books.streams_of(&client, &unknown).await?;

        let mut again: BTreeMap<Key, Again> = BTreeMap::new();
        for (key, work) in &plan.work {
            if work.is_anew() && !work.is_cut_short && view.is_by_stream() {
                match forward_by_stream(view.as_ref(), *key, work, &corrected, cut) {
                    Some(rows) => {
                        change.entry_rows.append(&rows);
                        change.replaced_of.extend(work.corrected.iter().map(|stream| (*key, *stream)));
                    }
                    None => drop(again.insert(*key, Again::Whole)),
                }
                continue;
            }
            if work.is_anew() {
                // Whatever is left of it, what was remembered is no more.
                self.cache.take(key);
                again.insert(*key, Again::Whole);
                continue;
            }
            let known = !stateful || self.cache.contains(key) || !streams.contains_key(key);
            match known.then(|| self.forward(*key, work)) {
                None | Some(Forward::Late) => again.insert(*key, Again::State),
                Some(Forward::Poisoned) => again.insert(*key, Again::Whole),
                Some(Forward::Done { entry_rows, remember, before }) => {
                    change.entry_rows.append(&entry_rows);
                    if let Some(remembered) = remember {
                        change.key_rows(*key, Some(&before), &remembered.rows);
                        change.remember.push((*key, remembered));
                    }
                    continue;
                }
            };
        }
        let missing: Vec<Key> = again.keys().filter(|key| !streams.contains_key(key)).copied().collect();
        streams.extend(self.books.streams_of(&client, &missing).await?);
        drop(client);
        for ((key, stream), category) in &plan.pairs {
            let known = streams.entry(*key).or_default();
            if again.contains_key(key) && !known.iter().any(|known| known.id == *stream) {
                known.push(StreamId { id: *stream, category: (*category).to_owned() });
            }
        }
        self.fold_again(plan, &again, &streams, cut, &mut change).await?;
        Ok(change)
    }

    /// Folds new entries onto what is remembered of a key.
    fn forward(&mut self, key: Key, work: &Work<'_>) -> Forward {
        let view = Arc::clone(&self.view);
        let mut entries: Vec<&Entry> = work.entries.clone();
        let as_written = view.history() == History::AsWritten;
        if !as_written {
            entries.sort_by_key(|entry| place(entry));
        }
        let can_be_late = |entry: &&&Entry| !as_written && !view.commutes(entry);
        let first = entries.iter().find(can_be_late).map(|entry| place(entry));
        let newest = entries.iter().rev().find(can_be_late).map(|entry| place(entry));
        let mut entry_rows = Rows::for_tables(view.tables().len());
        let remembered = self.cache.take(&key);
        let last = remembered.as_ref().and_then(|remembered| remembered.last);
        if first.is_some() && first < last {
            return Forward::Late;
        }
        let last = last.max(newest);
        let folded: Result<Option<_>, Poison> = guard(|| {
            let (mut state, before) = match remembered {
                Some(remembered) => (Some(remembered.state), remembered.rows),
                None => (view.start(key), Rows::for_tables(view.tables().len())),
            };
            for entry in &entries {
                view.entry_rows(key, entry, &mut entry_rows)?;
                if let Some(state) = &mut state {
                    if state.looks_back(entry) {
                        return Ok(None);
                    }
                    state.step(entry)?;
                }
            }
            let mut rows = Rows::for_tables(view.tables().len());
            if let Some(state) = &state {
                state.rows(&mut rows);
            }
            Ok(Some((before, state.map(|state| Remembered { state, last, rows }))))
        });
        match folded {
            Err(_) => Forward::Poisoned,
            Ok(None) => Forward::Late,
            Ok(Some((before, remember))) => Forward::Done { entry_rows, remember, before },
        }
    }

    async fn fold_again(
        &self,
        plan: &Plan<'_>,
        again: &BTreeMap<Key, Again>,
        streams: &HashMap<Key, Vec<StreamId>>,
        cut: Position,
        change: &mut Change,
    ) -> Result<(), EngineError> {
        let view = self.view.as_ref();
        let mut ids: HashMap<Uuid, StreamId> = HashMap::new();
        for stream in again.keys().filter_map(|key| streams.get(key)).flatten() {
            ids.entry(stream.id).or_insert_with(|| stream.clone());
        }
        let read = self.log.streams(view, ids.into_values().collect(), cut).await?;
        for (key, how) in again {
            let histories: Vec<&[Decoded]> = streams
                .get(key)
                .into_iter()
                .flatten()
                .filter_map(|stream| read.get(&stream.id))
                .map(Vec::as_slice)
                .collect();
            let folded = fold_whole(view, *key, &histories, cut);
            let Folded { entry_rows, key_rows, state, last, parked } = folded;
            change.key_rows(*key, None, &key_rows);
            if matches!(how, Again::State) && parked.is_none() {
                let mut new = Rows::for_tables(view.tables().len());
                for entry in plan.work.get(key).into_iter().flat_map(|work| &work.entries) {
                    // It was just folded, as part of the whole.
                    view.entry_rows(*key, entry, &mut new).unwrap_or_default();
                }
                change.entry_rows.append(&new);
            } else {
                change.replaced.push(*key);
                change.entry_rows.append(&entry_rows);
            }
            match (parked, state) {
                (Some(parked), _) => change.parked.push((*key, parked)),
                (None, Some(state)) => {
                    change.remember.push((*key, Remembered { state, last, rows: key_rows }));
                }
                (None, None) => {}
            }
        }
        Ok(())
    }

    fn pairs_to_note(&self, plan: &Plan<'_>) -> Vec<(Key, Uuid, String)> {
        let new = plan.pairs.iter().filter(|(pair, _)| !self.noted.contains(pair));
        new.map(|((key, stream), category)| (*key, *stream, (*category).to_owned())).collect()
    }

    async fn commit(
        &mut self,
        mut change: Change,
        pairs: &[(Key, Uuid, String)],
        parked_streams: &[(Uuid, Parked)],
        to: Position,
        recorded_at: Option<DateTime<Utc>>,
    ) -> Result<(), EngineError> {
        let recorded_at = recorded_at.or(self.saved.recorded_at);
        if change.is_nothing() && pairs.is_empty() && parked_streams.is_empty() {
            // The rows are right up to here whether or not the checkpoint says so; it follows in a moment.
            self.position = to;
            self.saved.recorded_at = recorded_at;
            self.remember(change.remember);
            return if self.save_due().is_some_and(|due| due <= Instant::now()) {
                self.save().await
            } else {
                Ok(())
            };
        }
        let mut client = self.pool.get().await?;
        let books = &self.books;
        let transaction = client.transaction().await?;
        // Both at once: the second does not wait for the first one's answer.
        try_join(
            books.advance(&transaction, self.checkpoint(), to, recorded_at),
            books.note_history(&transaction, pairs),
        )
        .await?;
        change.write(&transaction, books, self.view.as_ref()).await?;
        books.park_streams(&transaction, parked_streams).await?;
        transaction.commit().await?;

        self.position = to;
        self.saved.recorded_at = recorded_at;
        self.note_saved();
        for (key, parked) in change.parked {
            let Parked { position, event_id, code } = parked;
            tracing::error!(view = self.view.name(), %key, %position, %event_id, code, "a key was parked");
            self.parked.insert(key, position);
        }
        self.parked_streams.extend(parked_streams.iter().map(|(stream, _)| *stream));
        for (key, stream, _) in pairs {
            self.noted.put((*key, *stream), ());
        }
        self.remember(change.remember);
        Ok(())
    }

    fn remember(&mut self, keys: Vec<(Key, Remembered)>) {
        for (key, remembered) in keys {
            self.cache.put(key, remembered);
        }
    }

    /// Folds keys anew at the checkpoint: after an erasure, or to try a parked key again. Says which keys stay parked.
    ///
    /// # Errors
    /// As [`Follower::apply`].
    pub async fn refold(&mut self, keys: &[Key]) -> Result<Vec<Key>, EngineError> {
        let client = self.pool.get().await?;
        let streams = self.books.streams_of(&client, keys).await?;
        drop(client);
        let mut change = Change::none(self.view.as_ref());
        let again: BTreeMap<Key, Again> = keys.iter().map(|key| (*key, Again::Whole)).collect();
        for key in keys {
            self.cache.take(key);
        }
        self.members.clear();
        self.fold_again(&Plan::default(), &again, &streams, self.position, &mut change).await?;
        let stuck: Vec<Key> = change.parked.iter().map(|(key, _)| *key).collect();
        change.freed = keys
            .iter()
            .filter(|key| !stuck.contains(key))
            .map(|key| {
                let streams = streams.get(key).into_iter().flatten();
                (*key, streams.map(|stream| stream.id).collect())
            })
            .collect();
        let freed: Vec<Key> = change.freed.iter().map(|(key, _)| *key).collect();
        self.commit(change, &[], &[], self.position, None).await?;
        for key in &freed {
            self.parked.remove(key);
        }
        let client = self.pool.get().await?;
        self.parked_streams = self.books.parked_streams(&client).await?.into_iter().collect();
        Ok(stuck)
    }
}

/// The rows of a key's new entries and of all that stands of the streams where something was corrected. None where that
/// cannot be said.
fn forward_by_stream(
    view: &dyn View,
    key: Key,
    work: &Work<'_>,
    corrected: &Streams,
    cut: Position,
) -> Option<Rows> {
    let standing: Vec<Vec<Entry>> = work
        .corrected
        .iter()
        .map(|stream| standing(corrected.get(stream)?, cut).ok())
        .collect::<Option<_>>()?;
    let new = work.entries.iter().copied().filter(|entry| !work.corrected.contains(&entry.stream));
    let stands = history_of(view, key, standing.iter().map(Vec::as_slice));
    let mut rows = Rows::for_tables(view.tables().len());
    guard(|| stands.into_iter().chain(new).try_for_each(|entry| view.entry_rows(key, entry, &mut rows)))
        .ok()?;
    Some(rows)
}

/// How a key that cannot go forward is folded.
enum Again {
    /// Its state was forgotten or an entry came late: rows of earlier entries stay as they are.
    State,
    /// What stands has changed: all its rows are replaced.
    Whole,
}

enum Forward {
    /// Its rows before, and what is to be remembered of it.
    Done {
        entry_rows: Rows,
        before: Rows,
        remember: Option<Remembered>,
    },
    Late,
    Poisoned,
}
