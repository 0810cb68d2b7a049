//! Who is at the browser: somebody who signed in at their issuer, or, on a demonstration, whom they chose to be.
//!
//! The cookie names a session on the record, or holds a development token. It goes to this node only with requests that
//! its own pages make (`SameSite=Strict`), by TLS alone where the node is reached so, and no script reads it
//! (`HttpOnly`). It is made anew while somebody works; what a page asks by itself is no work.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Action, LawfulBasis, Purpose, Role};
use domain::ids::{CorrelationId, PractitionerId};

use super::components::Hidden;
use super::form::Typed;
use super::problem::PageProblem;
use crate::api::input::{Asking, TraceContext};
use crate::app::App;
use crate::demonstration::Persona;
use crate::error::{Problem, ReadError};
use crate::execute::hex;
use crate::server::limits;
use crate::sign_in::{Unproven, is_session_token};
use crate::visitor::Visitor;

const COOKIE: &str = "goldthread-visitor";
/// A browser takes one of such a name only over TLS, from this very host.
const SECURE_COOKIE: &str = "__Host-goldthread-visitor";
pub const FORM_TOKEN: &str = "form";

/// Somebody signed in, and what their pages need to know of them.
#[derive(Clone, Debug)]
pub struct Session {
    pub visitor: Visitor,
    pub name: String,
    pub agency: String,
    /// What their forms must carry.
    form_token: String,
    trace: Option<[u8; 25]>,
    /// What one request does is one act, of however many orders.
    act: CorrelationId,
    /// When the request came: what "now" means in a form.
    pub now: DateTime<Utc>,
    pub is_demonstration: bool,
    /// How long they may do nothing, where they signed in at an issuer.
    pub idle: Option<TimeDelta>,
}

/// What the cookie is made into by the answer.
struct Renewed(String);

impl Session {
    pub fn role(&self) -> Option<Role> {
        self.visitor.actor().roles.first().copied()
    }

    /// What every form of theirs carries.
    pub fn hidden(&self) -> Hidden {
        Hidden(vec![(FORM_TOKEN.to_owned(), self.form_token.clone())])
    }

    pub fn form_token(&self) -> &str {
        &self.form_token
    }

    pub fn is_form_token(&self, given: &str) -> bool {
        // Both are hashes under a secret: how long the comparison takes says nothing one can use.
        given == self.form_token
    }

    /// What forms carry that were made for them, where this one was made in another session of theirs.
    pub fn form_token_instead_of(&self, app: &App, given: &str) -> Option<String> {
        let (mark, _) = given.split_once('.')?;
        (mark == mark_of(app, self.visitor.practitioner())).then(|| self.form_token.clone())
    }

    /// What they ask for, on the ground that public bodies act on unless another is said.
    pub fn asking(&self, purpose: Purpose) -> Asking {
        Asking {
            visitor: self.visitor.clone(),
            purpose,
            lawful_basis: LawfulBasis::PublicTask,
            idempotency_key: None,
            if_match: None,
            correlation: Some(self.act),
            trace: self.trace,
            now: self.now,
        }
    }

    /// As [`Self::asking`], for a form that is carried out once however often it is sent.
    pub fn asking_once(&self, purpose: Purpose, typed: &Typed) -> Asking {
        Asking { idempotency_key: typed.key(), ..self.asking(purpose) }
    }

    /// The purposes for which they may look in this way at all, in the order of the glossary.
    pub fn purposes(&self, app: &App, action: Action) -> Vec<Purpose> {
        let may = |purpose: &&Purpose| app.scope(&self.visitor, action, **purpose).is_ok();
        Purpose::ALL.iter().filter(may).copied().collect()
    }
}

impl FromRequest for Session {
    type Error = PageProblem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageProblem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { prove(&request).await })
    }
}

async fn prove(request: &HttpRequest) -> Result<Session, PageProblem> {
    let app = request.app_data::<web::Data<App>>().ok_or_else(Problem::no_such_page)?;
    let unproven = || Problem::unproven("Sign in.");
    let token = cookie_of(app, request).ok_or_else(unproven)?;
    let visitor = if is_session_token(token) {
        let (visitor, renewed) =
            app.at_browser(token, is_attended(request)).await.map_err(|why| match why {
                Unproven::Record(error) => Problem::from(error),
                _ => unproven(),
            })?;
        if let Some(renewed) = renewed {
            request.extensions_mut().insert(Renewed(renewed));
        }
        visitor
    } else {
        app.visitor(token).map_err(|_| unproven())?
    };
    limits::take_proven(request, &visitor)?;
    let (name, agency) = names(app, &visitor).await?;
    let form_token = form_token(app, visitor.practitioner(), form_secret(token));
    let trace = request.extensions().get::<TraceContext>().map(|TraceContext(trace)| *trace);
    let mut act = [0; 16];
    getrandom::fill(&mut act).map_err(|cause| ReadError::Unavailable(cause.into()))?;
    let act = CorrelationId(uuid::Builder::from_random_bytes(act).into_uuid());
    let idle = is_session_token(token).then(|| app.settings.idle());
    let is_demonstration = app.settings.demonstration;
    Ok(Session {
        visitor,
        name,
        agency,
        form_token,
        trace,
        act,
        now: app.clock.now(),
        is_demonstration,
        idle,
    })
}

