//! A date of birth as well as it is known: a day, a month, a year, about a year, or expected.

use chrono::{Datelike, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;

codes! {
    /// How well a date is known.
    Precision, "precision":
    Exact => "exact",
    Month => "month",
    Year => "year",
    About => "about",
    /// Of an unborn child.
    Expected => "expected",
}

/// Written `2015-03-02`, `2015-03`, `2015`, `about 2015` or `expected 2026-05-01`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UncertainDate {
    /// The first day it can be; of a year, 1 January.
    first: NaiveDate,
    precision: Precision,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a date of birth is written 2015-03-02, 2015-03, 2015, about 2015 or expected 2026-05-01, from 1900 to 2199"
)]
pub struct NotADateOfBirth;

impl UncertainDate {
    #[must_use]
    pub fn exact(day: NaiveDate) -> Self {
        Self { first: day, precision: Precision::Exact }
    }

    #[must_use]
    pub fn expected(day: NaiveDate) -> Self {
        Self { first: day, precision: Precision::Expected }
    }

    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// The day itself, where it is known to the day (or expected on one).
    #[must_use]
    pub fn day(self) -> Option<NaiveDate> {
        match self.precision {
            Precision::Exact | Precision::Expected => Some(self.first),
            Precision::Month | Precision::Year | Precision::About => None,
        }
    }

    /// The first day it can be. About a year reaches a year to either side.
    #[must_use]
    pub fn earliest(self) -> NaiveDate {
        match self.precision {
            Precision::About => self.first - Months::new(12),
            Precision::Exact | Precision::Expected | Precision::Month | Precision::Year => self.first,
        }
    }

    /// The last day it can be.
    #[must_use]
    pub fn latest(self) -> NaiveDate {
        let months = match self.precision {
            Precision::Exact | Precision::Expected => return self.first,
            Precision::Month => 1,
            Precision::Year => 12,
            Precision::About => 24,
        };
        let after = self.first + Months::new(months);
        after.pred_opt().unwrap_or(after)
    }

    /// Whole years at a day, the most they can be; `None` before birth. An expected child is 0.
    #[must_use]
    pub fn age_on(self, day: NaiveDate) -> Option<u8> {
        if self.precision == Precision::Expected {
            return Some(0);
        }
        day.years_since(self.first).and_then(|years| u8::try_from(years).ok())
    }

    /// As it is written everywhere.
    #[must_use]
    pub fn to_text(self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.precision {
            Precision::Exact => self.first.to_string(),
            Precision::Month => format!("{year:04}-{month:02}"),
            Precision::Year => format!("{year:04}"),
            Precision::About => format!("about {year:04}"),
            Precision::Expected => format!("expected {}", self.first),
        }
    }
}

impl std::str::FromStr for UncertainDate {
    type Err = NotADateOfBirth;

    fn from_str(text: &str) -> Result<Self, NotADateOfBirth> {
        let text = text.trim();
        if let Some(year) = text.strip_prefix("about ") {
            return day(&format!("{year}-01-01")).map(|first| Self { first, precision: Precision::About });
        }
        if let Some(expected) = text.strip_prefix("expected ") {
            return day(expected).map(Self::expected);
        }
        match text.len() {
            4 => day(&format!("{text}-01-01")).map(|first| Self { first, precision: Precision::Year }),
            7 => day(&format!("{text}-01")).map(|first| Self { first, precision: Precision::Month }),
            _ => day(text).map(Self::exact),
        }
    }
}

fn day(text: &str) -> Result<NaiveDate, NotADateOfBirth> {
    // chrono takes `2015-3-2` and `+2015-03-02` too; one day is written one way here.
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| NotADateOfBirth)?;
    let in_range = (1900..2200).contains(&day.year());
    if in_range && day.to_string() == text { Ok(day) } else { Err(NotADateOfBirth) }
}

crate::hidden_when_printed!(UncertainDate);

impl Serialize for UncertainDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for UncertainDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for UncertainDate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UncertainDate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A date as well as it is known.",
            "examples": ["2015-03-02", "2015-03", "2015", "about 2015", "expected 2026-05-01"],
            "pattern": "^(\\d{4}(-\\d{2}(-\\d{2})?)?|about \\d{4}|expected \\d{4}-\\d{2}-\\d{2})$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> UncertainDate {
        text.parse().unwrap()
    }

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_reads_back_as_it_was_written() {
        for text in ["2015-03-02", "2015-03", "2015", "about 2015", "expected 2026-05-01"] {
            assert_eq!(date(text).to_text(), text);
            let json = serde_json::to_string(&date(text)).unwrap();
            assert_eq!(serde_json::from_str::<UncertainDate>(&json).unwrap(), date(text));
        }
    }

    #[test]
    fn an_impossible_date_is_refused() {
        for text in ["", "2015-02-30", "2015-13", "15", "2015-3-2", "1066", "2999-01-01", "about", "+2015"] {
            assert_eq!(text.parse::<UncertainDate>(), Err(NotADateOfBirth), "{text}");
        }
    }

    #[test]
    fn how_early_and_how_late_it_can_be() {
        let span = |text| (date(text).earliest().to_string(), date(text).latest().to_string());
        assert_eq!(span("2016-02"), ("2016-02-01".to_owned(), "2016-02-29".to_owned()));
        assert_eq!(span("2016"), ("2016-01-01".to_owned(), "2016-12-31".to_owned()));
        assert_eq!(span("about 2016"), ("2015-01-01".to_owned(), "2017-12-31".to_owned()));
    }

    #[test]
    fn a_child_is_a_year_older_on_the_birthday() {
        assert_eq!(date("2016-02-29").age_on(on("2017-02-28")), Some(0));
        assert_eq!(date("2016-02-29").age_on(on("2017-03-01")), Some(1));
        assert_eq!(date("2016-02-29").age_on(on("2016-02-28")), None);
        assert_eq!(date("expected 2026-05-01").age_on(on("2026-01-01")), Some(0));
    }
}
