//! What a page about one record needs from the log itself, beside what the views hold: its version, its own words.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::access::Disclosure;
use domain::case::Case;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, Contact, SourceDisclosure};
use domain::decider::Decider as _;
use domain::entry::Entry;
use domain::history::effective;
use domain::ids::{CaseId, ContactId, EventId, PersonId};
use domain::person::Missing;
use event_store::{EventStore as _, StreamId};
use projections::access::standings;
use projections::contacts::{self, ToldList};
use projections::scope::Scope;
use projections::status;
use projections::timeline::{self, Confidants};
use uuid::Uuid;

use crate::access_log::{Looking, Shown, ShownPerson};
use crate::app::App;
use crate::error::ReadError;
use crate::execute::load;
use crate::visitor::Visitor;

/// How long a list waits for what was written a moment ago.
const PATIENCE: Duration = Duration::from_secs(2);
/// Contacts listed at once.
pub(crate) const LISTED_MAX: usize = 200;
/// A record longer than this is read as far as this; none comes near.
const EVENTS_MAX: usize = 100_000;

/// A contact as it stands, for a reader who is told all of it.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadContact {
    pub contact: Contact,
    /// The entry that recorded it.
    pub recorded: Entry,
    /// Corrections included.
    pub version: u64,
    /// The children it is about.
    pub subjects: Vec<PersonId>,
    /// Everyone in it of whom the reader may know, once for each part. Whoever told it in confidence is not among them
    /// for those who may not know by whom it was told.
    pub people: Vec<Involved>,
    /// True when it was told in confidence and the reader may not know by whom: nothing that tells it is shown.
    pub is_guarded: bool,
}

impl ReadContact {
    /// What it is worried about, each kind as the reader may know it.
    #[must_use]
    pub fn concerns(&self) -> Vec<Concern> {
        let mut shown: Vec<Concern> = Vec::new();
        for concern in self.contact.recorded().map_or(&[][..], |fact| fact.concerns.as_slice()) {
            let kind = if self.is_guarded { concern.kind.in_confidence() } else { concern.kind };
            let concern = Concern { kind, about: concern.about.clone() };
            if !shown.contains(&concern) {
                shown.push(concern);
            }
        }
        shown
    }

    /// Those whom a page of it shows, and how much of them: all of the children it is about, of others who they are.
    #[must_use]
    pub fn shown(&self) -> Vec<ShownPerson> {
        let people: BTreeSet<PersonId> = self.people.iter().map(|one| one.person).collect();
        let of = |person: PersonId| {
            let is_subject = self.subjects.contains(&person);
            let disclosure = if is_subject { Disclosure::Full } else { Disclosure::Status };
            ShownPerson { person, disclosure }
        };
        people.into_iter().map(of).collect()
    }
}

/// A case as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadCase {
    pub case: Case,
    pub child: PersonId,
    pub disclosure: Disclosure,
    pub version: u64,
}

/// A list of contacts, headed by who is missing of the children it is about.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct ToldOf {
    pub told: ToldList,
    /// Those that were read and are not shown.
    pub more: Vec<contacts::Told>,
    pub missing: BTreeMap<PersonId, Vec<Missing>>,
}

impl App {
    /// A list of contacts shows all of each child it is about, in the first so many.
    async fn headed(&self, mut told: ToldList, most: usize) -> Result<Shown<ToldOf>, ReadError> {
        let more = told.contacts.split_off(told.contacts.len().min(most));
        let mut people: Vec<PersonId> =
            told.contacts.iter().flat_map(|told| told.subjects.iter().copied()).collect();
        people.sort_unstable();
        people.dedup();
        let missing = status::missing_among(&self.views, &people).await?;
        let full = |person| ShownPerson { person, disclosure: Disclosure::Full };
        Ok(Shown { people: people.into_iter().map(full).collect(), answer: ToldOf { told, more, missing } })
    }

