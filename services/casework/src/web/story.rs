//! A child's story: who they are, how they stand, whom to ring, where they live, what is due, who is close to them, when
//! they were last seen, what adds up about them, and everything that happened, newest first and live; or the story as it
//! was known at another time, when alerts and addresses are left out: they are told as they stand.
//!
//! The whole page is one look, on record before it is shown.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use domain::access::{Action, Disclosure, Purpose};
use domain::ids::PersonId;
use domain::when::civil_day;
use projections::reads::AsOf;
use projections::{enquiries, people, status, timeline};
use serde::Deserialize;

use super::alerts::{self, AlertRow};
use super::components::{DateField, ErrorSummary, Problems, TextField};
use super::day;
use super::duties::Duties;
use super::entry::{EntrySaid, LeftSaid, Telling};
use super::frame::{Frame, page};
use super::homes::{self, Homes};
use super::problem::PageProblem;
use super::receipt::{Identity, Ring, ring};
use super::session::Session;
use super::start::Door;
use super::time_machine::{DAY, Moment, TIME};
use super::words;
use crate::addresses::ShownAddress;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::people::live::{Writing, hold_open};
use crate::api::reading::{OfPerson, read_person};
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::enquire::LegalBasis;
use crate::error::{Problem, ReadError};
use crate::server::Shared;

/// Entries on a page of the story.
const PAGE: usize = 30;

/// What the time machine asks.
const KNOWN_AT: (&str, &str) = ("At the end of the day", "Such as 1 3 2026.");

pub fn addresses() -> Vec<Address> {
    vec![at("/children/{id}").get(read), at("/children/{id}/live").get(live)]
}

/// What the address says beside whose story it is: nothing about them.
#[derive(Clone, Debug, Default, Deserialize)]
struct Asked {
    /// Why.
    r#for: Option<String>,
    /// As known at the end of this day, or at this time on it.
    known: Option<String>,
    known_day: Option<String>,
    known_month: Option<String>,
    known_year: Option<String>,
    time: Option<String>,
    /// Further back.
    page: Option<String>,
    after: Option<String>,
    /// The keeping of the record itself, too.
    all: Option<String>,
}

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage {
    frame: Frame,
    summary: ErrorSummary,
    id: PersonId,
    purpose: Purpose,
    child: Identity,
    /// What was said of when they were born, where it is not all one.
    births: Vec<String>,
    died: Option<String>,
    missing: Vec<String>,
    /// The moment a page of the past is true for.
    past: Option<String>,
    /// How much was said then of who they are that stands no more, and is not shown.
    not_said: usize,
    time_machine: Option<TimeMachine>,
    statuses: Vec<Stands>,
    duties: Duties,
    alerts: Vec<AlertRow>,
    ring: Vec<Ring>,
    due: Vec<DueSaid>,
    family: Option<Vec<Relative>>,
    /// Where the child lives today; none on a page of the past.
    homes: Option<Homes>,
    seen: LastSeen,
    is_incomplete: bool,
    entries: Option<Vec<EntrySaid>>,
    /// True when the entries are only those of the reader's own agency.
    is_told_its_own: bool,
    /// How many entries about the keeping of the record are left out.
    hides: usize,
    /// What stands here no more, where everything was asked for by somebody who may look back.
    left: Option<Vec<LeftSaid>>,
    next: Option<String>,
    live: Option<String>,
    may_see_looks: bool,
}

/// The time machine's form, with what was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
struct TimeMachine {
    known: DateField,
    time: TextField,
}

impl TimeMachine {
    fn of(known: Option<&str>, time: Option<&str>, problems: &Problems) -> Self {
        Self {
            known: day::fields(DAY, KNOWN_AT, known, problems.of(DAY)),
            time: TextField {
                name: TIME,
                label: "Or at this time on it",
                hint: "Such as 14:30.",
                width: "govuk-input--width-5",
                value: time.unwrap_or_default().to_owned(),
                error: problems.of(TIME),
                ..TextField::default()
            },
        }
    }
}

