//! A database of its own for every test: one throwaway PostgreSQL a test binary, one migrated template, a clone each.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use casework::migrate;
use casework::postgres::{Address, Place, PrivatePostgres};
use casework::settings::Connections;
use event_store::keys::MasterSource;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;

const TEMPLATE: &str = "template_goldthread";
const TEMPLATE_KEYS: &str = "template_goldthread_keys";
/// How long the last session of a migration may take to end.
const MIGRATED_PATIENCE: Duration = Duration::from_secs(10);

/// The databases of one test. They go when the test binary's server goes.
#[derive(Clone, Debug)]
pub struct TestDatabase {
    pub address: Address,
    pub database: String,
    pub keys: String,
    pub connections: Connections,
}

impl TestDatabase {
    /// A fresh pair of databases with every table and no rows.
    pub async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        static MIGRATED: OnceCell<tokio::sync::Mutex<()>> = OnceCell::const_new();
        let address = server();
        let cloning = MIGRATED.get_or_init(|| async {
            migrated(address, TEMPLATE, TEMPLATE_KEYS).await;
            tokio::sync::Mutex::new(())
        });
        // One clone at a time: a template may have no other session while it is copied.
        let _turn = cloning.await.lock().await;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (database, keys) = (format!("test_{number}"), format!("test_{number}_keys"));
        let admin = connect(&address.settings("postgres", "postgres")).await;
        for (new, template) in [(&database, TEMPLATE), (&keys, TEMPLATE_KEYS)] {
            admin.batch_execute(&format!("create database {new} template {template}")).await.expect("clone");
        }
        let connections = connections(address, &database, &keys);
        Self { address: address.clone(), database, keys, connections }
    }

    /// The same on a server of the test's own, for what would harm its neighbours.
    pub async fn on(address: &Address) -> Self {
        let (database, keys) = ("alone".to_owned(), "alone_keys".to_owned());
        let connections = migrated(address, &database, &keys).await;
        Self { address: address.clone(), database, keys, connections }
    }

    /// A session as the superuser, to look at and to damage what the service wrote.
    pub async fn admin(&self) -> tokio_postgres::Client {
        connect(&self.address.settings(&self.database, "postgres")).await
    }

    /// A session as one of the service's own roles.
    pub async fn as_role(&self, role: &str) -> tokio_postgres::Client {
        connect(&self.address.settings(&self.database, role)).await
    }
}

/// The server of this test binary. It is started, and kept, by a thread that never ends: the server is told to stop
/// when the thread that started it does, which here is when the process ends, however it ends.
fn server() -> &'static Address {
    static SERVER: OnceLock<Address> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (started, address) = mpsc::channel();
        std::thread::spawn(move || {
            let place = Place::throwaway().expect("a folder for a throwaway server");
            let server = PrivatePostgres::start(&place).expect("a throwaway PostgreSQL");
            started.send(server.address().clone()).expect("the test is waiting");
            loop {
                std::thread::park();
            }
        });
        address.recv().expect("a throwaway PostgreSQL")
    })
}

fn connections(address: &Address, database: &str, keys: &str) -> Connections {
    let master = MasterSource::given([7; 32].into());
    Connections::private_in(address, database, keys, master).expect("connections")
}

/// Makes both databases with every table, and returns once nobody is connected to them.
async fn migrated(address: &Address, database: &str, keys: &str) -> Connections {
    let connections = connections(address, database, keys);
    migrate::create_databases(&connections).await.expect("the databases");
    migrate::migrate(&connections).await.expect("the tables");
    let admin = connect(&address.settings("postgres", "postgres")).await;
    let emptied = async {
        let sessions = "select count(*) from pg_stat_activity where datname in ($1, $2)";
        while admin.query_one(sessions, &[&database, &keys]).await.expect("sessions").get::<_, i64>(0) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(MIGRATED_PATIENCE, emptied).await.expect("the sessions of migration end");
    connections
}

async fn connect(settings: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(settings, NoTls).await.expect("a session");
    tokio::spawn(connection);
    client
}
