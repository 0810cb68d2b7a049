//! The moment a reader looks back to: the end of a day, or a time on it, by clocks in England.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::when::{civil_day, start_of};

use super::components::Problems;
use super::words;

/// What was typed of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment<'a> {
    day: Option<&'a str>,
    time: Option<&'a str>,
}

impl<'a> Moment<'a> {
    /// Empty fields are fields left out.
    pub fn of(day: Option<&'a str>, time: Option<&'a str>) -> Self {
        let filled = |text: Option<&'a str>| text.map(str::trim).filter(|text| !text.is_empty());
        Self { day: filled(day), time: filled(time) }
    }

    /// The moment, never in the future; none when no day was given, or it cannot be read. The field is `known`.
    pub fn read(self, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
        let day = read_day(self.day?);
        let time = self.time.map(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
        let at = match (day, time) {
            (Some(day), None) => start_of(day + Days::new(1)),
            (Some(day), Some(Some(time))) => start_of(day) + (time - NaiveTime::MIN),
            _ => {
                problems.add(
                    "known",
                    "Give a day, such as 1 3 2026, and if you like a time on it, such as 14:30",
                );
                return None;
            }
        };
        if at > now && day.is_some_and(|day| day > civil_day(now)) {
            problems.add("known", "The day must have come: nobody knows what will be known");
            return None;
        }
        Some(at.min(now))
    }

    /// The moment in words: a day that was asked for whole is said as one.
    pub fn said(self, at: DateTime<Utc>) -> String {
        match self.time {
            None => format!("the end of {}", words::day(civil_day(at - TimeDelta::seconds(1)))),
            Some(_) => words::moment(at),
        }
    }
}

/// A day as an address has it.
pub fn read_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(known: &str, time: &str) -> Result<String, String> {
        let mut problems = Problems::default();
        let moment = Moment::of(Some(known), Some(time));
        let at = moment.read("2026-07-10T12:00:00Z".parse().unwrap(), &mut problems);
        at.map(|at| at.to_rfc3339()).ok_or_else(|| problems.of("known").unwrap_or_default())
    }

    #[test]
    fn the_time_machine_stops_at_the_end_of_a_day_or_at_a_time_on_it_and_never_in_the_future() {
        assert_eq!(
            set("2026-07-01", "").unwrap(),
            "2026-07-01T23:00:00+00:00",
            "midnight by clocks in summer"
        );
        assert_eq!(set("2026-07-01", "14:30").unwrap(), "2026-07-01T13:30:00+00:00");
        assert_eq!(set("2026-07-10", "").unwrap(), "2026-07-10T12:00:00+00:00", "today ends now");
        assert_eq!(set("", ""), Err(String::new()), "not set");
        assert!(set("2026-07-11", "").unwrap_err().contains("must have come"));
        assert!(set("1 July", "").unwrap_err().contains("1 3 2026"));
        assert!(set("2026-07-01", "noon").is_err());
    }
}
