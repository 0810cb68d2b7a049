//! Contacts: what is told to an authority's front door about a child, and what the authority decides about it.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Action;
use domain::contact::involved::Involved;
use domain::contact::{Concern, Decide, First, Join, Own, Part, Record};
use domain::ids::{ContactId, PersonId};
use domain::person::Missing;
use domain::text::Narrative;
use domain::when::{Occurred, civil_day, start_of};
use projections::contacts::{Told, ToldList};
use projections::status;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, begin, go_on, tag};
use super::input::{
    Asking, At, GivenAgencyId, GivenAuthority, GivenConcernKind, GivenContactRole, GivenIncidentId,
    GivenLine, GivenMethod, GivenNarrative, GivenOccurred, GivenOutcome, GivenPersonId, GivenSignificance,
    GivenSourceDisclosure, Json,
};
use super::people::MissingChild;
use super::reading::judge_by_now;
use crate::access_log::Shown;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;
use crate::subject::{LISTED_MAX, ReadContact, ToldOf};

pub fn addresses() -> Vec<Address> {
    vec![
        at("/contacts").post(record),
        at("/contacts/undecided").get(read_undecided),
        at("/contacts/told").get(read_told),
        at("/contacts/{id}").get(read),
        at("/contacts/{id}/decision").post(decide),
        at("/contacts/{id}/incident").post(join),
        at("/contacts/{id}/incident/parting").post(part),
    ]
}

/// Something told about a child.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordContact {
    /// The authority whose front door received it.
    authority: GivenAuthority,
    /// When what it tells of happened; now when absent. It is received when it is recorded, whatever is said here.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    #[schema(min_items = 1, max_items = 50)]
    people: Vec<InvolvedInContact>,
    #[schema(min_items = 1)]
    concerns: Vec<ConcernOfContact>,
    method: GivenMethod,
    #[serde(default)]
    significance: Option<GivenSignificance>,
    /// How far whoever told it may be named; `named` when absent.
    #[serde(default)]
    source_disclosure: Option<GivenSourceDisclosure>,
    /// The agency that told it; absent for the public.
    #[serde(default)]
    source_agency: Option<GivenAgencyId>,
    /// What was told. Sealed under a key of its own.
    account: GivenNarrative,
    /// Who told it, where that person has no record of their own. Sealed.
    #[serde(default)]
    source_identity: Option<GivenLine>,
}

/// A person's place in a contact.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvolvedInContact {
    person: GivenPersonId,
    role: GivenContactRole,
    /// Whole years at the time, for counts; 0 for an unborn child.
    #[serde(default)]
    age: Option<u8>,
}

/// One thing a contact is worried about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConcernOfContact {
    kind: GivenConcernKind,
    /// The subjects it is about; all of them when empty.
    #[serde(default)]
    about: Vec<GivenPersonId>,
}

impl RecordContact {
    fn command(self, now: Occurred) -> Record {
        let involved = |given: InvolvedInContact| Involved {
            person: given.person.0,
            role: given.role.0,
            age: given.age,
        };
        let concern = |given: ConcernOfContact| Concern {
            kind: given.kind.0,
            about: given.about.into_iter().map(|person| person.0).collect(),
        };
        Record {
            authority: self.authority.0,
            occurred: self.occurred.map_or(now, |given| given.0),
            people: self.people.into_iter().map(involved).collect(),
            concerns: self.concerns.into_iter().map(concern).collect(),
            method: self.method.0,
            significance: self.significance.map(|given| given.0),
            source_disclosure: self
                .source_disclosure
                .map_or(domain::contact::SourceDisclosure::Named, |given| given.0),
            source_agency: self.source_agency.map(|given| given.0),
            account: self.account.0,
            source_identity: self.source_identity.map(|given| given.0),
        }
    }
}

/// Records a contact.
#[utoipa::path(post, path = "/api/v1/contacts", tag = "contacts", request_body = RecordContact,
    responses((status = 201, body = Done), (status = 200, body = Done, description = "Recorded by the same order before.")))]
pub async fn record(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<RecordContact>,
) -> Result<HttpResponse, Problem> {
    let command = body.command(Occurred::Instant(asking.now)).into();
    begin(&app, asking, Command::Contact { id: None, command }, "contacts").await
}

