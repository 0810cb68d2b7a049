//! The working days of England: Monday to Friday, bank holidays left out.
//!
//! The yearly holidays are computed from their rules (Banking and Financial Dealings Act 1971, schedule 1, and the
//! common-law holidays of Good Friday and Christmas Day, with the customary substitutes for weekends). What a
//! royal proclamation changed once is data. Days announced later are added there: nothing on record changes, only
//! what is due after it. Local and school holidays do not count.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Holidays proclaimed for one year only, 2000 onwards.
const PROCLAIMED: &[(i32, u32, u32)] = &[
    (2002, 6, 3),  // Golden Jubilee
    (2002, 6, 4),  // spring bank holiday, moved from 27 May
    (2011, 4, 29), // royal wedding
    (2012, 6, 4),  // spring bank holiday, moved from 28 May
    (2012, 6, 5),  // Diamond Jubilee
    (2020, 5, 8),  // early May bank holiday, moved from 4 May: 75 years since VE day
    (2022, 6, 2),  // spring bank holiday, moved from 30 May
    (2022, 6, 3),  // Platinum Jubilee
    (2022, 9, 19), // funeral of Queen Elizabeth II
    (2023, 5, 8),  // coronation of King Charles III
];

/// Days that would be holidays by rule, and were working days because the holiday was moved.
const GIVEN_UP: &[(i32, u32, u32)] = &[(2002, 5, 27), (2012, 5, 28), (2020, 5, 4), (2022, 5, 30)];

/// The day that is `count` working days after `start`. The start is day 0, whatever day of the week it is.
#[must_use]
pub fn add_working_days(start: NaiveDate, count: u16) -> NaiveDate {
    let mut day = start;
    let mut left = count;
    while left > 0 {
        // The calendar's last day is some 260,000 years away.
        let Some(next) = day.checked_add_days(Days::new(1)) else { return day };
        day = next;
        if is_working_day(day) {
            left -= 1;
        }
    }
    day
}

/// How many working days after `start` the day `end` comes: what [`add_working_days`] undoes. 0 when it is not
/// later.
#[must_use]
pub fn working_days_between(start: NaiveDate, end: NaiveDate) -> usize {
    start.iter_days().skip(1).take_while(|day| *day <= end).filter(|day| is_working_day(*day)).count()
}

/// True from Monday to Friday, bank holidays excepted.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> bool {
    !is_weekend(day) && !is_bank_holiday(day)
}

/// True on a Saturday or a Sunday.
#[must_use]
pub fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// True on a bank holiday in England, or its substitute weekday. (A holiday that falls on a weekend and is
/// substituted is not counted on the weekend day.)
#[must_use]
pub fn is_bank_holiday(day: NaiveDate) -> bool {
    let date = (day.year(), day.month(), day.day());
    if PROCLAIMED.contains(&date) {
        return true;
    }
    !GIVEN_UP.contains(&date)
        && (is_new_year(day) || is_easter(day) || is_monday_holiday(day) || is_christmas(day))
}

/// 1 January, or the Monday after it when that is a weekend.
fn is_new_year(day: NaiveDate) -> bool {
    day.month() == 1
        && match day.day() {
            1 => !is_weekend(day),
            2 | 3 => day.weekday() == Weekday::Mon,
            _ => false,
        }
}

/// Good Friday and Easter Monday.
fn is_easter(day: NaiveDate) -> bool {
    // Neither can fall in another month, so most days need no reckoning.
    matches!(day.month(), 3 | 4)
        && easter_sunday(day.year()).is_some_and(|sunday| {
            let from_sunday = day.signed_duration_since(sunday).num_days();
            from_sunday == -2 || from_sunday == 1
        })
}

/// The first Monday of May, the last Monday of May, the last Monday of August.
fn is_monday_holiday(day: NaiveDate) -> bool {
    day.weekday() == Weekday::Mon
        && match day.month() {
            5 => day.day() <= 7 || day.day() >= 25,
            8 => day.day() >= 25,
            _ => false,
        }
}

