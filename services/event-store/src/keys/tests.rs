use super::*;

#[tokio::test]
async fn keys_in_memory_keep_the_contract() {
    contract::check(&MemoryKeys::new()).await.unwrap();
}

#[test]
fn fresh_keys_are_all_different_and_their_ids_are_random_uuids() {
    let keys = fresh_keys(1_000).unwrap();
    let ids: std::collections::HashSet<_> = keys.iter().map(|key| key.id).collect();
    let secrets: std::collections::HashSet<_> = keys.iter().map(|key| *key.secret()).collect();
    assert_eq!((keys.len(), ids.len(), secrets.len()), (1_000, 1_000, 1_000));
    assert!(ids.iter().all(|id| id.get_version_num() == 4));
}