    /// A record's version, for `ETag` and `If-Match`; 0 when there is none.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn version_of(&self, category: &str, id: Uuid) -> Result<u64, ReadError> {
        let stream = StreamId { category: category.to_owned(), id };
        let events = self.record.read_stream(&stream, 0, EVENTS_MAX).await?;
        Ok(events.last().map_or(0, |event| event.header.version()))
    }

    /// A record's entries, corrections not applied, every sealed part opened, and its version; none when there is no
    /// such record of this kind.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub(crate) async fn entries_of(&self, stream: &StreamId) -> Result<(Vec<Entry>, u64), ReadError> {
        match load(&self.record, self.keys.as_ref(), stream).await {
            Err(ReadError::Absent) => Ok((Vec::new(), 0)),
            loaded => loaded.map(|loaded| (loaded.entries, loaded.version)),
        }
    }

    /// The facts of events just written: nothing personal, and the ids of what they began.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn facts_of(
        &self,
        category: &str,
        id: Uuid,
        events: &[EventId],
    ) -> Result<Vec<(EventId, String, serde_json::Value)>, ReadError> {
        let stream = StreamId { category: category.to_owned(), id };
        let recorded = self.record.read_stream(&stream, 0, EVENTS_MAX).await?;
        let written = recorded.iter().filter(|event| events.contains(&EventId(event.header.event_id())));
        written
            .map(|event| {
                let facts = serde_json::from_slice(&event.facts);
                let facts = facts.map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
                Ok((EventId(event.header.event_id()), event.header.kind().to_owned(), facts))
            })
            .collect()
    }

    /// A case as it stands, for a reader who is told how the work stands.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub async fn read_case(&self, scope: &Scope, id: CaseId) -> Result<Option<ReadCase>, ReadError> {
        let stream = StreamId { category: "case".to_owned(), id: id.0 };
        let (entries, version) = self.entries_of(&stream).await?;
        let mut case = Case::initial();
        effective(&entries).iter().for_each(|entry| case.evolve(entry));
        let Some(child) = case.who.as_ref().map(|who| who.child) else { return Ok(None) };
        let standings = standings(&self.views, &[child]).await?;
        let disclosure =
            standings.get(&child).map_or(Disclosure::None, |standing| scope.disclosure(standing));
        Ok((disclosure >= Disclosure::Progress).then_some(ReadCase { case, child, disclosure, version }))
    }

    /// Waits a little for a view to have all that is on record, so that whoever wrote something sees it. A view that
    /// does not come is shown as it is.
    pub async fn take_in(&self, view: &str) {
        let _ = self.views.wait_until(view, self.on_record(), PATIENCE).await;
    }

    /// What waits at the front door of the visitor's own authority, a child in danger now first, then the longest wait,
    /// so many at most, and the look put on record.
    ///
    /// # Errors
    /// Not permitted; a log or view that cannot be reached.
    pub async fn undecided(
        &self,
        visitor: &Visitor,
        looking: Looking,
        most: usize,
    ) -> Result<ToldOf, ReadError> {
        let found =
            self.look(visitor, looking, async |scope| self.headed(self.waiting(scope).await?, most).await);
        found.await
    }

    /// The same under a scope, and no look: for whoever shows nothing of it.
    ///
    /// # Errors
    /// A view that cannot be reached.
    pub async fn waiting(&self, scope: &Scope) -> Result<ToldList, ReadError> {
        let Some(authority) = &scope.reader().authority else { return Ok(ToldList::default()) };
        self.take_in("contacts").await;
        Ok(contacts::undecided(&self.views, scope, authority, LISTED_MAX).await?)
    }

    /// What the visitor's own agency told, newest first, with what became of it, and the look put on record.
    ///
    /// # Errors
    /// As [`Self::undecided`].
    pub async fn told_by_own(&self, visitor: &Visitor, looking: Looking) -> Result<ToldOf, ReadError> {
        self.take_in("contacts").await;
        let found = self.look(visitor, looking, async |scope| {
            self.headed(contacts::told_by(&self.views, scope, LISTED_MAX).await?, LISTED_MAX).await
        });
        found.await
    }

    /// A contact with its account; `None` when there is none, or the reader is not told everything about every child
    /// it is about. A contact is never shown in part: an account names who it names.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub async fn read_contact(&self, scope: &Scope, id: ContactId) -> Result<Option<ReadContact>, ReadError> {
        let stream = StreamId { category: "contact".to_owned(), id: id.0 };
        let (entries, version) = self.entries_of(&stream).await?;
        let standing = effective(&entries);
        let mut contact = Contact::initial();
        standing.iter().for_each(|entry| contact.evolve(entry));
        let (Some(fact), Some(recorded)) = (contact.recorded(), standing.first().cloned()) else {
            return Ok(None);
        };
        let is_subject = |role: ContactRole| role == ContactRole::Subject;
        let subjects: Vec<PersonId> =
            fact.people.iter().filter(|one| is_subject(one.role)).map(|one| one.person).collect();
        let everyone: BTreeSet<PersonId> = fact.people.iter().map(|one| one.person).collect();
        let standings = standings(&self.views, &everyone.into_iter().collect::<Vec<_>>()).await?;
        let told = subjects.iter().all(|subject| {
            standings
                .get(subject)
                .is_some_and(|standing| scope.entry_disclosure(standing, recorded.agency) == Disclosure::Full)
        });
        let is_told_in_confidence = fact.source_disclosure != SourceDisclosure::Named;
        let confidants = Confidants {
            received_by: Some(fact.authority.as_str()),
            entered_by: Some(recorded.agency),
            made_by: Some(recorded.actor),
        };
        let may_know = |subject: &PersonId| {
            standings
                .get(subject)
                .is_some_and(|standing| timeline::may_know_source(scope, standing, confidants))
        };
        let is_guarded = is_told_in_confidence && !subjects.iter().all(may_know);
        // As on a timeline: whoever else is in it is named only to those who may know them.
        let is_known = |one: &&Involved| {
            let standing = standings.get(&one.person);
            standing.is_some_and(|standing| {
                scope.entry_disclosure(standing, recorded.agency) >= Disclosure::Status
            })
        };
        let may_be_named = |one: &&Involved| !is_guarded || one.role != ContactRole::Source;
        let people = fact.people.iter().filter(may_be_named).filter(is_known).copied().collect();
        Ok((told && !subjects.is_empty()).then_some(ReadContact {
            contact,
            recorded,
            version,
            subjects,
            people,
            is_guarded,
        }))
    }
}
