//! The days a measure is about: a window, and the twelve months that end with it.

use chrono::{Days, Months, NaiveDate};

/// From a day to a day, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    from: NaiveDate,
    to: NaiveDate,
}

/// How many months are told beside a window.
pub const MONTHS: u32 = 12;

/// The first day comes after the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must not be after the last day of the window")]
pub struct Reversed;

impl Window {
    /// # Errors
    /// [`Reversed`].
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, Reversed> {
        if from <= to { Ok(Self { from, to }) } else { Err(Reversed) }
    }

    /// The twelve months that end on a day.
    #[must_use]
    pub fn year_to(to: NaiveDate) -> Self {
        Self { from: after(months_before(to, MONTHS)), to }
    }

    #[must_use]
    pub fn from(self) -> NaiveDate {
        self.from
    }

    #[must_use]
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// True for twelve months that end with a month of the calendar.
    #[must_use]
    pub fn is_year_of_whole_months(self) -> bool {
        self == Self::year_to(self.to) && is_last_of_month(self.to)
    }

    /// True when the months are the window, cut in twelve.
    pub(super) fn is_year(self) -> bool {
        self == Self::year_to(self.to)
    }

    /// The months that end with the window, the earliest first.
    pub fn months(self) -> impl Iterator<Item = Self> {
        (1..=MONTHS).rev().map(move |back| Self {
            from: after(months_before(self.to, back)),
            to: months_before(self.to, back - 1),
        })
    }
}

/// The last day of the last month that is over on a day.
#[must_use]
pub fn last_whole_month(day: NaiveDate) -> NaiveDate {
    if is_last_of_month(day) { day } else { months_before(last_of_month(day), 1) }
}

fn is_last_of_month(day: NaiveDate) -> bool {
    last_of_month(day) == day
}

fn last_of_month(day: NaiveDate) -> NaiveDate {
    use chrono::Datelike;
    let next = day.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).unwrap_or(day)
}

/// The end of a month stays the end of a month.
fn months_before(day: NaiveDate, months: u32) -> NaiveDate {
    let before = day.checked_sub_months(Months::new(months)).unwrap_or(day);
    if is_last_of_month(day) { last_of_month(before) } else { before }
}

fn after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_cut_in_twelve_months_without_gap() {
        for to in ["2026-03-31", "2026-02-28", "2024-02-29", "2026-05-17", "2026-06-30"] {
            let year = Window::year_to(day(to));
            let months: Vec<_> = year.months().collect();
            assert_eq!(months.len(), 12);
            assert_eq!((months[0].from, months[11].to), (year.from, year.to), "{to}");
            for pair in months.windows(2) {
                assert_eq!(after(pair[0].to), pair[1].from, "{to}");
            }
        }
        assert_eq!(Window::year_to(day("2025-03-31")).from, day("2024-04-01"));
        assert_eq!(Window::year_to(day("2026-03-10")).from, day("2025-03-11"));
    }

    #[test]
    fn a_month_is_whole_when_it_is_over() {
        assert_eq!(last_whole_month(day("2026-03-10")), day("2026-02-28"));
        assert_eq!(last_whole_month(day("2026-03-31")), day("2026-03-31"));
        assert!(Window::year_to(day("2026-02-28")).is_year_of_whole_months());
        assert!(!Window::year_to(day("2026-03-10")).is_year_of_whole_months());
    }
}
