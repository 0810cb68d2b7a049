//! What a page about one record needs from the log itself, beside what the views hold: its version, its own words.

use domain::access::Disclosure;
use domain::contact::Contact;
use domain::contact::involved::ContactRole;
use domain::decider::Decider as _;
use domain::entry::Entry;
use domain::history::effective;
use domain::ids::{ContactId, PersonId};
use event_store::{EventStore as _, StreamId};
use projections::access::standings;
use projections::decode::{Decoder, look_up};
use projections::scope::Scope;
use uuid::Uuid;

use crate::app::App;
use crate::error::ReadError;
use crate::execute::keys_error;

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
}

impl App {
    /// A record's version, for `ETag` and `If-Match`; 0 when there is none.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn version_of(&self, category: &str, id: Uuid) -> Result<u64, ReadError> {
        let stream = StreamId { category: category.to_owned(), id };
        let events = self.record.read_stream(&stream, 0, EVENTS_MAX).await?;
        Ok(events.last().map_or(0, |event| event.header.version()))
    }

    /// A contact with its account; `None` when there is none, or the reader is not told everything about every child
    /// it is about. A contact is never shown in part: an account names who it names.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub async fn read_contact(&self, scope: &Scope, id: ContactId) -> Result<Option<ReadContact>, ReadError> {
        let stream = StreamId { category: "contact".to_owned(), id: id.0 };
        let events = self.record.read_stream(&stream, 0, EVENTS_MAX).await?;
        if events.first().is_none_or(|first| first.header.category() != stream.category) {
            return Ok(None);
        }
        let keys = look_up(self.keys.as_ref(), &events, &|_| true).await.map_err(keys_error)?;
        let decoder = Decoder { origin: self.record.origin(), opens: &|_| true, keys: &keys };
        let entries = decoder
            .decode(&events)
            .into_iter()
            .map(|decoded| decoded.content.map_err(|unreadable| ReadError::Corrupt(unreadable.code.into())))
            .collect::<Result<Vec<_>, _>>()?;
        let standing = effective(&entries);
        let mut contact = Contact::initial();
        standing.iter().for_each(|entry| contact.evolve(entry));
        let (Some(fact), Some(recorded)) = (contact.recorded(), standing.first().cloned()) else {
            return Ok(None);
        };
        let is_subject = |role: ContactRole| role == ContactRole::Subject;
        let subjects: Vec<PersonId> =
            fact.people.iter().filter(|one| is_subject(one.role)).map(|one| one.person).collect();
        let standings = standings(&self.views, &subjects).await?;
        let told = subjects.iter().all(|subject| {
            standings
                .get(subject)
                .is_some_and(|standing| scope.entry_disclosure(standing, recorded.agency) == Disclosure::Full)
        });
        let version = events.last().map_or(0, |event| event.header.version());
        Ok((told && !subjects.is_empty()).then_some(ReadContact { contact, recorded, version, subjects }))
    }
}
