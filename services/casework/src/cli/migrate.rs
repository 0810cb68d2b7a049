//! `goldthread migrate`: tables up to date, and what was done.

use super::failure::Failure;
use super::node::{Databases, runtime};
use super::output::Output;
use casework::migrate;
use casework::settings::Settings;

/// Bring the databases' tables up to date.
#[derive(Debug, clap::Args)]
pub struct Migrate {}

impl Migrate {
    pub fn run(self, settings: &Settings, output: Output) -> Result<(), Failure> {
        let databases = Databases::open(settings.clone())?;
        let steps = runtime()?.block_on(async {
            migrate::create_databases(&databases.connections).await?;
            Ok::<_, Failure>(migrate::migrate(&databases.connections).await?)
        })?;
        databases.close()?;
        output.show(&steps, |steps| {
            if steps.is_empty() {
                return "every table is up to date".to_owned();
            }
            let lines: Vec<_> = steps.iter().map(|step| format!("{}: {}", step.set, step.name)).collect();
            lines.join("\n")
        })
    }
}
