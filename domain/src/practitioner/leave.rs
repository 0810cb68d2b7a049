//! Somebody leaves the agency. Their open work is found by the views, not refused here: people leave.

use chrono::NaiveDate;

use super::events::Left;
use super::{NOT_REGISTERED, ONES_OWN, Practitioner};
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Leave {
    /// The last day at work; it may be ahead.
    pub on: NaiveDate,
}

impl Leave {
    pub(super) fn decide(self, practitioner: &Practitioner, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if practitioner.registered.is_none() {
            return Err(NOT_REGISTERED);
        }
        if act.stream == act.actor.0 {
            return Err(ONES_OWN);
        }
        if practitioner.left_on == Some(self.on) {
            return Ok(Vec::new());
        }
        let event = Left { on: self.on };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::decider::testing::{day, nothing};
    use crate::practitioner::GiveRole;
    use crate::practitioner::register::tests::{myself, priya};

    fn on(text: &str) -> Leave {
        Leave { on: day(text) }
    }

    #[test]
    fn after_the_last_day_every_role_is_gone() {
        let role = GiveRole { role: Role::SocialWorker, from: day("2026-01-01"), to: None };
        let left = nothing::<Practitioner>().after(priya()).after(role.clone()).after(on("2026-03-31"));
        assert_eq!(left.stands().roles_on(day("2026-03-31")), [Role::SocialWorker]);
        assert_eq!(left.stands().roles_on(day("2026-04-01")), []);
        left.when(GiveRole { from: day("2026-04-01"), ..role }).refused("has-left");
    }

    #[test]
    fn nobody_says_when_they_leave_themselves_nor_puts_it_off() {
        myself().when(on("2026-03-31")).refused("ones-own");
    }

    #[test]
    fn the_last_day_may_move_but_is_not_said_twice() {
        nothing::<Practitioner>()
            .after(priya())
            .after(on("2026-03-31"))
            .when(on("2026-03-31"))
            .then_nothing();
        nothing::<Practitioner>()
            .after(priya())
            .after(on("2026-03-31"))
            .when(on("2026-04-30"))
            .then_kinds(["practitioner.left"]);
        nothing::<Practitioner>().when(on("2026-03-31")).refused("not-registered");
    }
}