/// How a child stands at one authority.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Stands {
    authority: String,
    standing: &'static str,
    weight: &'static str,
    since: Option<String>,
    categories: Vec<String>,
    plans_before: i32,
    legal_basis: Option<String>,
    /// Who may not take the child away.
    kept: Option<String>,
    lead: Option<(String, Option<String>)>,
}

/// What must be done.
#[derive(Clone, PartialEq, Eq, Debug)]
struct DueSaid {
    step: &'static str,
    by: String,
    limit: String,
    source: String,
    is_late: bool,
}

/// When anybody last saw the child, as far as the reader is told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct LastSeen {
    /// By a worker on a visit, and alone.
    on_visit: Option<String>,
    alone: Option<String>,
    /// Where the child was when an enquiry said so.
    attended: Option<String>,
}

impl LastSeen {
    fn of(status: Option<&status::PersonStatus>, attended: Option<String>) -> Self {
        let cases = || status.into_iter().flat_map(|status| &status.cases);
        Self {
            on_visit: cases().filter_map(|case| case.last_seen_on).max().map(words::day),
            alone: cases().filter_map(|case| case.last_seen_alone_on).max().map(words::day),
            attended,
        }
    }
}

/// Somebody close.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Relative {
    name: String,
    relation: String,
    address: String,
}

#[derive(Template)]
#[template(path = "ask-why.html")]
struct WhyPage {
    frame: Frame,
    doors: Vec<Door>,
}

/// Everything the page is made of, read in one look.
struct Gathered {
    known: Option<people::Person>,
    /// How much of who they were then is not said, because it stands no more.
    not_said: usize,
    status: Option<status::PersonStatus>,
    timeline: Option<timeline::Timeline>,
    family: Option<Vec<timeline::Tie>>,
    relatives: std::collections::HashMap<PersonId, people::Person>,
    /// Today's; none on a page of the past.
    addresses: Option<Vec<ShownAddress>>,
    attended: Option<enquiries::EnquiryMade>,
    alerts: Vec<AlertRow>,
    left: Option<Vec<timeline::Left>>,
}

async fn read(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    session: Session,
    id: Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageProblem> {
    let id = PersonId::read(&id).map_err(|_| Problem::no_such_page())?;
    let Some(purpose) = asked.r#for.as_deref() else {
        return Ok(page(StatusCode::OK, &why(&app, &session, id)));
    };
    let purpose: Purpose = purpose.parse().map_err(|_| Problem::no_such_page())?;
    let now = app.clock.now();
    let mut problems = Problems::default();
    let parts = [&asked.known_day, &asked.known_month, &asked.known_year].map(Option::as_deref);
    let known = day::together(asked.known.as_deref(), parts);
    let moment = Moment::of(known.as_deref(), asked.time.as_deref());
    let known_at = moment.read(now, &mut problems);
    let may_look_back = app.scope(&session.visitor, Action::Replay, purpose).is_ok();
    let as_of = known_at.map(|known_at| AsOf { known_at: Some(known_at), ..AsOf::default() });
    let before = before(&shared, &session, id, asked.page.as_deref())?;
    let asking = session.asking(purpose);
    app.take_in("timeline").await;
    let may_read_alerts = app.scope(&session.visitor, Action::ReadAlerts, purpose).ok();
    let gathered = read_person(&app, &asking, Action::ReadTimeline, id, as_of, async |scope| {
        let mut found = gather(&app, scope, id, as_of, timeline::Page { before, limit: PAGE }).await?;
        if let (Some(scope), None) = (&may_read_alerts, as_of) {
            found.alerts = alerts::of_child(&app, scope, id, purpose).await?;
        }
        if may_look_back && asked.all.is_some() && as_of.is_none() && before.is_none() {
            found.left = Some(timeline::left(&app.views, scope, id).await?);
        }
        let disclosure = found.status.as_ref().map_or(Disclosure::None, |status| status.disclosure);
        Ok((disclosure > Disclosure::None).then_some(OfPerson { answer: found, disclosure }))
    })
    .await?;
    let reader = session.visitor.practitioner();
    let next = gathered.timeline.as_ref().and_then(|found| found.next).map(|place| {
        let position = event_store::Position::from_raw(place.position);
        shared.places.seal(PlaceIn::TimelinePages, id.0, reader, position, Some(place.occurred_at))
    });
    let live = gathered.timeline.as_ref().filter(|_| as_of.is_none() && before.is_none()).map(|found| {
        let after = shared.places.seal(PlaceIn::LiveTimeline, id.0, reader, found.position, None);
        format!("/children/{id}/live?for={}&after={after}", purpose.code())
    });
    let looks_back = may_look_back.then_some(id);
    let said = Said { app: &app, session: &session, id, purpose, now, past: known_at, looks_back };
    let mut shown = said.page(gathered, next, live).await?;
    shown.past = known_at.map(|at| moment.said(at));
    if asked.all.is_none() {
        shown.hides = shown.entries.as_mut().map_or(0, leave_out_keeping);
    }
    shown.summary = problems.summary();
    shown.frame = shown.frame.wrong(!problems.is_empty());
    shown.time_machine =
        may_look_back.then(|| TimeMachine::of(known.as_deref(), asked.time.as_deref(), &problems));
    Ok(page(problems.status(), &shown))
}

