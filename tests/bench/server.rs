//! The private server both sides are measured on, its databases, and the raw limit on it.
//!
//! It is a place of its own, made for the run and removed after it, on the same file system as `make run`'s.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use casework::migrate;
use casework::postgres::{Address, Place, PrivatePostgres};
use casework::settings::Connections;
use event_store::keys::MasterSource;
use tokio::runtime::Runtime;
use tokio::task::block_in_place;
use tokio_postgres::{Client, NoTls};

use crate::Result;
use crate::figures::real;

/// Over the launcher's own settings: what a server for a partnership is given. The same for both sides.
const SETTINGS: [(&str, &str); 4] = [
    ("shared_buffers", "1GB"),
    ("effective_cache_size", "4GB"),
    ("max_wal_size", "8GB"),
    ("min_wal_size", "1GB"),
];
/// The plain tables live here.
const RAW: &str = "raw";
/// Who `pgbench` plays.
const SUPERUSER: &str = "postgres";

/// An event's body: 305 bytes of JSON, the same on both sides.
pub const BODY: &str = r#"{"authority":"383","people":[{"person":"5b0c5e0e-7c53-4f5e-9d5c-1f6f7e4a9a01","role":"subject","age":9}],"concerns":[{"kind":"neglect"},{"kind":"not-attending-school"}],"method":"telephone","significance":"concern","source_disclosure":"named","source_agency":"00000000-0000-4000-8000-0000000000a2","of":3}"#;

/// The server of this run.
#[derive(Debug)]
pub struct Server {
    postgres: PrivatePostgres,
    address: Address,
    place: Place,
    programs: PathBuf,
}

/// A database with all of goldthread's tables, and one for its keys.
#[derive(Clone, Debug)]
pub struct Database {
    pub name: String,
    pub connections: Connections,
    /// The same connections as texts, for a child process.
    pub log: String,
    pub views: String,
    pub keys: String,
}

/// The key that wraps the keys of a run: nothing here is anybody's.
pub fn master() -> MasterSource {
    MasterSource::given([7; 32].into())
}