/// A contact as it stands.
#[derive(Serialize, ToSchema)]
pub struct ContactRead {
    /// Who of them is missing, and from where: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    contact: Uuid,
    /// The incident it tells of: its own id, or that of the contact that told of it first.
    incident: Uuid,
    authority: String,
    #[schema(example = "2026-03-01")]
    occurred: String,
    recorded_at: DateTime<Utc>,
    /// Whose entry it is, and who made it; absent, like all else that would tell who told it in confidence, for
    /// those who may not know that. Times are then the day's.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    practitioner: Option<Uuid>,
    /// Everyone in it of whom the reader may know, once for each part.
    people: Vec<ContactPerson>,
    concerns: Vec<ContactConcern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    significance: Option<&'static str>,
    source_disclosure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_agency: Option<Uuid>,
    /// Absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<ContactDecision>,
}

/// A person's place in a contact.
#[derive(Serialize, ToSchema)]
struct ContactPerson {
    person: Uuid,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<u8>,
}

/// One thing a contact is worried about.
#[derive(Serialize, ToSchema)]
struct ContactConcern {
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<Uuid>,
}

/// What the authority did about a contact.
#[derive(Serialize, ToSchema)]
struct ContactDecision {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passed_to: Option<Uuid>,
    /// Absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl ContactRead {
    fn of(id: ContactId, read: &ReadContact, missing: BTreeMap<PersonId, Vec<Missing>>) -> Option<Self> {
        let fact = read.contact.recorded()?;
        let open = !read.is_guarded;
        let recorded = &read.recorded;
        let (occurred, recorded_at) = if open {
            (recorded.occurred, recorded.recorded_at)
        } else {
            (Occurred::Day(recorded.occurred.day()), start_of(civil_day(recorded.recorded_at)))
        };
        let people = read.people.iter();
        let people =
            people.map(|one| ContactPerson { person: one.person.0, role: one.role.code(), age: one.age });
        let concerns = read.concerns();
        let concerns = concerns.iter().map(|concern| ContactConcern {
            kind: concern.kind.code(),
            about: concern.about.iter().map(|person| person.0).collect(),
        });
        let words = |text: &Narrative| text.as_str().to_owned();
        Some(Self {
            missing: MissingChild::all(missing),
            contact: id.0,
            incident: read.contact.incident(id).0,
            authority: fact.authority.to_string(),
            occurred: occurred.to_string(),
            recorded_at,
            agency: open.then_some(recorded.agency.0),
            practitioner: open.then_some(recorded.actor.0),
            people: people.collect(),
            concerns: concerns.collect(),
            method: open.then_some(fact.method.code()),
            significance: fact.significance.map(|grave| grave.code()),
            source_disclosure: fact.source_disclosure.code(),
            source_agency: fact.source_agency.filter(|_| open).map(|agency| agency.0),
            account: fact.account.known().map(words),
            source_identity: fact
                .source_identity
                .as_ref()
                .filter(|_| open)
                .and_then(|identity| identity.known())
                .map(|line| line.as_str().to_owned()),
            decision: read.contact.decided().map(|decided| ContactDecision {
                outcome: decided.outcome.code(),
                passed_to: decided.passed_to.map(|agency| agency.0),
                reason: decided.reason.known().map(words),
            }),
        })
    }
}

/// A contact with its account, for those who are told everything about every child it is about.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = Uuid, Path)), responses((status = 200, body = ContactRead)))]
pub async fn read(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ContactId>,
) -> Result<HttpResponse, Problem> {
    judge_by_now(&app).await?;
    let found = app
        .look(&asking.visitor, asking.looking(Action::ReadContact), async |scope| {
            let found = app.read_contact(scope, id).await?;
            let subjects = found.as_ref().map_or(&[][..], |read| read.subjects.as_slice());
            let people = found.as_ref().map_or_else(Vec::new, ReadContact::shown);
            let missing = status::missing_among(&app.views, subjects).await?;
            Ok(Shown { answer: found.map(|read| (read, missing)), people })
        })
        .await?;
    let (found, missing) = found.ok_or_else(Problem::no_such_page)?;
    let body = ContactRead::of(id, &found, missing).ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(found.version))).json(body))
}

/// Contacts in a list: ids and codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactsListed {
    /// Who of them is missing, and from where: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    /// At most 200.
    contacts: Vec<ContactListed>,
    /// There are more than these.
    are_more: bool,
}

/// A contact in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ContactListed {
    contact: Uuid,
    /// What it tells of; its own incident, unless it was joined to another's.
    incident: Uuid,
    authority: String,
    /// When what it tells of happened.
    #[schema(example = "2026-03-01")]
    occurred: String,
    /// When it was received.
    recorded_at: DateTime<Utc>,
    /// The last day on which it is to be decided: one working day after it was received.
    decide_by: NaiveDate,
    /// Whose entry it is; absent, as is how it came, where that would tell who told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    significance: Option<String>,
    concerns: Vec<String>,
    /// The children it is about.
    subjects: Vec<Uuid>,
    /// What the authority decided, and when; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<DateTime<Utc>>,
}

