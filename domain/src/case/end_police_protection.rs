//! A child is released from police protection before the 72 hours are over.

use super::emergency::may_end;
use super::events::{PoliceProtectionEnd, PoliceProtectionEnded};
use super::rules::{from_a_practitioner, has_happened};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PoliceProtectionId;
use crate::when::Occurred;

/// Records the end of police protection.
#[derive(Clone, PartialEq, Debug)]
pub struct EndPoliceProtection {
    pub police_protection: PoliceProtectionId,
    pub on: Occurred,
    pub reason: PoliceProtectionEnd,
}

pub(super) fn decide(case: &Case, act: &Act, command: EndPoliceProtection) -> Result<Vec<NewEvent>, Refusal> {
    let EndPoliceProtection { police_protection, on, reason } = command;
    let standing = case.police_protection(police_protection)?;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    may_end(standing.emergency(), standing.ended.as_ref(), on)?;
    let ended = PoliceProtectionEnded {
        child: who.child,
        authority: who.authority,
        police_protection,
        reason,
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: ended.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::status::Standing;
    use crate::case::testing::*;

    fn taken() -> Given<Case> {
        referred("2026-02-26").after(TakePoliceProtection { on: on("2026-02-26T21:40:00Z") })
    }

    fn released(case: &Case, at: &str) -> Command {
        EndPoliceProtection {
            police_protection: case.police_protections[0].id,
            on: on(at),
            reason: PoliceProtectionEnd::Released,
        }
        .into()
    }

    #[test]
    fn a_child_who_is_released_is_no_longer_in_police_protection() {
        let given = taken().and(|case| released(case, "2026-02-27T09:00:00Z"));
        let standing = |at: &str| CaseStatus::at(&given.history(), at.parse().unwrap()).standing;
        assert_eq!(standing("2026-02-27T08:59:00Z"), Standing::PoliceProtection);
        assert_eq!(standing("2026-02-27T09:00:00Z"), Standing::Referred);
    }

    #[test]
    fn what_has_lapsed_is_not_ended_again() {
        taken().order(|case| released(case, "2026-03-01T21:40:00Z")).refused("lapsed-by-then");
        taken().order(|case| released(case, "2026-02-26T20:00:00Z")).refused("ends-before-it-starts");
        taken()
            .and(|case| released(case, "2026-02-27T09:00:00Z"))
            .order(|case| released(case, "2026-02-27T10:00:00Z"))
            .refused("ended-already");
    }
}