impl Server {
    /// Starts the server, with the run's settings.
    pub fn start(runtime: &Runtime) -> Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
        std::fs::create_dir_all(&folder)?;
        let place = Place::of_checkout(&folder)?;
        let postgres = PrivatePostgres::start(&place)?;
        let address = postgres.address().clone();
        let programs = runtime.block_on(async {
            let client = connect(&address, "postgres").await?;
            for (name, value) in SETTINGS {
                client.batch_execute(&format!("alter system set {name} = '{value}'")).await?;
            }
            let found = client.query_one("select setting from pg_config where name = 'BINDIR'", &[]).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(PathBuf::from(found.get::<_, String>(0)))
        })?;
        // Shared memory is taken at a start.
        postgres.stop()?;
        let postgres = PrivatePostgres::start(&place)?;
        let address = postgres.address().clone();
        Ok(Self { postgres, address, place, programs })
    }

    /// Stops the server and removes all it held.
    pub fn end(self) -> Result<()> {
        self.postgres.stop()?;
        std::fs::remove_dir_all(self.place.root())?;
        Ok(())
    }

    /// A session as the superuser.
    pub async fn admin(&self, database: &str) -> Result<Client> {
        connect(&self.address, database).await
    }

    /// A database with every table and no rows, in place of the one of that name.
    pub async fn database(&self, name: &str) -> Result<Database> {
        let keys = format!("{name}_keys");
        let admin = self.admin("postgres").await?;
        for old in [name, &keys] {
            admin.batch_execute(&format!("drop database if exists {old} with (force)")).await?;
        }
        let connections = Connections::private_in(&self.address, name, &keys, master())?;
        migrate::create_databases(&connections).await?;
        migrate::migrate(&connections).await?;
        admin.batch_execute("checkpoint").await?;
        Ok(Database {
            log: self.address.settings(name, "goldthread_app"),
            views: self.address.settings(name, "goldthread_views"),
            keys: self.address.settings(&keys, "goldthread_keys"),
            name: name.to_owned(),
            connections,
        })
    }

    /// A database that has served its turn.
    pub async fn remove(&self, database: Database) -> Result<()> {
        let admin = self.admin("postgres").await?;
        for old in [database.name.clone(), format!("{}_keys", database.name)] {
            admin.batch_execute(&format!("drop database if exists {old} with (force)")).await?;
        }
        Ok(())
    }

    /// The plain table, empty.
    pub async fn empty_raw(&self) -> Result<()> {
        let admin = self.admin("postgres").await?;
        if admin.query_opt("select from pg_database where datname = $1", &[&RAW]).await?.is_none() {
            admin.batch_execute(&format!("create database {RAW}")).await?;
        }
        self.admin(RAW).await?.batch_execute(include_str!("raw/schema.sql")).await?;
        admin.batch_execute("checkpoint").await?;
        Ok(())
    }

    /// The plain table with so many streams of a hundred.
    pub async fn load_raw(&self, streams: u64) -> Result<()> {
        self.empty_raw().await?;
        let script = script("load.sql");
        let mut psql = self.program("psql", RAW);
        psql.args([
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-v",
            &format!("streams={streams}"),
            "-v",
            &format!("body={BODY}"),
        ]);
        block_in_place(|| ran(psql.arg("-f").arg(script)))?;
        self.admin(RAW).await?.batch_execute("vacuum analyze event").await?;
        Ok(())
    }

    /// Transactions a second of one of the raw scripts.
    pub async fn pgbench(
        &self,
        what: &str,
        clients: u64,
        seconds: Duration,
        given: &[(&str, String)],
    ) -> Result<f64> {
        let mut pgbench = self.program("pgbench", "");
        pgbench.args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()]);
        pgbench.args(["-T", &seconds.as_secs().max(1).to_string()]).arg("-f").arg(script(what));
        for (name, value) in given {
            pgbench.args(["-D", &format!("{name}={value}")]);
        }
        let told = block_in_place(|| ran(pgbench.arg(RAW)))?;
        let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| format!("pgbench did not say how many: {told}").into())
    }

    /// Events a second appended to the plain table, so many a transaction.
    pub async fn raw_appends(&self, clients: u64, events: u64, seconds: Duration) -> Result<f64> {
        let run = std::process::id().to_string();
        let given = [("n", "0".to_owned()), ("run", run)];
        self.empty_raw().await?;
        let rate = if events == 1 {
            let [n, run] = given;
            self.pgbench("one-row.sql", clients, seconds, &[n, run, ("body", BODY.to_owned())]).await?
        } else {
            let [n, run] = given;
            let body = format!("\"{}\"", BODY.replace('"', "\\\""));
            let bodies = format!("{{{}}}", [body.as_str(); 5].join(","));
            self.pgbench("five-rows.sql", clients, seconds, &[n, run, ("bodies", bodies)]).await?
        };
        Ok(rate * real(events))
    }

    /// How long a query's answer takes to arrive, as psql takes it, thrown away.
    pub fn copy_out(&self, database: &str, query: &str) -> Result<Duration> {
        let mut psql = self.program("psql", database);
        let begun = Instant::now();
        block_in_place(|| ran_quietly(psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-c", query])))?;
        Ok(begun.elapsed())
    }

    fn program(&self, name: &str, database: &str) -> Command {
        let beside = self.programs.join(name);
        // Some packages keep the client programs elsewhere.
        let mut command = Command::new(if beside.is_file() { beside } else { PathBuf::from(name) });
        command.arg("-h").arg(self.address.sockets()).args(["-p", "5432", "-U", SUPERUSER]);
        if !database.is_empty() {
            command.args(["-d", database]);
        }
        command
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/raw").join(name)
}

fn ran(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn ran_quietly(command: &mut Command) -> Result<()> {
    let status = command.stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err("psql failed".into()) }
}

async fn connect(address: &Address, database: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(&address.settings(database, SUPERUSER), NoTls).await?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}
