//! A contact as it stands, with its account and everyone in it ([`involved`]), for those who are told all of it; the
//! event it tells of, with what others told of the same ([`event`]); and the decision about it ([`deciding`]).

mod deciding;
mod event;
mod involved;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Disclosure, Purpose};
use domain::contact::{Concern, ConcernKind};
use domain::ids::{ContactId, PersonId};
use domain::when::civil_day;
use projections::{people, status};
use serde::Deserialize;

use self::deciding::Deciding;
use self::event::EventSaid;
use self::involved::InvolvedSaid;
use super::components::{ErrorSummary, Problems};
use super::form::{KEY, Typed, fresh_key};
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::receipt::Identity;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::Problem;
use crate::subject::ReadContact;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/contacts/{id}").get(read),
        at("/contacts/{id}/decision").post(deciding::decide),
        at("/contacts/{id}/incident").post(event::join),
        at("/contacts/{id}/incident/parting").post(event::part),
    ]
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
    /// Who is missing of the children it is about: before anything else.
    missing: Vec<String>,
    id: ContactId,
    purpose: Purpose,
    people: Vec<InvolvedSaid>,
    concerns: String,
    rows: Vec<(&'static str, String)>,
    account: Option<String>,
    decision: Option<(String, Option<String>)>,
    event: EventSaid,
    deciding: Option<Deciding>,
}

impl For {
    fn purpose(&self) -> Result<Purpose, Problem> {
        self.r#for.as_deref().unwrap_or_default().parse().map_err(|_| Problem::no_such_page())
    }
}

async fn read(
    app: web::Data<App>,
    session: Session,
    id: Path<String>,
    given: web::Query<For>,
) -> Result<HttpResponse, PageProblem> {
    let id = ContactId::read(&id).map_err(|_| Problem::no_such_page())?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    let shown = shown(&app, &session, id, given.purpose()?, &typed, &Problems::default()).await?;
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
        let beside = event::beside(app, scope, id, &read).await?;
        let mut shown = read.shown();
        // A contact is listed for those only who are told all of each child it is about.
        let full = |person: &PersonId| ShownPerson { person: *person, disclosure: Disclosure::Full };
        shown.extend(beside.iter().flat_map(|told| told.subjects.iter().map(full)));
        shown.sort_unstable_by_key(|shown| (shown.person, std::cmp::Reverse(shown.disclosure)));
        shown.dedup_by_key(|shown| shown.person);
        let people: Vec<PersonId> = shown.iter().map(|shown| shown.person).collect();
        let known = people::known(&app.views, scope, &people).await?;
        let missing = status::missing_among(&app.views, &read.subjects).await?;
        Ok(Shown { answer: Some((read, known, beside, missing)), people: shown })
    });
    let (read, known, beside, missing) = found.await?.ok_or_else(Problem::no_such_page)?;
    let fact = read.contact.recorded().ok_or_else(Problem::no_such_page)?;
    let today = civil_day(app.clock.now());
    let name = |person: &PersonId| {
        known.get(person).map_or_else(|| "A child".to_owned(), |known| Identity::of(known, today).name)
    };
    let (concerns, about) = concerns(&read.concerns(), &read.subjects, name);
    let mut rows = rows(app, &read).await?;
    rows.splice(0..0, about.map(|about| ("Whom each is about", about)));
    Ok(ContactPage {
        frame: Frame::of(session, "A contact").wrong(!problems.is_empty()),
        summary: problems.summary(),
        missing: words::missing_among(&missing, name),
        id,
        purpose,
        people: involved::said(&read, &known, today, purpose),
        concerns,
        rows,
        account: fact.account.known().map(|account| account.as_str().to_owned()),
        decision: read.contact.decided().map(|decided| {
            let outcome = words::outcome(decided.outcome.code());
            (outcome.to_owned(), decided.reason.known().map(|reason| reason.as_str().to_owned()))
        }),
        event: event::said(app, session, id, &read, &beside, &name, (purpose, problems)).await?,
        deciding: if deciding::is_offered(session, &read) {
            Some(deciding::form(app, session, purpose, typed, problems).await?)
        } else {
            None
        },
    })
}

