//! The node's own secret, under which ids are derived: the same inputs give the same id on this node and no other.

use domain::authority::Authority;
use domain::enquiry::sought::{MarkText, SoughtMark};
use domain::ids::{AccountId, AgencyId, AlertId, CaseId, CommandId, PersonId, PractitionerId, ReviewId};
use domain::linkage::Finding;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Derives ids that say nothing and cannot be guessed from what they are ids of.
pub struct Ids(Zeroizing<[u8; 32]>);

domain::hidden_when_printed!(Ids);

impl Ids {
    #[must_use]
    pub fn new(secret: Zeroizing<[u8; 32]>) -> Self {
        Self(secret)
    }

    /// A child's one case at an authority.
    #[must_use]
    pub fn case(&self, child: PersonId, authority: &Authority) -> CaseId {
        CaseId::of(&self.0, child, authority)
    }

    /// The agency that is an authority.
    #[must_use]
    pub fn local_authority(&self, authority: &Authority) -> AgencyId {
        AgencyId::of(&self.0, authority)
    }

    /// The command that somebody names by an idempotency key.
    #[must_use]
    pub fn command(&self, actor: PractitionerId, idempotency_key: &str) -> CommandId {
        CommandId::of(&self.0, actor, idempotency_key)
    }

    /// The idempotency key of one part of an order: as long for every key, and nobody can send it, since nobody else
    /// can make it.
    #[must_use]
    pub fn key_of_part(&self, idempotency_key: &str, part: &str) -> String {
        super::hex(&self.hash("goldthread/part-of-order/1", &[idempotency_key.as_bytes(), part.as_bytes()]))
    }

    /// The alert of a finding that no alert says yet.
    #[must_use]
    pub fn alert(&self, finding: &Finding) -> AlertId {
        AlertId::of(&self.0, (finding.rule.as_str(), finding.version), finding.first)
    }

    /// An account, by who says whose it is and what they call whoever has it. Nobody can find out the second from it.
    #[must_use]
    pub fn account(&self, issuer: &str, subject: &str) -> AccountId {
        AccountId(self.derive("goldthread/account/1", &[issuer.as_bytes(), subject.as_bytes()]))
    }

    /// An agency that a file calls by a key of its own, in an authority's partnership or the whole node's.
    #[must_use]
    pub fn provisioned_agency(&self, authority: Option<&Authority>, reference: &str) -> AgencyId {
        let authority = authority.map_or("", Authority::as_str);
        AgencyId(
            self.derive("goldthread/provisioned-agency/1", &[authority.as_bytes(), reference.as_bytes()]),
        )
    }

    /// Somebody of an agency whom a file calls by a key of its own.
    #[must_use]
    pub fn provisioned_practitioner(&self, agency: AgencyId, reference: &str) -> PractitionerId {
        let parts: [&[u8]; 2] = [agency.0.as_bytes(), reference.as_bytes()];
        PractitionerId(self.derive("goldthread/provisioned-practitioner/1", &parts))
    }

    /// The one review of a kind about somebody on a day.
    #[must_use]
    pub fn review(&self, kind: &str, about: PractitionerId, day: chrono::NaiveDate) -> ReviewId {
        let day = day.to_string();
        ReviewId(self.derive("goldthread/review/1", &[kind.as_bytes(), about.0.as_bytes(), day.as_bytes()]))
    }

    /// Something sought or found, by its keyed hash.
    #[must_use]
    pub fn sought(&self, text: &MarkText) -> SoughtMark {
        SoughtMark(self.derive("goldthread/sought/1", &[text.as_bytes()]))
    }

    /// Any other id: of a person known by an authority's own number, of a file by its content.
    #[must_use]
    pub fn derive(&self, tag: &str, parts: &[&[u8]]) -> Uuid {
        domain::ids::derive(&self.0, tag, parts)
    }

    /// A keyed hash of content, to compare without keeping: it cannot be tried out by guessing.
    #[must_use]
    pub fn hash(&self, tag: &str, parts: &[&[u8]]) -> [u8; 32] {
        domain::ids::hash(&self.0, tag, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_part_is_an_honest_key_and_meets_no_other() {
        let ids = Ids::new([1; 32].into());
        let long = "k".repeat(200);
        let keys: std::collections::BTreeSet<_> =
            [("a", "1"), ("a/1", ""), ("a", "here"), ("a", "away"), (&long, "1")]
                .into_iter()
                .map(|(key, part)| ids.key_of_part(key, part))
                .collect();
        assert_eq!(keys.len(), 5);
        assert!(keys.iter().all(|key| key.len() == 64));
        assert_ne!(ids.key_of_part("a", "1"), Ids::new([2; 32].into()).key_of_part("a", "1"));
    }
}
