//! Somebody has died; an unborn child too. The entry's own time is when.

use super::events::Died;
use super::{Asserted, Person};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::event::Event;
use crate::source::Source;
use crate::testimony::{Rules, Testimony};
use crate::when::{Occurred, civil_day};

#[derive(Clone, PartialEq, Debug)]
pub struct RecordDeath {
    /// When they died.
    pub occurred: Occurred,
    pub source: Source,
    pub testimony: Option<Testimony>,
}

pub(super) const DIED_ALREADY: Refusal = Refusal {
    code: "died-already",
    sentence: "Their death is on record with another date; amend that entry if it is wrong.",
};
pub(super) const DIED_BEFORE_BIRTH: Refusal = Refusal {
    code: "died-before-birth",
    sentence: "The date of death is before the date of birth; check both.",
};

impl RecordDeath {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        person.opened()?;
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        match person.died {
            Some(before) if before == self.occurred => return Ok(Vec::new()),
            Some(_) => return Err(DIED_ALREADY),
            None => {}
        }
        let mut rules = Rules::for_testimony(self.testimony);
        if person.asserted.iter().any(|said| is_birth_after(said, self.occurred)) {
            rules.broken(DIED_BEFORE_BIRTH)?;
        }
        let event = Died { source: self.source, testimony: rules.testimony() };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

/// An expected date says nothing about this: a child can die before it.
pub(super) fn is_birth_after(said: &Asserted, death: Occurred) -> bool {
    let date = match &said.event {
        Event::PersonBirthRecorded(recorded) => recorded.date.known(),
        Event::PersonBorn(born) => born.date.known(),
        _ => None,
    };
    let last_day = match death {
        Occurred::Instant(at) => civil_day(at),
        Occurred::Day(day) | Occurred::Between(_, day) => day,
        Occurred::Month(_) => death.latest().date_naive(),
    };
    date.is_some_and(|date| {
        date.precision() != super::uncertain_date::Precision::Expected && date.earliest() > last_day
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, nothing, on};
    use crate::person::PersonKind;
    use crate::person::open::tests::{born, open, testimony};

    fn child() -> Given<Person> {
        nothing().after(open(PersonKind::Born, vec![born("2019-05-02")]))
    }

    fn died(text: &str) -> RecordDeath {
        RecordDeath { occurred: on(text), source: TOLD, testimony: None }
    }

    #[test]
    fn a_death_is_recorded_once() {
        child().when(died("2026-03-02")).then_kinds(["person.died"]);
        child().after(died("2026-03-02")).when(died("2026-03-02")).then_nothing();
        child().after(died("2026-03-02")).when(died("2026-03-03")).refused("died-already");
    }

    #[test]
    fn nobody_dies_before_birth_or_tomorrow() {
        child().when(died("2019-05-01")).refused("died-before-birth");
        child().when(died("2019-05")).then_kinds(["person.died"]);
        child().when(died("2026-03-11")).refused("in-the-future");
        child()
            .when(RecordDeath { testimony: testimony(), ..died("2019-05-01") })
            .then_kinds(["person.died"]);
    }

    #[test]
    fn an_unborn_child_can_die() {
        let unborn = nothing::<Person>().after(open(PersonKind::Unborn, vec![born("expected 2026-06-01")]));
        unborn.when(died("2026-03-02")).then_kinds(["person.died"]);
    }
}
