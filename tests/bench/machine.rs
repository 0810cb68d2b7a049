//! What it was measured on.

use std::fmt;

use event_store::clock::{Clock, SystemClock};

use crate::Result;
use crate::server::Server;

const SETTINGS: [&str; 9] = [
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "effective_cache_size",
    "work_mem",
    "wal_buffers",
    "max_wal_size",
    "checkpoint_timeout",
];

/// The machine, the server and the day.
#[derive(Debug)]
pub struct Machine {
    pub day: String,
    pub hardware: String,
    pub system: String,
    pub postgres: String,
    pub settings: Vec<String>,
}

pub async fn look(server: &Server) -> Result<Machine> {
    let admin = server.admin("postgres").await?;
    let mut settings = Vec::new();
    for name in SETTINGS {
        let value: String = admin.query_one(&format!("show {name}"), &[]).await?.get(0);
        settings.push(format!("{name} = {value}"));
    }
    let postgres: String = admin.query_one("show server_version", &[]).await?.get(0);
    let said = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()))
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism()?;
    let memory =
        after(&said("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse::<u64>().unwrap_or_default();
    let busy = said("/proc/loadavg");
    let hardware = format!(
        "{cores} cores ({}), {} GB of memory; client and server share them; load average {} when it began",
        after(&said("/proc/cpuinfo"), "model name"),
        memory / 1_000_000,
        busy.split(' ').next().unwrap_or_default(),
    );
    Ok(Machine {
        day: SystemClock.now().date_naive().to_string(),
        hardware,
        system: format!(
            "{} {}",
            said("/proc/sys/kernel/ostype").trim(),
            said("/proc/sys/kernel/osrelease").trim()
        ),
        postgres,
        settings,
    })
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, {}, PostgreSQL {}", self.day, self.hardware, self.system, self.postgres)
    }
}
