//! An order given again. Deciding is pure, so deciding again over the same history shows whether the same was
//! ordered: no copy of what was said needs to be kept to compare with.

use chrono::{DateTime, Utc};
use domain::enquiry::events::Made;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{EnquiryId, EventId};
use event_store::{Recorded, StreamId};
use uuid::Uuid;

use super::complete::{completed_as, given_then};
use super::load::{Loaded, begun_by_another, load};
use super::meta::Meta;
use super::{Done, Placed, act, dispatch, hex};
use crate::app::App;
use crate::error::ExecuteError;
use crate::visitor::Visitor;

const ENQUIRY: &str = "enquiry";

impl App {
    /// The first answer, when this order is on the stream already.
    pub(super) fn repeated(
        &self,
        visitor: &Visitor,
        placed: &Placed<'_>,
        loaded: &Loaded,
    ) -> Result<Option<Done>, ExecuteError> {
        let recorded = loaded.of_command(placed.command.0);
        let Some(first) = recorded.first() else { return Ok(None) };
        let meta = read_meta(first)?;
        let same = match placed.asked {
            Some(asked) => meta.asked == Some(hex(&asked)),
            None => self.says_the_same(visitor, placed, loaded, &meta, &recorded)?,
        };
        if !same {
            return Err(ExecuteError::IdempotencyConflict);
        }
        Ok(done_before(placed.stream.id, &recorded))
    }

    fn says_the_same(
        &self,
        visitor: &Visitor,
        placed: &Placed<'_>,
        loaded: &Loaded,
        meta: &Meta,
        recorded: &[&Recorded],
    ) -> Result<bool, ExecuteError> {
        let versions: Vec<u64> = recorded.iter().map(|event| event.header.version()).collect();
        let written: Vec<_> =
            loaded.entries.iter().filter(|entry| versions.contains(&entry.version)).collect();
        let (Some(first), Some(version)) = (written.first(), versions.first()) else { return Ok(false) };
        let command = given_then(placed.order.command.clone(), placed.order.now, meta.now);
        let command = completed_as(command, &first.event);
        let before = effective(&loaded.before(*version));
        // A rule that stands in the way now stood in no way then: this is another order.
        let Ok(again) = dispatch::decide(&before, &act(visitor, placed, meta), command) else {
            return Ok(false);
        };
        Ok(again.len() == written.len()
            && again.iter().zip(written).all(|(again, written)| {
                again.occurred == written.occurred && is_same(&again.event, &written.event)
            }))
    }

    /// The enquiry somebody made under a key, and when; `None` when they made none.
    pub(crate) async fn enquiry_by_key(
        &self,
        visitor: &Visitor,
        key: &str,
        asked: [u8; 32],
    ) -> Result<Option<(EnquiryId, Made, DateTime<Utc>)>, ExecuteError> {
        let command = self.ids.command(visitor.practitioner(), key);
        let id = command.new_stream(0);
        let stream = StreamId { category: ENQUIRY.to_owned(), id };
        let loaded = load(&self.record, self.keys.as_ref(), &stream).await;
        let loaded = loaded.map_err(begun_by_another)?;
        let recorded = loaded.of_command(command.0);
        let (Some(first), Some(entry)) = (recorded.first(), loaded.entries.first()) else { return Ok(None) };
        let Event::EnquiryMade(made) = &entry.event else { return Ok(None) };
        if read_meta(first)?.asked != Some(hex(&asked)) {
            return Err(ExecuteError::IdempotencyConflict);
        }
        Ok(Some((EnquiryId(id), made.clone(), entry.recorded_at)))
    }
}

/// What came of a command, from its events; `None` for a command that is not there.
pub(super) fn done_before(stream: Uuid, recorded: &[&Recorded]) -> Option<Done> {
    let last = recorded.last()?;
    Some(Done {
        stream,
        version: last.header.version(),
        position: last.position,
        recorded_at: last.header.recorded_at(),
        events: recorded.iter().map(|event| EventId(event.header.event_id())).collect(),
        repeated: true,
    })
}

fn read_meta(recorded: &Recorded) -> Result<Meta, ExecuteError> {
    serde_json::from_slice(&recorded.meta).map_err(|cause| ExecuteError::Corrupt(Box::new(cause)))
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
