//! Nobody signs in with an account any more. Whoever has left the agency does not either way.

use super::events::Ended;
use super::{Account, ONES_OWN, SOMEBODY_ELSES};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PractitionerId;
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// Whose it is, where that was said.
    pub of: Option<PractitionerId>,
}

impl End {
    pub(super) fn decide(self, account: &Account, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let Some(whose) = account.practitioner() else { return Ok(Vec::new()) };
        if self.of.is_some_and(|of| of != whose) {
            return Err(SOMEBODY_ELSES);
        }
        if whose == act.actor {
            return Err(ONES_OWN);
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: Ended {}.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::events::Linked;
    use crate::account::link::tests::of;
    use crate::decider::testing::{ACTOR, nothing};
    use crate::text::Line;

    const NOW: End = End { of: None };

    #[test]
    fn an_account_is_ended_once() {
        let ended = nothing::<Account>().after(of(1)).after(NOW);
        assert_eq!(ended.stands().practitioner(), None);
        assert_eq!(ended.stands().was_last(), Some(of(1).practitioner));
        ended.when(NOW).then_nothing();
        nothing::<Account>().when(NOW).then_nothing();
    }

    #[test]
    fn an_account_is_ended_of_whom_it_is() {
        let of_another = End { of: Some(of(2).practitioner) };
        nothing::<Account>().after(of(1)).when(of_another).refused("somebody-elses");
        let of_them = End { of: Some(of(1).practitioner) };
        nothing::<Account>().after(of(1)).when(of_them).then_kinds(["account.ended"]);
    }

    #[test]
    fn nobody_ends_an_account_of_their_own() {
        let issuer = Line::parse("https://id.example/").unwrap();
        let mine = nothing::<Account>().with(Linked { practitioner: ACTOR, issuer });
        mine.when(NOW).refused("ones-own");
    }
}
