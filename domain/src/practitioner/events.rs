//! What is on record about somebody who works for an agency.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Details;
use crate::access::Role;
use crate::ids::{AgencyId, TeamId};
use crate::sealed::Sealed;

/// `practitioner.registered` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    pub agency: AgencyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Under a key of the practitioner's own.
    pub details: Sealed<Details>,
}

/// `practitioner.role-given` 2. A role has effect from a day, to a day included.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGiven {
    pub role: Role,
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

/// `practitioner.role-ended` 1. From this day on they do not have the role, until it is given again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleEnded {
    pub role: Role,
    /// The first day without it.
    pub from: NaiveDate,
}

/// `practitioner.left` 1. `on` is the last day at work.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Left {
    pub on: NaiveDate,
}
