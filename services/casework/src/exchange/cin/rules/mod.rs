//! The rules of the census that one child can break, in our own words under the census numbers. Nothing is
//! refused here: a broken rule is a fault on the row it concerns. Rules about a whole return are in `across`;
//! timeliness is not judged at all, since a late assessment is a true report.

mod across;
mod assessment;
mod child;
mod cin_plan;
mod episode;
mod plan;
mod section47;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};

pub(super) use across::Tally;

use super::header::{Header, Period};
use super::paths;
use super::rows::{Child, Fault, Head, Row};

/// How many working days lie after the first day up to and including the second.
pub type WorkingDays = fn(NaiveDate, NaiveDate) -> i64;

/// Monday to Friday, for those who know of no holidays.
pub fn weekdays_between(from: NaiveDate, to: NaiveDate) -> i64 {
    let weeks = (to - from).num_days().div_euclid(7);
    let rest = (to - from).num_days().rem_euclid(7);
    let odd_days = from.iter_days().skip(1).take(usize::try_from(rest).unwrap_or_default());
    let odd = odd_days.filter(|day| !is_weekend(*day)).count();
    weeks * 5 + i64::try_from(odd).unwrap_or_default()
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// What a child is judged by.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    pub period: Period,
    pub made_on: Option<NaiveDate>,
    pub working_days: WorkingDays,
}

impl Judging {
    pub(super) fn by(header: &Header, working_days: WorkingDays) -> Self {
        Self { period: header.period(), made_on: header.made_at.map(|at| at.date()), working_days }
    }

    /// Whether more than so many working days lie between: a long time is not counted day by day.
    fn is_longer_than(self, working_days: i64, from: NaiveDate, to: NaiveDate) -> bool {
        let certainly = (to - from).num_days() > 2 * working_days + 30;
        certainly || (self.working_days)(from, to) > working_days
    }

    /// A day later than the making of the return is impossible, whatever else the rules allow.
    fn not_yet(self, head: &mut Head, days: &[(&'static str, Option<NaiveDate>)]) {
        for (field, day) in days {
            if day.is_some_and(|day| self.made_on.is_some_and(|made| day > made)) {
                head.note(Fault::reading(
                    "after-the-return",
                    field,
                    "is later than the day the return was made",
                ));
            }
        }
    }
}

pub(super) fn check(row: &mut Row<Child>, judging: Judging) {
    child::check(row, judging);
    cin_plan::check(row, judging);
    plan::check(row, judging);
    let Row { says: child, .. } = row;
    let (died, born, expected) = (child.died, child.born, child.expected);
    for row in &mut child.episodes {
        episode::check(row, judging);
        episode::check_life(row, died, born.or(expected));
        assessment::check(row, judging);
        section47::check(row, judging);
    }
    episode::check_together(child, judging);
}

/// A stretch of time in one row, told from the others of its table by its place in the file.
struct Span {
    ordinal: u64,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

/// Whether a stretch that begins on the last day of another overlaps it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SameDay {
    Overlaps,
    Follows,
}

/// The rows that begin while another is running.
fn beginning_within(
    spans: &[Span],
    others: &[Span],
    year_end: NaiveDate,
    same_day: SameDay,
) -> BTreeSet<u64> {
    let runs_at = |other: &Span, day: NaiveDate| {
        other.from <= day
            && match (other.to, same_day) {
                (Some(to), SameDay::Follows) => day < to,
                (Some(to), SameDay::Overlaps) => day <= to,
                (None, _) => day <= year_end,
            }
    };
    let is_other = |span: &Span, other: &Span| !std::ptr::eq(spans, others) || span.ordinal != other.ordinal;
    let begins_within =
        |span: &&Span| others.iter().any(|other| is_other(span, other) && runs_at(other, span.from));
    spans.iter().filter(begins_within).map(|span| span.ordinal).collect()
}

fn open(spans: &[Span]) -> BTreeSet<u64> {
    let open: BTreeSet<u64> =
        spans.iter().filter(|span| span.to.is_none()).map(|span| span.ordinal).collect();
    if open.len() > 1 { open } else { BTreeSet::new() }
}

/// Whether a field holds something, though nothing its list knows.
fn is_kept_as_written(head: &Head, field: &'static str) -> bool {
    head.as_written.iter().any(|written| written.field == field)
}

fn cin_plan_spans(child: &Child) -> Vec<Span> {
    let plans = child.episodes.iter().flat_map(|episode| &episode.says.cin_plans);
    let span = |row: &Row<super::rows::CinPlan>| {
        Some(Span { ordinal: row.head.ordinal, from: row.says.started?, to: row.says.ended })
    };
    plans.filter_map(span).collect()
}

fn plan_spans(child: &Child) -> Vec<Span> {
    let plans = child.episodes.iter().flat_map(|episode| &episode.says.plans);
    let span = |row: &Row<super::rows::Plan>| {
        Some(Span { ordinal: row.head.ordinal, from: row.says.started?, to: row.says.ended })
    };
    plans.filter_map(span).collect()
}
