//! With what a child was looked for, as it can be met again later: texts to be hashed under the node's secret.
//!
//! When a child is entered or set right after an enquiry, the enquiries that would find them are looked up by these
//! marks. A search by name and date of birth finds every date that can be the same, so a date is taken apart into
//! years, months and days: two dates can be the same exactly when a part of one is, or lies in, a part of the other.
//! Left out: how a text is hashed, and searches by a record's id, which need no mark.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::matching::plain;
use crate::person::uncertain_date::UncertainDate;

/// A keyed hash of something a child was looked for by. Personal all the same: it is kept sealed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SoughtMark(pub Uuid);

/// Something to be hashed. Shows nothing when printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkText(String);

impl std::fmt::Debug for MarkText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MarkText(…)")
    }
}

impl MarkText {
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// By an NHS number, sought or had.
    #[must_use]
    pub fn of_nhs_number(number: &str) -> Self {
        Self(format!("nhs\n{}", plain::number(number)))
    }

    /// By a name and a date of birth that were typed; either name may be empty.
    #[must_use]
    pub fn sought_by(given: &str, family: &str, born: UncertainDate) -> BTreeSet<Self> {
        let name = format!("{}\n{}", plain::name(given), plain::name(family));
        let parts = parts_of(born.earliest(), born.latest());
        let around = parts.iter().flat_map(Part::around).map(|part| Self::of("in", &name, part));
        parts.iter().map(|part| Self::of("is", &name, *part)).chain(around).collect()
    }

    /// Everything by which somebody of this name and date of birth is found.
    #[must_use]
    pub fn found_by(given: &str, family: &str, born: UncertainDate) -> BTreeSet<Self> {
        let (given, family) = (plain::name(given), plain::name(family));
        let names: BTreeSet<String> = [(given.as_str(), family.as_str()), ("", &family), (&given, "")]
            .into_iter()
            .filter(|(given, family)| !given.is_empty() || !family.is_empty())
            .map(|(given, family)| format!("{given}\n{family}"))
            .collect();
        let mut found = BTreeSet::new();
        for part in parts_of(born.earliest(), born.latest()) {
            for name in &names {
                found.insert(Self::of("in", name, part));
                found.extend([part].into_iter().chain(part.around()).map(|part| Self::of("is", name, part)));
            }
        }
        found
    }

    fn of(way: &str, name: &str, part: Part) -> Self {
        Self(format!("born\n{way}\n{name}\n{}", part.text()))
    }
}

/// A piece of the calendar.
#[derive(Clone, Copy)]
enum Part {
    Year(i32),
    Month(i32, u32),
    Day(NaiveDate),
}

impl Part {
    fn text(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Day(day) => day.to_string(),
        }
    }

    /// What it lies in.
    fn around(&self) -> impl Iterator<Item = Self> + use<> {
        let (month, year) = match *self {
            Self::Year(_) => (None, None),
            Self::Month(year, _) => (None, Some(year)),
            Self::Day(day) => (Some(Self::Month(day.year(), day.month())), Some(day.year())),
        };
        month.into_iter().chain(year.map(Self::Year))
    }
}

/// The fewest whole years, months and days that make up a time.
fn parts_of(first: NaiveDate, last: NaiveDate) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut day = first;
    while day <= last {
        let ends = |after: Option<NaiveDate>| after.is_some_and(|after| last.succ_opt() >= Some(after));
        let (year, month) = (day + Months::new(12), day + Months::new(1));
        day = if day.ordinal() == 1 && ends(Some(year)) {
            parts.push(Part::Year(day.year()));
            year
        } else if day.day() == 1 && ends(Some(month)) {
            parts.push(Part::Month(day.year(), day.month()));
            month
        } else {
            parts.push(Part::Day(day));
            day + Days::new(1)
        };
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(sought: (&str, &str, &str), had: (&str, &str, &str)) -> bool {
        let sought = MarkText::sought_by(sought.0, sought.1, sought.2.parse().unwrap());
        let had = MarkText::found_by(had.0, had.1, had.2.parse().unwrap());
        !sought.is_disjoint(&had)
    }

    #[test]
    fn a_name_and_birthday_meet_whoever_the_search_would_find() {
        let maya = ("Maya", "O’Neill", "2015-03-02");
        assert!(meets(("maya", "ONEILL", "2015-03-02"), maya));
        assert!(meets(("", "O'Neill", "2015-03-02"), maya), "by the family name alone");
        assert!(meets(("Maya", "", "2015-03-02"), maya));
        assert!(!meets(("Mia", "O'Neill", "2015-03-02"), maya));
        assert!(!meets(("Maya", "O'Neill", "2015-03-04"), maya));
        assert!(!meets(("Maya", "O'Neill", "2015-03-02"), ("", "O'Neill", "2015-03-02")), "has no such name");
    }

    #[test]
    fn dates_meet_exactly_when_they_can_be_the_same() {
        let dates = [
            "2015-03-02",
            "2015-03-03",
            "2015-03",
            "2015-04",
            "2015",
            "2016",
            "about 2016",
            "about 2017",
            "2014",
            "expected 2015-03-02",
        ];
        for sought in dates {
            for had in dates {
                let (one, other): (UncertainDate, UncertainDate) =
                    (sought.parse().unwrap(), had.parse().unwrap());
                let can_be_the_same = one.earliest() <= other.latest() && other.earliest() <= one.latest();
                assert_eq!(meets(("A", "B", sought), ("A", "B", had)), can_be_the_same, "{sought}, {had}");
            }
        }
    }

    #[test]
    fn a_date_typed_is_few_marks() {
        for (born, marks) in [("2015-03-02", 3), ("2015-03", 2), ("2015", 1), ("about 2015", 3)] {
            assert_eq!(MarkText::sought_by("A", "B", born.parse().unwrap()).len(), marks, "{born}");
        }
    }

    #[test]
    fn a_number_is_met_however_it_is_written_and_nothing_is_printed() {
        assert_eq!(MarkText::of_nhs_number("999 000 0018"), MarkText::of_nhs_number("9990000018"));
        assert_eq!(format!("{:?}", MarkText::of_nhs_number("9990000018")), "MarkText(…)");
    }
}
