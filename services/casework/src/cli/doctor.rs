//! `goldthread doctor`: what is set up badly, and what to do about it.

use event_store::EventStore as _;
use serde::Serialize;
use tokio_postgres::{Config, NoTls};

use super::failure::Failure;
use super::node::{Databases, runtime};
use super::output::Output;
use casework::evidence::LogName;
use casework::settings::Settings;

/// Look for what is set up badly, and say what to do.
#[derive(Debug, clap::Args)]
pub struct Doctor {}

#[derive(Debug, Serialize)]
struct Finding {
    is_well: bool,
    looked_at: &'static str,
    found: String,
}

fn finding(looked_at: &'static str, is_well: bool, found: impl Into<String>) -> Finding {
    Finding { is_well, looked_at, found: found.into() }
}

impl Doctor {
    pub fn run(self, settings: Settings, output: Output) -> Result<(), Failure> {
        let databases = Databases::open(settings)?;
        let findings = runtime()?.block_on(look(&databases))?;
        databases.close()?;
        let is_well = findings.iter().all(|finding| finding.is_well);
        output.show(&findings, |findings| {
            let line = |finding: &Finding| {
                let mark = if finding.is_well { "well" } else { "MEND" };
                format!("{mark}  {:<20} {}", finding.looked_at, finding.found)
            };
            findings.iter().map(line).collect::<Vec<_>>().join("\n")
        })?;
        if is_well { Ok(()) } else { Err(Failure::new("something is to be mended")) }
    }
}

async fn look(databases: &Databases) -> Result<Vec<Finding>, Failure> {
    let mut findings = vec![roles_setting(databases)];
    findings.push(setting(&databases.connections.log, "fsync").await?);
    findings.push(setting(&databases.connections.log, "synchronous_commit").await?);
    findings.push(setting(&databases.connections.log, "full_page_writes").await?);
    findings.push(can_change_the_record(&databases.connections.log).await?);
    findings.push(keys_apart(databases));
    findings.push(witnessed(&databases.settings));
    let app = databases.app().await?;
    for (looked_at, name) in [("record log", LogName::Record), ("access log", LogName::Access)] {
        let head = app.log(name).head().await?.position;
        findings.push(match app.checkpoint(name).await {
            Ok(_) => finding(
                looked_at,
                true,
                format!("{head} events, signed and grown out of the last checkpoint"),
            ),
            Err(cause) => {
                finding(looked_at, false, format!("{}: run `goldthread verify log`", Failure::chain(&cause)))
            }
        });
    }
    app.engine.ready().await;
    for lag in app.engine.lag().await? {
        if lag.parked > 0 {
            let found =
                format!("{} keys of `{}` are parked: `goldthread projections list`", lag.parked, lag.view);
            findings.push(finding("views", false, found));
        }
    }
    app.stop().await;
    Ok(findings)
}

fn roles_setting(databases: &Databases) -> Finding {
    if databases.settings.undoes_roles() {
        finding(
            "database roles",
            false,
            "one database user does what three should: give VIEWS_URL and MIGRATE_URL users of their own",
        )
    } else {
        finding("database roles", true, "log, views, keys and migrations are users of their own")
    }
}

fn keys_apart(databases: &Databases) -> Finding {
    let same = databases.connections.keys.get_dbname() == databases.connections.log.get_dbname()
        && databases.connections.keys.get_hosts() == databases.connections.log.get_hosts();
    if same {
        finding("keys", false, "the keys are in the record's own database: a copy of one is a copy of both")
    } else {
        finding("keys", true, "the keys are in a database of their own")
    }
}

/// Trying it out needs none.
fn witnessed(settings: &Settings) -> Finding {
    let looked_at = "witness";
    match &settings.witness_file {
        Some(file) => finding(looked_at, true, format!("checkpoints are witnessed in {}", file.display())),
        None => finding(
            looked_at,
            settings.database_url.is_none(),
            "checkpoints stand in the database alone: give WITNESS_FILE a file outside its reach",
        ),
    }
}

async fn session(config: &Config) -> Result<tokio_postgres::Client, Failure> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn setting(config: &Config, name: &'static str) -> Result<Finding, Failure> {
    let row = session(config).await?.query_one("select current_setting($1)", &[&name]).await?;
    let value: String = row.get(0);
    let found = if value == "off" {
        format!("`{name}` is off: what is acknowledged may be lost; turn it on")
    } else {
        format!("`{name}` is {value}")
    };
    Ok(finding("durability", value != "off", found))
}

async fn can_change_the_record(config: &Config) -> Result<Finding, Failure> {
    let sql = "select rolsuper or coalesce(has_table_privilege(to_regclass('record.event'), 'update, delete, truncate'), false)
               from pg_roles where rolname = current_user";
    let can: bool = session(config).await?.query_one(sql, &[]).await?.get(0);
    Ok(if can {
        finding(
            "record",
            false,
            "the service's database user could change the record: use one that may only insert and read",
        )
    } else {
        finding("record", true, "the service's database user cannot change the record")
    })
}
