//! The view `access`: what access to somebody's record depends on, in one place for all other views.
//!
//! Other views' rows say who entered them; whether the record is restricted, whose it is and who works with it is
//! read here at the moment of asking, so that no view can lag behind a restriction that another has seen.

mod queries;

use std::collections::{BTreeMap, BTreeSet};

use domain::authority::Authority;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, AllocationId, PersonId, PractitionerId, TeamId};

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{caseload, standing, standings};

/// See the module.
pub struct Access;

impl View for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn version(&self) -> u16 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "subject", key: "person", per: Per::Key }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        match &entry.event {
            Event::PersonOpened(_) | Event::PersonRestricted(_) | Event::PersonUnrestricted(_) => {
                keys.add(entry.stream);
            }
            Event::ContactRecorded(contact) => {
                let subjects = contact.people.iter().filter(|involved| involved.role == ContactRole::Subject);
                subjects.for_each(|subject| keys.add(subject.person.0));
            }
            event => {
                if let Some((child, _)) = child_of(event) {
                    keys.add(child.0);
                }
            }
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Subject {
            person: PersonId(key),
            owners: BTreeSet::new(),
            authorities: BTreeSet::new(),
            allocations: BTreeMap::new(),
            ended: BTreeSet::new(),
            restriction: None,
        }))
    }
}

struct Subject {
    person: PersonId,
    owners: BTreeSet<AgencyId>,
    authorities: BTreeSet<Authority>,
    allocations: BTreeMap<AllocationId, (PractitionerId, Option<TeamId>)>,
    /// Kept, because an end entered to the day can come before a beginning entered to the minute.
    ended: BTreeSet<AllocationId>,
    restriction: Option<domain::person::events::Restricted>,
}

impl KeyState for Subject {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        if let Some((_, authority)) = child_of(&entry.event)
            && !self.authorities.contains(authority)
        {
            self.authorities.insert(authority.clone());
        }
        match &entry.event {
            Event::PersonOpened(_) | Event::CaseOpened(_) | Event::ReferralReceived(_) => {
                self.owners.insert(entry.agency);
            }
            Event::PersonRestricted(restricted) => self.restriction = Some(restricted.clone()),
            Event::PersonUnrestricted(_) => self.restriction = None,
            Event::ContactRecorded(contact) => {
                self.authorities.insert(contact.authority.clone());
            }
            Event::WorkerAllocated(allocated) => {
                self.allocations.insert(allocated.allocation, (allocated.practitioner, allocated.team));
            }
            Event::WorkerEnded(ended) => {
                self.ended.insert(ended.allocation);
            }
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let today = self.allocations.iter().filter(|(id, _)| !self.ended.contains(id));
        let workers: BTreeSet<PractitionerId> = today.clone().map(|(_, (worker, _))| *worker).collect();
        let teams: BTreeSet<TeamId> = today.filter_map(|(_, (_, team))| *team).collect();
        let restriction = self.restriction.as_ref();
        let readers = restriction.map(|restriction| restriction.readers.as_slice()).unwrap_or_default();
        rows.row(0)
            .uuid(self.person.0)
            .uuids(self.owners.iter().map(|agency| agency.0))
            .texts(self.authorities.iter().map(Authority::as_str))
            .uuids(workers.into_iter().map(|worker| worker.0))
            .uuids(teams.into_iter().map(|team| team.0))
            .opt_uuid(restriction.map(|restriction| restriction.owner.0))
            .uuids(readers.iter().map(|reader| reader.0))
            .opt_date(restriction.map(|restriction| restriction.review_on))
            .end();
    }
}
