//! The first page: whom to be, on a demonstration; and for whoever is in, where their work begins.

use std::cmp::Reverse;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use askama::Template;
use clap::ValueEnum as _;
use domain::access::{Action, Purpose, Role};
use domain::case::status::Standing;
use domain::ids::PersonId;
use domain::when::civil_day;
use form_urlencoded::byte_serialize;
use projections::{access, people, status};
use serde::Deserialize;

use super::frame::{Frame, page};
use super::kept::is_here;
use super::notices;
use super::problem::PageProblem;
use super::receipt::Identity;
use super::session::{Session, cookie_of};
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::demonstration::Persona;
use crate::error::ReadError;
use crate::sign_in::{self, is_session_token};

/// Of somebody's children, so many stand on their first page.
const CHILDREN_MAX: usize = 50;

pub fn addresses() -> Vec<Address> {
    vec![at("/").get(first)]
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    frame: Frame,
    personas: Vec<PersonaDoor>,
    /// The issuers at which people sign in.
    doors: Vec<sign_in::Door>,
    /// Somebody was signed in at this browser, and is not any more.
    was_in: bool,
    /// The page they wanted, as it stands in an address.
    back: String,
}

/// Somebody to be.
#[derive(Clone, Debug)]
struct PersonaDoor {
    value: String,
    role: &'static str,
    name: &'static str,
    works_at: &'static str,
    story: &'static str,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    /// Who is missing of those the visitor works with: before anything else.
    missing: Vec<String>,
    greeting: &'static str,
    /// What is done most in this role.
    first: Vec<Door>,
    /// Whom the visitor works with.
    children: Vec<Child>,
    /// They work with more than are shown: who is missing, and who stands gravest, are shown first.
    are_more: bool,
    /// Purposes for which to ask.
    ask: Vec<Door>,
}

/// A child the visitor works with.
struct Child {
    name: String,
    born: String,
    standing: &'static str,
    address: String,
}

/// The visitor's children, and who of them is missing.
#[derive(Default)]
struct Children {
    missing: Vec<String>,
    shown: Vec<Child>,
    are_more: bool,
}

/// Something to begin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Door {
    pub address: String,
    pub heading: &'static str,
    pub words: &'static str,
    pub is_urgent: bool,
}

impl Door {
    fn of(purpose: Purpose, address: String) -> Self {
        Self {
            address,
            heading: words::purpose(purpose),
            words: words::purpose_means(purpose),
            is_urgent: purpose == Purpose::Attendance,
        }
    }

    /// Each purpose for which this visitor may look at a record; the address is the purpose's code.
    pub fn to_look(app: &App, session: &Session) -> Vec<Self> {
        let may_look = session.purposes(app, Action::ReadTimeline).into_iter();
        may_look.map(|purpose| Self::of(purpose, purpose.code().to_owned())).collect()
    }

    /// Each purpose for which this visitor may ask about a child. A child who is here now comes first.
    pub fn to_ask(app: &App, session: &Session) -> Vec<Self> {
        let may_ask = session.purposes(app, Action::Enquire).into_iter();
        may_ask.map(|purpose| Self::of(purpose, format!("/ask/{}", purpose.code()))).collect()
    }
}

/// What to go on to from the first page.
#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

async fn first(
    app: web::Data<App>,
    request: HttpRequest,
    back: web::Query<Back>,
    session: Result<Session, PageProblem>,
) -> HttpResponse {
    match session {
        Ok(session) => match home(&app, &session).await {
            Ok(home) => page(StatusCode::OK, &home),
            Err(problem) => problem.page(app.settings.demonstration),
        },
        Err(problem) if problem.status_code() == StatusCode::UNAUTHORIZED => {
            let was_in = cookie_of(&app, &request).is_some_and(is_session_token);
            page(StatusCode::OK, &start(&app, was_in, &back.back))
        }
        Err(problem) => problem.page(app.settings.demonstration),
    }
}

