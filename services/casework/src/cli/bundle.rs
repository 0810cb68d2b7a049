//! `goldthread bundle`: a case's or person's events with their proofs, in one file.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use domain::access::{Action, Disclosure, LawfulBasis, Purpose};
use event_store::bundle;
use event_store::{EventStore as _, Evidence as _, StreamId};
use uuid::Uuid;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::access_log::{Looking, ShownPerson};
use casework::evidence::LogName;
use casework::settings::Settings;
use casework::visitor::Visitor;

const PAGE: usize = 1_000;

/// Write events with their proofs to a file that anyone can check with no database.
///
/// The events of one stream: a person's own record, a case, a contact. Sealed parts stay sealed.
#[derive(Debug, clap::Args)]
pub struct Bundle {
    /// The record: a person, case, contact or enquiry.
    stream: Uuid,
    /// Where to write it.
    #[arg(long, short)]
    out: PathBuf,
}

impl Bundle {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let count = with_app(settings, async |app| {
            let note = app.checkpoint(LogName::Record).await?;
            let signer = app.signer(LogName::Record).await?;
            let checkpoint = signer.verifier().verify(&note)?;
            let mut events = Vec::new();
            let mut category = String::new();
            loop {
                let after = u64::try_from(events.len())?;
                let stream = StreamId { category: String::new(), id: self.stream };
                let page = app.record.read_stream(&stream, after, PAGE).await?;
                let is_last = page.len() < PAGE;
                for event in page {
                    event.header.category().clone_into(&mut category);
                    let index = u64::try_from(event.position.raw())?.saturating_sub(1);
                    let proof = app.record.inclusion(index, checkpoint.size).await?;
                    events.push((event, proof));
                }
                if is_last {
                    break;
                }
            }
            if events.is_empty() {
                return Err(Failure::new("there is no such record"));
            }
            // Giving it out of the house is a look, on record before the file is there.
            let looking = Looking::new(Action::Replay, Purpose::Operation, LawfulBasis::LegalObligation);
            let person = domain::ids::PersonId(self.stream);
            let shown =
                (category == "person").then_some(ShownPerson { person, disclosure: Disclosure::Full });
            let shown: Vec<_> = shown.into_iter().collect();
            app.record_look(&Visitor::node(), looking, &shown).await?;
            let title = format!("{category} {}", self.stream);
            let out = BufWriter::new(File::create(&self.out)?);
            bundle::write(out, &title, signer.verifier(), &note, &events)?;
            Ok(events.len())
        })?;
        let answer = serde_json::json!({ "events": count, "file": self.out });
        output.show(&answer, |_| format!("{count} events and their proofs are in {}", self.out.display()))
    }
}
