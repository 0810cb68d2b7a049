//! What can go wrong above the domain, and the one place that knows status codes.
//!
//! Nothing here carries what somebody wrote: fields are named, what is allowed is said, values are not repeated. A
//! cause stays inside, for the log; the answer says whose fault it was and what can be done.

use domain::decider::Refusal;
use event_store::{AppendError, StoreError};

use crate::policy::NotPermitted;

/// Seconds after which a full queue or a lost database is worth another try.
const RETRY_AFTER_SECONDS: u32 = 1;
const UNAVAILABLE_RETRY_AFTER_SECONDS: u32 = 5;

/// A field of a request, and what it may be.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct FieldError {
    /// Where, as a JSON pointer without its first slash: `people/0/role`.
    pub field: String,
    /// What is wrong and what is allowed; never the value given.
    pub problem: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Self { field: field.into(), problem: problem.to_string() }
    }
}

/// Each field and what is allowed, in one line.
fn listed(fields: &[FieldError]) -> String {
    let said = fields.iter().map(|FieldError { field, problem }| format!("`{field}` {problem}"));
    said.collect::<Vec<_>>().join("; ")
}

/// A cause from below, kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why an order was not carried out. Nothing of it was written, except possibly for `Unavailable`.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Others wrote to the same stream each time this was tried.
    #[error("the record changed while this was being done")]
    Stale,
    #[error("the record is at version {actual}, not the one given")]
    Precondition { actual: u64 },
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    #[error("there is no such record")]
    Absent,
    #[error("this key was used before for something else")]
    IdempotencyConflict,
    #[error("some fields cannot be taken: {}", listed(.0))]
    Invalid(Vec<FieldError>),
    #[error("more is being written than can be taken in")]
    Overloaded,
    #[error("the record cannot be reached")]
    Unavailable(#[source] Cause),
    #[error("the record cannot be read")]
    Corrupt(#[source] Cause),
}

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    #[error("there is no such record")]
    Absent,
    #[error("some fields cannot be taken: {}", listed(.0))]
    Invalid(Vec<FieldError>),
    #[error("more is being asked than can be answered")]
    Overloaded,
    #[error("the record cannot be reached")]
    Unavailable(#[source] Cause),
    #[error("the record cannot be read")]
    Corrupt(#[source] Cause),
}

impl From<ReadError> for ExecuteError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotPermitted(not) => Self::NotPermitted(not),
            ReadError::Absent => Self::Absent,
            ReadError::Invalid(fields) => Self::Invalid(fields),
            ReadError::Overloaded => Self::Overloaded,
            ReadError::Unavailable(cause) => Self::Unavailable(cause),
            ReadError::Corrupt(cause) => Self::Corrupt(cause),
        }
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::Corrupt { .. } | StoreError::Unfit(_) => Self::Corrupt(Box::new(error)),
        }
    }
}

impl From<projections::reads::ReadError> for ReadError {
    fn from(error: projections::reads::ReadError) -> Self {
        use projections::engine::EngineError;
        use projections::reads::ReadError as Views;
        match error {
            Views::Engine(EngineError::Refused(_) | EngineError::NoSuchView(_)) => {
                Self::Corrupt(Box::new(error))
            }
            Views::Engine(EngineError::Store(error)) => error.into(),
            Views::NotBuilt(_) | Views::Engine(_) => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<AppendError> for ReadError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Full => Self::Overloaded,
            AppendError::Store(error) => error.into(),
            AppendError::Unknown(_) => Self::Unavailable(Box::new(error)),
            // An access record is the program's own making: these mean that it was made wrongly.
            AppendError::WrongVersion { .. }
            | AppendError::Moved { .. }
            | AppendError::IdempotencyConflict
            | AppendError::BadSize { .. }
            | AppendError::TooLong { .. }
            | AppendError::RecordedTime => Self::Corrupt(Box::new(error)),
        }
    }
}

impl From<StoreError> for ExecuteError {
    fn from(error: StoreError) -> Self {
        ReadError::from(error).into()
    }
}

