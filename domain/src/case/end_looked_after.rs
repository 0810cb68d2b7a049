//! The authority no longer looks after a child.

use super::events::{LookedAfterEnd, LookedAfterEnded};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::LookedAfterId;
use crate::when::Occurred;

/// Records that a child is looked after no longer.
#[derive(Clone, PartialEq, Debug)]
pub struct EndLookedAfter {
    pub looked_after: LookedAfterId,
    pub on: Occurred,
    pub reason: LookedAfterEnd,
}

pub(super) fn decide(case: &Case, act: &Act, command: EndLookedAfter) -> Result<Vec<NewEvent>, Refusal> {
    let EndLookedAfter { looked_after, on, reason } = command;
    let period = case.period_looked_after(looked_after)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if period.ended.is_some() {
        return Err(ENDED_ALREADY);
    }
    if period.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    let ended = LookedAfterEnded {
        child: who.child,
        authority: who.authority,
        looked_after,
        reason,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn home_on(case: &Case, day: &str) -> Command {
        EndLookedAfter {
            looked_after: case.looked_after[0].id,
            on: on(day),
            reason: LookedAfterEnd::ReturnedHome,
        }
        .into()
    }

    fn looked_after() -> Given<Case> {
        being_assessed("2026-02-02").after(StartLookedAfter {
            on: on("2026-02-10"),
            legal_status: LegalStatus::Section20,
            until: None,
        })
    }

    #[test]
    fn a_child_returns_home_once() {
        looked_after()
            .and(|case| home_on(case, "2026-02-17"))
            .order(|case| home_on(case, "2026-02-18"))
            .refused("ended-already");
    }

    #[test]
    fn a_child_does_not_return_before_leaving() {
        looked_after().order(|case| home_on(case, "2026-02-09")).refused("ends-before-it-starts");
    }
}
