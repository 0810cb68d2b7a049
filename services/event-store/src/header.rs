//! The canonical header: what a leaf of the tree is made of.
//!
//! Binary, one form only, ids and machine words only: a header can never be erased, so nothing personal may stand
//! in it. Everything else of an event is bound by hash. All integers are big-endian; a *string* is a u16 length and
//! that many bytes of UTF-8.
//!
//! ```text
//! "GTH" 0x01            magic and format version
//! origin                string   the log
//! event id              16
//! category, stream id   string, 16
//! version               u64      1 for a stream's first event
//! type, schema version  string, u16
//! recorded at           i64      microseconds since 1970-01-01T00:00:00Z
//! occurred              string   the domain's canonical text
//! actor, agency         16, 16
//! purpose, lawful basis string, string
//! correlation, causation 16, 16
//! trace context         u8 0, or u8 1 and 25 bytes
//! H(meta)               32       SHA-256 of the meta bytes
//! H(salt ‖ facts)       32       salted, so that a header shown alone cannot be guessed at
//! parts                 u16 count, each: number u16, key id 16, H(nonce ‖ ciphertext) 32
//! ```

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::port::{Context, Draft, Part, Recorded, StreamId};

const MAGIC: [u8; 4] = *b"GTH\x01";

/// SHA-256.
pub type Hash = [u8; 32];

