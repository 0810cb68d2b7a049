//! A court extends an emergency protection order, once, by seven days at most (Children Act 1989 section 45(5), (6)).

use chrono::{DateTime, Utc};

use super::emergency::LAPSED_BY_THEN;
use super::emergency::last_end_of_extension;
use super::events::EmergencyOrderExtended;
use super::rules::{ENDED_ALREADY, from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EmergencyOrderId;
use crate::when::Occurred;

/// Records an extension.
#[derive(Clone, PartialEq, Debug)]
pub struct ExtendEmergencyOrder {
    pub order: EmergencyOrderId,
    pub on: Occurred,
    /// As the court states it.
    pub until: DateTime<Utc>,
}

const EXTENDED_ALREADY: Refusal = Refusal {
    code: "extended-already",
    sentence: "An emergency protection order is extended once only; if the end on record is wrong, correct that entry.",
};
const NOT_AN_EXTENSION: Refusal = Refusal {
    code: "not-an-extension",
    sentence: "An extension ends later than the order, by seven days at most; read its end again from the order.",
};

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: ExtendEmergencyOrder,
) -> Result<Vec<NewEvent>, Refusal> {
    let ExtendEmergencyOrder { order, on, until } = command;
    let standing = case.emergency_order(order)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if standing.ended.is_some() {
        return Err(ENDED_ALREADY);
    }
    if standing.extended.is_some() {
        return Err(EXTENDED_ALREADY);
    }
    if let Some(stated) = standing.stated_end() {
        if stated <= on.earliest() {
            return Err(LAPSED_BY_THEN);
        }
        if until <= stated || until > last_end_of_extension(stated) {
            return Err(NOT_AN_EXTENSION);
        }
    }
    let extended =
        EmergencyOrderExtended { child: who.child, authority: who.authority, order, until, testimony: None };
    Ok(vec![NewEvent { occurred: on, event: extended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::grant_emergency_order::tests::granted;
    use crate::case::status::Standing;
    use crate::case::testing::*;

    fn under_an_order() -> Given<Case> {
        referred("2026-02-26").after(granted("2026-03-06T16:00:00Z"))
    }

    fn extended(case: &Case, made: &str, until: &str) -> Command {
        ExtendEmergencyOrder {
            order: case.emergency_orders[0].id,
            on: on(made),
            until: until.parse().unwrap(),
        }
        .into()
    }

    #[test]
    fn an_extended_order_holds_until_its_new_end() {
        let given = under_an_order().and(|case| extended(case, "2026-03-05", "2026-03-12T16:00:00Z"));
        let standing = |at: &str| CaseStatus::at(&given.history(), at.parse().unwrap()).standing;
        assert_eq!(standing("2026-03-06T16:00:00Z"), Standing::EmergencyOrder);
        assert_eq!(standing("2026-03-12T16:00:00Z"), Standing::Referred);
    }

    #[test]
    fn an_order_is_extended_once() {
        under_an_order()
            .and(|case| extended(case, "2026-03-05", "2026-03-12T16:00:00Z"))
            .order(|case| extended(case, "2026-03-06", "2026-03-13T16:00:00Z"))
            .refused("extended-already");
    }

    #[test]
    fn an_extension_is_of_seven_days_at_most_and_made_before_the_order_lapses() {
        let tried = |made, until| under_an_order().order(|case| extended(case, made, until));
        tried("2026-03-05", "2026-03-13T16:01:00Z").refused("not-an-extension");
        tried("2026-03-05", "2026-03-06T16:00:00Z").refused("not-an-extension");
        tried("2026-03-06T16:00:00Z", "2026-03-12T16:00:00Z").refused("lapsed-by-then");
    }
}
