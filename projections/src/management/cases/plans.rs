//! Child protection plans: from when until when, under which category on which day, and how many there were before.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::case::Case;
use domain::case::clocks::Step;
use domain::case::codes::AbuseCategory;
use domain::case::measured::Measured;
use domain::case::state::CpPlan;
use uuid::Uuid;

use super::super::known::LineId;
use super::super::table;
use super::Counted;
use crate::rows::Row;

pub(super) fn lines(case: &Case, measured: &[Measured], lines: &mut Vec<Counted>) {
    let mut previous_ended_on: Option<NaiveDate> = None;
    for plan in case.cp_plans() {
        let Some(run) = plan.run() else { continue };
        let said = plan.started.as_ref().and_then(|start| start.value.previous_plans).unwrap_or_default();
        let previous = case.plans_before(run.from).max(said);
        lines.push(Counted::Plan(Plan {
            plan: plan.id.0,
            started_on: run.from,
            ended_on: run.until,
            end_reason: plan.ended.as_ref().and_then(|ended| ended.value).map(|reason| reason.code()),
            initial: category(plan.started.as_ref().map(|start| &start.value.categories)),
            previous,
            previous_ended_on,
            missed_on: missed_on(plan.id.0, measured),
            said_until: plan.said_until().filter(|_| !case.is_at_work()),
        }));
        categories(plan, run.from, run.until, lines);
        previous_ended_on = previous_ended_on.max(run.until);
    }
}

/// The last day of the first review that was not held by it. It may be to come.
fn missed_on(plan: Uuid, measured: &[Measured]) -> Option<NaiveDate> {
    let reviews = measured.iter().filter(|it| it.of == plan && it.step == Step::HoldReviewConference);
    reviews.filter(|it| it.was_late() != Some(false)).map(|it| it.limit).min()
}

/// One category, or several as the census counts them.
fn category(categories: Option<&BTreeSet<AbuseCategory>>) -> &'static str {
    let mut categories = categories.into_iter().flatten();
    match (categories.next(), categories.next()) {
        (Some(one), None) => one.code(),
        (Some(_), Some(_)) => AbuseCategory::Multiple.code(),
        (None, _) => "not-said",
    }
}

fn categories(plan: &CpPlan, from: NaiveDate, until: Option<NaiveDate>, lines: &mut Vec<Counted>) {
    let first = (from, category(plan.started.as_ref().map(|start| &start.value.categories)));
    let changes = plan.changes.iter().map(|change| (change.day(), category(Some(&change.value))));
    let spells: Vec<_> = std::iter::once(first).chain(changes).collect();
    for (nth, (from_on, category)) in spells.iter().enumerate() {
        let until_on = spells.get(nth + 1).map(|(next, _)| *next).or(until);
        lines.push(Counted::Category(Category {
            plan: plan.id.0,
            nth,
            category,
            from_on: *from_on,
            until_on,
        }));
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    plan: Uuid,
    pub started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    end_reason: Option<&'static str>,
    initial: &'static str,
    /// Plans ever before at this authority.
    previous: u32,
    previous_ended_on: Option<NaiveDate>,
    missed_on: Option<NaiveDate>,
    /// The day of the return that alone tells of it.
    said_until: Option<NaiveDate>,
}

impl Plan {
    pub fn id(&self) -> LineId {
        (table::PLAN, self.plan, 0)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.plan)
            .date(self.started_on)
            .opt_date(self.ended_on)
            .opt_text(self.end_reason)
            .text(self.initial)
            .int(i32::try_from(self.previous).unwrap_or(i32::MAX))
            .opt_date(self.previous_ended_on)
            .opt_date(self.missed_on)
            .opt_date(self.said_until)
            .end();
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    plan: Uuid,
    nth: usize,
    category: &'static str,
    pub from_on: NaiveDate,
    until_on: Option<NaiveDate>,
}

impl Category {
    pub fn id(&self) -> LineId {
        (table::CATEGORY, self.plan, self.nth)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.plan).text(self.category).date(self.from_on).opt_date(self.until_on).end();
    }
}
