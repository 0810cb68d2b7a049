//! The node asks for a review. Raised once: its id derives from what it is about.

use super::events::Raised;
use super::trawling::Finding;
use super::{Review, ReviewKind};
use crate::decider::{Act, NewEvent};
use crate::enquiry::KnownAt;
use crate::ids::{AgencyId, PractitionerId};
use crate::when::Occurred;

/// More places than these in the access log are counted and not listed.
const EVIDENCE_MAX: usize = 200;

#[derive(Clone, PartialEq, Debug)]
pub struct Raise {
    pub about: PractitionerId,
    pub agency: AgencyId,
    pub finding: Finding,
}

impl Raise {
    pub(super) fn decide(self, review: &Review, act: &Act) -> Vec<NewEvent> {
        if review.raised.is_some() {
            return Vec::new();
        }
        let Finding { from, until, counted, count, threshold, evidence } = self.finding;
        let listed = evidence.len().saturating_sub(EVIDENCE_MAX);
        let event = Raised {
            kind: ReviewKind::Trawling,
            about: self.about,
            agency: self.agency,
            from,
            until,
            counted,
            count,
            threshold,
            evidence: evidence.into_iter().skip(listed).map(KnownAt).collect(),
        };
        vec![NewEvent { occurred: Occurred::Instant(act.now), event: event.into() }]
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::decider::testing::{AGENCY, nothing};
    use crate::review::Counted;

    pub fn raise() -> Raise {
        let at = |text: &str| text.parse().unwrap();
        Raise {
            about: PractitionerId(uuid::Uuid::from_u128(0x77)),
            agency: AGENCY,
            finding: Finding {
                from: at("2026-03-09T09:00:00Z"),
                until: at("2026-03-10T09:00:00Z"),
                counted: Counted::Unfollowed,
                count: 300,
                threshold: 20,
                evidence: (1..=300).collect(),
            },
        }
    }

    #[test]
    fn a_review_is_raised_once_with_its_newest_evidence() {
        let raised = nothing::<Review>().after(raise());
        let evidence = raised.stands().raised().unwrap().evidence.clone();
        assert_eq!((evidence.len(), evidence.last()), (200, Some(&KnownAt(300))));
        nothing::<Review>().after(raise()).when(raise()).then_nothing();
    }
}
