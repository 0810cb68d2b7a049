//! Child in need plans, alone and beside child protection plans: a child has one or the other.

use super::super::rows::{Child, CinPlan, Row};
use super::{Judging, SameDay, beginning_within, cin_plan_spans, open, paths, plan_spans};

pub(super) fn check(child: &mut Row<Child>, judging: Judging) {
    let spans = cin_plan_spans(&child.says);
    let protection = plan_spans(&child.says);
    let year_end = judging.period.last;
    let overlapping = beginning_within(&spans, &spans, year_end, SameDay::Follows);
    let during_protection = beginning_within(&spans, &protection, year_end, SameDay::Follows);
    let open = open(&spans);
    for episode in &mut child.says.episodes {
        let says = &mut episode.says;
        let has_open_protection = says.plans.iter().any(|plan| plan.says.ended.is_none());
        for row in &mut says.cin_plans {
            if has_open_protection && row.says.ended.is_none() {
                row.fault("4001", paths::CIN_PLAN_END, "is missing while a child protection plan is open");
            }
            if during_protection.contains(&row.head.ordinal) {
                row.fault("4016", paths::CIN_PLAN_START, "lies within a child protection plan");
            }
            if overlapping.contains(&row.head.ordinal) {
                row.fault("4014", paths::CIN_PLAN_START, "lies within another child in need plan");
            }
            if open.contains(&row.head.ordinal) {
                row.fault("4004", paths::CIN_PLAN_END, "is missing for more than one plan of the child");
            }
            if row.says.started.is_some_and(|day| day < says.referred) {
                row.fault("4015", paths::CIN_PLAN_START, "is before the referral");
            }
            if let Some(closed) = says.closed {
                if row.says.started.is_some_and(|day| day > closed) {
                    row.fault("8565", paths::CIN_PLAN_START, "is after the case was closed");
                }
                if row.says.ended.is_some_and(|day| day > closed) {
                    row.fault("8565", paths::CIN_PLAN_END, "is after the case was closed");
                }
            }
            days(row, judging);
        }
    }
}

fn days(row: &mut Row<CinPlan>, judging: Judging) {
    let CinPlan { started, ended } = row.says;
    if started.is_none_or(|started| started > judging.period.last) {
        row.fault("4010", paths::CIN_PLAN_START, "is missing or after the end of the census year");
    }
    if let (Some(started), Some(ended)) = (started, ended) {
        if ended < started {
            row.fault("4011", paths::CIN_PLAN_END, "is before the plan started");
        }
        if ended == started {
            row.fault("4012Q", paths::CIN_PLAN_END, "is the day the plan started");
        }
    }
    if ended.is_some_and(|ended| !judging.period.holds(ended)) {
        row.fault("4013", paths::CIN_PLAN_END, "is not in the census year");
    }
    judging.not_yet(&mut row.head, &[(paths::CIN_PLAN_START, started), (paths::CIN_PLAN_END, ended)]);
}
