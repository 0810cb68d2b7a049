//! Where the entries of a page of the past stand today, so that it tells no more of them than is told today.
//!
//! An entry may have been corrected since: what was told openly is told in confidence today, or what stood here stands on
//! another record, which is closed to the reader. What was withdrawn stands nowhere; whoever may look back sees it as it
//! was recorded then, on the record it stood on last.
//!
//! Left out: who may look back, which is policy's.

use std::collections::{HashMap, HashSet};

use domain::access::Disclosure;
use domain::contact::SourceDisclosure;
use domain::contact::involved::ContactRole;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, EventId, PersonId};
use event_store::StreamId;
use uuid::Uuid;

use super::gone::{Gone, Why, gone};
use super::queries::Item;
use super::{Involved, TIMELINE};
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};

/// Where entries stand today, of those on a page of the past.
pub(crate) struct Today {
    /// On the same page: whose they are there.
    here: HashMap<EventId, AgencyId>,
    /// On others' pages and not on this one.
    elsewhere: HashMap<EventId, Vec<(PersonId, AgencyId)>>,
    /// Nowhere: found to belong to another page, and taken back there, which is not this reader's to know.
    taken_back_elsewhere: HashSet<EventId>,
    /// Told in confidence, as they were said last.
    confided: HashSet<EventId>,
}

impl Today {
    /// # Errors
    /// The view is not built, or the database or the log does not answer.
    pub(crate) async fn of(reads: &Reads, person: PersonId, page: &[Entry]) -> Result<Self, ReadError> {
        let mut today = Self::standing(reads, person, page.iter()).await?;
        if page.iter().any(|entry| today.is_nowhere(entry.id)) {
            today.take_in(&gone(reads, person).await?);
        }
        Ok(today)
    }

    /// Before it is known which of those that stand nowhere were taken back here.
    pub(super) async fn standing(
        reads: &Reads,
        person: PersonId,
        page: impl Iterator<Item = &Entry>,
    ) -> Result<Self, ReadError> {
        let mut today = Self {
            here: HashMap::new(),
            elsewhere: HashMap::new(),
            taken_back_elsewhere: HashSet::new(),
            confided: HashSet::new(),
        };
        today.read_here(reads, person).await?;
        // After those that are here: whatever leaves a page has come onto the other before.
        let gone: Vec<&Entry> = page.filter(|entry| !today.is_here(entry.id)).collect();
        let ids: Vec<Uuid> = gone.iter().map(|entry| entry.id.0).collect();
        if ids.is_empty() {
            return Ok(today);
        }
        let contacts = gone.iter().filter(|entry| matches!(entry.event, Event::ContactRecorded(_)));
        let contacts: Vec<StreamId> =
            contacts.map(|entry| StreamId { category: "contact".to_owned(), id: entry.stream }).collect();
        today.read_elsewhere(reads, &ids).await?;
        for written in reads.written(&TIMELINE, contacts).await? {
            today.confided.extend(confided(&written));
        }
        Ok(today)
    }

    /// Takes in what left the page.
    pub(super) fn take_in(&mut self, gone: &[Gone]) {
        let moved = gone.iter().filter(|gone| gone.why == Why::Moved).map(|gone| gone.entry.id);
        let taken_back: Vec<EventId> = moved.filter(|entry| self.is_nowhere(*entry)).collect();
        self.taken_back_elsewhere.extend(taken_back);
    }

    fn is_nowhere(&self, entry: EventId) -> bool {
        !self.is_here(entry) && !self.elsewhere.contains_key(&entry)
    }

    async fn read_here(&mut self, reads: &Reads, person: PersonId) -> Result<(), ReadError> {
        let source = reads.source("timeline").await?;
        let sql = format!(
            "select event_id, agency, detail::jsonb ? 'is_guarded' from {}.entry where person = $1",
            source.schema
        );
        let statement = source.client.prepare_cached(&sql).await?;
        for row in source.client.query(&statement, &[&person.0]).await? {
            let id = EventId(row.try_get(0)?);
            self.here.insert(id, AgencyId(row.try_get(1)?));
            if row.try_get(2)? {
                self.confided.insert(id);
            }
        }
        Ok(())
    }

    async fn read_elsewhere(&mut self, reads: &Reads, ids: &[Uuid]) -> Result<(), ReadError> {
        let source = reads.source("timeline").await?;
        // Whatever left a page was corrected, and says so where it stands: few do, and an index has them.
        let sql = format!(
            "select event_id, person, agency from {}.entry
             where event_id = any($1) and corrected_at is not null",
            source.schema
        );
        let statement = source.client.prepare_cached(&sql).await?;
        for row in source.client.query(&statement, &[&ids]).await? {
            let there = self.elsewhere.entry(EventId(row.try_get(0)?)).or_default();
            there.push((PersonId(row.try_get(1)?), AgencyId(row.try_get(2)?)));
        }
        Ok(())
    }

    pub(super) fn is_here(&self, entry: EventId) -> bool {
        self.here.contains_key(&entry)
    }

    /// Those on whose pages entries of this one stand today.
    pub(crate) fn people(&self) -> impl Iterator<Item = PersonId> {
        self.elsewhere.values().flatten().map(|(person, _)| *person)
    }

    /// How much of an entry is told today, at the most.
    pub(crate) fn told(
        &self,
        scope: &Scope,
        standing: &Standing,
        others: &HashMap<PersonId, Standing>,
        entry: EventId,
    ) -> Disclosure {
        if let Some(agency) = self.here.get(&entry) {
            return scope.entry_disclosure(standing, *agency);
        }
        if self.taken_back_elsewhere.contains(&entry) {
            return Disclosure::None;
        }
        let Some(there) = self.elsewhere.get(&entry) else { return Disclosure::Full };
        let told = |(person, agency): &(PersonId, AgencyId)| {
            others.get(person).map(|standing| scope.entry_disclosure(standing, *agency))
        };
        there.iter().filter_map(told).max().unwrap_or(Disclosure::None)
    }

    /// The entry as somebody's page may hold it today, were it on it: none of what is told in confidence is on the page of
    /// the one who told it.
    pub(super) fn guarded(&self, mut item: Item) -> Option<Item> {
        if !self.confided.contains(&item.event_id) {
            return Some(item);
        }
        let source = ContactRole::Source.code();
        let told_only = item.roles == [source];
        if told_only {
            return None;
        }
        item.roles.retain(|role| role != source);
        item.detail.is_guarded = true;
        item.detail.people.retain(|one: &Involved| one.role.as_deref() != Some(source));
        Some(item)
    }
}

/// The contacts in a stream that were told in confidence, by what was said of each last.
fn confided(written: &[Entry]) -> HashSet<EventId> {
    let mut confided = HashSet::new();
    for entry in written {
        let (id, event) = match &entry.event {
            Event::EntryAmended(amended) => (amended.entry, amended.replacement.as_ref()),
            event => (entry.id, event),
        };
        let Event::ContactRecorded(contact) = event else { continue };
        if contact.source_disclosure == SourceDisclosure::Named {
            confided.remove(&id);
        } else {
            confided.insert(id);
        }
    }
    confided
}
