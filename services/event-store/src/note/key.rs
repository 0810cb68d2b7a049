//! The keys of notes: a log's signer, which never contradicts itself, and the verifier key it gives out.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::{Checkpoint, Note, NoteError, check_name};
use crate::header::Hash;
use crate::merkle::verify_consistency;

/// The signature type of plain Ed25519 in C2SP signed-note.
const ED25519: u8 = 0x01;

/// Signs the checkpoints of one log.
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer of the log named `origin`, from an Ed25519 secret.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn new(origin: &str, secret: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(secret);
        let verifier = VerifierKey::new(origin, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// What others check this signer's notes with.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the first checkpoint of a log. Only for a log that has none: it is compared with nothing.
    ///
    /// # Errors
    /// [`NoteError::Origin`] for a checkpoint of another log.
    pub fn sign_first(&self, checkpoint: &Checkpoint) -> Result<String, NoteError> {
        self.verifier.check_origin(checkpoint)?;
        let text = checkpoint.to_text();
        let signature = self.key.sign(text.as_bytes());
        let line = [self.verifier.key_id.as_slice(), &signature.to_bytes()].concat();
        Ok(format!("{text}\n— {} {}\n", self.verifier.name, BASE64.encode(line)))
    }

    /// Signs a checkpoint that grew out of the last one, and no other.
    ///
    /// # Errors
    /// [`NoteError::Origin`] when either is of another log; [`NoteError::Inconsistent`] when `proof` does not prove
    /// that `last` is a prefix of `checkpoint`.
    pub fn sign_next(
        &self,
        checkpoint: &Checkpoint,
        last: &Checkpoint,
        proof: &[Hash],
    ) -> Result<String, NoteError> {
        self.verifier.check_origin(last)?;
        verify_consistency(last.size, &last.root, checkpoint.size, &checkpoint.root, proof)
            .map_err(NoteError::Inconsistent)?;
        self.sign_first(checkpoint)
    }
}

/// What checks a log's notes. Its text form, `name+key id+key`, is read by other tools too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        check_name(name)?;
        let digest: Hash = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', ED25519])
            .chain_update(key.as_bytes())
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        Ok(Self { name: name.to_owned(), key_id: [a, b, c, d], key })
    }

    /// The name of the key and of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The checkpoint of a note, if this key signed it.
    ///
    /// # Errors
    /// When the note is malformed, not signed by this key, signed over another text, or of another log.
    pub fn verify(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let note = Note::parse(note)?;
        let mut signed = false;
        for line in &note.signatures {
            if line.name != self.name || line.key_id != self.key_id {
                continue;
            }
            let forged = || NoteError::Forged(self.name.clone());
            let signature = Signature::from_slice(&line.signature).map_err(|_| forged())?;
            // Strict: no weak keys and no second form of a signature.
            self.key.verify_strict(note.text.as_bytes(), &signature).map_err(|_| forged())?;
            signed = true;
        }
        if !signed {
            return Err(NoteError::Unsigned(self.name.clone()));
        }
        let checkpoint = note.text.parse()?;
        self.check_origin(&checkpoint)?;
        Ok(checkpoint)
    }

    fn check_origin(&self, checkpoint: &Checkpoint) -> Result<(), NoteError> {
        if checkpoint.origin == self.name {
            return Ok(());
        }
        Err(NoteError::Origin { checkpoint: checkpoint.origin.clone(), key: self.name.clone() })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.key_id);
        let key = [[ED25519].as_slice(), self.key.as_bytes()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, BASE64.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        // The key itself may contain a plus sign, the name may not.
        let mut pieces = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (pieces.next(), pieces.next(), pieces.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = BASE64.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, key)) = bytes.split_first() else { return Err(NoteError::Key) };
        let key = VerifyingKey::try_from(key).map_err(|_| NoteError::Key)?;
        let parsed = Self::new(name, key)?;
        // One text form only; this also compares the key id.
        if parsed.to_string() == text { Ok(parsed) } else { Err(NoteError::Key) }
    }
}
