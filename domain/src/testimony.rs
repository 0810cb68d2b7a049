//! What a file said, as opposed to what somebody did: where a recorded fact was read, and what is wrong with it.
//!
//! A practitioner's command that breaks a rule is refused. A return is testimony about what has long happened, so
//! the same broken rule is kept as a [`Fault`] beside the fact and nothing is lost.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decider::Refusal;
use crate::ids::ReturnId;

/// The part of a return that said so.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Testimony {
    #[serde(rename = "return")]
    pub return_id: ReturnId,
    /// The return's reference day: a later one knows better.
    pub as_of: NaiveDate,
    /// The rows this fact rests on, and those of earlier returns it replaces. None of them is news again.
    pub rows: Vec<SaidRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// One row of one return, by hashes that say nothing by themselves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidRow {
    /// Which row it is, in every return of every year: a keyed hash of its natural key.
    pub key: RowHash,
    /// What it says in its own fields.
    pub content: RowHash,
}

/// 128 bits of a hash, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowHash(pub [u8; 16]);

/// A rule that what was said does not keep.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Stable, kebab-case; a rule of the census is `census-` and its number.
    pub code: String,
    /// What is wrong, never with which value.
    pub sentence: String,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code.to_owned(), sentence: refusal.sentence.to_owned() }
    }
}

/// A text that is not a row's hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a row's hash is 32 hexadecimal digits")]
pub struct NotARowHash;

impl std::fmt::Display for RowHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for RowHash {
    type Err = NotARowHash;

    fn from_str(text: &str) -> Result<Self, NotARowHash> {
        let is_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_hex) {
            return Err(NotARowHash);
        }
        u128::from_str_radix(text, 16).map(|bits| Self(bits.to_be_bytes())).map_err(|_| NotARowHash)
    }
}

impl Serialize for RowHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for RowHash {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RowHash".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "128 bits of a hash, in lower-case hexadecimal.",
            "pattern": "^[0-9a-f]{32}$",
            "examples": ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"],
        })
    }
}

/// The two ways a broken rule is taken: refused from a practitioner, noted from a return.
pub(crate) struct Rules {
    testimony: Option<Testimony>,
}

impl Rules {
    pub(crate) fn for_testimony(testimony: Option<Testimony>) -> Self {
        Self { testimony }
    }

    /// A rule is broken: an error unless this is testimony, which keeps it as a fault (once).
    pub(crate) fn broken(&mut self, rule: Refusal) -> Result<(), Refusal> {
        let Some(testimony) = &mut self.testimony else { return Err(rule) };
        let fault = Fault::from(rule);
        if !testimony.faults.contains(&fault) {
            testimony.faults.push(fault);
        }
        Ok(())
    }

    /// The testimony with its faults, for the events.
    pub(crate) fn testimony(self) -> Option<Testimony> {
        self.testimony
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Refusal = Refusal { code: "a-rule", sentence: "A rule stands in the way." };

    #[test]
    fn a_practitioner_is_refused() {
        assert_eq!(Rules::for_testimony(None).broken(RULE), Err(RULE));
    }

    #[test]
    fn a_return_is_taken_with_its_fault_noted_once() {
        let said = Testimony {
            return_id: ReturnId(uuid::Uuid::from_u128(1)),
            as_of: "2026-03-31".parse().unwrap(),
            rows: vec![SaidRow { key: RowHash([1; 16]), content: RowHash([2; 16]) }],
            faults: Vec::new(),
        };
        let mut rules = Rules::for_testimony(Some(said));
        assert_eq!(rules.broken(RULE), Ok(()));
        assert_eq!(rules.broken(RULE), Ok(()));
        let faults = rules.testimony().map(|testimony| testimony.faults).unwrap_or_default();
        assert_eq!(faults, [Fault::from(RULE)]);
    }

    #[test]
    fn a_row_hash_has_one_spelling() {
        let hash = RowHash([0xab; 16]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "AB", &"AB".repeat(16), &"ab".repeat(17), &format!("+{}", "a".repeat(31))] {
            assert_eq!(wrong.parse::<RowHash>(), Err(NotARowHash));
        }
    }
}
