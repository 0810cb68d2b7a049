//! The front door's queue held open: it says that what is shown has changed, and nothing of what came.
//!
//! When something comes in or is decided at the reader's front door, the queue is read as the page would read it, and only
//! if it has another mark ([`super::mark`]) the page is told to load again. Nothing is said of anybody: the look is the
//! page's, on record like any.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::access::Action;
use domain::authority::Authority;
use projections::alerts::Listed;
use projections::contacts::Told;
use serde::Deserialize;
use tracing::Instrument as _;

use super::mark::Mark;
use super::problem::PageProblem;
use super::queue::{ALERTS_BESIDE, PURPOSE, open_alerts};
use super::session::Session;
use crate::api::held_open::{Ended, Heard, Line, unread};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::server::Shared;
use crate::visitor::Visitor;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    /// The mark of what the page shows.
    seen: Mark,
}

/// The mark of what a queue is of, those that wait and are not shown included; of alerts, the newest count.
pub(super) fn mark_of<'a>(app: &App, told: impl Iterator<Item = &'a Told>, listed: &[Listed]) -> Mark {
    let told: Vec<_> = told.map(|told| (told.contact.0, told.incident.0)).collect();
    let newest = listed.iter().take(ALERTS_BESIDE);
    let alerts: Vec<_> = newest.map(|alert| (alert.alert.0, alert.changed_at)).collect();
    Mark::of(app, &(told, alerts))
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
        seen: last.map_or_else(|| asked.seen.clone(), Mark::from),
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
    seen: Mark,
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
                Heard::Touch(touch) if !touch.named.front_doors.contains(self.authority.as_str()) => false,
                Heard::Touch(_) | Heard::Missed(_) => self.has_changed().await.map_err(unread)?,
            };
        }
    }

    /// Reads the queue as its page does.
    async fn has_changed(&mut self) -> Result<bool, ReadError> {
        let scope = self.app.scope(&self.visitor, Action::ReadContact, PURPOSE)?;
        let told = self.app.waiting(&scope).await?.contacts;
        let scope = self.app.scope(&self.visitor, Action::ReadAlerts, PURPOSE)?;
        let (listed, _) = open_alerts(&self.app, &scope, ALERTS_BESIDE).await?;
        Ok(self.seen.renew(mark_of(&self.app, told.iter(), &listed)))
    }

    async fn say(&self, event: &str, line: &Line) -> Result<(), Ended> {
        line.send(format!("id: {}\nevent: {event}\ndata: {{}}\n\n", self.seen).into()).await
    }
}
