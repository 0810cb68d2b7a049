//! A child in need plan begins.

use super::events::CinPlanStarted;
use super::rules::{from_a_practitioner, may_act};
use super::state::{Case, Run};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{CinPlanId, EpisodeId};
use crate::testimony::Rules;
use crate::when::Occurred;

/// Starts a child in need plan, perhaps as a step down from a protection plan.
#[derive(Clone, PartialEq, Debug)]
pub struct StartCinPlan {
    pub episode: EpisodeId,
    pub on: Occurred,
}

const ON_A_PROTECTION_PLAN: Refusal = Refusal {
    code: "on-a-protection-plan",
    sentence: "The child is on a child protection plan on that day, and the two may not overlap; a review conference ends that plan first.",
};
const ONE_AT_A_TIME: Refusal = Refusal {
    code: "on-a-child-in-need-plan",
    sentence: "The child has a child in need plan on that day already; end it before another begins.",
};

/// One child in need plan at a time, and none beside a protection plan.
pub(super) fn may_run(
    case: &Case,
    plan: Option<CinPlanId>,
    run: Run,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if case.cp_plans().iter().filter_map(|cp| cp.run()).any(|cp| cp.overlaps(run)) {
        rules.broken(ON_A_PROTECTION_PLAN)?;
    }
    let mut others = case.cin_plans().filter(|other| Some(other.id) != plan).filter_map(|other| other.run());
    if others.any(|other| other.overlaps(run)) {
        rules.broken(ONE_AT_A_TIME)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: StartCinPlan) -> Result<Vec<NewEvent>, Refusal> {
    let StartCinPlan { episode, on } = command;
    let who = case.known()?;
    may_act(case.episode(episode)?, on, act)?;
    may_run(case, None, Run::on(on.day()), &mut from_a_practitioner())?;
    let started = CinPlanStarted {
        child: who.child,
        authority: who.authority,
        episode,
        plan: CinPlanId(act.command.part_of(act.stream, 0)),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: started.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_child_in_need_plan_and_a_protection_plan_may_not_overlap() {
        on_a_plan("2026-01-05").order(|case| cin_plan_on(case, "2026-02-09")).refused("on-a-protection-plan");
    }

    #[test]
    fn a_child_steps_down_on_the_day_the_review_conference_ends_the_plan() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::End))
            .order(|case| cin_plan_on(case, "2026-01-06"))
            .then_kinds(["cin-plan.started"]);
    }

    #[test]
    fn a_child_has_one_child_in_need_plan_at_a_time() {
        being_assessed("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .order(|case| cin_plan_on(case, "2026-02-17"))
            .refused("on-a-child-in-need-plan");
    }
}
