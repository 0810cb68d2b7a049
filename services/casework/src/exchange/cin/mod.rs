//! Reads a Children in Need census return (DfE, forms 2022 to 2026, and the pre-proceedings block of
//! 2026-27).
//!
//! A return is testimony. What it says is given on as it was said; a broken census rule is a [`Fault`] on the
//! row it concerns, and only a row that cannot be placed at all is refused, by name. Whatever the form does
//! not know is counted in [`Survey::unknown`], never dropped in silence.
//!
//! Two passes over the same bytes: [`survey`] reads to the last byte and answers whether this is a whole
//! return, what it holds and whether it was seen before; only then does [`children`] hand over one child at a
//! time. So a file that is cut short is known before anything is written. Memory is bounded by the largest
//! child, which is bounded itself.
//!
//! Left out: writing anything, matching people, deciding what is new. That is the importer's.

mod child;
pub mod codes;
mod episode;
mod header;
mod identity;
mod node;
mod paths;
mod pump;
mod reader;
mod rows;
mod rules;
mod source;
mod telling;
mod unreadable;
mod upn;
mod value;

#[cfg(test)]
mod tests;

pub use header::{Header, Period};
pub use identity::{Content, Identity, Private};
pub use reader::{Children, ReadChild, Survey, children, survey};
pub use rows::{
    Assessment, Child, CinPlan, Counts, Disability, Episode, Factor, Fault, Head, Plan, PreProceedings,
    Refusal, Review, Row, Section47, Sex, Table, Written, Wrong,
};
pub use rules::{WorkingDays, weekdays_between};
pub use unreadable::Unreadable;
