//! What is on record about an organisation that works with children.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::hours::OpenDay;
use super::{AgencyKind, SafeguardingLine};
use crate::authority::Authority;
use crate::ids::TeamId;
use crate::text::Line;

/// `agency.registered` 1. Its name and duty numbers are public.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    pub name: Line,
    pub kind: AgencyKind,
    /// The authority whose partnership it works in; none for one that works for the whole node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safeguarding_line: Option<SafeguardingLine>,
}

/// `agency.team-formed` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamFormed {
    pub team: TeamId,
    pub name: Line,
}

/// `agency.hours-set` 1: when its number by day is answered, from a day on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoursSet {
    pub from: NaiveDate,
    /// A day of the week that is not named is closed.
    pub open: Vec<OpenDay>,
}
