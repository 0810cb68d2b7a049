//! Somebody who works for an agency: who they are, their team, their roles over time.

pub mod events;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Line;

/// A practitioner's name and work contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    pub name: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Line>,
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(…)")
    }
}
