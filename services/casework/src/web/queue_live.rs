//! The front door's queue held open: it says that something came in or was decided, and nothing of what.
//!
//! Whoever has the page open loads it again, and that is a look, on record like any. This is none: it says nothing of
//! anybody. Permission is asked before each message, and when it is gone the stream ends.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::access::Action;
use event_store::{EventStore as _, Position};
use serde::Deserialize;
use tracing::Instrument as _;
use uuid::Uuid;

use super::problem::PageProblem;
use super::queue::PURPOSE;
use super::session::Session;
use crate::api::held_open::{Ended, Heard, Line, resumed};
use crate::api::live::named_by;
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::policy::NotPermitted;
use crate::server::Shared;
use crate::visitor::Visitor;

/// A page that was away for longer than this is told to load again, whatever came.
const MISSED_MAX: usize = 1_000;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
}

/// The address by which a page hears what comes after it: for social care, which sees all that its front door is told.
pub(super) fn address(app: &App, shared: &Shared, session: &Session) -> Option<String> {
    let seen = Position::from_raw(u128::from(*app.record.watch_head().borrow()));
    let is_theirs = session.visitor.actor().is_in_social_care();
    is_theirs.then(|| format!("/queue/live?after={}", place(shared, &session.visitor, seen)))
}

fn place(shared: &Shared, visitor: &Visitor, position: Position) -> String {
    shared.places.seal(PlaceIn::LiveQueue, Uuid::nil(), visitor.practitioner(), position, None)
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
    let within = (PlaceIn::LiveQueue, Uuid::nil(), session.visitor.practitioner());
    let begun = resumed(&shared, within, asked.after.as_deref(), &request)?;
    // Listening begins before anything is read, so that nothing falls between the two.
    let touches = shared.hub.listen();
    let head = u128::from(*app.record.watch_head().borrow());
    let open = Open {
        app: app.into_inner(),
        shared: shared.into_inner(),
        visitor: session.visitor,
        authority: authority.to_string(),
        after: begun.unwrap_or(Position::from_raw(head)),
    };
    open.permitted().map_err(ReadError::from)?;
    let (line, answer) = Line::open(&open.shared, touches);
    open.shared.metrics.live_opened();
    tokio::spawn(open.run(line).instrument(tracing::info_span!("live queue")));
    Ok(answer)
}

/// A queue held open by one reader.
struct Open {
    app: Arc<App>,
    shared: Arc<Shared>,
    visitor: Visitor,
    authority: String,
    /// Everything up to here was heard.
    after: Position,
}

impl Open {
    fn permitted(&self) -> Result<(), NotPermitted> {
        let action = Action::ReadContact;
        if !self.visitor.actor().is_in_social_care() {
            return Err(NotPermitted { action, purpose: PURPOSE });
        }
        self.app.scope(&self.visitor, action, PURPOSE).map(drop)
    }

    async fn run(mut self, mut line: Line) {
        let reason = match self.serve(&mut line).await {
            Ok(never) => match never {},
            Err(reason) => reason,
        };
        line.end(reason);
        self.shared.metrics.live_closed(reason);
        tracing::debug!(reason, "a queue held open was closed");
    }

    async fn serve(&mut self, line: &mut Line) -> Result<std::convert::Infallible, Ended> {
        self.say("ready", line).await?;
        let mut has_changed = self.has_missed_something().await?;
        loop {
            self.permitted().map_err(|_| "not-permitted")?;
            if has_changed {
                self.say("changed", line).await?;
            }
            has_changed = match line.hear(&self.app, &self.visitor).await? {
                Heard::Touch(touch) => {
                    let is_new = touch.position > self.after;
                    self.after = self.after.max(touch.position);
                    is_new && touch.front_doors.contains(&self.authority)
                }
                Heard::Missed(missed) => missed > 0,
            };
        }
    }

    /// What came between the page, or the last that was heard, and this stream.
    async fn has_missed_something(&mut self) -> Result<bool, Ended> {
        let missed = self.app.record.read_all(self.after, MISSED_MAX).await.map_err(|error| {
            tracing::warn!(%error, "a queue held open cannot be read");
            "unavailable"
        })?;
        let Some(last) = missed.last() else { return Ok(false) };
        self.after = last.position;
        if missed.len() == MISSED_MAX {
            return Ok(true);
        }
        Ok(named_by(&self.app, &missed).await.front_doors.contains(&self.authority))
    }

    async fn say(&self, event: &str, line: &Line) -> Result<(), Ended> {
        let id = place(&self.shared, &self.visitor, self.after);
        line.send(format!("id: {id}\nevent: {event}\ndata: {{}}\n\n").into()).await
    }
}
