//! One connection to the server, made anew when the client's own task has ended.
//!
//! The client stops for good after its first failed discovery, and trusts the server to keep deadlines; so every
//! answer is waited for with our own patience, and a dead client is replaced.

use std::error::Error as Cause;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use eventstore::{Client, ClientSettings, Error};

use crate::port::StoreError;

/// How often one request is made before its caller is told.
const ATTEMPTS: u32 = 5;
/// How long to wait after the first failure; after the second twice as long, and so on.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Why a request got no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The stream is at another version than expected.
    WrongVersion,
    /// There is no such stream.
    Absent,
    /// It cannot have been carried out: there was nobody to carry it out.
    NotDone(Box<dyn Cause + Send + Sync>),
    /// It may have been carried out.
    Lost(Box<dyn Cause + Send + Sync>),
    /// Asking again will not help.
    Refused(String),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotDone(cause) | Failure::Lost(cause) => Self::Unavailable(cause),
            Failure::Refused(detail) => Self::Unfit(detail),
            Failure::WrongVersion => {
                Self::Unfit("the server refused a version that was not asked for".to_owned())
            }
            Failure::Absent => Self::Unfit("the server does not know what it was asked for".to_owned()),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the server did not answer within {0:?}")]
struct Silence(Duration);

/// Puts the client's errors in the order that matters here.
pub(super) fn sort(error: Error) -> Failure {
    match error {
        Error::WrongExpectedVersion { .. } => Failure::WrongVersion,
        Error::ResourceNotFound => Failure::Absent,
        Error::ConnectionClosed | Error::GrpcConnectionError(_) | Error::NotLeaderException(_) => {
            Failure::NotDone(Box::new(error))
        }
        Error::AccessDenied
        | Error::ResourceDeleted
        | Error::ResourceAlreadyExists
        | Error::UnsupportedFeature
        | Error::InitializationError(_) => Failure::Refused(error.to_string()),
        // Invalid argument, failed precondition, out of range: the server understood, and will not.
        Error::Grpc { code, .. } if matches!(i32::from(code), 3 | 9 | 11) => {
            Failure::Refused(error.to_string())
        }
        _ => Failure::Lost(Box::new(error)),
    }
}

/// Waits for an answer no longer than `patience`.
pub(super) async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = eventstore::Result<T>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(sort),
        Err(_) => Err(Failure::Lost(Box::new(Silence(patience)))),
    }
}

pub(super) struct Connection {
    settings: ClientSettings,
    pub(super) patience: Duration,
    client: Mutex<Numbered>,
}

/// A client and how many there were before it, so that of many who find it dead only one replaces it.
#[derive(Clone)]
struct Numbered {
    number: u64,
    client: Client,
}

impl Connection {
    pub(super) fn open(connection: &str, patience: Duration) -> Result<Self, StoreError> {
        // Not the client's own words: they may repeat the password.
        let settings: ClientSettings = connection
            .parse()
            .map_err(|_| StoreError::Unfit("the connection string is not one of EventStoreDB".to_owned()))?;
        let client = new_client(&settings)?;
        Ok(Self { settings, patience, client: Mutex::new(Numbered { number: 0, client }) })
    }

    fn current(&self) -> Numbered {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, dead: u64) -> Result<(), StoreError> {
        let mut current = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if current.number == dead {
            *current = Numbered { number: dead + 1, client: new_client(&self.settings)? };
            tracing::info!("connecting to the event store anew");
        }
        Ok(())
    }

    /// Makes a request, and makes it again while the server cannot be reached or does not answer.
    ///
    /// What is asked must be safe to ask twice.
    pub(super) async fn ask<T, Asked>(&self, request: impl Fn(Client) -> Asked) -> Result<T, Failure>
    where
        Asked: Future<Output = Result<T, Failure>>,
    {
        let mut attempt = 1;
        let mut perhaps_done = false;
        loop {
            let Numbered { number, client } = self.current();
            let failure = match request(client).await {
                Err(failure @ (Failure::NotDone(_) | Failure::Lost(_))) => failure,
                answer => return answer,
            };
            if is_dead(&failure) {
                self.replace(number).map_err(|error| Failure::NotDone(Box::new(error)))?;
            }
            perhaps_done |= matches!(failure, Failure::Lost(_));
            if attempt == ATTEMPTS {
                return Err(match failure {
                    Failure::NotDone(cause) if perhaps_done => Failure::Lost(cause),
                    failure => failure,
                });
            }
            tokio::time::sleep(RETRY_AFTER * attempt).await;
            attempt += 1;
        }
    }
}

fn is_dead(failure: &Failure) -> bool {
    let Failure::NotDone(cause) = failure else { return false };
    matches!(cause.downcast_ref(), Some(Error::ConnectionClosed | Error::GrpcConnectionError(_)))
}

fn new_client(settings: &ClientSettings) -> Result<Client, StoreError> {
    Client::new(settings.clone()).map_err(|cause| StoreError::Unavailable(cause.into()))
}
