//! Where ids come from: each is a keyed hash of what made it, so that trying again gives the same id and nobody can
//! guess one from what it names.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::{AgencyId, AlertId, CaseId, CommandId, EventId, KeyId, PersonId, PractitionerId};
use crate::authority::Authority;

/// HMAC-SHA256 over the tag and the parts, each with its length before it: no two lists of parts read the same.
///
/// A tag names one use and is never used for another.
#[must_use]
pub fn hash(key: &[u8; 32], tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a shorter key with zeros to its block; done here, no length can be wrong.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(padded, byte)| *padded = *byte);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in std::iter::once(tag.as_bytes()).chain(parts.iter().copied()) {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The first half of [`hash`], as a UUID of version 8.
#[must_use]
pub fn derive(key: &[u8; 32], tag: &str, parts: &[&[u8]]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash(key, tag, parts)).for_each(|(byte, hashed)| *byte = hashed);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A command's id as the key of what it makes: those who do not know the one cannot guess the other.
fn made_by(command: CommandId, tag: &str, parts: &[&[u8]]) -> Uuid {
    let mut key = [0; 32];
    key.iter_mut().zip(command.0.as_bytes()).for_each(|(padded, byte)| *padded = *byte);
    derive(&key, tag, parts)
}

impl CommandId {
    /// The id of an order, from who gives it and the key they give it under: given twice, it is one order.
    #[must_use]
    pub fn of(service_key: &[u8; 32], actor: PractitionerId, idempotency_key: &str) -> Self {
        Self(derive(service_key, "goldthread/command/1", &[actor.0.as_bytes(), idempotency_key.as_bytes()]))
    }

    /// The id of the `nth` stream this order opens.
    #[must_use]
    pub fn new_stream(self, nth: u32) -> Uuid {
        made_by(self, "goldthread/stream/1", &[&nth.to_be_bytes()])
    }

    /// The id of the `nth` new thing this order makes inside a stream, such as a team.
    #[must_use]
    pub fn derive(self, nth: u32) -> Uuid {
        made_by(self, "goldthread/inner/1", &[&nth.to_be_bytes()])
    }

    /// The id of the `nth` new part of a stream, such as an assessment of a case. One order on two streams makes two.
    #[must_use]
    pub fn part_of(self, stream: Uuid, nth: u32) -> Uuid {
        made_by(self, "goldthread/part/1", &[stream.as_bytes(), &nth.to_be_bytes()])
    }
}

impl EventId {
    /// The id of the event at `index` among those an order leads to on a stream.
    #[must_use]
    pub fn of(command: CommandId, stream: Uuid, index: u32) -> Self {
        Self(made_by(command, "goldthread/event/1", &[stream.as_bytes(), &index.to_be_bytes()]))
    }
}

impl KeyId {
    /// The id of the key offered to an order on a stream, for text of its own.
    #[must_use]
    pub fn of(command: CommandId, stream: Uuid) -> Self {
        Self(made_by(command, "goldthread/key/1", &[stream.as_bytes()]))
    }
}

impl AgencyId {
    /// The agency that is an authority: known by its code, so that its front door is found from any record.
    #[must_use]
    pub fn of(service_key: &[u8; 32], authority: &Authority) -> Self {
        Self(derive(service_key, "goldthread/local-authority/1", &[authority.as_str().as_bytes()]))
    }
}

impl CaseId {
    /// The one case of a child at an authority.
    #[must_use]
    pub fn of(service_key: &[u8; 32], child: PersonId, authority: &Authority) -> Self {
        Self(derive(service_key, "goldthread/case/1", &[child.0.as_bytes(), authority.as_str().as_bytes()]))
    }
}

impl AlertId {
    /// The alert a version of a rule raises by this evidence: the first entry, as it bears on this person.
    #[must_use]
    pub fn of(
        service_key: &[u8; 32],
        (rule, version): (&str, u16),
        (entry, person): (EventId, PersonId),
    ) -> Self {
        let parts: [&[u8]; 4] =
            [rule.as_bytes(), &version.to_be_bytes(), entry.0.as_bytes(), person.0.as_bytes()];
        Self(derive(service_key, "goldthread/alert/1", &parts))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn actor(number: u128) -> PractitionerId {
        PractitionerId(Uuid::from_u128(number))
    }

    #[test]
    fn an_id_never_changes_from_one_release_to_the_next() {
        // Computed apart from this program; a change here orphans every stream ever written.
        assert_eq!(
            derive(&KEY, "goldthread/test/1", &[b"ab", b"c"]).to_string(),
            "3e7d1f2e-f627-86a6-9179-1b1cebbff292"
        );
    }

    #[test]
    fn an_id_is_a_uuid_of_version_8_and_says_nothing() {
        let id = derive(&KEY, "goldthread/test/1", &[b"part"]);
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn where_one_part_ends_and_the_next_begins_counts() {
        assert_ne!(derive(&KEY, "t", &[b"ab", b"c"]), derive(&KEY, "t", &[b"a", b"bc"]));
        assert_ne!(derive(&KEY, "t", &[b"ab"]), derive(&KEY, "t", &[b"ab", b""]));
        assert_ne!(derive(&KEY, "t", &[b"ab"]), derive(&KEY, "ta", &[b"b"]));
    }

    #[test]
    fn an_order_given_again_is_the_same_order_and_anothers_is_not() {
        let order = CommandId::of(&KEY, actor(1), "k-1");
        assert_eq!(order, CommandId::of(&KEY, actor(1), "k-1"));
        assert_ne!(order, CommandId::of(&KEY, actor(2), "k-1"));
        assert_ne!(order, CommandId::of(&KEY, actor(1), "k-2"));
        assert_ne!(order, CommandId::of(&[8; 32], actor(1), "k-1"));
    }

    #[test]
    fn everything_an_order_makes_has_an_id_of_its_own() {
        let order = CommandId::of(&KEY, actor(1), "k-1");
        let stream = order.new_stream(0);
        let made = [
            stream,
            order.new_stream(1),
            order.derive(0),
            order.derive(1),
            EventId::of(order, stream, 0).0,
            EventId::of(order, stream, 1).0,
            EventId::of(order, order.new_stream(1), 0).0,
            KeyId::of(order, stream).0,
        ];
        assert_eq!(made.iter().collect::<BTreeSet<_>>().len(), made.len());
    }

    #[test]
    fn a_child_has_one_case_at_each_authority() {
        let (leeds, bradford) = ("383".parse().unwrap(), "380".parse().unwrap());
        let child = PersonId(Uuid::from_u128(1));
        assert_eq!(CaseId::of(&KEY, child, &leeds), CaseId::of(&KEY, child, &leeds));
        assert_ne!(CaseId::of(&KEY, child, &leeds), CaseId::of(&KEY, child, &bradford));
    }
}
