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

use super::components::Hidden;
use super::form::{Posted, Typed, is_from_our_pages};
use super::frame::see;
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
            correlation: None,
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
    let form_token = app.ids.hash("goldthread/form/1", &[token.as_bytes()]);
    let trace = request.extensions().get::<TraceContext>().map(|TraceContext(trace)| *trace);
    let form_token = form_token.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Session { visitor, name, agency, form_token, trace, now: app.clock.now() })
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
    let persona = Persona::from_str(typed.get("persona"), false).map_err(|_| Problem::no_such_page())?;
    let token = app.token(&persona.actor(&app), TimeDelta::hours(GOOD_FOR_HOURS));
    let token = token.map_err(|_| Problem::no_such_page())?;
    Ok(see_with(&token, TimeDelta::hours(GOOD_FOR_HOURS)))
}

async fn sign_out(_: Posted) -> HttpResponse {
    see_with("", TimeDelta::zero())
}

/// Goes to the first page, as somebody or as nobody.
fn see_with(token: &str, good_for: TimeDelta) -> HttpResponse {
    let seconds = good_for.num_seconds();
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    let mut answer = see("/");
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
