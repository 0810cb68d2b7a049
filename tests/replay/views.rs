//! The engine over a test's database, and what is in the builds that answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use domain::access::{AccessClass, Actor, Disclosure, Involvement, Purpose, Relation, Sensitivity};
use event_store::keys::Keys;
use event_store::{EventStore, Position};
use projections::engine::Engine;
use projections::engine::history::Log;
use projections::reads::Reads;
use projections::scope::Scope;
use system_tests::TestDatabase;
use tokio_postgres::NoTls;

/// How long anything may take before the test has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn pool(database: &TestDatabase) -> Pool {
    let fast = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(database.connections.views.clone(), NoTls, fast);
    Pool::builder(manager)
        .max_size(24)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .build()
        .expect("a pool")
}

pub async fn start(database: &TestDatabase, store: Arc<dyn EventStore>, keys: Arc<dyn Keys>) -> Engine {
    Engine::start(store, keys, pool(database), projections::views()).await.expect("the engine")
}

pub async fn caught_up(engine: &Engine, position: Position) {
    for view in projections::views() {
        engine.wait_until(view.name(), position, PATIENCE).await.expect("caught up");
    }
}

/// Builds every view from a log as it is, lets it answer, and keeps nothing up.
pub async fn build(database: &TestDatabase, store: Arc<dyn EventStore>, keys: Arc<dyn Keys>) -> Reads {
    let (log, pool) = (Log { store, keys }, pool(database));
    let views = projections::views();
    projections::engine::rebuild_and_switch(&log, &pool, &views).await.expect("built");
    Reads::open(log, pool, &views).await.expect("to be read")
}

/// Every row of every table of the views that answer, as text, sorted.
pub async fn contents(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let admin = database.admin().await;
    let mut contents = BTreeMap::new();
    for view in projections::views() {
        let schema: String = admin
            .query_one(
                "select schema_name from views.pointer where view = $1 and version = $2",
                &[&view.name(), &i32::from(view.version())],
            )
            .await
            .expect("a pointer")
            .get(0);
        let tables = view.tables().iter().map(|table| table.name).chain(["parked", "parked_stream"]);
        for table in tables {
            let sql = format!("select t::text from {schema}.{table} as t order by 1");
            let rows = admin.query(&sql, &[]).await.expect("its rows");
            contents.insert(
                format!("{}.{table}", view.name()),
                rows.iter().map(|row| row.get(0)).collect::<Vec<String>>(),
            );
        }
    }
    contents
}

/// Asserts that two builds hold the same, and shows only the rows that differ.
pub fn assert_same(
    left: &BTreeMap<String, Vec<String>>,
    right: &BTreeMap<String, Vec<String>>,
    where_: &str,
) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (table, rows) in left {
        let others = right.get(table).expect("the same tables");
        let only_left: Vec<_> = rows.iter().filter(|row| !others.contains(row)).collect();
        let only_right: Vec<_> = others.iter().filter(|row| !rows.contains(row)).collect();
        assert!(
            rows == others,
            "{where_}: {table} has {} and {} rows; only left {only_left:#?}; only right {only_right:#?}",
            rows.len(),
            others.len()
        );
    }
}

/// A scope that tells everything of every class.
pub fn all() -> Scope {
    with(|_| Disclosure::Full)
}

/// A scope of the usual reader.
pub fn with(told: impl Fn(AccessClass) -> Disclosure) -> Scope {
    of(crate::histories::reader(), told)
}

/// A scope of somebody.
pub fn of(reader: Actor, told: impl Fn(AccessClass) -> Disclosure) -> Scope {
    let mut table = BTreeMap::new();
    for &relation in Relation::ALL {
        for &involvement in Involvement::ALL {
            for &sensitivity in Sensitivity::ALL {
                let class = AccessClass { relation, involvement, sensitivity };
                table.insert(class, told(class));
            }
        }
    }
    Scope::decided(reader, Purpose::AllocatedWork, Arc::new(table))
}
