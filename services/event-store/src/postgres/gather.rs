//! Reads of streams, gathered: what is asked while others are on their way goes together in the next statement. Alone, a
//! read waits for nobody; under load it is the statement that costs, not the event.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Inner, rows, unavailable};
use crate::port::{Recorded, StoreError};

/// Statements on their way at once: a long stream does not keep the others waiting.
const LANES: usize = 2;
/// Asked by one statement at most.
const MOST: usize = 64;

/// What to read of one stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub stream: Uuid,
    pub after_version: i64,
    pub limit: i64,
}

type Events = Result<Vec<Recorded>, StoreError>;

#[derive(Debug)]
struct Asked {
    part: Part,
    answer: oneshot::Sender<Events>,
}

/// Who waits, and how many statements are on their way.
#[derive(Debug, Default)]
pub(super) struct Gathering(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    asked: VecDeque<Asked>,
    lanes: usize,
}

impl Gathering {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when whoever asks must see to it that they are answered.
    fn ask(&self, asked: Asked) -> bool {
        let mut waiting = self.lock();
        waiting.asked.push_back(asked);
        let opens = waiting.lanes < LANES;
        waiting.lanes += usize::from(opens);
        opens
    }
}

impl Inner {
    /// The events of one stream, read with those that others ask for at the same time.
    pub(super) async fn read_gathered(self: &Arc<Self>, part: Part) -> Events {
        let (answer, answered) = oneshot::channel();
        if self.gathering.ask(Asked { part, answer }) {
            self.runtime.spawn(Lane { inner: Arc::clone(self), is_open: true }.run());
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the read was given up".into())))
    }

    async fn read_parts(&self, asked: &[Asked]) -> Result<Vec<Row>, StoreError> {
        let client = self.readers.get().await.map_err(unavailable)?;
        let statement = client.prepare_cached(&self.reading.streams).await.map_err(unavailable)?;
        let of = |column: fn(&Part) -> i64| asked.iter().map(|asked| column(&asked.part)).collect::<Vec<_>>();
        let streams: Vec<Uuid> = asked.iter().map(|asked| asked.part.stream).collect();
        let (after, limits) = (of(|part| part.after_version), of(|part| part.limit));
        client.query(&statement, &[&streams, &after, &limits]).await.map_err(unavailable)
    }
}

/// Answers until nobody waits.
struct Lane {
    inner: Arc<Inner>,
    is_open: bool,
}

impl Lane {
    async fn run(mut self) {
        while let Some(asked) = self.next() {
            let found = self.inner.read_parts(&asked).await;
            answer(asked, found);
        }
    }

    fn next(&mut self) -> Option<Vec<Asked>> {
        let mut waiting = self.inner.gathering.lock();
        // Whoever has gone away needs no answer.
        waiting.asked.retain(|asked| !asked.answer.is_closed());
        let most = waiting.asked.len().min(MOST);
        if most == 0 {
            waiting.lanes -= 1;
            self.is_open = false;
            return None;
        }
        Some(waiting.asked.drain(..most).collect())
    }
}

/// A lane that was broken off is no longer one, and whoever waited for it is told so: the next who asks opens another.
impl Drop for Lane {
    fn drop(&mut self) {
        if self.is_open {
            let mut waiting = self.inner.gathering.lock();
            waiting.lanes -= 1;
            waiting.asked.clear();
        }
    }
}

fn answer(asked: Vec<Asked>, found: Result<Vec<Row>, StoreError>) {
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let error = Arc::new(error);
            for asked in asked {
                let _ = asked.answer.send(Err(StoreError::Unavailable(Box::new(Arc::clone(&error)))));
            }
            return;
        }
    };
    let mut answers: Vec<Events> = asked.iter().map(|_| Ok(Vec::new())).collect();
    for row in &found {
        let place = usize::try_from(row.get::<_, i64>(6)).unwrap_or_default();
        let Some(answer) = place.checked_sub(1).and_then(|place| answers.get_mut(place)) else { continue };
        match (rows::from_row(row), &mut *answer) {
            (Ok(event), Ok(events)) => events.push(event),
            (Err(error), Ok(_)) => *answer = Err(error),
            (_, Err(_)) => {}
        }
    }
    for (asked, mut events) in asked.into_iter().zip(answers) {
        // A join promises no order; they come in it all the same, and then this compares and moves nothing.
        if let Ok(events) = &mut events {
            events.sort_by_key(|event| event.position);
        }
        // Nobody may be waiting any longer.
        let _ = asked.answer.send(events);
    }
}
