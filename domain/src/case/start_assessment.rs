//! A child and family assessment begins.

use chrono::NaiveDate;

use super::events::{AssessmentReviewPointSet, AssessmentStarted};
use super::rules::{from_a_practitioner, may_act};
use super::set_review_point::is_ahead;
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{AssessmentId, EpisodeId};
use crate::when::Occurred;

/// Starts an assessment, usually with the day the team will look at it again.
#[derive(Clone, PartialEq, Debug)]
pub struct StartAssessment {
    pub episode: EpisodeId,
    pub on: Occurred,
    pub review_point: Option<NaiveDate>,
}

pub(super) fn decide(case: &Case, act: &Act, command: StartAssessment) -> Result<Vec<NewEvent>, Refusal> {
    let StartAssessment { episode, on, review_point } = command;
    let who = case.known()?;
    may_act(case.episode(episode)?, on, act)?;
    if let Some(review_point) = review_point {
        is_ahead(review_point, on.day(), &mut from_a_practitioner())?;
    }
    let assessment = AssessmentId(act.command.part_of(act.stream, 0));
    let started = AssessmentStarted {
        child: who.child,
        authority: who.authority.clone(),
        episode,
        assessment,
        factors: std::collections::BTreeSet::new(),
        testimony: None,
    };
    let review_point = review_point.map(|review_point| AssessmentReviewPointSet {
        child: who.child,
        authority: who.authority,
        episode,
        assessment,
        review_point,
        testimony: None,
    });
    let set = review_point.map(|set| NewEvent { occurred: on, event: set.into() });
    Ok(std::iter::once(NewEvent { occurred: on, event: started.into() }).chain(set).collect())
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn an_assessment_begins_with_its_review_point() {
        referred("2026-02-02")
            .order(|case| {
                StartAssessment {
                    episode: episode(case),
                    on: on("2026-02-03"),
                    review_point: Some(day("2026-02-17")),
                }
                .into()
            })
            .then_kinds(["assessment.started", "assessment.review-point-set"]);
    }

    #[test]
    fn nothing_is_recorded_on_a_referral_that_needed_no_action() {
        referred("2026-02-02")
            .and(|case| no_further_action(case, "2026-02-03"))
            .order(|case| assessment_on(case, "2026-02-04"))
            .refused("no-further-action");
    }

    #[test]
    fn nothing_is_done_after_closure() {
        closed_after_assessment("2026-01-05", "2026-02-06")
            .order(|case| assessment_on(case, "2026-02-09"))
            .refused("after-closure");
    }

    #[test]
    fn what_was_done_before_closure_may_be_entered_late() {
        closed_after_assessment("2026-01-05", "2026-02-06")
            .order(|case| assessment_on(case, "2026-02-05"))
            .then_kinds(["assessment.started"]);
    }

    #[test]
    fn a_case_nobody_opened_has_no_episode_to_work_on() {
        nothing::<Case>()
            .when(StartAssessment {
                episode: crate::ids::EpisodeId(uuid::Uuid::from_u128(1)),
                on: on("2026-02-03"),
                review_point: None,
            })
            .refused("no-case");
    }
}
