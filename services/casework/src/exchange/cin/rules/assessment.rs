//! Assessments within their episode, and the factors found.

use std::collections::BTreeSet;

use super::super::codes::Usage;
use super::super::rows::{Assessment, Episode, Fault, Row};
use super::{Judging, SameDay, Span, beginning_within, open, paths};

pub(super) fn check(episode: &mut Row<Episode>, judging: Judging) {
    let spans: Vec<Span> = episode
        .says
        .assessments
        .iter()
        .filter_map(|row| {
            Some(Span { ordinal: row.head.ordinal, from: row.says.started?, to: row.says.authorised })
        })
        .collect();
    let overlapping = beginning_within(&spans, &spans, judging.period.last, SameDay::Overlaps);
    let open = open(&spans);
    let says = &mut episode.says;
    let closed_as_needless = says.closure_reason.is_some_and(|entry| matches!(entry.code, "RC8" | "RC9"));
    let is_only = says.assessments.len() == 1;
    for row in &mut says.assessments {
        if overlapping.contains(&row.head.ordinal) {
            row.fault("8863Q", paths::ASSESSMENT_START, "lies within another assessment of the episode");
        }
        if open.contains(&row.head.ordinal) {
            row.fault(
                "8896",
                paths::ASSESSMENT_END,
                "is missing for more than one assessment of the episode",
            );
        }
        if row.says.started.is_some_and(|started| started < says.referred) {
            row.fault("1103", paths::ASSESSMENT_START, "is before the referral");
        }
        if let Some(closed) = says.closed {
            after_closure(row, closed);
        }
        let found_nothing = row.says.factors.iter().any(|factor| factor.says.code.is_some_and(is_none_found));
        if is_only && found_nothing && row.says.authorised.is_some() && !closed_as_needless {
            row.fault(
                "8873Q",
                paths::FACTOR,
                "says no factors, yet the episode was not closed after assessment",
            );
        }
        days(row, judging);
        factors(row);
    }
}

fn after_closure(row: &mut Row<Assessment>, closed: chrono::NaiveDate) {
    if row.says.authorised.is_none() {
        row.fault("8867", paths::ASSESSMENT_END, "is missing though the episode is closed");
    }
    if row.says.started.is_some_and(|day| day > closed) {
        row.fault("8565", paths::ASSESSMENT_START, "is after the case was closed");
    }
    if row.says.authorised.is_some_and(|day| day > closed) {
        row.fault("8565", paths::ASSESSMENT_END, "is after the case was closed");
    }
}

fn days(row: &mut Row<Assessment>, judging: Judging) {
    let Assessment { started, authorised, .. } = row.says;
    let period = judging.period;
    match started {
        None => {
            row.head.note(Fault::reading("no-start", paths::ASSESSMENT_START, "is missing or no day"));
        }
        Some(started) => {
            if authorised.is_some_and(|authorised| authorised < started) {
                row.fault("8608", paths::ASSESSMENT_END, "is before the assessment started");
            }
            if authorised.is_none() && !period.holds(started) {
                row.fault(
                    "8736",
                    paths::ASSESSMENT_START,
                    "is not in the census year, and the assessment is unfinished",
                );
            }
            if authorised.is_none() && judging.is_longer_than(45, started, period.last) {
                row.fault(
                    "8670Q",
                    paths::ASSESSMENT_END,
                    "is missing more than 45 working days after the start",
                );
            }
        }
    }
    if authorised.is_some_and(|day| !period.holds(day)) {
        row.fault("8696", paths::ASSESSMENT_END, "is not in the census year");
    }
    judging
        .not_yet(&mut row.head, &[(paths::ASSESSMENT_START, started), (paths::ASSESSMENT_END, authorised)]);
}

fn factors(row: &mut Row<Assessment>) {
    let is_finished = row.says.authorised.is_some();
    let is_empty = row.says.factors.is_empty();
    let is_unclear = row.says.factors.iter().any(|factor| factor.says.code.is_none());
    if !is_finished && !is_empty {
        row.fault("8614", paths::FACTOR, "is given for an assessment that is not finished");
    }
    if is_finished && (is_empty || is_unclear) {
        row.fault("8897Q", paths::FACTOR, "is missing, or no code of its list, for a finished assessment");
    }
    let is_alone = row.says.factors.len() == 1;
    let mut before = BTreeSet::new();
    for factor in &mut row.says.factors {
        let Some(entry) = factor.says.code else { continue };
        if !before.insert(entry.code) {
            factor.fault("8898", paths::FACTOR, "is given twice for one assessment");
        }
        if is_none_found(entry) && !is_alone {
            factor.fault("8869", paths::FACTOR, "says no factors, beside another factor");
        }
        match (entry.code, entry.usage) {
            (_, Usage::Current) => {}
            ("18A", Usage::Retired) => {
                factor.fault("8945Q", paths::FACTOR, "is retired: 18B or 18C is allowed")
            }
            ("19A", Usage::Retired) => {
                factor.fault("8950Q", paths::FACTOR, "is retired: 19B or 19C is allowed")
            }
            (_, Usage::Retired) => {
                factor.head.note(Fault::reading("retired-code", paths::FACTOR, "is a retired code"));
            }
        }
    }
}

fn is_none_found(entry: &super::super::codes::Entry) -> bool {
    entry.code == "21"
}
