//! The front door takes a contact out of the incident it was joined to: it tells of something else.

use super::Contact;
use super::decide::NOT_RECORDED;
use super::events::Parted;
use super::join::JOINED_BEFORE_CONTACT;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    pub occurred: Occurred,
}

impl Part {
    pub(super) fn decide(self, contact: &Contact, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let (received, _) = contact.recorded.as_ref().ok_or(NOT_RECORDED)?;
        if contact.joined.is_none() {
            return Ok(Vec::new());
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if self.occurred.latest() < received.earliest() {
            return Err(JOINED_BEFORE_CONTACT);
        }
        Ok(vec![NewEvent { occurred: self.occurred, event: Parted {}.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::decide::tests::received;
    use crate::contact::join::tests::join;
    use crate::decider::testing::{STREAM, nothing, on};
    use crate::ids::{ContactId, IncidentId};

    fn part() -> Part {
        Part { occurred: on("2026-03-10") }
    }

    #[test]
    fn what_is_parted_is_in_its_own_incident_again_and_may_join_another() {
        let parted = received().after(join()).after(part());
        assert_eq!(parted.stands().incident(ContactId(STREAM)), IncidentId(STREAM));
        received().after(join()).after(part()).when(join()).then_kinds(["contact.joined"]);
    }

    #[test]
    fn what_was_never_joined_is_not_parted() {
        received().when(part()).then_nothing();
        nothing::<Contact>().when(part()).refused("not-recorded");
    }

    #[test]
    fn parting_has_happened() {
        received().after(join()).when(Part { occurred: on("2026-03-11") }).refused("in-the-future");
        received().after(join()).when(Part { occurred: on("2026-03-08") }).refused("joined-before-contact");
    }
}
