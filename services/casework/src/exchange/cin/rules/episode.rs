//! A referral: what it must say, what may not follow from one that was closed or led to nothing, and how the
//! referrals of one child lie beside each other.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::super::rows::{Child, Episode, Row};
use super::{Judging, SameDay, Span, beginning_within, is_kept_as_written, paths};

/// The longest a pregnancy counts before birth.
const FORTY_WEEKS: Days = Days::new(280);

pub(super) fn check(row: &mut Row<Episode>, judging: Judging) {
    referral(row, judging);
    closure(row, judging);
    conference(row, judging);
    no_further_action(row);
    closed_after_assessment(row);
    let days = [(paths::REFERRED, Some(row.says.referred)), (paths::CLOSED, row.says.closed)];
    judging.not_yet(&mut row.head, &days);
}

fn referral(row: &mut Row<Episode>, judging: Judging) {
    let Episode { referred, source, primary_need, no_further_action, .. } = row.says;
    if referred > judging.period.last {
        row.fault("8600", paths::REFERRED, "is after the end of the census year");
    }
    if source.is_none() {
        row.fault("8866", paths::SOURCE, "is missing or no code of its list");
    }
    if is_kept_as_written(&row.head, paths::NEED) {
        row.fault("8650", paths::NEED, "is no code of its list");
    } else if primary_need.is_none() && no_further_action == Some(false) {
        row.fault("8610", paths::NEED, "is missing for a referral that led to further action");
    }
    if no_further_action.is_none() {
        row.fault("8568", paths::NO_FURTHER_ACTION, "is missing or neither true nor false");
    }
    let long_before_the_year = judging.is_longer_than(1, referred, judging.period.first);
    if no_further_action == Some(true) && long_before_the_year {
        row.fault("8569Q", paths::NO_FURTHER_ACTION, "is true for a referral made before the census year");
    }
}

fn closure(row: &mut Row<Episode>, judging: Judging) {
    let Episode { referred, closed, closure_reason, .. } = row.says;
    let reason_is_unclear = is_kept_as_written(&row.head, paths::CLOSURE_REASON);
    let day_is_unclear = is_kept_as_written(&row.head, paths::CLOSED);
    if reason_is_unclear {
        row.fault("8640", paths::CLOSURE_REASON, "is no code of its list");
    }
    if closed.is_some() && closure_reason.is_none() && !reason_is_unclear {
        row.fault("8805", paths::CLOSURE_REASON, "is missing though there is a day of closure");
    }
    if closure_reason.is_some() && closed.is_none() && !day_is_unclear {
        row.fault("8810", paths::CLOSED, "is missing though there is a reason for closure");
    }
    let Some(closed) = closed else { return };
    if !judging.period.holds(closed) {
        row.fault("8620", paths::CLOSED, "is not in the census year");
    }
    if closed < referred {
        row.fault("8630", paths::CLOSED, "is before the referral");
    }
    if row.says.transfer_in_conference.is_some_and(|held| held > closed) {
        row.fault("8565", paths::TRANSFER_CONFERENCE, "is after the case was closed");
    }
    let reason = closure_reason.map(|entry| entry.code);
    if matches!(reason, Some("RC8" | "RC9")) && row.says.assessments.is_empty() {
        row.fault("8825Q", paths::CLOSURE_REASON, "says closed after assessment, yet there is no assessment");
    }
}

fn conference(row: &mut Row<Episode>, judging: Judging) {
    let has_own = row.says.section47s.iter().any(|section47| section47.says.conference.is_some());
    if !row.says.section47s.is_empty() && row.says.assessments.is_empty() {
        row.fault("2991Q", paths::S47_START, "is given though the episode has no assessment");
    }
    let Some(held) = row.says.transfer_in_conference else { return };
    if has_own {
        row.fault(
            "2884",
            paths::TRANSFER_CONFERENCE,
            "is given for the episode and again for a section 47 enquiry",
        );
    }
    if held < row.says.referred {
        row.fault("1104", paths::TRANSFER_CONFERENCE, "is before the referral");
    }
    judging.not_yet(&mut row.head, &[(paths::TRANSFER_CONFERENCE, Some(held))]);
}

