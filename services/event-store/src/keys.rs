//! The keys that parts are sealed under, and how they are destroyed.
//!
//! Events are never deleted: erasing someone means destroying a key, after which their parts are noise that still
//! proves its place in the log. Keys therefore live in a store of their own, apart from the log and its backups.
//!
//! - A key is minted before anyone needs it: [`Keys::take`] hands out keys already on disk, so that sealing adds no
//!   commit to an append. Those never used when a process ends are harmless rows.
//! - Keys are kept wrapped under a master key ([`MasterSource`]). [`Keys::destroy`] removes a wrapped key and leaves
//!   a tombstone; old copies of the row stay readable in backups, in the database's own log and in dead rows until
//!   [`Keys::begin_epoch`] re-wraps the survivors under a new master key and destroys the old one.
//! - Opened keys are remembered for a minute at most. Destroying takes effect at once in the process that does it,
//!   within sixty seconds in others.
//!
//! Left out: deciding whose key it is and when it must go; that is said by events.

mod cache;
pub mod contract;
mod master;
mod memory;
mod postgres;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::seal::{DataKey, Opened};

pub use master::{MasterError, MasterKey, MasterSource, Purpose};
pub use memory::MemoryKeys;
pub use postgres::PostgresKeys;

/// A store of keys. Object-safe; share it as `Arc<dyn Keys>`.
#[async_trait]
pub trait Keys: Send + Sync + fmt::Debug {
    /// A key nobody has used, already on disk.
    async fn take(&self) -> Result<DataKey, KeysError>;

    /// A key that was taken and turned out not to be needed: nothing is sealed under it, and nothing names it. The next
    /// who takes one may have it.
    fn give_back(&self, key: DataKey);

    /// The keys with these ids, each known or erased.
    ///
    /// # Errors
    /// [`KeysError::Missing`] when one was never in this store: that is a fault, not an erasure.
    async fn get(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Opened<DataKey>>, KeysError>;

    /// Destroys keys, all or none; destroying a destroyed key changes nothing.
    ///
    /// # Errors
    /// [`KeysError::Missing`], and then nothing was destroyed.
    async fn destroy(&self, ids: &[Uuid], at: DateTime<Utc>) -> Result<(), KeysError>;

    /// A secret of this node (a signing key, a key for ids), made the first time it is asked for.
    async fn secret(&self, name: &'static str) -> Result<Zeroizing<[u8; 32]>, KeysError>;

    /// Re-wraps all that is left under a new master key, destroys the old one, and gives the new epoch's number.
    /// Afterwards no copy of a destroyed key can be opened, wherever it was kept.
    async fn begin_epoch(&self, at: DateTime<Utc>) -> Result<u32, KeysError>;
}

/// Why a key was not had, made or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("the key {0} is not in the key store")]
    Missing(Uuid),
    #[error("`{0}` in the key store was changed by other means")]
    Damaged(String),
    #[error("the master key is not the one of epoch {epoch} of this key store")]
    WrongMaster { epoch: u32 },
    #[error("the master key was given to the program, which cannot make the next: give it that one too")]
    MasterGiven,
    #[error("the next master key is the one in use")]
    SameMaster,
    #[error(transparent)]
    Master(#[from] MasterError),
    #[error("the epoch of the key store changed again and again while it was read")]
    Restless,
    #[error("the system has no random numbers")]
    Random,
    #[error("the key store's database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// New data keys, all from one draw of random bytes.
fn fresh_keys(count: usize) -> Result<Vec<DataKey>, KeysError> {
    let mut random = Zeroizing::new(vec![0; count * 48]);
    getrandom::fill(&mut random).map_err(|_| KeysError::Random)?;
    let keys = random.as_chunks::<48>().0.iter().filter_map(|bytes| {
        let (id, secret) = bytes.split_first_chunk::<16>()?;
        let id = uuid::Builder::from_random_bytes(*id).into_uuid();
        Some(DataKey::new(id, Zeroizing::new(secret.try_into().ok()?)))
    });
    Ok(keys.collect())
}

fn fresh_secret() -> Result<Zeroizing<[u8; 32]>, KeysError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut()).map_err(|_| KeysError::Random)?;
    Ok(secret)
}
