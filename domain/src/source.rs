//! How something is known: seen, told, the child's own words, an opinion. Every assertion about a person carries one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::AgencyId;

codes! {
    /// What a statement rests on.
    Basis, "basis":
    /// The practitioner saw it.
    Seen => "seen",
    /// Somebody said so.
    Told => "told",
    ChildsOwnWords => "childs-own-words",
    /// A birth certificate, a passport, an order.
    Document => "document",
    /// Another agency's own record.
    AgencyRecord => "agency-record",
    /// A statutory return.
    Return => "return",
    /// A practitioner's judgement.
    Opinion => "opinion",
}

/// What an assertion rests on, and whose it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub basis: Basis,
    /// The agency that says so.
    pub agency: AgencyId,
}
