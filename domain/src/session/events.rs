//! What is on record about a session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, PractitionerId};

/// `session.opened` 1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    pub account: AccountId,
    /// Whose account it was then.
    pub practitioner: PractitionerId,
}

/// `session.closed` 1. Whoever had it signed out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {}
