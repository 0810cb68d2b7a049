//! Asking about a child: why first, then whom. What is typed is posted, never part of an address.
//!
//! Before a name that nobody has is answered with "no trace", those who are like it are shown ([`near`]): one of them
//! is asked about, or the asking goes on record as it was typed.

mod near;
mod read;

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpResponse, web};
use askama::Template;
use domain::access::{Action, LawfulBasis, Purpose};
use domain::when::civil_day;

use super::components::{Answer, Choice, ErrorSummary, Hidden, Keypad, Problems, TextArea, TextField};
use super::form::{KEY, Posted, Typed, fresh_key};
use super::frame::{Frame, page, see};
use super::problem::{PageProblem, refusal};
use super::receipt;
use super::session::Session;
use super::start::Door;
use super::words;
use crate::api::address::{Address, at};
use crate::app::App;
use crate::error::{ExecuteError, FieldError, Problem};

pub fn addresses() -> Vec<Address> {
    vec![at("/ask").get(why), at("/ask/{purpose}").get(whom).post(ask)]
}

const BY_NUMBER: &str = "nhs-number";
const BY_NAME: &str = "name";
const BY_WHAT_IS_NEAR: &str = "near";

/// Why do you ask?
#[derive(Template)]
#[template(path = "ask-why.html")]
struct WhyPage {
    frame: Frame,
    doors: Vec<Door>,
}

/// Whom do you look for?
#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    frame: Frame,
    purpose: Purpose,
    summary: ErrorSummary,
    by: Choice,
    reason: TextArea,
    basis: Choice,
    hidden: Hidden,
}

async fn why(app: web::Data<App>, session: Session) -> HttpResponse {
    let doors = Door::to_ask(&app, &session);
    page(StatusCode::OK, &WhyPage { frame: Frame::of(&session, "Why do you ask?").at("/ask"), doors })
}

/// The purpose of an address, if it is one for which this visitor may ask.
fn read_purpose(app: &App, session: &Session, text: &str) -> Result<Purpose, PageProblem> {
    let purpose: Purpose = text.parse().map_err(|_| Problem::no_such_page())?;
    app.scope(&session.visitor, Action::Enquire, purpose).map_err(crate::error::ReadError::from)?;
    Ok(purpose)
}

async fn whom(
    app: web::Data<App>,
    session: Session,
    purpose: Path<String>,
) -> Result<HttpResponse, PageProblem> {
    let purpose = read_purpose(&app, &session, &purpose)?;
    // Most askers have the number before them.
    let begin = [(KEY.to_owned(), fresh_key()?), ("by".to_owned(), BY_NUMBER.to_owned())];
    let typed = Typed::from(begin.to_vec());
    Ok(page(StatusCode::OK, &form(&app, &session, purpose, &typed, &Problems::default())))
}

async fn ask(
    app: web::Data<App>,
    posted: Posted,
    purpose: Path<String>,
) -> Result<HttpResponse, PageProblem> {
    let Posted { session, typed } = posted;
    let purpose = read_purpose(&app, &session, &purpose)?;
    let mut problems = Problems::default();
    if typed.get("step") == "change" {
        // Whoever comes back to change something has done nothing wrong yet.
        return Ok(page(StatusCode::OK, &form(&app, &session, purpose, &typed, &problems)));
    }
    let asked = read::asked(&typed, &mut problems);
    if let Some(asked) = asked.filter(|_| problems.is_empty()) {
        if let Some(shown) =
            near::before_asking(&app, &session, purpose, &typed, &asked, &mut problems).await?
        {
            return Ok(page(StatusCode::OK, &shown));
        }
        if let Some(question) =
            asked.question(&app, &session, purpose, &typed, &mut problems).filter(|_| problems.is_empty())
        {
            match app.enquire(&session.visitor, question).await {
                Ok(answers) => {
                    return Ok(see(&receipt::address_of(&answers)));
                }
                Err(ExecuteError::Invalid(missing)) => say_missing(&typed, &missing, &mut problems),
                Err(error) => problems.refuse("by", refusal(error)?),
            }
        }
    }
    Ok(page(problems.status(), &form(&app, &session, purpose, &typed, &problems)))
}

/// What an enquiry takes and was not typed, at the fields of the way that was chosen.
fn say_missing(typed: &Typed, missing: &[FieldError], problems: &mut Problems) {
    let (family, born) =
        if typed.get("by") == BY_WHAT_IS_NEAR { ("near_family", "near_born") } else { ("family", "born") };
    for field in missing {
        if field.field.ends_with("/born") {
            problems.add(born, "Enter the date of birth, to the month at least");
        } else {
            problems.add(family, "Enter the child’s family name, as well as the date of birth");
        }
    }
}

/// How a visitor may look for a child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ways {
    /// By what is on record exactly.
    Exact,
    /// Among those who are near, too.
    Near,
}

impl Ways {
    fn of(app: &App, session: &Session, purpose: Purpose) -> Self {
        match app.scope(&session.visitor, Action::SearchPeople, purpose) {
            Ok(_) => Self::Near,
            Err(_) => Self::Exact,
        }
    }
}

fn form(app: &App, session: &Session, purpose: Purpose, typed: &Typed, problems: &Problems) -> AskPage {
    let mut hidden = session.hidden();
    hidden.0.push((KEY.to_owned(), typed.string(KEY)));
    AskPage {
        frame: Frame::of(session, "Ask about a child").at("/ask").wrong(!problems.is_empty()),
        purpose,
        summary: problems.summary(),
        by: by(Ways::of(app, session, purpose), typed, problems),
        reason: TextArea {
            name: "reason",
            label: "Why do you ask?",
            hint: "In your own words. It is sealed; those who answer for the child can read it.",
            value: typed.string("reason"),
            error: problems.of("reason"),
            rows: 3,
        },
        basis: basis(session, typed, problems),
        hidden,
    }
}

