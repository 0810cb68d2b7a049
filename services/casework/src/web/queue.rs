//! The front door's queue: what has been told and waits for a decision, by incident, danger first and then the longest
//! wait; beside it what adds up by rule, with its reason; and for those who tell, what became of it.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use domain::access::{Action, Purpose};
use domain::alert::AlertState;
use domain::ids::{IncidentId, PersonId};
use domain::when::{Occurred, civil_day};
use projections::alerts::{Listed, Queue};
use projections::contacts::{Told, ToldList};
use projections::scope::Scope;
use projections::{people, status};
use serde::Deserialize;

use super::alerts::{self, AlertRow};
use super::components::Tag;
use super::frame::{Frame, page};
use super::problem::PageProblem;
use super::queue_live::{self, mark_of};
use super::receipt::Identity;
use super::session::Session;
use super::words;
use crate::access_log::{Shown, ShownPerson};
use crate::api::address::{Address, at};
use crate::api::reading::judge_by_now;
use crate::app::App;
use crate::error::ReadError;
use crate::subject::{LISTED_MAX, ToldOf};

/// Contacts shown at first, and when all are asked for.
const CONTACTS_FIRST: usize = 50;

/// Alerts shown beside the queue, and when all are asked for.
pub(super) const ALERTS_BESIDE: usize = 6;
const ALERTS_MAX: usize = 200;

/// Deciding what a contact means is weighing a referral.
pub(super) const PURPOSE: Purpose = Purpose::ReferralConsideration;

pub fn addresses() -> Vec<Address> {
    vec![at("/queue").get(queue), at("/queue/live").get(queue_live::live), at("/told").get(told)]
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    frame: Frame,
    /// Where scripts hear that it has changed.
    live: String,
    /// Who is missing of the children it is about: before anything else.
    missing: Vec<String>,
    alerts: Vec<AlertRow>,
    are_more_alerts: bool,
    incidents: Vec<Incident>,
    /// How many are shown, where that is not all of them.
    first: Option<usize>,
    /// How many wait, of which no more are counted than can be shown.
    waiting: usize,
    are_more: bool,
    late: usize,
}

#[derive(Template)]
#[template(path = "told-by-us.html")]
struct ToldByUsPage {
    frame: Frame,
    /// Who is missing of the children it is about: before anything else.
    missing: Vec<String>,
    contacts: Vec<Waiting>,
    are_more: bool,
}

/// Contacts about one event.
struct Incident {
    contacts: Vec<Waiting>,
}

/// A contact in a list, in words.
struct Waiting {
    address: String,
    children: String,
    concerns: String,
    significance: Option<Tag>,
    agency: String,
    /// When it was received.
    received: String,
    /// When it happened, where that was on another day.
    happened: Option<String>,
    decide_by: String,
    is_late: bool,
    outcome: Option<Tag>,
}

#[derive(Clone, Debug, Deserialize)]
struct Asked {
    /// Every alert, and not the newest only.
    alerts: Option<String>,
    /// Every contact, and not the first only.
    contacts: Option<String>,
}

