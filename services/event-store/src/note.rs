//! Checkpoints: what a log signs about itself, as C2SP tlog-checkpoint and signed-note texts.
//!
//! ```text
//! goldthread.example/county/record        origin, which is also the name of the log's key
//! 20852163                                size of the tree
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=    its root
//!                                         (an empty line)
//! — goldthread.example/county/record Az3grl…       key id and Ed25519 signature
//! ```
//!
//! Other tools read these notes, and verifier keys in the form `name+key id+key`. Lines signed by unknown keys are
//! passed over, so that witnesses and new kinds of signature can be added beside ours. Extension lines are refused:
//! no auditor could check what they say. Left out: when to sign, where notes are kept, and witnesses' cosignatures.

mod key;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::header::Hash;
use crate::merkle::ProofError;

pub use key::{Signer, VerifierKey};

/// More than any log has witnesses; C2SP asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// What a log says of its tree at one size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Why a text is not a checkpoint, a note or a key, or why it was not signed or not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("a key name is not empty and has no spaces, plus signs or control characters")]
    Name,
    #[error("the verifier key is not `name+key id+key` for an Ed25519 key")]
    Key,
    #[error("the note has control characters other than newlines")]
    Control,
    #[error("the note has no empty line before its signatures")]
    NoSignatures,
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    #[error("the note is not signed by `{0}`")]
    Unsigned(String),
    #[error("the signature by `{0}` is not of this text")]
    Forged(String),
    #[error("the checkpoint's `{0}` is malformed")]
    Malformed(&'static str),
    #[error("the checkpoint is of `{checkpoint}`, not of `{key}`")]
    Origin { checkpoint: String, key: String },
    #[error("the checkpoint contradicts an earlier one")]
    Inconsistent(#[source] ProofError),
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    /// Reads the one text that [`Checkpoint::to_text`] gives.
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.split('\n');
        let origin = lines.next().unwrap_or_default();
        check_name(origin).map_err(|_| NoteError::Malformed("origin"))?;
        let size: u64 = lines
            .next()
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok().filter(|size: &u64| size.to_string() == digits))
            .ok_or(NoteError::Malformed("size"))?;
        let root = lines
            .next()
            .and_then(|line| BASE64.decode(line).ok()?.try_into().ok())
            .ok_or(NoteError::Malformed("root"))?;
        // The last line's newline leaves one empty string behind, and nothing after it.
        if (lines.next(), lines.next()) != (Some(""), None) {
            return Err(NoteError::Malformed("end"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// A key's name: what stands before its signatures.
fn check_name(name: &str) -> Result<(), NoteError> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(wrong) { Err(NoteError::Name) } else { Ok(()) }
}

/// One line below a note's text.
struct SignatureLine<'a> {
    name: &'a str,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> SignatureLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        check_name(name).ok()?;
        let bytes = BASE64.decode(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        (!signature.is_empty()).then(|| Self { name, key_id: *key_id, signature: signature.to_vec() })
    }
}

/// A note taken apart; nothing in it is to be believed yet.
struct Note<'a> {
    text: &'a str,
    signatures: Vec<SignatureLine<'a>>,
}

impl<'a> Note<'a> {
    fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Control);
        }
        let (above, below) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        // The text keeps the newline of its own last line.
        let text = note.get(..=above.len()).ok_or(NoteError::NoSignatures)?;
        let lines = below.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines
            .split('\n')
            .enumerate()
            .map(|(i, line)| SignatureLine::parse(line).ok_or(NoteError::SignatureLine(i + 1)))
            .collect::<Result<_, _>>()?;
        Ok(Self { text, signatures })
    }
}
