//! Somebody starts work at an agency, or changes team or telephone there.

use super::events::Registered;
use super::{Details, HAS_LEFT, ONES_OWN, Practitioner};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{AgencyId, TeamId};
use crate::sealed::Sealed;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Register {
    pub agency: AgencyId,
    pub team: Option<TeamId>,
    pub details: Details,
}

const AT_ANOTHER_AGENCY: Refusal = Refusal {
    code: "at-another-agency",
    sentence: "They are registered at another agency; register them anew where they work now.",
};

impl Register {
    pub(super) fn decide(self, practitioner: &Practitioner, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let key = match &practitioner.registered {
            Some(before) if before.agency != self.agency => return Err(AT_ANOTHER_AGENCY),
            Some(before) if before.team == self.team && before.details.known() == Some(&self.details) => {
                return Ok(Vec::new());
            }
            Some(_) if practitioner.left_on.is_some() => return Err(HAS_LEFT),
            // Their team's children are theirs to see: as good as a role.
            Some(before) if before.team != self.team && act.stream == act.actor.0 => return Err(ONES_OWN),
            Some(before) => before.details.key,
            None => act.fresh_key,
        };
        let event =
            Registered { agency: self.agency, team: self.team, details: Sealed::new(key, self.details) };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decider::testing::{ACTOR, AGENCY, Given, day, key, nothing};
    use crate::practitioner::Leave;
    use crate::text::Line;

    pub(in crate::practitioner) fn priya() -> Register {
        let details = Details { name: Line::parse("Priya Raman").unwrap(), telephone: None, email: None };
        Register { agency: AGENCY, team: None, details }
    }

    fn with_telephone() -> Register {
        let telephone = Line::parse("0113 496 0001").ok();
        Register { details: Details { telephone, ..priya().details }, ..priya() }
    }

    /// Whoever gives the orders of a test.
    pub(in crate::practitioner) fn myself() -> Given<Practitioner> {
        nothing().on(ACTOR.0).after(priya())
    }

    #[test]
    fn somebody_changes_their_own_telephone_and_not_their_own_team() {
        myself().when(with_telephone()).then_kinds(["practitioner.registered"]);
        let team = Some(TeamId(uuid::Uuid::from_u128(7)));
        myself().when(Register { team, ..priya() }).refused("ones-own");
        nothing::<Practitioner>()
            .after(priya())
            .when(Register { team, ..priya() })
            .then_kinds(["practitioner.registered"]);
    }

    #[test]
    fn a_practitioner_has_one_key_for_life() {
        nothing::<Practitioner>().when(priya()).then([Registered {
            agency: AGENCY,
            team: None,
            details: Sealed::new(key(1), priya().details),
        }
        .into()]);
        nothing::<Practitioner>().after(priya()).when(with_telephone()).then([Registered {
            agency: AGENCY,
            team: None,
            details: Sealed::new(key(1), with_telephone().details),
        }
        .into()]);
    }

    #[test]
    fn saying_the_same_again_adds_nothing_and_whoever_has_left_is_not_changed() {
        nothing::<Practitioner>().after(priya()).when(priya()).then_nothing();
        let left = || nothing::<Practitioner>().after(priya()).after(Leave { on: day("2026-03-31") });
        left().when(priya()).then_nothing();
        left().when(with_telephone()).refused("has-left");
    }

    #[test]
    fn a_practitioner_at_two_agencies_is_registered_twice() {
        let elsewhere = Register { agency: AgencyId(uuid::Uuid::from_u128(9)), ..priya() };
        nothing::<Practitioner>().after(priya()).when(elsewhere).refused("at-another-agency");
    }
}
