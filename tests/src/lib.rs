//! What the suites share: a database for each test, the service over it, and a few invented families.

#![expect(clippy::expect_used, reason = "a test that cannot be set up has failed")]

pub mod app;
pub mod bless;
pub mod database;
pub mod forms;
pub mod http;
pub mod machine;
pub mod provider;
pub mod school;

pub use app::TestApp;
pub use bless::compare_or_bless;
pub use database::TestDatabase;
