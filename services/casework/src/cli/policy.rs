//! `goldthread policy`: the rules of access, and what others in their place would decide.

use std::path::PathBuf;

use casework::policy::{Difference, DryRun as Tried, Policy as Rules, PolicyError, dry_run};
use casework::settings::Settings;
use chrono::TimeDelta;
use domain::access::Role;
use event_store::clock::{Clock as _, SystemClock};
use serde_json::json;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;

/// Who may know what: the rules, and trying others.
#[derive(Debug, clap::Subcommand)]
pub enum Policy {
    Check(Check),
    DryRun(DryRun),
}

/// Check a folder of rules against their schema, as strictly as a start does.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// With `.cedar` files, and a `goldthread.cedarschema` where it is not the program's own.
    folder: PathBuf,
}

/// Judge what was decided of late again by changed rules, show what would differ, and put nothing on record.
#[derive(Debug, clap::Args)]
pub struct DryRun {
    /// As for `check`.
    folder: PathBuf,
    /// How far back.
    #[arg(long, default_value_t = 31, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
}

impl Policy {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::Check(Check { folder }) => {
                let rules = Rules::from_folder(&folder).map_err(refused)?;
                output.show(&json!({ "policy": rules.hash() }), |_| {
                    format!("these rules hold: {}", rules.hash())
                })
            }
            Self::DryRun(DryRun { folder, days }) => {
                let rules = Rules::from_folder(&folder).map_err(refused)?;
                let tried = with_app(settings, async |app| {
                    app.engine.ready().await;
                    let since = SystemClock.now() - TimeDelta::days(days.into());
                    dry_run(&app, &rules, since).await.map_err(|cause| Failure::new(cause.to_string()))
                })?;
                output.show(&tried, words)
            }
        }
    }
}

/// With what lies under it: which rule, and what is wrong with it.
fn refused(error: PolicyError) -> Failure {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(under) = cause {
        said = format!("{said}: {under}");
        cause = under.source();
    }
    Failure::new(said)
}

fn words(tried: &Tried) -> String {
    let mut said = format!(
        "{} looks and {} entries judged again, {} not (of nobody who is known here); {} decisions differ",
        tried.looks,
        tried.entries,
        tried.unknown,
        tried.differences.len()
    );
    for Difference { decided, before, after, times, example } in &tried.differences {
        let roles: Vec<_> = decided.roles.iter().map(|role| Role::code(*role)).collect();
        let what = decided.fact.unwrap_or(decided.action.code());
        let class = decided.class.map_or_else(String::new, |class| {
            format!(", on a record that is {}, {}, {}", class.relation, class.involvement, class.sensitivity)
        });
        said += &format!(
            "\n{times} times: {} for {}, {what}{class}: {before}, would be {after} (such as {example})",
            roles.join(" and "),
            decided.purpose,
        );
    }
    said
}
