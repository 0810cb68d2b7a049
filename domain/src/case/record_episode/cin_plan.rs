//! A child in need plan as a return tells it.

use chrono::NaiveDate;

use super::rows::{CinPlanRow, EpisodeRow, Row};
use super::scribe::{Dating, Pen, Scribe, Worth, is_by_practitioner_on};
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
    let known = scribe.case.episode(episode)?.cin_plans.clone();
    let begun_that_day = |plan: &CinPlan| is_by_practitioner_on(plan.started.as_ref(), says.started);
    let standing = scribe.part(&known, row.row, begun_that_day, CinPlanId);
    let mut pen = scribe.pen(row, std::iter::empty());
    started(scribe, &mut pen, episode, within, says, &standing, Worth::Change)?;
    if let Some(day) = says.ended {
        ended(scribe, &mut pen, episode, &standing, day)?;
    }
    if !scribe.has(row.row) {
        started(scribe, &mut pen, episode, within, says, &standing, Worth::Mention)?;
    }
    Ok(())
}

fn started(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    says: &CinPlanRow,
    standing: &CinPlan,
    worth: Worth,
) -> Result<(), Refusal> {
    let (on, dating) = match says.started {
        Some(day) => (Occurred::Day(day), Dating::Stated),
        None => (scribe.between(within.received, says.ended), Dating::Bounded),
    };
    let known = standing.started.as_ref();
    let Some(news) = scribe.main_news(known, on, dating, &(), worth) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, on.day(), &mut rules)?;
    may_run(&scribe.case, Some(standing.id), Run { from: on.day(), until: says.ended }, &mut rules)?;
    let started = CinPlanStarted {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan: standing.id,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, started);
    Ok(())
}

fn ended(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    standing: &CinPlan,
    day: NaiveDate,
) -> Result<(), Refusal> {
    let on = Occurred::Day(day);
    let Some(news) = scribe.news(standing.ended.as_ref(), on, Dating::Stated, &None) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, day, &mut rules)?;
    let (_, written) = scribe.case.cin_plan(standing.id)?;
    if written.started.as_ref().is_some_and(|started| day < started.day()) {
        rules.broken(ENDS_BEFORE_IT_STARTS)?;
    }
    let ended = CinPlanEnded {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan: standing.id,
        reason: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, ended);
    Ok(())
}
