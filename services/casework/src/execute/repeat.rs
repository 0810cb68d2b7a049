//! An order given again. Deciding is pure, so deciding again over the same history shows whether the same was
//! ordered: no copy of what was said needs to be kept to compare with.

use domain::event::Event;
use domain::history::effective;
use domain::ids::EventId;

use super::complete::completed_as;
use super::load::Loaded;
use super::meta::Meta;
use super::{Done, Placed, act, dispatch};
use crate::app::App;
use crate::error::ExecuteError;
use crate::visitor::Visitor;

impl App {
    /// The first answer, when this order is on the stream already.
    pub(super) fn repeated(
        &self,
        visitor: &Visitor,
        placed: &Placed<'_>,
        loaded: &Loaded,
    ) -> Result<Option<Done>, ExecuteError> {
        let recorded = loaded.of_command(placed.command.0);
        let (Some(first), Some(last)) = (recorded.first(), recorded.last()) else { return Ok(None) };
        let meta: Meta =
            serde_json::from_slice(&first.meta).map_err(|cause| ExecuteError::Corrupt(Box::new(cause)))?;
        let before = effective(&loaded.before(first.header.version()));
        let written: Vec<_> = loaded
            .entries
            .iter()
            .filter(|entry| (first.header.version()..=last.header.version()).contains(&entry.version))
            .collect();
        let command = placed.order.command.clone();
        let command = match written.first() {
            Some(entry) => completed_as(command, &entry.event),
            None => command,
        };
        let again = dispatch::decide(&before, &act(visitor, placed, &meta), command)
            .map_err(|_| ExecuteError::IdempotencyConflict)?;
        let same = again.len() == recorded.len()
            && again.iter().zip(written).all(|(again, written)| {
                again.occurred == written.occurred && is_same(&again.event, &written.event)
            });
        if !same {
            return Err(ExecuteError::IdempotencyConflict);
        }
        Ok(Some(Done {
            stream: placed.stream.id,
            version: last.header.version(),
            position: last.position,
            recorded_at: last.header.recorded_at(),
            events: recorded.iter().map(|event| EventId(event.header.event_id())).collect(),
            repeated: true,
        }))
    }
}

/// Compares everything that can still be read: of what was erased since, only that it was there.
fn is_same(again: &Event, written: &Event) -> bool {
    if again == written {
        return true;
    }
    match (again.encode(), written.encode()) {
        // What cannot be written again is erased; its facts were compared when it could be.
        (Ok(again_encoded), Err(_)) => again.kind() == written.kind() && !again_encoded.parts.is_empty(),
        _ => false,
    }
}
