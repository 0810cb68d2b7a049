//! Signing in and out: at an issuer of the node's, or as somebody of a demonstration.
//!
//! To the issuer and back a browser goes by links, since a form may send it nowhere else; what it must remember on the
//! way is in a cookie of its own, which alone comes along when another site sends it back (`SameSite=Lax`). Whoever comes
//! back is shown a page of ours first: the cookie of a session goes only with requests that our own pages make.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use clap::ValueEnum as _;
use serde::Deserialize;

use super::form::{Posted, Typed, is_from_our_pages, stale};
use super::frame::{Frame, page, see};
use super::kept::{self, is_here};
use super::problem::PageProblem;
use super::session::FORM_TOKEN;
use super::session::{
    Session, cookie_of, form_token_of, made_for, named_cookie, with_session, without_session,
};
use super::words;
use crate::api::address::{Address, at};
use crate::app::App;
use crate::demonstration::Persona;
use crate::error::{Problem, ReadError};
use crate::sign_in::{CameBack, Refused, Unproven, is_session_token};

/// The name of the button that chooses whom to be.
pub const PERSONA: &str = "persona";
/// Whether somebody is signed in, and for how long yet.
pub const SESSION: &str = "/session";
/// Where a tab ends that was opened to sign in again.
pub const SIGNED_IN: &str = "/signed-in";
/// A shift.
const PERSONA_GOOD_FOR: TimeDelta = TimeDelta::hours(12);
const BEGUN: &str = "goldthread-sign-in";
const SECURE_BEGUN: &str = "__Secure-goldthread-sign-in";

pub fn addresses() -> Vec<Address> {
    vec![
        at("/sign-in").post(be_persona),
        at("/sign-in/{door}").get(to_issuer),
        at("/sign-in/{door}/back").get(from_issuer),
        at(SIGNED_IN).get(signed_in),
        at("/sign-out").post(sign_out),
        at(SESSION).get(how_long).post(go_on),
    ]
}

