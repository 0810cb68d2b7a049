//! The event a contact tells of: what others told of the same, joining it to theirs, and parting it again.

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use chrono::TimeDelta;
use domain::access::{Purpose, Role};
use domain::contact::{First, Join, Own, Part};
use domain::ids::{ContactId, IncidentId, PersonId};
use domain::when::Occurred;
use projections::contacts::{self, Told};
use projections::scope::Scope;

use super::{For, shown};
use crate::api::input::Written as _;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::execute::Command;
use crate::subject::ReadContact;
use crate::web::components::{Answer, Choice, Hidden, Problems};
use crate::web::form::Posted;
use crate::web::frame::{page, see};
use crate::web::problem::{PageProblem, refusal};
use crate::web::session::Session;
use crate::web::words;

/// What is looked through for others about the same children.
const BESIDE_MAX: usize = 60;
/// Contacts further apart than this do not tell of one event.
const APART_MAX: TimeDelta = TimeDelta::days(28);
/// Offered to be joined to.
const OFFERED_MAX: usize = 8;

/// The event, as the page says it.
pub(super) struct EventSaid {
    /// The other contacts that tell of it.
    pub together: Vec<Other>,
    /// The form that parts this one from them, where it was joined.
    pub parting: Option<Hidden>,
    /// The form that joins it to another event.
    pub joining: Option<(Choice, Hidden)>,
}

/// Another contact, in a line.
pub(super) struct Other {
    pub said: String,
    pub address: String,
}

/// Contacts of the same incident, or about the same children.
pub(super) async fn beside(
    app: &App,
    scope: &Scope,
    id: ContactId,
    read: &ReadContact,
) -> Result<Vec<Told>, ReadError> {
    let Some(fact) = read.contact.recorded() else { return Ok(Vec::new()) };
    app.take_in("contacts").await;
    let incident = read.contact.incident(id);
    let found =
        contacts::beside(&app.views, scope, &fact.authority, incident, &read.subjects, BESIDE_MAX).await?;
    let day = read.recorded.occurred.day();
    let is_near = |told: &Told| told.incident == incident || (told.occurred.day() - day).abs() <= APART_MAX;
    Ok(found.into_iter().filter(|told| told.contact != id && is_near(told)).collect())
}

pub(super) async fn said(
    app: &App,
    session: &Session,
    id: ContactId,
    read: &ReadContact,
    beside: &[Told],
    name: &impl Fn(&PersonId) -> String,
    (purpose, problems): (Purpose, &Problems),
) -> Result<EventSaid, PageProblem> {
    let incident = read.contact.incident(id);
    let is_joined = incident != IncidentId::of(id);
    let sorts = matches!(session.role(), Some(Role::FrontDoor | Role::TeamManager));
    let (mut together, mut options) = (Vec::new(), Vec::<Answer>::new());
    for told in beside {
        let agency = match told.agency {
            Some(agency) => app.agency_name(agency, app.on_record()).await?,
            None => Some(words::IN_CONFIDENCE.to_owned()),
        };
        let concerns: Vec<String> = told.concerns.iter().map(|code| words::concern(code)).collect();
        let mut children: Vec<String> = told.subjects.iter().map(name).collect();
        children.sort_unstable();
        let line = format!(
            "{}: {}. {}, {}",
            children.join(", "),
            concerns.join(", "),
            agency.as_deref().unwrap_or("an agency not registered here"),
            words::occurred(told.occurred),
        );
        if told.incident == incident {
            let address = format!("/contacts/{}?for={}", told.contact, purpose.code());
            together.push(Other { said: line, address });
        } else if !options.iter().any(|option| option.value == told.incident.to_string()) {
            options.push(Answer { value: told.incident.to_string(), label: line, ..Answer::default() });
        }
    }
    options.truncate(OFFERED_MAX);
    // Others were joined to this one: it stays where they are.
    let is_first_of_several = !is_joined && !together.is_empty();
    let may_join = sorts && !is_joined && !is_first_of_several && !options.is_empty();
    Ok(EventSaid {
        together,
        parting: (sorts && is_joined).then(|| session.hidden()),
        joining: may_join.then(|| {
            let choice = Choice {
                name: "incident",
                legend: "Does it tell of the same event as one of these?",
                hint: "What several agencies tell of one event counts as one. You can part them again.",
                options,
                error: problems.of("incident"),
            };
            (choice, session.hidden())
        }),
    })
}

pub(super) async fn join(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let mut problems = Problems::default();
    let incident: Option<IncidentId> =
        posted.typed.required("incident", "Choose a contact that tells of the same event", &mut problems);
    let occurred = Occurred::Instant(posted.session.now);
    app.take_in("contacts").await;
    let (first, own) = (First::NotOnRecord, Own::Alone);
    let command = incident.map(|incident| Join { incident, occurred, first, own }.into());
    carry_out(&app, posted, &id, given.purpose()?, command, problems).await
}

pub(super) async fn part(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let command = Part { occurred: Occurred::Instant(posted.session.now) }.into();
    carry_out(&app, posted, &id, given.purpose()?, Some(command), Problems::default()).await
}

async fn carry_out(
    app: &App,
    posted: Posted,
    id: &str,
    purpose: Purpose,
    command: Option<domain::contact::Command>,
    mut problems: Problems,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(id).map_err(|_| Problem::no_such_page())?;
    let Posted { session, typed } = posted;
    if let Some(command) = command {
        // Joined twice, it is joined once: the rule adds nothing that is there.
        let order = session.asking(purpose).order(Command::Contact { id: Some(id), command });
        match app.execute(&session.visitor, order).await {
            Ok(_) => return Ok(see(&format!("/contacts/{id}?for={}", purpose.code()))),
            Err(error) => problems.refuse("incident", refusal(error)?),
        }
    }
    let shown = shown(app, &session, id, purpose, &typed, &problems).await?;
    Ok(page(problems.status(), &shown))
}

#[cfg(test)]
impl EventSaid {
    pub fn sample() -> Self {
        let option =
            Answer { value: "1".to_owned(), label: "Tilly: neglect".to_owned(), ..Answer::default() };
        let choice = Choice { name: "incident", legend: "Same?", options: vec![option], ..Choice::default() };
        let other = Other { said: "Jonah: neglect".to_owned(), address: "/contacts/2".to_owned() };
        Self {
            together: vec![other],
            parting: Some(Hidden::default()),
            joining: Some((choice, Hidden::default())),
        }
    }
}
