//! The HTTP server: the same for `goldthread serve` and for tests, on any port.
//!
//! Bounded everywhere: connections, the time a request's head may take, the body, idle connections. On a stop it
//! closes the timelines held open, answers what it has taken in, and only then ends.

pub(crate) mod limits;
mod middleware;
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Actix, HttpServer, web};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api;
use crate::api::live::{Audience, Hub};
use crate::api::token::{self, Places};
use crate::app::App;
use crate::metrics::Metrics;
use crate::settings::SettingsError;
use crate::telemetry::Telemetry;
use crate::web as pages;
use crate::web::measures::Lately;
use limits::Limits;
use tls::Certificate;

pub use tls::{Files, TlsError};

/// Connections held at one time by each worker; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 4096;
const BACKLOG: u32 = 1024;
/// The head of a request must be in by then.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// An idle connection is closed after this.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const DISCONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// A stop waits this long for requests taken in.
const DRAIN_SECONDS_MAX: u64 = 30;
/// How often gauges are read when nobody scrapes.
const SAMPLE_EVERY: Duration = Duration::from_secs(15);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the node's secret for places cannot be had")]
    Secret(#[source] event_store::keys::KeysError),
    #[error("the server ended by itself")]
    Ended(#[source] std::io::Error),
}

/// What every request can reach beside the [`App`].
#[derive(Debug)]
pub struct Shared {
    pub telemetry: Arc<Telemetry>,
    pub metrics: Metrics,
    pub limits: Limits,
    pub places: Places,
    pub hub: Hub,
    pub lately: Lately,
    /// Turns true when the server stops; timelines held open end then.
    pub closing: watch::Receiver<bool>,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
    closing: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Begins to answer at an address; port 0 takes a free one, see [`Self::address`].
    ///
    /// # Errors
    /// An address that cannot be had, or that others could reach in the open; a certificate that cannot be used; a key
    /// store that cannot be reached.
    pub async fn start(
        app: Arc<App>,
        telemetry: Arc<Telemetry>,
        listen: SocketAddr,
    ) -> Result<Self, ServeError> {
        let refused = |source| ServeError::Listen { address: listen, source };
        let (closing, closed) = watch::channel(false);
        let tls = match app.settings.tls(listen)? {
            Some(files) => Some(Certificate::follow(files, closed.clone()).await?),
            None => None,
        };
        let listener = bind(listen).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let secret = app.keys.secret(token::SECRET).await.map_err(ServeError::Secret)?;
        let metrics = Metrics::new(&telemetry.meter());
        let audience =
            if telemetry.is_tracing() { Audience::ListenersAndTraces } else { Audience::Listeners };
        let (hub, following) = Hub::start(Arc::clone(&app), audience, closed.clone());
        let shared = web::Data::new(Shared {
            telemetry,
            metrics,
            limits: Limits::new(&app.settings),
            places: Places::new(&secret),
            hub,
            lately: Lately::default(),
            closing: closed.clone(),
        });
        let sampling = tokio::spawn(sample(Arc::clone(&app), shared.clone().into_inner(), closed));
        let app = web::Data::from(app);
        let server = HttpServer::new(move || {
            Actix::new()
                .app_data(app.clone())
                .app_data(shared.clone())
                .wrap(from_fn(middleware::tell))
                .configure(api::configure)
                .configure(pages::configure)
        })
        .backlog(BACKLOG)
        .max_connections(CONNECTIONS_MAX)
        .client_request_timeout(HEAD_TIME_MAX)
        .client_disconnect_timeout(DISCONNECT_TIME_MAX)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(DRAIN_SECONDS_MAX)
        .disable_signals();
        let mut tasks = vec![following, sampling];
        let server = match tls {
            Some((certificate, renewing)) => {
                tasks.push(tokio::spawn(renewing));
                server.listen_rustls_0_23(listener, certificate.config()?)
            }
            None => server.listen(listener),
        };
        let server = server.map_err(refused)?.run();
        let handle = server.handle();
        Ok(Self { address, handle, running: tokio::spawn(server), closing, tasks })
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers what was taken in, then ends.
    ///
    /// # Errors
    /// When the server had ended by itself before.
    pub async fn stop(self) -> Result<(), ServeError> {
        self.closing.send_replace(true);
        self.handle.stop(true).await;
        let ended = self.running.await;
        for task in self.tasks {
            let _ = task.await;
        }
        match ended {
            Ok(result) => result.map_err(ServeError::Ended),
            Err(_) => Ok(()),
        }
    }
}

/// Binds without the wait that follows a crash, so that a restart finds its port.
fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(listen)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn sample(app: Arc<App>, shared: Arc<Shared>, mut closing: watch::Receiver<bool>) {
    let mut every = tokio::time::interval(SAMPLE_EVERY);
    loop {
        let is_closing = tokio::select! {
            _ = every.tick() => false,
            _ = closing.wait_for(|closing| *closing) => true,
        };
        if is_closing {
            return;
        }
        api::health::sample(&app, &shared).await;
    }
}
