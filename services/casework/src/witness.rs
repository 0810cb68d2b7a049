//! Checkpoints kept in a file outside the database's reach: on another disk, another machine's share, or paper that
//! somebody prints it on. Whoever rewrites a log, or cuts it, and signs it anew cannot rewrite what stands there.
//!
//! The file holds the notes of both logs as they were signed, each after two empty lines and before a line `--`. It is only
//! ever added to. What is half-written, by a process that died, has no such line of its own and is passed over.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use event_store::note::{Checkpoint, NoteError, VerifierKey};

/// Far more than the newest notes of both logs.
const TAIL_BYTES: u64 = 64 * 1024;
const BEFORE: &str = "\n\n\n";
const AFTER: &str = "--\n";

/// Where checkpoints are witnessed.
#[derive(Clone, Debug)]
pub struct Witness(PathBuf);

/// Why a witness cannot be heard.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    #[error("the file of witnessed checkpoints, {0}, cannot be read or written")]
    Io(PathBuf, #[source] io::Error),
    #[error("the file of witnessed checkpoints, {0}, holds one that this log's key did not sign")]
    NotSigned(PathBuf, #[source] NoteError),
}

impl Witness {
    #[must_use]
    pub fn at(file: &Path) -> Self {
        Self(file.to_owned())
    }

    /// Every checkpoint of a log that stands in the file, oldest first; none before the file is there.
    ///
    /// # Errors
    /// A file that cannot be read; a note in a log's name that its key did not sign.
    pub fn all(&self, key: &VerifierKey) -> Result<Vec<Checkpoint>, WitnessError> {
        self.read(key, None)
    }

    /// The newest checkpoint of a log.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn newest(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, WitnessError> {
        Ok(self.read(key, Some(TAIL_BYTES))?.into_iter().max_by_key(|checkpoint| checkpoint.size))
    }

    /// Adds a note, and has it on the disk.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn add(&self, note: &str) -> Result<(), WitnessError> {
        let written = OpenOptions::new().create(true).append(true).open(&self.0).and_then(|mut file| {
            // In one piece: other processes add to it too.
            file.write_all(format!("{BEFORE}{note}{AFTER}").as_bytes())?;
            file.sync_data()
        });
        written.map_err(|cause| self.io(cause))
    }

    fn read(&self, key: &VerifierKey, tail: Option<u64>) -> Result<Vec<Checkpoint>, WitnessError> {
        let mut text = Vec::new();
        match File::open(&self.0) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(self.io(cause)),
            Ok(mut file) => {
                let length = file.metadata().map_err(|cause| self.io(cause))?.len();
                let from = tail.map_or(0, |tail| length.saturating_sub(tail));
                file.seek(SeekFrom::Start(from)).map_err(|cause| self.io(cause))?;
                file.read_to_end(&mut text).map_err(|cause| self.io(cause))?;
            }
        }
        let text = String::from_utf8_lossy(&text);
        let whole = text.split_inclusive(AFTER).filter_map(|piece| piece.strip_suffix(AFTER));
        let notes = whole.filter_map(|piece| Some(piece.rsplit_once(BEFORE)?.1));
        let of_this_log = notes.filter(|note| note.lines().next() == Some(key.name()));
        let read = |note| key.verify(note).map_err(|why| WitnessError::NotSigned(self.0.clone(), why));
        of_this_log.map(read).collect()
    }

    fn io(&self, cause: io::Error) -> WitnessError {
        WitnessError::Io(self.0.clone(), cause)
    }
}

#[cfg(test)]
mod tests {
    use event_store::note::Signer;

    use super::*;

    fn note(origin: &str, size: u64) -> String {
        let signer = Signer::new(origin, &[3; 32]).unwrap();
        signer.sign_first(&Checkpoint { origin: origin.to_owned(), size, root: [7; 32] }).unwrap()
    }

    fn key(origin: &str) -> VerifierKey {
        Signer::new(origin, &[3; 32]).unwrap().verifier().clone()
    }

    #[test]
    fn both_logs_are_witnessed_and_what_is_half_written_is_passed_over() {
        let file = std::env::temp_dir().join(format!("goldthread-witness-{}", std::process::id()));
        let witness = Witness::at(&file);
        assert_eq!(witness.all(&key("a/record")).unwrap(), []);
        for size in 1..=900 {
            witness.add(&note("a/record", size)).unwrap();
        }
        witness.add(&note("a/access", 5)).unwrap();
        let half = format!("{BEFORE}{}", note("a/record", 901));
        let mut torn = OpenOptions::new().append(true).open(&file).unwrap();
        torn.write_all(&half.as_bytes()[..half.len() - 9]).unwrap();
        let of = |origin: &str| witness.newest(&key(origin)).unwrap().map(|checkpoint| checkpoint.size);
        assert_eq!((of("a/record"), of("a/access"), of("a/other")), (Some(900), Some(5), None));
        assert_eq!(witness.all(&key("a/record")).unwrap().len(), 900);
        witness.add(&note("a/record", 902)).unwrap();
        assert_eq!(of("a/record"), Some(902), "nothing is lost of what comes after it");
        let text = std::fs::read_to_string(&file).unwrap().replacen("\n17\n", "\n18\n", 1);
        std::fs::write(&file, text).unwrap();
        assert!(matches!(witness.all(&key("a/record")), Err(WitnessError::NotSigned(..))));
        std::fs::remove_file(file).unwrap();
    }
}
