//! An unborn child is born. Their record, its key and its protection go on as they were.

use super::assertion::check_birth_date;
use super::events::Born;
use super::uncertain_date::{Precision, UncertainDate};
use super::{Person, PersonKind};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::sealed::Sealed;
use crate::source::Source;
use crate::testimony::{Rules, Testimony};
use crate::when::{Occurred, civil_day};

#[derive(Clone, PartialEq, Debug)]
pub struct RecordBirth {
    pub date: UncertainDate,
    pub source: Source,
    /// When it was said. The entry never bears the day of birth itself, which is sealed.
    pub occurred: Occurred,
    pub testimony: Option<Testimony>,
}

const BORN_ALREADY: Refusal = Refusal {
    code: "born-already",
    sentence: "They are on record as born; give the date of birth as an assertion instead.",
};
const DATE_NEEDED: Refusal = Refusal {
    code: "birth-date-needed",
    sentence: "A child who is born has a date of birth, not an expected one.",
};

impl RecordBirth {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let opened = person.opened_and_kept()?;
        if opened.kind == PersonKind::Born {
            return Err(BORN_ALREADY);
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if self.date.precision() == Precision::Expected {
            return Err(DATE_NEEDED);
        }
        let mut rules = Rules::for_testimony(self.testimony);
        check_birth_date(self.date, civil_day(act.now), &mut rules)?;
        let event = Born {
            date: Sealed::new(opened.key, self.date),
            year: self.date.year(),
            source: self.source,
            testimony: rules.testimony(),
        };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, key, nothing, on};
    use crate::person::Assert;
    use crate::person::open::tests::{born, nhs, open};

    fn unborn() -> Given<Person> {
        nothing().after(open(PersonKind::Unborn, vec![born("expected 2026-03-14")]))
    }

    fn birth(date: &str) -> RecordBirth {
        let occurred = on("2026-03-09");
        RecordBirth { date: date.parse().unwrap(), source: TOLD, occurred, testimony: None }
    }

    #[test]
    fn a_child_keeps_the_record_they_had_before_birth() {
        let child = unborn().after(birth("2026-03-08")).stands();
        assert_eq!((child.kind(), child.key()), (Some(PersonKind::Born), Some(key(1))));
    }

    #[test]
    fn a_child_is_given_a_number_after_birth() {
        let number = Assert {
            assertions: vec![nhs("9990000018")],
            source: TOLD,
            occurred: on("2026-03-10"),
            testimony: None,
        };
        unborn().after(birth("2026-03-08")).when(number).then_kinds(["person.identifier-recorded"]);
    }

    #[test]
    fn a_child_is_born_once_and_not_tomorrow() {
        unborn().after(birth("2026-03-08")).when(birth("2026-03-08")).refused("born-already");
        unborn().when(birth("2026-03-11")).refused("born-in-the-future");
        unborn().when(birth("expected 2026-03-14")).refused("birth-date-needed");
        nothing::<Person>().when(birth("2026-03-08")).refused("not-opened");
    }
}
