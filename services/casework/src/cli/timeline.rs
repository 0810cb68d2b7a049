//! `goldthread timeline`: what has happened to somebody.

use domain::ids::PersonId;
use serde_json::Value;

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use super::status::{LookingBack, missing};
use casework::settings::Settings;

/// Show what has happened to somebody, newest first.
#[derive(Debug, clap::Args)]
pub struct Timeline {
    #[command(flatten)]
    node: Node,
    /// Whose timeline.
    person: PersonId,
    #[command(flatten)]
    back: LookingBack,
    /// How many entries at most.
    #[arg(long)]
    limit: Option<usize>,
    /// Stay, and show what comes onto it.
    #[arg(long, conflicts_with_all = ["as_known_at", "as_it_was_at"])]
    follow: bool,
}

impl Timeline {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        let mut query = self.back.query().to_vec();
        query.push(("limit", self.limit.map(|limit| limit.to_string())));
        let timeline = self.node.get(&format!("/people/{}/timeline", self.person), &query)?;
        output.show(&timeline, |timeline| {
            let items = timeline.get("entries").and_then(Value::as_array).into_iter().flatten();
            let mut lines: Vec<_> = items.map(entry).collect();
            if lines.is_empty() {
                lines.push("nothing that you may see is on record".to_owned());
            }
            let head = missing(timeline);
            head.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
        })?;
        if !self.follow {
            return Ok(());
        }
        let after = timeline.get("live").and_then(Value::as_str).map(str::to_owned);
        let live = format!("/people/{}/timeline/live", self.person);
        self.node.follow(&live, &[("after", after)], |kind, data| match kind {
            "entry" => output.one_of_many(data, entry),
            "changed" => {
                output.one_of_many(data, |_| "something shown above was corrected: ask again".to_owned())
            }
            "closed" => Err(Failure::new("you are no longer told this timeline")),
            _ => Ok(()),
        })
    }
}

/// One entry on a line: when it happened, what, about what and in what part, when it was recorded.
fn entry(item: &Value) -> String {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let detail = item.get("detail").unwrap_or(&Value::Null);
    let texts = |of: &Value, name: &str| -> Vec<String> {
        let listed = of.get(name).and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let what: Vec<String> = texts(item, "roles")
        .into_iter()
        .chain([text(detail, "variety"), text(detail, "outcome")])
        .chain(texts(detail, "codes"))
        .chain([text(detail, "significance")])
        .filter(|code| !code.is_empty())
        .collect();
    let occurred = to_the_minute(&text(item, "occurred"));
    let recorded = to_the_minute(&text(item, "recorded_at"));
    format!("{occurred:<17} {:<26} {}  (recorded {recorded})", text(item, "kind"), what.join(", "))
}

/// A time as people read it, in UTC; a day or less precise date as it is.
fn to_the_minute(written: &str) -> String {
    match (written.get(..10), written.get(10..11), written.get(11..16)) {
        (Some(day), Some("T"), Some(minute)) if written.ends_with('Z') => format!("{day} {minute}"),
        _ => written.to_owned(),
    }
}
