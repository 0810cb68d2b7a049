//! `goldthread verify`: a log, one event's proof, or a bundle. Fails, and names the place, when anything was changed.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use event_store::bundle;
use event_store::merkle::{leaf_hash, verify_inclusion};
use event_store::note::VerifierKey;
use event_store::{EventStore as _, Evidence as _, Position};
use serde::Serialize;

use super::failure::Failure;
use super::node::with_app;
use super::output::Output;
use casework::evidence::LogName;
use casework::settings::Settings;

/// Check a log, one proof or a bundle; says the first bad position when anything was changed.
#[derive(Debug, clap::Subcommand)]
pub enum Verify {
    /// Every row of a log, against itself and against every signed checkpoint.
    Log {
        /// `record` or `access`.
        #[arg(default_value = "record")]
        log: LogName,
        /// Checkpoints that were witnessed elsewhere: another file than `WITNESS_FILE`.
        #[arg(long)]
        witness: Option<PathBuf>,
    },
    /// That one event is in the tree of the newest signed checkpoint.
    Event {
        /// Its position.
        position: u64,
        /// `record` or `access`.
        #[arg(long, default_value = "record")]
        log: LogName,
    },
    /// A bundle, with no database.
    Bundle(Box<OfBundle>),
}

/// Which bundle, and what is known of its log.
#[derive(Debug, clap::Args)]
pub struct OfBundle {
    /// The file.
    file: PathBuf,
    /// The key the log is known by, as `GET /api/v1/log/record/key` gives it; else the bundle's own is believed.
    #[arg(long)]
    key: Option<VerifierKey>,
}

#[derive(Debug, Serialize)]
struct Good {
    verified: &'static str,
    events: u64,
    /// The tree's root, in hexadecimal.
    root: String,
    checkpoints: u64,
}

impl Verify {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        match self {
            Self::Log { log, witness } => whole_log(settings, output, log, witness),
            Self::Event { position, log } => one_event(settings, output, position, log),
            Self::Bundle(of) => a_bundle(output, &of.file, of.key.as_ref()),
        }
    }
}

fn whole_log(
    mut settings: Settings,
    output: Output,
    log: LogName,
    witness: Option<PathBuf>,
) -> Result<(), Failure> {
    settings.witness_file = witness.or(settings.witness_file);
    let found = with_app(settings, async |app| {
        let signer = app.signer(log).await?;
        let witness = app.settings.witness();
        let witnessed =
            witness.map(|witness| witness.all(signer.verifier())).transpose()?.unwrap_or_default();
        let head = app.log(log).head().await?.position;
        let found = app
            .log(log)
            .verify(
                |note| signer.verifier().verify(note).ok(),
                &witnessed,
                |position| output.progress(&format!("verified {position} of {head}")),
            )
            .await?;
        output.progress_done();
        Ok(found)
    })?;
    if let Some(fault) = found.fault {
        return Err(Failure::new(format!("the log was changed: {fault}")));
    }
    let good = Good {
        verified: "log",
        events: found.events,
        root: hexadecimal(&found.root),
        checkpoints: found.checkpoints,
    };
    output.show(&good, |good| {
        format!(
            "good: {} events, {} signed checkpoints met, root {}",
            good.events, good.checkpoints, good.root
        )
    })
}

fn one_event(settings: Settings, output: Output, position: u64, log: LogName) -> Result<(), Failure> {
    let good = with_app(settings, async |app| {
        let note = app.checkpoint(log).await?;
        let checkpoint = app.signer(log).await?.verifier().verify(&note)?;
        let index = position.checked_sub(1).ok_or_else(|| Failure::new("positions count from 1"))?;
        let after = Position::from_raw(index.into());
        let event = app.log(log).read_all(after, 1).await?.into_iter().next();
        let event = event.ok_or_else(|| Failure::new("the log does not reach that position"))?;
        event.check_body()?;
        let proof = app.log(log).inclusion(index, checkpoint.size).await?;
        let leaf = leaf_hash(event.header.bytes());
        verify_inclusion(&leaf, index, checkpoint.size, &proof, &checkpoint.root)?;
        Ok(Good { verified: "event", events: 1, root: hexadecimal(&checkpoint.root), checkpoints: 1 })
    })?;
    output.show(&good, |good| format!("good: position {position} is in the tree with root {}", good.root))
}

fn a_bundle(output: Output, file: &PathBuf, key: Option<&VerifierKey>) -> Result<(), Failure> {
    let shown = bundle::check(BufReader::new(File::open(file)?), key)?;
    let good = Good {
        verified: "bundle",
        events: shown.cover.events,
        root: hexadecimal(&shown.checkpoint.root),
        checkpoints: 1,
    };
    output.show(&good, |good| {
        let known =
            if key.is_some() { "" } else { "; the key is the bundle's own: compare it with the log's" };
        format!(
            "good: {} events are in the log `{}` of {} events{known}",
            good.events, shown.checkpoint.origin, shown.checkpoint.size
        )
    })
}

fn hexadecimal(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
