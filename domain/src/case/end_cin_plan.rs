//! A child in need plan ends.

use chrono::NaiveDate;

use super::events::{CinPlanEnd, CinPlanEnded};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, may_act};
use super::state::{Case, CinPlan, Run};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::CinPlanId;
use crate::when::Occurred;

/// Ends a child in need plan.
#[derive(Clone, PartialEq, Debug)]
pub struct EndCinPlan {
    pub plan: CinPlanId,
    pub on: Occurred,
    pub reason: CinPlanEnd,
}

const ANOTHER_PLAN_BEGAN: Refusal = Refusal {
    code: "plans-overlap",
    sentence: "Another plan began before this day, and plans may not overlap; check both days.",
};

/// A plan is over before another begins.
pub(super) fn ends_apart(case: &Case, plan: &CinPlan, day: NaiveDate) -> Result<(), Refusal> {
    let run = plan.run().map(|run| Run { until: Some(day), ..run });
    let others = case.cin_plans().filter(|other| other.id != plan.id).filter_map(|other| other.run());
    let mut others = others.chain(case.cp_plans().into_iter().filter_map(|cp| cp.run()));
    if run.is_some_and(|run| others.any(|other| other.overlaps(run))) {
        return Err(ANOTHER_PLAN_BEGAN);
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: EndCinPlan) -> Result<Vec<NewEvent>, Refusal> {
    let EndCinPlan { plan, on, reason } = command;
    let (episode, standing) = case.cin_plan(plan)?;
    let who = case.known()?;
    if standing.ended.is_some() {
        return Err(ENDED_ALREADY);
    }
    may_act(episode, on, act)?;
    if standing.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        return Err(ENDS_BEFORE_IT_STARTS);
    }
    ends_apart(case, standing, on.day())?;
    let ended = CinPlanEnded {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        plan,
        reason: Some(reason),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_child_in_need_plan_ends_once() {
        being_assessed("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .and(|case| cin_plan_ended(case, "2026-02-17"))
            .order(|case| cin_plan_ended(case, "2026-02-18"))
            .refused("ended-already");
    }

    #[test]
    fn a_child_in_need_plan_does_not_end_before_it_starts() {
        being_assessed("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .order(|case| cin_plan_ended(case, "2026-02-09"))
            .refused("ends-before-it-starts");
    }

    #[test]
    fn a_plan_entered_late_ends_before_the_next_one_begins() {
        being_assessed("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-20"))
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .order(|case| {
                let late =
                    case.episodes[0].cin_plans.iter().min_by_key(|plan| plan.run().map(|run| run.from));
                EndCinPlan { plan: late.unwrap().id, on: on("2026-02-25"), reason: CinPlanEnd::SupportEnded }
                    .into()
            })
            .refused("plans-overlap");
    }
}