/// What it is worried about, each kind once; and whom each is about, where that is not everybody it is about. What is
/// one kind to this reader may be several that are not told apart, each about others.
fn concerns(
    concerns: &[Concern],
    subjects: &[PersonId],
    name: impl Fn(&PersonId) -> String,
) -> (String, Option<String>) {
    let mut of_kind: Vec<(ConcernKind, Vec<PersonId>)> = Vec::new();
    for Concern { kind, about } in concerns {
        let about = if about.is_empty() { subjects } else { about };
        match of_kind.iter_mut().find(|(known, _)| known == kind) {
            Some((_, known)) => known.extend(about),
            None => of_kind.push((*kind, about.to_vec())),
        }
    }
    let kinds: Vec<String> = of_kind.iter().map(|(kind, _)| words::concern(kind.code())).collect();
    let is_of_some = concerns.iter().any(|concern| !concern.about.is_empty());
    let about = is_of_some.then(|| {
        let each = of_kind.iter().zip(&kinds).map(|((_, about), kind)| {
            let about = subjects.iter().filter(|subject| about.contains(subject)).map(&name);
            format!("{kind}: {}", words::listed(&about.collect::<Vec<_>>()))
        });
        words::first_upper(&each.collect::<Vec<_>>().join("; "))
    });
    (words::first_upper(&kinds.join(", ")), about)
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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::components::{Choice, Hidden, TextArea};
    use crate::web::markup::is_whole;

    #[test]
    fn each_kind_of_concern_is_said_once_with_everybody_it_is_about() {
        let person = |number| PersonId(uuid::Uuid::from_u128(number));
        let (wren, robin) = (person(1), person(2));
        let name = |who: &PersonId| if *who == wren { "Wren" } else { "Robin" }.to_owned();
        let said = |told: &[(ConcernKind, &[PersonId])]| {
            let of =
                |(kind, about): &(ConcernKind, &[PersonId])| Concern { kind: *kind, about: about.to_vec() };
            concerns(&told.iter().map(of).collect::<Vec<_>>(), &[wren, robin], name)
        };
        let (other, neglect) = (ConcernKind::Other, ConcernKind::Neglect);
        assert_eq!(said(&[(other, &[]), (neglect, &[])]), ("Other, neglect".to_owned(), None));
        let (kinds, about) = said(&[(other, &[robin]), (neglect, &[]), (other, &[wren])]);
        assert_eq!(kinds, "Other, neglect");
        assert_eq!(about.unwrap(), "Other: Wren, and Robin; neglect: Wren, and Robin");
        let (kinds, about) = said(&[(other, &[robin])]);
        assert_eq!((kinds.as_str(), about.as_deref()), ("Other", Some("Other: Robin")));
    }

    #[test]
    fn a_contact_is_whole_waiting_and_decided() {
        let choice = Choice { name: "outcome", legend: "What?", ..Choice::default() };
        let reason = TextArea { name: "reason", label: "Why?", ..TextArea::default() };
        let page = |decision, deciding| ContactPage {
            frame: Frame::plain("A contact"),
            summary: ErrorSummary::default(),
            missing: vec!["Tilly is missing from home since 1 March 2026".to_owned()],
            id: ContactId(uuid::Uuid::nil()),
            purpose: Purpose::ReferralConsideration,
            people: InvolvedSaid::sample(),
            concerns: "Neglect".to_owned(),
            rows: vec![("Happened", "Now".to_owned())],
            account: None,
            decision,
            event: EventSaid::sample(),
            deciding,
        };
        let deciding = Deciding { outcome: choice, reason, hidden: Hidden::default() };
        let html = page(None, Some(deciding)).render().unwrap();
        is_whole(&html);
        assert!(html.find("Tilly is missing") < html.find("<h1"), "{html}");
        is_whole(&page(Some(("Advice".to_owned(), Some("Because.".to_owned()))), None).render().unwrap());
    }
}
