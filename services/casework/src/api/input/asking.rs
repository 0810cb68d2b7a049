//! Who asks, for what, on what ground, and under which conditions: the headers every request of the API has.
//!
//! | Header | |
//! |---|---|
//! | `Authorization: Bearer …` | who asks; required |
//! | `Goldthread-Purpose` | why; required, one of the purposes |
//! | `Goldthread-Lawful-Basis` | on what ground; `public-task` when not given |
//! | `Idempotency-Key` | the asker's own name for an order; 1 to 200 visible ASCII characters |
//! | `If-Match` | the version, as an ETag, that the record must have |
//! | `Goldthread-Correlation` | a UUID shared by all that belongs to one act |
//! | `traceparent` | W3C trace context |

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use chrono::{DateTime, Utc};
use domain::access::{Action, LawfulBasis, Purpose};
use domain::ids::CorrelationId;

use super::given::Written;
use crate::access_log::Looking;
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};
use crate::execute::{Command, Order};
use crate::server::{Shared, limits};
use crate::sign_in::Unproven;
use crate::visitor::{TokenError, Visitor, is_development_token};

pub const PURPOSE: &str = "goldthread-purpose";
pub const LAWFUL_BASIS: &str = "goldthread-lawful-basis";
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub const CORRELATION: &str = "goldthread-correlation";
const IDEMPOTENCY_KEY_MAX: usize = 200;

/// The trace context of a request, put there by the server before anything else runs.
#[derive(Clone, Copy, Debug)]
pub struct TraceContext(pub [u8; 25]);

/// A request's headers, proven and parsed.
#[derive(Clone, Debug)]
pub struct Asking {
    pub visitor: Visitor,
    pub purpose: Purpose,
    pub lawful_basis: LawfulBasis,
    pub idempotency_key: Option<String>,
    pub if_match: Option<u64>,
    pub correlation: Option<CorrelationId>,
    pub trace: Option<[u8; 25]>,
    /// When the request came: meant by a body that names no time.
    pub now: DateTime<Utc>,
}

impl Asking {
    /// An order for what the body says.
    #[must_use]
    pub fn order(self, command: Command) -> Order {
        Order {
            lawful_basis: self.lawful_basis,
            idempotency_key: self.idempotency_key,
            if_match: self.if_match,
            correlation: self.correlation,
            trace: self.trace,
            now: Some(self.now),
            ..Order::new(self.purpose, command)
        }
    }

    /// A look at what the path names.
    #[must_use]
    pub fn looking(&self, action: Action) -> Looking {
        Looking {
            correlation: self.correlation,
            trace: self.trace,
            ..Looking::new(action, self.purpose, self.lawful_basis)
        }
    }
}

impl FromRequest for Asking {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { read(&request).await })
    }
}

async fn read(request: &HttpRequest) -> Result<Asking, Problem> {
    let app = request.app_data::<web::Data<App>>().ok_or_else(Problem::no_such_page)?;
    let headers = request.headers();
    let visitor = match prove(app, headers).await {
        Ok(visitor) => visitor,
        Err(refused) => {
            // Who tried is not known; that somebody did is counted.
            if let Some(shared) = request.app_data::<web::Data<Shared>>() {
                shared.metrics.unproven(refused.reason);
            }
            // A part that is away is nobody's attempt.
            if refused.problem.status == 401 {
                limits::take_unproven(request)?;
            }
            return Err(refused.problem);
        }
    };
    limits::take_proven(request, &visitor)?;
    let mut fields = Vec::new();
    let purpose = required::<Purpose>(headers, PURPOSE, &mut fields);
    let lawful_basis = optional::<LawfulBasis>(headers, LAWFUL_BASIS, &mut fields);
    let correlation = optional::<CorrelationId>(headers, CORRELATION, &mut fields);
    let idempotency_key = text(headers, IDEMPOTENCY_KEY, &mut fields);
    if idempotency_key.is_some_and(|key| !(1..=IDEMPOTENCY_KEY_MAX).contains(&key.len())) {
        fields.push(at(IDEMPOTENCY_KEY, "must be 1 to 200 visible ASCII characters"));
    }
    let if_match = match text(headers, "if-match", &mut fields).map(version_of) {
        Some(None) => {
            fields.push(at("if-match", "must be one version as this API gives it in ETag, such as \"12\""));
            None
        }
        given => given.flatten(),
    };
    match purpose {
        Some(purpose) if fields.is_empty() => Ok(Asking {
            visitor,
            purpose,
            lawful_basis: lawful_basis.unwrap_or(LawfulBasis::PublicTask),
            idempotency_key: idempotency_key.map(str::to_owned),
            if_match,
            correlation,
            trace: request.extensions().get::<TraceContext>().map(|TraceContext(trace)| *trace),
            now: app.clock.now(),
        }),
        _ => Err(Problem::invalid(fields)),
    }
}

