//! Telling the front door about a child: what is known, then the answers to check, with who will see which part, and
//! only then on record.
//!
//! One address, three steps of one form: what was typed travels on in the form itself, so that nothing is kept here
//! and nothing is lost on the way back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use domain::access::{AccessClass, Action, Disclosure, Involvement, Purpose, Relation, Role, Sensitivity};
use domain::authority::Authority;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Record, Significance, SourceDisclosure};
use domain::ids::PersonId;
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::{Assertion, Open, PersonKind};
use domain::source::{Basis, Source};
use domain::text::{Line, Narrative};
use domain::when::{Occurred, civil_day};
use domain::working_days::add_working_days;
use projections::people;
use serde::Deserialize;

use super::components::{
    Answer, Checks, Choice, DateField, ErrorSummary, Hidden, Keypad, Problems, TextArea, TextField,
};
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::problem::{PageProblem, refusal};
use super::receipt::Identity;
use super::session::Session;
use super::words;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::{OfPerson, read_person};
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![at("/contacts/new").get(begin).post(go_on), at("/contacts/{id}/told").get(told)]
}

/// About whom, and why it is told.
#[derive(Clone, Debug, Deserialize)]
pub struct About {
    about: Option<String>,
    r#for: Option<String>,
}

/// The address, read.
struct Of {
    child: Option<PersonId>,
    purpose: Purpose,
}

impl About {
    fn read(&self) -> Result<Of, Problem> {
        let child = match self.about.as_deref() {
            Some(text) => Some(PersonId::read(text).map_err(|_| Problem::no_such_page())?),
            None => None,
        };
        let purpose = self.r#for.as_deref().unwrap_or("referral-consideration");
        Ok(Of { child, purpose: purpose.parse().map_err(|_| Problem::no_such_page())? })
    }
}

impl Of {
    fn address(&self) -> String {
        let about = self.child.map(|child| format!("about={child}&")).unwrap_or_default();
        format!("/contacts/new?{about}for={}", self.purpose.code())
    }
}

#[derive(Template)]
#[template(path = "tell.html")]
struct TellPage {
    frame: Frame,
    address: String,
    summary: ErrorSummary,
    child: Option<Identity>,
    /// Who the child is, for one who is not on record.
    names: Vec<TextField>,
    born: DateField,
    concerns: Checks,
    significance: Choice,
    when: Choice,
    account: TextArea,
    method: Option<Choice>,
    teller: Option<TextField>,
    may_be_named: Choice,
    hidden: Hidden,
}

