//! Telling the front door about a child: what is known ([`mod@form`]), of whom and in which part ([`involved`]), where
//! there are several which concern is about whom ([`about`]), then the answers to check, with who will see which part
//! ([`mod@check`]), and only then on record.
//!
//! One address, a few steps of one form: what was typed travels on in the form itself, so that nothing is kept here
//! and nothing is lost on the way back. Before a new record is opened, those who are like the child are shown: it may
//! be one of them.

mod about;
mod check;
mod form;
mod involved;
mod read;
mod unrecorded;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Purpose, Role};
use domain::case::clocks::{CONTACT_DECISION, InForce};
use domain::contact::{Concern, ConcernKind, Contact, Record, decide_by};
use domain::ids::{ContactId, PersonId};
use domain::person::name::NameUse;
use domain::person::{Assertion, Open, PersonKind};
use domain::source::{Basis, Source};
use domain::when::{Occurred, civil_day};
use serde::Deserialize;

use self::check::check;
use self::form::form;
use self::involved::{PART, Whom, circle, nameable, names_others};
use self::read::{Telling, read};
use super::components::Problems;
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::near::{self, NONE, NearPage, NoneOfThese, PERSON};
use super::problem::{PageProblem, SENT_BEFORE, refusal};
use super::session::Session;
use super::words;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::app::App;
use crate::error::{ExecuteError, Problem};
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
#[template(path = "told.html")]
struct ToldPage {
    frame: Frame,
    /// Who is missing of those it may be about: before anything else.
    missing: Vec<String>,
    decided_by: String,
    limit: &'static InForce,
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
    let mut of = about.read()?;
    let Posted { session, mut typed } = posted;
    let mut problems = Problems::default();
    let chosen = typed.get(PERSON);
    if of.child.is_none() && !chosen.is_empty() {
        of.child = Some(PersonId::read(chosen).map_err(|_| Problem::no_such_page())?);
    }
    let nameable = if names_others(&typed) { nameable(&app, &session, &of).await? } else { Vec::new() };
    let told = read(&session, &of, &typed, &nameable, &mut problems);
    let step = typed.get("step");
    let Some(mut told) = told.filter(|_| problems.is_empty() && step != "change") else {
        // Whoever comes back to change something has done nothing wrong yet.
        let problems = if step == "change" { Problems::default() } else { problems };
        return Ok(page(problems.status(), &form(&app, &session, &of, &typed, &problems).await?));
    };
    // Who the child is comes before who else. Once that is said it is not looked for again: sent again, a form must not
    // meet the record that it opened itself.
    let is_settled = [about::ABOUT, "record"].contains(&step);
    if !is_settled && let Some(near) = before_a_new_record(&app, &session, &of, &typed).await? {
        return Ok(page(StatusCode::OK, &near));
    }
    let kinds: Vec<ConcernKind> = told.concerns.iter().map(|(kind, _)| *kind).collect();
    let Some(concerns) = about::read(&typed, &kinds, &told.parts, &mut problems) else {
        let circle = circle(&app, &session, &of).await?;
        let shown = about::ask(&session, &of, &typed, circle, (&kinds, &told.parts), &problems);
        return Ok(page(problems.status(), &shown));
    };
    told.concerns = concerns;
    if step != "record" {
        return Ok(page(StatusCode::OK, &check(&app, &session, &of, &typed, &told).await?));
    }
    match put_on_record(&app, &session, &of, &typed, told).await {
        Ok((contact, child)) => {
            Ok(see(&format!("/contacts/{contact}/told?about={child}&for={}", of.purpose.code())))
        }
        Err(error) => {
            let mut refused = refusal(error)?;
            let field = match refused.code {
                "in-the-future" => "when",
                "no-subject" | "too-many-people" => PART,
                _ => "account",
            };
            if refused.code == SENT_BEFORE {
                refused.sentence = "What this form said before is on record. It says something else now: sent once \
                                    more, that goes on record as a contact of its own";
                typed = once_more(&typed);
            }
            problems.refuse(field, refused);
            let shown = form(&app, &session, &of, &typed, &problems).await?;
            Ok(page(problems.status(), &shown))
        }
    }
}

/// Those on record who are like a child without a record, unless it was said of this very name that it is none of
/// them.
async fn before_a_new_record(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
) -> Result<Option<NearPage>, PageProblem> {
    let Some(known) = read::known(typed).filter(|_| of.child.is_none()) else { return Ok(None) };
    let said_of = app.ids.key_of_part(&format!("{} {}", known.given, known.family), NONE);
    if typed.get(NONE) == said_of {
        return Ok(None);
    }
    let Some(found) = near::look(app, session, of.purpose, &known).await? else { return Ok(None) };
    if found.candidates.near.is_empty() {
        return Ok(None);
    }
    let mut carried = session.hidden();
    carried.0.extend(typed.carried().into_iter().filter(|(name, _)| name != NONE && name != PERSON));
    Ok(Some(NearPage {
        frame: Frame::of(session, "Is it one of these?"),
        address: of.address(),
        purpose: of.purpose,
        lead: "These have a record and are near what you typed. Told on the wrong record, or on a new one, it may not \
               be seen by whoever needs it.",
        near: near::said(app, &found).await?,
        are_more: found.candidates.are_more,
        is_catching_up: found.is_catching_up,
        choose: "It is about this child",
        none: Some(NoneOfThese {
            words: "A new record is opened for the child, once you have checked your answers.",
            button: "None of these: go on",
            value: said_of,
        }),
        carried,
    }))
}

