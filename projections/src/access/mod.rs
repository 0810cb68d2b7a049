//! The view `access`: what access to somebody's record depends on, in one place for all other views.
//!
//! Other views' rows say who entered them; whether the record is restricted, whose it is and who works with it is
//! read here at the moment of asking, so that no view can lag behind a restriction that another has seen.

mod queries;

use std::collections::BTreeSet;

use domain::authority::Authority;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, AllocationId, PersonId, PractitionerId, TeamId};

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{caseload, standing, standings, touched};
pub(crate) use queries::{from_row, selected};

/// See the module.
pub struct Access;

impl View for Access {
    fn name(&self) -> &'static str {
        "access"
    }

    fn version(&self) -> u16 {
        2
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
            event if !self.takes(event) => {}
            Event::ContactRecorded(contact) => {
                let subjects = contact.people.iter().filter(|involved| involved.role == ContactRole::Subject);
                subjects.for_each(|subject| keys.add(subject.person.0));
            }
            event => keys.add(child_of(event).map_or(entry.stream, |(child, _)| child.0)),
        }
    }

    /// Of a case it counts that it is there and who works on it: what else happens says nothing new.
    fn takes(&self, event: &Event) -> bool {
        matches!(
            event,
            Event::PersonOpened(_)
                | Event::PersonRestricted(_)
                | Event::PersonUnrestricted(_)
                | Event::ContactRecorded(_)
                | Event::CaseOpened(_)
                | Event::ReferralReceived(_)
                | Event::WorkerAllocated(_)
                | Event::WorkerEnded(_)
        )
    }

    /// Owners, authorities and ended allocations only ever grow, in whatever order they become known.
    fn commutes(&self, entry: &Entry) -> bool {
        !matches!(
            entry.event,
            Event::PersonRestricted(_) | Event::PersonUnrestricted(_) | Event::WorkerAllocated(_)
        )
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Subject {
            person: PersonId(key),
            owners: Vec::new(),
            authorities: Vec::new(),
            allocations: Vec::new(),
            ended: Vec::new(),
            restriction: None,
        }))
    }
}

/// Lists, though each thing stands in them once: they hold one or two, and a rebuild holds everyone.
struct Subject {
    person: PersonId,
    owners: Vec<AgencyId>,
    authorities: Vec<Authority>,
    allocations: Vec<(AllocationId, PractitionerId, Option<TeamId>)>,
    /// Kept, because an end entered to the day can come before a beginning entered to the minute.
    ended: Vec<AllocationId>,
    restriction: Option<Box<domain::person::events::Restricted>>,
}

fn add<T: PartialEq + Clone>(list: &mut Vec<T>, one: &T) {
    if !list.contains(one) {
        list.reserve_exact(1);
        list.push(one.clone());
    }
}

impl KeyState for Subject {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        if let Some((_, authority)) = child_of(&entry.event) {
            add(&mut self.authorities, authority);
        }
        match &entry.event {
            Event::PersonOpened(_) | Event::CaseOpened(_) | Event::ReferralReceived(_) => {
                add(&mut self.owners, &entry.agency);
            }
            Event::PersonRestricted(restricted) => {
                self.restriction = Some(Box::new(restricted.clone()));
            }
            Event::PersonUnrestricted(_) => self.restriction = None,
            Event::ContactRecorded(contact) => {
                add(&mut self.authorities, &contact.authority);
            }
            Event::WorkerAllocated(allocated) => {
                self.allocations.retain(|(allocation, ..)| *allocation != allocated.allocation);
                let allocation = (allocated.allocation, allocated.practitioner, allocated.team);
                add(&mut self.allocations, &allocation);
            }
            Event::WorkerEnded(ended) => {
                add(&mut self.ended, &ended.allocation);
            }
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let today = self.allocations.iter().filter(|(id, ..)| !self.ended.contains(id));
        let workers: BTreeSet<PractitionerId> = today.clone().map(|(_, worker, _)| *worker).collect();
        let teams: BTreeSet<TeamId> = today.filter_map(|(_, _, team)| *team).collect();
        let owners: BTreeSet<&AgencyId> = self.owners.iter().collect();
        let authorities: BTreeSet<&Authority> = self.authorities.iter().collect();
        let restriction = self.restriction.as_ref();
        let readers = restriction.map(|restriction| restriction.readers.as_slice()).unwrap_or_default();
        rows.row(0)
            .uuid(self.person.0)
            .uuids(owners.into_iter().map(|agency| agency.0))
            .texts(authorities.into_iter().map(Authority::as_str))
            .uuids(workers.into_iter().map(|worker| worker.0))
            .uuids(teams.into_iter().map(|team| team.0))
            .opt_uuid(restriction.map(|restriction| restriction.owner.0))
            .uuids(readers.iter().map(|reader| reader.0))
            .opt_date(restriction.map(|restriction| restriction.review_on))
            .end();
    }
}
