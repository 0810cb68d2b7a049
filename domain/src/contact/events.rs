//! What is on record about a contact: something told to a front door, and what was decided about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::involved::Involved;
use super::{Concern, ConcernKind, Method, Outcome, Significance, SourceDisclosure};
use crate::authority::Authority;
use crate::ids::AgencyId;
use crate::sealed::Sealed;
use crate::text::{Line, Narrative};

/// `contact.recorded` 2: a contact may raise several concerns, each about some of its people.
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

/// `contact.recorded` 1, frozen: one concern, about everyone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Recorded")]
pub struct RecordedV1 {
    pub authority: Authority,
    pub people: Vec<Involved>,
    pub concern: ConcernKind,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significance: Option<Significance>,
    pub source_disclosure: SourceDisclosure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agency: Option<AgencyId>,
    pub account: Sealed<Narrative>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<Sealed<Line>>,
}

impl From<RecordedV1> for Recorded {
    fn from(old: RecordedV1) -> Self {
        Self {
            authority: old.authority,
            people: old.people,
            concerns: vec![Concern { kind: old.concern, about: Vec::new() }],
            method: old.method,
            significance: old.significance,
            source_disclosure: old.source_disclosure,
            source_agency: old.source_agency,
            account: old.account,
            source_identity: old.source_identity,
        }
    }
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
