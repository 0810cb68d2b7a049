//! Answers that would now differ: what those who asked are told of for four weeks, and what they do about it. A notice
//! says that something differs and never what; asking again tells it.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, LawfulBasis, Purpose, Role};
use domain::enquiry::{AnswerNotice, NoticeOutcome};
use domain::ids::EnquiryId;
use domain::text::Narrative;
use projections::notices::{self, Notice};

use super::components::{Answer, Choice, ErrorSummary, Hidden, Problems, Tag, TextArea};
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::problem::{PageProblem, refusal};
use super::receipt;
use super::session::Session;
use super::words;
use crate::access_log::Shown;
use crate::api::address::{Address, at};
use crate::api::input::Written as _;
use crate::app::App;
use crate::enquire::{Question, Search};
use crate::error::{Problem, ReadError};
use crate::execute::Command;

/// Open ones come first; the others are the newest.
const SHOWN_MAX: usize = 100;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/notices").get(list),
        at("/notices/{enquiry}").get(read),
        at("/notices/{enquiry}/again").post(ask_again),
        at("/notices/{enquiry}/answer").post(answer),
    ]
}

#[derive(Template)]
#[template(path = "notices.html")]
struct NoticesPage {
    frame: Frame,
    notices: Vec<NoticeSaid>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage {
    frame: Frame,
    summary: ErrorSummary,
    notice: NoticeSaid,
    again: AskingAgain,
    /// For those who answer for safeguarding, while nobody has.
    answering: Option<Answering>,
}

struct NoticeSaid {
    address: String,
    reference: String,
    why: String,
    who: String,
    asked: String,
    told: String,
    state: Tag,
}

struct AskingAgain {
    reason: TextArea,
    hidden: Hidden,
}

struct Answering {
    outcome: Choice,
    note: TextArea,
    hidden: Hidden,
}

/// Why this role looks at notices.
fn purpose(session: &Session) -> Purpose {
    match session.role() {
        Some(Role::Auditor) => Purpose::Audit,
        Some(Role::EmergencyNurse) => Purpose::Attendance,
        _ => Purpose::SafeguardingCheck,
    }
}

async fn newest(app: &App, session: &Session) -> Result<Vec<Notice>, PageProblem> {
    app.take_in("notices").await;
    let looking = session.asking(purpose(session)).looking(Action::ReadNotices);
    let newest = app.look(&session.visitor, looking, async |scope| {
        let newest = notices::newest(&app.views, scope, SHOWN_MAX).await.map_err(ReadError::from)?;
        Ok(Shown { answer: newest, people: Vec::new() })
    });
    Ok(newest.await?)
}

/// Whether this visitor is told of notices at all.
pub fn may_be_told(app: &App, session: &Session) -> bool {
    app.scope(&session.visitor, Action::ReadNotices, purpose(session)).is_ok()
}

/// How many wait for whoever is at the browser.
pub async fn count_open(app: &App, session: &Session) -> Result<usize, PageProblem> {
    let looking = session.asking(purpose(session)).looking(Action::ReadNotices);
    let open = app.look(&session.visitor, looking, async |scope| {
        let open = notices::count_open(&app.views, scope).await.map_err(ReadError::from)?;
        Ok(Shown { answer: open, people: Vec::new() })
    });
    Ok(open.await?)
}

async fn list(app: web::Data<App>, session: Session) -> Result<HttpResponse, PageProblem> {
    let mut said = Vec::new();
    for notice in newest(&app, &session).await? {
        said.push(say(&app, notice).await?);
    }
    let frame = Frame::of(&session, "Answers that would now differ").at("/notices");
    Ok(page(StatusCode::OK, &NoticesPage { frame, notices: said }))
}

async fn say(app: &App, notice: Notice) -> Result<NoticeSaid, ReadError> {
    let worker = app.worker(notice.asked_by, app.on_record()).await?;
    Ok(NoticeSaid {
        address: format!("/notices/{}", notice.enquiry),
        why: notice.purpose.parse().map_or(notice.purpose, |why| words::purpose(why).to_owned()),
        who: worker.map_or_else(|| "Somebody not registered here".to_owned(), |worker| worker.name),
        asked: words::moment(notice.asked_at),
        told: words::moment(notice.told_at),
        state: state(&notice.state, notice.outcome.as_deref()),
        reference: notice.reference,
    })
}

fn state(state: &str, outcome: Option<&str>) -> Tag {
    let (text, colour) = match (state, outcome) {
        ("open", _) => ("To be looked at", "yellow"),
        ("stands-again", _) => ("The answer stands again", "grey"),
        (_, outcome) => (outcome.map_or("Answered", done), ""),
    };
    Tag { text: text.to_owned(), colour }
}

fn done(code: &str) -> &str {
    match code.parse() {
        Ok(NoticeOutcome::AskedAgain) => "Asked again",
        Ok(NoticeOutcome::PassedOn) => "Told those at work with the child",
        Ok(NoticeOutcome::NothingToDo) => "Nothing to do: the child is not with us any more",
        Err(_) => code,
    }
}

async fn read(app: web::Data<App>, session: Session, id: Path<String>) -> Result<HttpResponse, PageProblem> {
    let id = EnquiryId::read(&id).map_err(|_| Problem::no_such_page())?;
    let typed = Typed::from(vec![(KEY.to_owned(), fresh_key()?)]);
    Ok(page(StatusCode::OK, &whole(&app, &session, id, &typed, &Problems::default()).await?))
}

async fn whole(
    app: &App,
    session: &Session,
    id: EnquiryId,
    typed: &Typed,
    problems: &Problems,
) -> Result<NoticePage, PageProblem> {
    let notice = newest(app, session).await?.into_iter().find(|notice| notice.enquiry == id);
    let notice = notice.ok_or_else(Problem::no_such_page)?;
    let may_answer =
        matches!(session.role(), Some(Role::SafeguardingLead | Role::FrontDoor | Role::TeamManager));
    let is_open = notice.state == "open" && may_answer;
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    Ok(NoticePage {
        frame: Frame::of(session, "An answer that would now differ")
            .at("/notices")
            .wrong(!problems.is_empty()),
        summary: problems.summary(),
        notice: say(app, notice).await?,
        again: AskingAgain {
            reason: TextArea {
                name: "reason",
                label: "Why do you ask?",
                hint: "In your own words. It is sealed; those who answer for the child can read it.",
                value: typed.string("reason"),
                error: problems.of("reason"),
                rows: 3,
            },
            hidden: hidden.clone(),
        },
        answering: is_open.then(|| answering(hidden, typed, problems)),
    })
}

fn answering(hidden: Hidden, typed: &Typed, problems: &Problems) -> Answering {
    let chosen = typed.get("outcome");
    let option = |one: &NoticeOutcome| Answer {
        value: one.code().to_owned(),
        label: done(one.code()).to_owned(),
        is_chosen: one.code() == chosen,
        ..Answer::default()
    };
    Answering {
        outcome: Choice {
            name: "outcome",
            legend: "What was done about it?",
            hint: "Your team sees that nobody needs to look at it any more.",
            options: NoticeOutcome::ALL.iter().map(option).collect(),
            error: problems.of("outcome"),
        },
        note: TextArea {
            name: "note",
            label: "Is there more to say?",
            hint: "It is sealed under a key of its own.",
            value: typed.string("note"),
            error: problems.of("note"),
            rows: 3,
        },
        hidden,
    }
}

async fn ask_again(
    app: web::Data<App>,
    posted: Posted,
    id: Path<String>,
) -> Result<HttpResponse, PageProblem> {
    let id = EnquiryId::read(&id).map_err(|_| Problem::no_such_page())?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let reason: Option<Narrative> = typed.required("reason", "Say why you ask", &mut problems);
    if let (Some(reason), true) = (reason, problems.is_empty()) {
        let question = Question {
            search: Search::Again(id),
            purpose: purpose(&session),
            lawful_basis: LawfulBasis::PublicTask,
            reason,
            idempotency_key: typed.key(),
            correlation: None,
            trace: None,
        };
        match app.enquire(&session.visitor, question).await {
            Ok(answers) => return Ok(see(&receipt::address_of(&answers))),
            Err(error) => problems.refuse("reason", refusal(error)?),
        }
    }
    let shown = whole(&app, &session, id, &typed, &problems).await?;
    Ok(page(problems.status(), &shown))
}

async fn answer(app: web::Data<App>, posted: Posted, id: Path<String>) -> Result<HttpResponse, PageProblem> {
    let id = EnquiryId::read(&id).map_err(|_| Problem::no_such_page())?;
    let Posted { session, typed } = posted;
    let mut problems = Problems::default();
    let outcome: Option<NoticeOutcome> =
        typed.required("outcome", "Choose what was done about it", &mut problems);
    let note: Option<Narrative> = typed.optional("note", &mut problems);
    if let (Some(outcome), true) = (outcome, problems.is_empty()) {
        let asking = session.asking_once(purpose(&session), &typed);
        let command = AnswerNotice { outcome, note };
        let order = asking.order(Command::Enquiry { id: Some(id), command: command.into() });
        match app.execute(&session.visitor, order).await {
            Ok(_) => return Ok(see("/notices")),
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

    fn sample(code: &str, outcome: Option<&str>) -> NoticeSaid {
        NoticeSaid {
            address: "/notices/1".to_owned(),
            reference: "7K3Q-9F2M-C".to_owned(),
            why: "A child is here".to_owned(),
            who: "Priya <Nolan>".to_owned(),
            asked: "1 March 2026".to_owned(),
            told: "2 March 2026".to_owned(),
            state: state(code, outcome),
        }
    }

    #[test]
    fn the_list_is_whole_and_says_what_was_done() {
        let notices =
            vec![sample("open", None), sample("answered", Some("passed-on")), sample("stands-again", None)];
        let html = NoticesPage { frame: Frame::plain("Notices"), notices }.render().unwrap();
        is_whole(&html);
        assert!(html.contains("To be looked at") && html.contains("stands again"), "{html}");
        assert!(html.contains("Told those at work") && !html.contains("<Nolan>"), "{html}");
        is_whole(&NoticesPage { frame: Frame::plain("Notices"), notices: Vec::new() }.render().unwrap());
    }

    #[test]
    fn a_notice_is_whole_open_and_answered() {
        let again = || AskingAgain { reason: TextArea::default(), hidden: Hidden::default() };
        let form = answering(Hidden::default(), &Typed::from(Vec::new()), &Problems::default());
        for (answering, forms) in [(Some(form), 2), (None, 1)] {
            let shown = NoticePage {
                frame: Frame::plain("A notice"),
                summary: ErrorSummary::default(),
                notice: sample("open", None),
                again: again(),
                answering,
            };
            let html = shown.render().unwrap();
            is_whole(&html);
            assert_eq!(html.matches("<form method").count(), forms, "{html}");
        }
    }
}
