//! Which authority owes a child what: three different facts, each with its day, that may name three authorities.
//!
//! A child looked after by one authority, placed in the area of a second, may go to a school of a third. Left out: who
//! may see the record, which no assertion changes.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::AuthorityRecorded;
use super::{Person, PersonKind};
use crate::authority::Authority;
use crate::codes::codes;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::entry::Entry;
use crate::event::Event;
use crate::source::Source;
use crate::when::Occurred;

codes! {
    /// What an authority owes a child.
    Duty, "duty of an authority":
    /// Looks after the child, or has the plan, wherever they are.
    Responsible => "responsible",
    /// Where the child lives or is placed.
    Area => "area",
    /// Of the school they go to.
    School => "school",
}

/// Which authority has a duty, and since when.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OnDuty {
    pub duty: Duty,
    pub authority: Authority,
    pub since: NaiveDate,
}

/// Says which authority has a duty from a day.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordAuthority {
    pub duty: Duty,
    pub authority: Authority,
    pub occurred: Occurred,
    pub source: Source,
}

const UNBORN_HAS_NO_SCHOOL: Refusal = Refusal {
    code: "unborn-has-no-school",
    sentence: "An unborn child goes to no school; record the responsible authority or the area's.",
};

impl RecordAuthority {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let opened = person.opened()?;
        if opened.kind == PersonKind::Unborn && self.duty == Duty::School {
            return Err(UNBORN_HAS_NO_SCHOOL);
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        let is_so = person.on_duty.iter().any(|on| {
            on.duty == self.duty && on.authority == self.authority && on.since <= self.occurred.day()
        });
        if is_so {
            return Ok(Vec::new());
        }
        let event = AuthorityRecorded { duty: self.duty, authority: self.authority, source: self.source };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

/// Who has which duty, an entry further, the responsible authority first. The newest by its day holds.
pub fn step(on_duty: &mut Vec<OnDuty>, entry: &Entry) {
    let Event::PersonAuthorityRecorded(recorded) = &entry.event else { return };
    let since = entry.occurred.day();
    if on_duty.iter().any(|on| on.duty == recorded.duty && on.since > since) {
        return;
    }
    on_duty.retain(|on| on.duty != recorded.duty);
    on_duty.push(OnDuty { duty: recorded.duty, authority: recorded.authority.clone(), since });
    on_duty.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, nothing, on};
    use crate::person::open::tests::open;
    use crate::person::restrict::tests::anybody;

    fn has(duty: Duty, authority: &str, since: &str) -> RecordAuthority {
        RecordAuthority { duty, authority: authority.parse().unwrap(), occurred: on(since), source: TOLD }
    }

    fn on_duty(given: &Given<Person>) -> Vec<(Duty, String)> {
        given.stands().on_duty().iter().map(|on| (on.duty, on.authority.to_string())).collect()
    }

    #[test]
    fn three_authorities_may_each_owe_a_child_something_and_the_responsible_one_comes_first() {
        let given = anybody()
            .after(has(Duty::School, "382", "2025-09-01"))
            .after(has(Duty::Area, "380", "2025-06-01"))
            .after(has(Duty::Responsible, "383", "2025-01-01"));
        let expected = [(Duty::Responsible, "383"), (Duty::Area, "380"), (Duty::School, "382")];
        assert_eq!(on_duty(&given), expected.map(|(duty, authority)| (duty, authority.to_owned())));
    }

    #[test]
    fn the_newest_by_its_day_holds_whenever_it_was_written() {
        let given =
            anybody().after(has(Duty::Area, "381", "2026-02-01")).after(has(Duty::Area, "380", "2025-06-01"));
        assert_eq!(on_duty(&given), [(Duty::Area, "381".to_owned())]);
    }

    #[test]
    fn the_same_said_again_adds_nothing() {
        anybody()
            .after(has(Duty::Area, "381", "2026-02-01"))
            .when(has(Duty::Area, "381", "2026-03-01"))
            .then_nothing();
    }

    #[test]
    fn a_duty_has_begun_for_somebody_on_record() {
        anybody().when(has(Duty::Area, "381", "2026-03-11")).refused("in-the-future");
        nothing::<Person>().when(has(Duty::Area, "381", "2026-03-01")).refused("not-opened");
        nothing::<Person>()
            .after(open(PersonKind::Unborn, Vec::new()))
            .when(has(Duty::School, "381", "2026-03-01"))
            .refused("unborn-has-no-school");
    }
}
