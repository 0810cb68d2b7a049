//! Anyone on record: a child, a parent, a carer, somebody alleged to have harmed.

pub mod address;
pub mod characteristics;
pub mod events;
pub mod identifier;
pub mod name;
pub mod restriction;
pub mod uncertain_date;

use crate::codes::codes;

codes! {
    /// Whether somebody is born yet.
    PersonKind, "kind of person":
    Born => "born",
    Unborn => "unborn",
}

codes! {
    /// As the census has it; `u` is not known, and of every unborn child.
    Sex, "sex":
    Female => "f",
    Male => "m",
    Unknown => "u",
}
