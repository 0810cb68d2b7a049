//! `goldthread people`: looking for somebody, who they are, and reviews of such looking.

use domain::ids::{EventId, PersonId};
use serde_json::{Map, Value, json};

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use super::status::missing;
use casework::settings::Settings;

/// Look for people, and at how people were looked for.
#[derive(Debug, clap::Subcommand)]
pub enum People {
    Search(Search),
    Show(Show),
    AcceptBirth(AcceptBirth),
    UnsettledBirths(UnsettledBirths),
    Reviews(Reviews),
}

/// Look for somebody by what is known of them.
///
/// Misspellings, other forms of a name and slips in a date are found, and it is said why. Inside a front door a name is
/// enough; elsewhere it takes an NHS number, or a family name with a date of birth or a postcode. Each who is shown is
/// named in the access log.
#[derive(Debug, clap::Args)]
pub struct Search {
    #[command(flatten)]
    node: Node,
    #[arg(long)]
    given: Option<String>,
    /// The family name, or the only one.
    #[arg(long)]
    family: Option<String>,
    /// 2019-04-30, 2019-04, 2019 or "about 2019".
    #[arg(long)]
    born: Option<String>,
    /// Ten digits; spaces are allowed.
    #[arg(long)]
    nhs_number: Option<String>,
    #[arg(long)]
    postcode: Option<String>,
    /// Number or name of the house.
    #[arg(long, requires = "postcode")]
    house: Option<String>,
}

/// Show who somebody is.
#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    node: Node,
    /// Their record.
    person: PersonId,
}

/// Accept one of the dates of birth that were said of somebody.
///
/// At eighteen what is owed to a child ends by it. Another date said later disputes it again.
#[derive(Debug, clap::Args)]
pub struct AcceptBirth {
    #[command(flatten)]
    node: Node,
    /// Their record.
    person: PersonId,
    /// The entry that said it, as `people show` lists it.
    #[arg(long)]
    assertion: EventId,
}

/// List those with an open case of your authority whose age is for a person to decide.
///
/// Their date of birth is uncertain or disputed, and they may be adults. Nothing has ended for them.
#[derive(Debug, clap::Args)]
pub struct UnsettledBirths {
    #[command(flatten)]
    node: Node,
}

/// List the newest reviews of how people were looked for.
///
/// Auditors see all (`--purpose audit`), safeguarding leads those of their own agency (`--purpose record-keeping`).
#[derive(Debug, clap::Args)]
pub struct Reviews {
    #[command(flatten)]
    node: Node,
}

