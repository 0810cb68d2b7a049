//! A protection plan as a return tells it: its start, its initial and latest category, its reviews, its end.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::rows::{CpPlanRow, EpisodeRow, Row};
use super::scribe::{Dating, News, Pen, Scribe, Worth, is_by_practitioner_on};
use crate::case::codes::AbuseCategory;
use crate::case::conference::is_the_only_plan;
use crate::case::end_cp_plan::ONLY_A_REVIEW;
use crate::case::events::{CpPlanCategoryChanged, CpPlanEnded, CpPlanReviewed, CpPlanStarted};
use crate::case::hold_review_conference::is_reviewable;
use crate::case::rules::{ENDS_BEFORE_IT_STARTS, has_happened, is_within};
use crate::case::state::{CpPlan, Fact, PlanStart, Run};
use crate::decider::Refusal;
use crate::ids::{CpPlanId, EpisodeId};
use crate::when::Occurred;

/// A plan of the episode, found on record or begun.
pub(super) struct Found {
    pub id: CpPlanId,
    pub started: Option<NaiveDate>,
}

const NO_CONFERENCE: Refusal = Refusal {
    code: "plan-without-a-conference",
    sentence: "A plan starts on the day of the conference that decides it, and none is on record for that day.",
};

pub(super) fn found(scribe: &mut Scribe<'_>, episode: EpisodeId, within: &EpisodeRow) -> Vec<Found> {
    let standing = scribe.case.episode(episode).map(|standing| standing.cp_plans.clone()).unwrap_or_default();
    let find = |row: &Row<CpPlanRow>| {
        let begun_that_day = |plan: &CpPlan| is_by_practitioner_on(plan.started.as_ref(), row.says.started);
        let plan = scribe.part(&standing, row.row, begun_that_day, CpPlanId);
        Found { id: plan.id, started: row.says.started }
    };
    within.cp_plans.iter().map(find).collect()
}

pub(super) fn record(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    within: &EpisodeRow,
    plan: CpPlanId,
    row: &Row<CpPlanRow>,
) -> Result<(), Refusal> {
    let mut pen = (!scribe.has(row.row)).then(|| scribe.pen(row, std::iter::empty()));
    if let Some(pen) = &mut pen {
        started(scribe, pen, episode, within, plan, &row.says, Worth::Change)?;
        category_changed(scribe, pen, episode, plan, &row.says)?;
    }
    for review in &row.says.reviews {
        reviewed(scribe, episode, plan, review)?;
    }
    if let (Some(pen), Some(ended_on)) = (&mut pen, row.says.ended) {
        ended(scribe, pen, episode, plan, ended_on)?;
    }
    if let (Some(pen), false) = (&mut pen, scribe.has(row.row)) {
        started(scribe, pen, episode, within, plan, &row.says, Worth::Mention)?;
    }
    Ok(())
}

fn standing(scribe: &Scribe<'_>, plan: CpPlanId) -> Option<CpPlan> {
    scribe.case.cp_plan(plan).ok().map(|(_, plan)| plan.clone())
}

fn started(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    within: &EpisodeRow,
    plan: CpPlanId,
    says: &CpPlanRow,
    worth: Worth,
) -> Result<(), Refusal> {
    let first_review = says.reviews.iter().map(|review| review.says).min();
    let (on, dating) = match says.started {
        Some(day) => (Occurred::Day(day), Dating::Stated),
        None => (scribe.between(within.received, first_review.or(says.ended)), Dating::Bounded),
    };
    let known = standing(scribe, plan).and_then(|plan| plan.started);
    let start = PlanStart {
        categories: says.initial_category.into_iter().collect(),
        previous_plans: says.previous_plans,
    };
    let news = scribe.main_news(known.as_ref(), on, dating, &start, worth);
    let Some(news) = news else { return Ok(()) };
    let mut rules = pen.rules(&news);
    let written = scribe.case.episode(episode)?;
    has_happened(on, scribe.act, &mut rules)?;
    is_within(written, on.day(), &mut rules)?;
    is_the_only_plan(&scribe.case, Some(plan), Run { from: on.day(), until: says.ended }, &mut rules)?;
    let held = written
        .conferences
        .iter()
        .find(|conference| conference.held.as_ref().is_some_and(|held| held.day() == on.day()));
    if held.is_none() {
        rules.broken(NO_CONFERENCE)?;
    }
    let started = CpPlanStarted {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan,
        conference: held.map(|conference| conference.id),
        categories: start.categories,
        previous_plans: start.previous_plans,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, started);
    Ok(())
}

