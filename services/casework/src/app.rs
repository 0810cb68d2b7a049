//! Everything built once: the same for `serve`, for every command and for tests.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use domain::access::Actor;
use event_store::clock::Clock;
use event_store::keys::{Keys, KeysError, PostgresKeys};
use event_store::postgres::{LogSchema, LogSettings};
use event_store::{PostgresStore, StoreError};
use projections::engine::{Engine, EngineError};
use projections::reads::Reads;
use tokio_postgres::{Config, NoTls};

use crate::directory::Directory;
use crate::execute::{Ids, Remembered};
use crate::linkage::{Rules, ShippedRuleError};
use crate::policy::{Policy, PolicyError};
use crate::settings::{Connections, Settings};
use crate::sign_in::{Issuers, OpenIssuersError};
use crate::visitor::{TokenError, Tokens, Visitor};

/// Connections the engine keeps for itself: two a view and two more.
const ENGINE_CONNECTIONS: usize = 24;
const KEYS_CONNECTIONS: usize = 4;
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(5);

/// The running service, below HTTP. Share it as `Arc<App>`.
pub struct App {
    pub settings: Settings,
    /// What happened.
    pub record: PostgresStore,
    /// Who looked at what.
    pub access: PostgresStore,
    pub keys: Arc<dyn Keys>,
    /// Keeps the views up.
    pub engine: Engine,
    /// Where queries read.
    pub views: Reads,
    pub policy: Policy,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
    /// What is looked for among signals and ties.
    pub rules: Rules,
    pub(crate) directory: Directory,
    /// What orders were judged by lately.
    pub(crate) facts: Remembered,
    pub(crate) issuers: Issuers,
    /// Only on a demonstration.
    tokens: Option<Tokens>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("record", &self.record).finish_non_exhaustive()
    }
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the policies cannot be used")]
    Policy(#[from] PolicyError),
    #[error("the linkage rules cannot be used")]
    Rules(#[from] ShippedRuleError),
    #[error("the log `{log}` cannot be opened")]
    Log {
        log: &'static str,
        #[source]
        source: StoreError,
    },
    #[error("the issuers cannot be used")]
    Issuers(#[from] OpenIssuersError),
    #[error("the key store cannot be opened")]
    Keys(#[from] KeysError),
    #[error("the views cannot be kept up")]
    Views(#[from] EngineError),
    #[error("a pool of connections cannot be made")]
    Pool(#[from] deadpool_postgres::BuildError),
}

/// What PostgreSQL calls the connections that answer queries, beside those of the engine and the logs.
const READERS: &str = "goldthread readers";

impl App {
    /// Opens everything over migrated databases: policies first, because without them nothing may be answered.
    ///
    /// # Errors
    /// The first part that cannot be used.
    pub async fn open(
        settings: Settings,
        connections: Connections,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let policy = Policy::shipped()?;
        let rules = Rules::shipped()?;
        let issuers = Issuers::open(settings.issuers_file.as_deref())?;
        let keys_pool = pool(connections.keys.clone(), KEYS_CONNECTIONS)?;
        let keys = PostgresKeys::open(keys_pool, connections.master.clone(), clock.now()).await?;
        let ids = Ids::new(keys.secret("ids").await?);
        let tokens = if settings.demonstration {
            Some(Tokens::new(&*keys.secret("development-tokens").await?))
        } else {
            None
        };
        let keys: Arc<dyn Keys> = Arc::new(keys);
        let record = open_log(&settings, &connections, LogSchema::Record, &clock).await?;
        let access = open_log(&settings, &connections, LogSchema::Access, &clock).await?;
        let store = Arc::new(record.clone());
        let engine_pool = pool(connections.views.clone(), ENGINE_CONNECTIONS)?;
        let engine = Engine::start(store, Arc::clone(&keys), engine_pool, projections::views()).await?;
        let directory = Directory::listening(engine.listen());
        // Readers never wait for the engine's connections, nor it for theirs.
        let mut readers = connections.views.clone();
        readers.application_name(READERS);
        let views = engine.reads().through(pool(readers, settings.readers.max(1))?).by(Arc::clone(&clock));
        Ok(Self {
            settings,
            record,
            access,
            keys,
            engine,
            views,
            policy,
            clock,
            ids,
            rules,
            directory,
            facts: Remembered::default(),
            issuers,
            tokens,
        })
    }

    /// Who a development token is for.
    ///
    /// # Errors
    /// When it does not hold, or this node is not a demonstration.
    pub fn visitor(&self, token: &str) -> Result<Visitor, TokenError> {
        let tokens = self.tokens.as_ref().ok_or(TokenError::NotADemonstration)?;
        tokens.read(token, self.clock.now())
    }

    /// A development token for somebody.
    ///
    /// # Errors
    /// When this node is not a demonstration.
    pub fn token(&self, actor: &Actor, good_for: chrono::TimeDelta) -> Result<String, TokenError> {
        let tokens = self.tokens.as_ref().ok_or(TokenError::NotADemonstration)?;
        tokens.sign(actor, self.clock.now() + good_for)
    }

    /// Ends the background work, when this is the last that holds it. Nothing acknowledged is lost either way.
    pub async fn stop(self: Arc<Self>) {
        if let Some(app) = Arc::into_inner(self) {
            app.engine.stop().await;
        }
    }
}

async fn open_log(
    settings: &Settings,
    connections: &Connections,
    schema: LogSchema,
    clock: &Arc<dyn Clock>,
) -> Result<PostgresStore, OpenError> {
    let log = LogSettings {
        schema,
        origin: format!("{}/{}", settings.origin, schema.name()),
        demonstration: settings.demonstration,
        readers: settings.readers,
    };
    let opened = PostgresStore::open(connections.log.clone(), log, Arc::clone(clock)).await;
    opened.map_err(|source| OpenError::Log { log: schema.name(), source })
}

fn pool(config: Config, size: usize) -> Result<Pool, OpenError> {
    let manager =
        Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager)
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT_FOR_CONNECTION))
        .build()?;
    Ok(pool)
}
