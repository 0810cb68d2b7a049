//! Sealed parts: the only place where an event holds anything personal.
//!
//! A part is AES-256-GCM-SIV over its content, under a data key that can be destroyed. It is bound to its place by
//! the associated data, so that it cannot be moved to another event, part number, key or log:
//!
//! ```text
//! origin      u16 length and that many bytes of UTF-8
//! event id    16
//! part number u16
//! key id      16
//! ```
//!
//! The ciphertext ends with the 16-byte tag. SIV because a nonce repeated by a bad random source then tells no more
//! than that two contents were the same. All integers are big-endian. Left out: where keys live, see [`crate::keys`];
//! how parts lie in one column, see [`encode_parts`].

mod framing;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::port::Part;

pub use framing::{PartsError, decode_parts, encode_parts};

/// A key under which parts are sealed. Shows its id, never its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey {
    pub id: Uuid,
    secret: Zeroizing<[u8; 32]>,
}

impl DataKey {
    #[must_use]
    pub fn new(id: Uuid, secret: Zeroizing<[u8; 32]>) -> Self {
        Self { id, secret }
    }

    /// The secret itself, for wrapping it.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is left of something once sealed: itself, or the knowledge that its key was destroyed.
///
/// Never an `Option`: "erased" is an answer, "not there" is a fault.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened<T> {
    Known(T),
    Erased,
}

impl<T> Opened<T> {
    /// The thing itself, unless erased.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(thing) => Some(thing),
            Self::Erased => None,
        }
    }

    pub fn as_ref(&self) -> Opened<&T> {
        match self {
            Self::Known(thing) => Opened::Known(thing),
            Self::Erased => Opened::Erased,
        }
    }
}

impl<T> fmt::Debug for Opened<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known(…)",
            Self::Erased => "Erased",
        })
    }
}

/// Why a part was not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("part {0} is too long to seal")]
    TooLong(u16),
    #[error("the log's name is longer than 65535 bytes")]
    Origin,
    #[error("part {number} is sealed under key {wanted}, not {given}")]
    WrongKey { number: u16, wanted: Uuid, given: Uuid },
    #[error("the key {key} of part {number} was not looked up")]
    NoKey { number: u16, key: Uuid },
    #[error("part {0} was changed or moved since it was sealed")]
    Changed(u16),
    #[error("the system has no random numbers")]
    Random,
}

/// A nonce to seal one part with.
///
/// # Errors
/// [`SealError::Random`].
pub fn fresh_nonce() -> Result<[u8; 12], SealError> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
    Ok(nonce)
}

/// Seals a part for its place in an event.
///
/// # Errors
/// [`SealError::TooLong`] or [`SealError::Origin`].
pub fn seal(
    origin: &str,
    event_id: Uuid,
    number: u16,
    key: &DataKey,
    nonce: [u8; 12],
    plaintext: &[u8],
) -> Result<Part, SealError> {
    let aad = associated_data(origin, event_id, number, key.id)?;
    let ciphertext = Aes256GcmSiv::new(key.secret().into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: &aad })
        .ok()
        .filter(|ciphertext| u32::try_from(ciphertext.len()).is_ok())
        .ok_or(SealError::TooLong(number))?;
    Ok(Part { number, key: key.id, nonce, ciphertext: ciphertext.into() })
}

/// Opens a part of an event.
///
/// # Errors
/// [`SealError::WrongKey`]; [`SealError::Changed`] when anything about the part or its place is not as sealed.
pub fn open(
    origin: &str,
    event_id: Uuid,
    part: &Part,
    key: &DataKey,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if part.key != key.id {
        return Err(SealError::WrongKey { number: part.number, wanted: part.key, given: key.id });
    }
    let aad = associated_data(origin, event_id, part.number, key.id)?;
    Aes256GcmSiv::new(key.secret().into())
        .decrypt(&Nonce::from(part.nonce), Payload { msg: &part.ciphertext, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| SealError::Changed(part.number))
}

/// Opens a part with whichever of the keys it needs, as looked up by [`crate::keys::Keys::get`].
///
/// # Errors
/// [`SealError::NoKey`], and those of [`open`].
pub fn open_with<S: std::hash::BuildHasher>(
    origin: &str,
    event_id: Uuid,
    part: &Part,
    keys: &HashMap<Uuid, Opened<DataKey>, S>,
) -> Result<Opened<Zeroizing<Vec<u8>>>, SealError> {
    match keys.get(&part.key) {
        None => Err(SealError::NoKey { number: part.number, key: part.key }),
        Some(Opened::Erased) => Ok(Opened::Erased),
        Some(Opened::Known(key)) => open(origin, event_id, part, key).map(Opened::Known),
    }
}

fn associated_data(origin: &str, event_id: Uuid, number: u16, key: Uuid) -> Result<Vec<u8>, SealError> {
    let length = u16::try_from(origin.len()).map_err(|_| SealError::Origin)?;
    let mut aad = Vec::with_capacity(2 + origin.len() + 16 + 2 + 16);
    aad.extend_from_slice(&length.to_be_bytes());
    aad.extend_from_slice(origin.as_bytes());
    aad.extend_from_slice(event_id.as_bytes());
    aad.extend_from_slice(&number.to_be_bytes());
    aad.extend_from_slice(key.as_bytes());
    Ok(aad)
}
