//! Entries that stood on somebody's page and stand there no more: taken back, or found to be about somebody else. What
//! was corrected is shown as corrected, and not as if it had never been.
//!
//! Each is told as a page of the past would tell it, and no more: by how things are now. Who may look back is policy's,
//! asked by whoever asks this.

use chrono::{DateTime, Utc};
use domain::entry::Entry;
use domain::event::Event;
use domain::history::take_in;
use domain::ids::{EventId, PersonId};
use domain::when::{civil_day, start_of};

use super::queries::{Item, others, shown_at_most, told};
use super::today::Today;
use super::{Confided, TIMELINE, item};
use crate::access::standing;
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;
use crate::view::{Keys, View as _};

/// An entry that left a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// As it stood there last.
    pub item: Item,
    pub why: Why,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Taken back.
    Withdrawn,
    /// It stands on another page, whose the reader is not told.
    Moved,
}

/// What left somebody's page, the last first, as far as the reader is told of it.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn left(reads: &Reads, scope: &Scope, person: PersonId) -> Result<Vec<Left>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(Vec::new()) };
    if told(scope, &standing).is_none() {
        return Ok(Vec::new());
    }
    let streams = reads.streams_of(&TIMELINE, person.0).await?;
    let written = reads.written(&TIMELINE, streams).await?;
    let mut gone: Vec<Gone> = written.iter().flat_map(|stream| gone(person, stream)).collect();
    gone.sort_by_key(|gone| std::cmp::Reverse(gone.at));
    let items: Vec<Item> = gone.iter().map(|gone| item(person, &gone.entry)).collect();
    let today = Today::of(reads, person, &items).await?;
    let guarded = gone.into_iter().zip(items).filter_map(|(gone, item)| Some((gone, today.guarded(item)?)));
    let (gone, items): (Vec<Gone>, Vec<Item>) = guarded.unzip();
    let others = others(reads, &items, today.people()).await?;
    let confided = Confided::on_page(reads, scope, (person, &standing), &items).await?;
    let shown = gone.into_iter().zip(items).filter_map(|(gone, item)| {
        // Moved away and back again, it stands here.
        if today.is_here(item.event_id) {
            return None;
        }
        let most = today.told(scope, &standing, &others, item.event_id);
        let item = shown_at_most(scope, &standing, &others, most, item)?;
        let item = confided.kept(scope.reader().practitioner, item)?;
        let at = if item.is_guarded { start_of(civil_day(gone.at)) } else { gone.at };
        Some(Left { item, why: gone.why, at })
    });
    Ok(shown.collect())
}

struct Gone {
    entry: Entry,
    why: Why,
    at: DateTime<Utc>,
}

/// What stood on a page by one stream, and by a correction in it stood there no more; of each the last time.
fn gone(person: PersonId, written: &[Entry]) -> Vec<Gone> {
    let mut gone: Vec<Gone> = Vec::new();
    let mut standing: Vec<Entry> = Vec::new();
    for entry in written {
        let before =
            corrected(entry).and_then(|(id, why)| Some((on_page(person, id, &standing)?.clone(), why)));
        take_in(&mut standing, std::slice::from_ref(entry));
        if let Some((before, why)) = before
            && on_page(person, before.id, &standing).is_none()
        {
            gone.retain(|gone| gone.entry.id != before.id);
            gone.push(Gone { entry: before, why, at: entry.recorded_at });
        }
    }
    gone
}

fn corrected(entry: &Entry) -> Option<(EventId, Why)> {
    match &entry.event {
        Event::EntryWithdrawn(withdrawn) => Some((withdrawn.entry, Why::Withdrawn)),
        Event::EntryMovedAway(moved) => Some((moved.entry, Why::Moved)),
        Event::EntryAmended(amended) => Some((amended.entry, Why::Moved)),
        _ => None,
    }
}

fn on_page(person: PersonId, id: EventId, standing: &[Entry]) -> Option<&Entry> {
    let entry = standing.iter().find(|entry| entry.id == id)?;
    let mut keys = Keys::default();
    TIMELINE.keys(entry, &mut keys);
    keys.named().contains(&person.0).then_some(entry)
}
