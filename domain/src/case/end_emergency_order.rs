//! An emergency protection order ends before the instant it states: discharged, or another order takes its place.

use super::emergency::may_end;
use super::events::{EmergencyOrderEnd, EmergencyOrderEnded};
use super::rules::{from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EmergencyOrderId;
use crate::when::Occurred;

/// Records the end of an order.
#[derive(Clone, PartialEq, Debug)]
pub struct EndEmergencyOrder {
    pub order: EmergencyOrderId,
    pub on: Occurred,
    pub reason: EmergencyOrderEnd,
}

pub(super) fn decide(case: &Case, act: &Act, command: EndEmergencyOrder) -> Result<Vec<NewEvent>, Refusal> {
    let EndEmergencyOrder { order, on, reason } = command;
    let standing = case.emergency_order(order)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    may_end(standing.emergency(), standing.ended.as_ref(), on)?;
    let ended =
        EmergencyOrderEnded { child: who.child, authority: who.authority, order, reason, testimony: None };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::grant_emergency_order::tests::granted;
    use crate::case::status::Standing;
    use crate::case::testing::*;

    fn discharged(case: &Case, at: &str) -> Command {
        let order = case.emergency_orders[0].id;
        EndEmergencyOrder { order, on: on(at), reason: EmergencyOrderEnd::Discharged }.into()
    }

    fn under_an_order() -> Given<Case> {
        referred("2026-02-26").after(granted("2026-03-06T16:00:00Z"))
    }

    #[test]
    fn a_discharged_order_holds_no_longer() {
        let given = under_an_order().and(|case| discharged(case, "2026-03-02T11:00:00Z"));
        let standing = |at: &str| CaseStatus::at(&given.history(), at.parse().unwrap()).standing;
        assert_eq!(standing("2026-03-02T10:59:00Z"), Standing::EmergencyOrder);
        assert_eq!(standing("2026-03-02T11:00:00Z"), Standing::Referred);
    }

    #[test]
    fn an_order_ends_once_and_while_it_holds() {
        under_an_order().order(|case| discharged(case, "2026-02-26")).refused("ends-before-it-starts");
        under_an_order().order(|case| discharged(case, "2026-03-06T16:00:00Z")).refused("lapsed-by-then");
        under_an_order()
            .and(|case| discharged(case, "2026-03-02T11:00:00Z"))
            .order(|case| discharged(case, "2026-03-03T11:00:00Z"))
            .refused("ended-already");
    }
}
