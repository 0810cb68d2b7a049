//! A court makes an emergency protection order (Children Act 1989 section 44), until an instant that it states.

use chrono::{DateTime, Utc};

use super::emergency::{Emergency, last_end_of_order};
use super::events::EmergencyOrderGranted;
use super::rules::{ENDS_BEFORE_IT_STARTS, from_a_practitioner, has_happened};
use super::state::{Case, EmergencyOrder};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EmergencyOrderId;
use crate::when::Occurred;

/// Records an order.
#[derive(Clone, PartialEq, Debug)]
pub struct GrantEmergencyOrder {
    pub on: Occurred,
    /// As the court states it.
    pub until: DateTime<Utc>,
}

const LONGER_THAN_EIGHT_DAYS: Refusal = Refusal {
    code: "longer-than-eight-days",
    sentence: "An emergency protection order lasts at most eight days; read its end again from the order.",
};
const UNDER_AN_ORDER_ALREADY: Refusal = Refusal {
    code: "under-an-order-already",
    sentence: "An emergency protection order is in force then already; record that it was extended.",
};

pub(super) fn decide(case: &Case, act: &Act, command: GrantEmergencyOrder) -> Result<Vec<NewEvent>, Refusal> {
    let GrantEmergencyOrder { on, until } = command;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if until <= on.earliest() {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    if until > last_end_of_order(on.day()) {
        return Err(LONGER_THAN_EIGHT_DAYS);
    }
    let held: Vec<Emergency> = case.emergency_orders.iter().filter_map(EmergencyOrder::emergency).collect();
    if Emergency::holding(&held, on.earliest()).is_some() {
        return Err(UNDER_AN_ORDER_ALREADY);
    }
    let granted = EmergencyOrderGranted {
        child: who.child,
        authority: who.authority,
        order: EmergencyOrderId(act.command.part_of(act.stream, 0)),
        until,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: granted.into() }])
}

#[cfg(test)]
pub(super) mod tests {
    use crate::case::status::Standing;
    use crate::case::testing::*;

    pub(in crate::case) fn granted(until: &str) -> GrantEmergencyOrder {
        GrantEmergencyOrder { on: on("2026-02-27T15:00:00Z"), until: until.parse().unwrap() }
    }

    #[test]
    fn an_order_holds_until_the_end_the_court_stated() {
        let given = referred("2026-02-26").after(granted("2026-03-06T16:00:00Z"));
        let standing = |at: &str| CaseStatus::at(&given.history(), at.parse().unwrap()).standing;
        assert_eq!(standing("2026-03-06T15:59:59Z"), Standing::EmergencyOrder);
        assert_eq!(standing("2026-03-06T16:00:00Z"), Standing::Referred);
    }

    #[test]
    fn an_order_lasts_eight_days_at_most() {
        referred("2026-02-26").when(granted("2026-03-08T16:00:00Z")).refused("longer-than-eight-days");
        referred("2026-02-26").when(granted("2026-02-27T15:00:00Z")).refused("ends-before-it-starts");
    }

    #[test]
    fn a_child_is_under_one_order_at_a_time() {
        referred("2026-02-26")
            .after(granted("2026-03-06T16:00:00Z"))
            .when(granted("2026-03-07T16:00:00Z"))
            .refused("under-an-order-already");
    }
}
