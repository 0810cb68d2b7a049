//! From decided events to what a log keeps: facts as they are, everything personal sealed.

use std::collections::HashMap;

use domain::decider::{NewEvent, Refusal};
use domain::ids::{CommandId, EventId};
use event_store::Draft;
use event_store::keys::Keys;
use event_store::seal::{DataKey, Opened, fresh_nonce, seal};
use uuid::Uuid;

use super::load::keys_error;
use super::meta::Meta;
use crate::error::{Cause, ExecuteError};

const ERASED: Refusal = Refusal {
    code: "erased",
    sentence: "What was known of this person was erased; nothing more can be written under it.",
};

/// Seals the events of a command. `fresh` is the one key they may use that nobody has used.
pub(super) async fn drafts(
    origin: &str,
    keys: &dyn Keys,
    (command, stream): (CommandId, Uuid),
    fresh: &DataKey,
    meta: &Meta,
    events: &[NewEvent],
) -> Result<Vec<Draft>, ExecuteError> {
    let encoded =
        events.iter().map(|new| new.event.encode().map_err(corrupt)).collect::<Result<Vec<_>, _>>()?;
    let mut wanted: Vec<Uuid> =
        encoded.iter().flat_map(|event| &event.parts).map(|part| part.key.0).collect();
    wanted.retain(|key| *key != fresh.id);
    wanted.sort_unstable();
    wanted.dedup();
    let mut known = if wanted.is_empty() {
        HashMap::new()
    } else {
        keys.get(&wanted).await.map_err(keys_error).map_err(ExecuteError::from)?
    };
    known.insert(fresh.id, Opened::Known(fresh.clone()));
    let meta = serde_json::to_vec(meta).map_err(corrupt)?;

    let mut drafts = Vec::with_capacity(events.len());
    for ((nth, new), encoded) in (0_u32..).zip(events).zip(encoded) {
        let event_id = EventId::of(command, stream, nth).0;
        let mut parts = Vec::with_capacity(encoded.parts.len());
        for part in encoded.parts {
            let Some(Opened::Known(key)) = known.get(&part.key.0) else { return Err(ERASED.into()) };
            let nonce = fresh_nonce().map_err(corrupt)?;
            parts.push(seal(origin, event_id, part.number, key, nonce, &part.json).map_err(corrupt)?);
        }
        drafts.push(Draft {
            event_id,
            kind: encoded.kind.to_owned(),
            schema_version: encoded.schema_version,
            occurred: new.occurred.to_string(),
            meta: meta.clone().into(),
            facts: encoded.facts.into(),
            parts,
        });
    }
    Ok(drafts)
}

/// True when a draft has anything to do with a key: a part sealed under it, or its id.
pub(super) fn names(draft: &Draft, key: Uuid) -> bool {
    let id = key.hyphenated().to_string();
    let is_named = |facts: &[u8]| facts.windows(id.len()).any(|window| window == id.as_bytes());
    draft.parts.iter().any(|part| part.key == key) || is_named(&draft.facts)
}

fn corrupt(cause: impl Into<Cause>) -> ExecuteError {
    ExecuteError::Corrupt(cause.into())
}
