//! `goldthread openapi`: the API's description, as served and as checked in.

use casework::api;

use super::failure::Failure;
use super::output::{Output, line};

/// Print the API's description (OpenAPI 3.1).
#[derive(Debug, clap::Args)]
pub struct Openapi {}

impl Openapi {
    pub fn run(self, _: Output) -> Result<(), Failure> {
        line(&api::document().to_pretty_json()?)
    }
}
