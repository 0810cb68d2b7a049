//! Somebody has a role no more, from a day on; also from a day to come.

use chrono::NaiveDate;

use super::events::RoleEnded;
use super::{NOT_REGISTERED, ONES_OWN, Practitioner};
use crate::access::Role;
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct EndRole {
    pub role: Role,
    /// The first day without it.
    pub from: NaiveDate,
}

impl EndRole {
    pub(super) fn decide(self, practitioner: &Practitioner, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if practitioner.registered.is_none() {
            return Err(NOT_REGISTERED);
        }
        if act.stream == act.actor.0 {
            return Err(ONES_OWN);
        }
        let is_theirs_then = |given: &super::events::RoleGiven| {
            given.role == self.role && given.to.is_none_or(|to| self.from <= to)
        };
        if !practitioner.roles.iter().any(is_theirs_then) {
            return Ok(Vec::new());
        }
        let event = RoleEnded { role: self.role, from: self.from };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, day, nothing};
    use crate::practitioner::GiveRole;
    use crate::practitioner::register::tests::{myself, priya};

    fn worker(from: &str, to: Option<&str>) -> GiveRole {
        GiveRole { role: Role::SocialWorker, from: day(from), to: to.map(day) }
    }

    fn no_worker(from: &str) -> EndRole {
        EndRole { role: Role::SocialWorker, from: day(from) }
    }

    fn is_worker(given: &Given<Practitioner>, on: &str) -> bool {
        given.stands().roles_on(day(on)).contains(&Role::SocialWorker)
    }

    #[test]
    fn a_role_ends_from_a_day_on_and_one_that_would_begin_later_does_not_begin() {
        let given = nothing().after(priya()).after(worker("2026-03-01", None));
        let given = given.after(worker("2026-06-01", Some("2026-06-30"))).after(no_worker("2026-03-10"));
        assert!(is_worker(&given, "2026-03-09"));
        for after in ["2026-03-10", "2026-06-15"] {
            assert!(!is_worker(&given, after), "{after}");
        }
    }

    #[test]
    fn a_role_that_was_given_by_mistake_is_gone_the_same_day() {
        let given = nothing().after(priya()).after(worker("2026-03-10", None)).after(no_worker("2026-03-10"));
        assert!(!is_worker(&given, "2026-03-10"));
        let again = given.after(worker("2026-03-10", None));
        assert!(is_worker(&again, "2026-03-10"), "given again");
    }

    #[test]
    fn other_roles_go_on_and_what_ended_before_ends_once() {
        let manager = GiveRole { role: Role::TeamManager, ..worker("2026-03-01", None) };
        let given = nothing::<Practitioner>().after(priya()).after(manager).after(worker("2026-03-01", None));
        let ended = given.after(no_worker("2026-03-10"));
        assert_eq!(ended.stands().roles_on(day("2026-03-10")), [Role::TeamManager]);
        ended.when(no_worker("2026-03-10")).then_nothing();
    }

    #[test]
    fn a_role_is_ended_of_somebody_registered_and_by_somebody_else() {
        nothing::<Practitioner>().when(no_worker("2026-03-10")).refused("not-registered");
        myself().when(no_worker("2026-03-10")).refused("ones-own");
    }
}
