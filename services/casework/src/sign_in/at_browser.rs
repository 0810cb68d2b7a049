//! Signing in at a browser: to the issuer with a question, and back with a code (OpenID Connect Core 1.0, section 3.1, with
//! PKCE, RFC 7636; RFC 9700).
//!
//! Nothing is kept meanwhile. The browser holds a sealed cookie with a random number; what the question is known by
//! (`state`), what the answer must repeat (`nonce`) and what the code is exchanged with (the verifier) each follow from that
//! number under the node's secret. So an answer is taken only by the browser that asked, once the issuer that was asked
//! has signed it for that very question. Each issuer has an address of its own to come back to, so that one issuer's
//! answer cannot be passed off as another's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::ids::{AccountId, PractitionerId};
use form_urlencoded::{Serializer, byte_serialize};
use reqwest::{Url, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::issuers::{Client, Issuer};
use super::published::{Published, PublishedError, read_json};
use super::{SKEW, Unproven, are_same, at};
use crate::app::App;

/// How long somebody may take to sign in at their issuer.
const LONGEST: TimeDelta = TimeDelta::minutes(15);
const COOKIE_BYTES_MAX: usize = 4096;

/// An issuer at which people sign in at a browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Door {
    pub key: String,
    pub name: String,
}

/// What the browser holds while somebody signs in at their issuer.
#[derive(Clone, Serialize, Deserialize)]
struct Begun {
    number: [u8; 16],
    door: String,
    at: i64,
    /// They must prove themselves anew, whoever the issuer remembers: somebody was signed in here before.
    again: bool,
    /// The page they go on to.
    back: String,
}

/// What an issuer's answer says in the address it sends the browser back to.
#[derive(Clone, Deserialize)]
pub struct CameBack {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// RFC 9207.
    #[serde(default)]
    iss: Option<String>,
}

domain::hidden_when_printed!(CameBack);

/// Somebody who has signed in at their issuer, and is somebody here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrived {
    pub account: AccountId,
    pub practitioner: PractitionerId,
    pub back: String,
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("there is no such issuer to sign in at")]
    NoSuchDoor,
    #[error("it was not begun at this browser, or too long ago")]
    NotBegunHere,
    #[error("the issuer did not let them in, or did not take the code")]
    AtTheIssuer,
    #[error(transparent)]
    Published(#[from] PublishedError),
    #[error(transparent)]
    Unproven(Unproven),
    /// They are who they say, and nobody has linked their account yet. What the issuer calls them is for them alone, to
    /// tell whoever can.
    #[error("the account is nobody's here")]
    NobodyHere { name: String, subject: String },
}

domain::hidden_when_printed!(Begun);

#[derive(Deserialize)]
struct Exchanged {
    id_token: String,
}

impl App {
    /// The issuers at which people sign in at a browser.
    #[must_use]
    pub fn doors(&self) -> Vec<Door> {
        let doors = self.issuers.doors();
        doors
            .map(|(_, _, client)| Door { key: client.key.clone(), name: client.name.as_str().to_owned() })
            .collect()
    }

    fn door(&self, key: &str) -> Result<(&Issuer, &Published, &Client), Refused> {
        self.issuers.doors().find(|(_, _, client)| client.key == key).ok_or(Refused::NoSuchDoor)
    }

