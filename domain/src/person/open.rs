//! Somebody comes on record, with what is known of them so far, in one go.

use super::assert::Saying;
use super::events::Opened;
use super::{Assertion, Person, PersonKind};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::source::Source;
use crate::testimony::{Rules, Testimony};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Open {
    pub kind: PersonKind,
    pub assertions: Vec<Assertion>,
    pub source: Source,
    /// When it was said.
    pub occurred: Occurred,
    pub testimony: Option<Testimony>,
}

const OPEN_ALREADY: Refusal =
    Refusal { code: "open-already", sentence: "Somebody is on record here already; add to their record." };

impl Open {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if person.opened.is_some() {
            return Err(OPEN_ALREADY);
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        let key = act.fresh_key;
        let saying = Saying { kind: self.kind, key, source: self.source, occurred: self.occurred };
        let (testimony, said) =
            saying.judge(act, person, self.assertions, Rules::for_testimony(self.testimony))?;
        let opened = Opened { kind: self.kind, key, testimony };
        let mut events = vec![NewEvent { occurred: self.occurred, event: opened.into() }];
        events.extend(said);
        Ok(events)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decider::testing::{TOLD, day, key, nothing, on};
    use crate::event::Event;
    use crate::ids::ReturnId;
    use crate::person::events::{BirthRecorded, IdentifierRecorded, Named, SexRecorded};
    use crate::person::identifier::{Identifier, Scheme};
    use crate::person::name::{NameUse, PersonName};
    use crate::person::uncertain_date::Precision;
    use crate::person::{Person, Sex};
    use crate::sealed::Sealed;

    pub(in crate::person) fn name(given: &str) -> Assertion {
        Assertion::Name { name: PersonName::parse(given, "Ashworth").unwrap(), usage: NameUse::Usual }
    }

    pub(in crate::person) fn born(text: &str) -> Assertion {
        Assertion::Birth(text.parse().unwrap())
    }

    pub(in crate::person) fn nhs(text: &str) -> Assertion {
        Assertion::Identifier(Identifier::as_given(Scheme::Nhs, text))
    }

    pub(in crate::person) fn open(kind: PersonKind, assertions: Vec<Assertion>) -> Open {
        Open { kind, assertions, source: TOLD, occurred: on("2026-03-01"), testimony: None }
    }

    pub(in crate::person) fn testimony() -> Option<Testimony> {
        let return_id = ReturnId(uuid::Uuid::from_u128(0x3e));
        Some(Testimony { return_id, as_of: day("2026-03-01"), rows: Vec::new(), faults: Vec::new() })
    }

    #[test]
    fn a_new_child_is_opened_with_all_that_is_known_in_one_go() {
        let assertions =
            vec![name("Maya"), born("2019-05"), Assertion::Sex(Sex::Female), nhs("999 000 0018")];
        nothing::<Person>().when(open(PersonKind::Born, assertions)).then([
            Opened { kind: PersonKind::Born, key: key(1), testimony: None }.into(),
            Named {
                usage: NameUse::Usual,
                name: Sealed::new(key(1), PersonName::parse("Maya", "Ashworth").unwrap()),
                source: TOLD,
                testimony: None,
            }
            .into(),
            BirthRecorded {
                precision: Precision::Month,
                date: Sealed::new(key(1), "2019-05".parse().unwrap()),
                year: 2019,
                source: TOLD,
                testimony: None,
            }
            .into(),
            SexRecorded { sex: Sex::Female, source: TOLD, testimony: None }.into(),
            IdentifierRecorded {
                scheme: Scheme::Nhs,
                value: Sealed::new(key(1), "9990000018".to_owned()),
                source: TOLD,
                testimony: None,
            }
            .into(),
        ]);
    }

    #[test]
    fn somebody_of_whom_nothing_is_known_can_be_on_record() {
        nothing::<Person>().when(open(PersonKind::Born, Vec::new())).then_kinds(["person.opened"]);
    }

    #[test]
    fn one_thing_said_twice_in_one_go_is_recorded_once() {
        let twice = open(PersonKind::Born, vec![name("Maya"), name("Maya")]);
        nothing::<Person>().when(twice).then_kinds(["person.opened", "person.named"]);
    }

    #[test]
    fn nobody_is_opened_twice_or_tomorrow() {
        let again = open(PersonKind::Born, Vec::new());
        nothing::<Person>().after(again.clone()).when(again.clone()).refused("open-already");
        nothing::<Person>().when(Open { occurred: on("2026-03-11"), ..again }).refused("in-the-future");
    }

    #[test]
    fn a_wrong_nhs_number_is_refused_from_a_practitioner_and_a_fault_from_a_return() {
        let wrong = open(PersonKind::Born, vec![nhs("9990000019")]);
        nothing::<Person>().when(wrong.clone()).refused("nhs-number-check");
        let events = nothing::<Person>().when(Open { testimony: testimony(), ..wrong }).events();
        let Some(Event::PersonIdentifierRecorded(recorded)) = events.last().map(|new| &new.event) else {
            panic!("no identifier");
        };
        let faults = &recorded.testimony.as_ref().unwrap().faults;
        assert_eq!(faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(), ["nhs-number-check"]);
    }

    #[test]
    fn a_fault_stands_on_the_assertion_it_is_about() {
        let said = Open { testimony: testimony(), ..open(PersonKind::Born, vec![nhs("1"), name("Maya")]) };
        let events = nothing::<Person>().when(said).events();
        let faults = |event: &Event| match event {
            Event::PersonOpened(opened) => opened.testimony.as_ref().unwrap().faults.len(),
            Event::PersonIdentifierRecorded(recorded) => recorded.testimony.as_ref().unwrap().faults.len(),
            Event::PersonNamed(named) => named.testimony.as_ref().unwrap().faults.len(),
            other => panic!("{}", other.kind()),
        };
        assert_eq!(events.iter().map(|new| faults(&new.event)).collect::<Vec<_>>(), [0, 1, 0]);
    }
}
