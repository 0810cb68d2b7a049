//! Contacts: who told, when it was received and decided, what came of it, and which incident it tells of.

use chrono::NaiveDate;
use domain::contact::involved::ContactRole;
use domain::contact::{Outcome, SourceDisclosure};
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{ContactId, IncidentId};
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
    pub ledger: Ledger<ContactLine>,
}

#[derive(Debug)]
enum Fact {
    Recorded(Box<Recorded>),
    Decided(NaiveDate, Outcome),
    Joined(IncidentId),
    Parted,
}

#[derive(Debug)]
struct Recorded {
    authority: String,
    agency: Uuid,
    is_told_by_agency: bool,
    is_confided: bool,
    on: NaiveDate,
    children: Vec<Uuid>,
}

impl Contact {
    pub fn take(&mut self, entry: &Entry) {
        self.facts.take(entry, read);
        let line = self.line(entry.stream);
        let is_confided = line.as_ref().is_some_and(|line| line.is_confided);
        self.ledger.tell(entry.position, line.into_iter().collect());
        if is_confided {
            // Whoever looks back is not told who told it either.
            self.ledger.look_back(|line| line.is_confided = true);
        }
    }

    fn line(&self, stream: Uuid) -> Option<ContactLine> {
        let (mut recorded, mut decided, mut joined) = (None, None, None);
        for fact in self.facts.iter() {
            match fact {
                Fact::Recorded(it) => recorded = Some(it),
                Fact::Decided(on, outcome) => decided = Some((*on, *outcome)),
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
            received_on: recorded.on,
            decided,
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
                on: entry.occurred.day(),
                children: subjects.map(|involved| involved.person.0).collect(),
            }))
        }
        Event::ContactDecided(it) => Fact::Decided(entry.occurred.day(), it.outcome),
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
    received_on: NaiveDate,
    decided: Option<(NaiveDate, Outcome)>,
    incident: Uuid,
    children: Vec<Uuid>,
}

impl Line for ContactLine {
    fn id(&self) -> LineId {
        (table::CONTACT, self.contact, 0)
    }

    fn write(&self, row: Row<'_>) {
        let taken = |on| i32::try_from(working_days_between(self.received_on, on)).unwrap_or(i32::MAX);
        row.text(&self.authority)
            .uuid(self.agency)
            .bool(self.is_told_by_agency)
            .bool(self.is_confided)
            .date(self.received_on)
            .opt_date(self.decided.map(|(on, _)| on))
            .opt_int(self.decided.map(|(on, _)| taken(on)))
            .opt_text(self.decided.map(|(_, outcome)| outcome.code()))
            .uuid(self.incident)
            .uuids(self.children.iter().copied())
            .end();
    }
}
