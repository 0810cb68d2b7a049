//! A restricted record is opened again.

use super::Person;
use super::events::Unrestricted;
use crate::decider::{Act, NewEvent, Refusal};
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiftRestriction;

const NOT_RESTRICTED: Refusal =
    Refusal { code: "not-restricted", sentence: "This record is not restricted; there is nothing to lift." };

impl LiftRestriction {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        person.opened()?;
        if person.restriction.is_none() {
            return Err(NOT_RESTRICTED);
        }
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: Unrestricted {}.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::restrict::tests::{anybody, restrict};

    #[test]
    fn a_restriction_is_lifted_once() {
        anybody().after(restrict()).when(LiftRestriction).then_kinds(["person.unrestricted"]);
        anybody().after(restrict()).after(LiftRestriction).when(LiftRestriction).refused("not-restricted");
        anybody().when(LiftRestriction).refused("not-restricted");
    }
}
