//! A contact as it stands, with its account, for those who are told all of it; and the decision about it.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Disclosure, Purpose, Role};
use domain::contact::{Decide, Outcome};
use domain::ids::{ContactId, PersonId};
use domain::text::Narrative;
use domain::when::{Occurred, civil_day};
use projections::people;
use serde::Deserialize;

use super::components::{Answer, Choice, ErrorSummary, Hidden, Problems, TextArea};
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::problem::{PageProblem, refusal};
use super::receipt::Identity;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;
use crate::subject::ReadContact;

pub fn addresses() -> Vec<Address> {
    vec![at("/contacts/{id}").get(read), at("/contacts/{id}/decision").post(decide)]
}

#[derive(Clone, Debug, Deserialize)]
struct For {
    r#for: Option<String>,
}

#[derive(Template)]
#[template(path = "contact.html")]
struct ContactPage {
    frame: Frame,
    summary: ErrorSummary,
    id: ContactId,
    purpose: Purpose,
    children: Vec<(String, String)>,
    concerns: String,
    rows: Vec<(&'static str, String)>,
    account: Option<String>,
    decision: Option<(String, Option<String>)>,
    deciding: Option<Deciding>,
}

/// The form of a decision.
struct Deciding {
    outcome: Choice,
    reason: TextArea,
    hidden: Hidden,
}

fn purpose(given: &For) -> Result<Purpose, Problem> {
    given.r#for.as_deref().unwrap_or_default().parse().map_err(|_| Problem::no_such_page())
}

async fn read(
    app: web::Data<App>,
    session: Session,
    id: Path<String>,
    given: web::Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    let shown = shown(&app, &session, id, purpose(&given)?, &typed, &Problems::default()).await?;
    Ok(page(StatusCode::OK, &shown))
}

async fn shown(
    app: &App,
    session: &Session,
    id: ContactId,
    purpose: Purpose,
    typed: &Typed,
    problems: &Problems,
) -> Result<ContactPage, PageProblem> {
    judge_by_now(app).await?;
    let asking = session.asking(purpose);
    let looking = asking.looking(Action::ReadContact);
    let found = app.look(&session.visitor, looking, async |scope| {
        let Some(read) = app.read_contact(scope, id).await? else {
            return Ok(Shown { answer: None, people: Vec::new() });
        };
        let known = people::known(&app.views, scope, &read.subjects).await?;
        let full = |person: &PersonId| ShownPerson { person: *person, disclosure: Disclosure::Full };
        let people = read.subjects.iter().map(full).collect();
        Ok(Shown { answer: Some((read, known)), people })
    });
    let (read, known) = found.await?.ok_or_else(Problem::no_such_page)?;
    let fact = read.contact.recorded().ok_or_else(Problem::no_such_page)?;
    let today = civil_day(app.clock.now());
    let child = |person: &PersonId| {
        let name =
            known.get(person).map_or_else(|| "A child".to_owned(), |known| Identity::of(known, today).name);
        (name, format!("/children/{person}?for={}", purpose.code()))
    };
    let concerns: Vec<String> =
        fact.concerns.iter().map(|concern| words::concern(concern.kind.code())).collect();
    Ok(ContactPage {
        frame: Frame::of(session, "A contact").wrong(!problems.is_empty()),
        summary: problems.summary(),
        id,
        purpose,
        children: read.subjects.iter().map(child).collect(),
        concerns: words::first_upper(&concerns.join(", ")),
        rows: rows(app, &read).await?,
        account: fact.account.known().map(|account| account.as_str().to_owned()),
        decision: read.contact.decided().map(|decided| {
            let outcome = words::outcome(decided.outcome.code());
            (outcome.to_owned(), decided.reason.known().map(|reason| reason.as_str().to_owned()))
        }),
        deciding: may_decide(session, &read).then(|| deciding(session, typed, problems)),
    })
}

async fn rows(app: &App, read: &ReadContact) -> Result<Vec<(&'static str, String)>, PageProblem> {
    let Some(fact) = read.contact.recorded() else { return Ok(Vec::new()) };
    let head = app.on_record();
    let mut rows = Vec::new();
    if read.is_guarded {
        // Told in confidence: neither by whom, nor how, nor at what hour.
        rows.push(("Happened", words::day(read.recorded.occurred.day())));
        rows.push(("Recorded by", words::IN_CONFIDENCE.to_owned()));
    } else {
        let agency = app.agency_name(read.recorded.agency, head).await?;
        let worker = app.worker(read.recorded.actor, head).await?;
        let who =
            [worker.map(|worker| worker.name), agency].into_iter().flatten().collect::<Vec<_>>().join(", ");
        rows.push(("Happened", words::occurred(read.recorded.occurred)));
        rows.push(("Recorded", words::moment(read.recorded.recorded_at)));
        rows.push((
            "Recorded by",
            if who.is_empty() { "Somebody not registered here".to_owned() } else { who },
        ));
        rows.push(("How it came", words::first_upper(&fact.method.code().replace('-', " "))));
    }
    if let Some(grave) = fact.significance {
        rows.push(("How grave", words::first_upper(&grave.code().replace('-', " "))));
    }
    rows.push(("May the source be named?", words::source_disclosure(fact.source_disclosure).to_owned()));
    let source = fact.source_identity.as_ref().filter(|_| !read.is_guarded).and_then(|source| source.known());
    if let Some(source) = source {
        rows.push(("Who told it", source.as_str().to_owned()));
    }
    if let Some(at) = read.recorded.corrected_at.filter(|_| !read.is_guarded) {
        rows.push(("Set right", words::moment(at)));
    }
    Ok(rows)
}

/// Who is offered to decide. Whether they may is policy's, asked when they do.
fn may_decide(session: &Session, read: &ReadContact) -> bool {
    let decides = matches!(session.role(), Some(Role::FrontDoor | Role::TeamManager | Role::SocialWorker));
    decides && read.contact.decided().is_none()
}

fn deciding(session: &Session, typed: &Typed, problems: &Problems) -> Deciding {
    let chosen = typed.get("outcome");
    let option = |outcome: Outcome, hint: &str| Answer {
        value: outcome.code().to_owned(),
        label: words::outcome(outcome.code()).to_owned(),
        hint: hint.to_owned(),
        is_chosen: outcome.code() == chosen,
        ..Answer::default()
    };
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    Deciding {
        outcome: Choice {
            name: "outcome",
            legend: "What does the authority do about it?",
            hint: "",
            options: vec![
                option(Outcome::Referral, "Social care takes it on as a referral."),
                option(Outcome::Advice, "Whoever told it is advised what to do."),
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
    }
}

async fn decide(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
    given: web::Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let purpose = purpose(&given)?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let outcome: Option<Outcome> =
        typed.required("outcome", "Choose what the authority does about it", &mut problems);
    let reason: Option<Narrative> = typed.required("reason", "Say why", &mut problems);
    if let (Some(outcome), Some(reason)) = (outcome, reason) {
        let command = Decide { occurred: Occurred::Instant(session.now), outcome, passed_to: None, reason };
        let mut asking = session.asking(purpose);
        asking.idempotency_key = Some(typed.string(KEY)).filter(|key| !key.is_empty());
        let order = asking.order(Command::Contact { id: Some(id), command: command.into() });
        match app.execute(&session.visitor, order).await {
            Ok(_) => return Ok(see(&format!("/contacts/{id}?for={}", purpose.code()))),
            Err(error) => problems.add("outcome", refusal(error)?.sentence),
        }
    }
    let shown = shown(&app, &session, id, purpose, &typed, &problems).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn a_contact_is_whole_waiting_and_decided() {
        let choice = Choice { name: "outcome", legend: "What?", ..Choice::default() };
        let reason = TextArea { name: "reason", label: "Why?", ..TextArea::default() };
        let page = |decision, deciding| ContactPage {
            frame: Frame::plain("A contact"),
            summary: ErrorSummary::default(),
            id: ContactId(uuid::Uuid::nil()),
            purpose: Purpose::ReferralConsideration,
            children: vec![("Tilly".to_owned(), "/children/1".to_owned())],
            concerns: "Neglect".to_owned(),
            rows: vec![("Happened", "Now".to_owned())],
            account: None,
            decision,
            deciding,
        };
        let deciding = Deciding { outcome: choice, reason, hidden: Hidden::default() };
        is_whole(&page(None, Some(deciding)).render().unwrap());
        is_whole(&page(Some(("Advice".to_owned(), Some("Because.".to_owned()))), None).render().unwrap());
    }
}
