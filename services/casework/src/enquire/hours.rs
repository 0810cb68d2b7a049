//! The number to ring at this hour. A front door answers in the hours that it said, by clocks in England; outside of
//! them, on bank holidays and at Christmas, the emergency duty team does.

use chrono::{DateTime, Utc};
use domain::when::civil_time;

use super::answer::Responsible;

/// When a number is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hours {
    Office,
    OutOfHours,
}

impl Hours {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Office => "in-hours",
            Self::OutOfHours => "out-of-hours",
        }
    }
}

/// A number, and when it is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub number: String,
    pub hours: Hours,
}

impl Responsible {
    /// The hours of a moment, at this front door.
    #[must_use]
    pub fn hours_at(&self, moment: DateTime<Utc>) -> Hours {
        if self.hours.is_open_at(civil_time(moment)) { Hours::Office } else { Hours::OutOfHours }
    }

    /// The number for an hour, and the other one. Where none is registered for the hour, the only one there is.
    #[must_use]
    pub fn lines(&self, now: DateTime<Utc>) -> (Option<Line>, Option<Line>) {
        let line = |number: &Option<String>, hours| number.clone().map(|number| Line { number, hours });
        let (day, night) = (line(&self.in_hours, Hours::Office), line(&self.out_of_hours, Hours::OutOfHours));
        let (first, other) = match self.hours_at(now) {
            Hours::Office => (day, night),
            Hours::OutOfHours => (night, day),
        };
        if first.is_some() { (first, other) } else { (other, None) }
    }
}

#[cfg(test)]
mod tests {
    use domain::agency::Timetable;

    use super::*;

    fn front_door() -> Responsible {
        Responsible {
            authority: "380".parse().unwrap(),
            agency: None,
            name: None,
            in_hours: Some("day".to_owned()),
            out_of_hours: Some("night".to_owned()),
            hours: Timetable::default(),
        }
    }

    #[test]
    fn the_number_is_the_one_that_is_answered_at_this_hour() {
        for (moment, number, why) in [
            ("2026-03-10T10:00:00Z", "day", "a Tuesday"),
            ("2026-03-10T02:00:00Z", "night", "two in the morning"),
            ("2026-03-10T08:59:59Z", "night", "before it opens"),
            ("2026-03-10T09:00:00Z", "day", "when it opens"),
            ("2026-03-10T16:59:59Z", "day", "before it closes"),
            ("2026-03-10T17:00:00Z", "night", "when it closes"),
            ("2026-07-07T08:00:00Z", "day", "nine by clocks in summer"),
            ("2026-07-07T16:00:00Z", "night", "five by clocks in summer"),
            ("2026-03-14T10:00:00Z", "night", "a Saturday"),
            ("2026-04-03T10:00:00Z", "night", "Good Friday"),
            ("2026-05-25T10:00:00Z", "night", "the spring bank holiday"),
            ("2026-12-24T10:00:00Z", "day", "Christmas Eve"),
            ("2026-12-25T10:00:00Z", "night", "Christmas Day"),
            ("2026-12-28T10:00:00Z", "night", "the Monday for Boxing Day"),
            ("2026-12-29T10:00:00Z", "day", "the Tuesday after"),
            ("2027-01-01T10:00:00Z", "night", "New Year’s Day"),
        ] {
            let (first, other) = front_door().lines(moment.parse().unwrap());
            assert_eq!(first.unwrap().number, number, "{why}");
            assert_ne!(other.unwrap().number, number, "{why}");
        }
    }

    #[test]
    fn an_authority_with_one_number_is_rung_on_it_at_any_hour() {
        let only_day = Responsible { out_of_hours: None, ..front_door() };
        let (first, other) = only_day.lines("2026-03-10T02:00:00Z".parse().unwrap());
        assert_eq!((first.unwrap().hours, other), (Hours::Office, None));
        let none = Responsible { in_hours: None, ..only_day };
        assert_eq!(none.lines("2026-03-10T02:00:00Z".parse().unwrap()), (None, None));
    }
}