    /// Where to send a browser whose user wants to sign in, and the cookie to send it with.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn to_issuer(
        &self,
        door: &str,
        back: String,
        again: bool,
    ) -> Result<(String, String), Refused> {
        let (_, published, client) = self.door(door)?;
        let endpoint = published.endpoints().await?.authorization_endpoint.ok_or(PublishedError::NoDoor)?;
        let mut address = Url::parse(&endpoint).map_err(|_| PublishedError::Unsafe)?;
        let mut number = [0; 16];
        getrandom::fill(&mut number).map_err(|_| PublishedError::NoDoor)?;
        let begun = Begun { number, door: client.key.clone(), at: self.clock.now().timestamp(), again, back };
        {
            let mut query = address.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &client.id)
                .append_pair("redirect_uri", &self.way_back(client))
                .append_pair("scope", "openid")
                .append_pair("state", &self.follows(&begun, "state"))
                .append_pair("nonce", &self.follows(&begun, "nonce"))
                .append_pair("code_challenge", &challenge(&self.follows(&begun, "verifier")))
                .append_pair("code_challenge_method", "S256");
            if again {
                query.append_pair("prompt", "login").append_pair("max_age", "0");
            }
        }
        Ok((address.into(), self.seal_begun(&begun)))
    }

    /// Who it is that an issuer has sent back.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn from_issuer(
        &self,
        door: &str,
        cookie: Option<&str>,
        answer: CameBack,
    ) -> Result<Arrived, Refused> {
        let (issuer, published, client) = self.door(door)?;
        let begun = cookie.and_then(|cookie| self.unseal_begun(cookie)).ok_or(Refused::NotBegunHere)?;
        let begun_at = at(begun.at).map_err(Refused::Unproven)?;
        if begun.door != client.key
            || !are_same(&self.follows(&begun, "state"), &answer.state)
            || begun_at + LONGEST < self.clock.now()
        {
            return Err(Refused::NotBegunHere);
        }
        if answer.code.is_empty() || answer.iss.is_some_and(|iss| iss != issuer.issuer) {
            return Err(Refused::AtTheIssuer);
        }
        let verifier = self.follows(&begun, "verifier");
        let token = self.exchange((issuer, published, client), &answer.code, &verifier).await?;
        let claims = self.claims(&token, (issuer, published), &client.id).await.map_err(Refused::of)?;
        let is_of_this = claims.nonce.as_deref() == Some(self.follows(&begun, "nonce").as_str())
            && claims.azp.as_ref().is_none_or(|party| *party == client.id);
        if !is_of_this {
            return Err(Refused::Unproven(Unproven::NotSigned));
        }
        if begun.again {
            let proven_at = claims.auth_time.map(at).transpose().map_err(Refused::Unproven)?;
            if proven_at.is_none_or(|proven_at| proven_at + SKEW < begun_at) {
                return Err(Refused::AtTheIssuer);
            }
        }
        let account = self.ids.account(&issuer.issuer, &claims.sub);
        match self.actor_of(account).await {
            Ok(actor) => Ok(Arrived { account, practitioner: actor.practitioner, back: begun.back }),
            Err(Unproven::NobodyHere) => {
                Err(Refused::NobodyHere { name: client.name.as_str().to_owned(), subject: claims.sub })
            }
            Err(other) => Err(Refused::of(other)),
        }
    }

    /// Where somebody who has signed out here may sign out at their issuer too, and how people know that issuer.
    pub async fn way_out(&self, account: AccountId) -> Option<(String, Door)> {
        let of = self.account(account, self.on_record()).await.ok()?;
        let name = of.issuer()?.as_str().to_owned();
        let (_, published, client) = self.issuers.doors().find(|(issuer, _, _)| issuer.issuer == name)?;
        let endpoint = published.endpoints().await.ok()?.end_session_endpoint?;
        let mut address = Url::parse(&endpoint).ok()?;
        address.query_pairs_mut().append_pair("client_id", &client.id);
        Some((address.into(), Door { key: client.key.clone(), name: client.name.as_str().to_owned() }))
    }

    fn way_back(&self, client: &Client) -> String {
        format!("{}/sign-in/{}/back", self.settings.public_address(), client.key)
    }

    /// What the issuer signed about whoever a code was given for.
    async fn exchange(
        &self,
        (issuer, published, client): (&Issuer, &Published, &Client),
        code: &str,
        verifier: &str,
    ) -> Result<String, Refused> {
        let endpoints = published.endpoints().await?;
        let endpoint = endpoints.token_endpoint.ok_or(PublishedError::NoDoor)?;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", &self.way_back(client))
            .append_pair("code_verifier", verifier);
        let methods = endpoints.token_endpoint_auth_methods_supported;
        let takes =
            |method: &str| methods.as_ref().is_some_and(|methods| methods.iter().any(|it| it == method));
        let mut request = published
            .client
            .post(&endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        match &client.secret {
            Some(secret) if takes("client_secret_post") && !takes("client_secret_basic") => {
                form.append_pair("client_id", &client.id).append_pair("client_secret", secret.reveal());
            }
            // RFC 6749, section 2.3.1: each is written as in a form first.
            Some(secret) => request = request.basic_auth(written(&client.id), Some(written(secret.reveal()))),
            None => drop(form.append_pair("client_id", &client.id)),
        }
        let answer = request.body(form.finish()).send().await.map_err(PublishedError::Silent)?;
        if !answer.status().is_success() {
            let status = answer.status().as_u16();
            tracing::warn!(issuer = issuer.issuer, status, "an issuer did not take a code it gave");
            return Err(Refused::AtTheIssuer);
        }
        Ok(read_json::<Exchanged>(answer).await?.id_token)
    }

    /// What follows from a beginning's number, for one use.
    fn follows(&self, begun: &Begun, used_as: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.ids.hash("goldthread/sign-in/1", &[used_as.as_bytes(), &begun.number]))
    }

    fn seal_begun(&self, begun: &Begun) -> String {
        // Numbers and texts can always be written.
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(begun).unwrap_or_default());
        let seal = self.seal_of_begun(&text);
        format!("{text}.{seal}")
    }

    fn unseal_begun(&self, cookie: &str) -> Option<Begun> {
        let (text, seal) = cookie.split_once('.').filter(|_| cookie.len() <= COOKIE_BYTES_MAX)?;
        if !are_same(&self.seal_of_begun(text), seal) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn seal_of_begun(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.ids.hash("goldthread/sign-in-begun/1", &[text.as_bytes()]))
    }
}

impl Refused {
    fn of(why: Unproven) -> Self {
        match why {
            Unproven::Keys(error) => Self::Published(error),
            other => Self::Unproven(other),
        }
    }
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn written(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
