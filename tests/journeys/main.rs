//! Whole journeys through the one writer, over a real database: what somebody orders or asks, and what is then on
//! record. Above it is HTTP, which other suites are about.

mod contacts;
mod enquiries;