/// What is said about the record and not about the child is left out of the story unless it is asked for.
fn leave_out_keeping(entries: &mut Vec<EntrySaid>) -> usize {
    let all = entries.len();
    entries.retain(|entry| !entry.is_keeping);
    all - entries.len()
}

/// Each date of birth that was said, with what it rests on; nothing when there is one, or all are the same.
fn births_said(births: &[people::Birth], telling: &Telling) -> Vec<String> {
    let is_one = births.windows(2).all(|two| matches!(two, [one, other] if one.written == other.written));
    let said = |birth: &people::Birth| {
        let born = words::born(birth.date());
        let whose = birth.agency.map(|agency| format!(", {}", telling.agency(agency))).unwrap_or_default();
        let accepted = if birth.is_accepted { ": accepted" } else { "" };
        format!("{born}, {}{whose}{accepted}", words::basis(birth.basis))
    };
    if is_one { Vec::new() } else { births.iter().map(said).collect() }
}

/// Purpose comes before looking: an address without one asks for it.
fn why(app: &App, session: &Session, id: PersonId) -> WhyPage {
    let mut doors = Door::to_look(app, session);
    for door in &mut doors {
        door.address = format!("/children/{id}?for={}", door.address);
    }
    WhyPage { frame: Frame::of(session, "Why do you look?"), doors }
}

fn before(
    shared: &Shared,
    session: &Session,
    id: PersonId,
    text: Option<&str>,
) -> Result<Option<timeline::Place>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let opened = shared.places.open(PlaceIn::TimelinePages, id.0, session.visitor.practitioner(), text);
    let (position, at) = opened.map_err(|_| Problem::no_such_page())?;
    Ok(at.map(|occurred_at| timeline::Place { occurred_at, position: position.raw() }))
}

async fn gather(
    app: &App,
    scope: &projections::scope::Scope,
    id: PersonId,
    as_of: Option<AsOf>,
    page: timeline::Page,
) -> Result<Gathered, ReadError> {
    let views = &app.views;
    let status = status::of(views, scope, id, as_of).await?;
    let timeline = match as_of {
        None => timeline::of(views, scope, id, page).await?,
        Some(as_of) => timeline::of_as_of(views, scope, id, as_of).await?,
    };
    let made = enquiries::of(views, scope, id, as_of).await?.unwrap_or_default();
    let attended = made.into_iter().find(|made| made.purpose == Purpose::Attendance.code());
    let family = match as_of {
        None => timeline::family(views, scope, id).await?.map(|(_, ties)| ties),
        // Ties are told as they are known now, and so not at all in the past.
        Some(_) => None,
    };
    let addresses = match as_of {
        None => {
            let today = civil_day(app.clock.now());
            let told = app.addresses(scope, id).await?.map_or_else(Vec::new, |(_, told)| told);
            Some(told.into_iter().filter(|told| homes::is_home_on(told, today)).collect::<Vec<_>>())
        }
        // Which of them was known then, and kept how closely, is not told: a page of the past shows none.
        Some(_) => None,
    };
    let mut named: Vec<PersonId> = family.iter().flatten().map(|tie| tie.other(id)).collect();
    named.extend(addresses.iter().flatten().flat_map(|told| told.withheld_from.iter().copied()));
    named.push(id);
    let mut relatives = people::known(views, scope, &named).await?;
    let mut known = relatives.remove(&id);
    let mut not_said = 0;
    if let Some(as_of) = as_of {
        let then = people::as_known_at(views, scope, id, as_of).await?;
        (known, not_said) = then.map_or((None, 0), |then| (Some(then.person), then.left_out));
    }
    let (alerts, left) = (Vec::new(), None);
    Ok(Gathered { known, not_said, status, timeline, family, relatives, addresses, attended, alerts, left })
}

