//! `goldthread status`: how a child stands.

use chrono::{DateTime, Utc};
use domain::ids::PersonId;
use serde_json::Value;

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use casework::settings::Settings;

/// Times to look back to.
#[derive(Debug, clap::Args)]
pub struct LookingBack {
    /// As the record knew it then: 2026-03-01T10:15:00Z.
    #[arg(long)]
    as_known_at: Option<DateTime<Utc>>,
    /// As it was then, by what is known.
    #[arg(long)]
    as_it_was_at: Option<DateTime<Utc>>,
}

impl LookingBack {
    pub fn query(&self) -> [(&'static str, Option<String>); 2] {
        let text =
            |at: &Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        [("as_known_at", text(&self.as_known_at)), ("as_it_was_at", text(&self.as_it_was_at))]
    }
}

/// Show how a child stands at each authority.
#[derive(Debug, clap::Args)]
pub struct Status {
    #[command(flatten)]
    node: Node,
    /// The child's record.
    person: PersonId,
    #[command(flatten)]
    back: LookingBack,
}

impl Status {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        let status = self.node.get(&format!("/people/{}/status", self.person), &self.back.query())?;
        output.show(&status, words)
    }
}

/// The first lines of every answer about a child who is missing; who it is, where the answer is about several.
pub fn missing(answer: &Value) -> Vec<String> {
    let places = answer.get("missing").and_then(Value::as_array).into_iter().flatten();
    let line = |place: &Value| {
        let text = |name: &str| place.get(name).and_then(Value::as_str).unwrap_or("?");
        let who = place.get("person").and_then(Value::as_str).map(|person| format!(": {person}"));
        format!("MISSING from {} since {}{}", text("from"), text("since"), who.unwrap_or_default())
    };
    places.map(line).collect()
}

/// How a child stands, a line an authority.
pub fn words(status: &Value) -> String {
    let mut lines = missing(status);
    if status.get("is_incomplete").and_then(Value::as_bool) == Some(true) {
        lines.push("INCOMPLETE: telephone the authority".to_owned());
    }
    for case in status.get("cases").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| case.get(name).and_then(Value::as_str);
        let mut line =
            format!("authority {}: {}", text("authority").unwrap_or("?"), text("standing").unwrap_or("?"));
        for (name, since) in [
            ("referred", "referred_on"),
            ("plan since", "cp_plan_since"),
            ("child in need plan since", "cin_plan_since"),
            ("looked after since", "looked_after_since"),
            ("closed", "closed_on"),
        ] {
            if let Some(day) = text(since) {
                line.push_str(&format!(", {name} {day}"));
            }
        }
        if let Some(status) = text("legal_status") {
            line.push_str(&format!(", {status}"));
        }
        if let Some(emergency) = case.get("emergency") {
            let text = |name: &str| emergency.get(name).and_then(Value::as_str).unwrap_or("?");
            line.push_str(&format!(", {} until {}", text("power"), text("until")));
        }
        lines.push(line);
        for due in case.get("due").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| due.get(name).and_then(Value::as_str).unwrap_or("?");
            lines.push(format!("  by {}: {} ({})", text("by"), text("step"), text("limit")));
        }
    }
    if lines.len() == missing(status).len() {
        let ring = status.get("ring").and_then(Value::as_array).into_iter().flatten();
        let authorities: Vec<_> = ring.filter_map(Value::as_str).collect();
        lines.push(match authorities.as_slice() {
            [] => "nothing is on record at any authority; that is not reassurance".to_owned(),
            known => format!("ring authority {}", known.join(", ")),
        });
    }
    lines.join("\n")
}
