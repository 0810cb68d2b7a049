//! An initial child protection conference decides whether a child goes on a plan, and a plan starts that same day.

use std::collections::BTreeSet;

use super::conference::{Outcome, Sitting};
use super::events::{ConferenceKind, ConferenceNeed, Missing, Section47Concluded};
use super::rules::{from_a_practitioner, may_act};
use super::state::{Case, Section47};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::Section47Id;
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records an initial conference and what it decided about this child.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldInitialConference {
    /// The enquiry that led to it.
    pub section47: Section47Id,
    pub on: Occurred,
    pub decision: Outcome,
    /// Who or what it went without; recorded, never in the way.
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

const NOT_REQUIRED: Refusal = Refusal {
    code: "conference-not-required",
    sentence: "The enquiry concluded that no conference was needed; correct its conclusion, or start another enquiry.",
};
const HELD_ALREADY: Refusal = Refusal {
    code: "conference-held-already",
    sentence: "This enquiry has had its initial conference; record a review conference instead.",
};
const BEFORE_THE_ENQUIRY: Refusal = Refusal {
    code: "conference-before-the-enquiry",
    sentence: "The conference is before the strategy discussion that led to it; check both days.",
};
/// A conference comes after the strategy discussion that led to it.
pub(super) fn follows(enquiry: &Section47, on: Occurred, rules: &mut Rules) -> Result<(), Refusal> {
    if enquiry.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        rules.broken(BEFORE_THE_ENQUIRY)?;
    }
    Ok(())
}

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: HoldInitialConference,
) -> Result<Vec<NewEvent>, Refusal> {
    let (episode, enquiry) = case.section47(command.section47)?;
    let who = case.known()?;
    may_act(episode, command.on, act)?;
    let concluded = enquiry.concluded.as_ref().map(|concluded| concluded.value);
    if concluded == Some(ConferenceNeed::NotRequired) {
        return Err(NOT_REQUIRED);
    }
    let held = |conference: &super::state::Conference| {
        conference.held.as_ref().is_some_and(|held| held.value.section47 == Some(enquiry.id))
    };
    if episode.conferences.iter().any(held) {
        return Err(HELD_ALREADY);
    }
    follows(enquiry, command.on, &mut from_a_practitioner())?;
    // Holding the conference says that the enquiry found it necessary.
    let conclusion = concluded.is_none().then(|| Section47Concluded {
        child: who.child,
        authority: who.authority.clone(),
        episode: episode.id,
        section47: enquiry.id,
        conference: ConferenceNeed::Required,
        reason: None,
        testimony: None,
    });
    let conclusion = conclusion.map(|event| NewEvent { occurred: command.on, event: event.into() });
    let held = Sitting {
        case,
        act,
        episode,
        section47: Some(enquiry.id),
        kind: ConferenceKind::Initial,
        on: command.on,
        decision: command.decision,
        missing: command.missing,
        reason: command.reason,
    };
    Ok(conclusion.into_iter().chain(held.events()?).collect())
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;
    use crate::event::Event;

    #[test]
    fn a_plan_starts_on_the_day_of_the_conference_that_decides_it() {
        let events = enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .events();
        let kinds: Vec<&str> = events.iter().map(|new| new.event.kind()).collect();
        assert_eq!(kinds, ["s47.concluded", "conference.held", "cp-plan.started"]);
        assert!(events.iter().all(|new| new.occurred == on("2026-02-18")));
    }

    #[test]
    fn a_conference_may_decide_against_a_plan() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::Required))
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .then_kinds(["conference.held"]);
    }

    #[test]
    fn a_conference_without_health_or_quorum_is_recorded_and_protects_all_the_same() {
        enquired_into("2026-02-02")
            .order(|case| {
                HoldInitialConference {
                    section47: enquiry(case),
                    on: on("2026-02-18"),
                    decision: plan(&[AbuseCategory::Physical]),
                    missing: [Missing::Quorum, Missing::Health].into(),
                    reason: None,
                }
                .into()
            })
            .then_kinds(["s47.concluded", "conference.held", "cp-plan.started"]);
    }

    #[test]
    fn a_conference_is_not_held_at_a_weekend() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-21", Outcome::NoPlan))
            .refused("conference-at-a-weekend");
    }

    #[test]
    fn a_plan_has_a_category() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[])))
            .refused("category-missing");
    }

    #[test]
    fn multiple_is_said_category_by_category() {
        enquired_into("2026-02-02")
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Multiple])))
            .refused("say-which-categories");
    }

    #[test]
    fn an_enquiry_that_found_no_need_leads_to_no_conference() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::NotRequired))
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .refused("conference-not-required");
    }

    #[test]
    fn a_child_on_a_plan_is_not_put_on_another() {
        on_a_plan("2026-01-05")
            .and(|case| enquiry_on(case, "2026-02-16"))
            .order(|case| {
                let section47 = case.episodes[0].section47s[1].id;
                HoldInitialConference {
                    section47,
                    on: on("2026-02-26"),
                    decision: plan(&[AbuseCategory::Neglect]),
                    missing: Default::default(),
                    reason: None,
                }
                .into()
            })
            .refused("on-a-plan-already");
    }

    #[test]
    fn a_protection_plan_takes_the_place_of_a_child_in_need_plan() {
        enquired_into("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .then_kinds(["s47.concluded", "conference.held", "cin-plan.ended", "cp-plan.started"]);
    }

    #[test]
    fn a_protection_plan_entered_late_may_not_overlap_a_child_in_need_plan() {
        enquired_into("2026-02-02")
            .and(|case| cin_plan_on(case, "2026-02-10"))
            .and(|case| cin_plan_ended(case, "2026-03-02"))
            .order(|case| initial_conference(case, "2026-02-18", plan(&[AbuseCategory::Neglect])))
            .refused("plans-overlap");
    }

    #[test]
    fn an_enquiry_has_one_initial_conference() {
        on_a_plan("2026-01-05")
            .order(|case| initial_conference(case, "2026-02-18", Outcome::NoPlan))
            .refused("conference-held-already");
    }

    #[test]
    fn a_second_plan_counts_the_first_one() {
        let events = on_a_plan("2025-01-06")
            .and(|case| review(case, "2025-04-01", Decision::End))
            .and(|case| enquiry_on(case, "2026-02-02"))
            .order(|case| {
                let section47 = case.episodes[0].section47s[1].id;
                HoldInitialConference {
                    section47,
                    on: on("2026-02-16"),
                    decision: plan(&[AbuseCategory::Emotional]),
                    missing: Default::default(),
                    reason: None,
                }
                .into()
            })
            .events();
        let started = events.iter().find_map(|new| match &new.event {
            Event::CpPlanStarted(started) => Some(started.previous_plans),
            _ => None,
        });
        assert_eq!(started, Some(Some(1)));
    }
}
