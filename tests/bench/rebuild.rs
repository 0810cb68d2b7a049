//! Building every view anew from a county's log, in a process of its own whose peak memory is read.

use std::sync::Arc;
use std::time::Instant;

use deadpool_postgres::{Manager, Pool};
use event_store::EventStore;
use projections::engine::history::Log;
use projections::engine::rebuild_and_switch;
use serde::{Deserialize, Serialize};
use tokio_postgres::NoTls;

use crate::append::{open_keys, open_log};
use crate::child::{self, Child, Role};
use crate::figures::{Figure, real};
use crate::{Bench, Result, county};

#[derive(Serialize, Deserialize)]
struct Job {
    log: String,
    views: String,
    keys: String,
}

#[derive(Serialize, Deserialize)]
struct Rebuilt {
    events: u64,
    seconds: f64,
    /// The most memory the process ever held, in kilobytes.
    peak_kb: u64,
}

pub async fn all(bench: &Bench) -> Result<Vec<Figure>> {
    let database = bench.server.database("county").await?;
    let begun = Instant::now();
    let store = open_log(&database.log, 2).await?;
    let events = county::write(&store, &open_keys(&database.keys).await?, bench.pace.children).await?;
    drop(store);
    let generated = begun.elapsed();
    bench.server.admin(&database.name).await?.batch_execute("vacuum analyze record.event").await?;
    let job = Job { log: database.log.clone(), views: database.views.clone(), keys: database.keys.clone() };
    let mut child = Child::start(Role::Rebuild, &job)?;
    child.go()?;
    let rebuilt: Rebuilt = child.answer()?;
    if rebuilt.events != events {
        return Err(format!("{} events in place of {events}", rebuilt.events).into());
    }
    let parked = parked(bench, &database.name).await?;
    if parked > 0 {
        return Err(format!("{parked} keys are parked, and every event can be read").into());
    }
    bench.server.remove(database).await?;
    let detail = format!(
        "{} views of {events} events in {:.1} s, 5 % of them corrections; the county took {:.0} s to write",
        projections::views().len(),
        rebuilt.seconds,
        generated.as_secs_f64(),
    );
    Ok(vec![
        Figure::new("rebuild/all", real(rebuilt.events) / rebuilt.seconds, "events/s").detail(detail),
        Figure::new("rebuild/memory", real(rebuilt.peak_kb) / 1_024.0, "MB")
            .detail("peak resident memory of the rebuilding process"),
    ])
}

/// Keys no view could fold: a county without faults has none.
async fn parked(bench: &Bench, database: &str) -> Result<i64> {
    let admin = bench.server.admin(database).await?;
    let mut parked = 0;
    for row in admin.query("select schema_name from views.pointer", &[]).await? {
        let sql = format!("select count(*) from {}.parked", row.get::<_, &str>(0));
        parked += admin.query_one(&sql, &[]).await?.get::<_, i64>(0);
    }
    Ok(parked)
}

/// The process that rebuilds.
pub async fn play() -> Result<()> {
    let job: Job = child::job()?;
    let store = Arc::new(open_log(&job.log, 8).await?);
    let pool = Pool::builder(Manager::new(job.views.parse()?, NoTls)).max_size(12).build()?;
    let log = Log { store: store.clone(), keys: open_keys(&job.keys).await? };
    child::ready()?;
    let begun = Instant::now();
    rebuild_and_switch(&log, &pool, &projections::views()).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let events = u64::try_from(store.head().await?.position.raw())?;
    child::done(&Rebuilt { events, seconds, peak_kb: peak_kb()? })
}

fn peak_kb() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the kernel does not tell the peak")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
