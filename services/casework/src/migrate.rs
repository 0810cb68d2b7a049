//! Tables that must last: the logs', the views' bookkeeping, the keys'. Forward only, each once.
//!
//! Three sets, because keys live in a database of their own and a view may be dropped while a log may not. Tables of
//! the views themselves are made by the engine and are not here.

use refinery::Runner;
use tokio_postgres::{Client, Config, NoTls};

use crate::settings::Connections;

mod log {
    refinery::embed_migrations!("../../infra/migrations/log");
}
mod views {
    refinery::embed_migrations!("../../infra/migrations/views");
}
mod keys {
    refinery::embed_migrations!("../../infra/migrations/keys");
}

/// Held while migrating, so that two nodes started together do it once: "gold" in ASCII.
const MIGRATING: i64 = 0x676f_6c64;

/// Why the tables could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the database `{database}` cannot be reached to make its tables")]
    Unreachable {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("the database `{database}` could not be made; make it, or give a role that may")]
    Create {
        database: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("the tables of `{set}` could not be made")]
    Tables {
        set: &'static str,
        #[source]
        source: Box<refinery::Error>,
    },
}

/// A step that was taken now.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Step {
    pub set: &'static str,
    pub name: String,
}

/// Brings every table up to date and says what was done.
///
/// # Errors
/// A database that cannot be reached, a role that may not make tables, or tables changed by other means.
pub async fn migrate(connections: &Connections) -> Result<Vec<Step>, MigrateError> {
    let mut steps = run(&connections.migrate, "log", log::migrations::runner()).await?;
    steps.extend(run(&connections.migrate, "views", views::migrations::runner()).await?);
    steps.extend(run(&connections.migrate_keys, "keys", keys::migrations::runner()).await?);
    Ok(steps)
}

/// Makes the databases themselves where they are missing: on a private server, as its superuser.
///
/// # Errors
/// A server that cannot be reached, or a role that may not make databases.
pub async fn create_databases(connections: &Connections) -> Result<(), MigrateError> {
    for config in [&connections.migrate, &connections.migrate_keys] {
        let database = name_of(config);
        let server = connect(config.clone().dbname("postgres")).await?;
        let create = |source| MigrateError::Create { database: database.clone(), source };
        let found = server
            .query_opt("select from pg_database where datname = $1", &[&database])
            .await
            .map_err(create)?;
        if found.is_none() {
            let sql = format!("create database \"{}\"", database.replace('"', "\"\""));
            server.batch_execute(&sql).await.map_err(create)?;
        }
    }
    Ok(())
}

async fn run(config: &Config, set: &'static str, runner: Runner) -> Result<Vec<Step>, MigrateError> {
    let mut client = connect(config).await?;
    let locked = |source| MigrateError::Unreachable { database: name_of(config), source };
    client.execute("select pg_advisory_lock($1)", &[&MIGRATING]).await.map_err(locked)?;
    let mut runner = runner;
    runner.set_migration_table_name(format!("migration_{set}"));
    let report = runner
        .run_async(&mut client)
        .await
        .map_err(|source| MigrateError::Tables { set, source: Box::new(source) })?;
    // The lock is the session's, and the session ends here.
    Ok(report.applied_migrations().iter().map(|step| Step { set, name: step.to_string() }).collect())
}

async fn connect(config: &Config) -> Result<Client, MigrateError> {
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|source| MigrateError::Unreachable { database: name_of(config), source })?;
    // Ends by itself when the client is dropped.
    tokio::spawn(connection);
    Ok(client)
}

fn name_of(config: &Config) -> String {
    config.get_dbname().unwrap_or("postgres").to_owned()
}
