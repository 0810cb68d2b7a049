//! Older versions of what is on record about an alert: read, and never written again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{Grew, Said};
use crate::enquiry::KnownAt;

/// `alert.grew` 1: there is more evidence, and it is to be looked at again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Grew")]
pub struct GrewV1 {
    pub known_at: KnownAt,
    /// All of it, the new with the old.
    pub says: Said,
}

impl From<GrewV1> for Grew {
    fn from(GrewV1 { known_at, says }: GrewV1) -> Self {
        Self { known_at, says, gone: None }
    }
}