fn no_further_action(row: &mut Row<Episode>) {
    let says = &row.says;
    if says.no_further_action != Some(true) {
        return;
    }
    let acted =
        !says.assessments.is_empty() || !says.section47s.is_empty() || says.transfer_in_conference.is_some();
    let (planned, protected) = (!says.cin_plans.is_empty(), !says.plans.is_empty());
    if acted {
        row.fault(
            "8831",
            paths::NO_FURTHER_ACTION,
            "is true, yet there is an assessment, enquiry or conference",
        );
    }
    if protected {
        row.fault("8832", paths::NO_FURTHER_ACTION, "is true, yet there is a child protection plan");
    }
    if planned {
        row.fault("4000", paths::NO_FURTHER_ACTION, "is true, yet there is a child in need plan");
    }
}

fn closed_after_assessment(row: &mut Row<Episode>) {
    let says = &row.says;
    let ended_there = says.closure_reason.is_some_and(|entry| matches!(entry.code, "RC8" | "RC9"));
    let went_on = !says.section47s.is_empty()
        || !says.plans.is_empty()
        || !says.cin_plans.is_empty()
        || says.transfer_in_conference.is_some();
    if ended_there && went_on {
        row.fault("2990", paths::CLOSURE_REASON, "says closed after assessment, yet more was done");
    }
}

/// The rules that hold an episode against the child's birth and death.
pub(super) fn check_life(row: &mut Row<Episode>, died: Option<NaiveDate>, birth: Option<NaiveDate>) {
    if row.says.closure_reason.is_some_and(|entry| entry.code == "RC2") && died.is_none() {
        row.fault("8585Q", paths::CLOSURE_REASON, "says the child died, yet there is no day of death");
    }
    let conceived = birth.and_then(|birth| birth.checked_sub_days(FORTY_WEEKS));
    if conceived.is_some_and(|conceived| row.says.referred < conceived) {
        row.fault("8606", paths::REFERRED, "is more than 40 weeks before the birth");
    }
    let Some(died) = died else { return };
    if row.says.referred > died {
        row.fault("8555Q", paths::REFERRED, "is after the child died");
    }
    for plan in &mut row.says.plans {
        if plan.says.started.is_some_and(|day| day > died) {
            plan.fault("8915", paths::PLAN_START, "is after the child died");
        }
        if plan.says.ended.is_some_and(|day| day > died) {
            plan.fault("8920", paths::PLAN_END, "is after the child died");
        }
    }
    for plan in &mut row.says.cin_plans {
        if plan.says.started.is_some_and(|day| day > died) {
            plan.fault("4008", paths::CIN_PLAN_START, "is after the child died");
        }
        if plan.says.ended.is_some_and(|day| day > died) {
            plan.fault("4009Q", paths::CIN_PLAN_END, "is after the child died");
        }
    }
}

/// Referrals of one child follow each other: only the last may be open. One that led to nothing ends where it
/// began.
pub(super) fn check_together(child: &mut Child, judging: Judging) {
    let latest = child.episodes.iter().map(|row| row.says.referred).max();
    let is_open = |row: &Row<Episode>| row.says.closed.is_none() && row.says.no_further_action == Some(false);
    let open = child.episodes.iter().filter(|row| is_open(row)).count();
    let spans: Vec<Span> = child.episodes.iter().map(|row| span(row, is_open(row))).collect();
    let overlapping: BTreeSet<u64> = beginning_within(&spans, &spans, judging.period.last, SameDay::Follows);
    for row in &mut child.episodes {
        if is_open(row) && open > 1 {
            row.fault("8815", paths::CLOSED, "is missing for more than one episode of the child");
        }
        if is_open(row) && Some(row.says.referred) != latest {
            row.fault("8816", paths::CLOSED, "is missing for an episode that is not the latest");
        }
        if overlapping.contains(&row.head.ordinal) {
            row.fault("8820", paths::REFERRED, "lies within another episode of the child");
        }
    }
}

fn span(row: &Row<Episode>, is_open: bool) -> Span {
    let Episode { referred, closed, .. } = row.says;
    let to = if is_open { None } else { Some(closed.unwrap_or(referred)) };
    Span { ordinal: row.head.ordinal, from: referred, to }
}
