//! What is on record about an enquiry. Found, hidden and absent leave the same kind of event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, KnownAt, Receipt, Searched};
use crate::access::{Disclosure, LawfulBasis, Purpose};
use crate::ids::{AgencyId, PersonId};
use crate::sealed::Sealed;
use crate::text::Narrative;

/// `enquiry.made` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Made {
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