/// An answer that is a problem, as RFC 9457 has it. The api crate part writes it out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub status: u16,
    /// Stable and kebab-case; the last part of the problem's `type`.
    pub code: &'static str,
    pub title: &'static str,
    /// A sentence that can be acted on.
    pub detail: String,
    pub fields: Vec<FieldError>,
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    fn new(status: u16, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), fields: Vec::new(), retry_after_seconds: None }
    }

    /// Fields that could not be read, found before anything was ordered or asked.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let problem =
            Self::new(422, "invalid", "Some fields cannot be taken", "See `fields` for what is allowed.");
        Self { fields, ..problem }
    }

    /// A body that is not JSON at all.
    #[must_use]
    pub fn malformed(detail: &'static str) -> Self {
        Self::new(422, "malformed", "The request cannot be read", detail)
    }

    /// A body over the limit.
    #[must_use]
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::new(
            413,
            "too-large",
            "The request is too large",
            format!("At most {limit_bytes} bytes are taken."),
        )
    }

    /// No proof of who is asking, or one that does not hold.
    #[must_use]
    pub fn unproven(detail: &'static str) -> Self {
        Self::new(401, "unproven", "It is not known who is asking", detail)
    }

    /// More than one caller may ask.
    #[must_use]
    pub fn too_many(retry_after_seconds: u32) -> Self {
        let problem = Self::new(
            429,
            "too-many-requests",
            "Too many requests",
            "More came from you than is answered a minute. Nothing was done; try again after `Retry-After` seconds.",
        );
        Self { retry_after_seconds: Some(retry_after_seconds), ..problem }
    }

    /// No such address.
    #[must_use]
    pub fn no_such_page() -> Self {
        Self::new(404, "absent", "There is nothing here", "There is no such record or address.")
    }

    /// An address that does not answer this method.
    #[must_use]
    pub fn wrong_method() -> Self {
        Self::new(405, "wrong-method", "This cannot be done here", "See `Allow` for what can be.")
    }

    /// A media type that is not taken.
    #[must_use]
    pub fn wrong_media_type() -> Self {
        Self::new(415, "wrong-media-type", "The request cannot be read", "Send `application/json`.")
    }

    /// True when somebody must look: our fault, and not one that passes.
    #[must_use]
    pub fn pages_somebody(&self) -> bool {
        self.status == 500
    }
}

impl From<&ExecuteError> for Problem {
    fn from(error: &ExecuteError) -> Self {
        match error {
            ExecuteError::Refused(refusal) => {
                Self::new(409, refusal.code, "A rule stands in the way", refusal.sentence)
            }
            ExecuteError::Stale => Self::new(
                409,
                "stale",
                "The record changed",
                "Somebody else wrote to this record at the same time. Look at it again, then try again.",
            ),
            ExecuteError::Precondition { actual } => Self::new(
                412,
                "precondition",
                "The record changed",
                format!("The record is at version {actual}. Look at it again, then try again."),
            ),
            ExecuteError::NotPermitted(not) => not_permitted(not),
            ExecuteError::Absent => Self::no_such_page(),
            ExecuteError::IdempotencyConflict => Self::new(
                409,
                "idempotency-conflict",
                "This key was used before",
                "This `Idempotency-Key` was used for another order. Use a new key for a new order.",
            ),
            ExecuteError::Invalid(fields) => Self::invalid(fields.clone()),
            ExecuteError::Overloaded => overloaded(),
            ExecuteError::Unavailable(_) => unavailable(),
            ExecuteError::Corrupt(_) => corrupt(),
        }
    }
}

impl From<&ReadError> for Problem {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::NotPermitted(not) => not_permitted(not),
            ReadError::Absent => Self::no_such_page(),
            ReadError::Invalid(fields) => Self::invalid(fields.clone()),
            ReadError::Overloaded => overloaded(),
            ReadError::Unavailable(_) => unavailable(),
            ReadError::Corrupt(_) => corrupt(),
        }
    }
}

fn not_permitted(not: &NotPermitted) -> Problem {
    Problem::new(403, "not-permitted", "This is not permitted", not.to_string())
}

fn overloaded() -> Problem {
    Problem {
        retry_after_seconds: Some(RETRY_AFTER_SECONDS),
        ..Problem::new(503, "overloaded", "Too busy", "Nothing was written. Try again shortly.")
    }
}

fn unavailable() -> Problem {
    Problem {
        retry_after_seconds: Some(UNAVAILABLE_RETRY_AFTER_SECONDS),
        ..Problem::new(
            503,
            "unavailable",
            "The record cannot be reached",
            "Try again with the same `Idempotency-Key`: what was written is not written twice.",
        )
    }
}

fn corrupt() -> Problem {
    Problem::new(
        500,
        "corrupt",
        "The record cannot be read",
        "Somebody has been told. Telephone if it is urgent.",
    )
}
