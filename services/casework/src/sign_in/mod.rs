//! Who somebody is by the word of an issuer: access tokens for the API, and signing in at a browser, each checked against
//! the issuer's own keys.
//!
//! A token says who spoke (`iss`), of whom (`sub`), for whom it is meant (`aud`) and until when (`exp`): RFC 7519, RFC
//! 9068. Whose account that is, what they are today and for whom they work stands on the record, so that whoever has left
//! is nobody from then on, whatever their issuer still says. Left out: what they may do, which is policy's.

mod at_browser;
mod issuers;
mod published;
mod session;

pub use at_browser::{Arrived, CameBack, Door, Refused};
pub use issuers::{Issuer, IssuersError};
pub use published::PublishedError;
pub use session::is_session_token;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Actor;
use domain::ids::AccountId;
use domain::when::civil_day;
use jsonwebtoken::jwk::PublicKeyUse;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::path::Path;

use crate::app::App;
use crate::error::ReadError;
use crate::visitor::{Proof, Visitor};
use issuers::Client;
use published::Published;

/// How far an issuer's clock may be from ours.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// Longer than any issuer's; what is longer is not looked at.
const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Signed by a key of which the issuer keeps the secret half. A shared secret would let us make tokens ourselves, and
/// `none` anybody (RFC 8725, section 3.1).
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token proves nobody. The token itself is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum Unproven {
    #[error("it is not a token that an issuer of this node signed for this API")]
    NotSigned,
    #[error("it has expired")]
    Expired,
    #[error("it is not good yet")]
    TooEarly,
    #[error("the account is nobody's here")]
    NobodyHere,
    #[error("whoever it is has left, or is not of an agency that the issuer speaks for")]
    NotAtWork,
    #[error("the issuer's keys are not known")]
    Keys(#[from] PublishedError),
    #[error(transparent)]
    Record(#[from] ReadError),
}

/// The issuers of a node.
#[derive(Default)]
pub struct Issuers(Vec<(Issuer, Published)>);

impl std::fmt::Debug for Issuers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(issuer, _)| issuer)).finish()
    }
}

/// Why the issuers are not known.
#[derive(Debug, thiserror::Error)]
pub enum OpenIssuersError {
    #[error(transparent)]
    File(#[from] IssuersError),
    #[error(transparent)]
    Client(#[from] PublishedError),
}

impl Issuers {
    /// Those of a file; none without one.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn open(file: Option<&Path>) -> Result<Self, OpenIssuersError> {
        let Some(file) = file else { return Ok(Self::default()) };
        let with_published = |issuer: Issuer| {
            let published = Published::by(&issuer.issuer)?;
            Ok((issuer, published))
        };
        issuers::read(file)?
            .into_iter()
            .map(with_published)
            .collect::<Result<_, OpenIssuersError>>()
            .map(Self)
    }

    fn find(&self, name: &str) -> Option<&(Issuer, Published)> {
        self.0.iter().find(|(issuer, _)| issuer.issuer == name)
    }

    /// The issuers at which people sign in at a browser.
    fn doors(&self) -> impl Iterator<Item = (&Issuer, &Published, &Client)> {
        self.0.iter().filter_map(|(issuer, published)| Some((issuer, published, issuer.client.as_ref()?)))
    }

    /// The issuer of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Issuer> {
        self.find(name).map(|(issuer, _)| issuer)
    }
}

/// What a token says, of what we ask of it.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    /// Of what says that somebody signed in at a browser (OpenID Connect Core 1.0, section 2).
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    auth_time: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
}

/// Who spoke, before anything is proven.
#[derive(Deserialize)]
struct Spoken {
    iss: String,
}

impl App {
    /// Who an issuer's access token is for.
    ///
    /// # Errors
    /// [`Unproven`].
    pub async fn signed_in(&self, token: &str) -> Result<Visitor, Unproven> {
        let (issuer, published) = self.spoken_by(token)?;
        let claims = self.claims(token, (issuer, published), &issuer.audience).await?;
        let account = self.ids.account(&issuer.issuer, &claims.sub);
        let proof = Proof { account, session: None };
        Ok(Visitor::signed_in(self.actor_of(account).await?, proof, at(claims.exp)?))
    }

