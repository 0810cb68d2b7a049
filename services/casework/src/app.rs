//! Everything built once: the same for `serve`, for every command and for tests.

use std::sync::Arc;

use event_store::PostgresStore;
use event_store::clock::Clock;
use event_store::keys::Keys;

use crate::policy::Policy;
use crate::settings::Settings;
use crate::visitor::Tokens;

/// The running service, below HTTP. Share it as `Arc<App>`.
#[derive(Debug)]
pub struct App {
    pub settings: Settings,
    /// What happened.
    pub record: PostgresStore,
    /// Who looked at what.
    pub access: PostgresStore,
    pub keys: Arc<dyn Keys>,
    pub policy: Policy,
    pub clock: Arc<dyn Clock>,
    pub(crate) tokens: Option<Tokens>,
}
