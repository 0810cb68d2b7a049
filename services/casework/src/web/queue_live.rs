//! The front door's queue held open: it says that what is shown has changed, and nothing of what came.
//!
//! The page carries a mark of what it shows. When something comes in or is decided at the reader's front door, the queue is
//! read as the page would read it, and only if the mark is another one the page is told to load again. So what is hidden
//! from a reader is not heard either. Nothing is said of anybody: the look is the page's, on record like any.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::access::Action;
use domain::alert::AlertState;
use domain::authority::Authority;
use projections::alerts::{self, Listed, Queue};
use projections::contacts::{self, Told};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tracing::Instrument as _;

use super::problem::PageProblem;
use super::queue::{ALERTS_BESIDE, PURPOSE};
use super::session::Session;
use crate::api::held_open::{Ended, Heard, Line};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::server::Shared;
use crate::subject::LISTED_MAX;
use crate::visitor::Visitor;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    /// The mark of what the page shows.
    seen: String,
}

/// A mark of what a queue shows: another one when anything of it is another. Of alerts, the newest count.
pub(super) fn mark_of(told: &[Told], listed: &[Listed]) -> String {
    let mut hash = Sha256::new();
    for told in told {
        hash.update(told.contact.0);
        hash.update(told.incident.0);
    }
    for alert in listed.iter().take(ALERTS_BESIDE) {
        hash.update(alert.alert.0);
        hash.update(alert.changed_at.timestamp_micros().to_be_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) async fn live(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    session: Session,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let Some(authority) = session.visitor.actor().authority.clone() else {
        return Err(Problem::no_such_page().into());
    };
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    // Listening begins before anything is read, so that nothing falls between the two.
    let touches = shared.hub.listen();
    let mut open = Open {
        app: app.into_inner(),
        visitor: session.visitor,
        authority,
        seen: last.unwrap_or(&asked.seen).to_owned(),
    };
    let has_changed = open.has_changed().await?;
    let (mut line, answer) = Line::open(&shared, touches);
    let shared = shared.into_inner();
    shared.metrics.live_opened();
    let held = async move {
        let reason = match open.serve(&mut line, has_changed).await {
            Ok(never) => match never {},
            Err(reason) => reason,
        };
        line.end(reason);
        shared.metrics.live_closed(reason);
        tracing::debug!(reason, "a queue held open was closed");
    };
    tokio::spawn(held.instrument(tracing::info_span!("live queue")));
    Ok(answer)
}

/// A queue held open by one reader.
struct Open {
    app: Arc<App>,
    visitor: Visitor,
    authority: Authority,
    /// The mark of what the reader has, or was told of.
    seen: String,
}

impl Open {
    async fn serve(
        &mut self,
        line: &mut Line,
        mut has_changed: bool,
    ) -> Result<std::convert::Infallible, Ended> {
        self.say("ready", line).await?;
        loop {
            if has_changed {
                self.say("changed", line).await?;
            }
            has_changed = match line.hear(&self.app, &self.visitor).await? {
                Heard::Touch(touch) if !touch.front_doors.contains(self.authority.as_str()) => false,
                Heard::Touch(_) | Heard::Missed(_) => match self.has_changed().await {
                    Ok(has_changed) => has_changed,
                    Err(ReadError::NotPermitted(_) | ReadError::Absent) => return Err("not-permitted"),
                    Err(error) => {
                        tracing::warn!(%error, "a queue held open cannot be read");
                        return Err("unavailable");
                    }
                },
            };
        }
    }

    /// Reads the queue as its page does.
    async fn has_changed(&mut self) -> Result<bool, ReadError> {
        self.app.take_in("contacts").await;
        self.app.take_in("alerts").await;
        let scope = self.app.scope(&self.visitor, Action::ReadContact, PURPOSE)?;
        let told = contacts::undecided(&self.app.views, &scope, &self.authority, LISTED_MAX).await?;
        let scope = self.app.scope(&self.visitor, Action::ReadAlerts, PURPOSE)?;
        let authority = Some(self.authority.clone());
        let queue = Queue { state: AlertState::Open, authority, after: None, limit: ALERTS_BESIDE };
        let (listed, _) = alerts::queue(&self.app.views, &scope, &queue).await?;
        let mark = mark_of(&told.contacts, &listed);
        let has_changed = mark != self.seen;
        self.seen = mark;
        Ok(has_changed)
    }

    async fn say(&self, event: &str, line: &Line) -> Result<(), Ended> {
        line.send(format!("id: {}\nevent: {event}\ndata: {{}}\n\n", self.seen).into()).await
    }
}
