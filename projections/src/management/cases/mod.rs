//! A case over the course of the record: what can be counted of it, after each entry.
//!
//! Most entries are stepped onto the case as it is. A correction, or an entry that comes before another of its kind,
//! may change what the others mean; the case is then folded anew from all that was written so far. Nothing of the
//! entries themselves is kept for that: a rebuild holds every case of a county.

mod late;
mod plans;
mod referrals;
mod steps;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::case::Case;
use domain::case::measured::{Measuring, can_change_a_step};
use domain::decider::Decider;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::{effective, is_correction};
use uuid::Uuid;

use super::known::{Ledger, Line, LineId};
use crate::effective::{Place, place};
use crate::rows::Row;

pub use late::Late;

/// What is kept of a case.
#[derive(Debug)]
pub struct CaseBook {
    case: Case,
    measuring: Measuring,
    /// The last of each kind of entry, in the order things happened.
    last: BTreeMap<&'static str, Place>,
    late: late::LateEntries,
    pub ledger: Ledger<CaseLine>,
}

impl Default for CaseBook {
    fn default() -> Self {
        Self {
            case: Case::initial(),
            measuring: Measuring::default(),
            last: BTreeMap::new(),
            late: late::LateEntries::default(),
            ledger: Ledger::default(),
        }
    }
}

impl CaseBook {
    /// True when the entry cannot be stepped without those before it.
    pub fn looks_back(&self, entry: &Entry) -> bool {
        is_correction(&entry.event)
            || (is_counted(&entry.event)
                && self.last.get(entry.event.kind()).is_some_and(|last| place(entry) < *last))
    }

    /// Takes the next entry as it was written.
    pub fn take(&mut self, entry: &Entry) {
        if is_counted(&entry.event) {
            self.evolve(entry);
        }
        self.tell(entry);
    }

    /// Takes the last of all entries that were written so far.
    pub fn take_back(&mut self, history: &[Entry]) {
        let Some(entry) = history.last() else { return };
        self.case = Case::initial();
        self.last.clear();
        for standing in effective(history).iter().filter(|standing| is_counted(&standing.event)) {
            self.evolve(standing);
        }
        self.tell(entry);
    }

    fn evolve(&mut self, entry: &Entry) {
        self.case.evolve(entry);
        let last = self.last.entry(entry.event.kind()).or_insert_with(|| place(entry));
        *last = (*last).max(place(entry));
    }

    fn tell(&mut self, entry: &Entry) {
        let is_late = self.late.take(entry);
        let is_counted = is_counted(&entry.event);
        if can_change_a_step(&entry.event) {
            self.measuring.take(entry, &self.case);
        }
        if is_counted || is_late {
            let now = self.lines();
            self.ledger.tell(entry.position, now);
        }
    }

    fn lines(&self) -> Vec<CaseLine> {
        let Some(who) = &self.case.who else { return Vec::new() };
        let (child, authority) = (who.child.0, Arc::<str>::from(who.authority.as_str()));
        let mut counted = Vec::new();
        referrals::lines(&self.case, &mut counted);
        let measured: Vec<_> = self.measuring.measured().collect();
        plans::lines(&self.case, &measured, &mut counted);
        steps::lines(measured, &mut counted);
        work::lines(&self.case, &mut counted);
        self.late.lines(&mut counted);
        let line = |counted: Counted| {
            let team = work::team_on(&self.case, counted.day());
            CaseLine { child, authority: Arc::clone(&authority), team, counted }
        };
        counted.into_iter().map(line).collect()
    }
}

/// False for what nothing is counted of, but that it was written late.
fn is_counted(event: &Event) -> bool {
    !matches!(event, Event::NoteWritten(_) | Event::VisitMade(_))
}

/// Something of a case that can be counted, and whose work it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseLine {
    child: Uuid,
    authority: Arc<str>,
    /// The team that had the case on its day.
    team: Option<Uuid>,
    counted: Counted,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Counted {
    Referral(referrals::Referral),
    Section47(referrals::Section47),
    Step(Box<steps::Step>),
    Plan(plans::Plan),
    Category(plans::Category),
    Allocation(work::Allocation),
    Waiting(work::Waiting),
    Late(Late),
}

impl Counted {
    /// The day that says whose work it is.
    fn day(&self) -> chrono::NaiveDate {
        match self {
            Self::Referral(it) => it.received_on,
            Self::Section47(it) => it.started_on,
            Self::Step(it) => it.0.since,
            Self::Plan(it) => it.started_on,
            Self::Category(it) => it.from_on,
            Self::Allocation(it) => it.from_on,
            Self::Waiting(it) => it.from_on,
            Self::Late(it) => it.happened_on,
        }
    }
}

impl Line for CaseLine {
    fn id(&self) -> LineId {
        match &self.counted {
            Counted::Referral(it) => it.id(),
            Counted::Section47(it) => it.id(),
            Counted::Step(it) => it.id(),
            Counted::Plan(it) => it.id(),
            Counted::Category(it) => it.id(),
            Counted::Allocation(it) => it.id(),
            Counted::Waiting(it) => it.id(),
            Counted::Late(it) => it.id(),
        }
    }

    fn write(&self, row: Row<'_>) {
        // An allocation says itself whose it is.
        let team = match &self.counted {
            Counted::Allocation(it) => it.team,
            _ => self.team,
        };
        let row = row.uuid(self.child).text(&self.authority).opt_uuid(team);
        match &self.counted {
            Counted::Referral(it) => it.write(row),
            Counted::Section47(it) => it.write(row),
            Counted::Step(it) => it.write(row),
            Counted::Plan(it) => it.write(row),
            Counted::Category(it) => it.write(row),
            Counted::Allocation(it) => it.write(row),
            Counted::Waiting(it) => it.write(row),
            Counted::Late(it) => it.write(row),
        }
    }
}
