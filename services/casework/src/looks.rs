//! Who has looked: the access log, taken into its index and asked by person or by practitioner.
//!
//! Whoever asks takes in what is not yet there, so an answer is as recent as the log; a worker ([`crate::work`]) keeps
//! little left to do. When there is too much, the answer says that it is behind.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure};
use domain::ids::{AgencyId, PersonId, PractitionerId};
use domain::person::Missing;
use event_store::{EventStore as _, Position, Recorded};
use projections::looks::{self, Look, LookAt};
use projections::status;
use projections::workers;

use crate::access_log::{LookMade, Looking, Shown, ShownPerson};
use crate::app::App;
use crate::error::ReadError;
use crate::visitor::Visitor;

/// Looks taken in at once.
const PAGE: usize = 1_000;
/// How long an answer waits for the index.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundLooks<T> {
    pub looks: Vec<T>,
    /// Older ones are there.
    pub are_more: bool,
    /// The newest may not be in the answer yet.
    pub is_catching_up: bool,
}

impl App {
    /// Takes the access log into its index, for as long as there is time; true when all of it is in.
    ///
    /// # Errors
    /// A log or database that does not answer.
    pub async fn take_in_looks(&self, within: Duration) -> Result<bool, ReadError> {
        let began = Instant::now();
        let mut after = workers::reached(&self.views, looks::NAME).await?;
        let head = self.access.head().await?.position;
        while after < head {
            if began.elapsed() > within {
                return Ok(false);
            }
            let page = self.access.read_all(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            let looks: Vec<Look> = page.iter().filter_map(read).collect();
            looks::take_in(&self.views, &looks, after).await?;
        }
        Ok(true)
    }

    /// Who has looked at somebody, newest first, before a place where one is given; this look goes on record too. With it,
    /// where they are missing from.
    ///
    /// # Errors
    /// Not permitted; a log that cannot be read or written.
    pub async fn looks_at(
        &self,
        visitor: &Visitor,
        looking: Looking,
        person: PersonId,
        (before, most): (Option<Position>, usize),
    ) -> Result<(FoundLooks<LookAt>, Vec<Missing>), ReadError> {
        self.look(visitor, looking, async |scope| {
            let is_catching_up = !self.take_in_looks(PATIENCE).await?;
            let looks = looks::at_person(&self.views, scope, person, before, most + 1).await?;
            let missing = status::missing(&self.views, scope, person, None).await?;
            let people = vec![ShownPerson { person, disclosure: Disclosure::Contact }];
            Ok(Shown { answer: (found(looks, most, is_catching_up), missing), people })
        })
        .await
    }

    /// Whom a practitioner looked for between two times, newest first: when, why and how many were shown.
    ///
    /// # Errors
    /// As [`Self::looks_at`].
    pub async fn searches_of(
        &self,
        visitor: &Visitor,
        looking: Looking,
        practitioner: PractitionerId,
        between: (DateTime<Utc>, DateTime<Utc>),
        most: usize,
    ) -> Result<FoundLooks<Look>, ReadError> {
        self.look(visitor, looking, async |scope| {
            let is_catching_up = !self.take_in_looks(PATIENCE).await?;
            let action = Action::SearchPeople;
            let looks =
                looks::by_practitioner(&self.views, scope, practitioner, action, between, most + 1).await?;
            Ok(Shown { answer: found(looks, most, is_catching_up), people: Vec::new() })
        })
        .await
    }
}

fn found<T>(mut looks: Vec<T>, most: usize, is_catching_up: bool) -> FoundLooks<T> {
    let are_more = looks.len() > most;
    looks.truncate(most);
    FoundLooks { looks, are_more, is_catching_up }
}

/// A look of any version; none for what is no look.
fn read(event: &Recorded) -> Option<Look> {
    let header = &event.header;
    let made = LookMade::of(event)?;
    Some(Look {
        position: event.position,
        at: header.recorded_at(),
        practitioner: PractitionerId(header.actor()),
        agency: AgencyId(header.agency()),
        action: made.action,
        purpose: header.purpose().to_owned(),
        lawful_basis: header.lawful_basis().to_owned(),
        // A receipt read again is what its asker was told.
        is_replay: made.as_known_at.is_some() && made.action != Action::Enquire,
        shown: made.people.len() + made.more,
        people: made.people.iter().map(|shown| (shown.person, shown.disclosure)).collect(),
    })
}
