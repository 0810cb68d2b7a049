//! When an agency's number by day is answered: the hours of each day of the week, from a day on.
//!
//! On a bank holiday, on Christmas Day, Boxing Day and New Year's Day nobody answers it, whatever the week says. Left out:
//! which number that is, and who answers outside these hours.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::working_days::{is_bank_holiday, is_weekend};

codes! {
    /// A day of the week.
    Weekday, "day":
    Monday => "monday",
    Tuesday => "tuesday",
    Wednesday => "wednesday",
    Thursday => "thursday",
    Friday => "friday",
    Saturday => "saturday",
    Sunday => "sunday",
}

/// A time of day by clocks in England, on the minute: `08:30`. `24:00` is the end of the day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "examples" = ["08:30", "17:00"]))]
pub struct TimeOfDay {
    minutes: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a time of day is 00:00 to 24:00, such as 08:30")]
pub struct NotATimeOfDay;

/// One day of the week on which the number is answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenDay {
    pub day: Weekday,
    pub opens: TimeOfDay,
    pub closes: TimeOfDay,
}

/// The hours of a week, as they changed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timetable {
    set: Vec<(NaiveDate, Vec<OpenDay>)>,
}

const NINE: TimeOfDay = TimeOfDay { minutes: 9 * 60 };
const FIVE: TimeOfDay = TimeOfDay { minutes: 17 * 60 };

impl Timetable {
    /// What is said later of the same day takes its place.
    pub(super) fn set(&mut self, from: NaiveDate, open: Vec<OpenDay>) {
        self.set.retain(|(before, _)| *before != from);
        self.set.push((from, open));
        self.set.sort_by_key(|(from, _)| *from);
    }

    /// The hours on record, each with its first day.
    #[must_use]
    pub fn on_record(&self) -> &[(NaiveDate, Vec<OpenDay>)] {
        &self.set
    }

    /// The week in force on a day; none when nothing was on record for it.
    pub(super) fn week_of(&self, day: NaiveDate) -> Option<&[OpenDay]> {
        self.set.iter().rfind(|(from, _)| *from <= day).map(|(_, open)| open.as_slice())
    }

    /// Whether the number by day is answered at a moment of civil time. Where no hours are on record, from nine to five
    /// on working days.
    #[must_use]
    pub fn is_open_at(&self, local: NaiveDateTime) -> bool {
        let (day, now) = (local.date(), TimeOfDay { minutes: local.hour() * 60 + local.minute() });
        if is_bank_holiday(day) || matches!((day.month(), day.day()), (12, 25 | 26) | (1, 1)) {
            return false;
        }
        match self.week_of(day) {
            None => !is_weekend(day) && (NINE..FIVE).contains(&now),
            Some(open) => {
                let today = open.iter().find(|open| open.day == Weekday::of(day));
                today.is_some_and(|today| (today.opens..today.closes).contains(&now))
            }
        }
    }
}

impl Weekday {
    fn of(day: NaiveDate) -> Self {
        match day.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = NotATimeOfDay;

    fn from_str(text: &str) -> Result<Self, NotATimeOfDay> {
        let two = |digits: &str| {
            let is_two = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
            is_two.then(|| digits.parse::<u32>().ok()).flatten().ok_or(NotATimeOfDay)
        };
        let (hour, minute) = text.split_once(':').ok_or(NotATimeOfDay)?;
        let (hour, minute) = (two(hour)?, two(minute)?);
        let minutes = hour * 60 + minute;
        if minute < 60 && minutes <= 24 * 60 { Ok(Self { minutes }) } else { Err(NotATimeOfDay) }
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = NotATimeOfDay;

    fn try_from(text: String) -> Result<Self, NotATimeOfDay> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(day: Weekday, opens: &str, closes: &str) -> OpenDay {
        OpenDay { day, opens: opens.parse().unwrap(), closes: closes.parse().unwrap() }
    }

    fn is_open(timetable: &Timetable, local: &str) -> bool {
        timetable.is_open_at(local.parse().unwrap())
    }

    #[test]
    fn a_time_of_day_is_on_the_minute() {
        for text in ["00:00", "08:30", "23:59", "24:00"] {
            assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), text);
        }
        for wrong in ["8:30", "24:01", "12:60", "0830", "", "+8:30", "08:30:00"] {
            assert_eq!(wrong.parse::<TimeOfDay>(), Err(NotATimeOfDay), "{wrong}");
        }
    }

    #[test]
    fn where_nothing_is_on_record_it_is_nine_to_five_on_working_days() {
        let nothing = Timetable::default();
        assert!(is_open(&nothing, "2026-03-10T09:00:00") && is_open(&nothing, "2026-03-10T16:59:59"));
        assert!(!is_open(&nothing, "2026-03-10T08:59:59") && !is_open(&nothing, "2026-03-10T17:00:00"));
        assert!(!is_open(&nothing, "2026-03-14T10:00:00"), "a Saturday");
    }

    #[test]
    fn the_hours_of_the_week_in_force_on_the_day_count() {
        let mut timetable = Timetable::default();
        let from = |text: &str| text.parse::<NaiveDate>().unwrap();
        timetable.set(from("2026-03-10"), vec![open(Weekday::Tuesday, "08:00", "18:30")]);
        timetable.set(from("2026-03-16"), vec![open(Weekday::Saturday, "10:00", "12:00")]);
        assert!(!is_open(&timetable, "2026-03-03T08:00:00"), "before they were in force");
        assert!(is_open(&timetable, "2026-03-10T08:00:00") && is_open(&timetable, "2026-03-10T18:29:59"));
        assert!(!is_open(&timetable, "2026-03-11T10:00:00"), "a day that is not named is closed");
        assert!(!is_open(&timetable, "2026-03-17T10:00:00"), "another week is in force");
        assert!(is_open(&timetable, "2026-03-21T10:00:00"), "a Saturday");
        timetable.set(from("2026-03-16"), Vec::new());
        assert!(!is_open(&timetable, "2026-03-21T10:00:00"), "said anew");
    }

    #[test]
    fn on_a_bank_holiday_and_at_christmas_nobody_answers() {
        let mut timetable = Timetable::default();
        let every = Weekday::ALL.iter().map(|day| open(*day, "00:00", "24:00")).collect();
        timetable.set("2020-01-01".parse().unwrap(), every);
        assert!(is_open(&timetable, "2026-03-14T23:59:00"));
        for day in ["2026-04-03", "2021-12-25", "2021-12-27", "2026-12-26"] {
            assert!(!is_open(&timetable, &format!("{day}T10:00:00")), "{day}");
        }
    }
}
