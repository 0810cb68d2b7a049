//! The team sets the day it will look at an assessment again.

use chrono::NaiveDate;

use super::events::AssessmentReviewPointSet;
use super::rules::{ENDED_ALREADY, from_a_practitioner, may_act};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::AssessmentId;
use crate::testimony::Rules;
use crate::when::Occurred;

/// Sets or moves an assessment's review point.
#[derive(Clone, PartialEq, Debug)]
pub struct SetReviewPoint {
    pub assessment: AssessmentId,
    pub on: Occurred,
    pub review_point: NaiveDate,
}

const ALREADY_PAST: Refusal = Refusal {
    code: "review-point-already-past",
    sentence: "The review point is before the day it was set; choose a later one.",
};

/// A review point lies ahead of the day it is set.
pub(super) fn is_ahead(review_point: NaiveDate, set_on: NaiveDate, rules: &mut Rules) -> Result<(), Refusal> {
    if review_point < set_on {
        rules.broken(ALREADY_PAST)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: SetReviewPoint) -> Result<Vec<NewEvent>, Refusal> {
    let SetReviewPoint { assessment, on, review_point } = command;
    let (episode, standing) = case.assessment(assessment)?;
    let who = case.known()?;
    may_act(episode, on, act)?;
    if standing.completed.as_ref().is_some_and(|completed| completed.day() <= on.day()) {
        return Err(ENDED_ALREADY);
    }
    is_ahead(review_point, on.day(), &mut from_a_practitioner())?;
    let set = AssessmentReviewPointSet {
        child: who.child,
        authority: who.authority,
        episode: episode.id,
        assessment,
        review_point,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: set.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn look_again_on(case: &Case, review_point: &str) -> Command {
        SetReviewPoint { assessment: assessment(case), on: on("2026-02-05"), review_point: day(review_point) }
            .into()
    }

    #[test]
    fn the_review_point_can_be_moved_while_the_assessment_runs() {
        being_assessed("2026-02-02")
            .order(|case| look_again_on(case, "2026-02-20"))
            .then_kinds(["assessment.review-point-set"]);
    }

    #[test]
    fn a_review_point_lies_ahead() {
        being_assessed("2026-02-02")
            .order(|case| look_again_on(case, "2026-02-04"))
            .refused("review-point-already-past");
    }

    #[test]
    fn a_finished_assessment_has_no_review_point_to_set() {
        being_assessed("2026-02-02")
            .and(|case| authorised(case, "2026-02-04"))
            .order(|case| look_again_on(case, "2026-02-20"))
            .refused("ended-already");
    }
}
