//! A person's place in a contact.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::PersonId;

codes! {
    ContactRole, "role in a contact":
    /// A child the contact is about.
    Subject => "subject",
    /// Who told it.
    Source => "source",
    AllegedToHaveHarmed => "alleged-to-have-harmed",
    Witness => "witness",
    Present => "present",
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Involved {
    pub person: PersonId,
    pub role: ContactRole,
    /// Whole years at the time of the contact, for counts; 0 for an unborn child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
}
