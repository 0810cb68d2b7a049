//! An older program's builds are kept for it, until it has been away for long.

use std::sync::Arc;
use std::time::Duration;

use domain::entry::Entry;
use projections::engine::Engine;
use projections::rows::Rows;
use projections::view::{Key, KeyState, Keys, Poison, Table, View};
use system_tests::TestDatabase;

use crate::histories::History;
use crate::views::{PATIENCE, caught_up, pool, start};

/// From here on versions are a later program's.
const LATER: u16 = 100;

/// The same view as a later program has it.
struct Newer(Arc<dyn View>);

impl View for Newer {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn version(&self) -> u16 {
        self.0.version() + LATER
    }

    fn tables(&self) -> &'static [Table] {
        self.0.tables()
    }

    fn create(&self) -> &'static str {
        self.0.create()
    }

    fn index(&self) -> &'static str {
        self.0.index()
    }

    fn opens(&self, kind: &str) -> bool {
        self.0.opens(kind)
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        self.0.keys(entry, keys);
    }

    fn commutes(&self, entry: &Entry) -> bool {
        self.0.commutes(entry)
    }

    fn entry_rows(&self, key: Key, entry: &Entry, rows: &mut Rows) -> Result<(), Poison> {
        self.0.entry_rows(key, entry, rows)
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        self.0.start(key)
    }
}

async fn states(admin: &tokio_postgres::Client, whose: &str) -> Vec<String> {
    let sql = format!("select state from views.build where {whose} order by view, build");
    let rows = admin.query(&sql, &[]).await.expect("builds");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_versions_builds_are_given_up_only_after_standing_still_for_long() {
    let database = TestDatabase::new().await;
    let admin = database.admin().await;
    let (the_olders, the_newers) = (format!("version < {LATER}"), format!("version >= {LATER}"));
    let mut history = History::begin(47).await;
    for _ in 0..60 {
        history.go_on().await;
    }
    let (store, keys) = (history.record.store.clone(), history.record.keys.clone());
    let older = start(&database, store.clone(), keys.clone()).await;
    older.ready().await;
    older.stop().await;

    let views =
        projections::views().into_iter().map(|view| -> Arc<dyn View> { Arc::new(Newer(view)) }).collect();
    let newer = Engine::start(store.clone(), keys.clone(), pool(&database), views).await.expect("started");
    newer.ready().await;
    history.go_on().await;
    caught_up(&newer, history.record.head().await).await;
    // Builds are looked after every two seconds.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(
        states(&admin, &the_olders).await,
        vec!["live"; projections::views().len()],
        "there to be gone back to"
    );

    let away =
        format!("update views.build set updated_at = updated_at - interval '31 days' where {the_olders}");
    admin.execute(&away, &[]).await.expect("a month passes");
    let given_up = async {
        while states(&admin, &the_olders).await.contains(&"live".to_owned()) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, given_up).await.expect("given up");
    assert_eq!(states(&admin, &the_newers).await, vec!["live"; projections::views().len()]);
    newer.stop().await;

    let older = start(&database, store, keys).await;
    caught_up(&older, history.record.head().await).await;
    older.stop().await;
}
