//! An event's parts in one column of bytes.
//!
//! ```text
//! count       u16
//! each part:  number u16, key id 16, nonce 12, length u32, ciphertext
//! ```
//!
//! One form only: nothing may follow the last part. Nothing here is trusted for evidence; the header binds each part.

use bytes::{Buf, Bytes, BytesMut};
use uuid::Uuid;

use crate::port::Part;

const FIXED: usize = 2 + 16 + 12 + 4;

/// Why bytes are not an event's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartsError {
    #[error("the parts end before `{0}`")]
    Short(&'static str),
    #[error("{0} bytes follow the parts")]
    Trailing(usize),
}

/// Lays parts one after another.
#[must_use]
pub fn encode_parts(parts: &[Part]) -> Bytes {
    let length = 2 + parts.iter().map(|part| FIXED + part.ciphertext.len()).sum::<usize>();
    let mut out = BytesMut::with_capacity(length);
    // How many parts, and how long, is checked when an append is taken in (`TooLong`), long before this.
    out.extend_from_slice(&u16::try_from(parts.len()).unwrap_or(u16::MAX).to_be_bytes());
    for part in parts {
        out.extend_from_slice(&part.number.to_be_bytes());
        out.extend_from_slice(part.key.as_bytes());
        out.extend_from_slice(&part.nonce);
        out.extend_from_slice(&u32::try_from(part.ciphertext.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(&part.ciphertext);
    }
    out.freeze()
}

/// Reads what [`encode_parts`] wrote; the ciphertexts are slices of `bytes`, not copies.
///
/// # Errors
/// [`PartsError`] for any other bytes.
pub fn decode_parts(mut bytes: Bytes) -> Result<Vec<Part>, PartsError> {
    let count = bytes.try_get_u16().map_err(|_| PartsError::Short("count"))?;
    // A count is not believed before its parts are seen to be there.
    let mut parts = Vec::with_capacity(usize::from(count).min(bytes.len() / FIXED));
    for _ in 0..count {
        parts.push(decode_part(&mut bytes)?);
    }
    if bytes.has_remaining() { Err(PartsError::Trailing(bytes.len())) } else { Ok(parts) }
}

fn decode_part(bytes: &mut Bytes) -> Result<Part, PartsError> {
    let number = bytes.try_get_u16().map_err(|_| PartsError::Short("number"))?;
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    bytes.try_copy_to_slice(&mut key).map_err(|_| PartsError::Short("key"))?;
    bytes.try_copy_to_slice(&mut nonce).map_err(|_| PartsError::Short("nonce"))?;
    let length = bytes.try_get_u32().map_err(|_| PartsError::Short("length"))?;
    let length = usize::try_from(length).map_err(|_| PartsError::Short("ciphertext"))?;
    if length > bytes.len() {
        return Err(PartsError::Short("ciphertext"));
    }
    Ok(Part { number, key: Uuid::from_bytes(key), nonce, ciphertext: bytes.split_to(length) })
}
