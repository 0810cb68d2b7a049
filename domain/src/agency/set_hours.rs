//! An agency says when its number by day is answered, from a day on; also of a day to come.

use chrono::NaiveDate;

use super::events::HoursSet;
use super::hours::OpenDay;
use super::{Agency, NOT_REGISTERED};
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetHours {
    pub from: NaiveDate,
    /// A day of the week that is not named is closed.
    pub open: Vec<OpenDay>,
}

const A_DAY_TWICE: Refusal = Refusal {
    code: "a-day-twice",
    sentence: "A day of the week has one time of opening and one of closing.",
};
const CLOSES_BEFORE_IT_OPENS: Refusal =
    Refusal { code: "closes-before-it-opens", sentence: "Each day opens before it closes." };

impl SetHours {
    pub(super) fn decide(mut self, agency: &Agency, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if agency.registered.is_none() {
            return Err(NOT_REGISTERED);
        }
        self.open.sort();
        if self.open.windows(2).any(|two| matches!(two, [one, other] if one.day == other.day)) {
            return Err(A_DAY_TWICE);
        }
        if self.open.iter().any(|open| open.closes <= open.opens) {
            return Err(CLOSES_BEFORE_IT_OPENS);
        }
        if agency.hours.week_of(self.from) == Some(self.open.as_slice()) {
            return Ok(Vec::new());
        }
        let event = HoursSet { from: self.from, open: self.open };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agency::hours::Weekday;
    use crate::agency::{AgencyKind, Register};
    use crate::decider::testing::{Given, nothing};
    use crate::text::Line;

    fn council() -> Given<Agency> {
        nothing::<Agency>().after(Register {
            name: Line::parse("Leeds children’s services").unwrap(),
            kind: AgencyKind::LocalAuthority,
            authority: "383".parse().ok(),
            safeguarding_line: None,
        })
    }

    fn hours(from: &str, open: &[(Weekday, &str, &str)]) -> SetHours {
        let open = open.iter().map(|(day, opens, closes)| OpenDay {
            day: *day,
            opens: opens.parse().unwrap(),
            closes: closes.parse().unwrap(),
        });
        SetHours { from: from.parse().unwrap(), open: open.collect() }
    }

    #[test]
    fn hours_are_said_of_a_registered_agency_and_once() {
        let friday = || hours("2026-04-01", &[(Weekday::Friday, "08:30", "16:30")]);
        nothing::<Agency>().when(friday()).refused("not-registered");
        let said = council().after(friday());
        assert_eq!(said.stands().hours().on_record().len(), 1);
        said.when(friday()).then_nothing();
    }

    #[test]
    fn a_day_has_one_opening_and_opens_before_it_closes() {
        let twice = [(Weekday::Friday, "08:30", "12:00"), (Weekday::Friday, "13:00", "16:30")];
        council().when(hours("2026-04-01", &twice)).refused("a-day-twice");
        let backwards = [(Weekday::Friday, "16:30", "08:30")];
        council().when(hours("2026-04-01", &backwards)).refused("closes-before-it-opens");
    }

    #[test]
    fn an_agency_may_be_closed_all_week() {
        council().when(hours("2026-04-01", &[])).then_kinds(["agency.hours-set"]);
    }
}
