//! Somebody goes to see the child. Going and not finding them is on record too.

use super::events::{Seen, VisitKind, VisitMade};
use super::rules::{from_a_practitioner, has_happened, is_open, sealed};
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::PractitionerId;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records a visit.
#[derive(Clone, PartialEq, Debug)]
pub struct MakeVisit {
    pub on: Occurred,
    pub kind: VisitKind,
    pub seen: Seen,
    /// Who went; the one who records it unless another is named.
    pub practitioner: Option<PractitionerId>,
    pub account: Option<Narrative>,
}

pub(super) fn decide(case: &Case, act: &Act, command: MakeVisit) -> Result<Vec<NewEvent>, Refusal> {
    let MakeVisit { on, kind, seen, practitioner, account } = command;
    let who = case.known()?;
    has_happened(on, act, &mut from_a_practitioner())?;
    is_open(case, on.day())?;
    let made = VisitMade {
        child: who.child,
        authority: who.authority,
        kind,
        seen,
        practitioner: practitioner.unwrap_or(act.actor),
        account: sealed(act, account),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: on, event: made.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    fn visit(day: &str, seen: Seen) -> MakeVisit {
        MakeVisit { on: on(day), kind: VisitKind::ChildProtection, seen, practitioner: None, account: None }
    }

    fn last_seen(given: &Given<Case>, text: &str) -> Option<String> {
        CaseStatus::on(&given.history(), day(text)).last_seen.map(|seen| seen.on.to_string())
    }

    #[test]
    fn a_child_was_last_seen_on_the_last_visit_that_found_them() {
        let given = on_a_plan("2025-10-06")
            .after(visit("2025-11-03", Seen::Alone))
            .after(visit("2025-11-17", Seen::NotSeen));
        assert_eq!(last_seen(&given, "2025-11-20").as_deref(), Some("2025-11-03"));
        assert_eq!(last_seen(&given, "2025-11-02"), None);
        let given = given.after(visit("2025-11-24", Seen::WithOthers));
        let seen = CaseStatus::on(&given.history(), day("2025-11-24")).last_seen.unwrap();
        assert_eq!((seen.on, seen.alone_on), (day("2025-11-24"), Some(day("2025-11-03"))));
    }

    #[test]
    fn a_visit_is_made_while_the_case_is_open() {
        let closed = closed_after_assessment("2026-01-05", "2026-02-06");
        closed.when(visit("2026-02-09", Seen::Alone)).refused("not-open");
        referred("2026-02-02").when(visit("2026-02-01", Seen::Alone)).refused("not-open");
        nothing::<Case>().when(visit("2026-02-01", Seen::Alone)).refused("no-case");
    }

    #[test]
    fn a_child_looked_after_is_visited_after_the_episode_is_closed() {
        let period =
            StartLookedAfter { on: on("2026-01-20"), legal_status: LegalStatus::Section20, until: None };
        closed_after_assessment("2026-01-05", "2026-02-06")
            .after(period)
            .when(visit("2026-02-09", Seen::Alone))
            .then_kinds(["visit.made"]);
    }

    #[test]
    fn a_visit_has_happened() {
        referred("2026-02-02").when(visit("2030-01-01", Seen::Alone)).refused("in-the-future");
    }
}
