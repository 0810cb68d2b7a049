//! Older versions of what is on record about an enquiry: read, and never written again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::Made;
use super::{Answer, KnownAt, Receipt, Searched};
use crate::access::{Disclosure, LawfulBasis, Purpose};
use crate::ids::{AgencyId, PersonId};
use crate::sealed::Sealed;
use crate::text::Narrative;

/// `enquiry.made` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Made")]
pub struct MadeV1 {
    /// None: no trace was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<PersonId>,
    pub asked_by: AgencyId,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    /// Under a key of the enquiry's own.
    pub reason: Sealed<Narrative>,
    /// With what the child was looked for; kinds, never values.
    pub searched: Vec<Searched>,
    pub answered: Answer,
    /// How much the asker was told.
    pub disclosed: Disclosure,
    /// The place in the record up to which the answer is true.
    pub known_at: KnownAt,
    /// To be quoted on the telephone.
    pub receipt: Receipt,
}

impl From<MadeV1> for Made {
    fn from(old: MadeV1) -> Self {
        Self {
            subject: old.subject,
            asked_by: old.asked_by,
            purpose: old.purpose,
            lawful_basis: old.lawful_basis,
            reason: old.reason,
            searched: old.searched,
            answered: old.answered,
            disclosed: old.disclosed,
            known_at: old.known_at,
            receipt: old.receipt,
            asked_as: None,
            sought: None,
        }
    }
}
