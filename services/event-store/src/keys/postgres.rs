//! Keys in a Postgres database of their own (tables: `infra/migrations/keys`).
//!
//! Fresh keys come from a stock in memory, filled 1,024 at a time by one committed insert, in the background and
//! before it runs out. Opening, and beginning an epoch, are in [`epoch`].

mod epoch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use tokio::sync::Semaphore;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cache::Cache;
use super::{Keys, KeysError, MasterKey, MasterSource, Purpose, fresh_keys, fresh_secret};
use crate::seal::{DataKey, Opened};

/// How many keys one insert mints.
const BATCH: usize = 1_024;

/// When fewer are left, the next batch is minted: as many as are used up while one is on its way to disk.
const LOW: usize = 768;

/// How often a change of epoch in the middle of a reading is put up with.
const ATTEMPTS: usize = 5;

/// The key store in Postgres. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PostgresKeys(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    source: RwLock<MasterSource>,
    master: RwLock<MasterKey>,
    stock: Mutex<Vec<DataKey>>,
    /// Only one refill at a time.
    refilling: Semaphore,
    cache: Mutex<Cache>,
}

fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> KeysError {
    KeysError::Unavailable(Box::new(source))
}

fn column<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, KeysError> {
    row.try_get(index).map_err(unavailable)
}

/// Epochs are counted in Postgres `integer`s.
fn to_sql(epoch: u32) -> Result<i32, KeysError> {
    i32::try_from(epoch).map_err(|_| KeysError::Damaged("epoch".to_owned()))
}

fn from_sql(epoch: i32) -> Result<u32, KeysError> {
    u32::try_from(epoch).map_err(|_| KeysError::Damaged("epoch".to_owned()))
}

/// What a reading under one epoch came to.
enum Reading<T> {
    Done(T),
    /// Another process began an epoch: read the master key again, and then this.
    OtherEpoch,
}

impl PostgresKeys {
    /// Opens the key store over a pool of connections to its migrated database.
    ///
    /// # Errors
    /// [`KeysError::WrongMaster`] when this is not the master key the store's keys are wrapped under.
    pub async fn open(pool: Pool, source: MasterSource, at: DateTime<Utc>) -> Result<Self, KeysError> {
        let master = epoch::open(&pool, &source, at).await?;
        let inner = Inner {
            pool,
            source: RwLock::new(source),
            master: RwLock::new(master),
            stock: Mutex::default(),
            refilling: Semaphore::new(1),
            cache: Mutex::new(Cache::new(Instant::now())),
        };
        inner.refill().await?;
        Ok(Self(Arc::new(inner)))
    }
}

impl Inner {
    fn master(&self) -> MasterKey {
        self.master.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn source(&self) -> MasterSource {
        self.source.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn use_master(&self, key: MasterKey) {
        *self.master.write().unwrap_or_else(PoisonError::into_inner) = key;
    }

    fn stock(&self) -> MutexGuard<'_, Vec<DataKey>> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until the epoch stands still.
    async fn settled<T, F>(&self, mut read: impl FnMut(MasterKey) -> F) -> Result<T, KeysError>
    where
        F: Future<Output = Result<Reading<T>, KeysError>>,
    {
        for _ in 0..ATTEMPTS {
            match read(self.master()).await? {
                Reading::Done(value) => return Ok(value),
                Reading::OtherEpoch => {
                    self.use_master(epoch::current_master(&self.pool, &self.source()).await?)
                }
            }
        }
        Err(KeysError::Restless)
    }

    /// Mints a batch of keys, unless someone else just did.
    async fn refill(&self) -> Result<(), KeysError> {
        let _only_one = self.refilling.acquire().await.map_err(unavailable)?;
        if self.stock().len() > LOW {
            return Ok(());
        }
        let fresh = fresh_keys(BATCH)?;
        self.settled(|master| self.insert(master, &fresh)).await?;
        self.stock().extend(fresh);
        Ok(())
    }

    async fn insert(&self, master: MasterKey, fresh: &[DataKey]) -> Result<Reading<()>, KeysError> {
        let ids: Vec<Uuid> = fresh.iter().map(|key| key.id).collect();
        // One draw for all their nonces.
        let mut nonces = vec![[0; 12]; fresh.len()];
        getrandom::fill(nonces.as_flattened_mut()).map_err(|_| KeysError::Random)?;
        let wrapped = fresh
            .iter()
            .zip(nonces)
            .map(|(key, nonce)| master.wrap_with(Purpose::DataKey(key.id), nonce, key.secret()))
            .collect::<Result<Vec<_>, _>>()?;
        let client = self.pool.get().await.map_err(unavailable)?;
        // The row lock keeps an epoch from ending between this check and this insert.
        let inserted = client
            .execute(
                "with current as (
                     select epoch from keys.epoch where ended_at is null and epoch = $3 for share
                 )
                 insert into keys.data_key (id, epoch, wrapped)
                 select fresh.id, current.epoch, fresh.wrapped
                 from unnest($1::uuid[], $2::bytea[]) as fresh (id, wrapped), current",
                &[&ids, &wrapped, &to_sql(master.epoch)?],
            )
            .await
            .map_err(unavailable)?;
        Ok(if inserted == 0 { Reading::OtherEpoch } else { Reading::Done(()) })
    }

    async fn read(
        &self,
        master: MasterKey,
        ids: &[Uuid],
    ) -> Result<Reading<Vec<(Uuid, Opened<DataKey>)>>, KeysError> {
        let client = self.pool.get().await.map_err(unavailable)?;
        let statement = client
            .prepare_cached("select id, epoch, wrapped from keys.data_key where id = any($1)")
            .await
            .map_err(unavailable)?;
        let rows = client.query(&statement, &[&ids]).await.map_err(unavailable)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = column::<Uuid>(row, 0)?;
            let Some(wrapped) = column::<Option<&[u8]>>(row, 2)? else {
                found.push((id, Opened::Erased));
                continue;
            };
            if from_sql(column(row, 1)?)? != master.epoch {
                return Ok(Reading::OtherEpoch);
            }
            let secret = master.unwrap(Purpose::DataKey(id), wrapped)?;
            found.push((id, Opened::Known(DataKey::new(id, secret))));
        }
        Ok(Reading::Done(found))
    }

