//! `goldthread account`: whose the accounts are that people sign in with.

use casework::accounts;
use casework::settings::Settings;
use casework::visitor::Visitor;
use domain::ids::PractitionerId;
use serde_json::json;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;

/// Accounts at the issuers of this node.
#[derive(Debug, clap::Subcommand)]
pub enum Account {
    Link(Link),
    End(End),
}

/// Say that an account is a practitioner's: from then on its access tokens are theirs.
#[derive(Debug, clap::Args)]
pub struct Link {
    #[command(flatten)]
    of: Of,
    /// Whose it is: the id of a practitioner on record.
    #[arg(long)]
    practitioner: PractitionerId,
}

/// Say that nobody signs in with an account any more.
#[derive(Debug, clap::Args)]
pub struct End {
    #[command(flatten)]
    of: Of,
}

/// Which account.
#[derive(Debug, clap::Args)]
struct Of {
    /// The issuer, as it stands in the file of issuers.
    #[arg(long)]
    issuer: String,
    /// What the issuer calls whoever has it: the `sub` of its tokens. It is not kept, only a keyed hash of it.
    #[arg(long)]
    subject: String,
}

impl Account {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let done = with_app(settings, async |app| {
            let node = Visitor::node();
            Ok(match self {
                Self::Link(Link { of, practitioner }) => {
                    accounts::link(&app, &node, (&of.issuer, &of.subject), practitioner).await?
                }
                Self::End(End { of }) => accounts::end(&app, &node, (&of.issuer, &of.subject)).await?,
            })
        })?;
        let said = if done.events.is_empty() { "so already" } else { "on record" };
        output
            .show(&json!({ "account": done.stream, "is_new": !done.events.is_empty() }), |_| said.to_owned())
    }
}
