//! What is on record about a contact: something told to a front door, and what was decided about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::involved::Involved;
use super::{Concern, Method, Outcome, Significance, SourceDisclosure};
use crate::authority::Authority;
use crate::ids::{AgencyId, IncidentId};
use crate::sealed::Sealed;
use crate::text::{Line, Narrative};

/// `contact.recorded` 3: a contact may raise several concerns, each about some of its people.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The authority whose front door received it.
    pub authority: Authority,
    pub people: Vec<Involved>,
    pub concerns: Vec<Concern>,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significance: Option<Significance>,
    /// How far whoever told it may be named.
    pub source_disclosure: SourceDisclosure,
    /// The agency that told it; none for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agency: Option<AgencyId>,
    /// Under a key of the contact's own.
    pub account: Sealed<Narrative>,
    /// Who told it, where that person has no record of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<Sealed<Line>>,
}

/// `contact.decided` 1: what the authority does about it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    pub outcome: Outcome,
    /// The agency it was passed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_to: Option<AgencyId>,
    /// Under the contact's key.
    pub reason: Sealed<Narrative>,
}

/// `contact.joined` 1: it tells of an incident that another contact told of first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    pub incident: IncidentId,
}

/// `contact.parted` 1: it tells of an incident of its own after all.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parted {}
