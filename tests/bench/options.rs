//! What a run is asked to do: all of it, quickly, or only some.

use std::time::Duration;

use crate::Result;
use crate::child::Role;

pub const HELP: &str = "\
usage: make bench [ARGS='...']
  --quick            about two minutes, rough figures, nothing written
  --only NAME,...    only these figures: append/64x1, or a whole group: append; nothing written
Without options: some twenty minutes on a quiet machine, then docs/benchmarks.md and docs/benchmarks.json.";

/// How long each measurement takes, and how much it is given.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// One raw measurement; each of ours has one before and one after.
    pub raw: Duration,
    pub ours: Duration,
    /// How long a snapshot is held open.
    pub snapshot: Duration,
    pub visible: Duration,
    /// So long that of each kind of page many are read.
    pub pages: Duration,
    pub http: Duration,
    /// Streams of a hundred events, for reading.
    pub streams: u64,
    /// Children of the county that is rebuilt, twenty events each.
    pub children: u64,
    /// People among whom some are looked for.
    pub searched: u64,
    /// People whom requests over HTTP are about.
    pub people: u64,
    /// Children of the demonstration's county.
    pub demonstration: u32,
    /// How often replay and its yardstick take turns.
    pub replays: u32,
}

const FULL: Pace = Pace {
    raw: Duration::from_secs(4),
    ours: Duration::from_secs(8),
    snapshot: Duration::from_secs(60),
    visible: Duration::from_secs(20),
    pages: Duration::from_secs(120),
    http: Duration::from_secs(10),
    streams: 5_000,
    children: 50_000,
    searched: 200_000,
    people: 10_000,
    demonstration: 3_000,
    replays: 3,
};

const QUICK: Pace = Pace {
    raw: Duration::from_secs(1),
    ours: Duration::from_secs(2),
    snapshot: Duration::from_secs(10),
    visible: Duration::from_secs(5),
    pages: Duration::from_secs(10),
    http: Duration::from_secs(3),
    streams: 500,
    children: 5_000,
    searched: 20_000,
    people: 2_000,
    demonstration: 300,
    replays: 2,
};

/// A run.
#[derive(Clone, Debug)]
pub struct Options {
    pub pace: Pace,
    quick: bool,
    only: Vec<String>,
}

/// What this process is to do.
pub enum Task {
    Help,
    Measure(Options),
    Child(Role),
}

impl Options {
    /// True when a figure, or its group, is asked for.
    pub fn wants(&self, name: &str) -> bool {
        let asked = |only: &String| {
            name == only || name.strip_prefix(only.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        self.only.is_empty() || self.only.iter().any(asked)
    }

    /// Only such a run is written down.
    pub fn is_full(&self) -> bool {
        !self.quick && self.only.is_empty()
    }
}

/// Reads the command line.
pub fn read(given: impl Iterator<Item = String>) -> Result<Task> {
    let mut given = given;
    let mut options = Options { pace: FULL, quick: false, only: Vec::new() };
    while let Some(word) = given.next() {
        match word.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--help" => return Ok(Task::Help),
            "--child" => return Ok(Task::Child(given.next().unwrap_or_default().parse()?)),
            "--quick" => {
                options.quick = true;
                options.pace = QUICK;
            }
            "--only" => {
                let names = given.next().ok_or("--only needs names, such as append/64x1,visible")?;
                options.only.extend(names.split(',').map(str::to_owned));
            }
            unknown => return Err(format!("unknown option `{unknown}`\n{HELP}").into()),
        }
    }
    Ok(Task::Measure(options))
}
