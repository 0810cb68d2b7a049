//! `goldthread serve`: everything from nothing to answering, and back to nothing on Ctrl-C.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::signal::unix::{SignalKind, signal};

use super::failure::Failure;
use super::import;
use super::node::{Databases, runtime};
use super::output::Output;
use casework::app::App;
use casework::county::Progress;
use casework::demonstration::{self, Extent};
use casework::evidence::LogName;
use casework::server::Server;
use casework::settings::Settings;
use casework::telemetry::{LogFormat, Telemetry, Telling};
use casework::work::Workers;

/// How often a log's newest state is signed.
const SIGN_EVERY: Duration = Duration::from_secs(60);

/// Set everything up that is missing, and answer requests until stopped.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// What to log, as `info` or `info,casework=debug`; never a person's data at any level.
    #[arg(long, env = "RUST_LOG", default_value = "info")]
    log: String,
    /// How many children a demonstration tells of, beside those with names.
    #[arg(long, default_value_t = 3000)]
    children: u32,
    /// How many years of work with them it tells, up to today.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    years: u32,
}

impl Serve {
    pub fn run(self, settings: Settings) -> Result<(), Failure> {
        let extent = Extent { children: self.children, days: self.years * 365 };
        let telling = Telling {
            filter: self.log,
            format: LogFormat::Text,
            otlp_endpoint: settings.otlp_endpoint.clone(),
        };
        // Before the runtime: the exporter is a blocking client.
        let telemetry = Arc::new(Telemetry::start(&telling)?);
        let databases = Databases::open(settings)?;
        let served = runtime()?.block_on(answer(&databases, extent, Arc::clone(&telemetry)));
        databases.close()?;
        telemetry.shutdown();
        served
    }
}

async fn answer(databases: &Databases, extent: Extent, telemetry: Arc<Telemetry>) -> Result<(), Failure> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let stopped = async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    };
    tokio::pin!(stopped);
    let app = databases.app().await?;
    // A story takes a while to tell; what is set up badly is said before it.
    if let Some(files) = app.settings.tls(app.settings.listen)? {
        files.check().await?;
    }
    if app.settings.demonstration {
        let begin = demonstration::beginning(&app, extent).await?;
        databases.mark_as_demonstration()?;
        tokio::select! {
            loaded = load(&app, begin, extent) => loaded?,
            () = &mut stopped => {
                app.stop().await;
                return Ok(());
            }
        }
    }
    // A worker writes by the clock of today: after a story of the past, never into it.
    let workers = Workers::start(&app);
    let server = Server::start(Arc::clone(&app), telemetry, app.settings.listen).await?;
    let scheme = if app.settings.tls_certificate.is_some() { "https" } else { "http" };
    eprintln!("goldthread: answering at {scheme}://{}", server.address());
    let signing = tokio::spawn(sign(Arc::clone(&app)));
    let watching = tokio::spawn(casework::work::trawling::run(Arc::clone(&app)));
    stopped.await;
    eprintln!("goldthread: stopping");
    for task in [signing, watching] {
        task.abort();
        let _ = task.await;
    }
    server.stop().await?;
    workers.stop().await;
    app.stop().await;
    Ok(())
}

/// Puts on record what is missing of the demonstration.
async fn load(app: &Arc<App>, begin: DateTime<Utc>, extent: Extent) -> Result<(), Failure> {
    let mut progress = |told: Progress| {
        let hundredths = told.given * 100 / told.orders.max(1);
        eprintln!("goldthread: telling the county, {hundredths} of 100 ({} events)", told.events);
    };
    demonstration::tell(app, begin, extent, &mut progress).await?;
    import::read_in(app, Cursor::new(demonstration::RETURN), Output::new(false)).await?;
    Ok(())
}

/// Signs both logs now and then, and keeps the tree's finished nodes.
async fn sign(app: Arc<App>) {
    let mut every = tokio::time::interval(SIGN_EVERY);
    loop {
        every.tick().await;
        for name in [LogName::Record, LogName::Access] {
            if let Err(cause) = app.log(name).keep_nodes().await {
                tracing::warn!(cause = %cause, "finished nodes could not be kept");
            }
            if let Err(cause) = app.checkpoint(name).await {
                tracing::error!(cause = %cause, "a checkpoint could not be signed");
            }
        }
    }
}
