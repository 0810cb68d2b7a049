//! Who somebody was, as the record knew it at another time.
//!
//! A page of the past shows no more than the page of today: of what was said then, what still stands as it was said. What
//! was taken back or set right since may have been somebody else's name; it is counted and not shown.

use std::collections::HashMap;

use domain::access::{Disclosure, Role};
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{EventId, PersonId};
use domain::person::events::{BirthRecorded, Born};
use domain::person::identifier::Scheme;
use domain::person::{BirthDates, PersonKind};
use event_store::Position;

use super::PEOPLE;
use super::queries::{Birth, Identifier, Name, Person, nobody};
use crate::access::standing;
use crate::reads::{AsOf, ReadError, Reads};
use crate::scope::Scope;
use crate::timeline::Confided;

/// Who somebody was by what was known then.
#[derive(Clone, PartialEq, Eq)]
pub struct Then {
    pub person: Person,
    /// Statements of who they are that stood then and stand no more as they were said.
    pub left_out: usize,
}

domain::hidden_when_printed!(Then);

/// Who somebody was as it was known at another time; `None` when nobody is on record, or the reader is told less than the
/// status. Whoever asks this may look back, which is policy's.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn as_known_at(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    as_of: AsOf,
) -> Result<Option<Then>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(None) };
    let disclosure = scope.disclosure(&standing);
    if disclosure < Disclosure::Status {
        return Ok(None);
    }
    let then = reads.history(&PEOPLE, person.0, as_of).await?;
    let today: HashMap<EventId, Entry> = reads
        .history(&PEOPLE, person.0, AsOf::default())
        .await?
        .into_iter()
        .map(|entry| (entry.id, entry))
        .collect();
    let said: Vec<&Entry> = then.iter().filter(|entry| says_who_somebody_is(&entry.event)).collect();
    let stands = |entry: &&Entry| {
        let is_as_said = |today: &Entry| today.event == entry.event && today.occurred == entry.occurred;
        today.get(&entry.id).is_some_and(is_as_said)
    };
    let kept: Vec<&Entry> = said.iter().copied().filter(stands).collect();
    let left_out = said.len() - kept.len();
    let mut known = nobody(person, disclosure, standing.is_incomplete);
    take(&mut known, kept);
    let confided = Confided::beside(reads, scope, person).await?;
    for birth in &mut known.births {
        birth.agency =
            birth.agency.filter(|agency| disclosure >= Disclosure::Progress && !confided.hides(*agency));
    }
    Ok(Some(Then { person: known, left_out }))
}

/// Who somebody was as the record knew it at a place, for the node.
///
/// # Errors
/// As [`as_known_at`].
pub async fn as_known(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    cut: Position,
) -> Result<Option<Person>, ReadError> {
    if !scope.reader().has(Role::System) {
        return Ok(None);
    }
    let mut known = nobody(person, Disclosure::Full, false);
    take(&mut known, reads.history_up_to(&PEOPLE, person.0, cut).await?.iter());
    Ok(Some(known))
}

fn says_who_somebody_is(event: &Event) -> bool {
    matches!(
        event,
        Event::PersonOpened(_)
            | Event::PersonNamed(_)
            | Event::PersonBirthRecorded(_)
            | Event::PersonBirthAccepted(_)
            | Event::PersonBorn(_)
            | Event::PersonSexRecorded(_)
            | Event::PersonIdentifierRecorded(_)
            | Event::PersonDied(_)
    )
}

fn take<'a>(known: &mut Person, entries: impl IntoIterator<Item = &'a Entry>) {
    let mut births = BirthDates::default();
    for entry in entries {
        births.step(entry);
        match &entry.event {
            Event::PersonOpened(opened) => {
                known.kind.get_or_insert_with(|| opened.kind.code().to_owned());
            }
            Event::PersonSexRecorded(recorded) => known.sex = Some(recorded.sex.code().to_owned()),
            Event::PersonDied(_) => known.died_on = Some(entry.occurred.day()),
            Event::PersonNamed(named) => known.names.extend(named.name.known().map(|name| Name {
                usage: named.usage.code().to_owned(),
                given: name.given().map(str::to_owned),
                family: name.family().map(str::to_owned),
            })),
            Event::PersonBirthRecorded(BirthRecorded { date, source, .. })
            | Event::PersonBorn(Born { date, source, .. }) => {
                if matches!(entry.event, Event::PersonBorn(_)) {
                    known.kind = Some(PersonKind::Born.code().to_owned());
                }
                known.births.extend(date.known().map(|date| Birth {
                    written: date.to_text(),
                    entry: entry.id,
                    basis: source.basis,
                    agency: Some(source.agency),
                    is_accepted: false,
                }));
            }
            Event::PersonIdentifierRecorded(recorded) => {
                known.identifiers.extend(recorded.value.known().map(|value| Identifier {
                    scheme: recorded.scheme.name().code().to_owned(),
                    authority: match &recorded.scheme {
                        Scheme::LaChildId { authority } => Some(authority.as_str().to_owned()),
                        Scheme::Nhs | Scheme::Upn | Scheme::FormerUpn => None,
                    },
                    value: value.to_string(),
                }));
            }
            _ => {}
        }
    }
    let accepted = births.accepted_entry();
    known.births.iter_mut().for_each(|birth| birth.is_accepted = Some(birth.entry) == accepted);
}
