//! The key store against a real PostgreSQL.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::DateTime;
use deadpool_postgres::{Manager, Pool};
use event_store::keys::{Keys, KeysError, MasterError, MasterSource, PostgresKeys, contract};
use event_store::seal::Opened;
use system_tests::TestDatabase;
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A database of keys and a folder for the master key; the folder goes with the test.
struct Place {
    database: TestDatabase,
    folder: PathBuf,
}

impl Place {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("keys_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let place = Self {
            database: TestDatabase::new().await,
            folder: std::env::temp_dir().join(format!("goldthread-{name}")),
        };
        std::fs::create_dir(&place.folder).unwrap();
        place
    }

    async fn owner(&self) -> Client {
        connect(&self.database.connections.migrate_keys).await
    }

    fn as_keys_role(&self) -> Config {
        self.database.connections.keys.clone()
    }

    fn pool(&self) -> Pool {
        Pool::builder(Manager::new(self.as_keys_role(), NoTls)).max_size(4).build().unwrap()
    }

    fn file(&self) -> PathBuf {
        self.folder.join("master")
    }

    fn source(&self) -> MasterSource {
        MasterSource::FileOrNew(self.file())
    }

    async fn open(&self) -> PostgresKeys {
        self.try_open(self.source()).await.unwrap()
    }

    async fn try_open(&self, source: MasterSource) -> Result<PostgresKeys, KeysError> {
        PostgresKeys::open(self.pool(), source, DateTime::UNIX_EPOCH).await
    }

    /// The lines of the master key file that hold keys.
    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    fn append_to_file(&self, line: &str) {
        let text = std::fs::read_to_string(self.file()).unwrap();
        std::fs::write(self.file(), format!("{text}{line}\n")).unwrap();
    }

    fn prepend_to_file(&self, line: &str) {
        let text = std::fs::read_to_string(self.file()).unwrap();
        std::fs::write(self.file(), format!("{line}\n{text}")).unwrap();
    }

    async fn end(self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn keys_in_postgres_keep_the_contract() {
    let place = Place::new().await;
    contract::check(&place.open().await).await.unwrap();
    place.end().await;
}

#[tokio::test]
async fn keys_and_secrets_outlive_the_process() {
    let place = Place::new().await;
    let before = place.open().await;
    let (key, secret) = (before.take().await.unwrap(), before.secret("id key").await.unwrap());
    drop(before);
    let after = place.try_open(MasterSource::File(place.file())).await.unwrap();
    assert_eq!(after.get(&[key.id]).await.unwrap()[&key.id], Opened::Known(key));
    assert!(after.secret("id key").await.unwrap() == secret);
    place.end().await;
}

#[tokio::test]
async fn another_master_key_is_refused_and_none_is_made_for_a_store_that_has_one() {
    let place = Place::new().await;
    let given = MasterSource::given(Zeroizing::new([7; 32]));
    assert!(matches!(
        place.try_open(MasterSource::File(place.file())).await,
        Err(KeysError::Master(MasterError::Absent { .. }))
    ));
    let keys = place.try_open(given.clone()).await.unwrap();
    assert!(matches!(keys.begin_epoch(DateTime::UNIX_EPOCH).await, Err(KeysError::MasterGiven)));
    place.try_open(given).await.unwrap();
    let other = MasterSource::given(Zeroizing::new([8; 32]));
    assert!(matches!(place.try_open(other).await, Err(KeysError::WrongMaster { epoch: 1 })));
    assert!(matches!(
        place.try_open(place.source()).await,
        Err(KeysError::Master(MasterError::Absent { .. }))
    ));
    assert!(!place.file().exists());
    place.end().await;
}

#[tokio::test]
async fn a_given_master_key_is_replaced_by_the_one_given_to_follow_it() {
    let place = Place::new().await;
    let secret = |byte: u8| Zeroizing::new([byte; 32]);
    let of = |now: u8, next: u8| MasterSource::Given { secret: secret(now), next: Some(secret(next)) };
    let same = place.try_open(of(7, 7)).await.unwrap();
    assert!(matches!(same.begin_epoch(DateTime::UNIX_EPOCH).await, Err(KeysError::SameMaster)));
    let keys = place.try_open(of(7, 8)).await.unwrap();
    let (kept, secret_before) = (keys.take().await.unwrap(), keys.secret("id key").await.unwrap());
    assert_eq!(keys.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap(), 2);
    assert_eq!(keys.get(&[kept.id]).await.unwrap()[&kept.id], Opened::Known(kept.clone()));
    // The old one opens nothing any more; the new one is all it takes.
    let before = place.try_open(MasterSource::given(secret(7))).await;
    assert!(matches!(before, Err(KeysError::WrongMaster { epoch: 2 })));
    let after = place.try_open(MasterSource::given(secret(8))).await.unwrap();
    assert_eq!(after.get(&[kept.id]).await.unwrap()[&kept.id], Opened::Known(kept));
    assert!(after.secret("id key").await.unwrap() == secret_before);
    place.end().await;
}

/// Keeps one file an epoch, as a program that asks a key service might.
const KEEPER: &str = r#"#!/bin/sh
kept=$(dirname "$0")/kept; mkdir -p "$kept"
case $1 in
get) cat "$kept/$2" ;;
new) head -c 32 /dev/urandom | base64 > "$kept/$2" && cat "$kept/$2" ;;
keep) for key in "$kept"/*; do [ "$key" = "$kept/$2" ] || rm "$key"; done ;;
esac
"#;

#[tokio::test]
async fn a_program_may_keep_the_master_keys() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new().await;
    let folder = place.file().with_extension("program");
    std::fs::create_dir_all(&folder).unwrap();
    let program = folder.join("keeper");
    std::fs::write(&program, KEEPER).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let source = MasterSource::Program(program.clone());
    let keys = place.try_open(source.clone()).await.unwrap();
    let kept = keys.take().await.unwrap();
    assert_eq!(keys.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap(), 2);
    let held: Vec<_> = std::fs::read_dir(folder.join("kept")).unwrap().collect();
    assert_eq!(held.len(), 1, "the old key is gone");
    let again = place.try_open(source.clone()).await.unwrap();
    assert_eq!(again.get(&[kept.id]).await.unwrap()[&kept.id], Opened::Known(kept));
    for (body, said) in [("exit 3", "exit status: 3"), ("echo nonsense", "base64 of 32 bytes")] {
        std::fs::write(&program, format!("#!/bin/sh\n{body}\n")).unwrap();
        let refused = place.try_open(source.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("keeper get 2`") && refused.contains(said), "{refused}");
    }
    std::fs::remove_dir_all(folder).unwrap();
    place.end().await;
}

#[tokio::test]
async fn the_master_key_of_another_store_is_not_taken_over() {
    let (one, two) = (Place::new().await, Place::new().await);
    one.open().await.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap();
    let theirs = MasterSource::File(one.file());
    assert!(matches!(two.try_open(theirs).await, Err(KeysError::WrongMaster { epoch: 1 })));
    one.end().await;
    two.end().await;
}

#[tokio::test]
async fn a_crash_before_an_epoch_is_committed_leaves_the_old_master_key_in_force() {
    let place = Place::new().await;
    let key = place.open().await.take().await.unwrap();
    let before = place.lines();
    place.append_to_file(&before[0].replacen('1', "2", 1));
    let keys = place.open().await;
    assert_eq!(place.lines(), before);
    assert_eq!(keys.get(&[key.id]).await.unwrap()[&key.id], Opened::Known(key));
    // The key that never came into force is not used by the next epoch either.
    let stray = before[0].replacen('1', "2", 1);
    place.append_to_file(&stray);
    assert_eq!(keys.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap(), 2);
    assert!(place.lines().len() == 1 && place.lines()[0] != stray);
    place.end().await;
}

#[tokio::test]
async fn a_crash_after_an_epoch_is_committed_destroys_the_old_master_key_at_the_next_opening() {
    let place = Place::new().await;
    let keys = place.open().await;
    let (key, old) = (keys.take().await.unwrap(), place.lines()[0].clone());
    keys.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap();
    let new = place.lines();
    place.prepend_to_file(&old);
    let keys = place.open().await;
    assert_eq!(place.lines(), new);
    assert_eq!(keys.get(&[key.id]).await.unwrap()[&key.id], Opened::Known(key));
    place.end().await;
}

#[tokio::test]
async fn a_failed_epoch_changes_nothing() {
    let place = Place::new().await;
    let keys = place.open().await;
    let (kept, damaged) = (keys.take().await.unwrap(), keys.take().await.unwrap());
    let owner = place.owner().await;
    owner
        .execute("update keys.data_key set wrapped = $2 where id = $1", &[&damaged.id, &vec![0u8; 60]])
        .await
        .unwrap();
    assert!(matches!(keys.begin_epoch(DateTime::UNIX_EPOCH).await, Err(KeysError::Damaged(_))));
    let again = place.open().await;
    assert!(place.lines().len() == 1 && place.lines()[0].starts_with("1 "));
    assert_eq!(again.get(&[kept.id]).await.unwrap()[&kept.id], Opened::Known(kept));
    assert!(matches!(again.get(&[damaged.id]).await, Err(KeysError::Damaged(_))));
    place.end().await;
}

#[tokio::test]
async fn a_destroyed_key_brought_back_from_a_backup_does_not_open_after_the_epoch() {
    let place = Place::new().await;
    let keys = place.open().await;
    let key = keys.take().await.unwrap();
    let owner = place.owner().await;
    let row = owner.query_one("select wrapped from keys.data_key where id = $1", &[&key.id]).await.unwrap();
    let backup: Vec<u8> = row.get(0);
    keys.destroy(&[key.id], DateTime::UNIX_EPOCH).await.unwrap();
    keys.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap();
    for epoch in [1, 2] {
        owner
            .execute(
                "update keys.data_key set wrapped = $2, epoch = $3, destroyed_at = null where id = $1",
                &[&key.id, &backup, &epoch],
            )
            .await
            .unwrap();
        assert!(place.open().await.get(&[key.id]).await.is_err(), "as a row of epoch {epoch}");
    }
    place.end().await;
}

#[tokio::test]
async fn an_epoch_begun_by_one_process_stops_no_other() {
    let place = Place::new().await;
    let (one, other) = (place.open().await, place.open().await);
    let before = other.take().await.unwrap();
    let taking = {
        let other = other.clone();
        tokio::spawn(async move {
            let mut ids = Vec::new();
            // Several refills, some in the middle of an epoch's beginning.
            for _ in 0..6_000 {
                ids.push(other.take().await.unwrap().id);
                tokio::task::yield_now().await;
            }
            ids
        })
    };
    for epoch in 2..6 {
        assert_eq!(one.begin_epoch(DateTime::UNIX_EPOCH).await.unwrap(), epoch);
    }
    let ids: Vec<Uuid> = taking.await.unwrap();
    assert!(one.get(&ids).await.unwrap().values().all(|key| matches!(key, Opened::Known(_))));
    assert!(other.secret("id key").await.unwrap() == one.secret("id key").await.unwrap());
    assert_eq!(place.open().await.get(&[before.id]).await.unwrap()[&before.id], Opened::Known(before));
    let stale = place
        .owner()
        .await
        .query_one("select count(*) from keys.data_key where epoch <> 5", &[])
        .await
        .unwrap();
    assert_eq!(stale.get::<_, i64>(0), 0);
    place.end().await;
}

#[tokio::test]
async fn two_processes_opening_an_empty_store_agree_on_its_master_key() {
    let place = Place::new().await;
    let (one, other) = tokio::join!(place.open(), place.open());
    let key = one.take().await.unwrap();
    assert_eq!(other.get(&[key.id]).await.unwrap()[&key.id], Opened::Known(key));
    place.end().await;
}

#[tokio::test]
async fn the_program_can_destroy_a_key_but_remove_no_row() {
    let place = Place::new().await;
    let key = place.open().await.take().await.unwrap();
    let client = connect(&place.as_keys_role()).await;
    for forbidden in [
        "delete from keys.data_key",
        "truncate keys.data_key",
        "update keys.data_key set id = '00000000-0000-4000-8000-000000000000'",
        "delete from keys.secret",
        "delete from keys.epoch",
        "update keys.epoch set epoch = 9",
        "alter table keys.data_key add column x int",
        "create table keys.other (x int)",
    ] {
        let error = client.batch_execute(forbidden).await.unwrap_err();
        assert_eq!(error.code().map(|code| code.code()), Some("42501"), "{forbidden}");
    }
    assert!(client.execute("select from keys.data_key where id = $1", &[&key.id]).await.unwrap() == 1);
    place.end().await;
}
