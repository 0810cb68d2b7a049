//! A worker no longer has a case in a role.

use super::events::WorkerEnded;
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::AllocationId;
use crate::when::Occurred;

/// Ends an allocation.
#[derive(Clone, PartialEq, Debug)]
pub struct EndAllocation {
    pub allocation: AllocationId,
    pub on: Occurred,
}

const NOT_ON_RECORD: Refusal = Refusal {
    code: "allocation-not-on-record",
    sentence: "The start of this allocation is not on record any more; allocate the worker again first.",
};

pub(super) fn decide(case: &Case, act: &Act, command: EndAllocation) -> Result<Vec<NewEvent>, Refusal> {
    let EndAllocation { allocation, on } = command;
    let standing = case.allocation(allocation)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if standing.ended.is_some() {
        return Err(ENDED_ALREADY);
    }
    let Some(started) = &standing.started else { return Err(NOT_ON_RECORD) };
    if on.day() < started.day() {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    let ended = WorkerEnded {
        child: who.child,
        authority: who.authority,
        allocation,
        practitioner: started.value.practitioner,
        role: started.value.role,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn over_on(case: &Case, day: &str) -> Command {
        EndAllocation { allocation: case.allocations[0].id, on: on(day) }.into()
    }

    #[test]
    fn an_allocation_ends_once() {
        referred("2026-02-02")
            .after(lead(1, "2026-02-03"))
            .and(|case| over_on(case, "2026-02-20"))
            .order(|case| over_on(case, "2026-02-23"))
            .refused("ended-already");
    }

    #[test]
    fn an_allocation_does_not_end_before_it_starts() {
        referred("2026-02-02")
            .after(lead(1, "2026-02-03"))
            .order(|case| over_on(case, "2026-02-02"))
            .refused("ends-before-it-starts");
    }
}
