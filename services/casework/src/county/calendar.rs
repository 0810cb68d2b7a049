//! When people work: office hours, school days, and the hours at which things happen.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::when::{civil_day, instant_of};
use domain::working_days::is_working_day;

use super::dice::Dice;

/// A moment of a day's office hours.
pub(super) fn in_office_hours(day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
    at_clock(day, i64::from(dice.between(9 * 60, 17 * 60)))
}

/// A moment of any hour, most of them in the evening and at night.
pub(super) fn at_any_hour(day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
    let hour = dice.range(&[((17, 23), 50), ((0, 4), 20), ((8, 16), 30)]);
    at_clock(day, i64::from(hour * 60 + dice.below(60)))
}

/// When clocks in England show so many minutes after midnight.
pub(super) fn at_clock(day: NaiveDate, minutes: i64) -> DateTime<Utc> {
    instant_of(day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes))
}

/// The day itself if anyone is at work on it, else the next on which they are.
pub(super) fn working_day(mut day: NaiveDate) -> NaiveDate {
    while !is_working_day(day) {
        day = after(day, 1);
    }
    day
}

/// True when schools are open on the day, or on the next on which anyone is at work.
pub(super) fn is_term(day: NaiveDate) -> bool {
    !is_school_holiday(working_day(day))
}

/// The holidays that schools of the county have in common, near enough: two weeks at Christmas and around Easter, the
/// last week of each half-term, and from the last week of July to the end of August.
fn is_school_holiday(day: NaiveDate) -> bool {
    matches!(
        (day.month(), day.day()),
        (7, 23..) | (8, _) | (12, 21..) | (1, ..=3) | (10, 25..) | (2, 14..=20) | (5, 26..=31) | (4, 3..=16)
    )
}

pub(super) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day)
}

pub(super) fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(day)
}

/// When something that happened is written down: mostly the same or the next working day, sometimes much later.
pub(super) fn written_down(happened: DateTime<Utc>, dice: &mut Dice) -> DateTime<Utc> {
    let late = dice.range(&[((0, 0), 620), ((1, 1), 240), ((2, 4), 90), ((5, 12), 35), ((13, 40), 15)]);
    let day = working_day(after(civil_day(happened), late));
    let at = in_office_hours(day, dice);
    if at > happened { at } else { happened + TimeDelta::minutes(i64::from(dice.between(5, 90))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schools_are_closed_in_their_holidays() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(!is_term(day("2025-08-04")) && !is_term(day("2025-12-20")));
        for closed in ["2025-07-23", "2025-10-27", "2026-01-02", "2026-02-16", "2026-04-07", "2026-05-27"] {
            assert!(!is_term(day(closed)), "{closed}");
        }
        for open in ["2025-07-22", "2025-09-06", "2025-11-03", "2026-01-05", "2026-02-23", "2026-04-20"] {
            assert!(is_term(day(open)), "{open}");
        }
        assert_eq!(working_day(day("2025-12-25")), day("2025-12-29"));
    }

    #[test]
    fn nothing_is_written_down_before_it_happens() {
        let mut dice = Dice::of(1, "late");
        for number in 0..500 {
            let happened = at_any_hour(after("2025-01-01".parse().unwrap(), number), &mut dice);
            assert!(written_down(happened, &mut dice) > happened);
        }
    }
}
