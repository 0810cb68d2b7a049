//! What a decider must know from elsewhere, put into its command: whether the people named are on record, and how
//! old they were.

use chrono::{DateTime, NaiveDate, Utc};
use domain::account;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Contact, First, Join, Own, Record};
use domain::decider::Decider;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{ContactId, IncidentId, PersonId};
use domain::person::{Assertion, Person};
use domain::practitioner;
use domain::tie::TieTo;
use domain::when::Occurred;
use event_store::StreamId;
use projections::contacts;
use uuid::Uuid;

use super::dispatch::fold;
use super::load::load;
use super::{Command, person_stream};
use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};
use crate::visitor::Visitor;

const NOBODY: &str = "must be somebody on record; open a record for them first";

impl App {
    /// The command with what it rests on filled in.
    pub(super) async fn complete(
        &self,
        visitor: &Visitor,
        command: Command,
        standing: &[Entry],
    ) -> Result<Command, ExecuteError> {
        match &command {
            Command::Practitioner { command: practitioner::Command::Register(register), .. } => {
                if let Some(team) = register.team {
                    self.team_is_the_agencys(visitor, register.agency, team).await?;
                }
            }
            Command::Practitioner { command: practitioner::Command::GiveRole(give), .. } => {
                self.role_is_the_agencys(visitor, give, standing).await?;
            }
            Command::Account { command: account::Command::Link(link), .. } => {
                self.issuer_speaks_for(link).await?;
            }
            _ => {}
        }
        match command {
            Command::Contact { id, command: domain::contact::Command::Record(record) } => {
                let record = self.complete_contact(record).await?;
                Ok(Command::Contact { id, command: record.into() })
            }
            Command::Contact { id, command: domain::contact::Command::Join(join) } => {
                let first = self.first_of(join.incident).await?;
                let own = self.own_incident(id).await?;
                Ok(Command::Contact { id, command: Join { first, own, ..join }.into() })
            }
            Command::Tie { id, command: domain::tie::Command::Record(record) } => {
                self.somebody("from", record.from).await?;
                if let TieTo::Person(to) = record.to {
                    self.somebody("to", to).await?;
                }
                Ok(Command::Tie { id, command: record.into() })
            }
            Command::Person { id, command: domain::person::Command::Assert(assert) } => {
                self.somebody_in(&assert.assertions).await?;
                Ok(Command::Person { id, command: assert.into() })
            }
            Command::Person { id, command: domain::person::Command::Open(open) } => {
                self.somebody_in(&open.assertions).await?;
                Ok(Command::Person { id, command: open.into() })
            }
            other => Ok(other),
        }
    }

    /// Those from whom an address is withheld.
    async fn somebody_in(&self, assertions: &[Assertion]) -> Result<(), ExecuteError> {
        for (place, assertion) in assertions.iter().enumerate() {
            let Assertion::Address { withheld_from, .. } = assertion else { continue };
            for person in withheld_from {
                self.somebody(&format!("assertions/{place}/address/withheld_from"), *person).await?;
            }
        }
        Ok(())
    }

    async fn complete_contact(&self, mut record: Record) -> Result<Record, ExecuteError> {
        let day = record.occurred.day();
        let mut unknown = Vec::new();
        for (place, involved) in record.people.iter_mut().enumerate().take(Record::MOST_PARTS) {
            let asks_age = involved.role == ContactRole::Subject && involved.age.is_none();
            // A date of birth is sealed; that somebody is on record is not.
            let is_known = if asks_age {
                let person = self.person_with(involved.person, tells_birth).await?;
                involved.age = person.as_ref().and_then(|person| age_on(person, day));
                person.is_some()
            } else {
                self.is_on_record(involved.person).await?
            };
            if !is_known {
                unknown.push(FieldError::new(format!("people/{place}/person"), NOBODY));
            }
        }
        if unknown.is_empty() { Ok(record) } else { Err(ExecuteError::Invalid(unknown)) }
    }

    async fn first_of(&self, incident: IncidentId) -> Result<First, ExecuteError> {
        let id = incident.first();
        let stream = StreamId { category: "contact".to_owned(), id: id.0 };
        let contact: Contact = match self.state_by_facts(&stream, |_| false).await {
            Err(ReadError::Absent) => return Ok(First::NotOnRecord),
            contact => contact?,
        };
        Ok(contact.recorded().map_or(First::NotOnRecord, |recorded| First::OnRecord {
            authority: recorded.authority.clone(),
            incident: contact.incident(id),
        }))
    }

    /// As far as the view `contacts` has taken in who was joined to whom.
    async fn own_incident(&self, id: Option<ContactId>) -> Result<Own, ExecuteError> {
        let Some(id) = id else { return Ok(Own::Alone) };
        let incident = IncidentId::of(id);
        let others = contacts::are_joined(&self.views, incident).await.map_err(ReadError::from)?;
        Ok(if others { Own::OfOthersToo } else { Own::Alone })
    }

