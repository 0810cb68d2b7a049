//! Reviews of how the record was used: what was counted of whose searches, where it can be read, and what came of it.
//! For auditors, and for whoever answers for an agency's safeguarding. A review accuses nobody, and the page says so.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, Purpose, Role};
use domain::ids::{AgencyId, PractitionerId, ReviewId};
use domain::review::{Conclude, Counted, Review, ReviewOutcome};
use domain::text::Narrative;
use projections::reviews;

use super::components::{Answer, Choice, ErrorSummary, Hidden, Problems, Tag, TextArea};
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::problem::{PageProblem, refusal};
use super::session::Session;
use super::words;
use crate::access_log::Shown;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::execute::Command;

/// The newest are shown.
const SHOWN_MAX: u32 = 100;
/// Searches shown of one review.
const SEARCHES_MAX: usize = 200;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/reviews").get(list),
        at("/reviews/{id}").get(read),
        at("/reviews/{id}/conclusion").post(conclude),
    ]
}

#[derive(Template)]
#[template(path = "reviews.html")]
struct ReviewsPage {
    frame: Frame,
    reviews: Vec<RowSaid>,
}

struct RowSaid {
    address: String,
    who: String,
    agency: String,
    counted: String,
    raised: String,
    outcome: Option<Tag>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    frame: Frame,
    summary: ErrorSummary,
    id: ReviewId,
    who: String,
    agency: String,
    counted: String,
    threshold: u32,
    from: String,
    until: String,
    /// For those who may read who has looked.
    searches: Option<Vec<SearchSaid>>,
    are_more: bool,
    concluded: Option<(String, Option<String>)>,
    concluding: Option<Concluding>,
}

/// A search, in words: never what was looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
struct SearchSaid {
    when: String,
    why: String,
    shown: usize,
}

struct Concluding {
    outcome: Choice,
    note: TextArea,
    hidden: Hidden,
}

/// Why this role looks at reviews.
fn purpose(session: &Session) -> Purpose {
    match session.role() {
        Some(Role::Auditor) => Purpose::Audit,
        _ => Purpose::RecordKeeping,
    }
}

async fn list(app: web::Data<App>, session: Session) -> Result<HttpResponse, PageProblem> {
    app.take_in("reviews").await;
    let looking = session.asking(purpose(&session)).looking(Action::ReadReviews);
    let newest = app.look(&session.visitor, looking, async |scope| {
        let newest = reviews::newest(&app.views, scope, SHOWN_MAX).await.map_err(ReadError::from)?;
        Ok(Shown { answer: newest, people: Vec::new() })
    });
    let mut rows = Vec::new();
    for review in newest.await? {
        let (who, agency) = names(&app, review.about, review.agency).await?;
        let count = u32::try_from(review.count).unwrap_or_default();
        rows.push(RowSaid {
            address: format!("/reviews/{}", review.review),
            who,
            agency,
            counted: review.counted.parse().map_or_else(|_| review.counted.clone(), |it| counted(it, count)),
            raised: words::moment(review.raised_at),
            outcome: review.outcome.map(|code| Tag { text: outcome(&code), colour: "" }),
        });
    }
    let frame = Frame::of(&session, "How the record is used").at("/reviews");
    Ok(page(StatusCode::OK, &ReviewsPage { frame, reviews: rows }))
}

async fn names(app: &App, who: PractitionerId, agency: AgencyId) -> Result<(String, String), ReadError> {
    let head = app.on_record();
    let worker = app.worker(who, head).await?;
    let agency = app.agency_name(agency, head).await?;
    Ok((
        worker.map_or_else(|| "Somebody not registered here".to_owned(), |worker| worker.name),
        agency.unwrap_or_else(|| "an agency not registered here".to_owned()),
    ))
}

fn counted(what: Counted, count: u32) -> String {
    match what {
        Counted::Unfollowed => {
            format!("{count} searches and enquiries after which nothing else was put on record")
        }
        Counted::Names => format!("{count} different family names searched for, with nothing put on record"),
        Counted::Addresses => format!("{count} different addresses searched for, with nothing put on record"),
    }
}

fn outcome(code: &str) -> String {
    let said = match code.parse() {
        Ok(ReviewOutcome::Explained) => "Explained: it was work",
        Ok(ReviewOutcome::Advised) => "Advised how it is to be done",
        Ok(ReviewOutcome::Reported) => "Passed on to whoever deals with misuse",
        Err(_) => code,
    };
    said.to_owned()
}

async fn read(app: web::Data<App>, session: Session, id: Path<String>) -> Result<HttpResponse, PageProblem> {
    let id = ReviewId::read(&id).map_err(|_| Problem::no_such_page())?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    Ok(page(StatusCode::OK, &whole(&app, &session, id, &typed, &Problems::default()).await?))
}

