//! What an issuer publishes: the keys it signs with and where it lets people sign in (OpenID Connect Discovery 1.0; RFC
//! 7517).
//!
//! It is read when it is first needed, again each hour, and when a token names a key that is not among them: so an issuer
//! may change its keys at any time. A token with made-up key names makes us ask no oftener than twice a minute.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::issuers::is_safe;

const AGE_MAX: Duration = Duration::from_secs(3600);
/// Keys that are not refreshed, because the issuer does not answer, are good for a day.
const STALE_MAX: Duration = Duration::from_secs(24 * 3600);
const NOT_OFTENER: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(5);
/// What an issuer publishes is a few kilobytes.
const BYTES_MAX: usize = 1 << 20;

/// Why it is not known what an issuer publishes.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    #[error("the issuer does not answer")]
    Silent(#[source] reqwest::Error),
    #[error("the issuer did not answer a moment ago, and is not asked again yet")]
    SilentLately,
    #[error("the issuer's answer is longer than {BYTES_MAX} bytes")]
    TooLong,
    #[error("the issuer's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the issuer calls itself by another name than it is set down by")]
    AnotherName,
    #[error("the issuer does not say where people sign in")]
    NoDoor,
    #[error("the issuer sends to an address that is not safe")]
    Unsafe,
}

/// Where people sign in and out, as far as it says.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Endpoints {
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    /// OpenID Connect RP-Initiated Logout 1.0.
    pub end_session_endpoint: Option<String>,
    /// How it lets programs prove themselves; by their secret in a header when it does not say.
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What one issuer publishes.
pub struct Published {
    issuer: String,
    pub(super) client: reqwest::Client,
    /// Held while it is read: whoever needs it meanwhile waits for the one reading.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    said: Option<(Arc<Said>, Instant)>,
    /// When it was asked for last because there was nothing, or something old.
    tried_at: Option<Instant>,
    /// The same because a token named another key.
    asked_for_another_at: Option<Instant>,
}

struct Said {
    keys: JwkSet,
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
    #[serde(flatten)]
    endpoints: Endpoints,
}

impl Published {
    pub fn by(issuer: &str) -> Result<Self, PublishedError> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            // A redirect could lead from a safe address to one that is not.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(PublishedError::Silent)?;
        Ok(Self { issuer: issuer.to_owned(), client, known: Mutex::default() })
    }

    /// The key of a name; `None` when the issuer has none of that name.
    ///
    /// # Errors
    /// [`PublishedError`], when nothing was read lately either.
    pub async fn key(&self, name: &str) -> Result<Option<Jwk>, PublishedError> {
        let said = self.said(|said| said.keys.find(name).is_some()).await?;
        Ok(said.keys.find(name).cloned())
    }

    /// Where people sign in and out.
    ///
    /// # Errors
    /// As [`Self::key`].
    pub async fn endpoints(&self) -> Result<Endpoints, PublishedError> {
        Ok(self.said(|_| true).await?.endpoints.clone())
    }

    async fn said(&self, is_enough: impl Fn(&Said) -> bool) -> Result<Arc<Said>, PublishedError> {
        let mut known = self.known.lock().await;
        let last = known.said.as_ref().map(|(said, read_at)| (Arc::clone(said), read_at.elapsed()));
        let is_fresh = last.as_ref().is_some_and(|(_, age)| *age < AGE_MAX);
        let asked_at = if is_fresh { &mut known.asked_for_another_at } else { &mut known.tried_at };
        let may_ask = asked_at.is_none_or(|asked_at| asked_at.elapsed() >= NOT_OFTENER);
        if let Some((said, _)) = &last
            && (!may_ask || (is_fresh && is_enough(said)))
        {
            return Ok(Arc::clone(said));
        }
        if !may_ask {
            return Err(PublishedError::SilentLately);
        }
        *asked_at = Some(Instant::now());
        match (self.read().await, last) {
            (Ok(said), _) => {
                let said = Arc::new(said);
                known.said = Some((Arc::clone(&said), Instant::now()));
                Ok(said)
            }
            (Err(error), Some((said, age))) if age < STALE_MAX => {
                tracing::warn!(issuer = self.issuer, %error, "an issuer's keys are not refreshed");
                Ok(said)
            }
            (Err(error), _) => {
                // Nor are they good while it is not asked again.
                known.said = None;
                Err(error)
            }
        }
    }

    async fn read(&self) -> Result<Said, PublishedError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovered: Discovered = self.get(&address).await?;
        if discovered.issuer != self.issuer {
            return Err(PublishedError::AnotherName);
        }
        let endpoints = discovered.endpoints;
        let named = [
            Some(&discovered.jwks_uri),
            endpoints.authorization_endpoint.as_ref(),
            endpoints.token_endpoint.as_ref(),
            endpoints.end_session_endpoint.as_ref(),
        ];
        if !named.into_iter().flatten().all(|address| is_safe(address)) {
            return Err(PublishedError::Unsafe);
        }
        Ok(Said { keys: self.get(&discovered.jwks_uri).await?, endpoints })
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, PublishedError> {
        let sent = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status);
        read_json(sent.map_err(PublishedError::Silent)?).await
    }
}

/// An issuer's answer, if it is no longer than any has reason to be.
///
/// # Errors
/// One that breaks off, is too long, or says something else.
pub(super) async fn read_json<T: DeserializeOwned>(
    mut answer: reqwest::Response,
) -> Result<T, PublishedError> {
    let mut text = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(PublishedError::Silent)? {
        if text.len() + chunk.len() > BYTES_MAX {
            return Err(PublishedError::TooLong);
        }
        text.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&text).map_err(PublishedError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of an issuer that answers nobody, with keys that were read just now.
    async fn silent() -> Published {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let keys = Published::by(&format!("http://{free}")).unwrap();
        let set = r#"{ "keys": [ { "kty": "oct", "kid": "one", "k": "AA" } ] }"#;
        let endpoints = serde_json::from_str("{}").unwrap();
        let said = Said { keys: serde_json::from_str(set).unwrap(), endpoints };
        keys.known.lock().await.said = Some((Arc::new(said), Instant::now()));
        keys
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_issuers_keys_are_good_for_a_day_and_not_a_moment_longer() {
        let keys = silent().await;
        assert!(keys.key("one").await.unwrap().is_some());
        assert!(keys.key("two").await.unwrap().is_none());
        tokio::time::advance(STALE_MAX / 2).await;
        assert!(keys.key("one").await.unwrap().is_some());
        tokio::time::advance(STALE_MAX / 2).await;
        for _ in 0..3 {
            assert!(keys.key("one").await.is_err());
        }
    }
}
