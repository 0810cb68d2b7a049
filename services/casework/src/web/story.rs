//! A child's story: who they are, how they stand, whom to ring, where they live, what is due, who is close to them, when
//! they were last seen, what adds up about them, and everything that happened, newest first and live; or the story as it
//! was known at another time, when alerts and addresses are left out: they are told as they stand.
//!
//! The whole page is one look, on record before it is shown. What stands above and beside what happened is [`head`]; what
//! an open page hears is [`live`].

mod head;
mod live;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Disclosure, Purpose};
use domain::ids::PersonId;
use projections::reads::AsOf;
use projections::timeline;
use serde::Deserialize;

use self::head::{Found, Head, Subject};
use super::components::{DateField, ErrorSummary, Problems, TextField};
use super::day;
use super::entry::{EntrySaid, LeftSaid, Telling};
use super::frame::{Frame, page};
use super::mark::Mark;
use super::problem::PageProblem;
use super::session::Session;
use super::start::Door;
use super::time_machine::{DAY, Moment, TIME};
use super::words;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::api::reading::{OfPerson, read_person};
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::error::Problem;
use crate::server::Shared;

/// Entries on a page of the story.
const PAGE: usize = 30;

/// What the time machine asks.
const KNOWN_AT: (&str, &str) = ("At the end of the day", "Such as 1 3 2026.");

