//! What is around every page, and how a page is sent.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use askama::Template;
use domain::access::Role;

use super::assets::Assets;
use super::components::Hidden;
use super::session::Session;
use super::words;
use crate::app::App;

/// Only what this node serves itself; forms go nowhere else; nobody frames a page. Nothing inline, nothing evaluated.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                              connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Frame {
    pub title: String,
    pub has_error: bool,
    pub is_demonstration: bool,
    /// After so many seconds in which they do nothing, somebody is signed out.
    pub idle_seconds: Option<i64>,
    pub who: Option<Who>,
    pub places: Vec<Place>,
    /// Which of the places this is.
    pub here: &'static str,
    pub assets: Assets,
    pub version: &'static str,
}

/// Who is signed in, as the header says it.
#[derive(Clone, Debug)]
pub struct Who {
    pub name: String,
    pub role: &'static str,
    pub agency: String,
    pub hidden: Hidden,
}

/// A place one can always go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub name: &'static str,
    pub address: &'static str,
}

const HOME: Place = Place { name: "Home", address: "/" };
const ASK: Place = Place { name: "Ask about a child", address: "/ask" };

const FIND: Place = Place { name: "Find a record", address: "/find" };
const QUEUE: Place = Place { name: "What has come in", address: "/queue" };
const MEASURES: Place = Place { name: "How the work goes", address: "/measures" };
const REVIEWS: Place = Place { name: "How the record is used", address: "/reviews" };
const NOTICES: Place = Place { name: "Answers that differ", address: "/notices" };
const TOLD: Place = Place { name: "What we told", address: "/told" };

impl Frame {
    /// For nobody in particular.
    #[must_use]
    pub fn plain(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            has_error: false,
            is_demonstration: false,
            idle_seconds: None,
            who: None,
            places: Vec::new(),
            here: "",
            assets: Assets,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// For whoever is signed in.
    #[must_use]
    pub fn of(session: &Session, title: &str) -> Self {
        let who = Who {
            name: session.name.clone(),
            role: session.role().map_or("no role", words::role),
            agency: session.agency.clone(),
            hidden: session.hidden(),
        };
        Self {
            who: Some(who),
            places: places(session.role()),
            is_demonstration: session.is_demonstration,
            idle_seconds: session.idle.map(|idle| idle.num_seconds()),
            ..Self::plain(title)
        }
    }

    /// Of a node, for nobody in particular.
    #[must_use]
    pub fn of_node(self, app: &App) -> Self {
        Self { is_demonstration: app.settings.demonstration, ..self }
    }

    #[must_use]
    pub fn at(self, here: &'static str) -> Self {
        Self { here, ..self }
    }

    /// Says in the title that something is wrong.
    #[must_use]
    pub fn wrong(self, has_error: bool) -> Self {
        Self { has_error, ..self }
    }
}

/// Where somebody's work lies. What they may do there is policy's.
fn places(role: Option<Role>) -> Vec<Place> {
    match role {
        None | Some(Role::Administrator | Role::System) => vec![HOME],
        Some(Role::Auditor) => vec![HOME, FIND, REVIEWS, MEASURES],
        Some(Role::FrontDoor | Role::TeamManager) => vec![HOME, QUEUE, ASK, NOTICES, MEASURES],
        Some(Role::SocialWorker | Role::ConferenceChair | Role::Teacher) => vec![HOME, ASK],
        Some(Role::SafeguardingLead) => vec![HOME, ASK, TOLD, NOTICES, REVIEWS, MEASURES],
        Some(Role::EmergencyNurse | Role::PoliceOfficer | Role::HealthVisitor) => {
            vec![HOME, ASK, TOLD, NOTICES]
        }
    }
}

/// Sends a page.
pub fn page(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .body(html),
        Err(cause) => {
            tracing::error!(%cause, "a page could not be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Goes on to another page, by GET: a reload does nothing again.
pub fn see(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
