//! Signed checkpoints of the two logs, and the key they are checked with.
//!
//! A checkpoint is signed only after it was proven to have grown out of the last one that was kept, here and by the
//! [`Witness`](crate::witness::Witness): a log that lost or changed something is never signed again by mistake. Proofs
//! themselves are the event store's.

use event_store::keys::KeysError;
use event_store::merkle::verify_consistency;
use event_store::note::{Checkpoint, NoteError, Signer, VerifierKey};
use event_store::{EventStore as _, Evidence as _, NodeSource as _, PostgresStore, StoreError};

use crate::app::App;
use crate::error::ReadError;
use crate::witness::WitnessError;

/// The names of the signing keys in the key store: one a log, because a key signs for one origin.
const RECORD_KEY: &str = "checkpoints-record";
const ACCESS_KEY: &str = "checkpoints-access";

/// Which of the two logs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogName {
    /// What happened.
    Record,
    /// Who looked at what.
    Access,
}

#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    #[error("the checkpoint cannot be signed")]
    Note(#[from] NoteError),
    #[error("the log holds {head} events, and a checkpoint of {witnessed} was witnessed: it was cut")]
    Cut { witnessed: u64, head: u64 },
    #[error(transparent)]
    Witness(#[from] WitnessError),
    #[error("no proof leads from the last checkpoint to this one")]
    Proof(#[source] event_store::evidence::EvidenceError),
    #[error("the signing key cannot be had")]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CheckpointError> for ReadError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Store(error) => error.into(),
            CheckpointError::Keys(_) | CheckpointError::Witness(WitnessError::Io(..)) => {
                Self::Unavailable(Box::new(error))
            }
            CheckpointError::Note(_)
            | CheckpointError::Proof(_)
            | CheckpointError::Cut { .. }
            | CheckpointError::Witness(WitnessError::NotSigned(..)) => Self::Corrupt(Box::new(error)),
        }
    }
}

impl App {
    #[must_use]
    pub fn log(&self, name: LogName) -> &PostgresStore {
        match name {
            LogName::Record => &self.record,
            LogName::Access => &self.access,
        }
    }

    /// What signs a log's checkpoints; its verifier key is what others check them with.
    ///
    /// # Errors
    /// A key store that cannot be reached.
    pub async fn signer(&self, name: LogName) -> Result<Signer, CheckpointError> {
        let key = match name {
            LogName::Record => RECORD_KEY,
            LogName::Access => ACCESS_KEY,
        };
        Ok(Signer::new(self.log(name).origin(), &*self.keys.secret(key).await?)?)
    }

    /// The signed checkpoint of all that is committed; kept, so that the next one is proven to have grown out of it, and
    /// witnessed where this node has a witness.
    ///
    /// # Errors
    /// A log that does not hold what it once signed.
    pub async fn checkpoint(&self, name: LogName) -> Result<String, CheckpointError> {
        let log = self.log(name);
        let signer = self.signer(name).await?;
        let kept = log.checkpoints().await?;
        let head = log.tree_head().await?;
        let now = Checkpoint { origin: log.origin().to_owned(), size: head.size, root: head.root };
        let witnessed = self.grows_out_of_what_was_witnessed(name, signer.verifier(), &now).await?;
        let note = match kept.last() {
            None => signer.sign_first(&now)?,
            Some((_, note)) => {
                let last = signer.verifier().verify(note)?;
                // Another process may have signed a larger tree since the head was read.
                if last.size >= now.size {
                    self.witness(note, last.size, witnessed)?;
                    return Ok(note.clone());
                }
                let proof = log.consistency(last.size, now.size).await.map_err(CheckpointError::Proof)?;
                signer.sign_next(&now, &last, &proof)?
            }
        };
        log.keep_checkpoint(now.size, &note, self.clock.now()).await?;
        self.witness(&note, now.size, witnessed)?;
        Ok(note)
    }

    /// How far a log was witnessed, now that what it holds is proven to have grown out of that.
    async fn grows_out_of_what_was_witnessed(
        &self,
        name: LogName,
        key: &VerifierKey,
        now: &Checkpoint,
    ) -> Result<u64, CheckpointError> {
        let Some(witness) = self.settings.witness() else { return Ok(0) };
        let Some(last) = witness.newest(key)? else { return Ok(0) };
        // Another process may have been quicker than this one's reading of the head.
        let (log, head) = (self.log(name), self.log(name).tree_head().await?);
        if last.size > head.size {
            return Err(CheckpointError::Cut { witnessed: last.size, head: head.size });
        }
        let (smaller, larger) = if last.size <= now.size { (&last, now) } else { (now, &last) };
        let proof = log.consistency(smaller.size, larger.size).await.map_err(CheckpointError::Proof)?;
        verify_consistency(smaller.size, &smaller.root, larger.size, &larger.root, &proof)
            .map_err(NoteError::Inconsistent)?;
        Ok(last.size)
    }

    fn witness(&self, note: &str, size: u64, witnessed: u64) -> Result<(), CheckpointError> {
        match self.settings.witness() {
            Some(witness) if size > witnessed => Ok(witness.add(note)?),
            _ => Ok(()),
        }
    }
}

impl std::str::FromStr for LogName {
    type Err = UnknownLog;

    fn from_str(text: &str) -> Result<Self, UnknownLog> {
        match text {
            "record" => Ok(Self::Record),
            "access" => Ok(Self::Access),
            _ => Err(UnknownLog),
        }
    }
}

/// There are two logs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a log is record or access")]
pub struct UnknownLog;