/// A stream that a page opens again by itself, and a page that asks how long it has left, are not somebody at work.
fn is_attended(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let is_stream = accepts.is_some_and(|accepts| accepts.contains("text/event-stream"));
    let asks_how_long = request.method() == Method::GET && request.path() == super::sign_in::SESSION;
    !is_stream && !asks_how_long
}

/// Around every page: a cookie that is in use does not grow old.
pub async fn renew<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(request).await?;
    let renewed = answer.request().extensions_mut().remove::<Renewed>();
    let app = answer.request().app_data::<web::Data<App>>().cloned();
    if let (Some(Renewed(token)), Some(app)) = (renewed, app)
        && !answer.headers().contains_key(header::SET_COOKIE)
    {
        answer.headers_mut().append(header::SET_COOKIE, cookie(&app, &token, None));
    }
    Ok(answer)
}

/// Of a cookie, what stays the same while it is made anew.
fn form_secret(token: &str) -> &str {
    if is_session_token(token) { token.rsplitn(3, '.').last().unwrap_or(token) } else { token }
}

/// What the forms of a session carry. The first half says who they were made for, and still does when the session is
/// over; the second belongs to the session.
fn form_token(app: &App, who: PractitionerId, token: &str) -> String {
    let session = app.ids.hash("goldthread/form/1", &[token.as_bytes()]);
    format!("{}.{}", mark_of(app, who), hex(&session))
}

fn mark_of(app: &App, who: PractitionerId) -> String {
    hex(&app.ids.hash("goldthread/form-of/1", &[who.0.as_bytes()]))
}

/// Who a form was made for, whatever has become of their session: somebody who can be signed in again, or none.
pub fn made_for(app: &App, form_token: &str) -> Option<Persona> {
    let (mark, _) = form_token.split_once('.')?;
    let is_theirs = |persona: &&Persona| mark == mark_of(app, persona.actor(app).practitioner);
    Persona::ALL.iter().find(is_theirs).copied().filter(|_| app.settings.demonstration)
}

pub async fn names(app: &App, visitor: &Visitor) -> Result<(String, String), ReadError> {
    let head = app.on_record();
    let worker = app.worker(visitor.practitioner(), head).await?;
    let agency = app.agency_name(visitor.agency(), head).await?;
    let name = worker.map_or_else(|| "Somebody not registered here".to_owned(), |worker| worker.name);
    Ok((name, agency.unwrap_or_else(|| "an agency not registered here".to_owned())))
}

/// From then on the browser is somebody's.
pub fn with_session(
    app: &App,
    mut answer: HttpResponse,
    token: &str,
    good_for: Option<TimeDelta>,
) -> HttpResponse {
    answer.headers_mut().append(header::SET_COOKIE, cookie(app, token, good_for));
    answer
}

/// From then on it is nobody's.
pub fn without_session(app: &App, answer: HttpResponse) -> HttpResponse {
    with_session(app, answer, "", Some(TimeDelta::zero()))
}

/// What forms carry in a session that begins with this cookie.
pub fn form_token_of(app: &App, who: PractitionerId, token: &str) -> String {
    form_token(app, who, form_secret(token))
}

/// Until the browser is closed, where no time is given.
fn cookie(app: &App, token: &str, good_for: Option<TimeDelta>) -> HeaderValue {
    let name = name_of(app);
    let age = good_for.map(|age| format!("; Max-Age={}", age.num_seconds())).unwrap_or_default();
    let secure = if app.settings.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{age}{secure}");
    // A token is letters, digits, points, dashes and underscores.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn name_of(app: &App) -> &'static str {
    if app.settings.is_secure() { SECURE_COOKIE } else { COOKIE }
}

/// What the cookie holds, whether or not it is good.
pub fn cookie_of<'a>(app: &App, request: &'a HttpRequest) -> Option<&'a str> {
    named_cookie(request, name_of(app))
}

pub fn named_cookie<'a>(request: &'a HttpRequest, wanted: &str) -> Option<&'a str> {
    let given = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = given.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}
