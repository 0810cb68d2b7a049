//! Which master key counts, and how it is replaced.
//!
//! Two things change that no transaction spans: the rows and where the key is kept. The order makes every crash harmless,
//! because the database alone says which epoch is current and that epoch's key is always kept:
//!
//! 1. lock; keep both the old key and the new one (in a file, by writing it anew);
//! 2. in the same transaction wrap every survivor anew, end the old epoch, begin the new one, commit;
//! 3. lock; keep the current epoch's key alone (in a file, overwriting the bytes it replaced).
//!
//! A crash after 1 leaves a new key that wraps nothing: the next epoch or opening drops it. A crash after 2, or an
//! answer lost while committing, leaves an old key that the next opening drops. One advisory lock of the key store's
//! database keeps two processes from writing the file at once; the file is shared by all processes of a node.

use chrono::{DateTime, Utc};
use deadpool_postgres::{Pool, Transaction};
use uuid::Uuid;

use super::{column, from_sql, to_sql, unavailable};
use crate::keys::master::MasterSource;
use crate::keys::{KeysError, MasterKey, Purpose};

/// "gthkeys" in ASCII: taken for the length of a transaction by whoever may write the file.
const LOCK: i64 = 0x0067_7468_6b65_7973;

/// How many keys are wrapped anew in one round trip.
const ROUND: i64 = 5_000;

/// The current epoch as the database has it.
struct Current {
    epoch: u32,
    check_value: Vec<u8>,
}

/// Finds the current master key, or makes the first one; drops whatever a crash left in the file.
pub async fn open(pool: &Pool, source: &MasterSource, at: DateTime<Utc>) -> Result<MasterKey, KeysError> {
    let mut client = pool.get().await.map_err(unavailable)?;
    let transaction = lock(&mut client).await?;
    let master = match current(&transaction).await? {
        Some(current) => {
            let master = master_of(source, &current).await?;
            keep_only(source, &master).await?;
            master
        }
        None => {
            let master = asked(source, MasterSource::first).await?;
            insert_epoch(&transaction, &master, at).await?;
            master
        }
    };
    transaction.commit().await.map_err(unavailable)?;
    Ok(master)
}

/// The master key of the current epoch, read again.
pub async fn current_master(pool: &Pool, source: &MasterSource) -> Result<MasterKey, KeysError> {
    let mut client = pool.get().await.map_err(unavailable)?;
    // Under the lock, so that the file and the rows are of one moment.
    let transaction = lock(&mut client).await?;
    let current = current(&transaction).await?.ok_or_else(|| KeysError::Damaged("epoch".to_owned()))?;
    master_of(source, &current).await
}

/// Replaces the master key.
pub async fn begin(pool: &Pool, source: &MasterSource, at: DateTime<Utc>) -> Result<MasterKey, KeysError> {
    let mut client = pool.get().await.map_err(unavailable)?;
    let transaction = lock(&mut client).await?;
    // Blocks whoever is about to insert under the old epoch until this is committed.
    transaction
        .execute("select from keys.epoch where ended_at is null for update", &[])
        .await
        .map_err(unavailable)?;
    let current = current(&transaction).await?.ok_or_else(|| KeysError::Damaged("epoch".to_owned()))?;
    let old = master_of(source, &current).await?;
    let new = {
        let old = old.clone();
        asked(source, move |source| source.next(&old)).await?
    };

    transaction
        .execute("update keys.epoch set ended_at = $2 where epoch = $1", &[&to_sql(old.epoch)?, &at])
        .await
        .map_err(unavailable)?;
    insert_epoch(&transaction, &new, at).await?;
    rewrap_data_keys(&transaction, &old, &new).await?;
    rewrap_secrets(&transaction, &old, &new).await?;
    transaction.commit().await.map_err(unavailable)?;

    let transaction = lock(&mut client).await?;
    // Another process may have begun yet another epoch since.
    let newest =
        super::epoch::current(&transaction).await?.ok_or_else(|| KeysError::Damaged("epoch".to_owned()))?;
    let newest = master_of(&source.after(&new), &newest).await?;
    keep_only(source, &newest).await?;
    Ok(newest)
}

async fn lock(client: &mut deadpool_postgres::Object) -> Result<Transaction<'_>, KeysError> {
    let transaction = client.transaction().await.map_err(unavailable)?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(unavailable)?;
    Ok(transaction)
}

