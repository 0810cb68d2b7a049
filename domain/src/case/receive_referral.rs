//! A request for services arrives for a child who is not known, or known and closed.

use super::codes::{PrimaryNeed, ReferralSource};
use super::events::{CaseOpened, ReferralReceived};
use super::rules::{from_a_practitioner, has_happened, sealed};
use super::state::{Case, Run, Who};
use crate::authority::Authority;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::{ContactId, EpisodeId, PersonId};
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records a referral, and opens the case if it is the first.
#[derive(Clone, PartialEq, Debug)]
pub struct ReceiveReferral {
    pub child: PersonId,
    pub authority: Authority,
    pub on: Occurred,
    pub source: ReferralSource,
    pub primary_need: Option<PrimaryNeed>,
    /// The contact that became this referral.
    pub contact: Option<ContactId>,
    /// The authority the child moves from while on a plan there. `on` is then the day its notice arrived.
    pub transferred_from: Option<Authority>,
    pub reason: Option<Narrative>,
}

const CASE_IS_OPEN: Refusal = Refusal {
    code: "case-is-open",
    sentence: "The case is open on that day, so this is new information on it and not another referral; record a contact.",
};
pub(super) const ANOTHER_CASE: Refusal = Refusal {
    code: "another-case",
    sentence: "This case is of another child or another authority; check which record you are on.",
};

/// Episodes do not overlap: new information on an open case is never a second referral.
pub(super) fn begins_an_episode(
    case: &Case,
    episode: Option<EpisodeId>,
    run: Run,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    let others = case.episodes.iter().filter(|other| Some(other.id) != episode);
    if others.filter_map(|other| other.run()).any(|other| other.overlaps(run)) {
        rules.broken(CASE_IS_OPEN)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: ReceiveReferral) -> Result<Vec<NewEvent>, Refusal> {
    let ReceiveReferral { child, authority, on, .. } = command;
    let who = Who { child, authority };
    if case.who.as_ref().is_some_and(|known| *known != who) {
        return Err(ANOTHER_CASE);
    }
    let mut rules = from_a_practitioner();
    has_happened(on, act, &mut rules)?;
    begins_an_episode(case, None, Run::on(on.day()), &mut rules)?;

    let Who { child, authority } = who;
    let opened =
        case.opened.is_none().then(|| CaseOpened { child, authority: authority.clone(), testimony: None });
    let received = ReferralReceived {
        child,
        authority,
        episode: EpisodeId(act.command.part_of(act.stream, 0)),
        source: Some(command.source),
        primary_need: command.primary_need,
        contact: command.contact,
        transferred_from: command.transferred_from,
        reason: sealed(act, command.reason),
        testimony: None,
    };
    let opened = opened.map(|opened| NewEvent { occurred: on, event: opened.into() });
    Ok(opened.into_iter().chain([NewEvent { occurred: on, event: received.into() }]).collect())
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn the_first_referral_opens_the_case() {
        nothing::<Case>().when(referral_on("2026-02-02")).then_kinds(["case.opened", "referral.received"]);
    }

    #[test]
    fn new_information_on_an_open_case_is_never_a_second_referral() {
        referred("2026-02-02").when(referral_on("2026-02-20")).refused("case-is-open");
    }

    #[test]
    fn after_closure_a_child_can_be_referred_again() {
        closed_after_assessment("2026-01-05", "2026-02-06")
            .when(referral_on("2026-02-06"))
            .then_kinds(["referral.received"]);
    }

    #[test]
    fn after_a_referral_that_needed_nothing_a_child_can_be_referred_again() {
        referred("2026-02-02")
            .and(|case| no_further_action(case, "2026-02-03"))
            .when(referral_on("2026-02-20"))
            .then_kinds(["referral.received"]);
    }

    #[test]
    fn an_earlier_referral_may_be_entered_late() {
        referred("2026-02-02").when(referral_on("2025-06-02")).then_kinds(["referral.received"]);
    }

    #[test]
    fn a_late_referral_is_judged_on_its_own_day() {
        closed_after_assessment("2026-01-05", "2026-02-06")
            .when(referral_on("2026-01-20"))
            .refused("case-is-open");
    }

    #[test]
    fn a_referral_cannot_come_from_the_future() {
        nothing::<Case>().when(referral_on("2026-03-11")).refused("in-the-future");
    }
}