/// Why bytes are not a header, or do not fit the rest of their event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("not a header of format 1")]
    Magic,
    #[error("the header ends before `{0}`")]
    Short(&'static str),
    #[error("`{0}` is not UTF-8")]
    Text(&'static str),
    #[error("the trace flag is neither 0 nor 1")]
    Trace,
    #[error("`recorded_at` is out of range")]
    Time,
    #[error("{0} bytes follow the header")]
    Trailing(usize),
    #[error("`{0}` does not match the header")]
    Mismatch(&'static str),
}

/// The hash of an event's salted facts.
#[must_use]
pub fn facts_hash(salt: &[u8; 16], facts: &[u8]) -> Hash {
    Sha256::new().chain_update(salt).chain_update(facts).finalize().into()
}

/// The hash of a sealed part.
#[must_use]
pub fn part_hash(part: &Part) -> Hash {
    Sha256::new().chain_update(part.nonce).chain_update(&part.ciphertext).finalize().into()
}

/// The hash of an event's meta bytes.
#[must_use]
pub fn meta_hash(meta: &[u8]) -> Hash {
    Sha256::digest(meta).into()
}

/// A parsed canonical header. The bytes are the truth; the accessors look into them.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    bytes: Bytes,
    event_id: Uuid,
    stream: Uuid,
    version: u64,
    schema_version: u16,
    recorded_at: i64,
    actor: Uuid,
    agency: Uuid,
    correlation: Uuid,
    causation: Uuid,
    trace: Option<[u8; 25]>,
    meta_hash: Hash,
    facts_hash: Hash,
    origin: Span,
    category: Span,
    kind: Span,
    occurred: Span,
    purpose: Span,
    lawful_basis: Span,
    parts_at: u16,
    part_count: u16,
}

/// Where a string stands in the header's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span {
    start: u16,
    len: u16,
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Header")
            .field("event_id", &self.event_id)
            .field("stream", &format_args!("{}-{}", self.category(), self.stream))
            .field("version", &self.version)
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// The hashes of a draft's body, made before the writer's lock is taken.
#[derive(Clone, Debug)]
pub struct BodyHashes {
    pub salt: [u8; 16],
    pub meta: Hash,
    pub facts: Hash,
    pub parts: Vec<Hash>,
}

impl BodyHashes {
    #[must_use]
    pub fn of(draft: &Draft, salt: [u8; 16]) -> Self {
        Self {
            salt,
            meta: meta_hash(&draft.meta),
            facts: facts_hash(&salt, &draft.facts),
            parts: draft.parts.iter().map(part_hash).collect(),
        }
    }
}

/// Writes the canonical header of a draft into `out`.
#[expect(clippy::too_many_arguments, reason = "a header binds exactly these")]
pub fn encode(
    out: &mut Vec<u8>,
    origin: &str,
    stream: &StreamId,
    version: u64,
    recorded_at_us: i64,
    context: &Context,
    draft: &Draft,
    hashes: &BodyHashes,
) {
    out.extend_from_slice(&MAGIC);
    put_str(out, origin);
    out.extend_from_slice(draft.event_id.as_bytes());
    put_str(out, &stream.category);
    out.extend_from_slice(stream.id.as_bytes());
    out.extend_from_slice(&version.to_be_bytes());
    put_str(out, &draft.kind);
    out.extend_from_slice(&draft.schema_version.to_be_bytes());
    out.extend_from_slice(&recorded_at_us.to_be_bytes());
    put_str(out, &draft.occurred);
    out.extend_from_slice(context.actor.as_bytes());
    out.extend_from_slice(context.agency.as_bytes());
    put_str(out, &context.purpose);
    put_str(out, &context.lawful_basis);
    out.extend_from_slice(context.correlation.as_bytes());
    out.extend_from_slice(context.causation.as_bytes());
    match &context.trace {
        None => out.push(0),
        Some(trace) => {
            out.push(1);
            out.extend_from_slice(trace);
        }
    }
    out.extend_from_slice(&hashes.meta);
    out.extend_from_slice(&hashes.facts);
    out.extend_from_slice(&u16::try_from(draft.parts.len()).unwrap_or(u16::MAX).to_be_bytes());
    for (part, hash) in draft.parts.iter().zip(&hashes.parts) {
        out.extend_from_slice(&part.number.to_be_bytes());
        out.extend_from_slice(part.key.as_bytes());
        out.extend_from_slice(hash);
    }
}

fn put_str(out: &mut Vec<u8>, text: &str) {
    // Lengths are checked when an append is taken in (`TooLong`), long before this.
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize, field: &'static str) -> Result<&'a [u8], HeaderError> {
        let end = self.at.checked_add(n).ok_or(HeaderError::Short(field))?;
        let slice = self.bytes.get(self.at..end).ok_or(HeaderError::Short(field))?;
        self.at = end;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], HeaderError> {
        self.take(N, field)?.try_into().map_err(|_| HeaderError::Short(field))
    }

    fn uuid(&mut self, field: &'static str) -> Result<Uuid, HeaderError> {
        Ok(Uuid::from_bytes(self.array(field)?))
    }

    fn string(&mut self, field: &'static str) -> Result<Span, HeaderError> {
        let len = u16::from_be_bytes(self.array(field)?);
        let start = u16::try_from(self.at).map_err(|_| HeaderError::Short(field))?;
        std::str::from_utf8(self.take(usize::from(len), field)?).map_err(|_| HeaderError::Text(field))?;
        Ok(Span { start, len })
    }
}

impl Header {
    /// How far the type begins after the byte of [`Header::category_length_at`], the category itself not counted.
    pub(crate) const FROM_CATEGORY_LENGTH_TO_KIND: usize = 1 + 16 + 8 + 2;

    /// The byte, from 0, in which every header of a log gives the length of its category: no category is too long for
    /// the lower of the two.
    pub(crate) const fn category_length_at(origin: &str) -> usize {
        MAGIC.len() + 2 + origin.len() + 16 + 1
    }

    /// Reads a canonical header; any other bytes are refused.
    ///
    /// # Errors
    /// The first field that is missing, not UTF-8 or out of range; bytes after the end.
    pub fn parse(bytes: Bytes) -> Result<Self, HeaderError> {
        let mut r = Reader { bytes: &bytes, at: 0 };
        if r.array::<4>("magic")? != MAGIC {
            return Err(HeaderError::Magic);
        }
        let origin = r.string("origin")?;
        let event_id = r.uuid("event_id")?;
        let category = r.string("category")?;
        let stream = r.uuid("stream")?;
        let version = u64::from_be_bytes(r.array("version")?);
        let kind = r.string("type")?;
        let schema_version = u16::from_be_bytes(r.array("schema_version")?);
        let recorded_at = i64::from_be_bytes(r.array("recorded_at")?);
        DateTime::from_timestamp_micros(recorded_at).ok_or(HeaderError::Time)?;
        let occurred = r.string("occurred")?;
        let actor = r.uuid("actor")?;
        let agency = r.uuid("agency")?;
        let purpose = r.string("purpose")?;
        let lawful_basis = r.string("lawful_basis")?;
        let correlation = r.uuid("correlation")?;
        let causation = r.uuid("causation")?;
        let trace = match r.array::<1>("trace")? {
            [0] => None,
            [1] => Some(r.array("trace")?),
            _ => return Err(HeaderError::Trace),
        };
        let meta_hash = r.array("meta")?;
        let facts_hash = r.array("facts")?;
        let part_count = u16::from_be_bytes(r.array("parts")?);
        let parts_at = u16::try_from(r.at).map_err(|_| HeaderError::Short("parts"))?;
        r.take(usize::from(part_count) * PART_LEN, "parts")?;
        let trailing = bytes.len() - r.at;
        if trailing > 0 {
            return Err(HeaderError::Trailing(trailing));
        }
        Ok(Self {
            event_id,
            stream,
            version,
            schema_version,
            recorded_at,
            actor,
            agency,
            correlation,
            causation,
            trace,
            meta_hash,
            facts_hash,
            origin,
            category,
            kind,
            occurred,
            purpose,
            lawful_basis,
            parts_at,
            part_count,
            bytes,
        })
    }

    /// The canonical bytes: what the leaf hashes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn text(&self, span: Span) -> &str {
        let start = usize::from(span.start);
        self.bytes
            .get(start..start + usize::from(span.len))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    #[must_use]
    pub fn origin(&self) -> &str {
        self.text(self.origin)
    }
    #[must_use]
    pub fn event_id(&self) -> Uuid {
        self.event_id
    }
    #[must_use]
    pub fn category(&self) -> &str {
        self.text(self.category)
    }
    #[must_use]
    pub fn stream_id(&self) -> Uuid {
        self.stream
    }
    #[must_use]
    pub fn stream(&self) -> StreamId {
        StreamId { category: self.category().to_owned(), id: self.stream }
    }
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text(self.kind)
    }
    #[must_use]
    pub fn schema_version(&self) -> u16 {
        self.schema_version
    }
    #[must_use]
    pub fn recorded_at(&self) -> DateTime<Utc> {
        // Checked in `parse`.
        DateTime::from_timestamp_micros(self.recorded_at).unwrap_or_default()
    }
    #[must_use]
    pub fn recorded_at_us(&self) -> i64 {
        self.recorded_at
    }
    #[must_use]
    pub fn occurred(&self) -> &str {
        self.text(self.occurred)
    }
    #[must_use]
    pub fn actor(&self) -> Uuid {
        self.actor
    }
    #[must_use]
    pub fn agency(&self) -> Uuid {
        self.agency
    }
    #[must_use]
    pub fn purpose(&self) -> &str {
        self.text(self.purpose)
    }
    #[must_use]
    pub fn lawful_basis(&self) -> &str {
        self.text(self.lawful_basis)
    }
    #[must_use]
    pub fn correlation(&self) -> Uuid {
        self.correlation
    }
    #[must_use]
    pub fn causation(&self) -> Uuid {
        self.causation
    }
    #[must_use]
    pub fn trace(&self) -> Option<&[u8; 25]> {
        self.trace.as_ref()
    }

    /// Each part's number, key id and hash, as bound by this header.
    pub fn parts(&self) -> impl Iterator<Item = (u16, Uuid, Hash)> + '_ {
        let start = usize::from(self.parts_at);
        let end = start + usize::from(self.part_count) * PART_LEN;
        self.bytes.get(start..end).unwrap_or_default().chunks_exact(PART_LEN).filter_map(|chunk| {
            let (number, rest) = chunk.split_first_chunk::<2>()?;
            let (key, hash) = rest.split_first_chunk::<16>()?;
            Some((u16::from_be_bytes(*number), Uuid::from_bytes(*key), hash.try_into().ok()?))
        })
    }
}

const PART_LEN: usize = 2 + 16 + 32;

impl Recorded {
    /// Checks that the body is the one the header was made for, trusting no stored hash.
    ///
    /// # Errors
    /// [`HeaderError::Mismatch`] with the first column that differs.
    pub fn check_body(&self) -> Result<(), HeaderError> {
        if meta_hash(&self.meta) != self.header.meta_hash {
            return Err(HeaderError::Mismatch("meta"));
        }
        if facts_hash(&self.salt, &self.facts) != self.header.facts_hash {
            return Err(HeaderError::Mismatch("facts"));
        }
        let stored = self.parts.iter().map(|part| (part.number, part.key, part_hash(part)));
        if !self.header.parts().eq(stored) {
            return Err(HeaderError::Mismatch("parts"));
        }
        Ok(())
    }
}
