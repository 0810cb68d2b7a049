//! Whoever answers for it says what came of a review.

use super::events::Concluded;
use super::{Review, ReviewOutcome};
use crate::decider::{Act, NewEvent, Refusal};
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

#[derive(Clone, PartialEq, Debug)]
pub struct Conclude {
    pub outcome: ReviewOutcome,
    pub note: Option<Narrative>,
}

const NOT_RAISED: Refusal = Refusal { code: "not-raised", sentence: "There is no such review." };
const CONCLUDED_ALREADY: Refusal = Refusal {
    code: "concluded-already",
    sentence: "The review was concluded; amend the entry if it says something wrong.",
};
const OWN_REVIEW: Refusal =
    Refusal { code: "own-review", sentence: "Nobody concludes a review of themselves; ask an auditor." };

impl Conclude {
    pub(super) fn decide(self, review: &Review, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let raised = review.raised.as_ref().ok_or(NOT_RAISED)?;
        if review.concluded.is_some() {
            return Err(CONCLUDED_ALREADY);
        }
        if raised.about == act.actor {
            return Err(OWN_REVIEW);
        }
        let note = self.note.map(|note| Sealed::new(act.fresh_key, note));
        let event = Concluded { outcome: self.outcome, note };
        Ok(vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{ACTOR, nothing};
    use crate::review::Raise;
    use crate::review::raise::tests::raise;

    fn conclude() -> Conclude {
        let note = Narrative::parse("A register was being checked.").ok();
        Conclude { outcome: ReviewOutcome::Explained, note }
    }

    #[test]
    fn a_review_is_concluded_once_and_by_somebody_else() {
        nothing::<Review>().when(conclude()).refused("not-raised");
        nothing::<Review>().after(raise()).when(conclude()).then_kinds(["review.concluded"]);
        nothing::<Review>().after(raise()).after(conclude()).when(conclude()).refused("concluded-already");
        nothing::<Review>().after(Raise { about: ACTOR, ..raise() }).when(conclude()).refused("own-review");
    }
}
