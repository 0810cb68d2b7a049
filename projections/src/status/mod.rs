//! The view `status`: how each child stands at each authority, and whom to ring.
//!
//! Left out: what happened when (the timeline), and whether anybody may be told (the view `access`).

mod queries;
mod summary;

use std::collections::BTreeMap;

use domain::case::Case;
use domain::decider::Decider;
use domain::entry::Entry;
use domain::ids::{AgencyId, CaseId};

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{PersonStatus, of};
pub use summary::{CaseStatus, Stage};

/// See the module.
pub struct Status;

pub(crate) static STATUS: Status = Status;

impl View for Status {
    fn name(&self) -> &'static str {
        "status"
    }

    fn version(&self) -> u16 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "status", key: "person", per: Per::Key }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if let Some((child, _)) = child_of(&entry.event) {
            keys.add(child.0);
        }
    }

    fn start(&self, _key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Cases::default()))
    }
}

/// A child's cases, one an authority.
#[derive(Default)]
pub(crate) struct Cases(BTreeMap<CaseId, Held>);

struct Held {
    case: Case,
    /// Whose case it is: the agency of its first entry.
    agency: AgencyId,
    last_on: chrono::NaiveDate,
    position: u128,
}

impl Cases {
    pub(crate) fn take(&mut self, entry: &Entry) {
        let on = entry.occurred.day();
        let held = self.0.entry(CaseId(entry.stream)).or_insert_with(|| Held {
            case: Case::initial(),
            agency: entry.agency,
            last_on: on,
            position: entry.position,
        });
        held.case.evolve(entry);
        held.last_on = held.last_on.max(on);
        held.position = held.position.max(entry.position);
    }

    pub(crate) fn statuses(&self) -> impl Iterator<Item = CaseStatus> + '_ {
        self.0.iter().filter_map(|(id, held)| {
            CaseStatus::of(*id, held.agency, &held.case, held.last_on, held.position)
        })
    }
}

impl KeyState for Cases {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        self.take(entry);
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        for status in self.statuses() {
            status.write(rows.row(0));
        }
    }
}
