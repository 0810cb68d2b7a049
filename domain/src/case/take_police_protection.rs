//! A constable takes a child into police protection (Children Act 1989 section 46). It holds for 72 hours by the clock.

use super::emergency::Emergency;
use super::events::PoliceProtectionTaken;
use super::rules::{from_a_practitioner, has_happened};
use super::state::{Case, PoliceProtection};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PoliceProtectionId;
use crate::when::Occurred;

/// Records that a child was taken into police protection.
#[derive(Clone, PartialEq, Debug)]
pub struct TakePoliceProtection {
    /// To the minute.
    pub on: Occurred,
}

const NEEDS_A_TIME: Refusal = Refusal {
    code: "needs-a-time",
    sentence: "The 72 hours run from an instant; give the time, not only the day.",
};
const IN_POLICE_PROTECTION_ALREADY: Refusal = Refusal {
    code: "in-police-protection-already",
    sentence: "The child is in police protection at that time already; it is not begun again to last longer.",
};

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: TakePoliceProtection,
) -> Result<Vec<NewEvent>, Refusal> {
    let who = case.known()?;
    has_happened(command.on, act, &mut from_a_practitioner())?;
    let Occurred::Instant(at) = command.on else { return Err(NEEDS_A_TIME) };
    let held: Vec<Emergency> =
        case.police_protections.iter().filter_map(PoliceProtection::emergency).collect();
    if Emergency::holding(&held, at).is_some() {
        return Err(IN_POLICE_PROTECTION_ALREADY);
    }
    let taken = PoliceProtectionTaken {
        child: who.child,
        authority: who.authority,
        police_protection: PoliceProtectionId(act.command.part_of(act.stream, 0)),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: command.on, event: taken.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::clocks::Step;
    use crate::case::status::Standing;
    use crate::case::testing::*;

    fn taken(at: &str) -> TakePoliceProtection {
        TakePoliceProtection { on: on(at) }
    }

    fn at(given: &Given<Case>, instant: &str) -> CaseStatus {
        CaseStatus::at(&given.history(), instant.parse().unwrap())
    }

    #[test]
    fn police_protection_lapses_after_72_hours_on_a_sunday_too() {
        // A Thursday evening.
        let given = referred("2026-02-26").after(taken("2026-02-26T21:40:00Z"));
        assert_eq!(at(&given, "2026-02-26T21:39:59Z").standing, Standing::Referred);
        assert_eq!(at(&given, "2026-02-26T21:40:00Z").standing, Standing::PoliceProtection);
        assert_eq!(at(&given, "2026-03-01T21:39:59Z").standing, Standing::PoliceProtection);
        assert_eq!(at(&given, "2026-03-01T21:40:00Z").standing, Standing::Referred);
    }

    #[test]
    fn the_end_is_due_to_the_minute() {
        let given = referred("2026-02-26").after(taken("2026-02-26T21:40:00Z"));
        let due = at(&given, "2026-02-27T08:00:00Z").due;
        let end = due.iter().find(|due| due.step == Step::EmergencyEnds).unwrap();
        assert_eq!((end.by, end.at), (day("2026-03-01"), "2026-03-01T21:40:00Z".parse().ok()));
    }

    #[test]
    fn the_clock_is_not_set_back_by_taking_the_child_again() {
        let given = referred("2026-02-26").after(taken("2026-02-26T21:40:00Z"));
        given.when(taken("2026-02-28T21:40:00Z")).refused("in-police-protection-already");
        let given = referred("2026-02-26").after(taken("2026-02-26T21:40:00Z"));
        given.when(taken("2026-03-01T21:40:00Z")).then_kinds(["police-protection.taken"]);
    }

    #[test]
    fn police_protection_begins_at_an_instant() {
        referred("2026-02-26").when(taken("2026-02-26")).refused("needs-a-time");
        referred("2026-02-26").when(taken("2030-02-26T21:40:00Z")).refused("in-the-future");
        nothing::<Case>().when(taken("2026-02-26T21:40:00Z")).refused("no-case");
    }
}
