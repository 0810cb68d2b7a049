//! What every key store promises, as a suite that each adapter runs.

use chrono::DateTime;
use uuid::Uuid;

use super::{Keys, KeysError};
use crate::seal::Opened;

/// Runs the whole suite against a store.
///
/// # Errors
/// Those of the store.
///
/// # Panics
/// When a promise is broken.
pub async fn check(keys: &dyn Keys) -> Result<(), KeysError> {
    a_taken_key_is_found_again(keys).await?;
    no_key_is_handed_out_twice(keys).await?;
    a_key_given_back_serves_whoever_has_it_next(keys).await?;
    a_destroyed_key_is_erased_and_an_unknown_one_missing(keys).await?;
    destroying_is_all_or_none(keys).await?;
    a_secret_is_made_once(keys).await?;
    survivors_outlive_an_epoch(keys).await
}

async fn a_key_given_back_serves_whoever_has_it_next(keys: &dyn Keys) -> Result<(), KeysError> {
    keys.give_back(keys.take().await?);
    let next = keys.take().await?;
    assert!(keys.get(&[next.id]).await?.get(&next.id) == Some(&Opened::Known(next)));
    Ok(())
}

async fn a_taken_key_is_found_again(keys: &dyn Keys) -> Result<(), KeysError> {
    let (a, b) = (keys.take().await?, keys.take().await?);
    let found = keys.get(&[a.id, b.id, a.id]).await?;
    assert_eq!(found.len(), 2);
    assert!(found.get(&a.id) == Some(&Opened::Known(a)) && found.get(&b.id) == Some(&Opened::Known(b)));
    assert!(keys.get(&[]).await?.is_empty());
    Ok(())
}

async fn no_key_is_handed_out_twice(keys: &dyn Keys) -> Result<(), KeysError> {
    // More than one batch.
    let mut seen = std::collections::HashSet::new();
    for _ in 0..1_500 {
        assert!(seen.insert(keys.take().await?.id));
    }
    Ok(())
}

async fn a_destroyed_key_is_erased_and_an_unknown_one_missing(keys: &dyn Keys) -> Result<(), KeysError> {
    let key = keys.take().await?;
    keys.get(&[key.id]).await?;
    keys.destroy(&[key.id], DateTime::UNIX_EPOCH).await?;
    assert_eq!(keys.get(&[key.id]).await?.get(&key.id), Some(&Opened::Erased));
    keys.destroy(&[key.id], DateTime::UNIX_EPOCH).await?;
    assert_eq!(keys.get(&[key.id]).await?.get(&key.id), Some(&Opened::Erased));

    let unknown = Uuid::from_u128(1);
    assert!(matches!(keys.get(&[unknown]).await, Err(KeysError::Missing(id)) if id == unknown));
    Ok(())
}

async fn destroying_is_all_or_none(keys: &dyn Keys) -> Result<(), KeysError> {
    let (key, unknown) = (keys.take().await?, Uuid::from_u128(1));
    let refused = keys.destroy(&[key.id, unknown], DateTime::UNIX_EPOCH).await;
    assert!(matches!(refused, Err(KeysError::Missing(id)) if id == unknown));
    assert_eq!(keys.get(&[key.id]).await?.get(&key.id), Some(&Opened::Known(key)));
    Ok(())
}

async fn a_secret_is_made_once(keys: &dyn Keys) -> Result<(), KeysError> {
    let (a, b) = (keys.secret("contract a").await?, keys.secret("contract b").await?);
    assert!(a != b);
    assert!(a == keys.secret("contract a").await?);
    Ok(())
}

async fn survivors_outlive_an_epoch(keys: &dyn Keys) -> Result<(), KeysError> {
    let (kept, destroyed) = (keys.take().await?, keys.take().await?);
    let secret = keys.secret("contract a").await?;
    keys.destroy(&[destroyed.id], DateTime::UNIX_EPOCH).await?;
    let epoch = keys.begin_epoch(DateTime::UNIX_EPOCH).await?;
    assert_eq!(keys.begin_epoch(DateTime::UNIX_EPOCH).await?, epoch + 1);
    let found = keys.get(&[kept.id, destroyed.id]).await?;
    assert_eq!(found.get(&kept.id), Some(&Opened::Known(kept)));
    assert_eq!(found.get(&destroyed.id), Some(&Opened::Erased));
    assert!(secret == keys.secret("contract a").await?);
    let new = keys.take().await?;
    assert_eq!(keys.get(&[new.id]).await?.get(&new.id), Some(&Opened::Known(new)));
    Ok(())
}
