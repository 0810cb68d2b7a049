//! What the authority does about a contact: a referral, advice, passed on, or nothing further; and why.

use std::collections::HashMap;

use actix_web::web::{Path, Query};
use actix_web::{HttpResponse, web};
use domain::access::{Action, Purpose, Role};
use domain::contact::{Decide, Outcome};
use domain::ids::{AgencyId, ContactId};
use domain::text::Narrative;
use domain::when::Occurred;
use projections::management::{self, measures::Names};

use super::{For, shown};
use crate::access_log::Shown;
use crate::api::input::Written as _;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::execute::Command;
use crate::subject::ReadContact;
use crate::web::components::{Answer, Choice, Hidden, Problems, TextArea, TextField};
use crate::web::form::{KEY, Posted, Typed};
use crate::web::frame::{page, see};
use crate::web::problem::{PageProblem, refusal};
use crate::web::session::Session;
use crate::web::words;

/// The form of a decision.
pub(super) struct Deciding {
    pub outcome: Choice,
    pub reason: TextArea,
    pub hidden: Hidden,
}

/// Who is offered to decide. Whether they may is policy's, asked when they do.
pub(super) fn is_offered(session: &Session, read: &ReadContact) -> bool {
    let decides = matches!(session.role(), Some(Role::FrontDoor | Role::TeamManager | Role::SocialWorker));
    decides && read.contact.decided().is_none()
}

/// Every agency on this node by its id, to pass a contact on to. A look into the directory, which names no child.
async fn agencies(
    app: &App,
    session: &Session,
    purpose: Purpose,
) -> Result<HashMap<String, String>, PageProblem> {
    let looking = session.asking(purpose).looking(Action::ReadDirectory);
    let found = app.look(&session.visitor, looking, async |_| {
        let names = management::names(&app.views, Names::Agencies).await.map_err(ReadError::from)?;
        Ok(Shown { answer: names, people: Vec::new() })
    });
    Ok(found.await?)
}

pub(super) async fn form(
    app: &App,
    session: &Session,
    purpose: Purpose,
    typed: &Typed,
    problems: &Problems,
) -> Result<Deciding, PageProblem> {
    let mut names: Vec<String> = agencies(app, session, purpose).await?.into_values().collect();
    names.sort_unstable();
    names.dedup();
    let chosen = typed.get("outcome");
    let option = |outcome: Outcome, hint: &str| Answer {
        value: outcome.code().to_owned(),
        label: words::outcome(outcome.code()).to_owned(),
        hint: hint.to_owned(),
        is_chosen: outcome.code() == chosen,
        ..Answer::default()
    };
    let to_whom = TextField {
        name: "passed_to",
        label: "To which agency?",
        hint: "Begin to type its name.",
        value: typed.string("passed_to"),
        error: problems.of("passed_to"),
        suggests: names,
        ..TextField::default()
    };
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    Ok(Deciding {
        outcome: Choice {
            name: "outcome",
            legend: "What does the authority do about it?",
            hint: "",
            options: vec![
                option(Outcome::Referral, "Social care takes it on as a referral."),
                option(Outcome::Advice, "Whoever told it is advised what to do."),
                Answer {
                    asks: vec![to_whom],
                    ..option(Outcome::PassedOn, "Another agency is asked to act.")
                },
                option(Outcome::NoFurtherAction, "Say why, so that the next who worries can see it."),
            ],
            error: problems.of("outcome"),
        },
        reason: TextArea {
            name: "reason",
            label: "Why?",
            hint: "Whoever told it is given the outcome; those who are told all of it read the reason.",
            value: typed.string("reason"),
            error: problems.of("reason"),
            rows: 4,
        },
        hidden,
    })
}

pub(super) async fn decide(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let purpose = given.purpose()?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let outcome: Option<Outcome> =
        typed.required("outcome", "Choose what the authority does about it", &mut problems);
    let passed_to = match outcome {
        Some(Outcome::PassedOn) => {
            let agencies = agencies(&app, &session, purpose).await?;
            agency(typed.get("passed_to"), &agencies)
                .map_err(|sentence| problems.add("passed_to", sentence))
                .ok()
        }
        _ => None,
    };
    let reason: Option<Narrative> = typed.required("reason", "Say why", &mut problems);
    if let (Some(outcome), Some(reason), true) = (outcome, reason, problems.is_empty()) {
        let command = Decide { occurred: Occurred::Instant(session.now), outcome, passed_to, reason };
        let asking = session.asking_once(purpose, &typed);
        let order = asking.order(Command::Contact { id: Some(id), command: command.into() });
        match app.execute(&session.visitor, order).await {
            Ok(_) => return Ok(see(&format!("/contacts/{id}?for={}", purpose.code()))),
            Err(error) => problems.refuse("outcome", refusal(error)?),
        }
    }
    let shown = shown(&app, &session, id, purpose, &typed, &problems).await?;
    Ok(page(problems.status(), &shown))
}

/// The agency of a name, however it is capitalised.
fn agency(typed: &str, agencies: &HashMap<String, String>) -> Result<AgencyId, &'static str> {
    if typed.is_empty() {
        return Err("Say to which agency it is passed on");
    }
    let wanted = typed.to_lowercase();
    let mut of_that_name = agencies.iter().filter(|(_, name)| name.to_lowercase() == wanted);
    match (of_that_name.next(), of_that_name.next()) {
        (Some((id, _)), None) => AgencyId::read(id).map_err(|_| "Choose an agency that is registered here"),
        (Some(_), Some(_)) => {
            Err("Several agencies have this name: ring the one you mean, and pass it on by its id")
        }
        (None, _) => Err("Choose an agency that is registered here, by its whole name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_is_found_by_its_whole_name_and_never_guessed() {
        let id = |last: u8| format!("018f0c3a-52d1-4c80-9d6e-3b7a5b1c2d3{last}");
        let named = [(id(1), "Beck Lane Primary School"), (id(2), "A Nursery")];
        let mut agencies: HashMap<String, String> =
            named.into_iter().map(|(id, name)| (id, name.to_owned())).collect();
        assert!(agency("beck lane primary school", &agencies).is_ok());
        assert!(agency("Beck", &agencies).is_err());
        assert!(agency("", &agencies).is_err());
        agencies.insert(id(3), "A nursery".to_owned());
        assert!(agency("A Nursery", &agencies).unwrap_err().contains("Several"));
    }
}
