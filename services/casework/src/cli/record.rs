//! `goldthread record contact`: something is told about a child.

use domain::authority::Authority;
use domain::contact::{ConcernKind, Method, Significance};
use domain::ids::PersonId;
use domain::when::Occurred;
use serde_json::{Value, json};

use super::client::Node;
use super::failure::Failure;
use super::output::Output;
use casework::settings::Settings;

/// Put something on record.
#[derive(Debug, clap::Subcommand)]
pub enum Record {
    /// Something told to an authority's front door about a child.
    Contact(Contact),
}

/// A contact about one child; the API takes more people and more concerns.
#[derive(Debug, clap::Args)]
pub struct Contact {
    #[command(flatten)]
    node: Node,
    /// The child's record.
    #[arg(long)]
    child: PersonId,
    /// The authority whose front door receives it, by its three-digit code.
    #[arg(long)]
    authority: Authority,
    /// What it is about; may be given more than once.
    #[arg(long, required = true)]
    concern: Vec<ConcernKind>,
    /// How it came.
    #[arg(long, default_value = "telephone")]
    method: Method,
    /// How grave it was judged to be.
    #[arg(long)]
    significance: Option<Significance>,
    /// When it was told: 2026-03-01T10:15:00Z, 2026-03-01, 2026-03 or 2026-03-01/2026-03-09; now when absent.
    #[arg(long)]
    occurred: Option<Occurred>,
    /// What was told.
    #[arg(long)]
    account: String,
}

impl Record {
    pub fn run(self, _: &Settings, output: Output) -> Result<(), Failure> {
        let Self::Contact(contact) = self;
        let concerns: Vec<Value> =
            contact.concern.iter().map(|kind| json!({ "kind": kind.code() })).collect();
        let mut body = json!({
            "authority": contact.authority.to_string(),
            "people": [{ "person": contact.child.to_string(), "role": "subject" }],
            "concerns": concerns,
            "method": contact.method.code(),
            "account": contact.account,
        });
        if let Some(fields) = body.as_object_mut() {
            if let Some(significance) = contact.significance {
                fields.insert("significance".to_owned(), significance.code().into());
            }
            if let Some(occurred) = contact.occurred {
                fields.insert("occurred".to_owned(), occurred.to_string().into());
            }
        }
        let done = contact.node.post("/contacts", &body)?;
        output.show(&done, |done| {
            let text = |name: &str| done.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            format!("contact {} is on record at position {}", text("id"), text("position"))
        })
    }
}