impl People {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::Search(search) => {
                let node = &search.node;
                let typed = [
                    ("given", &search.given),
                    ("family", &search.family),
                    ("born", &search.born),
                    ("nhs_number", &search.nhs_number),
                    ("postcode", &search.postcode),
                    ("house", &search.house),
                ];
                let typed: Map<String, Value> = typed
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
                    .collect();
                output.show(&node.post("/people/search", &json!({ "search": typed }))?, found)
            }
            Self::Show(show) => {
                output.show(&show.node.get(&format!("/people/{}", show.person), &[])?, person)
            }
            Self::AcceptBirth(accept) => {
                let path = format!("/people/{}/birth/acceptance", accept.person);
                let body = json!({ "assertion": accept.assertion.to_string() });
                output.show(&accept.node.post(&path, &body)?, |done| {
                    if list(done, "events").next().is_some() { "accepted" } else { "accepted before" }
                        .to_owned()
                })
            }
            Self::UnsettledBirths(list) => output.show(&list.node.get("/births/unsettled", &[])?, unsettled),
            Self::Reviews(list) => output.show(&list.node.get("/reviews", &[])?, reviews),
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn words(value: &Value, name: &str) -> String {
    list(value, name).filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// Who may be meant, a few lines each, and what to do.
fn found(answer: &Value) -> String {
    let mut lines: Vec<String> = list(answer, "found").map(candidate).collect();
    if answer.get("number_does_not_fit").and_then(Value::as_bool) == Some(true) {
        lines.push("the check digit of the NHS number does not fit: read it again".to_owned());
    }
    if answer.get("is_catching_up").and_then(Value::as_bool) == Some(true) {
        lines.push("what was recorded in the last moments may be missing".to_owned());
    }
    lines.push(text(answer, "advice").to_owned());
    lines.join("\n")
}

fn candidate(found: &Value) -> String {
    let person = text(found, "person");
    let mut lines = missing(found);
    lines.push(person.to_owned());
    let Some(weight) = found.get("weight") else {
        lines.push(format!("  ring authority {}", words(found, "ring")));
        return lines.join("\n");
    };
    let born = found.get("year_of_birth").map(|year| format!(", born {year}")).unwrap_or_default();
    let area = found.get("area").map(|_| format!(", {}", text(found, "area"))).unwrap_or_default();
    let known = match words(found, "ring") {
        known if known.is_empty() => String::new(),
        known => format!(", known to {known}"),
    };
    lines.push(format!("  {} {}{born}{area}{known}", text(found, "given"), text(found, "family")));
    lines.push(format!("  {} ({weight})", text(found, "strength")));
    lines.extend(list(found, "because").map(|because| {
        let weight = because.get("weight").and_then(Value::as_i64).unwrap_or_default();
        format!("  {weight:+} {}: {}", text(because, "field"), text(because, "words"))
    }));
    let twins = words(found, "perhaps_twins");
    if !twins.is_empty() {
        lines.push(format!("  perhaps a twin of {twins}: two people, not one"));
    }
    lines.join("\n")
}

fn person(answer: &Value) -> String {
    let mut lines = missing(answer);
    lines.extend(
        list(answer, "names")
            .map(|name| format!("{} {} ({})", text(name, "given"), text(name, "family"), text(name, "use"))),
    );
    lines.push(match text(answer, "born") {
        "" if answer.get("is_birth_disputed").and_then(Value::as_bool) == Some(true) => {
            "born DISPUTED: a person of the authority accepts one of these".to_owned()
        }
        "" => "born, nobody has said when".to_owned(),
        born => format!("born {born}"),
    });
    lines.extend(list(answer, "births").map(|birth| {
        let accepted = birth.get("is_accepted").and_then(Value::as_bool) == Some(true);
        format!(
            "  {} ({}) {}{}",
            text(birth, "born"),
            text(birth, "basis"),
            text(birth, "assertion"),
            if accepted { ", accepted" } else { "" }
        )
    }));
    lines.extend(
        list(answer, "identifiers")
            .map(|number| format!("{} {}", text(number, "scheme"), text(number, "value"))),
    );
    if answer.get("is_incomplete").and_then(Value::as_bool) == Some(true) {
        lines.push("INCOMPLETE: telephone the authority".to_owned());
    }
    lines.join("\n")
}

fn unsettled(answer: &Value) -> String {
    let line =
        |one: &Value| format!("{} perhaps since {}", text(one, "person"), text(one, "perhaps_adult_from"));
    let lines: Vec<String> = missing(answer).into_iter().chain(list(answer, "unsettled").map(line)).collect();
    if lines.is_empty() { "nobody’s age is for a person to decide".to_owned() } else { lines.join("\n") }
}

fn reviews(answer: &Value) -> String {
    let mut lines: Vec<String> = list(answer, "reviews")
        .map(|review| {
            let number = |name: &str| review.get(name).and_then(Value::as_i64).unwrap_or_default();
            let outcome = match text(review, "outcome") {
                "" => "to be looked at",
                outcome => outcome,
            };
            format!(
                "{} {}: {} {} by {} until {} (from {} on); {outcome}",
                text(review, "review"),
                text(review, "kind"),
                number("count"),
                text(review, "counted"),
                text(review, "about"),
                text(review, "until"),
                number("threshold"),
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push("no review is on record".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_says_what_was_counted_of_whom_and_what_came_of_it() {
        let review = |outcome: Option<&str>| {
            json!({
                "review": "r1", "kind": "trawling", "count": 7, "counted": "names", "about": "p1",
                "until": "2026-03-10T09:00:00Z", "threshold": 5, "outcome": outcome,
            })
        };
        let read = json!({ "reviews": [review(None), review(Some("explained"))] });
        let said = "r1 trawling: 7 names by p1 until 2026-03-10T09:00:00Z (from 5 on)";
        assert_eq!(reviews(&read), format!("{said}; to be looked at\n{said}; explained"));
    }
}
