//! A plan has other categories of abuse from now on.

use std::collections::BTreeSet;

use super::codes::AbuseCategory;
use super::conference::are_named;
use super::events::CpPlanCategoryChanged;
use super::rules::may_act;
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::CpPlanId;
use crate::when::Occurred;

/// Sets a plan's categories anew, outside a review that is on record.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangeCategory {
    pub plan: CpPlanId,
    pub on: Occurred,
    pub categories: BTreeSet<AbuseCategory>,
}

const NOT_ON_THE_PLAN: Refusal = Refusal {
    code: "not-on-this-plan",
    sentence: "The child is not on this plan on that day; check the plan and the day.",
};
const SAME_CATEGORIES: Refusal = Refusal {
    code: "same-categories",
    sentence: "The plan has these categories on that day already; nothing changes.",
};

pub(super) fn decide(case: &Case, act: &Act, command: ChangeCategory) -> Result<Vec<NewEvent>, Refusal> {
    let ChangeCategory { plan, on, categories } = command;
    let (episode, standing) = case.cp_plan(plan)?;
    let who = case.known()?;
    may_act(episode, on, act)?;
    are_named(&categories)?;
    if !standing.run().is_some_and(|run| run.covers(on.day())) {
        return Err(NOT_ON_THE_PLAN);
    }
    if categories == standing.categories_on(on.day()) {
        return Err(SAME_CATEGORIES);
    }
    let changed = CpPlanCategoryChanged {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        plan,
        categories,
        conference: None,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: changed.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn now_of(case: &Case, day: &str, categories: &[AbuseCategory]) -> Command {
        ChangeCategory { plan: cp_plan(case), on: on(day), categories: categories.iter().copied().collect() }
            .into()
    }

    #[test]
    fn two_categories_are_kept_as_two() {
        let both = [AbuseCategory::Neglect, AbuseCategory::Emotional];
        let changed = on_a_plan("2025-10-06").and(|case| now_of(case, "2026-01-06", &both)).stands();
        assert_eq!(changed.episodes[0].cp_plans[0].categories_on(day("2026-01-07")), both.into());
        assert_eq!(
            changed.episodes[0].cp_plans[0].categories_on(day("2026-01-05")),
            [AbuseCategory::Neglect].into()
        );
    }

    #[test]
    fn a_change_changes_something() {
        on_a_plan("2025-10-06")
            .order(|case| now_of(case, "2026-01-06", &[AbuseCategory::Neglect]))
            .refused("same-categories");
    }

    #[test]
    fn a_category_belongs_to_a_plan_that_runs() {
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::End))
            .order(|case| now_of(case, "2026-02-06", &[AbuseCategory::Physical]))
            .refused("not-on-this-plan");
    }
}
