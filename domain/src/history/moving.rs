//! An entry made on the wrong record, as it is to stand on the right one: about that child, under that person's key.
//!
//! A contact is not moved: it stands on a stream of its own, and an amendment names the right people.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use super::Correction;
use crate::authority::Authority;
use crate::entry::Entry;
use crate::event::{DecodeError, Event};
use crate::ids::{KeyId, PersonId};
use crate::sealed::{Known, OpenedPart};

/// Why an entry cannot be taken to another record.
#[derive(Debug, thiserror::Error)]
pub enum NotMovable {
    #[error("a sealed part of the entry is erased or was not opened")]
    Sealed(#[source] serde_json::Error),
    #[error("the entry has no child and authority of its own")]
    NotOfACase,
    #[error("the entry does not read as it was written")]
    Content(#[from] DecodeError),
}

impl Correction {
    /// The order to receive, on the right child's case, an entry that stands on another's.
    ///
    /// # Errors
    /// A part that is erased or was not opened; an entry that is not of a case.
    pub fn receiving_on_case(
        entry: &Entry,
        child: PersonId,
        authority: &Authority,
    ) -> Result<Self, NotMovable> {
        let event = rewritten(
            &entry.event,
            |key| key,
            |facts| {
                for (name, value) in [("child", child.to_string()), ("authority", authority.to_string())] {
                    *facts.get_mut(name).ok_or(NotMovable::NotOfACase)? = Value::String(value);
                }
                Ok(())
            },
        )?;
        Ok(Self::receiving(&Entry { event, ..entry.clone() }))
    }

    /// The order to receive, on the right person's record, an entry that stands on another's: what was sealed under
    /// the one's key is sealed anew under the other's.
    ///
    /// # Errors
    /// A part that is erased or was not opened.
    pub fn receiving_on_person(entry: &Entry, from: KeyId, to: KeyId) -> Result<Self, NotMovable> {
        let resealed = |key| if key == from { to } else { key };
        let event = rewritten(&entry.event, resealed, |_| Ok(()))?;
        Ok(Self::receiving(&Entry { event, ..entry.clone() }))
    }
}

/// Through its stored form, so that every kind of event, those to come too, is moved by the same few lines.
fn rewritten(
    event: &Event,
    key: impl Fn(KeyId) -> KeyId,
    change: impl FnOnce(&mut serde_json::Map<String, Value>) -> Result<(), NotMovable>,
) -> Result<Event, NotMovable> {
    let encoded = event.encode().map_err(NotMovable::Sealed)?;
    let content =
        |source| DecodeError::Content { kind: encoded.kind, schema_version: encoded.schema_version, source };
    let mut facts = serde_json::from_slice(&encoded.facts).map_err(content)?;
    change(&mut facts)?;
    let facts: Box<RawValue> = serde_json::value::to_raw_value(&facts).map_err(content)?;
    let parts: Vec<_> = encoded
        .parts
        .iter()
        .map(|part| OpenedPart {
            number: part.number,
            key: key(part.key),
            text: Some(Known::Known(Cow::Borrowed(part.json.as_slice()))),
        })
        .collect();
    Ok(Event::decode(encoded.kind, encoded.schema_version, facts.get().as_bytes(), &parts)?)
}
