//! Comparing dates of birth: the slips of those who write them down, and dates that are known in part.

use chrono::{Datelike, NaiveDate};

use super::{Level, OnRecord, Typed, weights};
use crate::matching::Field;
use crate::person::uncertain_date::{Precision, UncertainDate};

/// The best agreement with any date on record; none when one was not said.
pub(super) fn compare(typed: &Typed, record: &OnRecord) -> Option<Level> {
    let typed = typed.born?;
    let levels = record.births.iter().map(|known| level(typed, *known));
    levels.max_by_key(|level| weights::weight(Field::Birth, *level))
}

/// How two dates of birth agree.
pub(super) fn level(typed: UncertainDate, known: UncertainDate) -> Level {
    match (typed.day(), known.day()) {
        (Some(one), Some(other)) => {
            let is_exact = |date: UncertainDate| date.precision() == Precision::Exact;
            if is_exact(typed) && is_exact(known) { days(one, other) } else { near(one, other) }
        }
        _ if typed.earliest() <= known.latest() && known.earliest() <= typed.latest() => Level::CanBeTheSame,
        _ => Level::Different,
    }
}

/// True for the day that stands for an unknown one.
pub(super) fn is_first_of_january(day: NaiveDate) -> bool {
    (day.month(), day.day()) == (1, 1)
}

fn days(one: NaiveDate, other: NaiveDate) -> Level {
    if one == other {
        return if is_first_of_january(one) { Level::SameFirstOfJanuary } else { Level::Same };
    }
    let same_year = one.year() == other.year();
    if same_year && (is_first_of_january(one) || is_first_of_january(other)) {
        return Level::UnknownDay;
    }
    if same_year && (one.month(), one.day()) == (other.day(), other.month()) {
        return Level::DayAndMonthSwapped;
    }
    if (one.month(), one.day()) == (other.month(), other.day()) && one.year().abs_diff(other.year()) == 1 {
        return Level::YearOutByOne;
    }
    let (one, other) = (one.format("%Y%m%d").to_string(), other.format("%Y%m%d").to_string());
    let differing: Vec<(usize, (u8, u8))> =
        one.bytes().zip(other.bytes()).enumerate().filter(|(_, (left, right))| left != right).collect();
    match differing.as_slice() {
        [_] => Level::OneDigitOut,
        [(first, (a, b)), (second, (c, d))] if second - first == 1 && a == d && b == c => {
            Level::TwoDigitsSwapped
        }
        _ => Level::Different,
    }
}

/// An expected day is a guess: two weeks to either side fit it.
fn near(one: NaiveDate, other: NaiveDate) -> Level {
    let apart = one.signed_duration_since(other).num_days().abs();
    if apart <= 14 { Level::CanBeTheSame } else { Level::Different }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_in_a_date_has_its_level() {
        for (typed, known, expected) in [
            ("2015-04-03", "2015-04-03", Level::Same),
            ("2015-03-04", "2015-04-03", Level::DayAndMonthSwapped),
            ("2015-04-03", "2016-04-03", Level::YearOutByOne),
            ("2015-04-03", "2015-04-08", Level::OneDigitOut),
            ("2005-04-03", "2015-04-03", Level::OneDigitOut),
            ("2015-04-21", "2015-04-12", Level::TwoDigitsSwapped),
            ("2015-04-03", "2014-11-20", Level::Different),
            ("2015-01-01", "2015-01-01", Level::SameFirstOfJanuary),
            ("2015-01-01", "2015-07-19", Level::UnknownDay),
            ("2015-04", "2015-04-03", Level::CanBeTheSame),
            ("about 2014", "2015-04-03", Level::CanBeTheSame),
            ("2013", "2015-04-03", Level::Different),
            ("expected 2026-05-01", "2026-05-09", Level::CanBeTheSame),
            ("expected 2026-05-01", "2026-06-09", Level::Different),
        ] {
            assert_eq!(level(typed.parse().unwrap(), known.parse().unwrap()), expected, "{typed} {known}");
            assert_eq!(level(known.parse().unwrap(), typed.parse().unwrap()), expected, "{known} {typed}");
        }
    }
}
