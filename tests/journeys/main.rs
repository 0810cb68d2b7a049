//! Whole journeys through the one writer, over a real database: what somebody orders or asks, and what is then on
//! record. Above it is HTTP, which other suites are about.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod contacts;
mod county;
mod enquiries;
mod linkage;
