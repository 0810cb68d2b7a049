//! When something happened, as precisely as it is known, and the working days of England.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::London;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When something happened. Canonical text: `2026-03-01T10:15:00Z`, `2026-03-01`, `2026-03`,
/// `2026-03-01/2026-03-09`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Occurred {
    Instant(DateTime<Utc>),
    /// A civil day in England.
    Day(NaiveDate),
    /// The month of this day; the day is the first.
    Month(NaiveDate),
    /// Some time between two days, both included.
    Between(NaiveDate, NaiveDate),
}

/// The allowed forms of [`Occurred`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a time is written 2026-03-01T10:15:00Z, 2026-03-01, 2026-03 or 2026-03-01/2026-03-09 (first day not after the last)"
)]
pub struct NotATime;

impl Occurred {
    /// The first moment it can have been.
    #[must_use]
    pub fn earliest(self) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at,
            Self::Day(day) | Self::Month(day) | Self::Between(day, _) => start_of(day),
        }
    }

    /// The first moment it can no longer have been.
    #[must_use]
    pub fn latest(self) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at,
            Self::Day(day) | Self::Between(_, day) => start_of(day + Days::new(1)),
            Self::Month(day) => start_of(day + Months::new(1)),
        }
    }

    /// True when it cannot have happened by `now`, or is said to end on a later day. This month is not yet over
    /// and may still be named.
    #[must_use]
    pub fn is_ahead_of(self, now: DateTime<Utc>) -> bool {
        let ends_later = matches!(self, Self::Between(_, last) if last > civil_day(now));
        ends_later || self.earliest() > now
    }

    /// The first civil day it can have been, in England.
    #[must_use]
    pub fn day(self) -> NaiveDate {
        match self {
            Self::Instant(at) => civil_day(at),
            Self::Day(day) | Self::Month(day) | Self::Between(day, _) => day,
        }
    }
}

/// The civil day in England at an instant.
#[must_use]
pub fn civil_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// The date and time on a clock in England at an instant.
#[must_use]
pub fn civil_time(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&London).naive_local()
}

/// The instant at which a civil day begins in England.
#[must_use]
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    // London's clocks never skip or repeat midnight.
    instant_of(day.and_time(NaiveTime::MIN))
}

/// The instant at which clocks in England show a date and time: the later of two where they are put back; where they are
/// put forward past it, as if they had not been.
#[must_use]
pub fn instant_of(clock: NaiveDateTime) -> DateTime<Utc> {
    London.from_local_datetime(&clock).latest().map_or_else(|| clock.and_utc(), |at| at.to_utc())
}

impl std::fmt::Display for Occurred {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instant(at) => f.write_str(&at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            Self::Day(day) => day.fmt(f),
            Self::Month(day) => write!(f, "{:04}-{:02}", day.year(), day.month()),
            Self::Between(first, last) => write!(f, "{first}/{last}"),
        }
    }
}

impl std::str::FromStr for Occurred {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        // Only the canonical text: chrono alone would also take `2026-3-1` and years of six digits.
        let day = |text: &str| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| NotATime)?;
            if text.len() == 10 && (0..=9999).contains(&day.year()) && day.to_string() == text {
                Ok(day)
            } else {
                Err(NotATime)
            }
        };
        if let Some((first, last)) = text.split_once('/') {
            let (first, last) = (day(first)?, day(last)?);
            return if first <= last { Ok(Self::Between(first, last)) } else { Err(NotATime) };
        }
        match text.len() {
            7 => day(&format!("{text}-01")).map(Self::Month),
            10 => day(text).map(Self::Day),
            _ => {
                DateTime::parse_from_rfc3339(text).map(|at| Self::Instant(at.to_utc())).map_err(|_| NotATime)
            }
        }
    }
}

impl Serialize for Occurred {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Occurred {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Occurred {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Occurred".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "When it happened: an instant, a day, a month, or between two days.",
            "examples": ["2026-03-01T10:15:00Z", "2026-03-01", "2026-03", "2026-03-01/2026-03-09"],
            "pattern": "^\\d{4}-\\d{2}(-\\d{2}(/\\d{4}-\\d{2}-\\d{2}|T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z)?)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_civil_day_in_summer_begins_an_hour_before_midnight_utc() {
        assert_eq!(start_of(day("2026-07-01")).to_rfc3339(), "2026-06-30T23:00:00+00:00");
        assert_eq!(civil_day("2026-06-30T23:30:00Z".parse().unwrap()), day("2026-07-01"));
        assert_eq!(civil_day("2026-01-01T23:30:00Z".parse().unwrap()), day("2026-01-01"));
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let december: Occurred = "2025-12".parse().unwrap();
        assert_eq!(december.latest(), start_of(day("2026-01-01")));
    }

    #[test]
    fn today_and_this_month_have_begun_and_tomorrow_has_not() {
        let noon: DateTime<Utc> = "2026-03-10T12:00:00Z".parse().unwrap();
        let ahead = |text: &str| text.parse::<Occurred>().unwrap().is_ahead_of(noon);
        for passed in ["2026-03-10", "2026-03", "2026-03-10T12:00:00Z", "2026-03-01/2026-03-10"] {
            assert!(!ahead(passed), "{passed}");
        }
        for future in ["2026-03-11", "2026-04", "2026-03-10T12:00:01Z", "2026-03-01/2026-03-11"] {
            assert!(ahead(future), "{future}");
        }
    }

    #[test]
    fn only_the_canonical_text_is_a_time() {
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-02-30",
            "2026-3-1",
            "2026-3-001",
            "+2026-03-01",
            "2026-03-09/2026-03-01",
            "2026-03-01/",
            "+262142-12-31/+262142-12-31",
            "2026-03-01T10:15:00",
            "01/03/2026",
            "2026-03-01T25:00:00Z",
        ] {
            assert_eq!(wrong.parse::<Occurred>(), Err(NotATime), "{wrong}");
        }
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (0_u64..80_000).prop_map(|offset| NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + Days::new(offset))
    }

    fn any_time() -> impl Strategy<Value = Occurred> {
        prop_oneof![
            (-2_000_000_000_000_i64..4_000_000_000_000)
                .prop_map(|ms| Occurred::Instant(DateTime::from_timestamp_millis(ms).unwrap())),
            any_day().prop_map(Occurred::Day),
            any_day().prop_map(|day| Occurred::Month(day.with_day(1).unwrap())),
            (any_day(), 0_u64..400).prop_map(|(day, length)| Occurred::Between(day, day + Days::new(length))),
        ]
    }

    proptest! {
        #[test]
        fn a_time_reads_back_as_it_was_written(occurred in any_time()) {
            prop_assert_eq!(occurred.to_string().parse(), Ok(occurred));
            let json = serde_json::to_string(&occurred).unwrap();
            prop_assert_eq!(serde_json::from_str::<Occurred>(&json).unwrap(), occurred);
        }

        #[test]
        fn a_time_begins_no_later_than_it_ends(occurred in any_time()) {
            prop_assert!(occurred.earliest() <= occurred.latest());
            prop_assert!(civil_day(occurred.earliest()) == occurred.day());
        }

        #[test]
        fn no_text_makes_reading_a_time_panic(text in ".{0,30}") {
            if let Ok(occurred) = text.parse::<Occurred>() {
                prop_assert!(occurred.earliest() <= occurred.latest());
            }
        }
    }
}
