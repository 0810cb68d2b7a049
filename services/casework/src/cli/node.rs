//! Opening the node a command works on: a given server, or this checkout's private one.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use event_store::clock::SystemClock;

use super::failure::Failure;
use casework::app::App;
use casework::migrate;
use casework::postgres::{Address, Place, PrivatePostgres};
use casework::settings::{Connections, Settings};

/// Marks a private place as a demonstration's, so that later commands know without being told.
const DEMONSTRATION_MARK: &str = "demonstration";

/// The databases of a node, and the private server when this process started it.
pub struct Databases {
    pub settings: Settings,
    pub connections: Connections,
    mark: Option<PathBuf>,
    // Dropped last: the server ends after everything that talks to it.
    server: Option<PrivatePostgres>,
}

impl Databases {
    /// Finds the databases: those of a given server; else those of the private server, started when it is not running.
    pub fn open(mut settings: Settings) -> Result<Self, Failure> {
        let place = Place::of_checkout(&std::env::current_dir()?)?.with_binaries(settings.pg_bin.clone());
        if settings.database_url.is_some() {
            if settings.master_key_file.is_none() {
                std::fs::create_dir_all(place.root())?;
            }
            let connections = settings.connections(&place)?;
            return Ok(Self { settings, connections, mark: None, server: None });
        }
        let mark = place.root().join(DEMONSTRATION_MARK);
        let (address, server) = match Address::of_running(&place) {
            Some(address) => (address, None),
            None => {
                let server = PrivatePostgres::start(&place)?;
                (server.address().clone(), Some(server))
            }
        };
        settings.demonstration |= mark.exists();
        let connections = Connections::private(&settings, &place, &address)?;
        Ok(Self { settings, connections, mark: Some(mark), server })
    }

    /// Marks a private place as a demonstration's. Only once its record is known to be one: whatever is typed here
    /// later makes and takes development tokens.
    pub fn mark_as_demonstration(&self) -> Result<(), Failure> {
        match &self.mark {
            Some(mark) => Ok(std::fs::write(mark, "This place holds invented people only.\n")?),
            None => Ok(()),
        }
    }

    /// Makes what is missing, and opens the service over it.
    pub async fn app(&self) -> Result<Arc<App>, Failure> {
        migrate::create_databases(&self.connections).await?;
        migrate::migrate(&self.connections).await?;
        let clock = Arc::new(SystemClock);
        Ok(Arc::new(App::open(self.settings.clone(), self.connections.clone(), clock).await?))
    }

    /// Ends the private server, if this process started one.
    pub fn close(self) -> Result<(), Failure> {
        if let Some(server) = self.server {
            server.stop()?;
        }
        Ok(())
    }
}

/// Opens the node, lets `work` use it, and closes it.
pub fn with_app<T, F: Future<Output = Result<T, Failure>>>(
    settings: Settings,
    work: impl FnOnce(Arc<App>) -> F,
) -> Result<T, Failure> {
    let databases = Databases::open(settings)?;
    let done = runtime()?.block_on(async {
        let app = databases.app().await?;
        let done = work(Arc::clone(&app)).await;
        app.stop().await;
        done
    });
    databases.close()?;
    done
}

/// The runtime of a command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
