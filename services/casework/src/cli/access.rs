//! `goldthread access`: who has looked at somebody.

use domain::ids::PersonId;
use serde_json::Value;

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use super::status::missing;
use casework::settings::Settings;

/// How the record is looked at.
#[derive(Debug, clap::Subcommand)]
pub enum Access {
    Looks(Looks),
}

/// List who has looked at somebody, newest first: why, and how much they were shown. Never what.
///
/// For auditors (`--purpose audit`). That you look goes on the same record.
#[derive(Debug, clap::Args)]
pub struct Looks {
    #[command(flatten)]
    node: Node,
    /// Their record.
    person: PersonId,
    /// Further back: what the end of a list says.
    #[arg(long)]
    before: Option<String>,
}

impl Access {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        let Self::Looks(looks) = self;
        let found =
            looks.node.get(&format!("/people/{}/looks", looks.person), &[("before", looks.before)])?;
        output.show(&found, words)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or("?")
}

fn is_so(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

fn words(found: &Value) -> String {
    let looks = found.get("looks").and_then(Value::as_array).into_iter().flatten();
    let mut lines: Vec<String> = looks
        .map(|look| {
            let past = if is_so(look, "is_replay") { " of the past" } else { "" };
            format!(
                "{} {} of agency {}: {}{past} for {}, shown {}",
                text(look, "at"),
                text(look, "practitioner"),
                text(look, "agency"),
                text(look, "action"),
                text(look, "purpose"),
                text(look, "disclosure"),
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push("nobody has looked".to_owned());
    }
    if let Some(next) = found.get("next").and_then(Value::as_str) {
        lines.push(format!("further back: --before {next}"));
    }
    if is_so(found, "is_catching_up") {
        lines.push("the newest looks may not be here yet; ask again in a moment".to_owned());
    }
    missing(found).into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