impl From<ToldOf> for ContactsListed {
    fn from(ToldOf { told: ToldList { contacts, are_more }, missing, .. }: ToldOf) -> Self {
        let listed = |told: Told| ContactListed {
            contact: told.contact.0,
            decide_by: told.decide_by(),
            incident: told.incident.0,
            authority: told.authority,
            occurred: told.occurred.to_string(),
            recorded_at: told.recorded_at,
            agency: told.agency.map(|agency| agency.0),
            method: told.method,
            significance: told.significance,
            concerns: told.concerns,
            subjects: told.subjects.into_iter().map(|person| person.0).collect(),
            outcome: told.outcome,
            decided_at: told.decided_at,
        };
        let contacts = contacts.into_iter().map(listed).collect();
        Self { missing: MissingChild::all(missing), contacts, are_more }
    }
}

/// What waits at the front door of the asker's own authority: danger now first, then the longest wait.
#[utoipa::path(get, path = "/api/v1/contacts/undecided", tag = "contacts", responses((status = 200, body = ContactsListed)))]
pub async fn read_undecided(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    judge_by_now(&app).await?;
    let found = app.undecided(&asking.visitor, asking.looking(Action::ReadContact), LISTED_MAX).await?;
    Ok(HttpResponse::Ok().json(ContactsListed::from(found)))
}

/// What the asker's own agency told, newest first, and what became of it.
#[utoipa::path(get, path = "/api/v1/contacts/told", tag = "contacts", responses((status = 200, body = ContactsListed)))]
pub async fn read_told(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    judge_by_now(&app).await?;
    let found = app.told_by_own(&asking.visitor, asking.looking(Action::ReadContact)).await?;
    Ok(HttpResponse::Ok().json(ContactsListed::from(found)))
}

/// What the authority does about a contact, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideContact {
    /// When it was decided; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    outcome: GivenOutcome,
    /// The agency it was passed to; for `passed-on` only.
    #[serde(default)]
    passed_to: Option<GivenAgencyId>,
    reason: GivenNarrative,
}

/// Decides a contact.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/decision", tag = "contacts", params(("id" = Uuid, Path)), request_body = DecideContact,
    responses((status = 200, body = Done)))]
pub async fn decide(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ContactId>,
    Json(body): Json<DecideContact>,
) -> Result<HttpResponse, Problem> {
    let command = Decide {
        occurred: body.occurred.map_or_else(|| Occurred::Instant(asking.now), |given| given.0),
        outcome: body.outcome.0,
        passed_to: body.passed_to.map(|given| given.0),
        reason: body.reason.0,
    };
    go_on(&app, asking, Command::Contact { id: Some(id), command: command.into() }).await
}

/// Which incident a contact tells of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinContact {
    /// The id of the contact that told of it first.
    incident: GivenIncidentId,
    /// When they were joined; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
}

/// Joins a contact to the incident that another contact, to the same authority, told of first.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/incident", tag = "contacts", params(("id" = Uuid, Path)), request_body = JoinContact,
    responses((status = 200, body = Done)))]
pub async fn join(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ContactId>,
    Json(body): Json<JoinContact>,
) -> Result<HttpResponse, Problem> {
    // Who was joined to this one a moment ago counts.
    app.take_in("contacts").await;
    let command = Join {
        incident: body.incident.0,
        occurred: body.occurred.map_or_else(|| Occurred::Instant(asking.now), |given| given.0),
        first: First::NotOnRecord,
        own: Own::Alone,
    };
    go_on(&app, asking, Command::Contact { id: Some(id), command: command.into() }).await
}

/// That a contact tells of something else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartContact {
    /// When it was taken out; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
}

/// Takes a contact out of the incident it was joined to.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/incident/parting", tag = "contacts", params(("id" = Uuid, Path)), request_body = PartContact,
    responses((status = 200, body = Done)))]
pub async fn part(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ContactId>,
    Json(body): Json<PartContact>,
) -> Result<HttpResponse, Problem> {
    let occurred = body.occurred.map_or_else(|| Occurred::Instant(asking.now), |given| given.0);
    go_on(&app, asking, Command::Contact { id: Some(id), command: Part { occurred }.into() }).await
}
