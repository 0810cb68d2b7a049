//! What can be on record about a return.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::authority::Authority;
use crate::codes::codes;
use crate::ids::ReturnId;

/// A file of testimony arrived. It comes before the first fact read from it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnReceived {
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    pub kind: ReturnKind,
    pub authority: Authority,
    /// The year of the 31 March it ends on.
    pub year: u16,
    pub reference_day: NaiveDate,
    /// The authority's own number for this file; the same number with other content is a later report.
    pub serial: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub content_hash: String,
    /// Rows read, by table.
    pub counts: BTreeMap<String, u64>,
    /// The earlier report of the same authority, year and serial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ReturnId>,
}

codes! {
    /// Which return it is.
    ReturnKind, "return kind":
    /// The children in need census.
    Cin => "cin",
}
