//! An assessment as a return tells it, with the factors it found.

use std::collections::BTreeSet;

use super::rows::{AssessmentRow, EpisodeRow, Row};
use super::scribe::{Dating, Pen, Scribe, Worth, is_by_practitioner_on};
use crate::case::complete_assessment::{ends_in_time, factors_agree};
use crate::case::events::{AssessmentCompleted, AssessmentReviewPointSet, AssessmentStarted};
use crate::case::rules::{has_happened, is_within};
use crate::case::set_review_point::is_ahead;
use crate::case::state::{Assessment, Completion};
use crate::decider::Refusal;
use crate::ids::{AssessmentId, EpisodeId};
use crate::when::Occurred;

const FACTORS_BEFORE_THE_END: Refusal = Refusal {
    code: "factors-before-the-end",
    sentence: "Factors are given for an assessment that is not finished; they are known when it is authorised.",
};

pub(super) fn record(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    within: &EpisodeRow,
    row: &Row<AssessmentRow>,
) -> Result<(), Refusal> {
    let says = &row.says;
    let rows = || std::iter::once(row.row).chain(says.factors.iter().map(|factor| factor.row));
    if rows().all(|row| scribe.has(row)) {
        return Ok(());
    }
    let known = scribe.case.episode(episode)?.assessments.clone();
    let begun_that_day =
        |assessment: &Assessment| is_by_practitioner_on(assessment.started.as_ref(), says.started);
    let standing = scribe.part(&known, row.row, begun_that_day, AssessmentId);
    let factors = says.factors.iter().map(|factor| (factor.row, factor.faults.clone()));
    let mut pen = scribe.pen(row, factors);
    started(scribe, &mut pen, episode, within, says, &standing, Worth::Change)?;
    review_point(scribe, &mut pen, episode, within, says, &standing)?;
    completed(scribe, &mut pen, episode, says, &standing)?;
    if !rows().all(|row| scribe.has(row)) {
        started(scribe, &mut pen, episode, within, says, &standing, Worth::Mention)?;
    }
    Ok(())
}

fn started(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    says: &AssessmentRow,
    standing: &Assessment,
    worth: Worth,
) -> Result<(), Refusal> {
    let (on, dating) = match says.started {
        Some(day) => (Occurred::Day(day), Dating::Stated),
        None => (scribe.between(within.received, says.authorised), Dating::Bounded),
    };
    let factors = if says.authorised.is_none() { says.known_factors() } else { BTreeSet::new() };
    let news = scribe.main_news(standing.started.as_ref(), on, dating, &factors, worth);
    let Some(news) = news else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, on.day(), &mut rules)?;
    if !factors.is_empty() {
        rules.broken(FACTORS_BEFORE_THE_END)?;
    }
    let started = AssessmentStarted {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        assessment: standing.id,
        factors,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, started);
    Ok(())
}

/// The day the review point was set is not said; it is taken to be the assessment's first.
fn review_point(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    says: &AssessmentRow,
    standing: &Assessment,
) -> Result<(), Refusal> {
    let Some(review_point) = says.review_point else { return Ok(()) };
    let on = Occurred::Day(says.started.unwrap_or(within.received));
    let known = standing.review_point.as_ref();
    let Some(news) = scribe.news(known, on, Dating::Bounded, &review_point) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    is_ahead(review_point, on.day(), &mut rules)?;
    let set = AssessmentReviewPointSet {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        assessment: standing.id,
        review_point,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, set);
    Ok(())
}

fn completed(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    says: &AssessmentRow,
    standing: &Assessment,
) -> Result<(), Refusal> {
    let Some(authorised) = says.authorised else { return Ok(()) };
    let on = Occurred::Day(authorised);
    let completion = Completion { factors: says.known_factors(), outcome: None };
    let known = standing.completed.as_ref();
    let Some(news) = scribe.news(known, on, Dating::Stated, &completion) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    let within = scribe.case.episode(episode)?;
    has_happened(on, scribe.act, &mut rules)?;
    is_within(within, authorised, &mut rules)?;
    factors_agree(within, &completion.factors, &mut rules)?;
    if let Ok((_, written)) = scribe.case.assessment(standing.id) {
        ends_in_time(written, on, &mut rules)?;
    }
    let completed = AssessmentCompleted {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        assessment: standing.id,
        factors: completion.factors,
        outcome: None,
        summary: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, completed);
    Ok(())
}
