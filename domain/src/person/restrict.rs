//! A record is closed to all but named readers, for a reason, until it is reviewed.

use chrono::NaiveDate;

use super::Person;
use super::events::Restricted;
use super::restriction::RestrictionReason;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PractitionerId;
use crate::when::{Occurred, civil_day};

/// Given again, it takes the place of the restriction before it.
#[derive(Clone, PartialEq, Debug)]
pub struct Restrict {
    pub reason: RestrictionReason,
    /// Who answers for it, always reads, and is rung by those who may not.
    pub owner: PractitionerId,
    pub readers: Vec<PractitionerId>,
    pub review_on: NaiveDate,
}

const REVIEW_NOT_AHEAD: Refusal = Refusal {
    code: "review-not-ahead",
    sentence: "A restriction is reviewed on a day after today; give the day, usually within 90 days.",
};

impl Restrict {
    pub(super) fn decide(mut self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        person.opened()?;
        if self.review_on <= civil_day(act.now) {
            return Err(REVIEW_NOT_AHEAD);
        }
        self.readers.sort_unstable();
        self.readers.dedup();
        let event = Restricted {
            reason: self.reason,
            owner: self.owner,
            readers: self.readers,
            review_on: self.review_on,
        };
        if person.restriction.as_ref() == Some(&event) {
            return Ok(Vec::new());
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decider::testing::{ACTOR, Given, day, nothing};
    use crate::person::PersonKind;
    use crate::person::open::tests::open;

    pub(in crate::person) fn anybody() -> Given<Person> {
        nothing().after(open(PersonKind::Born, Vec::new()))
    }

    fn practitioner(number: u128) -> PractitionerId {
        PractitionerId(uuid::Uuid::from_u128(number))
    }

    pub(in crate::person) fn restrict() -> Restrict {
        Restrict {
            reason: RestrictionReason::RelativeOfStaff,
            owner: ACTOR,
            readers: vec![practitioner(2), practitioner(1), practitioner(2)],
            review_on: day("2026-06-08"),
        }
    }

    #[test]
    fn a_restricted_record_is_for_its_owner_and_named_readers() {
        let person = anybody().after(restrict()).stands();
        assert!(!person.is_restricted_to(ACTOR));
        assert!(!person.is_restricted_to(practitioner(1)));
        assert!(person.is_restricted_to(practitioner(3)));
    }

    #[test]
    fn a_restriction_has_a_review_ahead() {
        anybody().when(Restrict { review_on: day("2026-03-10"), ..restrict() }).refused("review-not-ahead");
        nothing::<Person>().when(restrict()).refused("not-opened");
    }

    #[test]
    fn the_same_restriction_adds_nothing_and_another_takes_its_place() {
        anybody().after(restrict()).when(restrict()).then_nothing();
        let reviewed = Restrict { readers: Vec::new(), ..restrict() };
        let person = anybody().after(restrict()).after(reviewed).stands();
        assert!(person.is_restricted_to(practitioner(1)));
    }
}
