//! An organisation that works with children, and its teams.

pub mod events;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::text::Line;

codes! {
    /// What an agency is.
    AgencyKind, "agency kind":
    LocalAuthority => "local-authority",
    School => "school",
    NhsTrust => "nhs-trust",
    Police => "police",
    HealthVisiting => "health-visiting",
    Gp => "gp",
    EarlyYears => "early-years",
    Housing => "housing",
    Probation => "probation",
    Voluntary => "voluntary",
    /// The node itself.
    System => "system",
}

/// Whom to ring about a child, in office hours and outside them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SafeguardingLine {
    pub in_hours: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_hours: Option<Line>,
}
