//! Reading a key's history from the log, stream by stream.
//!
//! Used wherever a key is folded anew: after a correction or a late entry, when its state was forgotten, in the
//! second pass of a rebuild, and for a page as it was known at a time.

use std::collections::HashMap;
use std::sync::Arc;

use domain::entry::Entry;
use event_store::keys::Keys as KeyStore;
use event_store::{EventStore, Position, StreamId};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::EngineError;
use crate::decode::{Decoded, Decoder, look_up};
use crate::effective::{Obstacle, history_of, place, standing, written};
use crate::rows::Rows;
use crate::view::{History, Key, KeyState, Poison, View};

/// How many events of a stream are read at once.
const PAGE: usize = 1_000;
/// How many streams are read at once.
const AT_ONCE: usize = 8;

/// The log and what opens its parts.
#[derive(Clone)]
pub struct Log {
    pub store: Arc<dyn EventStore>,
    pub keys: Arc<dyn KeyStore>,
}

/// Streams by id, each in order.
pub type Streams = HashMap<Uuid, Vec<Decoded>>;

impl Log {
    /// The events of streams up to a position, opened for one view.
    ///
    /// # Errors
    /// Those of the log and of the key store.
    pub async fn streams(
        &self,
        view: &dyn View,
        ids: Vec<StreamId>,
        cut: Position,
    ) -> Result<Streams, EngineError> {
        stream::iter(ids)
            .map(|id| async move { Ok((id.id, self.stream(view, &id, cut).await?)) })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    async fn stream(
        &self,
        view: &dyn View,
        id: &StreamId,
        cut: Position,
    ) -> Result<Vec<Decoded>, EngineError> {
        let opens = |kind: &str| view.opens(kind);
        let mut events = Vec::new();
        let mut after = 0;
        loop {
            let mut page = self.store.read_stream(id, after, PAGE).await?;
            let full = page.len() == PAGE;
            after = page.last().map_or(after, |last| last.header.version());
            page.retain(|event| event.position <= cut);
            let keys = look_up(self.keys.as_ref(), &page, &opens).await?;
            let decoder = Decoder { origin: self.store.origin(), opens: &opens, keys: &keys };
            events.append(&mut decoder.decode(&page));
            if !full || page.len() < PAGE {
                return Ok(events);
            }
        }
    }
}

/// A key folded from its whole history.
pub struct Folded {
    /// All rows of the key, in all tables.
    pub entry_rows: Rows,
    pub key_rows: Rows,
    pub state: Option<Box<dyn KeyState>>,
    /// Where the last entry comes in the history, of those that do not commute.
    pub last: Option<crate::effective::Place>,
    /// Why it stops short, if it does.
    pub parked: Option<Parked>,
}

/// A key that goes no further until somebody looks into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parked {
    pub position: Position,
    pub event_id: Uuid,
    pub code: &'static str,
}

impl From<Obstacle> for Parked {
    fn from(obstacle: Obstacle) -> Self {
        Self { position: obstacle.position, event_id: obstacle.event_id, code: obstacle.why.code }
    }
}

/// Folds a key as the record was at `cut`; where that cannot be done, as it was just before the event in the way.
pub fn fold_whole(view: &dyn View, key: Key, streams: &[&[Decoded]], cut: Position) -> Folded {
    let failure = match fold_at(view, key, streams, cut) {
        Ok(folded) => return folded,
        Err(Failure::Obstacle(obstacle)) => Some(obstacle),
        Err(Failure::Poison(_)) => None,
    };
    let mut events: Vec<&Decoded> =
        streams.iter().flat_map(|stream| stream.iter()).filter(|event| event.position <= cut).collect();
    events.sort_by_key(|event| event.position);
    let limit = failure.map_or(cut, |obstacle| obstacle.position);
    let mut best = Position::START;
    let mut parked = failure.map(Parked::from);
    for event in events.into_iter().filter(|event| event.position <= limit) {
        match fold_at(view, key, streams, event.position) {
            Ok(_) => best = event.position,
            Err(Failure::Poison(poison)) => {
                let Decoded { position, event_id, .. } = *event;
                parked = Some(Parked { position, event_id, code: poison.code });
                break;
            }
            Err(Failure::Obstacle(obstacle)) => {
                parked = Some(obstacle.into());
                break;
            }
        }
    }
    let folded = fold_at(view, key, streams, best).unwrap_or_else(|_| Folded {
        entry_rows: Rows::for_tables(view.tables().len()),
        key_rows: Rows::for_tables(view.tables().len()),
        state: None,
        last: None,
        parked: None,
    });
    Folded { parked, ..folded }
}

enum Failure {
    Obstacle(Obstacle),
    Poison(Poison),
}

fn fold_at(view: &dyn View, key: Key, streams: &[&[Decoded]], cut: Position) -> Result<Folded, Failure> {
    if view.history() == History::AsWritten {
        return fold_written_at(view, key, streams, cut);
    }
    let standing: Vec<Vec<Entry>> = streams
        .iter()
        .map(|stream| standing(stream, cut))
        .collect::<Result<_, _>>()
        .map_err(Failure::Obstacle)?;
    let history = history_of(view, key, standing.iter().map(Vec::as_slice));
    let tables = view.tables().len();
    let mut folded = Folded {
        entry_rows: Rows::for_tables(tables),
        key_rows: Rows::for_tables(tables),
        state: None,
        last: history.iter().rev().find(|entry| !view.commutes(entry)).map(|entry| place(entry)),
        parked: None,
    };
    if history.is_empty() {
        return Ok(folded);
    }
    guard(|| {
        let mut state = view.start(key);
        for entry in &history {
            view.entry_rows(key, entry, &mut folded.entry_rows)?;
            if let Some(state) = &mut state {
                state.step(entry)?;
            }
        }
        if let Some(state) = &state {
            state.rows(&mut folded.key_rows);
        }
        folded.state = state;
        Ok(())
    })
    .map_err(Failure::Poison)?;
    Ok(folded)
}

/// Of a view of histories as they were written: the key is the stream.
fn fold_written_at(
    view: &dyn View,
    key: Key,
    streams: &[&[Decoded]],
    cut: Position,
) -> Result<Folded, Failure> {
    let tables = view.tables().len();
    let (mut entry_rows, mut key_rows) = (Rows::for_tables(tables), Rows::for_tables(tables));
    let mut history = Vec::new();
    for stream in streams {
        history.extend(written(stream, cut).map_err(Failure::Obstacle)?);
    }
    let state = guard(|| {
        let mut state = view.start(key).filter(|_| !history.is_empty());
        for (number, entry) in history.iter().enumerate() {
            view.entry_rows(key, entry, &mut entry_rows)?;
            match &mut state {
                Some(state) if state.looks_back(entry) => {
                    state.step_back(history.get(..=number).unwrap_or_default())?;
                }
                Some(state) => state.step(entry)?,
                None => {}
            }
        }
        if let Some(state) = &state {
            state.rows(&mut key_rows);
        }
        Ok(state)
    });
    let state = state.map_err(Failure::Poison)?;
    Ok(Folded { entry_rows, key_rows, state, last: history.last().map(place), parked: None })
}

/// Runs a piece of a fold; a panic in it is poison like any other, because one event never stops a county.
pub fn guard<T>(fold: impl FnOnce() -> Result<T, Poison>) -> Result<T, Poison> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(fold))
        .unwrap_or(Err(Poison { code: "the-fold-panicked" }))
}
