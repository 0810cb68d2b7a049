//! The view `contacts`: what has been told to each authority's front door, and what became of it.
//!
//! Its keys are contacts, not people. Ids and codes only; accounts are unsealed when a contact is read. Left out: what
//! a contact means for a child, which is the timeline's.

mod queries;

use chrono::{DateTime, Utc};
use domain::contact::events::Recorded;
use domain::contact::involved::ContactRole;
use domain::contact::{Outcome, SourceDisclosure};
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, ContactId, IncidentId};
use domain::when::Occurred;

use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{Told, ToldList, are_joined, beside, told_by, undecided};

/// See the module.
pub struct Contacts;

impl View for Contacts {
    fn name(&self) -> &'static str {
        "contacts"
    }

    fn version(&self) -> u16 {
        3
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "contact", key: "contact", per: Per::Key }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if let Event::ContactRecorded(_)
        | Event::ContactDecided(_)
        | Event::ContactJoined(_)
        | Event::ContactParted(_) = &entry.event
        {
            keys.add(entry.stream);
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Waiting { contact: key, received: None, joined: None, decided: None }))
    }
}

/// A contact as it waits, or has been decided.
struct Waiting {
    contact: Key,
    received: Option<Box<Received>>,
    joined: Option<IncidentId>,
    decided: Option<(Outcome, DateTime<Utc>)>,
}

struct Received {
    fact: Recorded,
    occurred: Occurred,
    recorded_at: DateTime<Utc>,
    agency: AgencyId,
}

impl KeyState for Waiting {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        match &entry.event {
            Event::ContactRecorded(fact) => {
                self.received = Some(Box::new(Received {
                    fact: fact.clone(),
                    occurred: entry.occurred,
                    recorded_at: entry.recorded_at,
                    agency: entry.agency,
                }));
            }
            Event::ContactDecided(fact) => self.decided = Some((fact.outcome, entry.occurred.earliest())),
            Event::ContactJoined(fact) => self.joined = Some(fact.incident),
            Event::ContactParted(_) => self.joined = None,
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let Some(received) = &self.received else { return };
        let fact = &received.fact;
        let subjects = fact.people.iter().filter(|one| one.role == ContactRole::Subject);
        rows.row(0)
            .uuid(self.contact)
            .uuid(self.joined.unwrap_or(IncidentId::of(ContactId(self.contact))).0)
            .text(fact.authority.as_str())
            .text(&received.occurred.to_string())
            .instant(received.recorded_at)
            .uuid(received.agency.0)
            .text(fact.method.code())
            .bool(fact.source_disclosure != SourceDisclosure::Named)
            .opt_text(fact.significance.map(|grave| grave.code()))
            .texts(fact.concerns.iter().map(|concern| concern.kind.code()))
            .uuids(subjects.map(|one| one.person.0))
            .opt_text(self.decided.map(|(outcome, _)| outcome.code()))
            .opt_instant(self.decided.map(|(_, at)| at))
            .end();
    }
}
