//! Who is at the browser. On a demonstration one chooses whom to be; elsewhere there is no sign-in yet, and no page
//! about people.
//!
//! The cookie holds a development token. It goes to this node only with requests that its own pages make
//! (`SameSite=Strict`), and no script reads it (`HttpOnly`).

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueEnum as _;
use domain::access::{Action, LawfulBasis, Purpose, Role};
use domain::ids::{CorrelationId, PractitionerId};

use super::components::Hidden;
use super::form::{Posted, Typed, is_from_our_pages};
use super::frame::see;
use super::kept;
use super::problem::PageProblem;
use crate::api::address::{Address, at};
use crate::api::input::{Asking, TraceContext};
use crate::app::App;
use crate::demonstration::Persona;
use crate::error::{Problem, ReadError};
use crate::visitor::Visitor;

const COOKIE: &str = "goldthread-visitor";
/// A shift.
const GOOD_FOR_HOURS: i64 = 12;
pub const FORM_TOKEN: &str = "form";
/// The name of the button that chooses whom to be.
pub const PERSONA: &str = "persona";

pub fn addresses() -> Vec<Address> {
    vec![at("/sign-in").post(sign_in), at("/sign-out").post(sign_out)]
}

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
}

impl Session {
    pub fn role(&self) -> Option<Role> {
        self.visitor.actor().roles.first().copied()
    }

    /// What every form of theirs carries.
    pub fn hidden(&self) -> Hidden {
        Hidden(vec![(FORM_TOKEN.to_owned(), self.form_token.clone())])
    }

    pub fn is_form_token(&self, given: &str) -> bool {
        // Both are hashes under a secret: how long the comparison takes says nothing one can use.
        given == self.form_token
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
    let unproven = || Problem::unproven("Choose whom to be.");
    let token = cookie_of(request).ok_or_else(unproven)?;
    let visitor = app.visitor(token).map_err(|_| unproven())?;
    let (name, agency) = names(app, &visitor).await?;
    let form_token = form_token(app, visitor.practitioner(), token);
    let trace = request.extensions().get::<TraceContext>().map(|TraceContext(trace)| *trace);
    let mut act = [0; 16];
    getrandom::fill(&mut act).map_err(|cause| ReadError::Unavailable(cause.into()))?;
    let act = CorrelationId(uuid::Builder::from_random_bytes(act).into_uuid());
    Ok(Session { visitor, name, agency, form_token, trace, act, now: app.clock.now() })
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who a form was made for, whatever has become of their session: somebody who can be signed in again, or none.
pub fn made_for(app: &App, form_token: &str) -> Option<Persona> {
    let (mark, _) = form_token.split_once('.')?;
    let is_theirs = |persona: &&Persona| mark == mark_of(app, persona.actor(app).practitioner);
    Persona::ALL.iter().find(is_theirs).copied().filter(|_| app.settings.demonstration)
}

async fn names(app: &App, visitor: &Visitor) -> Result<(String, String), ReadError> {
    let head = app.on_record();
    let worker = app.worker(visitor.practitioner(), head).await?;
    let agency = app.agency_name(visitor.agency(), head).await?;
    let name = worker.map_or_else(|| "Somebody not registered here".to_owned(), |worker| worker.name);
    Ok((name, agency.unwrap_or_else(|| "an agency not registered here".to_owned())))
}

/// Becomes somebody of the demonstration.
async fn sign_in(
    app: web::Data<App>,
    request: HttpRequest,
    typed: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageProblem> {
    if !is_from_our_pages(request.headers()) {
        return Err(super::form::stale().into());
    }
    let typed = Typed::from(typed.into_inner());
    let persona = Persona::from_str(typed.get(PERSONA), false).map_err(|_| Problem::no_such_page())?;
    let actor = persona.actor(&app);
    let token = app.token(&actor, TimeDelta::hours(GOOD_FOR_HOURS));
    let token = token.map_err(|_| Problem::no_such_page())?;
    let answer = match kept::brought(&typed)? {
        None => see("/"),
        // What somebody typed is not for whoever signs in after them.
        Some(_) if made_for(&app, typed.get(FORM_TOKEN)) != Some(persona) => {
            return Err(super::form::stale().into());
        }
        Some(brought) => brought.go_on(persona, form_token(&app, actor.practitioner, &token)),
    };
    Ok(with_cookie(answer, &token, TimeDelta::hours(GOOD_FOR_HOURS)))
}

async fn sign_out(_: Posted) -> HttpResponse {
    with_cookie(see("/"), "", TimeDelta::zero())
}

/// From then on the browser is somebody's, or nobody's.
fn with_cookie(mut answer: HttpResponse, token: &str, good_for: TimeDelta) -> HttpResponse {
    let seconds = good_for.num_seconds();
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    // A token is letters, digits, points, dashes and underscores.
    if let Ok(value) = header::HeaderValue::from_str(&cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, value);
    }
    answer
}

fn cookie_of(request: &HttpRequest) -> Option<&str> {
    let given = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = given.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}
