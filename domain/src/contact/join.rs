//! The front door joins a contact to the incident that another told of first, so that what four agencies told of is
//! one.

use super::Contact;
use super::decide::NOT_RECORDED;
use super::events::Joined;
use crate::authority::Authority;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::ids::{ContactId, IncidentId};
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Join {
    pub incident: IncidentId,
    pub occurred: Occurred,
    /// What is on record of the incident's first contact.
    pub first: First,
    /// What is on record of the incident the contact told of itself.
    pub own: Own,
}

/// The incident of a contact's own id, as it was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Own {
    Alone,
    /// Others were joined to it: without its first contact, it would be named by one that tells of something else.
    OfOthersToo,
}

/// An incident's first contact, as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum First {
    NotOnRecord,
    OnRecord {
        authority: Authority,
        /// The incident it tells of: its own, or one it was joined to.
        incident: IncidentId,
    },
    /// Looked at when this very order was carried out before.
    Judged,
}

const JOINED_TO_ITSELF: Refusal = Refusal {
    code: "joined-to-itself",
    sentence: "A contact is in the incident it tells of first; choose another contact's incident.",
};
const NO_SUCH_INCIDENT: Refusal = Refusal {
    code: "no-such-incident",
    sentence: "There is no such incident; give the id of the contact that told of it first.",
};
const OF_ANOTHER_AUTHORITY: Refusal = Refusal {
    code: "of-another-authority",
    sentence: "An incident is of one authority; pass the contact on to the authority of the incident.",
};
const JOINED_TO_ANOTHER: Refusal = Refusal {
    code: "joined-to-another",
    sentence: "The contact is in another incident; part it from that one first.",
};
const NOT_FIRST: Refusal = Refusal {
    code: "not-first",
    sentence: "That contact was itself joined to an incident; join the incident it is in.",
};
const FIRST_OF_OTHERS: Refusal = Refusal {
    code: "first-of-others",
    sentence: "Others are joined to what this contact told of first; join them to the other incident before it.",
};
pub(super) const JOINED_BEFORE_CONTACT: Refusal = Refusal {
    code: "joined-before-contact",
    sentence: "A contact is not sorted before it was received; check the time.",
};

impl Join {
    pub(super) fn decide(self, contact: &Contact, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let (received, recorded) = contact.recorded.as_ref().ok_or(NOT_RECORDED)?;
        if self.incident == IncidentId::of(ContactId(act.stream)) {
            return Err(JOINED_TO_ITSELF);
        }
        match contact.joined {
            Some(incident) if incident == self.incident => return Ok(Vec::new()),
            Some(_) => return Err(JOINED_TO_ANOTHER),
            None => {}
        }
        if self.occurred.is_ahead_of(act.now) {
            return Err(IN_THE_FUTURE);
        }
        if self.occurred.latest() < received.earliest() {
            return Err(JOINED_BEFORE_CONTACT);
        }
        match self.first {
            First::NotOnRecord => return Err(NO_SUCH_INCIDENT),
            First::OnRecord { authority, .. } if authority != recorded.authority => {
                return Err(OF_ANOTHER_AUTHORITY);
            }
            First::OnRecord { incident, .. } if incident != self.incident => return Err(NOT_FIRST),
            First::OnRecord { .. } | First::Judged => {}
        }
        match self.own {
            Own::OfOthersToo => return Err(FIRST_OF_OTHERS),
            Own::Alone => {}
        }
        Ok(vec![NewEvent { occurred: self.occurred, event: Joined { incident: self.incident }.into() }])
    }
}

#[cfg(test)]
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::contact::decide::tests::received;
    use crate::decider::testing::{STREAM, nothing, on};

    const INCIDENT: IncidentId = IncidentId(Uuid::from_u128(0x1c));

    fn found(authority: &str, incident: IncidentId) -> First {
        First::OnRecord { authority: authority.parse().unwrap(), incident }
    }

    pub(in crate::contact) fn join() -> Join {
        Join {
            incident: INCIDENT,
            occurred: on("2026-03-10"),
            first: found("383", INCIDENT),
            own: Own::Alone,
        }
    }

    #[test]
    fn a_contact_is_in_the_incident_of_its_own_id_until_it_is_joined_to_another() {
        let id = ContactId(STREAM);
        assert_eq!(received().stands().incident(id), IncidentId::of(id));
        received().when(join()).then([Joined { incident: INCIDENT }.into()]);
        assert_eq!(received().after(join()).stands().incident(id), INCIDENT);
    }

    #[test]
    fn a_contact_is_in_one_incident() {
        received().after(join()).when(join()).then_nothing();
        let other = IncidentId(Uuid::from_u128(0x2c));
        let other = Join { incident: other, first: found("383", other), ..join() };
        received().after(join()).when(other).refused("joined-to-another");
    }

    #[test]
    fn no_contact_joins_itself() {
        let own = IncidentId(STREAM);
        let itself = Join { incident: own, first: found("383", own), ..join() };
        received().when(itself).refused("joined-to-itself");
    }

    #[test]
    fn an_incident_is_of_one_authority() {
        received().when(Join { first: found("380", INCIDENT), ..join() }).refused("of-another-authority");
    }

    #[test]
    fn an_incident_is_named_by_a_contact_that_told_of_it_first() {
        received().when(Join { first: First::NotOnRecord, ..join() }).refused("no-such-incident");
        let further = found("383", IncidentId(Uuid::from_u128(0x2c)));
        received().when(Join { first: further, ..join() }).refused("not-first");
    }

    #[test]
    fn the_first_contact_of_an_incident_stays_while_others_are_in_it() {
        received().when(Join { own: Own::OfOthersToo, ..join() }).refused("first-of-others");
    }

    #[test]
    fn a_contact_is_joined_once_it_is_there() {
        nothing::<Contact>().when(join()).refused("not-recorded");
        received().when(Join { occurred: on("2026-03-08"), ..join() }).refused("joined-before-contact");
        received().when(Join { occurred: on("2026-03-11"), ..join() }).refused("in-the-future");
    }
}
