//! Figures that were counted within the last minute. All of them at a glance is the dearest page there is, and several
//! managers open it on a Monday morning: a page that asks for now is told what was known up to a minute ago, and says when.
//! A page of the past is told what was known at its own place. Whoever asks the same meanwhile waits for one counting.
//!
//! What is kept is true of one place in the record and stays so, but for what is erased; who may read it is asked each time.
//! Left out: one measure by itself, the API.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use event_store::Position;
use projections::management::{Asked, Value};

/// So long they are shown again.
const FRESH: TimeDelta = TimeDelta::seconds(60);
/// Questions kept; there are a few of each authority.
const QUESTIONS_MAX: usize = 64;

/// What was counted, when, and up to which place in the record.
#[derive(Clone, Debug)]
pub struct Glance {
    pub known: Position,
    pub counted_at: DateTime<Utc>,
    pub values: Arc<Vec<Value>>,
}

/// What is asked, but for where in the record now is; `None` of now.
type Question = (Asked, Option<Position>);
type Kept = Arc<tokio::sync::Mutex<Option<Glance>>>;

/// See the module.
#[derive(Default, Debug)]
pub struct Lately(Mutex<Vec<(Question, Kept)>>);

impl Lately {
    /// What was counted of a question lately, or is counted now; of the past, at the very place that is asked for.
    ///
    /// # Errors
    /// Those of counting.
    pub async fn glance<E>(
        &self,
        (asked, is_now): (&Asked, bool),
        now: DateTime<Utc>,
        count: impl AsyncFnOnce() -> Result<Vec<Value>, E>,
    ) -> Result<Glance, E> {
        let kept = self.kept(asked, is_now);
        let mut kept = kept.lock().await;
        let is_fresh = |glance: &&Glance| (TimeDelta::zero()..FRESH).contains(&(now - glance.counted_at));
        if let Some(glance) = kept.as_ref().filter(is_fresh) {
            return Ok(glance.clone());
        }
        let counted = Glance { known: asked.known, counted_at: now, values: Arc::new(count().await?) };
        Ok(kept.insert(counted).clone())
    }

    /// The place of a question; the oldest question gives way.
    fn kept(&self, asked: &Asked, is_now: bool) -> Kept {
        let question = (Asked { known: Position::START, ..asked.clone() }, (!is_now).then_some(asked.known));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, kept)) = all.iter().find(|(known, _)| *known == question) {
            return Arc::clone(kept);
        }
        if all.len() >= QUESTIONS_MAX {
            all.remove(0);
        }
        let kept = Kept::default();
        all.push((question, Arc::clone(&kept)));
        kept
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use projections::management::window::Window;
    use projections::management::{Detail, Whose};

    use super::*;

    fn asked(whose: Whose, known: u128) -> Asked {
        let window = Window::year_to("2026-02-28".parse().unwrap());
        Asked { whose, window, known: Position::from_raw(known), detail: Detail::Whole }
    }

    #[tokio::test]
    async fn a_question_is_counted_once_a_minute_and_says_up_to_where() {
        let (lately, counted) = (Lately::default(), Cell::new(0));
        let at = |second: i64| {
            "2026-03-10T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(second)
        };
        let glance = async |whose, known, second| {
            let count = async || {
                counted.set(counted.get() + 1);
                Ok::<_, Infallible>(Vec::new())
            };
            let is_now = known < 100;
            lately.glance((&asked(whose, known), is_now), at(second), count).await.unwrap().known.raw()
        };
        assert_eq!(glance(Whose::Everybodys, 7, 0).await, 7);
        assert_eq!(glance(Whose::Everybodys, 9, 59).await, 7, "of a minute ago");
        let leeds = || Whose::Authoritys("383".parse().unwrap());
        assert_eq!(glance(leeds(), 9, 59).await, 9, "another question");
        assert_eq!(glance(Whose::Everybodys, 11, 60).await, 11);
        assert_eq!(glance(Whose::Everybodys, 12, 30).await, 12, "a clock that was set back");
        assert_eq!(counted.get(), 4);
        assert_eq!(glance(Whose::Everybodys, 107, 30).await, 107, "of the past: not what is known now");
        assert_eq!(glance(Whose::Everybodys, 108, 30).await, 108, "nor of another time");
        assert_eq!(glance(Whose::Everybodys, 107, 40).await, 107);
        assert_eq!(counted.get(), 6);
    }
}
