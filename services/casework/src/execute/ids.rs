//! Ids that say nothing and cannot be guessed: keyed hashes under the node's own secret.

use domain::authority::Authority;
use domain::ids::{AgencyId, CaseId, CommandId, EventId, PersonId, PractitionerId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Derives ids from what they are ids of. The same inputs give the same id on this node and no other.
pub struct Ids(Hmac<Sha256>);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids(…)")
    }
}

impl Ids {
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        // HMAC fills a short key up with zeros to its block; doing so here leaves no length that could be wrong.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(secret).for_each(|(byte, secret)| *byte = *secret);
        Self(Hmac::new((&*block).into()))
    }

    /// A child's one case at an authority.
    #[must_use]
    pub fn case(&self, child: PersonId, authority: &Authority) -> CaseId {
        CaseId(self.derive("case", &[child.0.as_bytes(), authority.as_str().as_bytes()]))
    }

    /// The agency that is an authority: known by its code, so that its front door can be found from any record.
    #[must_use]
    pub fn local_authority(&self, authority: &Authority) -> AgencyId {
        AgencyId(self.derive("local-authority", &[authority.as_str().as_bytes()]))
    }

    /// The command that somebody names by an idempotency key.
    #[must_use]
    pub fn command(&self, actor: PractitionerId, idempotency_key: &str) -> CommandId {
        CommandId(self.derive("command", &[actor.0.as_bytes(), idempotency_key.as_bytes()]))
    }

    /// The stream that a command begins.
    #[must_use]
    pub fn new_stream(&self, command: CommandId, category: &str) -> Uuid {
        self.derive("stream", &[command.0.as_bytes(), category.as_bytes()])
    }

    /// The `nth` event of a command, from 0.
    #[must_use]
    pub fn event(&self, command: CommandId, nth: u32) -> EventId {
        EventId(self.derive("event", &[command.0.as_bytes(), &nth.to_be_bytes()]))
    }

    /// Any other id: of a person known by an authority's own number, of a file by its content.
    #[must_use]
    pub fn derive(&self, of: &str, parts: &[&[u8]]) -> Uuid {
        let hash = self.hash(of, parts);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// A keyed hash of content, to compare without keeping: it cannot be tried out by guessing.
    #[must_use]
    pub fn hash(&self, of: &str, parts: &[&[u8]]) -> [u8; 32] {
        // Lengths first, so that no two lists of parts read the same.
        let mut mac = self.0.clone();
        for part in std::iter::once(of.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_belongs_to_its_inputs_and_its_node() {
        let ids = Ids::new(&[1; 32]);
        let other = Ids::new(&[2; 32]);
        let child = PersonId(Uuid::from_u128(7));
        let leeds: Authority = "383".parse().unwrap();
        assert_eq!(ids.case(child, &leeds), ids.case(child, &leeds));
        assert_ne!(ids.case(child, &leeds), other.case(child, &leeds));
        assert_ne!(ids.case(child, &leeds), ids.case(child, &"384".parse().unwrap()));
        assert_ne!(ids.derive("a", &[b"bc", b""]), ids.derive("a", &[b"b", b"c"]));
        assert_ne!(ids.derive("ab", &[b"c"]), ids.derive("a", &[b"bc"]));
    }
}
