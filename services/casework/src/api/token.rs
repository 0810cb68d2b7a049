//! Places in a list or a stream as they are handed out: opaque, so that nobody can count what is between two of them.
//!
//! A place is a position in the record. Two positions handed out in the clear would tell a reader how much happened
//! in between that they may not see. So a place is sealed under a secret of this node, bound to what it is a place
//! in and to whom it was given; anything else does not open.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::PractitionerId;
use event_store::Position;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The name of the secret in the key store.
pub const SECRET: &str = "places";

/// What a place is a place in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceIn {
    /// A person's timeline.
    Timeline,
    /// A person's enquiries.
    Enquiries,
}

/// Seals and opens places.
pub struct Places(Aes256GcmSiv);

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places(…)")
    }
}

/// Not a place of this list for this reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a place that this address gave to the same reader")]
pub struct NotAPlace;

impl Places {
    #[must_use]
    pub fn new(secret: &Zeroizing<[u8; 32]>) -> Self {
        Self(Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(**secret)))
    }

    #[must_use]
    pub fn seal(&self, within: PlaceIn, of: Uuid, to: PractitionerId, position: Position) -> String {
        let context = context(within, of, to);
        // Without a nonce of its own the same place always reads the same, which is all that is then told
        // (RFC 8452, section 9): a reader who has the item already knows its place.
        let plain = position.raw().to_be_bytes();
        let sealed = self.0.encrypt(&Nonce::default(), Payload { msg: &plain, aad: &context });
        sealed.map(|sealed| URL_SAFE_NO_PAD.encode(sealed)).unwrap_or_default()
    }

    /// # Errors
    /// [`NotAPlace`].
    pub fn open(
        &self,
        within: PlaceIn,
        of: Uuid,
        to: PractitionerId,
        text: &str,
    ) -> Result<Position, NotAPlace> {
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPlace)?;
        let context = context(within, of, to);
        let plain = self
            .0
            .decrypt(&Nonce::default(), Payload { msg: &sealed, aad: &context })
            .map_err(|_| NotAPlace)?;
        Ok(Position::from_raw(u128::from_be_bytes(plain.try_into().map_err(|_| NotAPlace)?)))
    }
}

fn context(within: PlaceIn, of: Uuid, to: PractitionerId) -> Vec<u8> {
    let within: &[u8] = match within {
        PlaceIn::Timeline => b"goldthread/place/timeline/1",
        PlaceIn::Enquiries => b"goldthread/place/enquiries/1",
    };
    [within, of.as_bytes(), to.0.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_opens_for_the_same_reader_and_list_and_tells_nothing() {
        let places = Places::new(&Zeroizing::new([7; 32]));
        let (child, reader) = (Uuid::from_u128(1), PractitionerId(Uuid::from_u128(2)));
        let seal = |at| places.seal(PlaceIn::Timeline, child, reader, Position::from_raw(at));
        let text = seal(41);
        assert_eq!(text, seal(41), "an item keeps its place");
        assert_eq!(places.open(PlaceIn::Timeline, child, reader, &text), Ok(Position::from_raw(41)));
        let others = [
            places.open(PlaceIn::Enquiries, child, reader, &text),
            places.open(PlaceIn::Timeline, Uuid::from_u128(9), reader, &text),
            places.open(PlaceIn::Timeline, child, PractitionerId(Uuid::from_u128(9)), &text),
            places.open(PlaceIn::Timeline, child, reader, "41"),
            Places::new(&Zeroizing::new([8; 32])).open(PlaceIn::Timeline, child, reader, &text),
        ];
        assert_eq!(others, [Err(NotAPlace); 5]);
        let alike = text.bytes().zip(seal(42).bytes()).filter(|(a, b)| a == b).count();
        assert!(alike < text.len() / 3, "neighbours look nothing alike");
    }
}