fn start(app: &App, was_in: bool, back: &str) -> StartPage {
    let is_demonstration = app.settings.demonstration;
    let personas =
        if is_demonstration { Persona::ALL.iter().map(|one| door(*one)).collect() } else { Vec::new() };
    let doors = app.doors();
    let title = match (is_demonstration, doors.is_empty()) {
        (true, _) => "Choose whom to be",
        (false, false) => "Sign in",
        (false, true) => "Nobody can sign in here yet",
    };
    let back = if is_here(back) { byte_serialize(back.as_bytes()).collect() } else { String::new() };
    StartPage { frame: Frame::plain(title).of_node(app), personas, doors, was_in, back }
}

fn door(persona: Persona) -> PersonaDoor {
    let value = persona.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    PersonaDoor {
        value,
        role: words::role(persona.role()),
        name: persona.name(),
        works_at: persona.works_at(),
        story: match persona {
            Persona::School => "Worried about a pupil, and deciding whether to tell social care.",
            Persona::Nurse => {
                "A child is in the department at two in the morning. Are they known? Whom do I ring?"
            }
            Persona::FrontDoor => "Takes what schools, hospitals and police tell, and decides what it means.",
            Persona::Manager => "Answers for a team’s work: who has a worker, what is due and what is late.",
            Persona::Auditor => "Who looked, who knew what and when, and was anything changed?",
            Persona::Worker => "Works with Tilly and Jonah and their mother.",
        },
    }
}

async fn home(app: &App, session: &Session) -> Result<HomePage, PageProblem> {
    let Children { missing, shown: children, are_more } = children(app, session).await?;
    Ok(HomePage {
        missing,
        children,
        are_more,
        frame: Frame::of(session, "Home").at("/"),
        greeting: greeting(session.role()),
        first: differing(app, session).await?.into_iter().chain(first_doors(session.role())).collect(),
        ask: Door::to_ask(app, session),
    })
}

/// Whether answers given to them, or to the agency whose safeguarding they answer for, would now differ. An auditor is
/// told of everybody's, and asked for none.
async fn differing(app: &App, session: &Session) -> Result<Option<Door>, PageProblem> {
    if session.role() == Some(Role::Auditor)
        || !notices::may_be_told(app, session)
        || notices::count_open(app, session).await? == 0
    {
        return Ok(None);
    }
    Ok(Some(Door {
        address: "/notices".to_owned(),
        heading: "Answers that would now differ",
        words: "What you were told about a child in the last four weeks is not so any more. Ask again.",
        is_urgent: true,
    }))
}

fn first_doors(role: Option<Role>) -> Vec<Door> {
    let door =
        |address: &str, heading, words| Door { address: address.to_owned(), heading, words, is_urgent: true };
    let queue = || {
        let words = "What waits for a decision, the longest wait first, and what adds up.";
        door("/queue", "What has come in", words)
    };
    let measures = || {
        let words = "What is counted of the work, beside England, as known on any day.";
        door("/measures", "How the work goes", words)
    };
    match role {
        Some(Role::FrontDoor) => vec![queue()],
        Some(Role::TeamManager) => vec![measures(), queue()],
        Some(Role::Auditor) => vec![
            door("/find", "Find a record", "See the story as it was known on any day, and who has looked."),
            door("/reviews", "How the record is used", "People were looked for, and nothing came of it."),
            measures(),
        ],
        _ => Vec::new(),
    }
}