fn by(ways: Ways, typed: &Typed, problems: &Problems) -> Choice {
    let text = |name: &'static str, label: &'static str| TextField {
        name,
        label,
        value: typed.string(name),
        error: problems.of(name),
        ..TextField::default()
    };
    let number = TextField {
        hint: "Ten digits, such as 999 000 0018.",
        width: "govuk-input--width-10",
        keypad: Keypad::Digits,
        ..text("nhs_number", "NHS number")
    };
    let born = super::components::DateField {
        legend: "Date of birth",
        hint: "Leave out the day if it is not known. At a front door a year alone will do.",
        ..typed.date_field("born", problems)
    };
    let is_by = |way: &str| typed.get("by") == way;
    let may_be_near = |fields: Vec<TextField>| if ways == Ways::Near { fields } else { Vec::new() };
    let if_known = may_be_near(vec![
        TextField {
            hint: "When nobody has the number, those who are near the name are shown.",
            ..text("number_given", "Given name, if you know it")
        },
        text("number_family", "Family name, if you know it"),
    ]);
    let born_if_known = super::components::DateField {
        legend: "Date of birth, if you know it",
        hint: "A month and a year, or a year alone, will do.",
        ..typed.date_field("number_born", problems)
    };
    let mut options = vec![
        Answer {
            value: BY_NUMBER.to_owned(),
            label: "By NHS number".to_owned(),
            is_chosen: is_by(BY_NUMBER),
            asks: std::iter::once(number).chain(if_known).collect(),
            asks_date: (ways == Ways::Near).then_some(born_if_known),
            ..Answer::default()
        },
        Answer {
            value: BY_NAME.to_owned(),
            label: "By name and date of birth".to_owned(),
            is_chosen: is_by(BY_NAME),
            asks: vec![text("given", "Given name"), text("family", "Family name")],
            asks_date: Some(born),
            ..Answer::default()
        },
    ];
    if ways == Ways::Near {
        options.push(Answer {
            value: BY_WHAT_IS_NEAR.to_owned(),
            label: "By what I know, when I am not sure how it is written".to_owned(),
            hint: "Spelling, sound, order and slips are allowed for. You choose among those who are near."
                .to_owned(),
            is_chosen: is_by(BY_WHAT_IS_NEAR),
            asks: vec![
                text("near_given", "Given name, as heard"),
                text("near_family", "Family name, as heard"),
                TextField {
                    hint: "Such as 2019-04-30, 2019-04 or about 2019.",
                    width: "govuk-input--width-10",
                    ..text("near_born", "Date of birth, as well as it is known")
                },
                TextField { width: "govuk-input--width-10", ..text("near_postcode", "Postcode") },
                TextField {
                    width: "govuk-input--width-10",
                    ..text("near_house", "Number or name of the house")
                },
            ],
            ..Answer::default()
        });
    }
    Choice {
        name: "by",
        legend: "How will you look for the child?",
        hint: "",
        options,
        error: problems.of("by"),
    }
}

/// The grounds this visitor's agency can rest on; the first is what it mostly rests on.
fn basis(session: &Session, typed: &Typed, problems: &Problems) -> Choice {
    let grounds = session.visitor.actor().agency_kind.lawful_bases_on(civil_day(session.now));
    let chosen = if typed.get("basis").is_empty() {
        grounds.first().map_or("", |ground| ground.code())
    } else {
        typed.get("basis")
    };
    let option = |ground: &LawfulBasis| Answer {
        value: ground.code().to_owned(),
        label: words::lawful_basis(*ground).to_owned(),
        is_chosen: ground.code() == chosen,
        ..Answer::default()
    };
    Choice {
        name: "basis",
        legend: "Lawful basis",
        hint: "You do not need consent to protect a child.",
        options: grounds.iter().map(option).collect(),
        error: problems.of("basis"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::web::markup::is_whole;

    #[test]
    fn the_form_is_whole_with_every_problem_there_can_be() {
        let mut problems = Problems::default();
        for field in ["by", "nhs_number", "family", "born", "near_family", "near_born", "reason"] {
            problems.add(field, "Enter it");
        }
        let page = AskPage {
            frame: Frame::plain("Ask").wrong(true),
            purpose: Purpose::Attendance,
            summary: problems.summary(),
            by: by(Ways::Near, &Typed::default(), &problems),
            reason: TextArea {
                name: "reason",
                label: "Why?",
                error: problems.of("reason"),
                ..TextArea::default()
            },
            basis: Choice { name: "basis", legend: "Basis", ..Choice::default() },
            hidden: Hidden(vec![("form".to_owned(), "x".to_owned())]),
        };
        let html = page.render().unwrap();
        is_whole(&html);
        assert!(html.contains("<title>Error: Ask") && html.contains("when I am not sure"), "{html}");
        let exact = AskPage {
            by: by(Ways::Exact, &Typed::default(), &Problems::default()),
            summary: ErrorSummary::default(),
            ..page
        };
        let exact = exact.render().unwrap();
        is_whole(&exact);
        assert!(!exact.contains("when I am not sure") && !exact.contains("number_family"), "{exact}");
        is_whole(&WhyPage { frame: Frame::plain("Why?"), doors: Vec::new() }.render().unwrap());
    }
}
