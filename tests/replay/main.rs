//! What is derived can be derived again: live equals rebuilt, and the past equals a rebuild of a log cut short.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod histories;
mod record;
mod views;

mod as_known;
mod erasure;
mod live;
mod poison;
mod rebuild;
