//! What is true in child-protection work: events, the rules that make them, dates, access vocabulary.
//!
//! Pure and synchronous. This crate must not know async, SQL, HTTP, Cedar, stores, the environment, the clock or
//! random numbers: what a rule needs from elsewhere is a field of its command.

pub mod access;
pub mod account;
pub mod agency;
pub mod alert;
pub mod authority;
pub mod case;
pub mod census_return;
pub mod codes;
pub mod contact;
pub mod decider;
pub mod enquiry;
pub mod entry;
pub mod event;
pub mod hidden;
pub mod history;
pub mod ids;
pub mod linkage;
pub mod matching;
pub mod person;
pub mod practitioner;
pub mod review;
pub mod sealed;
pub mod session;
pub mod source;
pub mod testimony;
pub mod text;
pub mod tie;
pub mod when;
pub mod working_days;