/// The census has one code for a set of categories.
fn census_code(categories: &BTreeSet<AbuseCategory>) -> Option<AbuseCategory> {
    match categories.len() {
        0 | 1 => categories.first().copied(),
        _ => Some(AbuseCategory::Multiple),
    }
}

/// The return says the latest category and not since when.
fn category_changed(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    plan: CpPlanId,
    says: &CpPlanRow,
) -> Result<(), Refusal> {
    let (Some(latest), Some(standing)) = (says.latest_category, standing(scribe, plan)) else {
        return Ok(());
    };
    let last = standing.changes.last();
    let since = last.map(Fact::day).or_else(|| standing.run().map(|run| run.from));
    let now = standing.categories_on(NaiveDate::MAX);
    let (Some(since), false) = (since, census_code(&now) == Some(latest)) else { return Ok(()) };
    // A change on record is only overtaken by what a return of the same time or later says.
    let overtaken = last.is_none_or(|change| {
        matches!(
            scribe.news(Some(change), change.on, Dating::Bounded, &[latest].into()),
            Some(News::Better { .. })
        )
    });
    if !overtaken {
        return Ok(());
    }
    let on = scribe.between(since, says.ended);
    let mut rules = pen.rules(&News::First);
    is_within(scribe.case.episode(episode)?, on.day(), &mut rules)?;
    let changed = CpPlanCategoryChanged {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan,
        categories: [latest].into(),
        conference: None,
        testimony: rules.testimony(),
    };
    scribe.write(News::First, on, changed);
    Ok(())
}

fn reviewed(
    scribe: &mut Scribe<'_>,
    episode: EpisodeId,
    plan: CpPlanId,
    row: &Row<NaiveDate>,
) -> Result<(), Refusal> {
    if scribe.has(row.row) {
        return Ok(());
    }
    let on = Occurred::Day(row.says);
    let standing = standing(scribe, plan);
    let recorded_here = standing
        .iter()
        .flat_map(|plan| &plan.reviews)
        .any(|review| review.said.is_none() && review.day() == row.says);
    if recorded_here {
        return Ok(());
    }
    let mut rules = scribe.pen(row, std::iter::empty()).rules(&News::First);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, row.says, &mut rules)?;
    if let Some(standing) = &standing {
        is_reviewable(standing, on, &mut rules)?;
    }
    let reviewed = CpPlanReviewed {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan,
        conference: None,
        testimony: rules.testimony(),
    };
    scribe.write(News::First, on, reviewed);
    Ok(())
}

fn ended(
    scribe: &mut Scribe<'_>,
    pen: &mut Pen,
    episode: EpisodeId,
    plan: CpPlanId,
    day: NaiveDate,
) -> Result<(), Refusal> {
    let on = Occurred::Day(day);
    let standing = standing(scribe, plan);
    let known = standing.as_ref().and_then(|plan| plan.ended.as_ref());
    let Some(news) = scribe.news(known, on, Dating::Stated, &None) else { return Ok(()) };
    let mut rules = pen.rules(&news);
    has_happened(on, scribe.act, &mut rules)?;
    is_within(scribe.case.episode(episode)?, day, &mut rules)?;
    if let Some(standing) = &standing {
        if standing.started.as_ref().is_some_and(|started| day < started.day()) {
            rules.broken(ENDS_BEFORE_IT_STARTS)?;
        }
        if !standing.reviews.iter().any(|review| review.day() == day) {
            rules.broken(ONLY_A_REVIEW)?;
        }
    }
    let ended = CpPlanEnded {
        child: scribe.who.child,
        authority: scribe.who.authority.clone(),
        episode,
        plan,
        reason: None,
        conference: None,
        testimony: rules.testimony(),
    };
    scribe.write(news, on, ended);
    Ok(())
}
