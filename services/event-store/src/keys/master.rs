//! Master keys: what data keys and secrets are wrapped under.
//!
//! A wrapped key is a 12-byte nonce and the AES-256-GCM-SIV ciphertext and tag (48 bytes) under the master key of one
//! epoch. The associated data says what it is: a tag byte, the epoch as a big-endian u32, then for tag 1 the data
//! key's id (16 bytes), for tag 2 the secret's name (UTF-8), for tag 3 nothing (32 zero bytes, to know a master key by).

mod file;
mod source;

use std::fmt;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{KeysError, fresh_secret};
use crate::seal::fresh_nonce;

pub use file::MasterError;
pub use source::MasterSource;

/// What a wrapped secret is for: bound to it, so that one cannot be put in the place of another.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    DataKey(Uuid),
    Secret(&'a str),
    /// Zeros, wrapped to recognise a master key by.
    Check,
}

/// The master key of one epoch.
#[derive(Clone)]
pub struct MasterKey {
    pub epoch: u32,
    secret: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl MasterKey {
    #[must_use]
    pub fn new(epoch: u32, secret: Zeroizing<[u8; 32]>) -> Self {
        Self { epoch, secret }
    }

    /// # Errors
    /// [`KeysError::Random`].
    pub fn fresh(epoch: u32) -> Result<Self, KeysError> {
        Ok(Self::new(epoch, fresh_secret()?))
    }

    pub(super) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Wraps a secret under a fresh nonce.
    ///
    /// # Errors
    /// [`KeysError::Random`].
    pub fn wrap(&self, purpose: Purpose<'_>, secret: &[u8; 32]) -> Result<Vec<u8>, KeysError> {
        let nonce = fresh_nonce().map_err(|_| KeysError::Random)?;
        self.wrap_with(purpose, nonce, secret)
    }

    /// Wraps a secret under a nonce of the caller's.
    ///
    /// # Errors
    /// Never for a nonce: only if the cipher refuses 32 bytes.
    pub fn wrap_with(
        &self,
        purpose: Purpose<'_>,
        nonce: [u8; 12],
        secret: &[u8; 32],
    ) -> Result<Vec<u8>, KeysError> {
        let aad = self.associated_data(purpose);
        let ciphertext = Aes256GcmSiv::new(self.secret().into())
            .encrypt(&Nonce::from(nonce), Payload { msg: secret, aad: &aad })
            .map_err(|_| KeysError::Damaged(purpose.to_string()))?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// Opens what [`Self::wrap`] made.
    ///
    /// # Errors
    /// [`KeysError::Damaged`] when it was made for anything else, by another key, or changed.
    pub fn unwrap(&self, purpose: Purpose<'_>, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        let damaged = || KeysError::Damaged(purpose.to_string());
        let (nonce, ciphertext) = wrapped.split_first_chunk::<12>().ok_or_else(damaged)?;
        let aad = self.associated_data(purpose);
        let opened = Aes256GcmSiv::new(self.secret().into())
            .decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| damaged())?;
        Ok(Zeroizing::new(opened.as_slice().try_into().map_err(|_| damaged())?))
    }

    fn associated_data(&self, purpose: Purpose<'_>) -> Vec<u8> {
        let (tag, rest) = match &purpose {
            Purpose::DataKey(id) => (1, id.as_bytes().as_slice()),
            Purpose::Secret(name) => (2, name.as_bytes()),
            Purpose::Check => (3, [].as_slice()),
        };
        [&[tag], self.epoch.to_be_bytes().as_slice(), rest].concat()
    }
}

impl fmt::Display for Purpose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataKey(id) => write!(f, "key {id}"),
            Self::Secret(name) => write!(f, "secret {name}"),
            Self::Check => f.write_str("epoch"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_only_as_what_it_is_and_in_its_epoch() {
        let master = MasterKey::fresh(3).unwrap();
        let (id, secret) = (Uuid::from_u128(5), fresh_secret().unwrap());
        let wrapped = master.wrap(Purpose::DataKey(id), &secret).unwrap();
        assert_eq!(wrapped.len(), 60);
        assert!(master.unwrap(Purpose::DataKey(id), &wrapped).unwrap() == secret);

        let refused = |master: &MasterKey, purpose, wrapped: &[u8]| {
            matches!(master.unwrap(purpose, wrapped), Err(KeysError::Damaged(_)))
        };
        assert!(refused(&master, Purpose::DataKey(Uuid::from_u128(6)), &wrapped));
        let as_text = String::from_utf8(id.as_bytes().to_vec()).unwrap();
        assert!(refused(&master, Purpose::Secret(&as_text), &wrapped));
        assert!(refused(&master, Purpose::Check, &wrapped));
        assert!(refused(&MasterKey::new(4, master.secret.clone()), Purpose::DataKey(id), &wrapped));
        assert!(refused(&MasterKey::fresh(3).unwrap(), Purpose::DataKey(id), &wrapped));
        assert!(refused(&master, Purpose::DataKey(id), &wrapped[..59]));
        assert!(refused(&master, Purpose::DataKey(id), &[]));
    }

    #[test]
    fn nothing_printed_shows_a_master_key() {
        let secret = Zeroizing::new([77; 32]);
        let given = MasterSource::Given { secret: secret.clone(), next: Some(secret.clone()) };
        let printed = format!("{:?} {given:?}", MasterKey::new(1, secret));
        assert!(!printed.contains("77, 77"), "{printed}");
    }
}
