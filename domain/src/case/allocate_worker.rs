//! A worker is given a case, in a role. There is one lead practitioner at a time.

use super::events::{WorkerAllocated, WorkerEnded, WorkerRole};
use super::rules::{from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{AllocationId, PractitionerId, TeamId};
use crate::when::Occurred;

/// Allocates a case to a worker. A new lead practitioner takes over from the one before.
#[derive(Clone, PartialEq, Debug)]
pub struct AllocateWorker {
    pub practitioner: PractitionerId,
    pub role: WorkerRole,
    pub team: Option<TeamId>,
    pub on: Occurred,
}

const NO_OPEN_EPISODE: Refusal = Refusal {
    code: "case-not-open",
    sentence: "The case is not open on that day, so there is no work to allocate; record a referral first, or check the day.",
};
const ALLOCATED_ALREADY: Refusal = Refusal {
    code: "allocated-already",
    sentence: "This worker has the case in this role on that day already.",
};

pub(super) fn decide(case: &Case, act: &Act, command: AllocateWorker) -> Result<Vec<NewEvent>, Refusal> {
    let AllocateWorker { practitioner, role, team, on } = command;
    let day = on.day();
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if !case.episodes.iter().filter_map(|episode| episode.run()).any(|run| run.covers(day)) {
        return Err(NO_OPEN_EPISODE);
    }
    let mut events = Vec::new();
    for allocation in &case.allocations {
        let running = allocation.run().is_some_and(|run| run.covers(day));
        let Some(worker) = allocation.started.as_ref().map(|started| &started.value) else { continue };
        if !running || worker.role != role {
            continue;
        }
        if worker.practitioner == practitioner {
            return Err(ALLOCATED_ALREADY);
        }
        if role == WorkerRole::LeadPractitioner && allocation.ended.is_none() {
            let ended = WorkerEnded {
                child: who.child,
                authority: who.authority.clone(),
                allocation: allocation.id,
                practitioner: worker.practitioner,
                role,
                testimony: None,
            };
            events.push(NewEvent { occurred: on, event: ended.into() });
        }
    }
    let allocated = WorkerAllocated {
        child: who.child,
        authority: who.authority,
        allocation: AllocationId(act.command.part_of(act.stream, 0)),
        practitioner,
        role,
        team,
        testimony: None,
    };
    events.push(NewEvent { occurred: on, event: allocated.into() });
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_new_lead_practitioner_takes_over_from_the_one_before() {
        referred("2026-02-02")
            .after(lead(1, "2026-02-03"))
            .when(lead(2, "2026-02-20"))
            .then_kinds(["worker.ended", "worker.allocated"]);
    }

    #[test]
    fn a_worker_is_allocated_once_in_a_role() {
        referred("2026-02-02")
            .after(lead(1, "2026-02-03"))
            .when(lead(1, "2026-02-20"))
            .refused("allocated-already");
    }

    #[test]
    fn a_closed_case_has_nobody_to_lead_it() {
        closed_after_assessment("2026-01-05", "2026-02-06")
            .when(lead(1, "2026-02-20"))
            .refused("case-not-open");
    }
}
