//! A conference for a child who moves here on another authority's plan decides without an enquiry.

use std::collections::BTreeSet;

use super::conference::{Outcome, Sitting};
use super::events::{ConferenceKind, Missing};
use super::rules::may_act;
use super::state::Case;
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EpisodeId;
use crate::text::Narrative;
use crate::when::Occurred;

/// Records the conference for a child who moves here on another authority's plan.
#[derive(Clone, PartialEq, Debug)]
pub struct HoldTransferInConference {
    /// The episode whose referral says where the child moves from.
    pub episode: EpisodeId,
    pub on: Occurred,
    pub decision: Outcome,
    pub missing: BTreeSet<Missing>,
    pub reason: Option<Narrative>,
}

const NOT_A_TRANSFER: Refusal = Refusal {
    code: "not-a-transfer",
    sentence: "The referral does not say that the child moves here from another authority; hold an initial conference, after a section 47 enquiry.",
};
const HELD_ALREADY: Refusal = Refusal {
    code: "conference-held-already",
    sentence: "The transfer-in conference of this referral is on record; correct it, or record a review conference.",
};

pub(super) fn decide(
    case: &Case,
    act: &Act,
    command: HoldTransferInConference,
) -> Result<Vec<NewEvent>, Refusal> {
    let episode = case.episode(command.episode)?;
    may_act(episode, command.on, act)?;
    if episode.referral.as_ref().is_none_or(|referral| referral.value.transferred_from.is_none()) {
        return Err(NOT_A_TRANSFER);
    }
    let mut held = episode.conferences.iter().filter_map(|conference| conference.held.as_ref());
    if held.any(|held| held.value.kind == ConferenceKind::TransferIn) {
        return Err(HELD_ALREADY);
    }
    Sitting {
        case,
        act,
        episode,
        section47: None,
        kind: ConferenceKind::TransferIn,
        on: command.on,
        decision: command.decision,
        missing: command.missing,
        reason: command.reason,
    }
    .events()
}

#[cfg(test)]
mod tests {
    use crate::case::testing::*;

    #[test]
    fn a_child_who_moves_here_on_a_plan_gets_a_conference_without_an_enquiry() {
        moved_here("2026-02-02")
            .order(|case| transfer_in(case, "2026-02-16"))
            .then_kinds(["conference.held", "cp-plan.started"]);
    }

    #[test]
    fn a_transfer_in_conference_is_for_a_child_who_moves_here() {
        referred("2026-02-02").order(|case| transfer_in(case, "2026-02-16")).refused("not-a-transfer");
    }

    #[test]
    fn a_child_moves_here_once() {
        moved_here("2026-02-02")
            .and(|case| transfer_in(case, "2026-02-16"))
            .order(|case| transfer_in(case, "2026-02-17"))
            .refused("conference-held-already");
    }
}
