//! Two people are tied, or a person belongs to a household.

use chrono::NaiveDate;

use super::events::Recorded;
use super::{Tie, TieKind, TieTo};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::ids::PersonId;
use crate::source::Source;
use crate::testimony::{Rules, Testimony};
use crate::when::{Occurred, civil_day};

/// Read it as: `from` is the `kind` of `to`.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    pub from: PersonId,
    pub to: TieTo,
    pub kind: TieKind,
    /// The first day it held, where known.
    pub since: Option<NaiveDate>,
    pub source: Source,
    pub testimony: Option<Testimony>,
}

const TO_SELF: Refusal =
    Refusal { code: "tied-to-self", sentence: "Nobody is tied to themselves; name the other person." };
const NEEDS_A_HOUSEHOLD: Refusal = Refusal {
    code: "needs-a-household",
    sentence: "A household member belongs to a household; other ties are between two people.",
};
const RECORDED_ALREADY: Refusal = Refusal {
    code: "recorded-already",
    sentence: "Another tie is on record here; amend it if it is wrong, or record a new one.",
};

impl Record {
    pub(super) fn decide(self, tie: &Tie, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        if self.to == TieTo::Person(self.from) {
            return Err(TO_SELF);
        }
        let is_membership = self.kind == TieKind::HouseholdMember;
        if is_membership != matches!(self.to, TieTo::Household(_)) {
            return Err(NEEDS_A_HOUSEHOLD);
        }
        let mut rules = Rules::for_testimony(self.testimony);
        if self.since.is_some_and(|since| since > civil_day(act.now)) {
            rules.broken(IN_THE_FUTURE)?;
        }
        match &tie.recorded {
            Some(before)
                if (before.from, before.to, before.kind, before.since)
                    == (self.from, self.to, self.kind, self.since) =>
            {
                return Ok(Vec::new());
            }
            Some(_) => return Err(RECORDED_ALREADY),
            None => {}
        }
        let occurred = self.since.map_or(Occurred::Instant(act.now), Occurred::Day);
        let event = Recorded {
            from: self.from,
            to: self.to,
            kind: self.kind,
            since: self.since,
            source: self.source,
            testimony: rules.testimony(),
        };
        Ok(vec![NewEvent { occurred, event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decider::testing::{TOLD, day, nothing, person};
    use crate::ids::HouseholdId;

    pub(in crate::tie) fn mother() -> Record {
        Record {
            from: person(1),
            to: TieTo::Person(person(2)),
            kind: TieKind::Mother,
            since: Some(day("2019-05-02")),
            source: TOLD,
            testimony: None,
        }
    }

    #[test]
    fn a_tie_is_recorded_once() {
        nothing::<Tie>().when(mother()).then_kinds(["tie.recorded"]);
        nothing::<Tie>().after(mother()).when(mother()).then_nothing();
        let father = Record { kind: TieKind::Father, ..mother() };
        nothing::<Tie>().after(mother()).when(father).refused("recorded-already");
    }

    #[test]
    fn only_a_household_has_members() {
        let household = TieTo::Household(HouseholdId(uuid::Uuid::from_u128(7)));
        let member = Record { kind: TieKind::HouseholdMember, to: household, ..mother() };
        nothing::<Tie>().when(member).then_kinds(["tie.recorded"]);
        nothing::<Tie>().when(Record { to: household, ..mother() }).refused("needs-a-household");
        nothing::<Tie>()
            .when(Record { kind: TieKind::HouseholdMember, ..mother() })
            .refused("needs-a-household");
    }

    #[test]
    fn nobody_is_their_own_mother_or_will_be_one_tomorrow() {
        nothing::<Tie>().when(Record { to: TieTo::Person(person(1)), ..mother() }).refused("tied-to-self");
        nothing::<Tie>().when(Record { since: Some(day("2026-03-11")), ..mother() }).refused("in-the-future");
    }
}
