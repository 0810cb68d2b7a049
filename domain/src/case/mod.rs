//! A case: one child at one authority, for life.

pub mod codes;
pub mod events;
