//! The core group of a protection plan meets: first within ten working days of the conference, then as the plan says.

use std::collections::BTreeSet;

use super::events::{CoreGroupHeld, Missing};
use super::rules::{from_a_practitioner, has_happened, sealed};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::CpPlanId;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records a meeting of the core group.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldCoreGroup {
    pub plan: CpPlanId,
    pub on: Occurred,
    /// Who should have been there and was not.
    pub missing: BTreeSet<Missing>,
    pub account: Option<Narrative>,
}

const NO_PLAN_THEN: Refusal = Refusal {
    code: "no-plan-then",
    sentence: "The plan does not run on that day; check the day, or name the plan that ran.",
};

pub(super) fn decide(case: &Case, act: &Act, command: HoldCoreGroup) -> Result<Vec<NewEvent>, Refusal> {
    let HoldCoreGroup { plan, on, missing, account } = command;
    let (episode, standing) = case.cp_plan(plan)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    if !standing.run().is_some_and(|run| run.covers(on.day())) {
        return Err(NO_PLAN_THEN);
    }
    let held = CoreGroupHeld {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        plan,
        missing,
        account: sealed(act, account),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: held.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::clocks::Step;
    use crate::case::testing::*;

    fn core_group(case: &Case, day: &str) -> Command {
        HoldCoreGroup { plan: cp_plan(case), on: on(day), missing: [Missing::Health].into(), account: None }
            .into()
    }

    fn first_core_group_by(given: &Given<Case>, text: &str) -> Option<String> {
        let status = CaseStatus::on(&given.history(), day(text));
        status.due.iter().find(|due| due.step == Step::HoldFirstCoreGroup).map(|due| due.by.to_string())
    }

    #[test]
    fn the_first_core_group_is_due_ten_working_days_after_the_conference() {
        let given = on_a_plan("2025-10-06");
        assert_eq!(first_core_group_by(&given, PLAN_STARTED_AFTER_2025_10_06).as_deref(), Some("2025-11-05"));
        let given = given.and(|case| core_group(case, "2025-11-04"));
        assert_eq!(first_core_group_by(&given, "2025-11-04"), None);
    }

    #[test]
    fn a_core_group_meets_while_its_plan_runs() {
        on_a_plan("2025-10-06").order(|case| core_group(case, "2025-10-21")).refused("no-plan-then");
        on_a_plan("2025-10-06")
            .and(|case| review(case, "2026-01-06", Decision::End))
            .order(|case| core_group(case, "2026-01-07"))
            .refused("no-plan-then");
    }

    #[test]
    fn a_core_group_without_an_agency_says_so_and_counts() {
        on_a_plan("2025-10-06").order(|case| core_group(case, "2025-11-04")).then_kinds(["core-group.held"]);
    }
}
