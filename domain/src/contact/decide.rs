//! The authority decides what it does about a contact, and says why.

use super::events::Decided;
use super::{Contact, Outcome};
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::ids::AgencyId;
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Decide {
    pub occurred: Occurred,
    pub outcome: Outcome,
    /// Given when it was passed on, and only then.
    pub passed_to: Option<AgencyId>,
    pub reason: Narrative,
}

pub(super) const NOT_RECORDED: Refusal =
    Refusal { code: "not-recorded", sentence: "There is no such contact; record it first." };
const DECIDED_ALREADY: Refusal = Refusal {
    code: "decided-already",
    sentence: "This contact has been decided; amend the decision if it is wrong, or record what is new as a contact.",
};
const DECIDED_BEFORE_CONTACT: Refusal = Refusal {
    code: "decided-before-contact",
    sentence: "A decision is not made before the contact; check the time of the decision.",
};
const PASSED_TO_WHOM: Refusal = Refusal {
    code: "passed-to-whom",
    sentence: "A contact that is passed on names the agency, and only such a contact does.",
};

impl Decide {
    pub(super) fn decide(self, contact: &Contact, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let (received, recorded) = contact.recorded.as_ref().ok_or(NOT_RECORDED)?;
        if let Some(before) = &contact.decided {
            let is_same = before.outcome == self.outcome
                && before.passed_to == self.passed_to
                && before.reason.known() == Some(&self.reason);
            return if is_same { Ok(Vec::new()) } else { Err(DECIDED_ALREADY) };
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if self.occurred.latest() < received.earliest() {
            return Err(DECIDED_BEFORE_CONTACT);
        }
        if (self.outcome == Outcome::PassedOn) != self.passed_to.is_some() {
            return Err(PASSED_TO_WHOM);
        }
        let event = Decided {
            outcome: self.outcome,
            passed_to: self.passed_to,
            reason: Sealed::new(recorded.account.key, self.reason),
        };
        Ok(vec![NewEvent { occurred: self.occurred, event: event.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::contact::record::tests::bruise;
    use crate::decider::testing::{AGENCY, Given, key, nothing, on};

    pub(in crate::contact) fn received() -> Given<Contact> {
        nothing().after(bruise())
    }

    fn refer() -> Decide {
        Decide {
            occurred: on("2026-03-10"),
            outcome: Outcome::Referral,
            passed_to: None,
            reason: Narrative::parse("Second unexplained injury this term.").unwrap(),
        }
    }

    #[test]
    fn a_decision_is_sealed_under_the_contacts_key() {
        received().when(refer()).then([Decided {
            outcome: Outcome::Referral,
            passed_to: None,
            reason: Sealed::new(key(1), refer().reason),
        }
        .into()]);
    }

    #[test]
    fn a_contact_is_decided_once() {
        received().after(refer()).when(refer()).then_nothing();
        let other = Decide { outcome: Outcome::NoFurtherAction, ..refer() };
        received().after(refer()).when(other).refused("decided-already");
        nothing::<Contact>().when(refer()).refused("not-recorded");
    }

    #[test]
    fn a_decision_follows_the_contact_and_has_been_made() {
        received().when(Decide { occurred: on("2026-03-08"), ..refer() }).refused("decided-before-contact");
        received().when(Decide { occurred: on("2026-03-09"), ..refer() }).then_kinds(["contact.decided"]);
        received().when(Decide { occurred: on("2026-03-11"), ..refer() }).refused("in-the-future");
    }

    #[test]
    fn what_is_passed_on_is_passed_to_somebody() {
        received().when(Decide { outcome: Outcome::PassedOn, ..refer() }).refused("passed-to-whom");
        received().when(Decide { passed_to: Some(AGENCY), ..refer() }).refused("passed-to-whom");
        let passed = Decide { outcome: Outcome::PassedOn, passed_to: Some(AGENCY), ..refer() };
        received().when(passed).then_kinds(["contact.decided"]);
    }
}
