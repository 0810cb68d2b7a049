//! The view `timeline`: what happened about each person, in the order it happened.
//!
//! Ids, codes and references only: names and accounts are unsealed when a page is read. An enquiry is shown as one,
//! so that whoever works with a child sees who asked.

mod confided;
mod detail;
mod family;
mod gone;
mod guard;
mod left;
mod queries;
mod today;

use std::collections::BTreeSet;

use domain::case::testimony;
use domain::contact::SourceDisclosure;
use domain::contact::events::Recorded;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::PersonId;

use crate::about;
use crate::rows::Rows;
use crate::view::{Key, Keys, Per, Poison, Table, View};

pub use confided::Confided;
pub use detail::{Detail, Involved};
pub use family::{Tie, family, household};
pub use gone::Why;
pub use guard::{Confidants, concerns_in_confidence, may_know_source};
pub use left::{Left, left};
pub use queries::{Item, Page, Place, Since, Timeline, of, of_as_of, since};
pub(crate) use today::Today;

/// See the module.
pub struct TimelineView;

pub(crate) static TIMELINE: TimelineView = TimelineView;

impl View for TimelineView {
    fn name(&self) -> &'static str {
        "timeline"
    }

    fn version(&self) -> u16 {
        8
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "entry", key: "person", per: Per::Entry }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        about::people(entry, keys);
    }

    fn is_by_stream(&self) -> bool {
        true
    }

    fn entry_rows(&self, key: Key, entry: &Entry, rows: &mut Rows) -> Result<(), Poison> {
        let Item { kind, authority, roles, is_said, corrected_at, detail, .. } = &item(PersonId(key), entry);
        let detail = serde_json::to_string(detail).map_err(|_| Poison { code: "detail-unwritable" })?;
        rows.row(0)
            .uuid(key)
            .position(entry.position)
            .uuid(entry.id.0)
            .uuid(entry.stream)
            .text(kind)
            .instant(entry.occurred.earliest())
            .text(&entry.occurred.to_string())
            .instant(entry.recorded_at)
            .uuid(entry.agency.0)
            .uuid(entry.actor.0)
            .opt_text(authority.as_deref())
            .texts(roles)
            .bool(*is_said)
            .opt_instant(*corrected_at)
            .text(&detail)
            .end();
        Ok(())
    }
}

/// An entry as it stands on somebody's page.
pub(crate) fn item(person: PersonId, entry: &Entry) -> Item {
    let case = about::child_of(&entry.event);
    let (authority, roles) = match &entry.event {
        Event::ContactRecorded(contact) => {
            (Some(contact.authority.as_str().to_owned()), own_parts(contact, person))
        }
        _ => (case.map(|(_, authority)| authority.as_str().to_owned()), Vec::new()),
    };
    Item {
        position: entry.position,
        event_id: entry.id,
        stream: entry.stream,
        kind: entry.event.kind().into(),
        occurred: entry.occurred,
        recorded_at: entry.recorded_at,
        agency: Some(entry.agency),
        actor: Some(entry.actor),
        authority,
        roles,
        is_said: testimony(&entry.event).is_some(),
        corrected_at: entry.corrected_at,
        detail: Detail::of(&entry.event, person),
        is_guarded: false,
    }
}

/// Every part somebody has in a contact: a child may be its subject and alleged to have harmed. That somebody told it is
/// none of them where it was told in confidence.
fn own_parts(contact: &Recorded, person: PersonId) -> Vec<String> {
    let named = contact.source_disclosure == SourceDisclosure::Named;
    let own = contact.people.iter().filter(|one| one.person == person).map(|one| one.role);
    let parts: BTreeSet<ContactRole> = own.filter(|role| named || *role != ContactRole::Source).collect();
    parts.into_iter().map(|role| role.code().to_owned()).collect()
}
