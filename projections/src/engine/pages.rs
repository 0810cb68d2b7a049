//! The log in pages for a rebuild: read ahead, decoded once, each entry as it stands at last.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use event_store::{Position, Recorded};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::EngineError;
use super::history::{Log, Parked};
use crate::decode::{Decoder, look_up};
use crate::effective::{Fates, Told};
use crate::view::View;

/// How many events are read at once: some megabytes. Each view folds a page while it is still in the processor's
/// cache; a page of many more events would have left it.
const PAGE: usize = 2_000;
/// How many pages wait between two stages.
const AHEAD: usize = 2;
/// How many pages are decoded at once.
const DECODING: usize = 2;
/// All corrections' types begin with this.
const CORRECTIONS: &str = "entry.";

/// An event of a page.
pub struct Delivered {
    pub stream: Uuid,
    pub category: Arc<str>,
    pub content: Result<Told, Parked>,
}

pub type Page = Arc<Vec<Delivered>>;

/// How a rebuild gets on.
#[derive(Debug, Default)]
pub struct Progress {
    pub events_read: AtomicI64,
}

/// Which types of event any of the views opens.
#[derive(Clone)]
pub struct Opening(pub Arc<Vec<Arc<dyn View>>>);

impl Opening {
    pub fn opens(&self, kind: &str) -> bool {
        self.0.iter().any(|view| view.opens(kind))
    }
}

/// Learns what became of every corrected entry up to the head.
pub async fn learn_fates(log: &Log, opening: &Opening, head: Position) -> Result<Fates, EngineError> {
    let mut fates = Fates::default();
    let mut after = Position::START;
    loop {
        let mut page = log.store.read_kind(CORRECTIONS, after, PAGE).await?;
        let full = page.len() == PAGE;
        after = page.last().map_or(after, |last| last.position);
        page.retain(|event| event.position <= head);
        let opens = |kind: &str| opening.opens(kind);
        let keys = look_up(log.keys.as_ref(), &page, &opens).await?;
        let decoder = Decoder { origin: log.store.origin(), opens: &opens, keys: &keys };
        for decoded in decoder.decode(&page) {
            if let Ok(entry) = &decoded.content {
                fates.learn(entry);
            }
        }
        if !full || after >= head {
            return Ok(fates);
        }
    }
}

/// Reads the log up to a head. The last item is an empty page, or the error that ended it.
pub fn read(
    log: Log,
    opening: Opening,
    fates: Arc<Fates>,
    head: Position,
    progress: Arc<Progress>,
) -> mpsc::Receiver<Result<Page, EngineError>> {
    let (raw_out, mut raw_in) = mpsc::channel::<Result<Vec<Recorded>, EngineError>>(AHEAD);
    let (out, pages) = mpsc::channel(AHEAD);
    let store = Arc::clone(&log.store);
    tokio::spawn(async move {
        let mut after = Position::START;
        while after < head {
            let page = store.read_all(after, PAGE).await.map_err(EngineError::from);
            let page = page.map(|mut page| {
                page.retain(|event| event.position <= head);
                page
            });
            let last = page.as_ref().ok().and_then(|page| page.last()).map(|last| last.position);
            if raw_out.send(page).await.is_err() {
                return;
            }
            let Some(last) = last else { return };
            after = last;
        }
        // Nobody listens any more only when the rebuild has failed.
        let _ = raw_out.send(Ok(Vec::new())).await;
    });
    tokio::spawn(async move {
        let mut decoding = VecDeque::new();
        loop {
            let raw = if decoding.len() < DECODING { raw_in.recv().await } else { None };
            match raw {
                Some(raw) => decoding.push_back(start(&log, &opening, &fates, raw).await),
                None => {
                    let Some(page) = decoding.pop_front() else { return };
                    let page = finish(page).await;
                    if let Ok(page) = &page {
                        let read = i64::try_from(page.len()).unwrap_or_default();
                        progress.events_read.fetch_add(read, Ordering::Relaxed);
                    }
                    let failed = page.is_err();
                    if out.send(page).await.is_err() || failed {
                        return;
                    }
                }
            }
        }
    });
    pages
}

type Decoding = Result<tokio::task::JoinHandle<Page>, EngineError>;

async fn start(
    log: &Log,
    opening: &Opening,
    fates: &Arc<Fates>,
    raw: Result<Vec<Recorded>, EngineError>,
) -> Decoding {
    let raw = raw?;
    let keys = look_up(log.keys.as_ref(), &raw, &|kind| opening.opens(kind)).await?;
    let (store, opening, fates) = (Arc::clone(&log.store), opening.clone(), Arc::clone(fates));
    Ok(tokio::task::spawn_blocking(move || {
        let opens = |kind: &str| opening.opens(kind);
        let decoder = Decoder { origin: store.origin(), opens: &opens, keys: &keys };
        let delivered = decoder.decode(&raw).into_iter().map(|decoded| Delivered {
            stream: decoded.stream,
            category: decoded.category,
            content: match decoded.content {
                Ok(entry) => Ok(fates.tell(entry)),
                Err(why) => {
                    Err(Parked { position: decoded.position, event_id: decoded.event_id, code: why.code })
                }
            },
        });
        Arc::new(delivered.collect())
    }))
}

async fn finish(decoding: Decoding) -> Result<Page, EngineError> {
    decoding?.await.map_err(|_| EngineError::Stopped)
}
