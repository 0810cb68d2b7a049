//! A review conference decides whether a plan goes on or ends: nothing else can end it.

use std::collections::BTreeSet;

use super::codes::AbuseCategory;
use super::conference::are_named;
use super::events::{
    ConferenceDecision, ConferenceHeld, ConferenceKind, CpPlanCategoryChanged, CpPlanEnd, CpPlanEnded,
    CpPlanReviewed, Missing,
};
use super::rules::{may_act, sealed};
use super::state::{Case, CpPlan};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{ConferenceId, CpPlanId};
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records a review conference and what it decided.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldReviewConference {
    pub plan: CpPlanId,
    pub on: Occurred,
    pub decision: Decision,
    /// Who or what it went without; recorded, never in the way.
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

/// What the review decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// The plan goes on; `categories` when they are others from now on.
    Continue {
        categories: Option<BTreeSet<AbuseCategory>>,
    },
    End,
}

const NOT_ON_THE_PLAN: Refusal = Refusal {
    code: "not-on-this-plan",
    sentence: "The child is not on this plan on that day, so there is nothing to review; check the plan and the day.",
};
const ON_THE_FIRST_DAY: Refusal = Refusal {
    code: "review-before-the-plan",
    sentence: "A review comes after the day the plan started; check the day.",
};
const REVIEWED_THAT_DAY: Refusal = Refusal {
    code: "reviewed-that-day",
    sentence: "A review of this plan is on record for that day; correct that entry if it is wrong.",
};

/// A plan is reviewed while it runs, after its first day. (The review that ends it is on its last.)
pub(super) fn is_reviewable(plan: &CpPlan, on: Occurred, rules: &mut Rules) -> Result<(), Refusal> {
    let Some(run) = plan.run() else { return Ok(()) };
    if on.day() <= run.from {
        rules.broken(ON_THE_FIRST_DAY)?;
    }
    if run.until.is_some_and(|until| until < on.day()) {
        rules.broken(NOT_ON_THE_PLAN)?;
    }
    if plan.reviews.iter().any(|review| review.day() == on.day()) {
        rules.broken(REVIEWED_THAT_DAY)?;
    }
    Ok(())
}

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: HoldReviewConference,
) -> Result<Vec<NewEvent>, Refusal> {
    let HoldReviewConference { plan, on, decision, missing, reason } = command;
    let (episode, standing) = case.cp_plan(plan)?;
    let who = case.known()?;
    may_act(episode, on, act)?;
    is_reviewable(standing, on, &mut super::rules::from_a_practitioner())?;
    if decision == Decision::End {
        super::end_cp_plan::may_end(case, standing, on)?;
    }
    let conference = ConferenceId(act.command.part_of(act.stream, 0));
    let decided = match decision {
        Decision::Continue { .. } => ConferenceDecision::PlanContinues,
        Decision::End => ConferenceDecision::PlanEnds,
    };
    let held = ConferenceHeld {
        child: who.child,
        authority: who.authority.clone(),
        episode: episode.id,
        conference,
        kind: ConferenceKind::Review,
        section47: None,
        plan: Some(plan),
        decision: Some(decided),
        missing,
        reason: sealed(act, reason),
        testimony: None,
    };
    let reviewed = CpPlanReviewed {
        child: who.child,
        authority: who.authority.clone(),
        episode: episode.id,
        plan,
        conference: Some(conference),
        testimony: None,
    };
    let mut events = vec![
        NewEvent { occurred: on, event: held.into() },
        NewEvent { occurred: on, event: reviewed.into() },
    ];
    match decision {
        Decision::Continue { categories: None } => {}
        Decision::Continue { categories: Some(categories) } => {
            are_named(&categories)?;
            if categories != standing.categories_on(on.day()) {
                let changed = CpPlanCategoryChanged {
                    child: who.child,
                    authority: who.authority,
                    episode: episode.id,
                    plan,
                    categories,
                    conference: Some(conference),
                    testimony: None,
                };
                events.push(NewEvent { occurred: on, event: changed.into() });
            }
        }
        Decision::End => {
            let ended = CpPlanEnded {
                child: who.child,
                authority: who.authority,
                episode: episode.id,
                plan,
                reason: Some(CpPlanEnd::ReviewConference),
                conference: Some(conference),
                testimony: None,
            };
            events.push(NewEvent { occurred: on, event: ended.into() });
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn goes_on(categories: &[AbuseCategory]) -> Decision {
        Decision::Continue { categories: Some(categories.iter().copied().collect()) }
    }

    #[test]
    fn a_child_stays_on_a_plan_until_a_review_conference_ends_it() {
        let reviewed = on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::Continue { categories: None }));
        assert!(reviewed.stands().episodes[0].cp_plans[0].ended.is_none());
        reviewed.order(|case| review(case, "2026-03-04", Decision::End)).then_kinds([
            "conference.held",
            "cp-plan.reviewed",
            "cp-plan.ended",
        ]);
    }

    #[test]
    fn a_review_may_change_the_category() {
        on_a_plan("2025-10-06")
            .order(|case| review(case, "2026-01-06", goes_on(&[AbuseCategory::Emotional])))
            .then_kinds(["conference.held", "cp-plan.reviewed", "cp-plan.category-changed"]);
    }

    #[test]
    fn a_review_that_keeps_the_category_changes_nothing() {
        on_a_plan("2025-10-06")
            .order(|case| review(case, "2026-01-06", goes_on(&[AbuseCategory::Neglect])))
            .then_kinds(["conference.held", "cp-plan.reviewed"]);
    }

    #[test]
    fn a_plan_is_not_reviewed_on_the_day_it_starts() {
        on_a_plan("2025-10-06")
            .order(|case| {
                review(case, PLAN_STARTED_AFTER_2025_10_06, Decision::Continue { categories: None })
            })
            .refused("review-before-the-plan");
    }

    #[test]
    fn a_plan_that_ended_is_not_reviewed_again() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::End))
            .order(|case| review(case, "2026-02-03", Decision::Continue { categories: None }))
            .refused("not-on-this-plan");
    }

    #[test]
    fn a_review_held_while_the_plan_ran_may_be_entered_after_its_end() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-02-03", Decision::End))
            .order(|case| review(case, "2026-01-06", Decision::Continue { categories: None }))
            .then_kinds(["conference.held", "cp-plan.reviewed"]);
    }

    #[test]
    fn a_review_is_recorded_once() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::Continue { categories: None }))
            .order(|case| review(case, "2026-01-06", Decision::End))
            .refused("reviewed-that-day");
    }
}
