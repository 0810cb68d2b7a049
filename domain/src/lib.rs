//! What is true in child-protection work: events, the rules that make them, dates, access vocabulary.
//!
//! Pure and synchronous. This crate must not know async, SQL, HTTP, Cedar, stores, the environment, the clock or
//! random numbers: what a rule needs from elsewhere is a field of its command.

pub mod decider;
pub mod entry;
pub mod event;
pub mod history;
pub mod ids;
pub mod sealed;
pub mod testimony;
pub mod when;