async fn whole(
    app: &App,
    session: &Session,
    id: ReviewId,
    typed: &Typed,
    problems: &Problems,
) -> Result<ReviewPage, PageProblem> {
    let purpose = purpose(session);
    let looking = session.asking(purpose).looking(Action::ReadReviews);
    let found = app.look(&session.visitor, looking, async |scope| {
        let state: Review = match app.state_of("review", id.0).await {
            Err(ReadError::Absent) => Review::default(),
            found => found?.0,
        };
        let reader = scope.reader();
        let may = state.raised().is_some_and(|raised| {
            raised.about != reader.practitioner
                && (reader.has(Role::Auditor) || raised.agency == reader.agency)
        });
        Ok(Shown { answer: may.then_some(state), people: Vec::new() })
    });
    let state = found.await?.ok_or_else(Problem::no_such_page)?;
    let raised = state.raised().ok_or_else(Problem::no_such_page)?;
    let (who, agency) = names(app, raised.about, raised.agency).await?;
    let (mut searches, mut are_more) = (None, false);
    if app.scope(&session.visitor, Action::ReadAccess, purpose).is_ok() {
        let looking = session.asking(purpose).looking(Action::ReadAccess);
        let between = (raised.from, raised.until);
        let found = app.searches_of(&session.visitor, looking, raised.about, between, SEARCHES_MAX).await?;
        are_more = found.are_more;
        let said = |look: projections::looks::Look| SearchSaid {
            when: words::moment(look.at),
            why: look.purpose.parse().map_or(look.purpose, |why| words::purpose(why).to_owned()),
            shown: look.shown,
        };
        searches = Some(found.looks.into_iter().map(said).collect());
    }
    let concluded = state.concluded().map(|concluded| {
        let note = concluded.note.as_ref().and_then(|note| note.known());
        (outcome(concluded.outcome.code()), note.map(|note| note.as_str().to_owned()))
    });
    Ok(ReviewPage {
        frame: Frame::of(session, "A review").at("/reviews").wrong(!problems.is_empty()),
        summary: problems.summary(),
        id,
        who,
        agency,
        counted: counted(raised.counted, raised.count),
        threshold: raised.threshold,
        from: words::moment(raised.from),
        until: words::moment(raised.until),
        searches,
        are_more,
        concluding: concluded.is_none().then(|| concluding(session, typed, problems)),
        concluded,
    })
}

fn concluding(session: &Session, typed: &Typed, problems: &Problems) -> Concluding {
    let chosen = typed.get("outcome");
    let option = |one: &ReviewOutcome| Answer {
        value: one.code().to_owned(),
        label: outcome(one.code()),
        is_chosen: one.code() == chosen,
        ..Answer::default()
    };
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    Concluding {
        outcome: Choice {
            name: "outcome",
            legend: "What came of it?",
            hint: "Ask them first.",
            options: ReviewOutcome::ALL.iter().map(option).collect(),
            error: problems.of("outcome"),
        },
        note: TextArea {
            name: "note",
            label: "What did they say?",
            hint: "It is sealed under a key of its own.",
            value: typed.string("note"),
            error: problems.of("note"),
            rows: 4,
        },
        hidden,
    }
}

async fn conclude(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
) -> Result<HttpResponse, PageProblem> {
    let id = ReviewId::read(&id).map_err(|_| Problem::no_such_page())?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let outcome: Option<ReviewOutcome> = typed.required("outcome", "Choose what came of it", &mut problems);
    let note: Option<Narrative> = typed.optional("note", &mut problems);
    if let (Some(outcome), true) = (outcome, problems.is_empty()) {
        let asking = session.asking_once(purpose(&session), &typed);
        let order = asking.order(Command::Review { id, command: Conclude { outcome, note }.into() });
        match app.execute(&session.visitor, order).await {
            Ok(_) => return Ok(see(&format!("/reviews/{id}"))),
            Err(error) => problems.refuse("outcome", refusal(error)?),
        }
    }
    let shown = whole(&app, &session, id, &typed, &problems).await?;
    Ok(page(problems.status(), &shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn the_reviews_are_whole() {
        let row = RowSaid {
            address: "/reviews/1".to_owned(),
            who: "Priya <Nolan>".to_owned(),
            agency: "A school".to_owned(),
            counted: counted(Counted::Names, 25),
            raised: "1 March 2026".to_owned(),
            outcome: Some(Tag { text: outcome("explained"), colour: "" }),
        };
        let html = ReviewsPage { frame: Frame::plain("Reviews"), reviews: vec![row] }.render().unwrap();
        is_whole(&html);
        assert!(html.contains("25 different family names") && !html.contains("<Nolan>"), "{html}");
        is_whole(&ReviewsPage { frame: Frame::plain("Reviews"), reviews: Vec::new() }.render().unwrap());
    }

    #[test]
    fn a_review_is_whole_open_and_concluded() {
        let sample = |concluded, concluding| ReviewPage {
            frame: Frame::plain("A review"),
            summary: ErrorSummary::default(),
            id: ReviewId(uuid::Uuid::nil()),
            who: "Priya Nolan".to_owned(),
            agency: "A school".to_owned(),
            counted: counted(Counted::Unfollowed, 40),
            threshold: 40,
            from: "1 March 2026".to_owned(),
            until: "2 March 2026".to_owned(),
            searches: Some(vec![SearchSaid { when: "Now".to_owned(), why: "A check".to_owned(), shown: 3 }]),
            are_more: true,
            concluded,
            concluding,
        };
        let form = Concluding {
            outcome: Choice { name: "outcome", legend: "What?", ..Choice::default() },
            note: TextArea { name: "note", label: "What?", ..TextArea::default() },
            hidden: Hidden::default(),
        };
        is_whole(&sample(None, Some(form)).render().unwrap());
        let concluded = Some(("Explained".to_owned(), Some("A register.".to_owned())));
        let html = sample(concluded, None).render().unwrap();
        is_whole(&html);
        assert!(html.contains("A register.") && !html.contains("<form"), "{html}");
    }
}
