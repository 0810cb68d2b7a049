//! A person decides: something follows, or nothing does, with a reason. And says what they make of the evidence.

use super::events::{Accepted, Dismissed, OpinionGiven};
use super::{Alert, AlertState, Decided, Follows, Weight};
use crate::decider::{Act, NewEvent, Refusal};
use crate::ids::EventId;
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Accept {
    pub follows: Follows,
    pub note: Option<Narrative>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Dismiss {
    pub reason: Narrative,
}

/// An opinion, labelled as one. It changes no count and decides nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct GiveOpinion {
    /// The entry of the evidence it is about; none for all of it.
    pub entry: Option<EventId>,
    pub weight: Weight,
    pub opinion: Narrative,
}

const NOT_RAISED: Refusal =
    Refusal { code: "not-raised", sentence: "There is no such alert; look at the list of alerts again." };
const WITHDRAWN: Refusal = Refusal {
    code: "withdrawn",
    sentence: "This alert was withdrawn, because what it rested on was set right; there is nothing to decide.",
};
const DECIDED_ALREADY: Refusal = Refusal {
    code: "decided-already",
    sentence: "This alert was decided by somebody else on the same evidence; it comes back when there is more.",
};
const NOT_ITS_EVIDENCE: Refusal = Refusal {
    code: "not-its-evidence",
    sentence: "The alert does not rest on that entry; give an opinion on one of its entries, or on all of it.",
};

impl Accept {
    pub(super) fn decide(self, alert: &Alert, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let is_same = |before: &Decided| {
            matches!(before, Decided::Accepted(before) if before.follows == self.follows
                && before.note.as_ref().and_then(Sealed::known) == self.note.as_ref())
        };
        if !is_to_be_decided(alert, is_same)? {
            return Ok(Vec::new());
        }
        let note = self.note.map(|note| Sealed::new(act.fresh_key, note));
        Ok(only(act, Accepted { follows: self.follows, note }))
    }
}

impl Dismiss {
    pub(super) fn decide(self, alert: &Alert, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let is_same = |before: &Decided| matches!(before, Decided::Dismissed(before) if before.reason.known() == Some(&self.reason));
        if !is_to_be_decided(alert, is_same)? {
            return Ok(Vec::new());
        }
        Ok(only(act, Dismissed { reason: Sealed::new(act.fresh_key, self.reason) }))
    }
}

impl GiveOpinion {
    pub(super) fn decide(self, alert: &Alert, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let says = alert.says.as_ref().ok_or(NOT_RAISED)?;
        if alert.state == Some(AlertState::Withdrawn) {
            return Err(WITHDRAWN);
        }
        if self.entry.is_some_and(|entry| !says.evidence.iter().any(|evidence| evidence.entry == entry)) {
            return Err(NOT_ITS_EVIDENCE);
        }
        let opinion = Sealed::new(act.fresh_key, self.opinion);
        Ok(only(act, OpinionGiven { entry: self.entry, weight: self.weight, opinion }))
    }
}

/// False when the same was decided already.
fn is_to_be_decided(alert: &Alert, is_same: impl FnOnce(&Decided) -> bool) -> Result<bool, Refusal> {
    match alert.state {
        None => Err(NOT_RAISED),
        Some(AlertState::Open) => Ok(true),
        Some(AlertState::Withdrawn) => Err(WITHDRAWN),
        Some(AlertState::Accepted | AlertState::Dismissed) => {
            let before = alert.decisions.last();
            if before.is_some_and(|before| is_same(&before.decided)) {
                Ok(false)
            } else {
                Err(DECIDED_ALREADY)
            }
        }
    }
}

fn only(act: &Act, event: impl Into<crate::event::Event>) -> Vec<NewEvent> {
    vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }]
}

#[cfg(test)]
mod tests;
