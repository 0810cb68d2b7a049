//! Amending an entry: its content as it stands, with what was wrong in it replaced.
//!
//! What an entry is about (whose case, which episode, which plan) never changes: that is another entry. Nor does what
//! is asserted of a person: it is said anew, or withdrawn. Codes are checked by the event's own type.

use std::borrow::Cow;

use domain::event::{Encoded, Event};
use domain::history::{Correction, Reason};
use domain::ids::EventId;
use domain::sealed::{Known, OpenedPart};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::StreamId;
use serde_json::{Map, Value};

use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};

/// Facts that can be put right.
pub const CHANGEABLE: &[&str] = &[
    "categories",
    "concerns",
    "conference",
    "decision",
    "factors",
    "kind",
    "legal_status",
    "method",
    "missing",
    "outcome",
    "passed_to",
    "primary_need",
    "reason",
    "review_point",
    "role",
    "significance",
    "since",
    "source_agency",
    "source_disclosure",
];
/// Words that can be put right: each is sealed again under the key it was sealed under.
pub const REWORDABLE: &[&str] = &["account", "note", "reason", "summary"];

/// What was wrong in an entry.
#[derive(Clone, Debug)]
pub struct Amendment {
    pub entry: EventId,
    pub reason: Reason,
    /// When it happened, where that was wrong.
    pub occurred: Option<Occurred>,
    /// Codes and dates by the names the event has; `null` takes one away.
    pub facts: Map<String, Value>,
    /// Words by the names the event has.
    pub words: Vec<(String, Narrative)>,
}

impl App {
    /// The correction that an amendment of an entry as it stands comes to.
    ///
    /// # Errors
    /// Absent; a field that cannot be amended or does not fit; a log or key store that cannot be read.
    pub async fn amending(
        &self,
        stream: &StreamId,
        amendment: Amendment,
    ) -> Result<Correction, ExecuteError> {
        // Permission is asked when the correction is carried out; nothing here tells what an entry says.
        let (entry, reason) = (amendment.entry, amendment.reason);
        let standing = self.entry_of(stream, entry).await?.ok_or(ExecuteError::Absent)?;
        let occurred = amendment.occurred.unwrap_or(standing.occurred);
        let replacement = replace(&standing.event, amendment)?;
        Ok(Correction::Amend { entry, reason, occurred, replacement: Box::new(replacement) })
    }
}

fn replace(event: &Event, amendment: Amendment) -> Result<Event, ExecuteError> {
    let encoded = event.encode().map_err(|_| {
        let erased = "cannot be amended any more: its words were erased; withdraw it instead";
        ExecuteError::Invalid(vec![FieldError::new("entry", erased)])
    })?;
    let Encoded { kind, schema_version, facts, mut parts } = encoded;
    let facts: Value = serde_json::from_slice(&facts).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
    let Value::Object(mut members) = facts else {
        return Err(ExecuteError::Corrupt("facts-not-an-object".into()));
    };
    let mut wrong = Vec::new();
    for (name, value) in amendment.facts {
        let is_words = members.get(&name).is_some_and(|before| part_number(before).is_some());
        if !CHANGEABLE.contains(&name.as_str()) || is_words {
            let allowed = format!("cannot be amended; allowed: {}", CHANGEABLE.join(", "));
            wrong.push(FieldError::new(format!("facts/{name}"), allowed));
        } else if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    for (name, words) in amendment.words {
        let part = members.get(&name).and_then(part_number);
        let part = parts.iter_mut().find(|candidate| Some(candidate.number) == part);
        match part {
            Some(part) if REWORDABLE.contains(&name.as_str()) => {
                part.json =
                    serde_json::to_vec(&words).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
            }
            Some(_) | None => {
                let allowed = format!("is not among this entry's words; allowed: {}", REWORDABLE.join(", "));
                wrong.push(FieldError::new(format!("words/{name}"), allowed));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(ExecuteError::Invalid(wrong));
    }
    let facts = serde_json::to_vec(&members).map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
    let opened: Vec<OpenedPart<'_>> = parts
        .iter()
        .map(|part| OpenedPart {
            number: part.number,
            key: part.key,
            text: Some(Known::Known(Cow::Borrowed(part.json.as_slice()))),
        })
        .collect();
    // The cause is not kept: serde quotes what it choked on.
    Event::decode(kind, schema_version, &facts, &opened).map_err(|_| {
        let allowed = "must fit an entry of this kind: its codes, dates and ids, as schemas/events has them";
        ExecuteError::Invalid(vec![FieldError::new("facts", allowed)])
    })
}

/// The number in `{"part": 1}`, which stands where words are sealed.
fn part_number(value: &Value) -> Option<u16> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get("part")?.as_u64()?.try_into().ok()
}
