//! `goldthread notices`: answers given that would now differ.

use domain::enquiry::NoticeOutcome;
use domain::ids::EnquiryId;
use serde_json::{Value, json};

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use casework::settings::Settings;

/// Answers to enquiries that would now differ.
#[derive(Debug, clap::Subcommand)]
pub enum Notices {
    List(List),
    Answer(Answer),
}

/// List the answers of the last four weeks that would now differ, open ones first.
///
/// Safeguarding leads, front doors and managers see those of their agency, others those of their own enquiries. What
/// differs is not said: ask again (`goldthread enquire --again`).
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    node: Node,
}

/// Say what was done about a notice.
#[derive(Debug, clap::Args)]
pub struct Answer {
    #[command(flatten)]
    node: Node,
    /// The enquiry, as `list` gives it.
    enquiry: EnquiryId,
    /// asked-again, passed-on or nothing-to-do.
    #[arg(long)]
    outcome: NoticeOutcome,
    /// In a sentence.
    #[arg(long)]
    note: Option<String>,
}

impl Notices {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::List(list) => output.show(&list.node.get("/notices", &[])?, words),
            Self::Answer(answer) => {
                let path = format!("/notices/{}/answer", answer.enquiry);
                let mut body = json!({ "outcome": answer.outcome.code() });
                if let (Some(note), Some(body)) = (answer.note, body.as_object_mut()) {
                    body.insert("note".to_owned(), note.into());
                }
                output.show(&answer.node.post(&path, &body)?, |_| "on record".to_owned())
            }
        }
    }
}

fn words(answer: &Value) -> String {
    let text =
        |notice: &Value, name: &str| notice.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let notices = answer.get("notices").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = notices
        .map(|notice| {
            let state = match (text(notice, "state").as_str(), text(notice, "outcome")) {
                ("open", _) => "would now differ: ask again".to_owned(),
                ("stands-again", _) => "would have differed; it stands again".to_owned(),
                (_, outcome) => format!("answered: {outcome}"),
            };
            let (reference, enquiry) = (text(notice, "reference"), text(notice, "enquiry"));
            format!("{reference} of {}: {state} ({enquiry})", text(notice, "asked_at"))
        })
        .collect();
    if lines.is_empty() {
        return "no answer of the last four weeks is known to differ; that is not reassurance".to_owned();
    }
    lines.join("\n")
}
