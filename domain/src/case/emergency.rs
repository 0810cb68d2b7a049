//! The powers by which a child may be kept safe tonight: police protection and the emergency protection order. Both
//! run by the clock and lapse by it, whatever day of the week it is.
//!
//! How long each may last is with the other limits ([`super::clocks`]): Children Act 1989 section 46(6), nobody is kept in
//! police protection for more than 72 hours; section 45, an order lasts as long as the court states, at most eight days, and
//! is extended once, by at most seven.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clocks::{EMERGENCY_ORDER, EMERGENCY_ORDER_EXTENSION, POLICE_PROTECTION};
use super::rules::{ENDED_ALREADY, ENDS_BEFORE_IT_STARTS};
use super::state::{Case, EmergencyOrder, PoliceProtection};
use crate::codes::codes;
use crate::decider::Refusal;
use crate::when::{Occurred, start_of};
use crate::working_days::is_bank_holiday;

codes! {
    /// Under which power.
    Power, "emergency power":
    PoliceProtection => "police-protection",
    EmergencyOrder => "emergency-protection-order",
}

impl Power {
    /// The law, as it is quoted to whoever asks.
    #[must_use]
    pub const fn law(self) -> &'static str {
        match self {
            Self::PoliceProtection => "Children Act 1989 section 46, police protection",
            Self::EmergencyOrder => "Children Act 1989 section 44, emergency protection order",
        }
    }
}

/// A power and how long it holds: from the first instant, up to but not including the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    pub power: Power,
    pub since: DateTime<Utc>,
    /// When it lapses by itself, or was ended.
    pub until: DateTime<Utc>,
}

impl Emergency {
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.since <= at && at < self.until
    }

    /// The power that holds at an instant; a court's order before a constable's.
    #[must_use]
    pub fn holding(all: &[Self], at: DateTime<Utc>) -> Option<Self> {
        all.iter().filter(|one| one.holds(at)).max().copied()
    }
}

pub(super) const LAPSED_BY_THEN: Refusal =
    Refusal { code: "lapsed-by-then", sentence: "It had lapsed by then; nothing is to be ended." };

/// A power is ended once, and while it holds.
pub(super) fn may_end<E>(
    emergency: Option<Emergency>,
    ended: Option<&E>,
    on: Occurred,
) -> Result<(), Refusal> {
    match emergency {
        _ if ended.is_some() => Err(ENDED_ALREADY),
        Some(emergency) if on.latest() < emergency.since => Err(ENDS_BEFORE_IT_STARTS),
        Some(emergency) if emergency.until <= on.earliest() => Err(LAPSED_BY_THEN),
        Some(_) | None => Ok(()),
    }
}

impl PoliceProtection {
    #[must_use]
    pub fn emergency(&self) -> Option<Emergency> {
        let since = self.taken.as_ref()?.on.earliest();
        let lapses = POLICE_PROTECTION.lapses(since);
        let until = self.ended.as_ref().map_or(lapses, |ended| ended.on.earliest().min(lapses));
        Some(Emergency { power: Power::PoliceProtection, since, until })
    }
}

impl EmergencyOrder {
    /// The end the court stated last.
    #[must_use]
    pub fn stated_end(&self) -> Option<DateTime<Utc>> {
        self.extended.as_ref().or(self.granted.as_ref()).map(|fact| fact.value)
    }

    #[must_use]
    pub fn emergency(&self) -> Option<Emergency> {
        let since = self.granted.as_ref()?.on.earliest();
        let lapses = self.stated_end()?;
        let until = self.ended.as_ref().map_or(lapses, |ended| ended.on.earliest().min(lapses));
        Some(Emergency { power: Power::EmergencyOrder, since, until })
    }
}

impl Case {
    /// Every emergency there was.
    #[must_use]
    pub fn emergencies(&self) -> Vec<Emergency> {
        let police = self.police_protections.iter().filter_map(PoliceProtection::emergency);
        police.chain(self.emergency_orders.iter().filter_map(EmergencyOrder::emergency)).collect()
    }
}

/// The last moment an order made then can state. When the eighth day is a Sunday or a public holiday, the court may
/// state noon of the first day after it that is neither (section 45(2)); the day is allowed here.
pub(super) fn last_end_of_order(made: NaiveDate) -> DateTime<Utc> {
    let mut day = EMERGENCY_ORDER.due(made);
    while day.weekday() == Weekday::Sun || is_bank_holiday(day) {
        day = day + Days::new(1);
    }
    start_of(day + Days::new(1))
}

/// The last moment an extension can state.
pub(super) fn last_end_of_extension(stated: DateTime<Utc>) -> DateTime<Utc> {
    EMERGENCY_ORDER_EXTENSION.lapses(stated)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::decider::testing::day;

    #[test]
    fn an_order_whose_eighth_day_is_a_holiday_may_last_to_the_day_after() {
        assert_eq!(last_end_of_order(day("2026-03-10")), start_of(day("2026-03-19")));
        // Eight days after 26 March is Good Friday, then comes a Saturday.
        assert_eq!(last_end_of_order(day("2026-03-26")), start_of(day("2026-04-05")));
    }

    #[test]
    fn a_court_s_order_is_told_before_a_constable_s() {
        let at = start_of(day("2026-03-10"));
        let one = |power| Emergency { power, since: at, until: at + TimeDelta::hours(1) };
        let both = [one(Power::EmergencyOrder), one(Power::PoliceProtection)];
        assert_eq!(Emergency::holding(&both, at).map(|held| held.power), Some(Power::EmergencyOrder));
        assert_eq!(Emergency::holding(&both, at + TimeDelta::hours(1)), None);
    }
}
