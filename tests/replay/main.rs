//! What is derived can be derived again: live equals rebuilt, and the past equals a rebuild of a log cut short.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod histories;
mod record;
mod views;
mod work;

mod as_known;
mod erasure;
mod live;
mod measures;
mod older;
mod past;
mod poison;
mod rebuild;
