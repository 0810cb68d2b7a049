//! Somebody who answers for it accepts one of the dates of birth that were said.

use super::Person;
use super::events::BirthAccepted;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EventId;
use crate::when::Occurred;

/// Accepts a date of birth. Its tests stand with [`super::birth_date`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AcceptBirth {
    /// The entry that said it.
    pub assertion: EventId,
}

const NO_SUCH_BIRTH: Refusal = Refusal {
    code: "no-such-birth",
    sentence: "No date of birth was said in that entry here; give the entry of one that was.",
};

impl AcceptBirth {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        person.opened()?;
        if !person.birth_dates.has(self.assertion) {
            return Err(NO_SUCH_BIRTH);
        }
        if person.birth_dates.is_accepted(self.assertion) {
            return Ok(Vec::new());
        }
        let event = BirthAccepted { assertion: self.assertion };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}
