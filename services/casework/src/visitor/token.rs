//! Development tokens: `gt1.<claims>.<signature>`, base64url, Ed25519 over the claims under the node's own secret.
//!
//! They prove nothing about a real person, so only a demonstration makes or accepts them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::access::Actor;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::Visitor;

const PREFIX: &str = "gt1";
/// Claims are a few ids and codes; anything longer is not one of our tokens.
const TOKEN_BYTES_MAX: usize = 4096;

/// Why a token is not taken. The token itself is never repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token is not one of this node's")]
    NotOurs,
    #[error("the token has expired")]
    Expired,
    #[error(
        "development tokens are for demonstrations, and this node is not one; serve it with `--demonstration` first"
    )]
    NotADemonstration,
}

/// True for what looks like one, whoever made it.
#[must_use]
pub fn is_development_token(token: &str) -> bool {
    token.split('.').next() == Some(PREFIX)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    actor: Actor,
    /// Seconds since 1970.
    expires: i64,
}

/// Signs and reads development tokens.
pub struct Tokens {
    key: SigningKey,
    verifier: VerifyingKey,
}

domain::hidden_when_printed!(Tokens);

impl Tokens {
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        let verifier = key.verifying_key();
        Self { key, verifier }
    }

    /// A token for somebody, good until `expires`.
    ///
    /// # Errors
    /// [`TokenError::NotOurs`] for an actor that cannot be written down.
    pub fn sign(&self, actor: &Actor, expires: DateTime<Utc>) -> Result<String, TokenError> {
        let claims = Claims { actor: actor.clone(), expires: expires.timestamp() };
        let json = serde_json::to_vec(&claims).map_err(|_| TokenError::NotOurs)?;
        let signed = format!("{PREFIX}.{}", URL_SAFE_NO_PAD.encode(json));
        let signature = self.key.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }

    /// Who a token is for.
    ///
    /// # Errors
    /// When it is not signed by this node, or is past its time.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Visitor, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::NotOurs);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::NotOurs)?;
        let (prefix, claims) = signed.split_once('.').ok_or(TokenError::NotOurs)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenError::NotOurs)?;
        let signature = Signature::from_slice(&signature).map_err(|_| TokenError::NotOurs)?;
        // Strict: no second form of the same signature.
        self.verifier.verify_strict(signed.as_bytes(), &signature).map_err(|_| TokenError::NotOurs)?;
        if prefix != PREFIX {
            return Err(TokenError::NotOurs);
        }
        let json = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError::NotOurs)?;
        let claims: Claims = serde_json::from_slice(&json).map_err(|_| TokenError::NotOurs)?;
        let expires = DateTime::from_timestamp(claims.expires, 0).ok_or(TokenError::NotOurs)?;
        if expires <= now {
            return Err(TokenError::Expired);
        }
        Ok(Visitor::proven(claims.actor, expires))
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Role;
    use domain::agency::AgencyKind;
    use domain::ids::{AgencyId, PractitionerId};
    use uuid::Uuid;

    use super::*;

    fn actor() -> Actor {
        Actor {
            practitioner: PractitionerId(Uuid::from_u128(1)),
            agency: AgencyId(Uuid::from_u128(2)),
            agency_kind: AgencyKind::School,
            authority: "383".parse().ok(),
            team: None,
            roles: vec![Role::SafeguardingLead],
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_token_proves_who_it_was_made_for_until_it_expires() {
        let tokens = Tokens::new(&[7; 32]);
        let token = tokens.sign(&actor(), at(100)).unwrap();
        assert_eq!(tokens.read(&token, at(99)).unwrap().actor(), &actor());
        assert_eq!(tokens.read(&token, at(100)), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_of_another_node_or_with_a_changed_letter_proves_nothing() {
        let tokens = Tokens::new(&[7; 32]);
        let token = tokens.sign(&actor(), at(100)).unwrap();
        assert_eq!(Tokens::new(&[8; 32]).read(&token, at(1)), Err(TokenError::NotOurs));
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(tokens.read(&changed, at(1)), Err(TokenError::NotOurs), "letter {place}");
        }
        for nonsense in ["", ".", "..", "gt1.e30.", &"a".repeat(5000)] {
            assert_eq!(tokens.read(nonsense, at(1)), Err(TokenError::NotOurs));
        }
    }
}
