//! The moment a reader looks back to: the end of a day, or a time on it, by clocks in England.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::when::{civil_day, civil_time, instant_of, start_of};

use super::components::Problems;
use super::words;

/// The names of its fields.
pub const DAY: &str = "known";
pub const TIME: &str = "time";

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

    /// The moment, never in the future; none when nothing was given, or it cannot be read. The fields are [`DAY`] and
    /// [`TIME`].
    pub fn read(self, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
        let day = match self.day {
            None if self.time.is_none() => return None,
            text => text.and_then(read_day),
        };
        if day.is_none() {
            problems.add(DAY, "Give a day, such as 1 3 2026");
        }
        let time = self.time.map(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
        if time == Some(None) {
            problems.add(TIME, "Give a time on the day, such as 14:30, or leave it out");
        }
        let (day, time) = match (day?, time) {
            (day, None) => (day, None),
            (day, Some(time)) => (day, Some(time?)),
        };
        if day > civil_day(now) {
            problems.add(DAY, "The day must have come: nobody knows what will be known");
            return None;
        }
        let at = match time {
            None => start_of(day + Days::new(1)),
            Some(time) => instant_of(day.and_time(time)),
        };
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

/// The last whole minute up to a moment, as an address has it: the day, and the time on it.
pub fn address_of(at: DateTime<Utc>) -> (String, String) {
    let clock = civil_time(at);
    (clock.date().to_string(), clock.format("%H:%M").to_string())
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
        let said = [DAY, TIME].into_iter().filter_map(|field| problems.of(field)).collect::<Vec<_>>();
        at.map(|at| at.to_rfc3339()).ok_or_else(|| said.join("; "))
    }

    #[test]
    fn the_time_machine_stops_at_the_end_of_a_day_or_at_a_time_on_it_and_never_in_the_future() {
        assert_eq!(
            set("2026-07-01", "").unwrap(),
            "2026-07-01T23:00:00+00:00",
            "midnight by clocks in summer"
        );
        assert_eq!(set("2026-07-01", "14:30").unwrap(), "2026-07-01T13:30:00+00:00");
        assert_eq!(
            set("2026-03-29", "14:30").unwrap(),
            "2026-03-29T13:30:00+00:00",
            "clocks went forward that night"
        );
        assert_eq!(set("2025-10-26", "14:30").unwrap(), "2025-10-26T14:30:00+00:00", "and back that night");
        assert_eq!(
            set("2025-10-26", "01:30").unwrap(),
            "2025-10-26T01:30:00+00:00",
            "which came twice: the second"
        );
        assert_eq!(set("2026-07-10", "").unwrap(), "2026-07-10T12:00:00+00:00", "today ends now");
        assert_eq!(set("", ""), Err(String::new()), "not set");
        assert!(set("2026-07-11", "").unwrap_err().contains("must have come"));
        assert!(set("1 July", "").unwrap_err().contains("1 3 2026"));
        assert!(set("2026-07-01", "").is_ok() && set("", "14:30").unwrap_err().starts_with("Give a day"));
    }

    #[test]
    fn what_is_wrong_is_said_of_the_day_or_of_the_time_whichever_it_is() {
        assert!(set("2026-07-01", "noon").unwrap_err().starts_with("Give a time on the day"));
        assert!(!set("1 July", "14:30").unwrap_err().contains("Give a time"));
        assert!(set("1 July", "noon").unwrap_err().contains("; Give a time"));
        assert!(set("2026-07-11", "12:00").unwrap_err().contains("must have come"));
    }

    #[test]
    fn a_moment_s_address_is_read_as_its_last_whole_minute() {
        for at in ["2026-07-01T13:30:59Z", "2026-01-31T23:30:00Z", "2026-03-29T05:00:00Z"] {
            let at: DateTime<Utc> = at.parse().unwrap();
            let (day, time) = address_of(at);
            let read = Moment::of(Some(&day), Some(&time)).read(at, &mut Problems::default()).unwrap();
            assert!(read <= at && at - read < TimeDelta::minutes(1), "{at}: {read}");
        }
    }
}
