//! Problem details (RFC 9457) on the wire: how [`Problem`] is written out.
//!
//! What went wrong, and which status it has, is decided in [`crate::error`]; this is its one rendering.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ExecuteError, Problem, ReadError};

/// Why a request was not answered as asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    /// Names the kind of problem: `urn:goldthread:problem:` and its code.
    #[schema(example = "urn:goldthread:problem:invalid")]
    r#type: String,
    /// The kind of problem in plain words.
    title: &'a str,
    status: u16,
    /// What is wrong this time, and what can be done about it.
    detail: &'a str,
    /// Stable and kebab-case. For a refusal: the rule that stands in the way.
    #[schema(example = "already-closed")]
    code: &'a str,
    /// For an invalid request: which fields, and what is allowed in each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field<'a>>,
}

/// A field that cannot be taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemField)]
struct Field<'a> {
    /// Where it is: `people/0/role` in a body, `query/limit`, `path/id`, `header/if-match`.
    #[schema(example = "people/0/role")]
    field: &'a str,
    /// What is wrong and what is allowed; never the value given.
    #[schema(
        example = "role in a contact is one of subject, source, alleged-to-have-harmed, witness, present"
    )]
    problem: &'a str,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.code)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_seconds {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"goldthread\""));
        }
        answer.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        answer.body(self.to_json())
    }
}

impl Problem {
    fn to_json(&self) -> Vec<u8> {
        let body = Body {
            r#type: format!("urn:goldthread:problem:{}", self.code),
            title: self.title,
            status: self.status,
            detail: &self.detail,
            code: self.code,
            fields: self.fields.iter().map(|at| Field { field: &at.field, problem: &at.problem }).collect(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// What a handler answers when it does not answer: the cause is logged here, once, and stays inside.
impl From<ExecuteError> for Problem {
    fn from(error: ExecuteError) -> Self {
        let problem = Self::from(&error);
        note(&problem, &error);
        problem
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        let problem = Self::from(&error);
        note(&problem, &error);
        problem
    }
}

fn note(problem: &Problem, error: &dyn std::error::Error) {
    if problem.status < 500 {
        return;
    }
    let chain = chain(error);
    if problem.pages_somebody() {
        tracing::error!(code = problem.code, cause = chain, "a request failed and somebody must look");
    } else {
        tracing::warn!(code = problem.code, cause = chain, "a request could not be answered");
    }
}

/// An error with its causes, each said once, first lines only: what Postgres adds below (`DETAIL`) quotes rows.
fn chain(error: &dyn std::error::Error) -> String {
    let mut told = first_line(error);
    let mut next = error.source();
    while let Some(cause) = next {
        told.push_str(": ");
        told.push_str(&first_line(cause));
        next = cause.source();
    }
    told
}

fn first_line(error: &dyn std::error::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
