//! The authority begins to look after a child.

use chrono::NaiveDate;

use super::change_legal_status::ends_after;
use super::end_cin_plan::ends_apart;
use super::events::{CinPlanEnd, CinPlanEnded, LegalStatus, LookedAfterStarted};
use super::rules::{from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::LookedAfterId;
use crate::when::Occurred;

/// Records that a child becomes looked after.
#[derive(Clone, PartialEq, Debug)]
pub struct StartLookedAfter {
    pub on: Occurred,
    pub legal_status: LegalStatus,
    /// The last day, where the order states one.
    pub until: Option<NaiveDate>,
}

const LOOKED_AFTER_ALREADY: Refusal = Refusal {
    code: "looked-after-already",
    sentence: "The child is looked after on that day already; end that period first, or correct it.",
};

pub(super) fn decide(case: &Case, act: &Act, command: StartLookedAfter) -> Result<Vec<NewEvent>, Refusal> {
    let StartLookedAfter { on, legal_status, until } = command;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    ends_after(until, on)?;
    if case.looked_after.iter().filter_map(|period| period.run()).any(|run| run.covers(on.day())) {
        return Err(LOOKED_AFTER_ALREADY);
    }
    let started = LookedAfterStarted {
        child: who.child,
        authority: who.authority.clone(),
        looked_after: LookedAfterId(act.command.part_of(act.stream, 0)),
        legal_status,
        until,
        testimony: None,
    };
    let mut events = vec![NewEvent { occurred: on, event: started.into() }];
    // A child in need plan ends when the child becomes looked after.
    for episode in &case.episodes {
        for plan in &episode.cin_plans {
            let runs_on = plan.run().is_some_and(|run| run.until.is_none() && run.covers(on.day()));
            // A plan that was entered late and never ended is left for a practitioner to end on the right day.
            let left_open = episode.closed.is_some() || ends_apart(case, plan, on.day()).is_err();
            if runs_on && !left_open {
                let ended = CinPlanEnded {
                    child: who.child,
                    authority: who.authority.clone(),
                    episode: episode.id,
                    plan: plan.id,
                    reason: Some(CinPlanEnd::LookedAfter),
                    testimony: None,
                };
                events.push(NewEvent { occurred: on, event: ended.into() });
            }
        }
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn looked_after_from(day: &str) -> Command {
        StartLookedAfter { on: on(day), legal_status: LegalStatus::Section20, until: None }.into()
    }

    #[test]
    fn a_child_in_need_plan_ends_when_the_child_becomes_looked_after() {
        being_assessed("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .when(looked_after_from("2026-02-17"))
            .then_kinds(["looked-after.started", "cin-plan.ended"]);
    }

    #[test]
    fn a_child_is_looked_after_once_at_a_time() {
        being_assessed("2026-02-02")
            .after(looked_after_from("2026-02-10"))
            .when(looked_after_from("2026-02-17"))
            .refused("looked-after-already");
    }

    #[test]
    fn a_protection_plan_goes_on_while_a_child_is_looked_after() {
        on_a_plan("2026-01-05").when(looked_after_from("2026-02-17")).then_kinds(["looked-after.started"]);
    }

    #[test]
    fn a_child_nobody_knows_here_has_no_case_to_record_it_on() {
        nothing::<Case>().when(looked_after_from("2026-02-17")).refused("no-case");
    }
}
