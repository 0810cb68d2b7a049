//! When something happened, as precisely as it is known, and the working days of England.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc};
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

/// The instant at which a civil day begins in England.
#[must_use]
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // London's clocks never skip or repeat midnight; UTC is the answer if that ever changes.
    London.from_local_datetime(&midnight).earliest().map_or_else(|| midnight.and_utc(), |at| at.to_utc())
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
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| NotATime);
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
        })
    }
}
