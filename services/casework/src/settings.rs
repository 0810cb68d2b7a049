//! Every setting, read in one place: flags and environment, parsed once at the start.
//!
//! Without a database the program starts a private PostgreSQL that belongs to the checkout; with one it uses that
//! server's user for everything unless a role of its own is given for the views and the keys. `doctor` says when
//! that undoes the separation of roles.

use std::net::SocketAddr;
use std::path::PathBuf;

use event_store::keys::MasterSource;

use crate::postgres::{Address, Place};
use crate::server::Files;
use crate::witness::Witness;

/// The database of the logs and the views.
pub const DATABASE: &str = "goldthread";
/// The database of the keys: another one, so that a copy of the record is not a copy of its keys.
pub const KEYS_DATABASE: &str = "goldthread_keys";
const MASTER_KEY: &str = "MASTER_KEY";
const MASTER_KEY_NEXT: &str = "MASTER_KEY_NEXT";
/// Twenty a second, all minute long: more than anybody reads, and enough for the system of a large agency.
const REQUESTS_PER_MINUTE: u32 = 1200;
/// A system whose token has run out tries a few times; who guesses tries on.
const ATTEMPTS_PER_MINUTE: u32 = 60;
const MASTER_KEY_FILE: &str = "master.key";

/// The settings as they are typed or found in the environment.
#[derive(Clone, Debug, clap::Args)]
pub struct Settings {
    /// PostgreSQL server of the logs and views, or `@` and a file that holds it; without it, a private one is started.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// The same database as the role that owns the views.
    #[arg(long, env = "VIEWS_URL", global = true, hide_env_values = true)]
    pub views_url: Option<String>,
    /// PostgreSQL database of the keys, or `@` and a file that holds it.
    #[arg(long, env = "KEYS_URL", global = true, hide_env_values = true)]
    pub keys_url: Option<String>,
    /// A role that may create tables, for migrations only.
    #[arg(long, env = "MIGRATE_URL", global = true, hide_env_values = true)]
    pub migrate_url: Option<String>,
    /// This node's name in checkpoints and sealed parts; never changed once a log has events.
    #[arg(long, env = "ORIGIN", global = true, default_value = "goldthread.example/local")]
    pub origin: String,
    /// The file of the key that wraps all others; made with a new key store, readable by nobody else.
    #[arg(long, env = "MASTER_KEY_FILE", global = true)]
    pub master_key_file: Option<PathBuf>,
    /// That key itself and the one to take its place, where whoever starts the program keeps them: by the environment
    /// alone, for arguments can be read by others.
    #[arg(skip)]
    pub master_key: Option<MasterSource>,
    /// A program that keeps that key, in place of a file.
    #[arg(long, env = "MASTER_KEY_PROGRAM", global = true, conflicts_with = "master_key_file")]
    pub master_key_program: Option<PathBuf>,
    /// A file outside the database's reach, to which every signed checkpoint is added.
    #[arg(long, env = "WITNESS_FILE", global = true)]
    pub witness_file: Option<PathBuf>,
    /// The file of the issuers whose access tokens are taken; none are without it.
    #[arg(long, env = "ISSUERS_FILE", global = true)]
    pub issuers_file: Option<PathBuf>,
    /// How people reach this node, `https://…` without a path; `http://` and where it answers when not said.
    #[arg(long, env = "PUBLIC_ADDRESS", global = true, value_parser = address)]
    pub public_address: Option<String>,
    /// Minutes after which somebody at a browser who does nothing is signed out.
    #[arg(long, env = "IDLE_MINUTES", global = true, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=720))]
    pub idle_minutes: u16,
    /// Where to answer.
    #[arg(long, env = "LISTEN", global = true, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The PEM file of the certificate this node answers with, its own first; plain HTTP without it.
    #[arg(long, env = "TLS_CERTIFICATE", global = true)]
    pub tls_certificate: Option<PathBuf>,
    /// The PEM file of the certificate's private key.
    #[arg(long, env = "TLS_KEY", global = true)]
    pub tls_key: Option<PathBuf>,
    /// A proxy ends TLS before this node, and nobody else can reach it.
    #[arg(long, env = "GOLDTHREAD_BEHIND_PROXY", global = true)]
    pub behind_proxy: bool,
    /// How many requests each person may make a minute; 0 for any number.
    #[arg(long, env = "GOLDTHREAD_REQUESTS_PER_MINUTE", global = true, default_value_t = REQUESTS_PER_MINUTE)]
    pub requests_per_minute: u32,
    /// How many requests that prove nobody may come from one address a minute; 0 for any number.
    #[arg(long, env = "GOLDTHREAD_ATTEMPTS_PER_MINUTE", global = true, default_value_t = ATTEMPTS_PER_MINUTE)]
    pub attempts_per_minute: u32,
    /// This node holds invented people: development tokens and supplied recorded times are accepted.
    #[arg(long, env = "GOLDTHREAD_DEMONSTRATION", global = true)]
    pub demonstration: bool,
    /// Where to send traces and metrics, as OTLP over HTTP.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", global = true)]
    pub otlp_endpoint: Option<String>,
    /// A folder with PostgreSQL's programs, for the private server.
    #[arg(long, env = "GOLDTHREAD_PG_BIN", global = true)]
    pub pg_bin: Option<PathBuf>,
    /// Read connections of each log.
    #[arg(long, env = "GOLDTHREAD_READERS", global = true, default_value_t = 8)]
    pub readers: usize,
}

