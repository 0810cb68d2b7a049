//! What was answered, by what was asked: answers depend on the question alone, so they hold as long as the rules do.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use domain::access::Role;

/// Far more than the questions of a partnership. Beyond it the memory starts afresh.
const QUESTIONS_MAX: usize = 4096;

#[derive(Debug)]
pub(super) struct Remembered<Q, A>(RwLock<HashMap<Q, A>>);

impl<Q, A> Default for Remembered<Q, A> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<Q: Eq + Hash, A: Clone> Remembered<Q, A> {
    /// The answer given before, or this one. What could not be answered is asked again.
    pub(super) fn answer<E>(&self, question: Q, ask: impl FnOnce(&Q) -> Result<A, E>) -> Result<A, E> {
        if let Some(answer) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&question) {
            return Ok(answer.clone());
        }
        let answer = ask(&question)?;
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= QUESTIONS_MAX {
            answers.clear();
        }
        answers.insert(question, answer.clone());
        Ok(answer)
    }
}

/// Roles in one order: the same set is the same question.
pub(super) fn in_order(roles: &[Role]) -> Vec<Role> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_once_and_again_if_it_had_no_answer() {
        let remembered = Remembered::default();
        assert_eq!(remembered.answer("may they", |_| Err::<bool, _>("out of order")), Err("out of order"));
        assert_eq!(remembered.answer("may they", |_| Ok::<_, &str>(true)), Ok(true));
        assert_eq!(remembered.answer("may they", |_| Ok::<_, &str>(false)), Ok(true));
    }

    #[test]
    fn a_full_memory_starts_afresh() {
        let remembered = Remembered::default();
        for question in 0..=QUESTIONS_MAX {
            assert_eq!(remembered.answer(question, |_| Ok::<_, ()>(true)), Ok(true));
        }
        assert_eq!(remembered.answer(0, |_| Ok::<_, ()>(false)), Ok(false), "forgotten");
        assert_eq!(remembered.answer(QUESTIONS_MAX, |_| Ok::<_, ()>(false)), Ok(true), "the newest stays");
    }
}
