//! `goldthread provision`: who works where, from a file.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::provision;
use casework::settings::Settings;

/// Put agencies, teams, practitioners, roles and accounts on record from a JSON file, or change what differs.
///
/// Everything wrong with the file is named by its place, and nothing is written unless all of it is good. Taken again, it
/// changes only what differs; what it does not name is left alone. The shape is in docs/provisioning.md.
#[derive(Debug, clap::Args)]
pub struct Provision {
    /// The JSON file.
    file: PathBuf,
    /// Write nothing; say what would be done, with the ids that agencies have.
    #[arg(long)]
    dry_run: bool,
}

impl Provision {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        const TELL_EVERY: usize = 100;
        let Self { file, dry_run } = self;
        let text = std::fs::read(&file)
            .map_err(|cause| Failure::new(format!("`{}` cannot be read: {cause}", file.display())))?;
        let plan = with_app(settings, async |app| {
            let plan = provision::plan(&app, &text).await?;
            if !dry_run {
                provision::carry_out(&app, &plan, &mut |done, of| {
                    if done.is_multiple_of(TELL_EVERY) {
                        output.progress(&format!("provision: {done} of {of}"));
                    }
                })
                .await?;
                output.progress_done();
            }
            Ok(plan)
        })?;
        let said = json!({ "is_written": !dry_run, "steps": plan.steps() });
        let head = if dry_run { "nothing is written; this would be done:\n" } else { "" };
        output.show(&said, |_| format!("{head}{plan}"))
    }
}