    async fn read_secret(
        &self,
        master: MasterKey,
        name: &str,
    ) -> Result<Reading<Zeroizing<[u8; 32]>>, KeysError> {
        let fresh = master.wrap(Purpose::Secret(name), &*fresh_secret()?)?;
        let client = self.pool.get().await.map_err(unavailable)?;
        client
            .execute(
                "with current as (
                     select epoch from keys.epoch where ended_at is null and epoch = $3 for share
                 )
                 insert into keys.secret (name, epoch, wrapped)
                 select $1::text, current.epoch, $2::bytea from current
                 on conflict (name) do nothing",
                &[&name, &fresh, &to_sql(master.epoch)?],
            )
            .await
            .map_err(unavailable)?;
        let row = client
            .query_opt("select epoch, wrapped from keys.secret where name = $1", &[&name])
            .await
            .map_err(unavailable)?;
        let Some(row) = row else { return Ok(Reading::OtherEpoch) };
        if from_sql(column(&row, 0)?)? != master.epoch {
            return Ok(Reading::OtherEpoch);
        }
        Ok(Reading::Done(master.unwrap(Purpose::Secret(name), column(&row, 1)?)?))
    }

    async fn destroy(&self, ids: &[Uuid], at: DateTime<Utc>) -> Result<(), KeysError> {
        let mut client = self.pool.get().await.map_err(unavailable)?;
        let transaction = client.transaction().await.map_err(unavailable)?;
        let missing = transaction
            .query_opt(
                "select wanted.id from unnest($1::uuid[]) as wanted (id)
                 where not exists (select from keys.data_key where data_key.id = wanted.id)
                 limit 1",
                &[&ids],
            )
            .await
            .map_err(unavailable)?;
        if let Some(row) = missing {
            return Err(KeysError::Missing(column(&row, 0)?));
        }
        transaction
            .execute(
                "update keys.data_key set wrapped = null, destroyed_at = $2
                 where id = any($1) and destroyed_at is null",
                &[&ids, &at],
            )
            .await
            .map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)
    }
}

#[async_trait]
impl Keys for PostgresKeys {
    async fn take(&self) -> Result<DataKey, KeysError> {
        loop {
            let (taken, left) = {
                let mut stock = self.0.stock();
                (stock.pop(), stock.len())
            };
            let Some(key) = taken else {
                self.0.refill().await?;
                continue;
            };
            // Whoever leaves just so many sends for more, once; whoever finds none waits for it.
            if left == LOW {
                let inner = Arc::clone(&self.0);
                tokio::spawn(async move {
                    if let Err(error) = inner.refill().await {
                        tracing::warn!(error = %error, "no new keys could be minted yet");
                    }
                });
            }
            let mut cache = self.0.cache();
            let evictions = cache.evictions();
            cache.put([key.clone()], evictions, Instant::now());
            return Ok(key);
        }
    }

    fn give_back(&self, key: DataKey) {
        self.0.stock().push(key);
    }

    async fn get(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Opened<DataKey>>, KeysError> {
        let mut found = HashMap::with_capacity(ids.len());
        let evictions = {
            let (mut cache, now) = (self.0.cache(), Instant::now());
            for id in ids {
                if let Some(key) = cache.get(*id, now) {
                    found.insert(*id, Opened::Known(key));
                }
            }
            cache.evictions()
        };
        let wanted: Vec<Uuid> = ids.iter().filter(|id| !found.contains_key(id)).copied().collect();
        if wanted.is_empty() {
            return Ok(found);
        }
        let read = self.0.settled(|master| self.0.read(master, &wanted)).await?;
        let known = read.iter().filter_map(|(_, key)| key.as_ref().known().cloned());
        self.0.cache().put(known, evictions, Instant::now());
        found.extend(read);
        match wanted.into_iter().find(|id| !found.contains_key(id)) {
            Some(missing) => Err(KeysError::Missing(missing)),
            None => Ok(found),
        }
    }

    async fn destroy(&self, ids: &[Uuid], at: DateTime<Utc>) -> Result<(), KeysError> {
        let destroyed = self.0.destroy(ids, at).await;
        // Also when the answer was lost: the keys may be gone.
        self.0.cache().evict(ids);
        destroyed
    }

    async fn secret(&self, name: &'static str) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        self.0.settled(|master| self.0.read_secret(master, name)).await
    }

    async fn begin_epoch(&self, at: DateTime<Utc>) -> Result<u32, KeysError> {
        let source = self.0.source();
        let master = epoch::begin(&self.0.pool, &source, at).await?;
        let number = master.epoch;
        *self.0.source.write().unwrap_or_else(PoisonError::into_inner) = source.after(&master);
        self.0.use_master(master);
        Ok(number)
    }
}
