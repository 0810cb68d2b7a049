//! A protection plan ends by itself: the child is eighteen, has died, or has a plan in another authority now.

use super::events::{CpPlanEnd, CpPlanEnded};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, may_act};
use super::state::{Case, CpPlan, Run};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::CpPlanId;
use crate::when::Occurred;

/// Records that a plan ended without a decision of this authority's.
#[derive(Clone, PartialEq, Debug)]
pub struct EndCpPlan {
    pub plan: CpPlanId,
    pub on: Occurred,
    pub reason: CpPlanEnd,
}

pub(super) const ONLY_A_REVIEW: Refusal = Refusal {
    code: "only-a-review-conference-ends-a-plan",
    sentence: "Only a review conference can decide to end a plan; record that conference with its decision.",
};
const A_LATER_REVIEW: Refusal = Refusal {
    code: "reviewed-after-this-day",
    sentence: "A review of this plan is on record for a later day, so it had not ended; check the day, or correct that review.",
};

const ANOTHER_PLAN_BEGAN: Refusal = Refusal {
    code: "plans-overlap",
    sentence: "Another plan began before this day, and plans may not overlap; check both days.",
};

/// A plan ends once, after it started and not before its last review.
pub(super) fn may_end(case: &Case, plan: &CpPlan, on: Occurred) -> Result<(), Refusal> {
    if plan.ended.is_some() {
        return Err(ENDED_ALREADY);
    }
    if plan.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    if plan.reviews.iter().any(|review| on.day() < review.day()) {
        return Err(A_LATER_REVIEW);
    }
    let Some(run) = plan.run().map(|run| Run { until: Some(on.day()), ..run }) else { return Ok(()) };
    let other_cp =
        case.cp_plans().into_iter().filter(|other| other.id != plan.id).filter_map(|other| other.run());
    let cin = case.cin_plans().filter_map(|cin| cin.run());
    if other_cp.chain(cin).any(|other| other.overlaps(run)) {
        return Err(ANOTHER_PLAN_BEGAN);
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: EndCpPlan) -> Result<Vec<NewEvent>, Refusal> {
    let EndCpPlan { plan, on, reason } = command;
    let (episode, standing) = case.cp_plan(plan)?;
    let who = case.known()?;
    may_act(episode, on, act)?;
    if reason == CpPlanEnd::ReviewConference {
        return Err(ONLY_A_REVIEW);
    }
    may_end(case, standing, on)?;
    let ended = CpPlanEnded {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        plan,
        reason: Some(reason),
        conference: None,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn plan_ends(case: &Case, day: &str, reason: CpPlanEnd) -> Command {
        EndCpPlan { plan: cp_plan(case), on: on(day), reason }.into()
    }

    #[test]
    fn nobody_ends_a_plan_outside_a_review_conference() {
        on_a_plan("2025-10-06")
            .order(|case| plan_ends(case, "2026-02-03", CpPlanEnd::ReviewConference))
            .refused("only-a-review-conference-ends-a-plan");
    }

    #[test]
    fn a_plan_ends_when_another_authority_takes_it_over() {
        on_a_plan("2025-10-06")
            .order(|case| plan_ends(case, "2026-02-03", CpPlanEnd::TransferredOut))
            .then_kinds(["cp-plan.ended"]);
    }

    #[test]
    fn a_plan_had_not_ended_before_its_last_review() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-02-03", Decision::Continue { categories: None }))
            .order(|case| plan_ends(case, "2026-01-20", CpPlanEnd::Died))
            .refused("reviewed-after-this-day");
    }

    #[test]
    fn a_plan_ends_once() {
        on_a_plan("2025-10-06")
            .and(|case| plan_ends(case, "2026-01-20", CpPlanEnd::Died))
            .order(|case| plan_ends(case, "2026-01-21", CpPlanEnd::Died))
            .refused("ended-already");
    }
}
