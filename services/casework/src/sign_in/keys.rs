//! The keys an issuer signs with, as it publishes them (OpenID Connect Discovery 1.0; RFC 7517).
//!
//! They are read when they are first needed, again each hour, and when a token names one that is not among them: so an
//! issuer may change its keys at any time. A token with made-up key names makes us ask no oftener than twice a minute.

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

/// Why an issuer's keys are not known.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
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
    #[error("the issuer's keys are at an address that is not safe")]
    Unsafe,
}

/// One issuer's keys.
pub struct IssuerKeys {
    issuer: String,
    client: reqwest::Client,
    /// Held while they are read: whoever needs them meanwhile waits for the one reading.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: Option<(JwkSet, Instant)>,
    /// When they were asked for last because there were none, or old ones.
    tried_at: Option<Instant>,
    /// The same because a token named another.
    asked_for_another_at: Option<Instant>,
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    jwks_uri: String,
}

impl IssuerKeys {
    pub fn of(issuer: &str) -> Result<Self, KeysError> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            // A redirect could lead from a safe address to one that is not.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(KeysError::Silent)?;
        Ok(Self { issuer: issuer.to_owned(), client, known: Mutex::default() })
    }

    /// The key of a name; `None` when the issuer has none of that name.
    ///
    /// # Errors
    /// [`KeysError`], when none were read lately either.
    pub async fn key(&self, name: &str) -> Result<Option<Jwk>, KeysError> {
        let mut known = self.known.lock().await;
        let found = |known: &Known| known.keys.as_ref().and_then(|(keys, _)| keys.find(name).cloned());
        let age = known.keys.as_ref().map(|(_, read_at)| read_at.elapsed());
        let is_fresh = age.is_some_and(|age| age < AGE_MAX);
        let asked_at = if is_fresh { known.asked_for_another_at } else { known.tried_at };
        let may_ask = asked_at.is_none_or(|asked_at| asked_at.elapsed() >= NOT_OFTENER);
        if !may_ask || (is_fresh && found(&known).is_some()) {
            return if known.keys.is_some() { Ok(found(&known)) } else { Err(KeysError::SilentLately) };
        }
        let asked_at = if is_fresh { &mut known.asked_for_another_at } else { &mut known.tried_at };
        *asked_at = Some(Instant::now());
        match self.read().await {
            Ok(keys) => known.keys = Some((keys, Instant::now())),
            Err(error) if age.is_some_and(|age| age < STALE_MAX) => {
                tracing::warn!(issuer = self.issuer, %error, "an issuer's keys are not refreshed");
            }
            Err(error) => {
                // Nor are they good while it is not asked again.
                known.keys = None;
                return Err(error);
            }
        }
        Ok(found(&known))
    }

    async fn read(&self) -> Result<JwkSet, KeysError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovered: Discovered = self.get(&address).await?;
        if discovered.issuer != self.issuer {
            return Err(KeysError::AnotherName);
        }
        if !is_safe(&discovered.jwks_uri) {
            return Err(KeysError::Unsafe);
        }
        self.get(&discovered.jwks_uri).await
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, KeysError> {
        let sent = self.client.get(address).send().await.and_then(reqwest::Response::error_for_status);
        let mut answer = sent.map_err(KeysError::Silent)?;
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(KeysError::Silent)? {
            if text.len() + chunk.len() > BYTES_MAX {
                return Err(KeysError::TooLong);
            }
            text.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&text).map_err(KeysError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of an issuer that answers nobody, with keys that were read just now.
    async fn silent() -> IssuerKeys {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let keys = IssuerKeys::of(&format!("http://{free}")).unwrap();
        let set = r#"{ "keys": [ { "kty": "oct", "kid": "one", "k": "AA" } ] }"#;
        keys.known.lock().await.keys = Some((serde_json::from_str(set).unwrap(), Instant::now()));
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
