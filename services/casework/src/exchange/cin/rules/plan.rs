//! Child protection plans: categories, the conference that began them, their reviews, and no two at once.

use chrono::NaiveDate;

use super::super::rows::{Child, CinPlan, Episode, Fault, Plan, Row};
use super::{Judging, SameDay, beginning_within, cin_plan_spans, open, paths, plan_spans};

pub(super) fn check(child: &mut Row<Child>, judging: Judging) {
    let spans = plan_spans(&child.says);
    let need = cin_plan_spans(&child.says);
    let year_end = judging.period.last;
    let overlapping = beginning_within(&spans, &spans, year_end, SameDay::Overlaps);
    let during_need = beginning_within(&spans, &need, year_end, SameDay::Follows);
    let open = open(&spans);
    for episode in &mut child.says.episodes {
        let conferences = conferences(&episode.says);
        let Episode { referred, closed, cin_plans, plans, .. } = &mut episode.says;
        for row in plans {
            if overlapping.contains(&row.head.ordinal) {
                row.fault("8940", paths::PLAN_START, "lies within another child protection plan");
            }
            if during_need.contains(&row.head.ordinal) {
                row.fault("4017", paths::PLAN_START, "lies within a child in need plan");
            }
            if open.contains(&row.head.ordinal) {
                row.fault("8935", paths::PLAN_END, "is missing for more than one plan of the child");
            }
            if row.says.started.is_some_and(|day| day < *referred) {
                row.fault("1105", paths::PLAN_START, "is before the referral");
            }
            let began_this_year = row.says.started.filter(|started| judging.period.holds(*started));
            if began_this_year.is_some_and(|started| !conferences.contains(&started)) {
                row.fault(
                    "2885",
                    paths::PLAN_START,
                    "is not the day of an initial child protection conference",
                );
            }
            if row.says.ended.is_some_and(|ended| closed.is_some_and(|closed| ended > closed)) {
                row.fault("8565", paths::PLAN_END, "is after the case was closed");
            }
            days(row, judging);
            categories(row);
            reviews(row, cin_plans, judging);
        }
    }
}

fn conferences(episode: &Episode) -> Vec<NaiveDate> {
    let own: Vec<NaiveDate> = episode.section47s.iter().filter_map(|row| row.says.conference).collect();
    if own.is_empty() { episode.transfer_in_conference.into_iter().collect() } else { own }
}

fn days(row: &mut Row<Plan>, judging: Judging) {
    let Plan { started, ended, .. } = row.says;
    if started.is_none_or(|started| started > judging.period.last) {
        row.fault("8720", paths::PLAN_START, "is missing or after the end of the census year");
    }
    if let (Some(started), Some(ended)) = (started, ended) {
        if ended < started {
            row.fault("8925", paths::PLAN_END, "is before the plan started");
        }
        if ended == started {
            row.fault("8840", paths::PLAN_END, "is the day the plan started");
        }
    }
    if ended.is_some_and(|ended| !judging.period.holds(ended)) {
        row.fault("8930", paths::PLAN_END, "is not in the census year");
    }
    judging.not_yet(&mut row.head, &[(paths::PLAN_START, started), (paths::PLAN_END, ended)]);
}

fn categories(row: &mut Row<Plan>) {
    if row.says.initial_category.is_none() {
        row.fault("8905", paths::INITIAL_CATEGORY, "is missing or no code of its list");
    }
    if row.says.latest_category.is_none() {
        row.fault("8910", paths::LATEST_CATEGORY, "is missing or no code of its list");
    }
    if row.says.previous_plans.is_none() {
        row.fault("8730", paths::PREVIOUS_PLANS, "is missing or no number");
    }
}

fn reviews(row: &mut Row<Plan>, cin_plans: &[Row<CinPlan>], judging: Judging) {
    let Plan { started, ended, .. } = row.says;
    for review in &mut row.says.reviews {
        let held = review.says.held;
        if started.is_some_and(|started| held <= started) {
            review.fault("8841", paths::REVIEW, "is on or before the day the plan started");
        }
        if ended.is_some_and(|ended| held > ended) {
            let what = "is after the plan ended";
            review.head.note(Fault::reading("contradiction", paths::REVIEW, what));
        }
        let in_need = cin_plans.iter().any(|plan| runs(&plan.says, held, judging));
        if in_need && ended != Some(held) {
            review.fault("4003", paths::REVIEW, "lies within a child in need plan");
        }
        judging.not_yet(&mut review.head, &[(paths::REVIEW, Some(held))]);
    }
}

fn runs(plan: &CinPlan, day: NaiveDate, judging: Judging) -> bool {
    let until = plan.ended.unwrap_or(judging.period.last);
    plan.started.is_some_and(|started| started <= day) && day < until
}