pub fn addresses() -> Vec<Address> {
    vec![at("/children/{id}").get(read), at("/children/{id}/live").get(live::live)]
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
    head: Head,
    /// The moment a page of the past is true for.
    past: Option<String>,
    time_machine: Option<TimeMachine>,
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

#[derive(Template)]
#[template(path = "ask-why.html")]
struct WhyPage {
    frame: Frame,
    doors: Vec<Door>,
}

/// Everything the page is made of, read in one look.
struct Gathered {
    found: Found,
    timeline: Option<timeline::Timeline>,
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
    let mut problems = Problems::default();
    let parts = [&asked.known_day, &asked.known_month, &asked.known_year].map(Option::as_deref);
    let known = day::together(asked.known.as_deref(), parts);
    let moment = Moment::of(known.as_deref(), asked.time.as_deref());
    let known_at = moment.read(app.clock.now(), &mut problems);
    let may_look_back = app.scope(&session.visitor, Action::Replay, purpose).is_ok();
    let as_of = known_at.map(|known_at| AsOf { known_at: Some(known_at), ..AsOf::default() });
    let before = before(&shared, &session, id, asked.page.as_deref())?;
    let asking = session.asking(purpose);
    let subject = Subject { app: &app, visitor: &session.visitor, id, purpose, as_of };
    subject.take_in().await;
    let Gathered { found, timeline, left } =
        read_person(&app, &asking, Action::ReadTimeline, id, as_of, async |scope| {
            let found = subject.read(scope).await?;
            let timeline = match as_of {
                None => timeline::of(&app.views, scope, id, timeline::Page { before, limit: PAGE }).await?,
                Some(as_of) => timeline::of_as_of(&app.views, scope, id, as_of).await?,
            };
            let is_asked = asked.all.is_some() && as_of.is_none() && before.is_none();
            let left = if may_look_back && is_asked {
                Some(timeline::left(&app.views, scope, id).await?)
            } else {
                None
            };
            let disclosure = found.disclosure();
            let answer = Gathered { found, timeline, left };
            Ok((disclosure > Disclosure::None).then_some(OfPerson { answer, disclosure }))
        })
        .await?;
    let mut telling = Telling::new(found.born(), purpose, may_look_back.then_some(id));
    let items = timeline.as_ref().map(|found| found.items.as_slice());
    telling.learn(&app, items.unwrap_or_default().iter().filter_map(|item| item.agency)).await?;
    let mut entries: Option<Vec<EntrySaid>> =
        items.map(|items| items.iter().map(|item| telling.say(item)).collect());
    let hides = match asked.all {
        None => entries.as_mut().map_or(0, leave_out_keeping),
        Some(_) => 0,
    };
    let head = subject.head(found).await?;
    let reader = session.visitor.practitioner();
    let next = timeline.as_ref().and_then(|found| found.next).map(|place| {
        let position = event_store::Position::from_raw(place.position);
        shared.places.seal(PlaceIn::TimelinePages, id.0, reader, position, Some(place.occurred_at))
    });
    let live = (as_of.is_none() && before.is_none()).then(|| {
        let after = timeline.as_ref().map_or_else(String::new, |found| {
            let place = shared.places.seal(PlaceIn::LiveTimeline, id.0, reader, found.position, None);
            format!("&after={place}")
        });
        format!("/children/{id}/live?for={}{after}&seen={}", purpose.code(), Mark::of(&app, &head))
    });
    let shown = StoryPage {
        // The title stands in the browser's history: it names nobody.
        frame: Frame::of(&session, "A child’s story").wrong(!problems.is_empty()),
        summary: problems.summary(),
        id,
        purpose,
        head,
        past: known_at.map(|at| moment.said(at)),
        time_machine: may_look_back
            .then(|| TimeMachine::of(known.as_deref(), asked.time.as_deref(), &problems)),
        entries,
        is_told_its_own: timeline.as_ref().is_some_and(|found| found.disclosure < Disclosure::Progress),
        hides,
        left: left.map(|left| left.iter().map(|left| telling.say_left(left)).collect()),
        next,
        live,
        may_see_looks: app.scope(&session.visitor, Action::ReadAccess, purpose).is_ok(),
    };
    Ok(page(problems.status(), &shown))
}

/// What is said about the record and not about the child is left out of the story unless it is asked for.
fn leave_out_keeping(entries: &mut Vec<EntrySaid>) -> usize {
    let all = entries.len();
    entries.retain(|entry| !entry.is_keeping);
    all - entries.len()
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

#[cfg(test)]
mod tests {
    use super::head::{DueSaid, Family, LastSeen, Relative, Stands};
    use super::*;

    use crate::web::alerts::AlertRow;
    use crate::web::duties::Duties;
    use crate::web::homes::Homes;
    use crate::web::markup::is_whole;
    use crate::web::receipt::{Identity, Ring};

    fn head() -> Head {
        Head {
            homes: Some(Homes::sample()),
            not_said: 2,
            child: Identity::hidden(),
            births: vec![
                "2 March 2019, told: accepted".to_owned(),
                "3 March 2019, from a document".to_owned(),
            ],
            died: Some("1 March 2026".to_owned()),
            missing: vec!["Missing from home since 1 March 2026".to_owned()],
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
            family: Some(Family {
                relatives: vec![Relative {
                    name: "Dana Marsh".to_owned(),
                    relation: "mother".to_owned(),
                    address: "/children/2".to_owned(),
                }],
                is_whole: false,
            }),
            seen: LastSeen { on_visit: Some("1 March 2026".to_owned()), ..LastSeen::default() },
            is_incomplete: true,
        }
    }

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
            head: head(),
            past: Some("the end of 1 March 2026".to_owned()),
            time_machine: Some(TimeMachine {
                known: day::fields(DAY, KNOWN_AT, Some("2026-03-01"), Some("Give a day".to_owned())),
                time: TextField { error: Some("Give a time".to_owned()), ..machine.time },
            }),
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
    fn a_story_says_who_saw_the_child_last_and_whether_alone_or_that_nothing_says_so() {
        let said = |seen: LastSeen| {
            let page = StoryPage { head: Head { seen, ..head() }, ..sample() }.render().unwrap();
            let (_, after) = page.split_once("<h2>Last seen</h2>").unwrap();
            after.split_once("<h2>").unwrap().0.to_owned()
        };
        let visit = || Some("1 March 2026".to_owned());
        let never_alone = said(LastSeen { on_visit: visit(), ..LastSeen::default() });
        assert!(never_alone.contains("On a visit: 1 March 2026; never alone"), "{never_alone}");
        let alone = Some("7 February 2026".to_owned());
        let alone = said(LastSeen { on_visit: visit(), alone, ..LastSeen::default() });
        assert!(alone.contains("On a visit: 1 March 2026; alone: 7 February 2026"), "{alone}");
        let attended = Some("2 March 2026, 2:05am, A hospital".to_owned());
        let attended = said(LastSeen { attended, ..LastSeen::default() });
        let where_said = "2 March 2026, 2:05am, A hospital, where an enquiry said the child was.";
        assert!(attended.contains(where_said) && !attended.contains("On a visit"), "{attended}");
        let nowhere = said(LastSeen::default());
        assert!(nowhere.contains("No visit or enquiry you are told of says when."), "{nowhere}");
    }

    #[test]
    fn a_story_is_whole_told_in_full_and_told_hardly_at_all() {
        let html = sample().render().unwrap();
        is_whole(&html);
        assert!(html.contains("Set right 3 March 2026") && html.contains("Recorded 2 March 2026"), "{html}");
        assert!(html.find("Missing from home") < html.find("<h1"), "before anything else: {html}");
        assert!(html.contains("Nobody may take this child away.") && html.contains("Last seen"), "{html}");
        let head = Head { family: None, homes: None, statuses: Vec::new(), ..head() };
        let hardly = StoryPage { head, entries: None, ..sample() }.render().unwrap();
        is_whole(&hardly);
        assert!(hardly.contains("not what happened"), "{hardly}");
        assert!(html.contains("1 Example Row") && !hardly.contains("Lives or stays at"), "{hardly}");
    }
}
