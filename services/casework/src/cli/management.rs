//! `goldthread management measures`: what is counted, the figures, and the children behind one.

use chrono::{DateTime, NaiveDate, Utc};
use domain::authority::Authority;
use domain::ids::TeamId;
use serde_json::Value;

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use super::status::missing;
use casework::settings::Settings;

/// What managers and auditors ask.
#[derive(Debug, clap::Subcommand)]
pub enum Management {
    /// Figures of the work, as known at any time.
    #[command(subcommand)]
    Measures(Measures),
}

#[derive(Debug, clap::Subcommand)]
pub enum Measures {
    /// Say what is counted, and how.
    List(List),
    /// Show the figures, or those of one measure with its months.
    Show(Show),
    /// List the children behind a figure.
    Children(Children),
}

#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    node: Node,
}

#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    node: Node,
    /// One measure, by its code; all when not given.
    measure: Option<String>,
    #[command(flatten)]
    asked: AskedFor,
}

#[derive(Debug, clap::Args)]
pub struct Children {
    #[command(flatten)]
    node: Node,
    /// The measure, by its code.
    measure: String,
    #[command(flatten)]
    asked: AskedFor,
    /// Which page, from 1.
    #[arg(long, default_value_t = 1)]
    page: u32,
}

/// Where, which days, as known when.
#[derive(Debug, clap::Args)]
struct AskedFor {
    /// An authority's code; your own when not given.
    #[arg(long)]
    authority: Option<Authority>,
    /// A team of it.
    #[arg(long)]
    team: Option<TeamId>,
    /// The first day; twelve months when not given.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// The last day.
    #[arg(long)]
    to: Option<NaiveDate>,
    /// As the record knew it then: 2026-03-01T10:15:00Z.
    #[arg(long)]
    as_known_at: Option<DateTime<Utc>>,
}

impl AskedFor {
    fn query(&self) -> Vec<(&'static str, Option<String>)> {
        let known = self.as_known_at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        vec![
            ("authority", self.authority.as_ref().map(ToString::to_string)),
            ("team", self.team.map(|team| team.to_string())),
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
            ("as_known_at", known),
        ]
    }
}

impl Management {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::Measures(Measures::List(list)) => {
                output.show(&list.node.get("/measures", &[])?, definitions)
            }
            Self::Measures(Measures::Show(show)) => {
                let values = show.node.get("/measures/values", &show.asked.query())?;
                output.show(&only(values, show.measure.as_deref())?, figures)
            }
            Self::Measures(Measures::Children(behind)) => {
                let mut query = behind.asked.query();
                query.push(("page", Some(behind.page.to_string())));
                let path = format!("/measures/{}/children", behind.measure);
                output.show(&behind.node.get(&path, &query)?, children)
            }
        }
    }
}

fn list<'a>(answer: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The values with one measure left, or all.
fn only(mut values: Value, measure: Option<&str>) -> Result<Value, Failure> {
    let Some(code) = measure else { return Ok(values) };
    let Some(all) = values.get_mut("measures").and_then(Value::as_array_mut) else { return Ok(values) };
    all.retain(|value| value.get("measure").is_some_and(|measure| text(measure, "code") == code));
    if all.is_empty() {
        return Err(Failure::new("there is no such measure for you; `measures list` names them"));
    }
    Ok(values)
}

/// Of a measure without a benchmark: nothing to compare it with is not forgotten, there is none.
const NONE_PUBLISHED: &str = "no figure of England is published";

fn definitions(answer: &Value) -> String {
    let mut lines = Vec::new();
    for measure in list(answer, "measures") {
        let version = measure.get("version").and_then(Value::as_u64).unwrap_or_default();
        lines.push(format!("{} (version {version}): {}", text(measure, "code"), text(measure, "title")));
        lines.push(format!("  {}", text(measure, "numerator")));
        if measure.get("denominator").is_some() {
            lines.push(format!("  of {}", text(measure, "denominator")));
        }
        if measure.get("left_out").is_some() {
            lines.push(format!("  counted apart: {}", text(measure, "left_out")));
        }
        lines.push(format!("  source: {}", text(measure, "source")));
        lines.push(match measure.get("benchmark") {
            Some(benchmark) => format!("  compared with: {}", text(benchmark, "of")),
            None => format!("  compared with: {NONE_PUBLISHED}"),
        });
    }
    lines.join("\n")
}

