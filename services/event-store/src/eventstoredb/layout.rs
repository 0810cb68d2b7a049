//! How an event lies in EventStoreDB. Frozen: what was once written this way is read this way for ever.
//!
//! The event's id and type are ours; its data are the facts, byte for byte, marked as bytes so that nothing on the
//! server reads or rewrites them. Its custom metadata hold the rest:
//!
//! ```text
//! tag     4   "gtE1"
//! salt    16
//! header  u32 length and that many bytes, the canonical header
//! meta    u32 length and that many bytes
//! parts   to the end, as `seal::encode_parts` lays them
//! ```
//!
//! Bytes rather than JSON, because base64 would add a third to every sealed part and the server limits what one
//! append may weigh. All integers are big-endian.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::header::{Header, HeaderError};
use crate::port::{Draft, Position, Recorded, StoreError};
use crate::seal::{PartsError, decode_parts, encode_parts};

const TAG: &[u8; 4] = b"gtE1";

/// Why stored bytes are not an event of ours.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    #[error("the metadata do not begin with `gtE1`")]
    Tag,
    #[error("the metadata end before `{0}`")]
    Short(&'static str),
    #[error("the header cannot be read")]
    Header(#[source] HeaderError),
    #[error("the sealed parts cannot be read")]
    Parts(#[source] PartsError),
    #[error("the server's {0} is not the header's")]
    Misplaced(&'static str),
}

/// An event's custom metadata.
#[must_use]
pub fn encode(header: &[u8], salt: &[u8; 16], draft: &Draft) -> Bytes {
    let parts = encode_parts(&draft.parts);
    let mut out = BytesMut::with_capacity(28 + header.len() + draft.meta.len() + parts.len());
    out.put_slice(TAG);
    out.put_slice(salt);
    for field in [header, &draft.meta] {
        // Both lengths are limited when an append is taken in, far below this.
        out.put_u32(u32::try_from(field.len()).unwrap_or(u32::MAX));
        out.put_slice(field);
    }
    out.put_slice(&parts);
    out.freeze()
}

/// What the server says about an event besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub position: Position,
    pub stream_name: &'a str,
    pub revision: u64,
    pub event_id: uuid::Uuid,
    pub event_type: &'a str,
}

/// Reads an event back, refusing one that the server files under another stream, version, id or type than its
/// header says.
///
/// # Errors
/// [`StoreError::Corrupt`], caused by a [`LayoutError`].
pub fn decode(
    place: Place<'_>,
    namespace: &str,
    metadata: Bytes,
    facts: Bytes,
) -> Result<Recorded, StoreError> {
    let event = take_apart(place.position, metadata, facts);
    let event = event.and_then(|event| in_place(&event.header, place, namespace).map(|()| event));
    event.map_err(|cause| StoreError::Corrupt { position: place.position, source: Box::new(cause) })
}

fn take_apart(position: Position, mut metadata: Bytes, facts: Bytes) -> Result<Recorded, LayoutError> {
    if !metadata.starts_with(TAG) {
        return Err(LayoutError::Tag);
    }
    metadata.advance(TAG.len());
    let mut salt = [0; 16];
    metadata.try_copy_to_slice(&mut salt).map_err(|_| LayoutError::Short("salt"))?;
    let header = Header::parse(field(&mut metadata, "header")?).map_err(LayoutError::Header)?;
    let meta = field(&mut metadata, "meta")?;
    let parts = decode_parts(metadata).map_err(LayoutError::Parts)?;
    Ok(Recorded { position, header, salt, meta, facts, parts })
}

fn field(metadata: &mut Bytes, name: &'static str) -> Result<Bytes, LayoutError> {
    let length = metadata.try_get_u32().map_err(|_| LayoutError::Short(name))?;
    let length = usize::try_from(length).map_err(|_| LayoutError::Short(name))?;
    if length > metadata.len() {
        return Err(LayoutError::Short(name));
    }
    Ok(metadata.split_to(length))
}

fn in_place(header: &Header, place: Place<'_>, namespace: &str) -> Result<(), LayoutError> {
    let same = |same, what| if same { Ok(()) } else { Err(LayoutError::Misplaced(what)) };
    let name = format!("{namespace}.{}", header.stream());
    same(place.stream_name == name, "stream name")?;
    same(place.revision.checked_add(1) == Some(header.version()), "revision")?;
    same(place.event_id == header.event_id(), "event id")?;
    same(place.event_type == header.kind(), "event type")
}