    async fn somebody(&self, field: &str, person: PersonId) -> Result<(), ExecuteError> {
        if self.is_on_record(person).await? {
            return Ok(());
        }
        Err(ExecuteError::Invalid(vec![FieldError::new(field, NOBODY)]))
    }

    /// Whoever is on record stays there: what opened a record cannot be taken back, so what is remembered is enough.
    async fn is_on_record(&self, id: PersonId) -> Result<bool, ExecuteError> {
        Ok(self.facts.hold(&person_stream(id)) || self.person_by_facts(id).await?.is_some())
    }

    /// Any stream as it stands, and its version; blank and 0 when nobody has written to it.
    pub(crate) async fn state_of<D: Decider>(&self, category: &str, id: Uuid) -> Result<(D, u64), ReadError> {
        let stream = StreamId { category: category.to_owned(), id };
        let loaded = load(&self.record, self.keys.as_ref(), &stream).await?;
        Ok((fold(&loaded.standing), loaded.version))
    }

    /// A person as they stand, what is sealed left shut; `None` when nobody is on record under this id.
    pub(super) async fn person_by_facts(&self, id: PersonId) -> Result<Option<Person>, ExecuteError> {
        self.person_with(id, |_| false).await
    }

    /// The same, with these entries opened.
    async fn person_with(
        &self,
        id: PersonId,
        opens: fn(&Entry) -> bool,
    ) -> Result<Option<Person>, ExecuteError> {
        let person: Person = match self.state_by_facts(&person_stream(id), opens).await {
            Err(ReadError::Absent) => return Ok(None),
            person => person?,
        };
        Ok(person.key().is_some().then_some(person))
    }
}

fn tells_birth(entry: &Entry) -> bool {
    matches!(entry.event, Event::PersonBirthRecorded(_) | Event::PersonBorn(_))
}

/// Whole years on a day, by the date of birth that was accepted, else the last that was said.
fn age_on(person: &Person, day: NaiveDate) -> Option<u8> {
    if let Some(accepted) = person.birth_dates().accepted() {
        return accepted.age_on(day);
    }
    let born = person.assertions().filter_map(|event| match event {
        Event::PersonBirthRecorded(birth) => birth.date.known(),
        Event::PersonBorn(born) => born.date.known(),
        _ => None,
    });
    born.last().and_then(|born| born.age_on(day))
}

/// The same command, as it would have been given at another moment: where no time was named, that moment is meant.
pub(super) fn given_then(mut command: Command, now: Option<DateTime<Utc>>, then: DateTime<Utc>) -> Command {
    use domain::{contact, person};
    let occurred = match &mut command {
        Command::Contact { command: contact::Command::Record(record), .. } => &mut record.occurred,
        Command::Contact { command: contact::Command::Decide(decide), .. } => &mut decide.occurred,
        Command::Contact { command: contact::Command::Join(join), .. } => &mut join.occurred,
        Command::Contact { command: contact::Command::Part(part), .. } => &mut part.occurred,
        Command::Person { command: person::Command::Open(open), .. } => &mut open.occurred,
        Command::Person { command: person::Command::Assert(assert), .. } => &mut assert.occurred,
        Command::Person { command: person::Command::RecordBirth(birth), .. } => &mut birth.occurred,
        Command::Person { command: person::Command::RecordDeath(death), .. } => &mut death.occurred,
        Command::Person { command: person::Command::ReportMissing(report), .. } => &mut report.occurred,
        Command::Person { command: person::Command::RecordFound(found), .. } => &mut found.occurred,
        Command::Person { command: person::Command::RecordAuthority(record), .. } => &mut record.occurred,
        _ => return command,
    };
    if now.is_some_and(|now| *occurred == Occurred::Instant(now)) {
        *occurred = Occurred::Instant(then);
    }
    command
}

/// The command as it was completed when it was carried out: by what was written then, not by what is known now.
pub(super) fn completed_as(command: Command, written: &Event) -> Command {
    match (command, written) {
        (
            Command::Contact { id, command: domain::contact::Command::Record(mut record) },
            Event::ContactRecorded(before),
        ) => {
            for involved in record.people.iter_mut().filter(|involved| involved.age.is_none()) {
                let same = |other: &&Involved| (other.person, other.role) == (involved.person, involved.role);
                involved.age = before.people.iter().find(same).and_then(|before| before.age);
            }
            Command::Contact { id, command: record.into() }
        }
        (Command::Contact { id, command: domain::contact::Command::Join(join) }, Event::ContactJoined(_)) => {
            Command::Contact { id, command: Join { first: First::Judged, own: Own::Alone, ..join }.into() }
        }
        (other, _) => other,
    }
}
