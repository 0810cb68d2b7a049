//! Who somebody is, and who may know what, asked of a real server by real tokens.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod at_browser;
mod dry_run;
mod headers;
mod limits;
mod operations;
mod provisioning;
mod tokens;
mod transport;
mod witnessed;
