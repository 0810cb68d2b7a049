//! Places in a list or a stream as they are handed out: opaque, so that nobody can count what is between two of them.
//!
//! A place is a position in the record, perhaps with a time. Two positions handed out in the clear would tell a reader how much happened
//! in between that they may not see. So a place is sealed under a secret of this node, bound to what it is a place
//! in and to whom it was given; anything else does not open.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Key, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use domain::ids::PractitionerId;
use event_store::Position;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The name of the secret in the key store.
pub const SECRET: &str = "places";

/// What a place is a place in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceIn {
    /// The pages of a person's timeline, in the order things happened.
    TimelinePages,
    /// A person's timeline held open, in the order things were recorded.
    LiveTimeline,
    /// The pages of a list of alerts, by when their evidence changed.
    AlertQueue,
}

impl PlaceIn {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::TimelinePages => b"goldthread/place/timeline-pages/1",
            Self::LiveTimeline => b"goldthread/place/live-timeline/1",
            Self::AlertQueue => b"goldthread/place/alert-queue/1",
        }
    }
}

/// Seals and opens places.
pub struct Places(Aes256GcmSiv);

domain::hidden_when_printed!(Places);

/// Not a place of this list for this reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a place that this address gave to the same reader")]
pub struct NotAPlace;

impl Places {
    #[must_use]
    pub fn new(secret: &Zeroizing<[u8; 32]>) -> Self {
        Self(Aes256GcmSiv::new(&Key::<Aes256GcmSiv>::from(**secret)))
    }

    /// Seals a position, and beside it a time where the list is ordered by one.
    #[must_use]
    pub fn seal(
        &self,
        within: PlaceIn,
        of: Uuid,
        to: PractitionerId,
        position: Position,
        at: Option<DateTime<Utc>>,
    ) -> String {
        let mut plain = position.raw().to_be_bytes().to_vec();
        plain.extend(at.into_iter().flat_map(|at| at.timestamp_micros().to_be_bytes()));
        let context = context(within, of, to);
        // Without a nonce of its own the same place always reads the same, which is all that is then told
        // (RFC 8452, section 9): a reader who has the item already knows its place.
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
    ) -> Result<(Position, Option<DateTime<Utc>>), NotAPlace> {
        let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAPlace)?;
        let context = context(within, of, to);
        let plain = self.0.decrypt(&Nonce::default(), Payload { msg: &sealed, aad: &context });
        let plain = plain.map_err(|_| NotAPlace)?;
        let (position, rest) = plain.split_first_chunk::<16>().ok_or(NotAPlace)?;
        let position = Position::from_raw(u128::from_be_bytes(*position));
        let at = match rest.first_chunk::<8>() {
            Some(micros) => {
                Some(DateTime::from_timestamp_micros(i64::from_be_bytes(*micros)).ok_or(NotAPlace)?)
            }
            None => None,
        };
        Ok((position, at))
    }
}

fn context(within: PlaceIn, of: Uuid, to: PractitionerId) -> Vec<u8> {
    [within.name(), of.as_bytes(), to.0.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_opens_for_the_same_reader_and_list_and_tells_nothing() {
        let places = Places::new(&Zeroizing::new([7; 32]));
        let (child, reader) = (Uuid::from_u128(1), PractitionerId(Uuid::from_u128(2)));
        let seal = |at| places.seal(PlaceIn::LiveTimeline, child, reader, Position::from_raw(at), None);
        let text = seal(41);
        assert_eq!(text, seal(41), "an item keeps its place");
        assert_eq!(
            places.open(PlaceIn::LiveTimeline, child, reader, &text),
            Ok((Position::from_raw(41), None))
        );
        let others = [
            places.open(PlaceIn::TimelinePages, child, reader, &text),
            places.open(PlaceIn::LiveTimeline, Uuid::from_u128(9), reader, &text),
            places.open(PlaceIn::LiveTimeline, child, PractitionerId(Uuid::from_u128(9)), &text),
            places.open(PlaceIn::LiveTimeline, child, reader, "41"),
            Places::new(&Zeroizing::new([8; 32])).open(PlaceIn::LiveTimeline, child, reader, &text),
        ];
        assert_eq!(others, [Err(NotAPlace); 5]);
        let alike = text.bytes().zip(seal(42).bytes()).filter(|(a, b)| a == b).count();
        assert!(alike < text.len() / 3, "neighbours look nothing alike");
    }

    #[test]
    fn a_page_begins_at_a_time_and_a_position() {
        let places = Places::new(&Zeroizing::new([7; 32]));
        let (child, reader) = (Uuid::from_u128(1), PractitionerId(Uuid::from_u128(2)));
        let at = DateTime::from_timestamp_micros(-1_234_567).unwrap();
        let text = places.seal(PlaceIn::TimelinePages, child, reader, Position::from_raw(5), Some(at));
        let opened = places.open(PlaceIn::TimelinePages, child, reader, &text);
        assert_eq!(opened, Ok((Position::from_raw(5), Some(at))));
    }
}