/// The children whom somebody works with today in any role, and those whose record is kept and names them, who stands
/// gravest first. A look, on record like any.
async fn children(app: &App, session: &Session) -> Result<Children, PageProblem> {
    if app.scope(&session.visitor, Action::ReadPerson, Purpose::AllocatedWork).is_err() {
        return Ok(Children::default());
    }
    judge_by_now(app).await?;
    let today = civil_day(app.clock.now());
    let worker = session.visitor.practitioner();
    // Whoever works with nobody looks at nobody.
    let scope =
        app.scope(&session.visitor, Action::ReadPerson, Purpose::AllocatedWork).map_err(ReadError::from)?;
    let has_none = access::caseload(&app.views, &scope, worker).await.map_err(ReadError::from)?.is_empty();
    if has_none {
        return Ok(Children::default());
    }
    let looking = session.asking(Purpose::AllocatedWork).looking(Action::ReadPerson);
    let found = app.look(&session.visitor, looking, async |scope| {
        let mut people = access::caseload(&app.views, scope, worker).await?;
        let standing = status::standing_among(&app.views, &people).await?;
        let missing = status::missing_among(&app.views, &people).await?;
        people.sort_by_key(|person| Reverse((missing.contains_key(person), standing.get(person).copied())));
        let are_more = people.len() > CHILDREN_MAX;
        people.truncate(CHILDREN_MAX);
        let known = people::known(&app.views, scope, &people).await?;
        let shown =
            |known: &people::Person| ShownPerson { person: known.person, disclosure: known.disclosure };
        Ok(Shown {
            people: known.values().map(shown).collect(),
            answer: (known, standing, missing, are_more),
        })
    });
    let (known, standing, missing, are_more) = found.await?;
    let name = |person: &PersonId| {
        known.get(person).map_or_else(|| "A child".to_owned(), |known| Identity::of(known, today).name)
    };
    let missing = words::missing_among(&missing, name);
    let mut children: Vec<(Standing, Child)> = known
        .iter()
        .map(|(id, known)| {
            let identity = Identity::of(known, today);
            let standing = standing.get(id).copied().unwrap_or(Standing::NotKnown);
            let child = Child {
                name: identity.name,
                born: identity.born,
                standing: words::standing(standing),
                address: format!("/children/{id}?for={}", Purpose::AllocatedWork.code()),
            };
            (standing, child)
        })
        .collect();
    children.sort_by(|(one, left), (other, right)| other.cmp(one).then_with(|| left.name.cmp(&right.name)));
    let shown = children.into_iter().map(|(_, child)| child).collect();
    Ok(Children { missing, shown, are_more })
}

const fn greeting(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::EmergencyNurse) => "Is this child known, and whom do I ring?",
        Some(Role::SafeguardingLead | Role::Teacher) => "Who is worrying you?",
        Some(Role::FrontDoor) => "What has come in, and what is known already?",
        Some(Role::TeamManager) => "Your team’s work",
        Some(Role::Auditor) => "Who knew what, when?",
        Some(Role::Administrator) => "Who works at your agency is said over the API",
        _ => "What do you want to do?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn the_first_pages_are_whole() {
        let personas: Vec<PersonaDoor> = Persona::ALL.iter().map(|one| door(*one)).collect();
        let start = |personas, doors| {
            let frame = Frame::plain("Start");
            let page = StartPage { frame, personas, doors, was_in: true, back: "%2Fask".to_owned() };
            let html = page.render().unwrap();
            is_whole(&html);
            html
        };
        let door = sign_in::Door { key: "leeds".to_owned(), name: "Leeds <City>".to_owned() };
        start(personas.clone(), Vec::new());
        start(personas, vec![door.clone()]);
        let at_work = start(Vec::new(), vec![door]);
        assert!(at_work.contains("href=\"/sign-in/leeds?back=%2Fask\""), "{at_work}");
        assert!(at_work.contains("Leeds &#60;City&#62;") && !at_work.contains("<form"), "{at_work}");
        let nobody = start(Vec::new(), Vec::new());
        assert!(nobody.contains("Nobody can sign in here yet") && !nobody.contains("<form"), "{nobody}");
        let child = Child {
            name: "Tilly <Marsh>".to_owned(),
            born: "2019".to_owned(),
            standing: "Child protection plan",
            address: "/x".to_owned(),
        };
        let home = HomePage {
            frame: Frame::plain("Home"),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            greeting: "Who?",
            first: first_doors(Some(Role::FrontDoor)),
            children: vec![child],
            are_more: true,
            ask: vec![Door::of(Purpose::Attendance, "/ask/attendance".to_owned())],
        };
        let html = home.render().unwrap();
        is_whole(&html);
        assert!(!html.contains("<Marsh>"), "escaped");
        assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("Child protection plan") && html.contains("There are more"), "{html}");
    }
}
