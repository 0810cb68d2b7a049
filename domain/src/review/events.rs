//! What is on record about a review.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Counted, ReviewKind, ReviewOutcome};
use crate::enquiry::KnownAt;
use crate::ids::{AgencyId, PractitionerId};
use crate::sealed::Sealed;
use crate::text::Narrative;

/// `review.raised` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    pub kind: ReviewKind,
    pub about: PractitionerId,
    /// For which they looked.
    pub agency: AgencyId,
    /// The time it was counted over.
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub counted: Counted,
    pub count: u32,
    /// From how many on it is looked at.
    pub threshold: u32,
    /// Places in the access log, the newest last; at most two hundred.
    pub evidence: Vec<KnownAt>,
}

/// `review.concluded` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concluded {
    pub outcome: ReviewOutcome,
    /// Under a key of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed<Narrative>>,
}
