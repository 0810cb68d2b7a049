//! Contacts: who told, when it was received and decided, what came of it, and which incident it tells of.
//!
//! A contact is received, and a decision made, when each was first written down: neither what day it is said to be of nor
//! a correction makes a wait shorter.

use chrono::NaiveDate;
use domain::contact::involved::ContactRole;
use domain::contact::{Outcome, SourceDisclosure, decide_by};
use domain::entry::Entry;
use domain::event::Event;
use domain::history::Withdrawn;
use domain::ids::{ContactId, EventId, IncidentId};
use domain::when::civil_day;
use domain::working_days::working_days_between;
use uuid::Uuid;

use super::facts::Facts;
use super::known::{Ledger, Line, LineId};
use super::table;
use crate::rows::Row;

/// What is kept of a contact.
#[derive(Debug, Default)]
pub struct Contact {
    facts: Facts<Fact>,
    first: Option<Received>,
    pub ledger: Ledger<ContactLine>,
}

/// When it first came on record, and when its decision did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Received {
    on: NaiveDate,
    decide_by: NaiveDate,
    decided: Option<Decided>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Decided {
    entry: EventId,
    on: NaiveDate,
    /// It was written down after its limit and said to have been made before that day, or was taken back after it.
    is_late_or_gone: bool,
}

#[derive(Debug)]
enum Fact {
    Recorded(Box<Recorded>),
    Decided(Outcome),
    Joined(IncidentId),
    Parted,
}

#[derive(Debug)]
struct Recorded {
    authority: String,
    agency: Uuid,
    is_told_by_agency: bool,
    is_confided: bool,
    children: Vec<Uuid>,
}

impl Received {
    fn now(entry: &Entry) -> Self {
        let (on, decide_by) = (civil_day(entry.recorded_at), decide_by(entry.recorded_at));
        Self { on, decide_by, decided: None }
    }

    /// A decision, or that one was taken back.
    fn take(&mut self, entry: &Entry) {
        let on = civil_day(entry.recorded_at);
        let is_late = on > self.decide_by;
        match (&entry.event, &mut self.decided) {
            (Event::ContactDecided(_), slot @ None) => {
                let is_late_or_gone = is_late && entry.occurred.day() < on;
                *slot = Some(Decided { entry: entry.id, on, is_late_or_gone });
            }
            (Event::EntryWithdrawn(Withdrawn { entry: gone, .. }), Some(decided))
                if decided.entry == *gone =>
            {
                if is_late {
                    decided.is_late_or_gone = true;
                } else {
                    self.decided = None;
                }
            }
            _ => {}
        }
    }
}

impl Contact {
    pub fn take(&mut self, entry: &Entry) {
        self.facts.take(entry, read);
        if let Event::ContactRecorded(_) = entry.event {
            self.first.get_or_insert_with(|| Received::now(entry));
        }
        if let Some(first) = &mut self.first {
            first.take(entry);
        }
        let line = self.line(entry.stream);
        let is_confided = line.as_ref().is_some_and(|line| line.is_confided);
        self.ledger.tell(entry.position, line.into_iter().collect());
        if is_confided {
            // Whoever looks back is not told who told it either.
            self.ledger.look_back(|line| line.is_confided = true);
        }
    }

    fn line(&self, stream: Uuid) -> Option<ContactLine> {
        let (mut recorded, mut outcome, mut joined) = (None, None, None);
        for fact in self.facts.iter() {
            match fact {
                Fact::Recorded(it) => recorded = Some(it),
                Fact::Decided(it) => outcome = Some(*it),
                Fact::Joined(incident) => joined = Some(*incident),
                Fact::Parted => joined = None,
            }
        }
        let recorded = recorded?;
        Some(ContactLine {
            contact: stream,
            authority: recorded.authority.clone(),
            agency: recorded.agency,
            is_told_by_agency: recorded.is_told_by_agency,
            is_confided: recorded.is_confided,
            first: self.first?,
            outcome,
            incident: joined.unwrap_or(IncidentId::of(ContactId(stream))).0,
            children: recorded.children.clone(),
        })
    }
}

fn read(entry: &Entry) -> Option<Fact> {
    Some(match &entry.event {
        Event::ContactRecorded(it) => {
            let subjects = it.people.iter().filter(|involved| involved.role == ContactRole::Subject);
            let is_confided = it.source_disclosure != SourceDisclosure::Named;
            // An agency that told in confidence by somebody else's pen does not find it among what it told.
            let told_by = it.source_agency.filter(|_| !is_confided);
            Fact::Recorded(Box::new(Recorded {
                authority: it.authority.to_string(),
                agency: told_by.unwrap_or(entry.agency).0,
                is_told_by_agency: it.source_agency.is_some(),
                is_confided,
                children: subjects.map(|involved| involved.person.0).collect(),
            }))
        }
        Event::ContactDecided(it) => Fact::Decided(it.outcome),
        Event::ContactJoined(it) => Fact::Joined(it.incident),
        Event::ContactParted(_) => Fact::Parted,
        _ => return None,
    })
}

/// A contact as it can be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactLine {
    contact: Uuid,
    authority: String,
    /// The agency that told it; of what the public told, or anybody in confidence, the one that wrote it down.
    agency: Uuid,
    is_told_by_agency: bool,
    /// Told by somebody who may not be named to everyone, as is known then or since: no figure says who.
    is_confided: bool,
    first: Received,
    outcome: Option<Outcome>,
    incident: Uuid,
    children: Vec<Uuid>,
}

impl Line for ContactLine {
    fn id(&self) -> LineId {
        (table::CONTACT, self.contact, 0)
    }

    fn write(&self, row: Row<'_>) {
        let Received { on, decide_by, decided } = self.first;
        let taken =
            |decided: Decided| i32::try_from(working_days_between(on, decided.on)).unwrap_or(i32::MAX);
        row.text(&self.authority)
            .uuid(self.agency)
            .bool(self.is_told_by_agency)
            .bool(self.is_confided)
            .date(on)
            .date(decide_by)
            .opt_date(decided.map(|decided| decided.on))
            .opt_int(decided.map(taken))
            .bool(decided.is_some_and(|decided| decided.is_late_or_gone))
            .opt_text(self.outcome.map(|outcome| outcome.code()))
            .uuid(self.incident)
            .uuids(self.children.iter().copied())
            .end();
    }
}
