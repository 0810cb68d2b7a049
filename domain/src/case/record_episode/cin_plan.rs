//! A child in need plan as a return tells it.

use super::rows::{CinPlanRow, EpisodeRow, Row};
use super::scribe::{Dating, Scribe};
use crate::case::events::{CinPlanEnded, CinPlanStarted};
use crate::case::rules::{ENDS_BEFORE_IT_STARTS, has_happened, is_within};
use crate::case::start_cin_plan::may_run;
use crate::case::state::{CinPlan, Run};
use crate::decider::Refusal;
use crate::ids::{CinPlanId, EpisodeId};
use crate::when::Occurred;

pub(super) fn record(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    within: &EpisodeRow,
    row: &Row<CinPlanRow>,
) -> Result<(), Refusal> {
    if scribe.has(row.row) {
        return Ok(());
    }
    let says = &row.says;
    let standing = scribe.case.episode(episode)?.cin_plans.clone();
    let begun_that_day = |plan: &CinPlan| {
        let by_practitioner = plan.started.as_ref().filter(|started| started.said.is_none());
        by_practitioner.is_some_and(|started| Some(started.day()) == says.started)
    };
    let plan = scribe.part(&standing, row.row, begun_that_day, CinPlanId);
    let standing = standing.into_iter().find(|standing| standing.id == plan);
    let mut pen = scribe.pen(row, std::iter::empty());

    let (on, dating) = match says.started {
        Some(day) => (Occurred::Day(day), Dating::Stated),
        None => (scribe.between(within.received, says.ended), Dating::Bounded),
    };
    let known = standing.as_ref().and_then(|plan| plan.started.as_ref());
    if let Some(news) = scribe.news(known, on, dating, &()) {
        let mut rules = pen.rules(&news);
        has_happened(on, scribe.act, &mut rules)?;
        is_within(scribe.case.episode(episode)?, on.day(), &mut rules)?;
        may_run(&scribe.case, Some(plan), Run { from: on.day(), until: says.ended }, &mut rules)?;
        let started = CinPlanStarted {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            episode,
            plan,
            testimony: rules.testimony(),
        };
        scribe.write(news, on, started);
    }
    let Some(day) = says.ended else { return Ok(()) };
    let ended_on = Occurred::Day(day);
    let known = standing.as_ref().and_then(|plan| plan.ended.as_ref());
    if let Some(news) = scribe.news(known, ended_on, Dating::Stated, &None) {
        let mut rules = pen.rules(&news);
        has_happened(ended_on, scribe.act, &mut rules)?;
        is_within(scribe.case.episode(episode)?, day, &mut rules)?;
        if day < on.day() {
            rules.broken(ENDS_BEFORE_IT_STARTS)?;
        }
        let ended = CinPlanEnded {
            child: scribe.who.child,
            authority: scribe.who.authority.clone(),
            episode,
            plan,
            reason: None,
            testimony: rules.testimony(),
        };
        scribe.write(news, ended_on, ended);
    }
    Ok(())
}