/// Becomes somebody of the demonstration.
async fn be_persona(
    app: web::Data<App>,
    request: HttpRequest,
    typed: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageProblem> {
    if !is_from_our_pages(request.headers()) {
        return Err(stale().into());
    }
    let typed = Typed::from(typed.into_inner());
    let persona = Persona::from_str(typed.get(PERSONA), false).map_err(|_| Problem::no_such_page())?;
    let actor = persona.actor(&app);
    let token = app.token(&actor, PERSONA_GOOD_FOR);
    let token = token.map_err(|_| Problem::no_such_page())?;
    let answer = match kept::brought(&typed)? {
        None => see("/"),
        // What somebody typed is not for whoever signs in after them.
        Some(_) if made_for(&app, typed.get(FORM_TOKEN)) != Some(persona) => {
            return Err(stale().into());
        }
        Some(brought) => brought.go_on(persona.name(), form_token_of(&app, actor.practitioner, &token)),
    };
    Ok(with_session(&app, answer, &token, Some(PERSONA_GOOD_FOR)))
}

/// Where somebody goes on to who has signed in.
#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

impl Back {
    /// A page of this node; the first one when it is none.
    fn address(self) -> String {
        if is_here(&self.back) { self.back } else { "/".to_owned() }
    }
}

/// To the issuer. Whoever was signed in at this browser is not any more, and it asks anew who is there. When they come
/// back it is another site that sends them, and the cookie of a session does not come along.
async fn to_issuer(
    app: web::Data<App>,
    request: HttpRequest,
    door: web::Path<String>,
    back: web::Query<Back>,
) -> Result<HttpResponse, PageProblem> {
    let before = cookie_of(&app, &request).filter(|before| is_session_token(before));
    let again = before.is_some();
    if let Some(before) = before {
        app.close_session(before).await?;
    }
    let begun = app.to_issuer(&door, back.into_inner().address(), again).await;
    let (address, cookie) = match begun {
        Ok(begun) => begun,
        Err(refused) => return refuse(&app, refused),
    };
    let mut answer = see(&address);
    answer.headers_mut().append(header::SET_COOKIE, begun_cookie(&app, &cookie, "900"));
    Ok(answer)
}

fn begun_cookie(app: &App, value: &str, seconds: &str) -> HeaderValue {
    let secure = if app.settings.is_secure() { "; Secure" } else { "" };
    let name = begun_name(app);
    let text = format!("{name}={value}; Path=/sign-in; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    // Letters, digits, points, dashes and underscores.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn begun_name(app: &App) -> &'static str {
    if app.settings.is_secure() { SECURE_BEGUN } else { BEGUN }
}

#[derive(Template)]
#[template(path = "signed-in.html")]
struct SignedInPage {
    frame: Frame,
    /// Who it is, where this page may know.
    who: Option<WhoPage>,
}

struct WhoPage {
    name: String,
    role: &'static str,
    agency: String,
    back: String,
}

/// Back from the issuer.
async fn from_issuer(
    app: web::Data<App>,
    request: HttpRequest,
    door: web::Path<String>,
    answer: web::Query<CameBack>,
) -> Result<HttpResponse, PageProblem> {
    let cookie = named_cookie(&request, begun_name(&app));
    let arrived = match app.from_issuer(&door, cookie, answer.into_inner()).await {
        Ok(arrived) => arrived,
        Err(refused) => return refuse(&app, refused),
    };
    let token = app.open_session(arrived.account, arrived.practitioner).await?;
    let (visitor, _) = app.at_browser(&token, true).await.map_err(|_| Problem::unproven("Sign in."))?;
    let (name, agency) = super::session::names(&app, &visitor).await?;
    let role = visitor.actor().roles.first().map_or("no role", |role| words::role(*role));
    let who = Some(WhoPage { name, role, agency, back: arrived.back });
    let shown = SignedInPage { frame: Frame::plain("You are signed in").of_node(&app), who };
    let mut answer = with_session(&app, page(StatusCode::OK, &shown), &token, None);
    answer.headers_mut().append(header::SET_COOKIE, begun_cookie(&app, "", "0"));
    Ok(answer)
}

/// The end of a tab that was opened to sign in again.
async fn signed_in(session: Session) -> HttpResponse {
    page(StatusCode::OK, &SignedInPage { frame: Frame::of(&session, "You are signed in again"), who: None })
}

#[derive(Template)]
#[template(path = "not-signed-in.html")]
struct NotSignedInPage {
    frame: Frame,
    says: String,
    /// What whoever links accounts must be told.
    subject: Option<String>,
}

/// Why somebody is not signed in, in a page of its own.
fn refuse(app: &App, refused: Refused) -> Result<HttpResponse, PageProblem> {
    let (status, says, subject) = match refused {
        Refused::NoSuchDoor => return Err(Problem::no_such_page().into()),
        Refused::Unproven(Unproven::Record(error)) => return Err(error.into()),
        Refused::Published(error) => {
            tracing::warn!(%error, "somebody cannot sign in at their issuer");
            return Err(ReadError::Unavailable(error.into()).into());
        }
        Refused::NotBegunHere => (
            StatusCode::BAD_REQUEST,
            "This was not begun at this browser, or more than a quarter of an hour ago. Begin again.".to_owned(),
            None,
        ),
        Refused::NobodyHere { name, subject } => (
            StatusCode::FORBIDDEN,
            format!(
                "{name} knows you, and nobody here has said yet who you are. Whoever answers for accounts in your \
                 agency can link your account. Tell them this, and nobody else needs it:"
            ),
            Some(subject),
        ),
        Refused::Unproven(Unproven::NotAtWork) => (
            StatusCode::FORBIDDEN,
            "Your account is of somebody who has left, or who works for an agency that it cannot be used for."
                .to_owned(),
            None,
        ),
        Refused::AtTheIssuer | Refused::Unproven(_) => (
            StatusCode::FORBIDDEN,
            "You were not let in where you signed in, or what it said of you does not hold here. Begin again."
                .to_owned(),
            None,
        ),
    };
    let frame = Frame::plain("You are not signed in").of_node(app).wrong(true);
    let mut answer = page(status, &NotSignedInPage { frame, says, subject });
    answer.headers_mut().append(header::SET_COOKIE, begun_cookie(app, "", "0"));
    Ok(answer)
}

#[derive(Template)]
#[template(path = "signed-out.html")]
struct SignedOutPage {
    frame: Frame,
    /// Where to sign out of the issuer too, and what it is called.
    issuer: Option<(String, String)>,
}

async fn sign_out(
    app: web::Data<App>,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, PageProblem> {
    if let Some(token) = cookie_of(&app, &request) {
        app.close_session(token).await?;
    }
    let Some(proof) = posted.session.visitor.proof() else {
        return Ok(without_session(&app, see("/")));
    };
    let issuer = app.way_out(proof.account).await.map(|(address, door)| (address, door.name));
    let shown = SignedOutPage { frame: Frame::plain("You are signed out").of_node(&app), issuer };
    Ok(without_session(&app, page(StatusCode::OK, &shown)))
}

/// For how long somebody is signed in yet, in seconds, if they do nothing, and what their forms carry: a page left open
/// knows by it whether it is theirs.
async fn how_long(app: web::Data<App>, session: Session) -> HttpResponse {
    let left = session.visitor.until().map(|until| (until - app.clock.now()).num_seconds());
    HttpResponse::Ok().json(serde_json::json!({ "seconds": left, "form": session.form_token() }))
}

/// They are still there.
async fn go_on(_: Posted) -> HttpResponse {
    HttpResponse::NoContent().finish()
}
