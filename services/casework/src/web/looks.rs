//! Who has looked at a child, for those who answer for that; and how an auditor finds a record to begin with.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Disclosure, Purpose};
use domain::ids::{PersonId, PractitionerId};
use domain::person::identifier::{NhsNumber, Scheme};
use event_store::Position;
use projections::looks::LookAt;
use projections::people;
use serde::Deserialize;

use super::components::{ErrorSummary, Hidden, Keypad, Problems, TextField};
use super::form::{Posted, Typed};
use super::frame::{Frame, page, see};
use super::problem::PageProblem;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::{Problem, ReadError};

pub fn addresses() -> Vec<Address> {
    vec![at("/children/{id}/looks").get(read), at("/find").get(begin).post(find)]
}

/// Looks on a page.
const PAGE: usize = 50;

#[derive(Clone, Debug, Deserialize)]
struct For {
    r#for: Option<String>,
    /// Further back: before this place in the access log.
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "looks.html")]
struct LooksPage {
    frame: Frame,
    missing: Vec<String>,
    id: PersonId,
    purpose: Purpose,
    looks: Vec<LookSaid>,
    is_catching_up: bool,
    next: Option<String>,
}

/// A look, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
struct LookSaid {
    when: String,
    who: String,
    agency: String,
    why: String,
    what: &'static str,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    frame: Frame,
    summary: ErrorSummary,
    number: TextField,
    hidden: Hidden,
}

async fn read(
    app: web::Data<App>,
    session: Session,
    id: Path<String>,
    given: web::Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = PersonId::read(&id).map_err(|_| Problem::no_such_page())?;
    let purpose: Purpose =
        given.r#for.as_deref().unwrap_or_default().parse().map_err(|_| Problem::no_such_page())?;
    let before = given.before.as_deref().map(Position::read).transpose();
    let before = before.map_err(|_| Problem::no_such_page())?;
    let looking = session.asking(purpose).looking(Action::ReadAccess);
    let (found, missing) = app.looks_at(&session.visitor, looking, id, (before, PAGE)).await?;
    let last = found.looks.last().filter(|_| found.are_more).map(|last| last.look.position);
    let next = last.map(|last| format!("/children/{id}/looks?for={}&before={last}", purpose.code()));
    let is_catching_up = found.is_catching_up;
    let head = app.on_record();
    let mut names: HashMap<PractitionerId, String> = HashMap::new();
    let mut looks = Vec::with_capacity(found.looks.len());
    for LookAt { look, disclosure } in found.looks {
        if let Entry::Vacant(unknown) = names.entry(look.practitioner) {
            let worker = app.worker(look.practitioner, head).await?;
            unknown.insert(
                worker.map_or_else(|| "Somebody not registered here".to_owned(), |worker| worker.name),
            );
        }
        let agency = app.agency_name(look.agency, head).await?;
        looks.push(LookSaid {
            when: words::moment(look.at),
            who: names.get(&look.practitioner).cloned().unwrap_or_default(),
            agency: agency.unwrap_or_else(|| "An agency not registered here".to_owned()),
            why: look
                .purpose
                .parse()
                .map_or_else(|_| look.purpose.clone(), |why| words::purpose(why).to_owned()),
            what: if look.is_replay {
                "The past, by the time machine"
            } else {
                shown(look.action, disclosure)
            },
        });
    }
    let frame = Frame::of(&session, "Who has looked");
    let missing = missing.iter().map(words::missing).collect();
    Ok(page(StatusCode::OK, &LooksPage { frame, missing, id, purpose, looks, is_catching_up, next }))
}

const fn shown(action: Action, disclosure: Disclosure) -> &'static str {
    match (action, disclosure) {
        (Action::ReadAccess, _) => "Who has looked",
        (
            Action::ReadPerson | Action::SearchPeople,
            Disclosure::Status | Disclosure::Progress | Disclosure::Full,
        ) => "Who they are",
        (_, Disclosure::None) => "Nothing: they were told there is no such record",
        (_, Disclosure::Contact) => "Whom to ring",
        (_, Disclosure::Status) => "How the child stands",
        (_, Disclosure::Progress) => "How the work goes on, and who asked",
        (Action::ReadContact, Disclosure::Full) => "A contact, with its account",
        (_, Disclosure::Full) => "All of it",
    }
}

async fn begin(app: web::Data<App>, session: Session) -> Result<HttpResponse, PageProblem> {
    app.scope(&session.visitor, Action::SearchPeople, Purpose::Audit).map_err(ReadError::from)?;
    Ok(page(StatusCode::OK, &form(&session, &Typed::default(), &Problems::default())))
}

/// An auditor looks a child up without asking about them: no enquiry is made, and the look is on record.
async fn find(app: web::Data<App>, posted: Posted) -> Result<HttpResponse, PageProblem> {
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let number: Option<NhsNumber> = typed.required("nhs_number", "Enter an NHS number", &mut problems);
    if let Some(number) = number {
        judge_by_now(&app).await?;
        let search = people::Search::Number { scheme: Scheme::Nhs, value: number.as_str().to_owned() };
        let looking = session.asking(Purpose::Audit).looking(Action::SearchPeople);
        let found = app.look(&session.visitor, looking, async |scope| {
            let found = people::search(&app.views, scope, &search).await?;
            let shown =
                |found: &people::Found| ShownPerson { person: found.person, disclosure: found.disclosure };
            Ok(Shown { people: found.iter().map(shown).collect(), answer: found })
        });
        match found.await?.as_slice() {
            [one] => return Ok(see(&format!("/children/{}?for={}", one.person, Purpose::Audit.code()))),
            [] => problems.add("nhs_number", "No record has this number"),
            _ => {
                problems.add("nhs_number", "Several records have this number; look for them through the API")
            }
        }
    }
    Ok(page(problems.status(), &form(&session, &typed, &problems)))
}

fn form(session: &Session, typed: &Typed, problems: &Problems) -> FindPage {
    FindPage {
        frame: Frame::of(session, "Find a record").at("/find").wrong(!problems.is_empty()),
        summary: problems.summary(),
        number: TextField {
            name: "nhs_number",
            label: "NHS number",
            hint: "Ten digits, such as 999 000 0018.",
            value: typed.string("nhs_number"),
            error: problems.of("nhs_number"),
            width: "govuk-input--width-10",
            keypad: Keypad::Digits,
            ..TextField::default()
        },
        hidden: session.hidden(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn who_has_looked_is_whole() {
        let look = LookSaid {
            when: "1 March 2026".to_owned(),
            who: "Tom".to_owned(),
            agency: "A hospital".to_owned(),
            why: "Audit".to_owned(),
            what: shown(Action::ReadTimeline, Disclosure::Status),
        };
        let (id, purpose) = (PersonId(uuid::Uuid::nil()), Purpose::Audit);
        let (frame, next) = (Frame::plain("Looks"), Some("/children/1/looks?before=7".to_owned()));
        let (looks, missing) = (vec![look], vec!["Missing from home since 1 March 2026".to_owned()]);
        let shown = LooksPage { frame, missing, id, purpose, looks, is_catching_up: true, next };
        let html = shown.render().unwrap();
        is_whole(&html);
        assert!(html.find("Missing from home") < html.find("<h1"), "{html}");
        let number = TextField { name: "nhs_number", label: "NHS number", ..TextField::default() };
        let find = FindPage {
            frame: Frame::plain("Find"),
            summary: ErrorSummary::default(),
            number,
            hidden: Hidden::default(),
        };
        is_whole(&find.render().unwrap());
    }
}