fn figures(answer: &Value) -> String {
    let mut lines = vec![format!("{} to {}", text(answer, "from"), text(answer, "to"))];
    if answer.get("is_suppressed").and_then(Value::as_bool) == Some(true) {
        lines.push("c stands for a number too small to be shown, or that would give one away".to_owned());
    }
    let measures: Vec<_> = list(answer, "measures").collect();
    for value in &measures {
        let measure = value.get("measure").unwrap_or(&Value::Null);
        let whole = value.get("whole").map(figure).unwrap_or_default();
        let mut line = format!("{}: {whole}", text(measure, "title"));
        let benchmark = measure.get("benchmark");
        if let Some(elsewhere) = benchmark.and_then(|benchmark| benchmark.get("value")) {
            let of = benchmark.map(|benchmark| text(benchmark, "of")).unwrap_or_default();
            line.push_str(&format!(" [{of}: {elsewhere}]"));
        }
        if benchmark.is_none() {
            line.push_str(&format!(" [{NONE_PUBLISHED}]"));
        }
        lines.push(line);
        lines.extend(benchmark.and_then(published_parts));
        if let Some(left_out) = value.get("left_out") {
            lines.push(format!("  left out: {} {}", count(left_out.get("counted")), text(left_out, "what")));
        }
        for group in list(value, "groups") {
            let name = if group.get("name").is_some() { text(group, "name") } else { text(group, "group") };
            lines.push(format!("  {name}: {}", count(group.get("counted"))));
        }
        if measures.len() == 1 {
            let month = |point: &Value| {
                format!("  {} to {}: {}", text(point, "from"), text(point, "to"), figure(point))
            };
            lines.extend(list(value, "months").map(month));
        }
    }
    lines.join("\n")
}

/// What is published by parts, the greatest first.
fn published_parts(benchmark: &Value) -> Option<String> {
    let shares = benchmark.get("groups")?.as_object()?;
    let mut shares: Vec<_> =
        shares.iter().filter_map(|(code, share)| Some((code, share.as_f64()?))).collect();
    shares.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let said: Vec<_> = shares.into_iter().map(|(code, share)| format!("{code} {share}%")).collect();
    Some(format!("  [{}: {}]", text(benchmark, "of"), said.join(", ")))
}

fn count(count: Option<&Value>) -> String {
    count.map(|count| count.as_str().map_or_else(|| count.to_string(), str::to_owned)).unwrap_or_default()
}

fn figure(point: &Value) -> String {
    let counted = count(point.get("counted"));
    let among = point.get("among").map(|among| format!(" of {}", count(Some(among)))).unwrap_or_default();
    let value = point.get("value").map(|value| format!(" = {value}")).unwrap_or_default();
    format!("{counted}{among}{value}")
}

fn children(answer: &Value) -> String {
    let mut lines: Vec<_> = list(answer, "children")
        .map(|child| {
            let is_counted = child.get("is_counted").and_then(Value::as_bool) == Some(true);
            let mark = if is_counted { "counted" } else { "not counted" };
            let group = if child.get("group").is_some() {
                format!(", {}", text(child, "group"))
            } else {
                String::new()
            };
            format!(
                "{} child {} record {}: {mark}{group}",
                text(child, "on"),
                text(child, "child"),
                text(child, "record")
            )
        })
        .collect();
    let kept_back = answer.get("kept_back").and_then(Value::as_u64).unwrap_or_default();
    if kept_back > 0 {
        lines.push(format!("and {kept_back} whose records are closed to you"));
    }
    if let Some(next) = answer.get("next_page") {
        lines.push(format!("more on page {next}"));
    }
    if lines.is_empty() {
        lines.push("nobody".to_owned());
    }
    missing(answer).into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}
