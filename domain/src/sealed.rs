//! Text that only a key opens: `Sealed<T>` inside an event.
//!
//! An event's JSON (`facts`) holds nothing personal. Where a struct has a `Sealed<T>` field, the JSON holds only
//! `{"part":1}`, and the content travels beside it as a part to be sealed under its key. Reading back, a part is
//! known, or erased (its key was destroyed), or not opened by this reader.
//!
//! The parts pass through a thread-local while serde runs, because serde derives carry no context and the choice
//! was between this page and a hand-written codec for every event.

use std::borrow::Cow;
use std::cell::RefCell;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ids::KeyId;

/// What a key's survival decides.
#[derive(Clone, PartialEq, Eq)]
pub enum Known<T> {
    Known(T),
    /// The key was destroyed; nobody will read this again.
    Erased,
}

/// Content sealed under a key. Shows nothing when printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed<T> {
    pub key: KeyId,
    /// `None`: this reader did not open it.
    text: Option<Known<T>>,
}

impl<T> Sealed<T> {
    /// Content to be sealed under `key`.
    pub fn new(key: KeyId, content: T) -> Self {
        Self { key, text: Some(Known::Known(content)) }
    }

    /// What the reader who opened this event found; `None` when it was not opened.
    pub fn opened(&self) -> Option<&Known<T>> {
        self.text.as_ref()
    }

    /// The content, unless erased or not opened.
    pub fn known(&self) -> Option<&T> {
        match &self.text {
            Some(Known::Known(content)) => Some(content),
            Some(Known::Erased) | None => None,
        }
    }

    /// True when the key is known to be destroyed.
    pub fn is_erased(&self) -> bool {
        matches!(self.text, Some(Known::Erased))
    }
}

impl<T> std::fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl<T> std::fmt::Debug for Known<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known(…)",
            Self::Erased => "Erased",
        })
    }
}

/// A part on its way into an event: content not yet sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainPart {
    pub number: u16,
    pub key: KeyId,
    pub json: Vec<u8>,
}

/// A part on its way out of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedPart<'a> {
    pub number: u16,
    pub key: KeyId,
    /// `None`: not opened by this reader.
    pub text: Option<Known<Cow<'a, [u8]>>>,
}

thread_local! {
    static WRITING: RefCell<Vec<PlainPart>> = const { RefCell::new(Vec::new()) };
    static READING: RefCell<Vec<OpenedPart<'static>>> = const { RefCell::new(Vec::new()) };
}

/// Serialises `value`, giving its sealed contents apart from its JSON.
pub(crate) fn split<T: Serialize>(value: &T) -> serde_json::Result<(Vec<u8>, Vec<PlainPart>)> {
    WRITING.with_borrow_mut(Vec::clear);
    let facts = serde_json::to_vec(value);
    let parts = WRITING.take();
    Ok((facts?, parts))
}

/// Runs `read`, which deserialises what [`split`] made, with the parts at hand.
pub(crate) fn join<T>(parts: &[OpenedPart<'_>], read: impl FnOnce() -> T) -> T {
    if parts.is_empty() {
        return read();
    }
    let owned = parts.iter().map(|part| OpenedPart {
        number: part.number,
        key: part.key,
        text: part.text.as_ref().map(|text| match text {
            Known::Known(bytes) => Known::Known(Cow::Owned(bytes.to_vec())),
            Known::Erased => Known::Erased,
        }),
    });
    READING.set(owned.collect());
    let value = read();
    READING.take();
    value
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartNumber {
    part: u16,
}

impl<T: Serialize> Serialize for Sealed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(content) = self.known() else {
            return Err(S::Error::custom("an erased or unopened part cannot be written again"));
        };
        // A sealed content never holds another sealed content, so the thread-local is not in use here.
        let json = serde_json::to_vec(content).map_err(S::Error::custom)?;
        let part = WRITING.with_borrow_mut(|parts| {
            let number = u16::try_from(parts.len() + 1).map_err(S::Error::custom)?;
            parts.push(PlainPart { number, key: self.key, json });
            Ok(number)
        })?;
        PartNumber { part }.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Sealed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PartNumber { part } = PartNumber::deserialize(deserializer)?;
        READING.with_borrow(|parts| {
            let found = parts
                .iter()
                .find(|opened| opened.number == part)
                .ok_or_else(|| D::Error::custom(format!("part {part} is missing")))?;
            let text = match &found.text {
                None => None,
                Some(Known::Erased) => Some(Known::Erased),
                Some(Known::Known(json)) => {
                    // The cause is not kept: serde quotes the text it choked on.
                    let content = serde_json::from_slice(json)
                        .map_err(|_| D::Error::custom(format!("part {part} has another shape")))?;
                    Some(Known::Known(content))
                }
            };
            Ok(Self { key: found.key, text })
        })
    }
}

impl<T: JsonSchema> JsonSchema for Sealed<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Sealed_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let content = generator.subschema_for::<T>();
        json_schema!({
            "type": "object",
            "description": "The number of the sealed part that holds the content.",
            "properties": { "part": { "type": "integer", "minimum": 1, "maximum": 65535 } },
            "required": ["part"],
            "additionalProperties": false,
            "x-sealed-content": content,
        })
    }
}
