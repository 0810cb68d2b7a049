//! What a file said, as opposed to what somebody did: where a recorded fact was read, and what is wrong with it.
//!
//! A practitioner's command that breaks a rule is refused. A return is testimony about what has long happened, so
//! the same broken rule is kept as a [`Fault`] beside the fact and nothing is lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decider::Refusal;
use crate::ids::ReturnId;

/// The row of a return that said so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Testimony {
    pub return_id: ReturnId,
    /// Hash of the row as read; says nothing by itself.
    pub row: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// A rule that what was said does not keep.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub code: String,
    pub sentence: String,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code.to_owned(), sentence: refusal.sentence.to_owned() }
    }
}

/// The two ways a broken rule is taken: refused from a practitioner, noted from a return.
pub(crate) struct Rules {
    testimony: Option<Testimony>,
}

impl Rules {
    pub(crate) fn for_testimony(testimony: Option<Testimony>) -> Self {
        Self { testimony }
    }

    /// A rule is broken: an error unless this is testimony, which keeps it as a fault (once).
    pub(crate) fn broken(&mut self, rule: Refusal) -> Result<(), Refusal> {
        let Some(testimony) = &mut self.testimony else { return Err(rule) };
        let fault = Fault::from(rule);
        if !testimony.faults.contains(&fault) {
            testimony.faults.push(fault);
        }
        Ok(())
    }

    /// The testimony with its faults, for the events.
    pub(crate) fn testimony(self) -> Option<Testimony> {
        self.testimony
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Refusal = Refusal { code: "a-rule", sentence: "A rule stands in the way." };

    #[test]
    fn a_practitioner_is_refused() {
        assert_eq!(Rules::for_testimony(None).broken(RULE), Err(RULE));
    }

    #[test]
    fn a_return_is_taken_with_its_fault_noted_once() {
        let said = Testimony {
            return_id: ReturnId(uuid::Uuid::from_u128(1)),
            row: "ab".to_owned(),
            faults: Vec::new(),
        };
        let mut rules = Rules::for_testimony(Some(said));
        assert_eq!(rules.broken(RULE), Ok(()));
        assert_eq!(rules.broken(RULE), Ok(()));
        let faults = rules.testimony().map(|testimony| testimony.faults).unwrap_or_default();
        assert_eq!(faults, [Fault::from(RULE)]);
    }
}