async fn current(transaction: &Transaction<'_>) -> Result<Option<Current>, KeysError> {
    let row = transaction
        .query_opt("select epoch, check_value from keys.epoch where ended_at is null", &[])
        .await
        .map_err(unavailable)?;
    row.map(|row| Ok(Current { epoch: from_sql(column(&row, 0)?)?, check_value: column(&row, 1)? }))
        .transpose()
}

async fn insert_epoch(
    transaction: &Transaction<'_>,
    master: &MasterKey,
    at: DateTime<Utc>,
) -> Result<(), KeysError> {
    let check_value = master.wrap(Purpose::Check, &[0; 32])?;
    transaction
        .execute(
            "insert into keys.epoch (epoch, check_value, began_at) values ($1, $2, $3)",
            &[&to_sql(master.epoch)?, &check_value, &at],
        )
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// The source's key for an epoch, checked against the database.
async fn master_of(source: &MasterSource, current: &Current) -> Result<MasterKey, KeysError> {
    let epoch = current.epoch;
    let held = asked(source, move |source| Ok(source.key_of(epoch)?)).await?;
    let master = held.ok_or(KeysError::WrongMaster { epoch })?;
    match master.unwrap(Purpose::Check, &current.check_value) {
        Ok(_) => Ok(master),
        Err(_) => Err(KeysError::WrongMaster { epoch }),
    }
}

/// Asks a source, which may be a slow disk or a program that asks a service far away.
async fn asked<T: Send + 'static>(
    source: &MasterSource,
    ask: impl FnOnce(&MasterSource) -> Result<T, KeysError> + Send + 'static,
) -> Result<T, KeysError> {
    let source = source.clone();
    tokio::task::spawn_blocking(move || ask(&source)).await.map_err(unavailable)?
}

async fn keep_only(source: &MasterSource, master: &MasterKey) -> Result<(), KeysError> {
    let master = master.clone();
    asked(source, move |source| Ok(source.keep_only(&master)?)).await
}

async fn rewrap_data_keys(
    transaction: &Transaction<'_>,
    old: &MasterKey,
    new: &MasterKey,
) -> Result<(), KeysError> {
    let (old_epoch, new_epoch) = (to_sql(old.epoch)?, to_sql(new.epoch)?);
    let mut after = Uuid::nil();
    loop {
        let rows = transaction
            .query(
                "select id, wrapped from keys.data_key
                 where id > $1 and epoch = $2 and destroyed_at is null
                 order by id
                 limit $3
                 for update",
                &[&after, &old_epoch, &ROUND],
            )
            .await
            .map_err(unavailable)?;
        let mut ids = Vec::with_capacity(rows.len());
        let mut wrapped = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = column::<Uuid>(row, 0)?;
            let secret = old.unwrap(Purpose::DataKey(id), column(row, 1)?)?;
            wrapped.push(new.wrap(Purpose::DataKey(id), &secret)?);
            ids.push(id);
        }
        let Some(last) = ids.last() else { return Ok(()) };
        after = *last;
        transaction
            .execute(
                "update keys.data_key set epoch = $3, wrapped = fresh.wrapped
                 from unnest($1::uuid[], $2::bytea[]) as fresh (id, wrapped)
                 where data_key.id = fresh.id",
                &[&ids, &wrapped, &new_epoch],
            )
            .await
            .map_err(unavailable)?;
    }
}

async fn rewrap_secrets(
    transaction: &Transaction<'_>,
    old: &MasterKey,
    new: &MasterKey,
) -> Result<(), KeysError> {
    let rows = transaction
        .query("select name, wrapped from keys.secret for update", &[])
        .await
        .map_err(unavailable)?;
    for row in &rows {
        let name = column::<&str>(row, 0)?;
        let secret = old.unwrap(Purpose::Secret(name), column(row, 1)?)?;
        let wrapped = new.wrap(Purpose::Secret(name), &secret)?;
        transaction
            .execute(
                "update keys.secret set epoch = $2, wrapped = $3 where name = $1",
                &[&name, &to_sql(new.epoch)?, &wrapped],
            )
            .await
            .map_err(unavailable)?;
    }
    Ok(())
}
