//! The rule finds it no more, because what it rested on was set right. Time alone withdraws nothing.

use super::events::Withdrawn;
use super::{Alert, AlertState, WithdrawnBecause};
use crate::decider::{Act, NewEvent};
use crate::enquiry::KnownAt;
use crate::ids::AlertId;
use crate::when::Occurred;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Withdraw {
    /// The place in the record up to which it was looked for.
    pub known_at: KnownAt,
    /// The alert that says it now.
    pub into: Option<AlertId>,
}

impl Withdraw {
    pub(super) fn decide(self, alert: &Alert, act: &Act) -> Vec<NewEvent> {
        let is_older = alert.known_at.is_none_or(|before| self.known_at <= before);
        if is_older || alert.state == Some(AlertState::Withdrawn) {
            return Vec::new();
        }
        let because = if self.into.is_some() {
            WithdrawnBecause::JoinedAnother
        } else {
            WithdrawnBecause::EvidenceCorrected
        };
        let event = Withdrawn { known_at: self.known_at, because, into: self.into };
        vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }]
    }
}
