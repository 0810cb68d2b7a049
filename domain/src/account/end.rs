//! Nobody signs in with an account any more. Whoever has left the agency does not either way.

use super::Account;
use super::events::Ended;
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {}

impl End {
    pub(super) fn decide(self, account: &Account, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if account.practitioner().is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: Ended {}.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::link::tests::of;
    use crate::decider::testing::nothing;

    #[test]
    fn an_account_is_ended_once() {
        let ended = nothing::<Account>().after(of(1)).after(End {});
        assert_eq!(ended.stands().practitioner(), None);
        ended.when(End {}).then_nothing();
        nothing::<Account>().when(End {}).then_nothing();
    }
}
