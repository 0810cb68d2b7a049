//! Older versions of what is on record about an enquiry: read, and never written again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::Made;
use super::sought::SoughtMark;
use super::{Answer, AskedAs, KnownAt, Receipt, Searched};
use crate::access::older::RoleV1;
use crate::access::{Disclosure, LawfulBasis, Purpose};
use crate::agency::AgencyKind;
use crate::authority::Authority;
use crate::ids::{AgencyId, PersonId, TeamId};
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

/// As what somebody asked: the rest of the actor stands in the event and its envelope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AskedAs")]
pub struct AskedAsV2 {
    pub agency_kind: AgencyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    pub roles: Vec<RoleV1>,
}

impl From<AskedAsV2> for AskedAs {
    fn from(old: AskedAsV2) -> Self {
        Self {
            agency_kind: old.agency_kind,
            authority: old.authority,
            team: old.team,
            roles: old.roles.into_iter().map(Into::into).collect(),
        }
    }
}

/// `enquiry.made` 2.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Made")]
pub struct MadeV2 {
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
    /// As what they asked: by it is judged what they would be answered later. None where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<AskedAsV2>,
    /// By what somebody entered later would have been found; empty for a record that the asker had before them. Under
    /// the enquiry's own key, so that it is destroyed with the reason. None where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sought: Option<Sealed<Vec<SoughtMark>>>,
}

impl From<MadeV2> for Made {
    fn from(old: MadeV2) -> Self {
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
            asked_as: old.asked_as.map(Into::into),
            sought: old.sought,
        }
    }
}