#[derive(Template)]
#[template(path = "tell-check.html")]
struct CheckPage {
    frame: Frame,
    address: String,
    child: Option<Identity>,
    rows: Vec<(&'static str, String)>,
    account: String,
    seen_by: Vec<(&'static str, &'static str)>,
    source: &'static str,
    is_urgent: bool,
    carried: Hidden,
}

#[derive(Template)]
#[template(path = "told.html")]
struct ToldPage {
    frame: Frame,
    decided_by: String,
    child: Option<String>,
    contact: String,
}

async fn begin(
    app: web::Data<App>,
    session: Session,
    about: web::Query<About>,
) -> Result<HttpResponse, PageProblem> {
    let of = about.read()?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    let shown = form(&app, &session, &of, &typed, &Problems::default()).await?;
    Ok(page(StatusCode::OK, &shown))
}

async fn go_on(
    app: web::Data<App>,
    posted: Posted,
    about: web::Query<About>,
) -> Result<HttpResponse, PageProblem> {
    let of = about.read()?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let told = read(&session, &of, &typed, &mut problems);
    let step = typed.get("step");
    let Some(told) = told.filter(|_| problems.is_empty() && step != "change") else {
        // Whoever comes back to change something has done nothing wrong yet.
        let problems = if step == "change" { Problems::default() } else { problems };
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return Ok(page(status, &form(&app, &session, &of, &typed, &problems).await?));
    };
    if step != "record" {
        return Ok(page(StatusCode::OK, &check(&app, &session, &of, &typed, &told).await?));
    }
    match put_on_record(&app, &session, &of, &typed, told).await {
        Ok((contact, child)) => {
            Ok(see(&format!("/contacts/{contact}/told?about={child}&for={}", of.purpose.code())))
        }
        Err(error) => {
            let refused = refusal(error)?;
            let field = if refused.code == "in-the-future" { "when" } else { "account" };
            problems.add(field, refused.sentence);
            let shown = form(&app, &session, &of, &typed, &problems).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
    }
}

/// What is told, parsed.
struct Telling {
    child: Option<Vec<Assertion>>,
    authority: Authority,
    occurred: Occurred,
    concerns: Vec<ConcernKind>,
    significance: Significance,
    method: Method,
    account: Narrative,
    teller: Option<Line>,
    source_disclosure: SourceDisclosure,
}

fn is_front_door(session: &Session) -> bool {
    session.role() == Some(Role::FrontDoor)
}

fn read(session: &Session, of: &Of, typed: &Typed, problems: &mut Problems) -> Option<Telling> {
    let child = match of.child {
        Some(_) => Some(None),
        None => read_child(typed, problems).map(Some),
    };
    let concerns: Option<Vec<ConcernKind>> = typed.all("concern").map(|code| code.parse().ok()).collect();
    let concerns = concerns.filter(|concerns| !concerns.is_empty());
    if concerns.is_none() {
        problems.add("concern", "Choose at least one concern");
    }
    let significance = typed.required("significance", "Say how grave it is", problems);
    let occurred = read_when(session.now, typed, problems);
    let account = typed.required("account", "Write what you saw, heard or were told", problems);
    let method = if is_front_door(session) {
        typed.required("method", "Say how it came", problems)
    } else {
        Some(Method::OnlineForm)
    };
    let teller = if is_front_door(session) { typed.optional("teller", problems) } else { None };
    let source_disclosure = typed.required("named", "Say whether whoever told it may be named", problems);
    let authority = session.visitor.actor().authority.clone();
    if authority.is_none() {
        problems.add(
            "account",
            "Your agency works in no authority's partnership, so there is no front door to tell",
        );
    }
    Some(Telling {
        child: child?,
        authority: authority?,
        occurred: occurred?,
        concerns: concerns?,
        significance: significance?,
        method: method?,
        account: account?,
        teller,
        source_disclosure: source_disclosure?,
    })
}

fn read_child(typed: &Typed, problems: &mut Problems) -> Option<Vec<Assertion>> {
    let (given, family) = (typed.get("given"), typed.get("family"));
    let name = PersonName::parse(given, family);
    if name.is_err() {
        problems.add("given", "Enter the child’s name: a given name, a family name or both");
    }
    let born = typed.born("born", "Enter the child’s date of birth, as well as it is known", problems);
    let mut assertions =
        vec![Assertion::Name { name: name.ok()?, usage: NameUse::Usual }, Assertion::Birth(born?)];
    if !typed.get("nhs_number").is_empty() {
        match Identifier::parse(Scheme::Nhs, typed.get("nhs_number")) {
            Ok(number) => assertions.push(Assertion::Identifier(number)),
            Err(_) => {
                problems.add(
                    "nhs_number",
                    "An NHS number is ten digits and its last fits; leave it out if you are not sure",
                );
                return None;
            }
        }
    }
    Some(assertions)
}

fn read_when(now: DateTime<Utc>, typed: &Typed, problems: &mut Problems) -> Option<Occurred> {
    match typed.get("when") {
        "now" => Some(Occurred::Instant(now)),
        "day" => {
            let day = typed.born("day", "Enter the day it happened", problems)?;
            match day.day().filter(|day| *day <= civil_day(now)) {
                Some(day) => Some(Occurred::Day(day)),
                None => {
                    problems.add("day", "The day it happened must be a whole date, today or before");
                    None
                }
            }
        }
        _ => {
            problems.add("when", "Say when it happened");
            None
        }
    }
}

async fn put_on_record(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    told: Telling,
) -> Result<(uuid::Uuid, PersonId), crate::error::ExecuteError> {
    let key = typed.string(KEY);
    let order = |part: &str, command: Command| {
        let mut asking = session.asking(of.purpose);
        // Each part of one form is an order of its own, and each is carried out once.
        asking.idempotency_key = Some(app.ids.key_of_part(&key, part)).filter(|_| !key.is_empty());
        asking.order(command)
    };
    let child = match (of.child, told.child) {
        (Some(child), _) => child,
        (None, assertions) => {
            let command = Open {
                kind: PersonKind::Born,
                assertions: assertions.unwrap_or_default(),
                source: Source { basis: Basis::Told, agency: session.visitor.agency() },
                occurred: Occurred::Instant(session.now),
                testimony: None,
            };
            let command = Command::Person { id: None, command: command.into() };
            PersonId(app.execute(&session.visitor, order("child", command)).await?.stream)
        }
    };
    let command = Record {
        authority: told.authority,
        occurred: told.occurred,
        people: vec![Involved { person: child, role: ContactRole::Subject, age: None }],
        concerns: told.concerns.into_iter().map(|kind| Concern { kind, about: Vec::new() }).collect(),
        method: told.method,
        significance: Some(told.significance),
        source_disclosure: told.source_disclosure,
        // What a front door takes by telephone is the caller's, not its own.
        source_agency: (!is_front_door(session)).then(|| session.visitor.agency()),
        account: told.account,
        source_identity: told.teller.filter(|_| told.source_disclosure != SourceDisclosure::Anonymous),
    };
    let command = Command::Contact { id: None, command: command.into() };
    let done = app.execute(&session.visitor, order("contact", command)).await?;
    Ok((done.stream, child))
}

async fn identity(app: &App, session: &Session, of: &Of) -> Result<Option<Identity>, PageProblem> {
    let Some(child) = of.child else { return Ok(None) };
    let today = civil_day(app.clock.now());
    let asking = session.asking(of.purpose);
    let found = read_person(app, &asking, Action::ReadPerson, child, None, async |scope| {
        let known = people::known(&app.views, scope, &[child]).await?.remove(&child);
        Ok(known.map(|known| OfPerson { disclosure: known.disclosure, answer: Identity::of(&known, today) }))
    });
    Ok(Some(found.await?))
}

async fn form(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    problems: &Problems,
) -> Result<TellPage, PageProblem> {
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    let text = |name: &'static str, label: &'static str| TextField {
        name,
        label,
        value: typed.string(name),
        error: problems.of(name),
        ..TextField::default()
    };
    let names = vec![
        text("given", "Given name"),
        text("family", "Family name"),
        TextField {
            hint: "If you know it. Ten digits, such as 999 000 0018.",
            width: "govuk-input--width-10",
            keypad: Keypad::Digits,
            ..text("nhs_number", "NHS number")
        },
    ];
    Ok(TellPage {
        frame: Frame::of(session, "Tell the front door about a child").wrong(!problems.is_empty()),
        address: of.address(),
        summary: problems.summary(),
        child: identity(app, session, of).await?,
        names,
        born: DateField {
            legend: "Date of birth",
            hint: "Leave out what is not known: a month and a year, or a year alone, will do.",
            ..typed.date_field("born", problems)
        },
        concerns: concerns(typed, problems),
        significance: significance(typed, problems),
        when: when(typed, problems),
        account: TextArea {
            name: "account",
            label: "What did you see or hear?",
            hint: "What happened, in the child’s own words where you can, and what you did. It is sealed under a key of its own.",
            value: typed.string("account"),
            error: problems.of("account"),
            rows: 8,
        },
        method: is_front_door(session).then(|| method(typed, problems)),
        teller: is_front_door(session).then(|| TextField {
            hint: "A name, and how to reach them. Leave it out if they did not say.",
            ..text("teller", "Who told it?")
        }),
        may_be_named: may_be_named(session, typed, problems),
        hidden,
    })
}

fn option(value: &str, label: &str, hint: &str, chosen: &str) -> Answer {
    Answer {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        is_chosen: value == chosen,
        ..Answer::default()
    }
}

fn concerns(typed: &Typed, problems: &Problems) -> Checks {
    let chosen: Vec<&str> = typed.all("concern").collect();
    let box_of = |kind: &ConcernKind| Answer {
        value: kind.code().to_owned(),
        label: words::first_upper(&words::concern(kind.code())),
        is_chosen: chosen.contains(&kind.code()),
        ..Answer::default()
    };
    Checks {
        name: "concern",
        legend: "What worries you?",
        hint: "Choose all that apply.",
        options: ConcernKind::ALL.iter().map(box_of).collect(),
        error: problems.of("concern"),
    }
}

fn significance(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("significance");
    Choice {
        name: "significance",
        legend: "How grave is it?",
        hint: "",
        options: vec![
            option("information", "For information", "Worth knowing; no worry by itself.", chosen),
            option("concern", "A concern", "It worries you.", chosen),
            option("serious", "Serious", "The child is or will be harmed unless somebody acts.", chosen),
            option(
                "immediate-danger",
                "The child is in danger now",
                "Dial 999 first, then go on here.",
                chosen,
            ),
        ],
        error: problems.of("significance"),
    }
}

fn when(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("when");
    let day = DateField { legend: "The day", ..typed.date_field("day", problems) };
    Choice {
        name: "when",
        legend: "When did it happen?",
        hint: "",
        options: vec![
            option("now", "Just now", "", chosen),
            Answer { asks_date: Some(day), ..option("day", "On another day", "", chosen) },
        ],
        error: problems.of("when"),
    }
}

fn method(typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("method");
    let said = |method: &Method| {
        option(method.code(), &words::first_upper(&method.code().replace('-', " ")), "", chosen)
    };
    Choice {
        name: "method",
        legend: "How did it come?",
        hint: "",
        options: Method::ALL.iter().map(said).collect(),
        error: problems.of("method"),
    }
}

fn may_be_named(session: &Session, typed: &Typed, problems: &Problems) -> Choice {
    let chosen = typed.get("named");
    let mut options = vec![
        option("named", "Yes", "The family may be told who said it.", chosen),
        option(
            "withheld-from-family",
            "Not to the family",
            "Those who protect the child know; the family does not.",
            chosen,
        ),
    ];
    if is_front_door(session) {
        options.push(option("anonymous", "They did not say who they are", "", chosen));
    }
    Choice {
        name: "named",
        legend: if is_front_door(session) { "May whoever told it be named?" } else { "May you be named?" },
        hint: "",
        options,
        error: problems.of("named"),
    }
}

async fn check(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    told: &Telling,
) -> Result<CheckPage, PageProblem> {
    let mut rows = Vec::new();
    if of.child.is_none() {
        rows.push(("Child", format!("{} {}", typed.get("given"), typed.get("family")).trim().to_owned()));
    }
    let concerns: Vec<String> = told.concerns.iter().map(|kind| words::concern(kind.code())).collect();
    rows.push(("What worries you", words::first_upper(&concerns.join(", "))));
    rows.push(("How grave", words::first_upper(&told.significance.code().replace('-', " "))));
    rows.push(("When it happened", words::occurred(told.occurred)));
    if let Some(teller) = &told.teller {
        rows.push(("Who told it", teller.as_str().to_owned()));
    }
    let mut carried = session.hidden();
    carried.0.extend(typed.carried());
    Ok(CheckPage {
        frame: Frame::of(session, "Check before it goes on record"),
        address: of.address(),
        child: identity(app, session, of).await?,
        rows,
        account: told.account.as_str().to_owned(),
        seen_by: seen_by(app, session),
        source: match told.source_disclosure {
            SourceDisclosure::Named => "The family may be told who said it.",
            SourceDisclosure::WithheldFromFamily => "The family is not told who said it.",
            SourceDisclosure::Anonymous => "Nobody is told who said it, because they did not say.",
        },
        is_urgent: told.significance == Significance::ImmediateDanger,
        carried,
    })
}

/// Who will see which part, as policy decides it and not as somebody once wrote it down.
fn seen_by(app: &App, session: &Session) -> Vec<(&'static str, &'static str)> {
    let told = |role, relation, involvement, purpose| {
        let class = AccessClass { relation, involvement, sensitivity: Sensitivity::Open };
        match app.told(role, class, purpose) {
            Disclosure::Full => "All of it, with the account",
            Disclosure::Progress => {
                "How the child stands, who asked, and how the work goes on; not this account"
            }
            Disclosure::Status => "How the child stands, and whom to ring; not this account",
            Disclosure::Contact => "Whom to ring; nothing of this",
            Disclosure::None => "Nothing",
        }
    };
    let (own, partner) = (Relation::Own, Relation::Partner);
    let (nobodys, theirs) = (Involvement::Neither, Involvement::Caseload);
    let mut seen = vec![
        (
            "The authority’s front door, which decides",
            told(Role::FrontDoor, own, nobodys, Purpose::ReferralConsideration),
        ),
        ("The child’s social worker", told(Role::SocialWorker, own, theirs, Purpose::AllocatedWork)),
        ("Managers of social care", told(Role::TeamManager, own, nobodys, Purpose::ReferralConsideration)),
    ];
    if let Some(role) = session.role().filter(|_| !is_front_door(session)) {
        let mine = told(role, Relation::Author, nobodys, Purpose::ReferralConsideration);
        seen.push(("You, and those in your role at your agency", mine));
    }
    seen.extend([
        (
            "Safeguarding leads of other schools and agencies",
            told(Role::SafeguardingLead, partner, nobodys, Purpose::ReferralConsideration),
        ),
        ("Emergency departments", told(Role::EmergencyNurse, partner, nobodys, Purpose::Attendance)),
        ("Police", told(Role::PoliceOfficer, partner, nobodys, Purpose::SafeguardingCheck)),
        ("Teachers", told(Role::Teacher, partner, nobodys, Purpose::SafeguardingCheck)),
    ]);
    seen
}

async fn told(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    about: web::Query<About>,
) -> Result<HttpResponse, PageProblem> {
    let id = domain::ids::ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let of = about.read()?;
    let by = add_working_days(civil_day(app.clock.now()), 1);
    let code = of.purpose.code();
    Ok(page(
        StatusCode::OK,
        &ToldPage {
            frame: Frame::of(&session, "The front door has been told"),
            decided_by: words::day(by),
            child: of.child.map(|child| format!("/children/{child}?for={code}")),
            contact: format!("/contacts/{id}?for={code}"),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn each_step_of_telling_is_whole() {
        let (typed, mut problems) = (Typed::default(), Problems::default());
        for field in ["given", "born", "concern", "account", "significance", "when", "day", "method"] {
            problems.add(field, "Enter it");
        }
        let text =
            |name| TextField { name, label: "A name", error: problems.of(name), ..TextField::default() };
        let form = TellPage {
            frame: Frame::plain("Tell").wrong(true),
            address: "/contacts/new".to_owned(),
            summary: problems.summary(),
            child: None,
            names: vec![text("given"), text("family")],
            born: typed.date_field("born", &problems),
            concerns: concerns(&typed, &problems),
            significance: significance(&typed, &problems),
            when: when(&typed, &problems),
            account: TextArea { name: "account", label: "What?", ..TextArea::default() },
            method: Some(method(&typed, &problems)),
            teller: Some(text("teller")),
            may_be_named: Choice { name: "named", legend: "Named?", ..Choice::default() },
            hidden: Hidden::default(),
        };
        is_whole(&form.render().unwrap());
        let check = CheckPage {
            frame: Frame::plain("Check"),
            address: "/contacts/new".to_owned(),
            child: Some(Identity::hidden()),
            rows: vec![("When", "Now".to_owned())],
            account: "<b>bold</b>".to_owned(),
            seen_by: vec![("The front door", "All of it")],
            source: "The family may be told.",
            is_urgent: true,
            carried: Hidden(vec![("account".to_owned(), "\"quoted\"".to_owned())]),
        };
        let html = check.render().unwrap();
        is_whole(&html);
        assert!(!html.contains("<b>") && !html.contains("value=\"\"quoted"), "{html}");
        let told = ToldPage {
            frame: Frame::plain("Told"),
            decided_by: "11 March 2026".to_owned(),
            child: Some("/children/1".to_owned()),
            contact: "/contacts/1".to_owned(),
        };
        is_whole(&told.render().unwrap());
    }
}
