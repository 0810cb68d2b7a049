//! `goldthread linkage`: the rules, what they found, and what a person decides about it.

use std::path::PathBuf;

use domain::alert::{AlertState, Follows, Weight};
use domain::ids::{AlertId, EventId, PersonId};
use domain::linkage::Rule;
use serde_json::{Value, json};

use super::client::Node;
use super::failure::Failure;
use super::node::{Databases, runtime};
use super::output::Output;
use super::status::missing;
use casework::settings::Settings;
use casework::work::{Tried, try_rule};

/// What small facts add up to, by published rules.
#[derive(Debug, clap::Subcommand)]
pub enum Linkage {
    /// Print the rules of a node.
    Rules(Rules),
    /// List alerts: a front door's, or those somebody is in.
    Alerts(Alerts),
    /// Show one alert with what it rests on.
    Alert(One),
    /// Accept an alert: something follows from it.
    Accept(Accept),
    /// Dismiss an alert: nothing follows from this evidence.
    Dismiss(Dismiss),
    /// Say what you make of an alert, or of one of its entries.
    Opinion(GiveOpinion),
    /// Hold a rule against what has happened, and put nothing on record.
    DryRun(DryRun),
}

#[derive(Debug, clap::Args)]
pub struct Rules {
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
pub struct Alerts {
    #[command(flatten)]
    node: Node,
    /// Those of one person, in any state, in place of the front door's.
    #[arg(long, conflicts_with = "state")]
    person: Option<PersonId>,
    /// open, accepted, dismissed or withdrawn.
    #[arg(long, default_value = "open")]
    state: AlertState,
    /// How many at most.
    #[arg(long)]
    limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub struct One {
    #[command(flatten)]
    node: Node,
    alert: AlertId,
}

#[derive(Debug, clap::Args)]
pub struct Accept {
    #[command(flatten)]
    node: Node,
    alert: AlertId,
    /// strategy-discussion, referral, assessment, worker-told or early-help.
    #[arg(long)]
    follows: Follows,
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Dismiss {
    #[command(flatten)]
    node: Node,
    alert: AlertId,
    #[arg(long)]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub struct GiveOpinion {
    #[command(flatten)]
    node: Node,
    alert: AlertId,
    /// The entry of the evidence it is about; all of it when absent.
    #[arg(long)]
    entry: Option<EventId>,
    /// protective, explained or worrying.
    #[arg(long)]
    weight: Weight,
    #[arg(long)]
    opinion: String,
}

#[derive(Debug, clap::Args)]
pub struct DryRun {
    /// The text of the rule, as those of `schemas/linkage`.
    #[arg(long)]
    rule: PathBuf,
}

impl Linkage {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::Rules(Rules { node }) => output.show(&node.get("/linkage/rules", &[])?, rules),
            Self::Alerts(Alerts { node, person: Some(person), .. }) => {
                output.show(&node.get(&format!("/people/{person}/alerts"), &[])?, listed)
            }
            Self::Alerts(Alerts { node, state, limit, .. }) => {
                let state = Some(state.code().to_owned());
                let query = [("state", state), ("limit", limit.map(|limit| limit.to_string()))];
                output.show(&node.get("/alerts", &query)?, listed)
            }
            Self::Alert(One { node, alert }) => {
                output.show(&node.get(&format!("/alerts/{alert}"), &[])?, shown)
            }
            Self::Accept(Accept { node, alert, follows, note }) => {
                let body = given([("follows", Some(follows.code().to_owned())), ("note", note)]);
                output.show(&node.post(&format!("/alerts/{alert}/acceptance"), &body)?, done)
            }
            Self::Dismiss(Dismiss { node, alert, reason }) => {
                let body = json!({ "reason": reason });
                output.show(&node.post(&format!("/alerts/{alert}/dismissal"), &body)?, done)
            }
            Self::Opinion(GiveOpinion { node, alert, entry, weight, opinion }) => {
                let entry = entry.map(|entry| entry.to_string());
                let weight = Some(weight.code().to_owned());
                let body = given([("entry", entry), ("weight", weight), ("opinion", Some(opinion))]);
                output.show(&node.post(&format!("/alerts/{alert}/opinions"), &body)?, done)
            }
            Self::DryRun(DryRun { rule }) => dry_run(settings, &std::fs::read_to_string(rule)?, output),
        }
    }
}

/// What was given, without what was not.
fn given<const N: usize>(fields: [(&str, Option<String>); N]) -> Value {
    let given = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    Value::Object(given.collect())
}

fn dry_run(settings: Settings, text: &str, output: Output) -> Result<(), Failure> {
    let rule = Rule::parse(text)?;
    let databases = Databases::open(settings)?;
    let tried = runtime()?.block_on(async {
        let app = databases.app().await?;
        app.engine.ready().await;
        let tried = try_rule(&app, &rule).await.map_err(|cause| Failure::new(cause.to_string()));
        app.stop().await;
        tried
    });
    databases.close()?;
    let Tried { people, findings, children, entries } = tried?;
    let answer = json!({
        "rule": rule.id.to_string(), "version": rule.version, "people": people, "findings": findings,
        "children": children, "entries": entries,
    });
    output.show(&answer, |_| {
        format!(
            "{} version {}: held against {people} people, {findings} alerts about {children} children, \
             resting on {entries} entries; nothing was put on record",
            rule.id, rule.version
        )
    })
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn items<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn done(answer: &Value) -> String {
    format!("on record at position {}", text(answer, "position"))
}

fn rules(answer: &Value) -> String {
    let texts: Vec<&str> = items(answer, "rules").map(|rule| text(rule, "text").trim_end()).collect();
    texts.join("\n\n")
}

fn listed(answer: &Value) -> String {
    let lines: Vec<String> = items(answer, "alerts")
        .map(|alert| {
            let incidents = alert.get("incidents").and_then(Value::as_u64).unwrap_or_default();
            format!(
                "{}  {:<9}  {}  ({incidents} incidents, changed {})",
                text(alert, "alert"),
                text(alert, "state"),
                text(alert, "title"),
                text(alert, "changed_at")
            )
        })
        .collect();
    let alerts = if lines.is_empty() { "no alert that you may see".to_owned() } else { lines.join("\n") };
    missing(answer).into_iter().chain([alerts]).collect::<Vec<_>>().join("\n")
}

fn shown(alert: &Value) -> String {
    let mut lines = missing(alert);
    lines.extend([
        format!("{} ({})", text(alert, "title"), text(alert, "state")),
        text(alert, "says").to_owned(),
        format!("Rule: {}, within {}.", text(alert, "rule"), text(alert, "within")),
    ]);
    for entry in items(alert, "evidence") {
        let identity = match text(entry, "identity") {
            "unconfirmed" => ", found by name and date of birth: identity not confirmed",
            _ => "",
        };
        lines.push(format!(
            "  {}  {} about {}{identity}",
            text(entry, "occurred"),
            text(entry, "kind"),
            text(entry, "person")
        ));
    }
    match alert.get("hidden").and_then(Value::as_u64) {
        None | Some(0) => {}
        Some(1) => lines.push("  and 1 entry you may not see".to_owned()),
        Some(hidden) => lines.push(format!("  and {hidden} entries you may not see")),
    }
    for opinion in items(alert, "opinions") {
        let (weight, words) = (text(opinion, "weight"), text(opinion, "opinion"));
        lines.push(format!("Opinion ({weight}) of {}: {words}", text(opinion, "practitioner")));
    }
    for decision in items(alert, "decisions") {
        let (outcome, follows) = (text(decision, "outcome"), text(decision, "follows"));
        let words = [outcome, follows, text(decision, "reason")];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        lines.push(format!("{}: {}", text(decision, "decided_at"), words.join(", ")));
    }
    lines.push("This is advice; a person decides.".to_owned());
    lines.join("\n")
}
