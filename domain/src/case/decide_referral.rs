//! The authority decides what a referral needs: within one working day.

use super::events::{ReferralDecided, ReferralOutcome};
use super::rules::{from_a_practitioner, has_happened, is_within, sealed};
use super::state::{Case, Episode};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EpisodeId;
use crate::testimony::Rules;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records the response decided on.
#[derive(Clone, PartialEq, Debug)]
pub struct DecideReferral {
    pub episode: EpisodeId,
    pub on: Occurred,
    pub outcome: ReferralOutcome,
    pub reason: Option<Narrative>,
}

const DECIDED_ALREADY: Refusal = Refusal {
    code: "decided-already",
    sentence: "This referral was decided already; if the decision on record is wrong, correct that entry.",
};
const ACTION_WAS_TAKEN: Refusal = Refusal {
    code: "action-was-taken",
    sentence: "An assessment, enquiry or plan is on record for this referral, so it did not end with no further action; close the episode instead.",
};
const SAY_WHICH_ACTION: Refusal =
    Refusal { code: "say-which-action", sentence: "Say which action follows, such as an assessment." };

/// No further action means that nothing else was done.
pub(super) fn agrees_with_what_was_done(
    episode: &Episode,
    outcome: ReferralOutcome,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if outcome == ReferralOutcome::NoFurtherAction && episode.activity().next().is_some() {
        rules.broken(ACTION_WAS_TAKEN)?;
    }
    Ok(())
}

pub(super) fn decide(case: &Case, act: &Act, command: DecideReferral) -> Result<Vec<NewEvent>, Refusal> {
    let episode = case.episode(command.episode)?;
    let who = case.known()?;
    if episode.decision.is_some() {
        return Err(DECIDED_ALREADY);
    }
    if command.outcome == ReferralOutcome::FurtherAction {
        return Err(SAY_WHICH_ACTION);
    }
    let mut rules = from_a_practitioner();
    has_happened(command.on, act, &mut rules)?;
    is_within(episode, command.on.day(), &mut rules)?;
    agrees_with_what_was_done(episode, command.outcome, &mut rules)?;
    let decided = ReferralDecided {
        child: who.child,
        authority: who.authority,
        episode: command.episode,
        outcome: command.outcome,
        reason: sealed(act, command.reason),
        testimony: None,
    };
    Ok(vec![NewEvent { occurred: command.on, event: decided.into() }])
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_referral_is_decided_once() {
        referred("2026-02-02")
            .and(|case| no_further_action(case, "2026-02-03"))
            .order(|case| no_further_action(case, "2026-02-04"))
            .refused("decided-already");
    }

    #[test]
    fn a_referral_that_was_assessed_did_not_end_with_nothing() {
        being_assessed("2026-02-02")
            .order(|case| no_further_action(case, "2026-02-03"))
            .refused("action-was-taken");
    }

    #[test]
    fn a_referral_is_not_decided_before_it_came() {
        referred("2026-02-02")
            .order(|case| no_further_action(case, "2026-02-01"))
            .refused("before-the-referral");
    }

    #[test]
    fn a_practitioner_says_which_action_follows() {
        referred("2026-02-02")
            .order(|case| {
                DecideReferral {
                    episode: episode(case),
                    on: on("2026-02-03"),
                    outcome: ReferralOutcome::FurtherAction,
                    reason: None,
                }
                .into()
            })
            .refused("say-which-action");
    }
}
