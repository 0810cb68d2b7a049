//! Somebody has signed in.

use super::Session;
use super::events::Opened;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{AccountId, PractitionerId};
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Open {
    pub account: AccountId,
    pub practitioner: PractitionerId,
}

const OPENED_BEFORE: Refusal =
    Refusal { code: "opened-before", sentence: "This session was opened before; sign in again." };

impl Open {
    pub(super) fn decide(self, session: &Session, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if session.was_opened() {
            return Err(OPENED_BEFORE);
        }
        let event = Opened { account: self.account, practitioner: self.practitioner };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::decider::testing::nothing;

    pub(in crate::session) fn of(number: u128) -> Open {
        Open {
            account: AccountId(Uuid::from_u128(number)),
            practitioner: PractitionerId(Uuid::from_u128(number)),
        }
    }

    #[test]
    fn a_session_is_opened_once_by_one_account() {
        let opened = nothing::<Session>().after(of(1));
        let (account, _) = opened.stands().open().unwrap();
        assert_eq!(account, of(1).account);
        opened.when(of(2)).refused("opened-before");
    }
}
