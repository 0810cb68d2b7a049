//! A relationship between two people, or a person's place in a household, over time.

pub mod events;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{HouseholdId, PersonId};

codes! {
    /// What `from` is to `to`.
    TieKind, "tie kind":
    Mother => "mother",
    Father => "father",
    Parent => "parent",
    Carer => "carer",
    Sibling => "sibling",
    HouseholdMember => "household-member",
    Partner => "partner",
    Other => "other",
}

codes! {
    /// Why a tie no longer holds.
    EndReason, "end reason":
    Separated => "separated",
    MovedOut => "moved-out",
    CareEnded => "care-ended",
    Died => "died",
    Other => "other",
}

/// The other end of a tie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TieTo {
    Person(PersonId),
    Household(HouseholdId),
}
