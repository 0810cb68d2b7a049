//! An enquiry: one act of asking whether a child is known, with its reason, and the answer that was given.

pub mod events;
mod receipt;

pub use receipt::{KnownAt, Receipt};

use crate::codes::codes;

codes! {
    /// With what a child was looked for.
    Searched, "searched":
    NhsNumber => "nhs-number",
    Upn => "upn",
    LaChildId => "la-child-id",
    Name => "name",
    BirthDate => "birth-date",
    Sex => "sex",
    Address => "address",
    /// The asker had the record before them already.
    Record => "record",
}

codes! {
    /// What the asker was answered.
    Answer, "answer":
    Found => "found",
    NoTrace => "no-trace",
    /// There is somebody to ring; nothing more is said.
    ContactOnly => "contact-only",
}