/// What the page's words are made with.
struct Said<'a> {
    app: &'a App,
    session: &'a Session,
    id: PersonId,
    purpose: Purpose,
    now: DateTime<Utc>,
    /// The moment looked back to.
    past: Option<DateTime<Utc>>,
    /// Whose pages the reader may look back to.
    looks_back: Option<PersonId>,
}

impl Said<'_> {
    async fn page(
        &self,
        gathered: Gathered,
        next: Option<String>,
        live: Option<String>,
    ) -> Result<StoryPage, PageProblem> {
        // The day the page is of.
        let day = civil_day(self.past.unwrap_or(self.now));
        let born = gathered.known.as_ref().and_then(people::Person::born);
        let mut telling = Telling::new(born, self.purpose, self.looks_back);
        let items = gathered.timeline.as_ref().map(|found| found.items.as_slice());
        telling.learn(self.app, items.unwrap_or_default().iter().filter_map(|item| item.agency)).await?;
        telling.learn(self.app, gathered.attended.iter().map(|made| made.asked_by)).await?;
        let births = gathered.known.as_ref().map_or(&[][..], |known| known.births.as_slice());
        telling.learn(self.app, births.iter().filter_map(|birth| birth.agency)).await?;
        let addresses = gathered.addresses.as_deref();
        let entered = addresses.unwrap_or_default().iter().filter_map(|told| told.agency);
        telling.learn(self.app, entered).await?;
        let entries = items.map(|items| items.iter().map(|item| telling.say(item)).collect());
        let attended = gathered
            .attended
            .as_ref()
            .map(|made| format!("{}, {}", words::moment(made.made_at), telling.agency(made.asked_by)));
        let child = gathered.known.as_ref().map_or_else(Identity::hidden, |known| Identity::of(known, day));
        let status = gathered.status.as_ref();
        let head = self.app.on_record();
        let doors = self.app.responsible(status.map_or(&[], |status| &status.ring), head).await?;
        let mut statuses = Vec::new();
        for case in status.into_iter().flat_map(|status| &status.cases) {
            let door = doors.iter().find(|door| door.authority == case.authority);
            let lead = match case.lead {
                Some(lead) => self.app.worker(lead, head).await?,
                None => None,
            };
            let basis = LegalBasis::of(case, day);
            statuses.push(Stands {
                authority: door
                    .and_then(|door| door.name.clone())
                    .unwrap_or_else(|| format!("Authority {}", case.authority)),
                standing: words::standing(case.standing),
                weight: words::weight(case.standing),
                since: case.since().map(words::day),
                categories: case.cp_categories.iter().map(|category| words::category(category)).collect(),
                plans_before: case.cp_plans_before,
                legal_basis: basis.map(|basis| basis.said()),
                kept: words::kept(basis),
                lead: lead.map(|lead| (lead.name, lead.telephone)),
            });
        }
        Ok(StoryPage {
            // The title stands in the browser's history: it names nobody.
            frame: Frame::of(self.session, "A child’s story"),
            summary: ErrorSummary::default(),
            id: self.id,
            purpose: self.purpose,
            child,
            births: births_said(births, &telling),
            died: gathered.known.as_ref().and_then(|known| known.died_on).map(words::day),
            missing: status.into_iter().flat_map(|status| &status.missing).map(words::missing).collect(),
            past: None,
            not_said: gathered.not_said,
            time_machine: None,
            statuses,
            duties: status.map_or_else(Duties::default, |status| {
                Duties::of(status.disclosure, &status.on_duty, &doors)
            }),
            alerts: gathered.alerts,
            ring: doors.iter().map(|door| ring(door, self.now)).collect(),
            due: status
                .into_iter()
                .flat_map(|status| &status.cases)
                .flat_map(|case| due(case, day))
                .collect(),
            family: gathered.family.as_ref().map(|ties| self.family(ties, &gathered.relatives)),
            homes: addresses.map(|told| {
                let name = |person: &PersonId| {
                    gathered.relatives.get(person).map(|known| Identity::of(known, day).name)
                };
                Homes::of(told, name, |agency| telling.agency(agency).to_owned())
            }),
            seen: LastSeen::of(status, attended),
            is_incomplete: status.is_some_and(|status| status.is_incomplete),
            entries,
            is_told_its_own: gathered
                .timeline
                .as_ref()
                .is_some_and(|found| found.disclosure < Disclosure::Progress),
            hides: 0,
            left: gathered.left.map(|left| left.iter().map(|left| telling.say_left(left)).collect()),
            next,
            live,
            may_see_looks: self.app.scope(&self.session.visitor, Action::ReadAccess, self.purpose).is_ok(),
        })
    }

    fn family(
        &self,
        ties: &[timeline::Tie],
        relatives: &std::collections::HashMap<PersonId, people::Person>,
    ) -> Vec<Relative> {
        let today = civil_day(self.now);
        let relative = |tie: &timeline::Tie| {
            let other = tie.other(self.id);
            let known = relatives.get(&other)?;
            let begins_with = if tie.from == other { words::End::Them } else { words::End::TheChild };
            let lasts = if tie.is_ended { words::Lasts::Ended } else { words::Lasts::Still };
            Some(Relative {
                name: Identity::of(known, today).name,
                relation: words::relation(tie.kind, begins_with, lasts),
                address: format!("/children/{other}?for={}", self.purpose.code()),
            })
        };
        ties.iter().filter_map(relative).collect()
    }
}