/// Why a request proves nobody: a word to count it by, and what is answered.
struct Refused {
    reason: &'static str,
    problem: Problem,
}

async fn prove(app: &App, headers: &HeaderMap) -> Result<Visitor, Refused> {
    let none = || Refused {
        reason: "no-token",
        problem: Problem::unproven("Send `Authorization: Bearer` and a token of this node."),
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = given.and_then(|value| value.split_once(' ')).ok_or_else(none)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(none());
    }
    let token = token.trim();
    if is_development_token(token) {
        return app.visitor(token).map_err(|error| Refused {
            reason: match error {
                TokenError::Expired => "expired",
                TokenError::NotOurs | TokenError::NotADemonstration => "not-signed",
            },
            problem: Problem::unproven(
                "The token is not one of this node's, has expired, or is not taken here.",
            ),
        });
    }
    app.signed_in(token).await.map_err(unproven)
}

/// Nobody is told more of why than they could find out with the token in hand.
fn unproven(why: Unproven) -> Refused {
    let nobodys =
        "The account is nobody's here. Whoever answers for accounts in your agency can link it to you.";
    let (reason, problem) = match why {
        Unproven::Record(error) => ("record-away", error.into()),
        Unproven::Keys(error) => {
            tracing::warn!(%error, "an issuer's keys are not known");
            ("issuer-away", ReadError::Unavailable(error.into()).into())
        }
        Unproven::Expired => ("expired", Problem::unproven("The token has expired; sign in again.")),
        Unproven::TooEarly => {
            ("too-early", Problem::unproven("The token is not good yet; look at the issuer's clock."))
        }
        Unproven::NobodyHere => ("nobody-here", Problem::unproven(nobodys)),
        Unproven::NotAtWork => ("not-at-work", Problem::unproven(nobodys)),
        Unproven::NotSigned => (
            "not-signed",
            Problem::unproven(
                "The token is not one that an issuer of this node signed for this API, or is not taken here.",
            ),
        ),
    };
    Refused { reason, problem }
}

fn at(header: &str, problem: impl std::fmt::Display) -> FieldError {
    FieldError::new(format!("header/{header}"), problem)
}

fn text<'a>(headers: &'a HeaderMap, name: &str, fields: &mut Vec<FieldError>) -> Option<&'a str> {
    let mut given = headers.get_all(name);
    let value = given.next()?;
    if given.next().is_some() {
        fields.push(at(name, "may be given once"));
        return None;
    }
    let text = value.to_str().ok();
    if text.is_none() {
        fields.push(at(name, "must be visible ASCII characters"));
    }
    text
}

fn optional<T: Written>(headers: &HeaderMap, name: &str, fields: &mut Vec<FieldError>) -> Option<T> {
    let given = text(headers, name, fields)?;
    T::read(given).map_err(|problem| fields.push(at(name, problem))).ok()
}

fn required<T: Written>(headers: &HeaderMap, name: &str, fields: &mut Vec<FieldError>) -> Option<T> {
    if !headers.contains_key(name) {
        // The list of what is allowed is the parser's own.
        let allowed = T::read("").err().unwrap_or_default();
        fields.push(at(name, format!("is required; {allowed}")));
        return None;
    }
    optional(headers, name, fields)
}

/// The version in an entity tag: `"12"`. Weak tags and lists say nothing one can act on.
fn version_of(tag: &str) -> Option<u64> {
    tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn a_version_is_one_strong_tag() {
        assert_eq!(version_of("\"12\""), Some(12));
        for other in ["12", "W/\"12\"", "*", "\"1\", \"2\"", "\"\"", "\"-1\""] {
            assert_eq!(version_of(other), None, "{other}");
        }
    }
}
