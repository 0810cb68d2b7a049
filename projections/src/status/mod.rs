//! The view `status`: how each child stands at each authority, whom to ring, and whether they are missing.
//!
//! Left out: what happened when (the timeline), and whether anybody may be told (the view `access`).

mod among;
mod queries;
mod summary;

use domain::authority::Authority;
use domain::case::Case;
use domain::decider::Decider;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, CaseId};
use domain::person::duty::{self, OnDuty};
use domain::person::missing::{self, Missing};

use crate::about::child_of;
use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use among::standing_among;
pub use queries::{PersonStatus, missing, missing_among, of, of_known, told};
pub use summary::CaseSummary;

/// See the module.
pub struct Status;

pub(crate) static STATUS: Status = Status;

impl View for Status {
    fn name(&self) -> &'static str {
        "status"
    }

    fn version(&self) -> u16 {
        8
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "status", key: "person", per: Per::Key },
            Table { name: "missing", key: "person", per: Per::Key },
            Table { name: "on_duty", key: "person", per: Per::Key },
            Table { name: "formerly", key: "person", per: Per::Key },
        ]
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
        } else if is_persons(&entry.event) {
            keys.add(entry.stream);
        }
    }

    /// Visits are kept in the order they were made, whenever they are written down; of a note only its day counts.
    fn commutes(&self, entry: &Entry) -> bool {
        matches!(entry.event, Event::VisitMade(_) | Event::NoteWritten(_))
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Cases { key, ..Cases::default() }))
    }
}

/// A child's cases, one an authority: nearly always one. A rebuild holds every child of a county, so nothing here
/// has room to spare.
#[derive(Default)]
pub(crate) struct Cases {
    key: Key,
    held: Vec<Held>,
    missing: Vec<Missing>,
    on_duty: Vec<OnDuty>,
    /// Every authority that ever had a duty, or from which they moved.
    named: Vec<Authority>,
}

/// What a person's own stream says of how they stand.
fn is_persons(event: &Event) -> bool {
    matches!(
        event,
        Event::PersonMissingReported(_) | Event::PersonFound(_) | Event::PersonAuthorityRecorded(_)
    )
}

struct Held {
    id: CaseId,
    case: Case,
    /// Whose case it is: the agency that wrote its first entry, and that entry's place.
    agency: AgencyId,
    first: u128,
    last_on: chrono::NaiveDate,
    position: u128,
}

impl Cases {
    pub(crate) fn take(&mut self, entry: &Entry) {
        if is_persons(&entry.event) {
            missing::step(&mut self.missing, entry.occurred, &entry.event);
            duty::step(&mut self.on_duty, entry);
            if let Event::PersonAuthorityRecorded(recorded) = &entry.event {
                self.name(&recorded.authority);
            }
            return;
        }
        if let Event::ReferralReceived(received) = &entry.event {
            received.transferred_from.iter().for_each(|authority| self.name(authority));
        }
        let on = entry.occurred.day();
        let id = CaseId(entry.stream);
        let at = self.held.iter().position(|held| held.id == id).unwrap_or_else(|| {
            self.held.reserve_exact(1);
            self.held.push(Held {
                id,
                case: Case::initial(),
                agency: entry.agency,
                first: entry.position,
                last_on: on,
                position: entry.position,
            });
            self.held.len() - 1
        });
        let Some(held) = self.held.get_mut(at) else { return };
        held.case.evolve(entry);
        tighten(&mut held.case);
        if entry.position < held.first {
            (held.agency, held.first) = (entry.agency, entry.position);
        }
        held.last_on = held.last_on.max(on);
        held.position = held.position.max(entry.position);
    }

    fn name(&mut self, authority: &Authority) {
        if !self.named.contains(authority) {
            self.named.push(authority.clone());
        }
    }

    /// Authorities that have no duty any more.
    pub(crate) fn formerly(&self) -> Vec<Authority> {
        let has_none = |authority: &&Authority| self.on_duty.iter().all(|on| on.authority != **authority);
        let mut formerly: Vec<Authority> = self.named.iter().filter(has_none).cloned().collect();
        formerly.sort_unstable();
        formerly
    }

    pub(crate) fn missing(&self) -> Vec<Missing> {
        self.missing.clone()
    }

    pub(crate) fn on_duty(&self) -> Vec<OnDuty> {
        self.on_duty.clone()
    }

    pub(crate) fn statuses(&self) -> impl Iterator<Item = CaseSummary> + '_ {
        self.held
            .iter()
            .filter_map(|held| CaseSummary::of(held.id, held.agency, &held.case, held.last_on, held.position))
    }
}

/// Gives back the room that lists keep for growing: three quarters of a case that has one of each.
fn tighten(case: &mut Case) {
    case.episodes.shrink_to_fit();
    case.looked_after.shrink_to_fit();
    case.police_protections.shrink_to_fit();
    case.emergency_orders.shrink_to_fit();
    case.allocations.shrink_to_fit();
    for episode in &mut case.episodes {
        episode.assessments.shrink_to_fit();
        episode.section47s.shrink_to_fit();
        episode.conferences.shrink_to_fit();
        episode.cp_plans.shrink_to_fit();
        episode.cin_plans.shrink_to_fit();
        for plan in &mut episode.cp_plans {
            plan.changes.shrink_to_fit();
            plan.reviews.shrink_to_fit();
        }
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
        for missing in &self.missing {
            rows.row(1).uuid(self.key).text(missing.from.code()).text(&missing.since.to_string()).end();
        }
        for authority in self.formerly() {
            rows.row(3).uuid(self.key).text(authority.as_str()).end();
        }
        for on in &self.on_duty {
            rows.row(2).uuid(self.key).text(on.duty.code()).text(on.authority.as_str()).date(on.since).end();
        }
    }
}