impl Default for Settings {
    /// What is used when nothing is said.
    fn default() -> Self {
        Self {
            database_url: None,
            views_url: None,
            keys_url: None,
            migrate_url: None,
            origin: "goldthread.example/local".to_owned(),
            master_key_file: None,
            master_key: None,
            master_key_program: None,
            witness_file: None,
            issuers_file: None,
            public_address: None,
            idle_minutes: 15,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_certificate: None,
            tls_key: None,
            behind_proxy: false,
            requests_per_minute: REQUESTS_PER_MINUTE,
            attempts_per_minute: ATTEMPTS_PER_MINUTE,
            demonstration: false,
            otlp_endpoint: None,
            pg_bin: None,
            readers: 8,
        }
    }
}

/// Why the settings do not name a database.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(
        "`{0}` is not a PostgreSQL connection: give `postgres://user@host/database`, `key=value` pairs, or `@` and a \
         file that holds either"
    )]
    Connection(&'static str, #[source] tokio_postgres::Error),
    #[error("`{0}` must be base64 of 32 bytes, as `openssl rand -base64 32` makes them")]
    MasterKey(&'static str),
    #[error(
        "`MASTER_KEY` must not stand beside `MASTER_KEY_FILE` or `MASTER_KEY_PROGRAM`: the key is kept in one place"
    )]
    TwoMasterKeys,
    #[error("`MASTER_KEY_NEXT` takes the place of `MASTER_KEY`, which is not set")]
    NextAlone,
    #[error("`{name}` names the file `{}`, which cannot be read", .path.display())]
    File {
        name: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{0}` is given without `{1}`: give both, or neither")]
    HalfOfTls(&'static str, &'static str),
    #[error(
        "others can reach {0}, and nothing encrypts what is sent: give `TLS_CERTIFICATE` and `TLS_KEY`, or \
         `GOLDTHREAD_BEHIND_PROXY` where a proxy ends TLS, or listen on 127.0.0.1"
    )]
    InTheOpen(SocketAddr),
    #[error("`DATABASE_URL` is not set and no private database is running")]
    NoDatabase,
}

/// Whom each part of the program connects as, and what opens the keys.
#[derive(Clone, Debug)]
pub struct Connections {
    pub log: tokio_postgres::Config,
    pub views: tokio_postgres::Config,
    pub keys: tokio_postgres::Config,
    /// May make tables and roles.
    pub migrate: tokio_postgres::Config,
    pub migrate_keys: tokio_postgres::Config,
    pub master: MasterSource,
}

impl Settings {
    /// The connections of a given server. Keys that are given no database of their own get one beside the record,
    /// and a master key in this checkout's private folder: enough to try it; `doctor` says what to part.
    ///
    /// # Errors
    /// [`SettingsError::NoDatabase`], or a text that is not a connection.
    pub fn connections(&self, place: &Place) -> Result<Connections, SettingsError> {
        let log = self.database_url.as_deref().ok_or(SettingsError::NoDatabase)?;
        let views = self.views_url.as_deref().unwrap_or(log);
        let migrate = self.migrate_url.as_deref().unwrap_or(log);
        let beside = |url: &str| {
            let mut keys = parse("DATABASE_URL", url)?;
            let database = format!("{}_keys", keys.get_dbname().unwrap_or(DATABASE));
            keys.dbname(database);
            Ok::<_, SettingsError>(keys)
        };
        let keys = |otherwise: &str| match self.keys_url.as_deref() {
            Some(url) => parse("KEYS_URL", url),
            None => beside(otherwise),
        };
        Ok(Connections {
            log: parse("DATABASE_URL", log)?,
            views: parse("VIEWS_URL", views)?,
            keys: keys(log)?,
            migrate: parse("MIGRATE_URL", migrate)?,
            migrate_keys: keys(migrate)?,
            master: self.master(place),
        })
    }

    /// Where the master key is: given, with a program, or in a file, which is made when a new key store is; a store that
    /// has one takes no other.
    fn master(&self, place: &Place) -> MasterSource {
        if let Some(given) = &self.master_key {
            return given.clone();
        }
        if let Some(program) = &self.master_key_program {
            return MasterSource::Program(program.clone());
        }
        let file = self.master_key_file.clone().unwrap_or_else(|| place.root().join(MASTER_KEY_FILE));
        MasterSource::FileOrNew(file)
    }

    /// Takes the master key that the environment holds, if any: `MASTER_KEY`, and `MASTER_KEY_NEXT` to replace it.
    ///
    /// # Errors
    /// One that is not base64 of 32 bytes, or that stands beside another source.
    pub fn take_given_key(&mut self) -> Result<(), SettingsError> {
        let given = |name: &'static str| {
            let key = std::env::var_os(name).map(|text| text.to_str().and_then(MasterSource::parse));
            key.map(|key| key.ok_or(SettingsError::MasterKey(name))).transpose()
        };
        let (secret, next) = (given(MASTER_KEY)?, given(MASTER_KEY_NEXT)?);
        let elsewhere = self.master_key_file.is_some() || self.master_key_program.is_some();
        self.master_key = match (secret, next) {
            (Some(_), _) if elsewhere => return Err(SettingsError::TwoMasterKeys),
            (Some(secret), next) => Some(MasterSource::Given { secret, next }),
            (None, Some(_)) => return Err(SettingsError::NextAlone),
            (None, None) => None,
        };
        Ok(())
    }

    /// How people reach this node, without a slash at the end.
    #[must_use]
    pub fn public_address(&self) -> String {
        let scheme = if self.is_secure() { "https" } else { "http" };
        self.public_address.clone().unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }

    /// Where checkpoints are witnessed, if anywhere.
    #[must_use]
    pub fn witness(&self) -> Option<Witness> {
        self.witness_file.as_deref().map(Witness::at)
    }

    /// How long somebody at a browser may do nothing.
    #[must_use]
    pub fn idle(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::minutes(self.idle_minutes.into())
    }

    /// The certificate to answer with at an address; none where plain HTTP is right.
    ///
    /// # Errors
    /// One file without the other; an address that others can reach, in the open.
    pub fn tls(&self, listen: SocketAddr) -> Result<Option<Files>, SettingsError> {
        match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(Files { certificate: certificate.clone(), key: key.clone() }))
            }
            (Some(_), None) => Err(SettingsError::HalfOfTls("TLS_CERTIFICATE", "TLS_KEY")),
            (None, Some(_)) => Err(SettingsError::HalfOfTls("TLS_KEY", "TLS_CERTIFICATE")),
            (None, None) if listen.ip().is_loopback() || self.behind_proxy => Ok(None),
            (None, None) => Err(SettingsError::InTheOpen(listen)),
        }
    }

    /// True when browsers meet this node over TLS, by its own certificate or a proxy's: cookies then go by no other way.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let is_said = self.public_address.as_ref().is_some_and(|address| address.starts_with("https://"));
        is_said || self.behind_proxy || self.tls_certificate.is_some()
    }

    /// True when one database user does what three should.
    #[must_use]
    pub fn undoes_roles(&self) -> bool {
        self.database_url.is_some() && (self.views_url.is_none() || self.migrate_url.is_none())
    }
}

impl Connections {
    /// The connections of a private server, each part as its own role. Its master key is made with it, in its folder,
    /// unless the settings name another file.
    ///
    /// # Errors
    /// A socket folder that cannot stand in a connection.
    pub fn private(settings: &Settings, place: &Place, address: &Address) -> Result<Self, SettingsError> {
        Self::private_in(address, DATABASE, KEYS_DATABASE, settings.master(place))
    }

    /// The same in databases of other names: each test has its own.
    ///
    /// # Errors
    /// A socket folder that cannot stand in a connection.
    pub fn private_in(
        address: &Address,
        database: &str,
        keys: &str,
        master: MasterSource,
    ) -> Result<Self, SettingsError> {
        let as_role =
            |database: &str, role: &str| parse("the private server", &address.settings(database, role));
        Ok(Self {
            log: as_role(database, "goldthread_app")?,
            views: as_role(database, "goldthread_views")?,
            keys: as_role(keys, "goldthread_keys")?,
            migrate: as_role(database, "postgres")?,
            migrate_keys: as_role(keys, "postgres")?,
            master,
        })
    }
}

/// An address as people type it, without a path.
fn address(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let is_bare = |url: &reqwest::Url| {
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    };
    match url {
        Some(url) if is_bare(&url) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("must be https:// (or http://), a host and perhaps a port, and nothing else".to_owned()),
    }
}

/// True for a connection with its password in it.
#[must_use]
pub fn has_password(connection: &str) -> bool {
    connection.parse::<tokio_postgres::Config>().is_ok_and(|config| config.get_password().is_some())
}

/// A connection, or `@` and the file that holds it.
fn parse(name: &'static str, text: &str) -> Result<tokio_postgres::Config, SettingsError> {
    let text = match text.strip_prefix('@').map(PathBuf::from) {
        Some(path) => {
            std::fs::read_to_string(&path).map_err(|source| SettingsError::File { name, path, source })?
        }
        None => text.to_owned(),
    };
    text.trim().parse().map_err(|source| SettingsError::Connection(name, source))
}