/// 25 and 26 December, or the weekdays that stand in for them.
fn is_christmas(day: NaiveDate) -> bool {
    day.month() == 12
        && match day.day() {
            25 | 26 => !is_weekend(day),
            27 => matches!(day.weekday(), Weekday::Mon | Weekday::Tue),
            28 => matches!(day.weekday(), Weekday::Mon | Weekday::Tue),
            _ => false,
        }
}

/// Easter Sunday of the Gregorian calendar, by the church's own terms: the first Sunday after the paschal full
/// moon, which comes from the year's place in the 19-year cycle corrected for skipped leap days.
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let century = year.div_euclid(100);
    let solar = century - century.div_euclid(4);
    let lunar = (8 * century + 13).div_euclid(25);
    // Days from 21 March to the full moon; two late moons are brought forward so that the cycle never repeats one.
    let mut moon = (19 * golden + solar - lunar + 15).rem_euclid(30);
    if moon == 29 || (moon == 28 && golden > 10) {
        moon -= 1;
    }
    let days_after_equinox = u64::try_from(moon).ok()?;
    let full_moon = NaiveDate::from_ymd_opt(year, 3, 21)?.checked_add_days(Days::new(days_after_equinox))?;
    let to_sunday = 7 - full_moon.weekday().num_days_from_sunday();
    full_moon.checked_add_days(Days::new(u64::from(to_sunday)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn holidays(year: i32) -> Vec<String> {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| is_bank_holiday(*day))
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn the_strategy_discussion_is_day_nought_and_the_spring_holiday_does_not_count() {
        assert_eq!(add_working_days(day("2025-05-08"), 15), day("2025-05-30"));
        assert_eq!(working_days_between(day("2025-05-08"), day("2025-05-30")), 15);
    }

    #[test]
    fn a_referral_on_a_saturday_is_to_be_decided_by_monday() {
        assert_eq!(add_working_days(day("2026-03-07"), 1), day("2026-03-09"));
    }

    #[test]
    fn the_holidays_are_those_the_government_published() {
        for (year, published) in [
            (2000, "01-03 04-21 04-24 05-01 05-29 08-28 12-25 12-26"),
            (2002, "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26"),
            (2004, "01-01 04-09 04-12 05-03 05-31 08-30 12-27 12-28"),
            (2005, "01-03 03-25 03-28 05-02 05-30 08-29 12-26 12-27"),
            (2009, "01-01 04-10 04-13 05-04 05-25 08-31 12-25 12-28"),
            (2010, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
            (2011, "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27"),
            (2012, "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26"),
            (2018, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"),
            (2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"),
            (2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"),
            (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
            (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
            (2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
            (2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
            (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        ] {
            assert_eq!(holidays(year).join(" "), published, "in {year}");
        }
    }

    #[test]
    fn easter_falls_where_the_church_says() {
        for (year, sunday) in [
            (1954, "1954-04-18"),
            (1981, "1981-04-19"),
            (2000, "2000-04-23"),
            (2008, "2008-03-23"),
            (2019, "2019-04-21"),
            (2030, "2030-04-21"),
            (2035, "2035-03-25"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(easter_sunday(year), Some(day(sunday)));
        }
    }

    #[test]
    fn every_year_has_eight_holidays_but_those_with_a_proclaimed_one_more() {
        for year in 2000..=2035 {
            let more = match year {
                2002 | 2011 | 2012 | 2023 => 1,
                2022 => 2,
                _ => 0,
            };
            assert_eq!(holidays(year).len(), 8 + more, "in {year}");
            assert!(holidays(year).iter().all(|text| !is_weekend(day(&format!("{year}-{text}")))));
        }
    }

    proptest! {
        #[test]
        fn counting_and_adding_agree(offset in 0_u64..13_000, count in 0_u16..400) {
            let start = day("2000-01-01") + Days::new(offset);
            let end = add_working_days(start, count);
            prop_assert_eq!(working_days_between(start, end), usize::from(count));
            prop_assert!(count == 0 || is_working_day(end));
        }

        #[test]
        fn a_later_start_never_has_an_earlier_end(offset in 0_u64..13_000, count in 0_u16..100) {
            let start = day("2000-01-01") + Days::new(offset);
            prop_assert!(add_working_days(start, count) <= add_working_days(start + Days::new(1), count));
        }
    }
}
