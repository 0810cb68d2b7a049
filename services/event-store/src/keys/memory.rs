//! Keys in memory: for tests and for trying out, gone with the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Keys, KeysError, fresh_keys, fresh_secret};
use crate::seal::{DataKey, Opened};

/// A key store that keeps nothing. There is nothing to wrap, so an epoch is only a number.
#[derive(Default)]
pub struct MemoryKeys(Mutex<State>);

#[derive(Default)]
struct State {
    keys: HashMap<Uuid, Opened<DataKey>>,
    secrets: HashMap<&'static str, Zeroizing<[u8; 32]>>,
    epochs_ended: u32,
}

impl MemoryKeys {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryKeys").finish_non_exhaustive()
    }
}

#[async_trait]
impl Keys for MemoryKeys {
    async fn take(&self) -> Result<DataKey, KeysError> {
        let key = fresh_keys(1)?.pop().ok_or(KeysError::Random)?;
        self.state().keys.insert(key.id, Opened::Known(key.clone()));
        Ok(key)
    }

    fn give_back(&self, key: DataKey) {
        self.state().keys.remove(&key.id);
    }

    async fn get(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Opened<DataKey>>, KeysError> {
        let state = self.state();
        ids.iter().map(|id| Ok((*id, state.keys.get(id).cloned().ok_or(KeysError::Missing(*id))?))).collect()
    }

    async fn destroy(&self, ids: &[Uuid], _at: DateTime<Utc>) -> Result<(), KeysError> {
        let mut state = self.state();
        if let Some(missing) = ids.iter().find(|id| !state.keys.contains_key(id)) {
            return Err(KeysError::Missing(*missing));
        }
        state.keys.extend(ids.iter().map(|id| (*id, Opened::Erased)));
        Ok(())
    }

    async fn secret(&self, name: &'static str) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        let fresh = fresh_secret()?;
        Ok(self.state().secrets.entry(name).or_insert(fresh).clone())
    }

    async fn begin_epoch(&self, _at: DateTime<Utc>) -> Result<u32, KeysError> {
        let mut state = self.state();
        state.epochs_ended += 1;
        Ok(state.epochs_ended + 1)
    }
}
