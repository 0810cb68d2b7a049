//! `make bench`: what goldthread reaches beside raw PostgreSQL, on the same server in the same minutes.
//!
//! A private server is started for the run; pgbench and psql measure the raw limit before and after each of our own
//! measurements, and a ratio is taken against their mean. A full run writes `docs/benchmarks.json` and
//! `docs/benchmarks.md`; a quick or partial one only prints. No test depends on any of this.

mod alerts;
mod append;
mod authorise;
mod child;
mod county;
mod demonstration;
mod figures;
mod forms;
mod http;
mod ids;
mod load;
mod machine;
mod measures;
mod options;
mod pages;
mod paper;
mod people;
mod read;
mod rebuild;
mod server;
mod visible;

use std::process::ExitCode;
use std::sync::Arc;

use mimalloc::MiMalloc;

use figures::Report;
use options::{Options, Pace, Task};
use server::Server;

/// As the program has.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A benchmark that cannot go on has nothing better to do than to say why.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What every measurement is given.
#[derive(Clone)]
pub struct Bench {
    pub server: Arc<Server>,
    pub pace: Pace,
}

fn main() -> ExitCode {
    match options::read(std::env::args().skip(1)).and_then(run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match task {
        Task::Help => {
            println!("{}", options::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Task::Child(role) => runtime.block_on(child::play(role)).map(|()| ExitCode::SUCCESS),
        Task::Measure(options) => {
            let server = Arc::new(Server::start(&runtime)?);
            let bench = Bench { server: Arc::clone(&server), pace: options.pace };
            let outcome = runtime.block_on(measure(&bench, &options));
            // Whatever still holds a connection goes before the server does.
            drop(bench);
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
            if let Some(server) = Arc::into_inner(server) {
                server.end()?;
            }
            outcome
        }
    }
}

async fn measure(bench: &Bench, options: &Options) -> Result<ExitCode> {
    let machine = machine::look(&bench.server).await?;
    eprintln!("{machine}");
    let mut report = Report::new(options.clone());
    for (writers, events) in append::SIZES {
        let name = append::name(writers, events);
        report.take(&[&name], append::plain(bench, writers, events)).await;
    }
    for events in [1, 5] {
        let name = append::two_name(events);
        report.take(&[&name], append::two_processes(bench, events)).await;
    }
    report.take(&["append/sealed_64x1"], append::sealed(bench)).await;
    report.take(&["append/under_snapshot"], append::under_snapshot(bench)).await;
    report.take(&["read/100", "read/100x8", "replay/trivial"], read::all(bench)).await;
    report.take(&["rebuild/all", "rebuild/memory"], rebuild::all(bench)).await;
    report.take(&["people/mixed", "people/name", "people/slips"], people::all(bench)).await;
    report.take(&["visible"], visible::visible(bench)).await;
    report.take(&["alerts/raised"], alerts::alerts(bench)).await;
    report.take(&["http/contact", "http/status", "http/timeline"], http::all(bench)).await;
    report.take(&["authorise"], authorise::authorise(bench)).await;
    report.take(&demonstration::NAMES, demonstration::all(bench)).await;
    report.take(&["measures/ten_years"], measures::ten_years(bench)).await;
    println!("{}", paper::table(&report));
    if options.is_full() {
        paper::write(&report, &machine)?;
    } else {
        eprintln!("a quick or partial run: docs/ is as it was");
    }
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