    /// Which issuer a token says it is of, before anything is proven.
    fn spoken_by(&self, token: &str) -> Result<&(Issuer, Published), Unproven> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Unproven::NotSigned);
        }
        let spoken =
            jsonwebtoken::dangerous::insecure_decode::<Spoken>(token).map_err(|_| Unproven::NotSigned)?;
        self.issuers.find(&spoken.claims.iss).ok_or(Unproven::NotSigned)
    }

    /// What an issuer signed, for whom it is meant, now.
    async fn claims(
        &self,
        token: &str,
        (issuer, published): (&Issuer, &Published),
        audience: &str,
    ) -> Result<Claims, Unproven> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unproven::NotSigned)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Unproven::NotSigned);
        }
        let key =
            published.key(header.kid.as_deref().unwrap_or_default()).await?.ok_or(Unproven::NotSigned)?;
        let is_for_this = key
            .common
            .key_algorithm
            .is_none_or(|given| given.to_string().parse().is_ok_and(|given: Algorithm| given == header.alg));
        let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        if !is_for_this || !signs {
            return Err(Unproven::NotSigned);
        }
        let key = DecodingKey::from_jwk(&key).map_err(|_| Unproven::NotSigned)?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&issuer.issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // By our own clock, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let token = jsonwebtoken::decode::<Claims>(token, &key, &validation);
        let claims = token.map_err(|_| Unproven::NotSigned)?.claims;
        let now = self.clock.now();
        if at(claims.exp)? + SKEW <= now {
            return Err(Unproven::Expired);
        }
        if claims.nbf.map(at).transpose()?.is_some_and(|from| from - SKEW > now) {
            return Err(Unproven::TooEarly);
        }
        Ok(claims)
    }

    /// Whose account it is, and what they are today.
    async fn actor_of(&self, id: AccountId) -> Result<Actor, Unproven> {
        let head = self.on_record();
        let account = self.account(id, head).await?;
        let (Some(practitioner), Some(issuer)) = (account.practitioner(), account.issuer()) else {
            return Err(Unproven::NobodyHere);
        };
        let state = self.practitioner(practitioner, head).await?;
        let today = civil_day(self.clock.now());
        let registered =
            state.registered().filter(|_| state.is_at_work_on(today)).ok_or(Unproven::NotAtWork)?;
        // An issuer that is taken no more proves nobody.
        let issuer = self.issuers.named(issuer.as_str()).ok_or(Unproven::NotAtWork)?;
        if !issuer.speaks_for(registered.agency) {
            return Err(Unproven::NotAtWork);
        }
        let agency = self.agency(registered.agency, head).await?;
        let agency = agency.registered().ok_or(Unproven::NotAtWork)?;
        Ok(Actor {
            practitioner,
            agency: registered.agency,
            agency_kind: agency.kind,
            authority: agency.authority.clone(),
            team: registered.team,
            roles: state.roles_on(today),
        })
    }

    /// True while somebody who was proven is who they were then, as what they hold open must ask again.
    ///
    /// # Errors
    /// A record that is away: nobody can tell.
    pub(crate) async fn is_still(&self, visitor: &Visitor) -> Result<bool, ReadError> {
        if visitor.until().is_some_and(|until| until <= self.clock.now()) {
            return Ok(false);
        }
        let Some(Proof { account, session }) = visitor.proof() else { return Ok(true) };
        if let Some(session) = session
            && self.session(session, self.on_record()).await?.open().is_none()
        {
            return Ok(false);
        }
        match self.actor_of(account).await {
            Ok(actor) => Ok(actor == *visitor.actor()),
            Err(Unproven::Record(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

fn at(seconds: i64) -> Result<DateTime<Utc>, Unproven> {
    DateTime::from_timestamp(seconds, 0).ok_or(Unproven::NotSigned)
}

/// Every byte is compared: how long it takes says nothing of how many were right.
fn are_same(expected: &str, given: &str) -> bool {
    let differs =
        expected.bytes().zip(given.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    differs == 0 && expected.len() == given.len()
}
