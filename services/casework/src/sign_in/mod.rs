//! Who somebody is by the word of an issuer: access tokens for the API, checked against the issuer's own keys.
//!
//! A token says who spoke (`iss`), of whom (`sub`), for whom it is meant (`aud`) and until when (`exp`): RFC 7519, RFC
//! 9068. Whose account that is, what they are today and for whom they work stands on the record, so that whoever has left
//! is nobody from then on, whatever their issuer still says. Left out: what they may do, which is policy's.

mod issuers;
mod keys;

pub use issuers::{Issuer, IssuersError};
pub use keys::KeysError;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Actor;
use domain::account::Account;
use domain::agency::Agency;
use domain::practitioner::Practitioner;
use domain::when::civil_day;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::path::Path;

use crate::app::App;
use crate::error::ReadError;
use crate::visitor::Visitor;
use keys::IssuerKeys;

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
    Keys(#[from] KeysError),
    #[error(transparent)]
    Record(#[from] ReadError),
}

/// The issuers of a node.
#[derive(Default)]
pub struct Issuers(Vec<(Issuer, IssuerKeys)>);

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
    Client(#[from] KeysError),
}

impl Issuers {
    /// Those of a file; none without one.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn open(file: Option<&Path>) -> Result<Self, OpenIssuersError> {
        let Some(file) = file else { return Ok(Self::default()) };
        let with_keys = |issuer: Issuer| {
            let keys = IssuerKeys::of(&issuer.issuer)?;
            Ok((issuer, keys))
        };
        issuers::read(file)?.into_iter().map(with_keys).collect::<Result<_, OpenIssuersError>>().map(Self)
    }

    fn find(&self, name: &str) -> Option<&(Issuer, IssuerKeys)> {
        self.0.iter().find(|(issuer, _)| issuer.issuer == name)
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
        let (issuer, claims) = self.claims(token).await?;
        let now = self.clock.now();
        let until = at(claims.exp)?;
        if until + SKEW <= now {
            return Err(Unproven::Expired);
        }
        if claims.nbf.map(at).transpose()?.is_some_and(|from| from - SKEW > now) {
            return Err(Unproven::TooEarly);
        }
        let actor = self.actor_of(issuer, &claims.sub, now).await?;
        Ok(Visitor::proven(actor, until))
    }

    /// What is signed, and by whom.
    async fn claims(&self, token: &str) -> Result<(&Issuer, Claims), Unproven> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Unproven::NotSigned);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Unproven::NotSigned)?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Unproven::NotSigned);
        }
        let spoken =
            jsonwebtoken::dangerous::insecure_decode::<Spoken>(token).map_err(|_| Unproven::NotSigned)?;
        let (issuer, keys) = self.issuers.find(&spoken.claims.iss).ok_or(Unproven::NotSigned)?;
        let key = keys.key(header.kid.as_deref().unwrap_or_default()).await?.ok_or(Unproven::NotSigned)?;
        let is_for_this = key
            .common
            .key_algorithm
            .is_none_or(|given| given.to_string().parse().is_ok_and(|given: Algorithm| given == header.alg));
        if !is_for_this {
            return Err(Unproven::NotSigned);
        }
        let key = DecodingKey::from_jwk(&key).map_err(|_| Unproven::NotSigned)?;
        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&issuer.issuer]);
        validation.set_audience(&[&issuer.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // By our own clock, below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let token = jsonwebtoken::decode::<Claims>(token, &key, &validation);
        Ok((issuer, token.map_err(|_| Unproven::NotSigned)?.claims))
    }

    /// Whose account it is, and what they are today.
    async fn actor_of(&self, issuer: &Issuer, subject: &str, now: DateTime<Utc>) -> Result<Actor, Unproven> {
        let id = self.ids.account(&issuer.issuer, subject);
        let (account, _): (Account, _) = self.state_of("account", id.0).await?;
        let practitioner = account.practitioner().ok_or(Unproven::NobodyHere)?;
        let (state, _): (Practitioner, _) = self.state_of("practitioner", practitioner.0).await?;
        let today = civil_day(now);
        let registered =
            state.registered().filter(|_| state.is_at_work_on(today)).ok_or(Unproven::NotAtWork)?;
        if !issuer.speaks_for(registered.agency) {
            return Err(Unproven::NotAtWork);
        }
        let (agency, _): (Agency, _) = self.state_of("agency", registered.agency.0).await?;
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
}

fn at(seconds: i64) -> Result<DateTime<Utc>, Unproven> {
    DateTime::from_timestamp(seconds, 0).ok_or(Unproven::NotSigned)
}
