//! Somebody is given a role, from a day.

use chrono::NaiveDate;

use super::events::RoleGiven;
use super::{HAS_LEFT, NOT_REGISTERED, ONES_OWN, Practitioner};
use crate::access::Role;
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct GiveRole {
    pub role: Role,
    pub from: NaiveDate,
    /// The last day, where it is known.
    pub to: Option<NaiveDate>,
}

const ENDS_BEFORE_IT_STARTS: Refusal = Refusal {
    code: "ends-before-it-starts",
    sentence: "The last day of a role is not before its first; check both days.",
};

const THE_NODES_OWN: Refusal =
    Refusal { code: "the-nodes-own", sentence: "The role `system` is the node’s own; nobody is given it." };

impl GiveRole {
    pub(super) fn decide(self, practitioner: &Practitioner, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if practitioner.registered.is_none() {
            return Err(NOT_REGISTERED);
        }
        if self.role == Role::System {
            return Err(THE_NODES_OWN);
        }
        if act.stream == act.actor.0 {
            return Err(ONES_OWN);
        }
        if self.to.is_some_and(|to| to < self.from) {
            return Err(ENDS_BEFORE_IT_STARTS);
        }
        if practitioner.left_on.is_some_and(|last| last < self.from) {
            return Err(HAS_LEFT);
        }
        let event = RoleGiven { role: self.role, from: self.from, to: self.to };
        if practitioner.roles.contains(&event) {
            return Ok(Vec::new());
        }
        // Given now, whenever it takes effect: the days are in the fact.
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{day, nothing};
    use crate::practitioner::register::tests::{myself, priya};

    fn chair(from: &str, to: Option<&str>) -> GiveRole {
        GiveRole { role: Role::ConferenceChair, from: day(from), to: to.map(day) }
    }

    #[test]
    fn a_role_holds_from_its_first_day_to_its_last() {
        let given = nothing().after(priya()).after(chair("2026-03-01", Some("2026-03-31"))).stands();
        let roles = |on: &str| Practitioner::roles_on(&given, day(on));
        assert_eq!(roles("2026-02-28"), []);
        assert_eq!(roles("2026-03-01"), [Role::ConferenceChair]);
        assert_eq!(roles("2026-03-31"), [Role::ConferenceChair]);
        assert_eq!(roles("2026-04-01"), []);
    }

    #[test]
    fn the_same_role_for_the_same_time_is_given_once() {
        let given = nothing::<Practitioner>().after(priya()).after(chair("2026-03-01", None));
        given.when(chair("2026-03-01", None)).then_nothing();
    }

    #[test]
    fn a_role_is_cut_short_by_giving_its_last_day() {
        let given = nothing().after(priya()).after(chair("2026-03-01", None));
        let short = given.after(chair("2026-03-01", Some("2026-03-05"))).stands();
        assert_eq!(Practitioner::roles_on(&short, day("2026-03-06")), []);
    }

    #[test]
    fn nobody_is_given_the_nodes_role_and_nobody_gives_themselves_one() {
        let system = GiveRole { role: Role::System, ..chair("2026-03-01", None) };
        nothing::<Practitioner>().after(priya()).when(system).refused("the-nodes-own");
        myself().when(chair("2026-03-01", None)).refused("ones-own");
    }

    #[test]
    fn a_role_needs_somebody_and_a_first_day_before_its_last() {
        nothing::<Practitioner>().when(chair("2026-03-01", None)).refused("not-registered");
        nothing::<Practitioner>()
            .after(priya())
            .when(chair("2026-03-02", Some("2026-03-01")))
            .refused("ends-before-it-starts");
    }
}
