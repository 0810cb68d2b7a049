//! What can stop the engine for the moment.

use event_store::StoreError;
use event_store::keys::KeysError;

/// What stopped the engine for the moment. It goes on by itself unless it says it cannot.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the views' database does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the views' database refused a statement (SQLSTATE {})", .0.code())]
    Refused(#[source] Box<SqlRefusal>),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("another runner moved this view's checkpoint")]
    LostRace,
    #[error("this build was replaced")]
    Replaced,
    #[error("there is no view `{0}`")]
    NoSuchView(String),
    #[error("this process does not keep the view just now")]
    NotKept,
    #[error("the engine was stopped")]
    Stopped,
}

/// What Postgres said of a statement, without its detail, which can quote a row.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SqlRefusal {
    code: String,
    message: String,
}

impl SqlRefusal {
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl EngineError {
    /// True when Postgres would not take a row: trying again will not help.
    pub(super) fn is_about_a_row(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code.starts_with("22") || refusal.code.starts_with("23"))
    }
}

impl From<tokio_postgres::Error> for EngineError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            // A server that is shutting down, starting, or out of connections says so in class 53 and 57.
            Some(db) if !matches!(db.code().code().get(..2), Some("53" | "57" | "08")) => {
                Self::Refused(Box::new(SqlRefusal {
                    code: db.code().code().to_owned(),
                    message: db.message().to_owned(),
                }))
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<deadpool_postgres::PoolError> for EngineError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