/// How often what a form said was put on record, and then something else was typed.
const ONCE_MORE: &str = "once_more";

/// The same form for a contact of its own. Those for whom it opened a record stay who they are.
fn once_more(typed: &Typed) -> Typed {
    let times: u32 = typed.get(ONCE_MORE).parse().unwrap_or_default();
    let mut again = typed.without(&[ONCE_MORE]);
    again.push((ONCE_MORE.to_owned(), times.saturating_add(1).to_string()));
    Typed::from(again)
}

/// What was typed of a child without a record, as one text.
fn said_of_child(typed: &Typed) -> String {
    let fields = ["given", "family", "born_day", "born_month", "born_year", "nhs_number"];
    fields.map(|field| typed.get(field)).join("\n")
}

fn is_front_door(session: &Session) -> bool {
    session.role() == Some(Role::FrontDoor)
}

async fn put_on_record(
    app: &App,
    session: &Session,
    of: &Of,
    typed: &Typed,
    told: Telling,
) -> Result<(uuid::Uuid, PersonId), ExecuteError> {
    // Each part of one form is an order of its own, and each is carried out once. Somebody's key has what is said of
    // them: what was typed wrongly and is set right after a part was carried out is said of somebody else.
    let key_of = |part: &str| typed.key().map(|key| app.ids.key_of_part(&key, part));
    let order = |key: Option<String>, command: Command| {
        let mut asking = session.asking(of.purpose);
        asking.idempotency_key = key;
        asking.order(command)
    };
    let begun = |key: &str| app.ids.command(session.visitor.practitioner(), key).new_stream(0);
    let contact = key_of(&format!("contact {}", typed.get(ONCE_MORE)));
    // Nobody's record is opened for a form whose contact is there already: all that is asked is whether it is the same.
    let is_told = match &contact {
        Some(key) => app.state_of::<Contact>("contact", begun(key)).await?.1 > 0,
        None => false,
    };
    let open = async |said: &str, assertions: Vec<Assertion>| {
        let key = key_of(said);
        if let Some(key) = key.as_ref().filter(|_| is_told) {
            return Ok(PersonId(begun(key)));
        }
        let command = Open {
            kind: PersonKind::Born,
            assertions,
            source: Source { basis: Basis::Told, agency: session.visitor.agency() },
            occurred: Occurred::Instant(session.now),
            testimony: None,
        };
        let command = Command::Person { id: None, command: command.into() };
        Ok::<_, ExecuteError>(PersonId(app.execute(&session.visitor, order(key, command)).await?.stream))
    };
    let child = match (of.child, told.child) {
        (Some(child), _) => child,
        (None, assertions) => {
            open(&format!("child {}", said_of_child(typed)), assertions.unwrap_or_default()).await?
        }
    };
    let mut opened = BTreeMap::new();
    for one in told.parts.to_be_opened() {
        let name = Assertion::Name { name: one.name.clone(), usage: NameUse::Usual };
        let (given, family) = (one.name.given().unwrap_or_default(), one.name.family().unwrap_or_default());
        let said = format!("{} {given}\n{family}", Whom::Unrecorded(one.number));
        opened.insert(one.number, open(&said, vec![name]).await?);
    }
    let on_record = |whom| match whom {
        Whom::Child => Some(child),
        Whom::Close(person) => Some(person),
        Whom::Unrecorded(number) => opened.get(&number).copied(),
    };
    let concern = |(kind, about): about::ConcernOf| Concern {
        kind,
        about: about.into_iter().filter_map(on_record).collect(),
    };
    let command = Record {
        authority: told.authority,
        occurred: told.occurred,
        people: told.parts.involved(on_record),
        concerns: told.concerns.into_iter().map(concern).collect(),
        method: told.method,
        significance: Some(told.significance),
        source_disclosure: told.source_disclosure,
        // What a front door takes by telephone is the caller's, not its own.
        source_agency: (!is_front_door(session)).then(|| session.visitor.agency()),
        account: told.account,
        source_identity: told.teller,
    };
    let command = Command::Contact { id: None, command: command.into() };
    let done = app.execute(&session.visitor, order(contact, command)).await?;
    Ok((done.stream, child))
}

/// Whoever was named beside the child in a contact that was not taken, in a line.
pub(super) fn said_of_others(typed: &Typed) -> Option<String> {
    unrecorded::said(typed)
}

async fn told(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    about: web::Query<About>,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let of = about.read()?;
    let now = app.clock.now();
    let by = decide_by(now);
    let code = of.purpose.code();
    let circle = circle(&app, &session, &of).await?;
    Ok(page(
        StatusCode::OK,
        &ToldPage {
            frame: Frame::of(&session, "The front door has been told"),
            missing: circle.map_or_else(Vec::new, |circle| circle.missing),
            decided_by: words::day(by),
            limit: CONTACT_DECISION.on(civil_day(now)),
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
    fn that_it_was_told_is_whole() {
        let told = ToldPage {
            frame: Frame::plain("Told"),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            decided_by: "11 March 2026".to_owned(),
            limit: CONTACT_DECISION.on("2026-03-10".parse().unwrap()),
            child: Some("/children/1".to_owned()),
            contact: "/contacts/1".to_owned(),
        };
        let html = told.render().unwrap();
        is_whole(&html);
        assert!(html.find("Tilly is missing") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("1 working day after it was received (convention of front doors"), "{html}");
    }
}
