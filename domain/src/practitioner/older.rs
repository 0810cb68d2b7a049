//! Older versions of what is on record about a practitioner: read, and never written again.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::RoleGiven;
use crate::access::older::RoleV1;

/// `practitioner.role-given` 1. A role has effect from a day, to a day included.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RoleGiven")]
pub struct RoleGivenV1 {
    pub role: RoleV1,
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl From<RoleGivenV1> for RoleGiven {
    fn from(old: RoleGivenV1) -> Self {
        Self { role: old.role.into(), from: old.from, to: old.to }
    }
}
