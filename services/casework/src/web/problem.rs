//! What goes wrong, in the same dress as every page.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use domain::decider::Refusal;

use super::frame::{Frame, page};
use crate::error::{ExecuteError, Problem};

/// The code of a form of another page than ours, or of another session.
pub const STALE_FORM: &str = "stale-form";
/// The code of a form that was sent before and said something else then.
pub const SENT_BEFORE: &str = "idempotency-conflict";

/// A problem, as a page says it.
#[derive(Debug)]
pub struct PageProblem(Problem);

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    said: Said,
    /// The rule's own sentence, or the fields that are wrong.
    detail: String,
    fields: Vec<(String, String)>,
    code: &'static str,
}

/// A heading, and what can be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Said {
    heading: &'static str,
    advice: &'static str,
}

fn said(problem: &Problem) -> Said {
    let (heading, advice) = match (problem.status, problem.code) {
        (404, _) => (
            "There is nothing here for you",
            "There is no such page, or no record that your role may know of for this purpose. That is not \
             reassurance: if you are worried about a child, ask about them or ring the front door.",
        ),
        (403, STALE_FORM) => (
            "This page has grown old",
            "You signed in again, or as somebody else, since it was opened. Go back, load it again, and send it once more.",
        ),
        (403, _) => (
            "Your role may not do this",
            "If you need it to protect a child now, ring the front door and say why.",
        ),
        (409, "stale") => ("This was not recorded", "Look at the record again, then try again."),
        (409, _) => ("This was not recorded", "A rule stands in the way. Nothing was written."),
        (413, _) => (
            "This is longer than can be taken",
            "Nothing was written. Go back: what you typed is still there unless your browser let go of it. Shorten it, \
             and send it again.",
        ),
        (422, _) => ("Some of this cannot be taken", "Nothing was written. Go back and set it right."),
        (429 | 503, _) => (
            "This cannot be answered just now",
            "Try again in a moment: nothing is recorded twice. If it cannot wait, ring the front door.",
        ),
        _ => ("Something went wrong here", "Somebody has been told. If it cannot wait, ring the front door."),
    };
    Said { heading, advice }
}

impl<E: Into<Problem>> From<E> for PageProblem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for PageProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for PageProblem {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        self.page(false)
    }
}

impl PageProblem {
    /// As a page, which says it when the node is a demonstration.
    pub fn page(&self, is_demonstration: bool) -> HttpResponse {
        let said = said(&self.0);
        let fields = self.0.fields.iter().map(|field| (field.field.clone(), field.problem.clone())).collect();
        let shown = ProblemPage {
            frame: Frame { is_demonstration, ..Frame::plain(said.heading) },
            said,
            detail: if matches!(self.0.status, 409) { self.0.detail.clone() } else { String::new() },
            fields,
            code: self.0.code,
        };
        let mut answer = page(self.status_code(), &shown);
        if let Some(seconds) = self.0.retry_after_seconds {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }

    /// The same may be taken in a moment, as it was sent.
    pub fn is_for_later(&self) -> bool {
        matches!(self.0.code, "overloaded" | "unavailable" | "stale" | "too-many-requests")
    }

    /// It was made for a session that is over, or is another.
    pub fn is_of_another_session(&self) -> bool {
        matches!(self.0.code, "unproven" | STALE_FORM)
    }

    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.0.retry_after_seconds
    }
}

/// Why an order was not carried out, as the form it came from says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused {
    pub code: &'static str,
    pub sentence: &'static str,
    pub status: StatusCode,
}

impl Refused {
    fn of(error: &ExecuteError, sentence: &'static str) -> Self {
        let problem = Problem::from(error);
        Self { code: problem.code, sentence, status: problem.status_code() }
    }
}

/// The words of an order's refusal, to be shown in the form it came from; what is no fault of the form and does not
/// pass by itself is a page of its own. What passes can be sent again: it goes by its form's key, and is carried out
/// once.
pub fn refusal(error: ExecuteError) -> Result<Refused, PageProblem> {
    match error {
        ExecuteError::Refused(Refusal { code, sentence }) => {
            Ok(Refused { code, sentence, status: StatusCode::UNPROCESSABLE_ENTITY })
        }
        ExecuteError::Overloaded => {
            Ok(Refused::of(&error, "Too much is being written just now. Send it again in a moment"))
        }
        ExecuteError::Stale => Ok(Refused::of(
            &error,
            "Somebody else wrote to this record at the same time. Look at it again, then send it again",
        )),
        ExecuteError::Unavailable(_) => Ok(Refused::of(
            &error,
            "The record cannot be reached just now. Send it again in a moment: nothing is recorded twice",
        )),
        ExecuteError::IdempotencyConflict => Ok(Refused::of(
            &error,
            "This form was sent before, and what it said then is on record. It says something else now: load the page \
             again, and send that as a form of its own",
        )),
        other => Err(PageProblem(Problem::from(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::error::FieldError;
    use crate::web::markup::is_whole;

    #[test]
    fn a_form_that_says_something_else_than_before_is_given_back_and_is_told_that_the_first_is_on_record() {
        let refused = refusal(ExecuteError::IdempotencyConflict).unwrap();
        assert_eq!((refused.code, refused.status), (SENT_BEFORE, StatusCode::CONFLICT));
        assert!(refused.sentence.contains("what it said then is on record"), "{}", refused.sentence);
    }

    #[test]
    fn every_problem_has_a_page_that_names_the_field_and_says_what_to_do() {
        let fields = vec![FieldError::new("query/limit", "must be a whole number")];
        for problem in [Problem::invalid(fields), Problem::no_such_page(), Problem::too_large(1)] {
            let said = said(&problem);
            let fields = problem.fields.iter().map(|it| (it.field.clone(), it.problem.clone())).collect();
            let frame = Frame::plain(said.heading);
            let shown = ProblemPage { frame, said, detail: "A rule.".to_owned(), fields, code: problem.code };
            let html = shown.render().unwrap();
            is_whole(&html);
            assert!(problem.fields.is_empty() || html.contains("query/limit"), "{html}");
        }
    }
}
