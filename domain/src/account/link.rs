//! An account is found to be a practitioner's.

use super::events::Linked;
use super::{Account, ONES_OWN, SOMEBODY_ELSES};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PractitionerId;
use crate::text::Line;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    pub practitioner: PractitionerId,
    pub issuer: Line,
}

impl Link {
    pub(super) fn decide(self, account: &Account, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if self.practitioner == act.actor {
            return Err(ONES_OWN);
        }
        match account.practitioner() {
            Some(before) if before == self.practitioner => return Ok(Vec::new()),
            Some(_) => return Err(SOMEBODY_ELSES),
            None => {}
        }
        let event = Linked { practitioner: self.practitioner, issuer: self.issuer };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::account::End;
    use crate::decider::testing::{ACTOR, nothing};

    pub(in crate::account) fn of(number: u128) -> Link {
        let issuer = Line::parse("https://id.example/").unwrap();
        Link { practitioner: PractitionerId(Uuid::from_u128(number)), issuer }
    }

    #[test]
    fn nobody_links_an_account_to_themselves() {
        let mine = Link { practitioner: ACTOR, ..of(1) };
        nothing::<Account>().when(mine).refused("ones-own");
    }

    #[test]
    fn an_account_is_one_practitioners_until_that_is_ended() {
        let linked = nothing::<Account>().after(of(1));
        assert_eq!(linked.stands().practitioner(), Some(of(1).practitioner));
        linked.when(of(1)).then_nothing();
        nothing::<Account>().after(of(1)).when(of(2)).refused("somebody-elses");
        let other = nothing::<Account>().after(of(1)).after(End { of: None }).after(of(2));
        assert_eq!(other.stands().practitioner(), Some(of(2).practitioner));
    }
}