fn due(case: &status::CaseSummary, on: NaiveDate) -> Vec<DueSaid> {
    let said = |due: &domain::case::due::Due| DueSaid {
        step: words::step(due.step),
        by: words::day(due.by),
        limit: due.limit.clone(),
        source: due.source.clone(),
        is_late: due.by < on,
    };
    case.due.iter().map(said).collect()
}

/// Entries of an open page, in the page's own markup.
struct AsHtml {
    app: web::Data<App>,
    purpose: Purpose,
    born: Option<domain::person::uncertain_date::UncertainDate>,
    looks_back: Option<PersonId>,
}

impl Writing for AsHtml {
    async fn entry(&self, item: timeline::Item) -> Result<String, ReadError> {
        let mut telling = Telling::new(self.born, self.purpose, self.looks_back);
        telling.learn(&self.app, item.agency.into_iter()).await?;
        let html = telling.say(&item).render().map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
        // A message ends at a line break.
        Ok(html.replace(['\n', '\r'], " "))
    }
}

async fn live(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    session: Session,
    id: Path<String>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let id = PersonId::read(&id).map_err(|_| Problem::no_such_page())?;
    let purpose: Purpose =
        asked.r#for.as_deref().unwrap_or_default().parse().map_err(|_| Problem::no_such_page())?;
    let asking = session.asking(purpose);
    let known = read_person(&app, &asking, Action::ReadPerson, id, None, async |scope| {
        let known = people::known(&app.views, scope, &[id]).await?.remove(&id);
        Ok(known.map(|known| OfPerson { disclosure: known.disclosure, answer: known.born() }))
    });
    let looks_back = app.scope(&session.visitor, Action::Replay, purpose).is_ok().then_some(id);
    let writing = AsHtml { app: app.clone(), purpose, born: known.await?, looks_back };
    Ok(hold_open(app, shared, asking, id, asked.after.as_deref(), &request, writing).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    fn sample() -> StoryPage {
        let entry = EntrySaid {
            id: "entry-1".to_owned(),
            title: "Contact: neglect".to_owned(),
            recorded: "2 March 2026".to_owned(),
            age: Some("7 years".to_owned()),
            account: Some("/contacts/1".to_owned()),
            corrected: Some("3 March 2026".to_owned()),
            lines: vec!["Judged: serious".to_owned()],
            is_said: true,
            ..EntrySaid::default()
        };
        let machine = TimeMachine::of(None, Some("14:30"), &Problems::default());
        StoryPage {
            frame: Frame::plain("Story"),
            summary: ErrorSummary::default(),
            id: PersonId(uuid::Uuid::nil()),
            purpose: Purpose::AllocatedWork,
            child: Identity::hidden(),
            births: vec![
                "2 March 2019, told: accepted".to_owned(),
                "3 March 2019, from a document".to_owned(),
            ],
            died: Some("1 March 2026".to_owned()),
            missing: vec!["Missing from home since 1 March 2026".to_owned()],
            past: Some("the end of 1 March 2026".to_owned()),
            not_said: 2,
            time_machine: Some(TimeMachine {
                known: day::fields(DAY, KNOWN_AT, Some("2026-03-01"), Some("Give a day".to_owned())),
                time: TextField { error: Some("Give a time".to_owned()), ..machine.time },
            }),
            statuses: vec![Stands {
                authority: "Invented Council".to_owned(),
                standing: "Looked after",
                weight: "gt-status--grave",
                since: Some("1 March 2026".to_owned()),
                categories: vec!["Neglect".to_owned()],
                plans_before: 2,
                legal_basis: Some("Children Act 1989 section 31, care order".to_owned()),
                kept: Some("Nobody may take this child away.".to_owned()),
                lead: Some(("Amina Duarte".to_owned(), Some("01632 960003".to_owned()))),
            }],
            duties: Duties::of(Disclosure::Status, &[], &[]),
            alerts: vec![AlertRow {
                address: "/alerts/1".to_owned(),
                title: "Small things that add up".to_owned(),
                children: None,
                says: "Within 12 weeks.".to_owned(),
                rests_on: "Rests on 3 separate events".to_owned(),
                state: "To be decided",
                is_open: true,
                changed: "1 March 2026".to_owned(),
            }],
            ring: vec![Ring { name: "A".to_owned(), number_now: None, which: "", other: None }],
            due: vec![DueSaid {
                step: "Hold the review conference",
                by: "1 March 2026".to_owned(),
                limit: "3 months".to_owned(),
                source: "Working Together".to_owned(),
                is_late: true,
            }],
            family: Some(vec![Relative {
                name: "Dana Marsh".to_owned(),
                relation: "mother".to_owned(),
                address: "/children/2".to_owned(),
            }]),
            homes: Some(Homes::sample()),
            seen: LastSeen { on_visit: Some("1 March 2026".to_owned()), ..LastSeen::default() },
            is_incomplete: true,
            entries: Some(vec![entry]),
            is_told_its_own: true,
            hides: 4,
            left: Some(vec![LeftSaid {
                title: "A number was given".to_owned(),
                happened: "4 March 2026".to_owned(),
                what: "Taken back",
                when: "5 March 2026".to_owned(),
                before: Some("/children/1?known=2026-03-05".to_owned()),
            }]),
            next: Some("place".to_owned()),
            live: Some("/children/1/live?for=audit&after=x".to_owned()),
            may_see_looks: true,
        }
    }

    #[test]
    fn a_story_is_whole_told_in_full_and_told_hardly_at_all() {
        let html = sample().render().unwrap();
        is_whole(&html);
        assert!(html.contains("Set right 3 March 2026") && html.contains("Recorded 2 March 2026"), "{html}");
        assert!(html.find("Missing from home") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("Nobody may take this child away.") && html.contains("Last seen"), "{html}");
        let hardly = StoryPage { entries: None, family: None, homes: None, statuses: Vec::new(), ..sample() }
            .render()
            .unwrap();
        is_whole(&hardly);
        assert!(html.contains("1 Example Row") && !hardly.contains("Lives or stays at"), "{hardly}");
        assert!(hardly.contains("not what happened"), "{hardly}");
    }
}
