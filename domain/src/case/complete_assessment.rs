//! The team manager authorises an assessment: the day of authorisation is its end.

use std::collections::BTreeSet;

use super::codes::Factor;
use super::events::{AssessmentCompleted, AssessmentOutcome, ConferenceNeed};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS, from_a_practitioner, may_act, sealed};
use super::state::{Assessment, Case, Episode};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::AssessmentId;
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Ends an assessment with what it found.
#[derive(Clone, PartialEq, Debug)]
pub struct CompleteAssessment {
    pub assessment: AssessmentId,
    pub on: Occurred,
    /// At least one; `21` when there is none.
    pub factors: BTreeSet<Factor>,
    pub outcome: AssessmentOutcome,
    pub summary: Option<Narrative>,
}

const NO_FACTORS: Refusal = Refusal {
    code: "factors-missing",
    sentence: "Give the factors the assessment found, or 21 when it found none.",
};
const NONE_STANDS_ALONE: Refusal = Refusal {
    code: "no-factors-stands-alone",
    sentence: "Factor 21 says that none was found, so it cannot stand beside another; take one of them out.",
};
const NONE_DESPITE_SECTION_47: Refusal = Refusal {
    code: "no-factors-despite-section47",
    sentence: "A section 47 enquiry on this episode led to a conference, so the assessment cannot say that no factor was found.",
};
const RETIRED_FACTOR: Refusal = Refusal {
    code: "retired-factor",
    sentence: "Factors 18A and 19A are no longer used; say whether the abuse was by a child (18B, 19B) or an adult (18C, 19C).",
};

/// The factors make sense together, and with the episode.
pub(super) fn factors_agree(
    episode: &Episode,
    factors: &BTreeSet<Factor>,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    let found_none = factors.contains(&Factor::NoFactor);
    if factors.is_empty() {
        rules.broken(NO_FACTORS)?;
    }
    if found_none && factors.len() > 1 {
        rules.broken(NONE_STANDS_ALONE)?;
    }
    let led_to_conference = |enquiry: &super::state::Section47| {
        enquiry.concluded.as_ref().is_some_and(|concluded| concluded.value == ConferenceNeed::Required)
    };
    if found_none && episode.section47s.iter().any(led_to_conference) {
        rules.broken(NONE_DESPITE_SECTION_47)?;
    }
    if factors.contains(&Factor::PhysicalAbuseRetired) || factors.contains(&Factor::SexualAbuseRetired) {
        rules.broken(RETIRED_FACTOR)?;
    }
    Ok(())
}

/// An assessment ends no earlier than it starts.
pub(super) fn ends_in_time(assessment: &Assessment, on: Occurred, rules: &mut Rules) -> Result<(), Refusal> {
    if assessment.started.as_ref().is_some_and(|started| on.day() < started.day()) {
        rules.broken(ENDS_BEFORE_IT_STARTS)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: CompleteAssessment) -> Result<Vec<NewEvent>, Refusal> {
    let (episode, assessment) = case.assessment(command.assessment)?;
    let who = case.known()?;
    if assessment.completed.is_some() {
        return Err(ENDED_ALREADY);
    }
    may_act(episode, command.on, act)?;
    let mut rules = from_a_practitioner();
    ends_in_time(assessment, command.on, &mut rules)?;
    factors_agree(episode, &command.factors, &mut rules)?;
    let completed = AssessmentCompleted {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        assessment: command.assessment,
        factors: command.factors,
        outcome: Some(command.outcome),
        summary: sealed(act, command.summary),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: command.on, event: completed.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn finding(case: &Case, factors: &[Factor]) -> Command {
        CompleteAssessment {
            assessment: assessment(case),
            on: on("2026-02-20"),
            factors: factors.iter().copied().collect(),
            outcome: AssessmentOutcome::ChildInNeedPlan,
            summary: None,
        }
        .into()
    }

    #[test]
    fn an_assessment_ends_with_the_factors_it_found() {
        being_assessed("2026-02-02")
            .order(|case| finding(case, &[Factor::DomesticAbuseParent, Factor::Neglect]))
            .then_kinds(["assessment.completed"]);
    }

    #[test]
    fn no_factors_found_stands_alone() {
        being_assessed("2026-02-02")
            .order(|case| finding(case, &[Factor::NoFactor, Factor::Neglect]))
            .refused("no-factors-stands-alone");
    }

    #[test]
    fn an_assessment_says_what_it_found() {
        being_assessed("2026-02-02").order(|case| finding(case, &[])).refused("factors-missing");
    }

    #[test]
    fn a_retired_code_is_not_used_again() {
        being_assessed("2026-02-02")
            .order(|case| finding(case, &[Factor::PhysicalAbuseRetired]))
            .refused("retired-factor");
    }

    #[test]
    fn an_assessment_is_authorised_once() {
        being_assessed("2026-02-02")
            .and(|case| authorised(case, "2026-02-19"))
            .order(|case| authorised(case, "2026-02-20"))
            .refused("ended-already");
    }

    #[test]
    fn an_assessment_that_led_to_a_conference_found_something() {
        enquired_into("2026-02-02")
            .and(|case| enquiry_concluded(case, "2026-02-12", ConferenceNeed::Required))
            .order(|case| finding(case, &[Factor::NoFactor]))
            .refused("no-factors-despite-section47");
    }

    #[test]
    fn an_assessment_does_not_end_before_it_starts() {
        being_assessed("2026-02-02")
            .order(|case| authorised(case, "2026-02-02"))
            .refused("ends-before-it-starts");
    }
}
