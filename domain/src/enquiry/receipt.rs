//! The receipt of an enquiry, short enough to be read out on the telephone, and the position its answer rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::EnquiryId;

/// A place in the record. Written as text, because JSON readers elsewhere lose digits of large numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^[0-9]+$", "examples" = ["812", "340282366920938463463374607431768211455"]))]
pub struct KnownAt(pub u128);

impl Serialize for KnownAt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for KnownAt {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// The reference of an enquiry, such as `7K3Q-9F2M-C`. The last letter checks the others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]$", "examples" = ["7K3Q-9F2M-C"]))]
pub struct Receipt(String);

/// Nothing that is misheard or misread for another: no I, L, O, U, 0, 1.
const LETTERS: [char; 30] = [
    '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P',
    'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

impl Receipt {
    /// The receipt that belongs to an enquiry. Two enquiries share one about once in 600,000 million pairs; it is
    /// looked up together with the agency and the day.
    #[must_use]
    pub fn of(enquiry: EnquiryId) -> Self {
        // INVARIANT: enquiry ids are keyed hashes, so their bits are as good as random.
        let mut rest = enquiry.0.as_u128();
        let mut weighted = 0_u128;
        let mut text = String::with_capacity(11);
        for place in 0..8_u128 {
            let digit = rest % 30;
            rest /= 30;
            weighted += digit * (place + 1);
            push(&mut text, digit);
            if place % 4 == 3 {
                text.push('-');
            }
        }
        push(&mut text, weighted % 29);
        Self(text)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push(text: &mut String, digit: u128) {
    let letter = usize::try_from(digit).ok().and_then(|digit| LETTERS.get(digit));
    text.extend(letter);
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_receipt_can_be_read_out() {
        let receipt = Receipt::of(EnquiryId(Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0)));
        assert_eq!(receipt.as_str().len(), 11);
        assert_eq!(
            receipt,
            Receipt::of(EnquiryId(Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0)))
        );
        assert_ne!(receipt, Receipt::of(EnquiryId(Uuid::from_u128(7))));
    }

    #[test]
    fn a_position_is_written_as_text() {
        let at = KnownAt(u128::from(u64::MAX) + 7);
        let json = serde_json::to_string(&at).unwrap();
        assert_eq!(json, "\"18446744073709551622\"");
        assert_eq!(serde_json::from_str::<KnownAt>(&json).unwrap(), at);
    }
}
