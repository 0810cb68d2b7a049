//! Where a node's master key comes from: a file, whoever starts the program, or a program that asks a key service.
//!
//! A program is called with two words and prints at most one line, the key as base64 of 32 bytes:
//!
//! | Called with | It |
//! |---|---|
//! | `get 4` | prints the key of epoch 4, and fails when it has none |
//! | `new 5` | makes and keeps a key of epoch 5 beside the others, in place of one that was never used, and prints it |
//! | `keep 5` | destroys the keys of all other epochs, and prints nothing |
//!
//! Nothing secret is ever an argument, where others could read it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::file::MasterFile;
use super::{MasterError, MasterKey};
use crate::keys::KeysError;

/// Where the master key comes from.
#[derive(Clone)]
pub enum MasterSource {
    /// A file that is there already, readable by its owner only.
    File(PathBuf),
    /// The same, and created together with a key store that is still empty.
    FileOrNew(PathBuf),
    /// The key itself, kept by whoever starts the program, and the one that is to take its place.
    Given { secret: Zeroizing<[u8; 32]>, next: Option<Zeroizing<[u8; 32]>> },
    /// A program that keeps it.
    Program(PathBuf),
}

impl fmt::Debug for MasterSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::FileOrNew(path) => f.debug_tuple("FileOrNew").field(path).finish(),
            Self::Given { .. } => f.write_str("Given(…)"),
            Self::Program(program) => f.debug_tuple("Program").field(program).finish(),
        }
    }
}

impl MasterSource {
    /// A key that is given and not to be replaced.
    #[must_use]
    pub fn given(secret: Zeroizing<[u8; 32]>) -> Self {
        Self::Given { secret, next: None }
    }

    /// A key as it is given in text: base64 of 32 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
        let bytes = Zeroizing::new(BASE64.decode(text.trim()).ok()?);
        Some(Zeroizing::new(bytes.as_slice().try_into().ok()?))
    }

    /// The key of an epoch; none when another epoch's are held.
    pub(in crate::keys) fn key_of(&self, epoch: u32) -> Result<Option<MasterKey>, MasterError> {
        match self {
            Self::Given { secret, .. } => Ok(Some(MasterKey::new(epoch, secret.clone()))),
            Self::File(path) | Self::FileOrNew(path) => {
                Ok(MasterFile::new(path).read()?.into_iter().find(|key| key.epoch == epoch))
            }
            Self::Program(program) => Ok(Some(MasterKey::new(epoch, key_from(program, "get", epoch)?))),
        }
    }

    /// The key an empty key store begins with.
    pub(in crate::keys) fn first(&self) -> Result<MasterKey, KeysError> {
        let file = match self {
            Self::Given { secret, .. } => return Ok(MasterKey::new(1, secret.clone())),
            Self::Program(program) => return Ok(MasterKey::new(1, key_from(program, "new", 1)?)),
            Self::File(path) => MasterFile::new(path),
            Self::FileOrNew(path) => {
                let file = MasterFile::new(path);
                if !path.exists() {
                    file.create(&MasterKey::fresh(1)?)?;
                }
                file
            }
        };
        // A file of later epochs belongs to another key store: using it here would let that store's next epoch destroy it.
        match file.read()?.as_slice() {
            [only] if only.epoch == 1 => Ok(only.clone()),
            _ => Err(KeysError::WrongMaster { epoch: 1 }),
        }
    }

    /// The key that follows one, held beside it from then on.
    pub(in crate::keys) fn next(&self, old: &MasterKey) -> Result<MasterKey, KeysError> {
        let epoch = old.epoch + 1;
        match self {
            Self::Given { next: None, .. } => Err(KeysError::MasterGiven),
            Self::Given { next: Some(next), .. } if next.as_slice() == old.secret() => {
                Err(KeysError::SameMaster)
            }
            Self::Given { next: Some(next), .. } => Ok(MasterKey::new(epoch, next.clone())),
            Self::Program(program) => {
                let next = key_from(program, "new", epoch)?;
                if next.as_slice() == old.secret() {
                    return Err(KeysError::SameMaster);
                }
                Ok(MasterKey::new(epoch, next))
            }
            Self::File(path) | Self::FileOrNew(path) => {
                let new = MasterKey::fresh(epoch)?;
                MasterFile::new(path).replace(&[old.clone(), new.clone()])?;
                Ok(new)
            }
        }
    }

    /// What to read by from now on, where the key was given and another took its place.
    pub(in crate::keys) fn after(&self, master: &MasterKey) -> Self {
        match self {
            Self::Given { .. } => Self::Given { secret: Zeroizing::new(*master.secret()), next: None },
            other => other.clone(),
        }
    }

    /// Drops every key but this one.
    pub(in crate::keys) fn keep_only(&self, master: &MasterKey) -> Result<(), MasterError> {
        match self {
            // Whoever gave it lets go of the other.
            Self::Given { .. } => Ok(()),
            Self::Program(program) => call(program, "keep", master.epoch).map(drop),
            Self::File(path) | Self::FileOrNew(path) => {
                let file = MasterFile::new(path);
                if file.read()?.len() > 1 { file.replace(std::slice::from_ref(master)) } else { Ok(()) }
            }
        }
    }
}

fn key_from(program: &Path, word: &str, epoch: u32) -> Result<Zeroizing<[u8; 32]>, MasterError> {
    let printed = call(program, word, epoch)?;
    let key = std::str::from_utf8(&printed).ok().and_then(MasterSource::parse);
    key.ok_or_else(|| {
        failed(program, word, epoch, "printed something else than base64 of 32 bytes".to_owned())
    })
}

fn call(program: &Path, word: &str, epoch: u32) -> Result<Zeroizing<Vec<u8>>, MasterError> {
    let mut command = Command::new(program);
    command.args([word, &epoch.to_string()]).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|cause| failed(program, word, epoch, cause.to_string()))?;
    let printed = Zeroizing::new(output.stdout);
    if output.status.success() {
        Ok(printed)
    } else {
        Err(failed(program, word, epoch, format!("ended with {}", output.status)))
    }
}

fn failed(program: &Path, word: &str, epoch: u32, why: String) -> MasterError {
    MasterError::Program { program: program.to_owned(), called_with: format!("{word} {epoch}"), why }
}
