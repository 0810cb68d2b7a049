//! A bundle: events with the proof that they are in a signed log, to be checked by anyone with no database.
//!
//! JSON Lines. The first line is the [`Cover`]; each further line an [`Exhibit`]. Binary values are standard base64.
//! A bundle proves that these events are in the log of that signed size, unchanged; it does not prove that there
//! are no others. Parts stay sealed unless their keys are disclosed on the cover.

use std::io::{BufRead, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::header::{Hash, Header};
use crate::merkle::{leaf_hash, verify_inclusion};
use crate::note::{Checkpoint, VerifierKey};
use crate::port::{Position, Recorded};
use crate::seal::{decode_parts, encode_parts};

const FORMAT: &str = "goldthread-bundle/1";

/// The first line: what the proofs lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    pub format: String,
    /// What the bundle holds, in words.
    pub title: String,
    /// The log's public key, as a C2SP verifier key. Whoever checks must know from elsewhere that it is the log's.
    pub key: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    pub events: u64,
}

/// One event and its inclusion proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exhibit {
    pub position: u64,
    pub header: String,
    pub salt: String,
    pub meta: String,
    pub facts: String,
    pub parts: String,
    pub proof: Vec<String>,
}

/// Why a bundle does not hold. Names the line, and the position where one is concerned.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("the bundle cannot be read")]
    Read(#[from] std::io::Error),
    #[error("line {line}: not a line of a bundle: {why}")]
    Form { line: usize, why: String },
    #[error("the checkpoint is not signed by the key `{0}`")]
    Signature(String),
    #[error("position {position}: {why}")]
    Event { position: u64, why: String },
    #[error("the cover speaks of {said} events, {found} are there")]
    Count { said: u64, found: u64 },
}

/// What a good bundle shows.
#[derive(Debug, Clone)]
pub struct Shown {
    pub cover: Cover,
    pub checkpoint: Checkpoint,
    pub events: Vec<Recorded>,
}

/// Writes a bundle.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(
    mut out: impl Write,
    title: &str,
    key: &VerifierKey,
    checkpoint: &str,
    events: &[(Recorded, Vec<Hash>)],
) -> std::io::Result<()> {
    let cover = Cover {
        format: FORMAT.to_owned(),
        title: title.to_owned(),
        key: key.to_string(),
        checkpoint: checkpoint.to_owned(),
        events: u64::try_from(events.len()).unwrap_or(u64::MAX),
    };
    serde_json::to_writer(&mut out, &cover)?;
    for (event, proof) in events {
        out.write_all(b"\n")?;
        let exhibit = Exhibit {
            position: u64::try_from(event.position.raw()).unwrap_or(u64::MAX),
            header: BASE64_STANDARD.encode(event.header.bytes()),
            salt: BASE64_STANDARD.encode(event.salt),
            meta: BASE64_STANDARD.encode(&event.meta),
            facts: BASE64_STANDARD.encode(&event.facts),
            parts: BASE64_STANDARD.encode(encode_parts(&event.parts)),
            proof: proof.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
        };
        serde_json::to_writer(&mut out, &exhibit)?;
    }
    out.write_all(b"\n")
}

/// Checks a bundle with nothing but its own lines and, if given, the key that the log is known by.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(input: impl BufRead, known_key: Option<&VerifierKey>) -> Result<Shown, BundleError> {
    let mut lines = input.lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let form = |line: usize| move |why: String| BundleError::Form { line, why };
    let cover: Cover = serde_json::from_str(&first).map_err(|cause| form(1)(cause.to_string()))?;
    if cover.format != FORMAT {
        return Err(form(1)(format!("`format` must be `{FORMAT}`")));
    }
    let own_key: VerifierKey = cover.key.parse().map_err(|cause| form(1)(format!("`key`: {cause}")))?;
    let key = known_key.unwrap_or(&own_key);
    let checkpoint = key.verify(&cover.checkpoint).map_err(|_| BundleError::Signature(key.to_string()))?;
    let mut events = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let exhibit: Exhibit =
            serde_json::from_str(&line?).map_err(|cause| form(number)(cause.to_string()))?;
        let position = exhibit.position;
        let event = exhibit.check(&checkpoint).map_err(|why| BundleError::Event { position, why })?;
        events.push(event);
    }
    let found = u64::try_from(events.len()).unwrap_or(u64::MAX);
    if found != cover.events {
        return Err(BundleError::Count { said: cover.events, found });
    }
    Ok(Shown { cover, checkpoint, events })
}

impl Exhibit {
    fn check(&self, checkpoint: &Checkpoint) -> Result<Recorded, String> {
        let bytes = |field: &str, text: &str| {
            BASE64_STANDARD.decode(text).map_err(|_| format!("`{field}` is not base64"))
        };
        let event = Recorded {
            position: Position::from_raw(self.position.into()),
            header: Header::parse(Bytes::from(bytes("header", &self.header)?))
                .map_err(|cause| cause.to_string())?,
            salt: bytes("salt", &self.salt)?.try_into().map_err(|_| "`salt` is not 16 bytes".to_owned())?,
            meta: Bytes::from(bytes("meta", &self.meta)?),
            facts: Bytes::from(bytes("facts", &self.facts)?),
            parts: decode_parts(Bytes::from(bytes("parts", &self.parts)?))
                .map_err(|cause| cause.to_string())?,
        };
        event.check_body().map_err(|cause| cause.to_string())?;
        if event.header.origin() != checkpoint.origin {
            return Err("the event is of another log".to_owned());
        }
        let proof = self
            .proof
            .iter()
            .map(|hash| {
                bytes("proof", hash)?.try_into().map_err(|_| "a proof hash is not 32 bytes".to_owned())
            })
            .collect::<Result<Vec<Hash>, String>>()?;
        let index = self.position.checked_sub(1).ok_or("positions count from 1")?;
        let leaf = leaf_hash(event.header.bytes());
        verify_inclusion(&leaf, index, checkpoint.size, &proof, &checkpoint.root)
            .map_err(|cause| cause.to_string())?;
        Ok(event)
    }
}
