//! Checking a log against itself and against its signed checkpoints, trusting no stored hash.
//!
//! The tree is recomputed from what is stored: each body against its header, each header into its leaf, the leaves
//! into roots, the roots against every checkpoint. A row's *mark* only helps to name the place; a forger who also
//! mends the marks is still caught by the next checkpoint, which then names a range.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::header::{Hash, HeaderError};
use crate::merkle::{CompactRange, leaf_hash};
use crate::port::Recorded;

/// Eight bytes that bind a row to its place in the log.
#[must_use]
pub fn mark(position: u64, leaf: &Hash) -> i64 {
    let hash = Sha256::new().chain_update(position.to_be_bytes()).chain_update(leaf).finalize();
    hash.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// An event row with the columns that repeat what its header says.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub event: Recorded,
    pub stream: Uuid,
    pub version: u64,
    pub recorded_at: DateTime<Utc>,
    pub mark: Option<i64>,
}

/// What is wrong, and where it shows first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("position {position}: the row cannot be read: {why}")]
    Unreadable { position: u64, why: String },
    #[error("position {position}: the row is missing")]
    Missing { position: u64 },
    #[error("position {position}: column `{column}` does not match the header")]
    Column { position: u64, column: &'static str },
    #[error("position {position}: {source}")]
    Body {
        position: u64,
        #[source]
        source: HeaderError,
    },
    #[error("position {position}: the row was changed, or is not the one that was written here")]
    Mark { position: u64 },
    #[error("position {position}: recorded before the event at the position before")]
    Time { position: u64 },
    #[error("positions {first} to {last}: the tree differs from the checkpoint signed at {last}")]
    Root { first: u64, last: u64 },
    #[error("position {position}: missing, though a checkpoint of {signed} events was signed")]
    CutBehindCheckpoint { position: u64, signed: u64 },
    #[error("position {position}: missing, though the log says that it holds {head} events")]
    CutBehindHead { position: u64, head: u64 },
    #[error("the checkpoint of {size} events is not signed by this log's key")]
    Checkpoint { size: u64 },
}

impl Fault {
    /// The first position at which something is known to be wrong.
    #[must_use]
    pub fn position(&self) -> u64 {
        match self {
            Self::Unreadable { position, .. }
            | Self::Missing { position }
            | Self::Column { position, .. }
            | Self::Body { position, .. }
            | Self::Mark { position }
            | Self::Time { position }
            | Self::CutBehindCheckpoint { position, .. }
            | Self::CutBehindHead { position, .. } => *position,
            Self::Root { first, .. } => *first,
            Self::Checkpoint { size } => *size,
        }
    }
}

/// A log being checked, from its first event on.
#[derive(Debug)]
pub struct Verifier {
    origin: String,
    range: CompactRange,
    last: Option<DateTime<Utc>>,
    /// Signed roots still to be met, by size.
    signed: BTreeMap<u64, Hash>,
    /// The newest size at which a signed root was met.
    good: u64,
}

impl Verifier {
    /// Starts at the beginning, with the roots that were signed.
    #[must_use]
    pub fn new(origin: &str, signed: impl IntoIterator<Item = (u64, Hash)>) -> Self {
        Self {
            origin: origin.to_owned(),
            range: CompactRange::new(),
            last: None,
            signed: signed.into_iter().filter(|(size, _)| *size > 0).collect(),
            good: 0,
        }
    }

    /// How many events were found good.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.range.size()
    }

    /// The root of the events found good.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// Checks the next row.
    ///
    /// # Errors
    /// The first thing that is wrong with it, or with the tree up to it.
    pub fn check(&mut self, row: &AuditRow) -> Result<(), Fault> {
        let position = self.range.size() + 1;
        if row.event.position.raw() != u128::from(position) {
            return Err(Fault::Missing { position });
        }
        let header = &row.event.header;
        let column = |column| Err(Fault::Column { position, column });
        let leaf = leaf_hash(header.bytes());
        if row.mark.is_some_and(|stored| stored != mark(position, &leaf)) {
            return Err(Fault::Mark { position });
        }
        if header.origin() != self.origin {
            return column("origin");
        }
        if header.stream_id() != row.stream {
            return column("stream");
        }
        if header.version() != row.version {
            return column("version");
        }
        if header.recorded_at() != row.recorded_at {
            return column("recorded_at");
        }
        row.event.check_body().map_err(|source| Fault::Body { position, source })?;
        if self.last.is_some_and(|last| last > row.recorded_at) {
            return Err(Fault::Time { position });
        }
        self.last = Some(row.recorded_at);
        self.range.push(leaf);
        if let Some(root) = self.signed.remove(&position) {
            if self.range.root() != root {
                return Err(Fault::Root { first: self.good + 1, last: position });
            }
            self.good = position;
        }
        Ok(())
    }

    /// Checks the end: nothing that was signed, or that the log itself claims, may lie beyond it.
    ///
    /// # Errors
    /// [`Fault::CutBehindCheckpoint`], [`Fault::CutBehindHead`].
    pub fn finish(&self, head: u64) -> Result<(), Fault> {
        let position = self.range.size() + 1;
        if let Some((signed, _)) = self.signed.last_key_value() {
            return Err(Fault::CutBehindCheckpoint { position, signed: *signed });
        }
        if head >= position {
            return Err(Fault::CutBehindHead { position, head });
        }
        Ok(())
    }
}