async fn queue(
    app: web::Data<App>,
    session: Session,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageProblem> {
    judge_by_now(&app).await?;
    let looking = session.asking(PURPOSE).looking(Action::ReadContact);
    let most = asked.contacts.as_deref().map_or(CONTACTS_FIRST, |_| LISTED_MAX);
    let ToldOf { told: ToldList { contacts: found, are_more }, more, .. } =
        app.undecided(&session.visitor, looking, most).await?;
    let looking = session.asking(PURPOSE).looking(Action::ReadAlerts);
    let most = asked.alerts.as_deref().map_or(ALERTS_BESIDE, |_| ALERTS_MAX);
    let alerts = app.look(&session.visitor, looking, async |scope| {
        let (listed, are_more) = open_alerts(&app, scope, most).await?;
        Ok(Shown { people: alerts::shown(&listed), answer: (listed, are_more) })
    });
    let (listed, are_more_alerts) = alerts.await?;
    let live = format!("/queue/live?seen={}", mark_of(&app, found.iter().chain(&more), &listed));
    let told_of = found.iter().flat_map(|told| &told.subjects);
    let people = told_of.chain(listed.iter().flat_map(|alert| &alert.children));
    let Children { names, missing } = children(&app, &session, people.copied().collect()).await?;
    let today = civil_day(app.clock.now());
    let mut incidents: Vec<(IncidentId, Incident)> = Vec::new();
    let waiting = found.len() + more.len();
    let late = found.iter().chain(&more).filter(|told| told.decide_by() < today).count();
    for told in &found {
        let said = said(&app, told, &names, today).await?;
        match incidents.iter_mut().find(|(incident, _)| *incident == told.incident) {
            Some((_, incident)) => incident.contacts.push(said),
            None => incidents.push((told.incident, Incident { contacts: vec![said] })),
        }
    }
    let incidents = incidents.into_iter().map(|(_, incident)| incident).collect();
    let first = (!more.is_empty()).then_some(found.len());
    let frame = Frame::of(&session, "What has come in").at("/queue");
    let alerts = listed.iter().map(|alert| AlertRow::of(&app, alert, PURPOSE, Some(&names))).collect();
    let shown = QueuePage {
        frame,
        live,
        missing,
        alerts,
        are_more_alerts,
        incidents,
        first,
        waiting,
        are_more,
        late,
    };
    Ok(page(StatusCode::OK, &shown))
}

/// The alerts of the reader's own authority that nobody has decided, those that changed last first; and whether there are
/// more.
pub(super) async fn open_alerts(
    app: &App,
    scope: &Scope,
    limit: usize,
) -> Result<(Vec<Listed>, bool), ReadError> {
    app.take_in("alerts").await;
    let authority = scope.reader().authority.clone();
    let queue = Queue { state: AlertState::Open, authority, after: None, limit };
    let (listed, next) = projections::alerts::queue(&app.views, scope, &queue).await?;
    Ok((listed, next.is_some()))
}

async fn told(app: web::Data<App>, session: Session) -> Result<HttpResponse, PageProblem> {
    judge_by_now(&app).await?;
    let looking = session.asking(PURPOSE).looking(Action::ReadContact);
    let ToldList { contacts: found, are_more } = app.told_by_own(&session.visitor, looking).await?.told;
    let subjects = found.iter().flat_map(|told| told.subjects.iter().copied()).collect();
    let Children { names, missing } = children(&app, &session, subjects).await?;
    let today = civil_day(app.clock.now());
    let mut contacts = Vec::with_capacity(found.len());
    for told in &found {
        contacts.push(said(&app, told, &names, today).await?);
    }
    let frame = Frame::of(&session, "What we told").at("/told");
    Ok(page(StatusCode::OK, &ToldByUsPage { frame, missing, contacts, are_more }))
}

/// The children that a list is about.
struct Children {
    names: HashMap<PersonId, String>,
    missing: Vec<String>,
}

/// The children's names, for those who may know them, and who of them is missing: one more look, of the people alone.
async fn children(app: &App, session: &Session, mut people: Vec<PersonId>) -> Result<Children, ReadError> {
    people.sort_unstable();
    people.dedup();
    let today = civil_day(app.clock.now());
    let looking = session.asking(PURPOSE).looking(Action::ReadPerson);
    let known = app.look(&session.visitor, looking, async |scope| {
        let known = people::known(&app.views, scope, &people).await?;
        let shown =
            |known: &people::Person| ShownPerson { person: known.person, disclosure: known.disclosure };
        let missing = status::missing_among(&app.views, &people).await?;
        Ok(Shown { people: known.values().map(shown).collect(), answer: (known, missing) })
    });
    let (known, missing) = known.await?;
    let names: HashMap<PersonId, String> =
        known.into_iter().map(|(id, known)| (id, Identity::of(&known, today).name)).collect();
    let missing = words::missing_among(&missing, |person| child(&names, person));
    Ok(Children { names, missing })
}

fn child(names: &HashMap<PersonId, String>, person: &PersonId) -> String {
    names.get(person).cloned().unwrap_or_else(|| "A child".to_owned())
}

async fn said(
    app: &App,
    told: &Told,
    names: &HashMap<PersonId, String>,
    today: NaiveDate,
) -> Result<Waiting, ReadError> {
    let (by, received_on) = (told.decide_by(), civil_day(told.recorded_at));
    // Of what is guarded nobody is told more than the day.
    let received = told.agency.map_or(Occurred::Day(received_on), |_| Occurred::Instant(told.recorded_at));
    let happened = told.occurred.day() != received_on;
    let agency = match told.agency {
        Some(agency) => app.agency_name(agency, app.on_record()).await?,
        None => Some(words::IN_CONFIDENCE.to_owned()),
    };
    let mut children: Vec<String> = told.subjects.iter().map(|person| child(names, person)).collect();
    children.sort_unstable();
    let concerns: Vec<String> = told.concerns.iter().map(|code| words::concern(code)).collect();
    Ok(Waiting {
        address: format!("/contacts/{}?for={}", told.contact, PURPOSE.code()),
        children: children.join(", "),
        concerns: words::first_upper(&concerns.join(", ")),
        significance: told.significance.as_deref().map(significance),
        agency: agency.unwrap_or_else(|| "an agency not registered here".to_owned()),
        received: words::occurred(received),
        happened: happened.then(|| words::occurred(told.occurred)),
        decide_by: words::day(by),
        is_late: told.outcome.is_none() && by < today,
        outcome: told
            .outcome
            .as_deref()
            .map(|code| Tag { text: words::outcome(code).to_owned(), colour: "" }),
    })
}

fn significance(code: &str) -> Tag {
    let colour = match code {
        "immediate-danger" => "red",
        "serious" => "orange",
        "concern" => "yellow",
        _ => "grey",
    };
    Tag { text: words::first_upper(&code.replace('-', " ")), colour }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    fn sample(is_late: bool) -> Waiting {
        Waiting {
            address: "/contacts/1".to_owned(),
            children: "Tilly Marsh".to_owned(),
            concerns: "Neglect".to_owned(),
            significance: Some(significance("serious")),
            agency: "A school".to_owned(),
            received: "1 March 2026, 2:05am".to_owned(),
            happened: is_late.then(|| "7 February 2026".to_owned()),
            decide_by: "2 March 2026".to_owned(),
            is_late,
            outcome: None,
        }
    }

    #[test]
    fn the_queue_is_whole_and_says_what_belongs_together_and_what_is_late() {
        let incidents = vec![Incident { contacts: vec![sample(true), sample(false)] }];
        let alert = AlertRow {
            address: "/alerts/1".to_owned(),
            title: "Small things that add up".to_owned(),
            children: Some("Tilly <Marsh>".to_owned()),
            says: "Within 12 weeks somebody asked.".to_owned(),
            rests_on: "Rests on 3 separate events".to_owned(),
            state: "To be decided",
            is_open: true,
            changed: "1 March 2026".to_owned(),
        };
        let (alerts, frame) = (vec![alert], Frame::plain("Queue"));
        let missing = || vec!["Tilly is missing from home since 1 March 2026".to_owned()];
        let shown = QueuePage {
            frame,
            live: "/queue/live?seen=x".to_owned(),
            missing: missing(),
            alerts,
            are_more_alerts: true,
            incidents,
            first: Some(2),
            waiting: 60,
            are_more: true,
            late: 1,
        };
        let html = shown.render().unwrap();
        assert!(html.find("Tilly is missing") < html.find("<h1"), "{html}");
        assert!(html.contains("More than 60 wait") && html.contains("happened 7 February 2026"), "{html}");
        assert!(html.contains("These 2 come first") && html.contains("Show the first 60"), "{html}");
        assert!(html.contains("Within 12 weeks somebody asked.") && !html.contains("<Marsh>"), "{html}");
        is_whole(&html);
        assert!(
            html.contains("2 contacts about one event") && html.contains("1 past the time to decide"),
            "{html}"
        );
        let (frame, contacts) = (Frame::plain("Told"), vec![sample(true)]);
        let told = ToldByUsPage { frame, missing: missing(), contacts, are_more: true }.render().unwrap();
        is_whole(&told);
        assert!(told.contains("The newest 1 are shown"), "{told}");
        assert!(told.contains("ring the front door"), "{told}");
    }
}
