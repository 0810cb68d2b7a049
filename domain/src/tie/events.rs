//! What is on record about a relationship or a household membership.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EndReason, TieKind, TieTo};
use crate::ids::PersonId;
use crate::source::Source;
use crate::testimony::Testimony;

/// `tie.recorded` 1. Read it as: `from` is the `kind` of `to`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    pub from: PersonId,
    pub to: TieTo,
    pub kind: TieKind,
    /// The first day it held, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `tie.ended` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// The last day it held.
    pub on: NaiveDate,
    pub reason: EndReason,
    pub source: Source,
}
