//! More is said about somebody on record.

use super::assertion::Judged;
use super::{Asserted, Assertion, Person, PersonKind};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::ids::KeyId;
use crate::source::Source;
use crate::testimony::{Rules, Testimony};
use crate::when::{Occurred, civil_day};

#[derive(Clone, PartialEq, Debug)]
pub struct Assert {
    pub assertions: Vec<Assertion>,
    pub source: Source,
    /// When it was said.
    pub occurred: Occurred,
    pub testimony: Option<Testimony>,
}

impl Assert {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let opened = person.opened_and_kept()?;
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        let saying =
            Saying { kind: opened.kind, key: opened.key, source: self.source, occurred: self.occurred };
        saying.judge(act, person, self.assertions, Rules::for_testimony(self.testimony)).map(|(_, said)| said)
    }
}

/// What is said of whom, by whom, and when.
pub(super) struct Saying {
    pub(super) kind: PersonKind,
    pub(super) key: KeyId,
    pub(super) source: Source,
    pub(super) occurred: Occurred,
}

impl Saying {
    /// The events for what is new, each with the faults of its own, and the testimony without any.
    pub(super) fn judge(
        &self,
        act: &Act,
        person: &Person,
        assertions: Vec<Assertion>,
        rules: Rules,
    ) -> Result<(Option<Testimony>, Vec<NewEvent>), Refusal> {
        let testimony = rules.testimony();
        let at = self.occurred.earliest();
        let mut standing = person.asserted.clone();
        let mut events = Vec::new();
        for assertion in assertions {
            let mut rules = Rules::for_testimony(testimony.clone());
            let today = civil_day(act.now);
            assertion.check(&mut Judged { kind: self.kind, today, rules: &mut rules })?;
            let event = assertion.event(self.key, self.source, rules.testimony());
            // What counts is what this source said last by that time: a late entry may bring back an older saying.
            let is_before = |said: &&Asserted| said.at <= at && said.is_about_the_same_as(&event);
            let last = standing.iter().rev().find(is_before);
            if last.is_some_and(|said| said.says_the_same_as(&event)) {
                continue;
            }
            standing.push(Asserted { at, event: event.clone() });
            events.push(NewEvent { occurred: self.occurred, event });
        }
        Ok((testimony, events))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, TOLD, key, nothing, now, on};
    use crate::event::Event;
    use crate::ids::AgencyId;
    use crate::person::open::tests::{born, name, nhs, open};
    use crate::sealed::{Known, OpenedPart};
    use crate::source::Basis;

    fn maya() -> Given<Person> {
        nothing().after(open(PersonKind::Born, vec![name("Maya")]))
    }

    fn say(assertion: Assertion) -> Assert {
        Assert { assertions: vec![assertion], source: TOLD, occurred: on("2026-03-05"), testimony: None }
    }

    #[test]
    fn the_same_from_the_same_source_adds_nothing() {
        maya().when(say(name("Maya"))).then_nothing();
    }

    #[test]
    fn the_same_from_another_source_is_another_assertion() {
        let school = Source { basis: Basis::AgencyRecord, agency: AgencyId(uuid::Uuid::from_u128(5)) };
        maya().when(Assert { source: school, ..say(name("Maya")) }).then_kinds(["person.named"]);
    }

    #[test]
    fn a_source_may_change_its_mind_and_change_it_back() {
        maya().after(say(name("Mia"))).when(say(name("Maya"))).then_kinds(["person.named"]);
    }

    #[test]
    fn a_late_entry_counts_against_what_was_said_before_it() {
        let earlier = Assert { occurred: on("2026-02-01"), ..say(name("Maya")) };
        maya().when(earlier).then_kinds(["person.named"]);
    }

    #[test]
    fn an_unborn_child_is_expected_and_has_no_number() {
        let unborn = || nothing::<Person>().after(open(PersonKind::Unborn, Vec::new()));
        unborn().when(say(born("expected 2026-06-01"))).then_kinds(["person.birth-recorded"]);
        unborn().when(say(born("2026-03-01"))).refused("not-born-yet");
        unborn().when(say(born("expected 2027-06-01"))).refused("expected-too-far-ahead");
        unborn().when(say(nhs("9990000018"))).refused("unborn-has-no-number");
    }

    #[test]
    fn nobody_on_record_is_born_tomorrow() {
        maya().when(say(born("2026-03-11"))).refused("born-in-the-future");
        maya().when(say(born("expected 2026-06-01"))).refused("born-already");
        maya().when(say(born("2026-03-10"))).then_kinds(["person.birth-recorded"]);
    }

    #[test]
    fn nothing_is_sealed_under_a_key_that_was_destroyed() {
        let parts = [OpenedPart { number: 1, key: key(1), text: Some(Known::Erased) }];
        let named = maya().stands().asserted.first().unwrap().event.encode().unwrap();
        let erased = Event::decode(named.kind, named.schema_version, &named.facts, &parts).unwrap();
        let mut maya = maya().stands();
        maya.asserted = vec![Asserted { at: now(), event: erased }];
        let opened = maya.opened_and_kept().map(|opened| opened.kind);
        assert_eq!(opened.map_err(|refusal| refusal.code), Err("erased"));
    }

    #[test]
    fn nothing_is_said_of_nobody() {
        nothing::<Person>().when(say(name("Maya"))).refused("not-opened");
    }
}
