//! What is on record about an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::PractitionerId;
use crate::text::Line;

/// `account.linked` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Linked {
    pub practitioner: PractitionerId,
    /// Who says that it is them: an issuer's URL.
    pub issuer: Line,
}

/// `account.ended` 1. Nobody signs in with it any more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ended {}
