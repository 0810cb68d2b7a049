//! Whoever had a session signed out.

use super::Session;
use super::events::Closed;
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Close {}

impl Close {
    pub(super) fn decide(self, session: &Session, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if session.open().is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: Closed {}.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::nothing;
    use crate::session::open::tests::of;

    #[test]
    fn a_session_is_closed_once_and_never_opened_again() {
        let closed = nothing::<Session>().after(of(1)).after(Close {});
        assert!(closed.stands().open().is_none());
        closed.when(Close {}).then_nothing();
        nothing::<Session>().after(of(1)).after(Close {}).when(of(1)).refused("opened-before");
        nothing::<Session>().when(Close {}).then_nothing();
    }
}
