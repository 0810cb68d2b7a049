//! A story held open: each new entry comes in the page's own markup, and the page is told when the rest of it would look
//! otherwise by now. Whoever is told no timeline hears that alone.

use std::sync::Arc;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template as _;
use domain::access::{Action, Disclosure, Purpose};
use domain::ids::PersonId;
use domain::person::uncertain_date::UncertainDate;
use projections::{people, timeline};
use serde::Deserialize;
use tracing::Instrument as _;

use super::head::Subject;
use crate::api::held_open::{Ended, Heard, Line, unread};
use crate::api::input::{Asking, Written as _};
use crate::api::people::live::{Writing, hold_open};
use crate::api::reading::{OfPerson, read_person};
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::server::Shared;
use crate::visitor::Visitor;
use crate::web::entry::Telling;
use crate::web::mark::Mark;
use crate::web::problem::PageProblem;
use crate::web::session::Session;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Asked {
    /// Why.
    r#for: String,
    /// What comes after it is sent. Absent on a page without a timeline.
    after: Option<String>,
    /// The mark of the head that the page shows.
    seen: Mark,
}

/// An open page, and what it shows.
struct OpenPage {
    app: Arc<App>,
    visitor: Visitor,
    id: PersonId,
    purpose: Purpose,
    born: Option<UncertainDate>,
    looks_back: Option<PersonId>,
    seen: Mark,
}

impl Writing for OpenPage {
    async fn entry(&self, item: timeline::Item) -> Result<String, ReadError> {
        let mut telling = Telling::new(self.born, self.purpose, self.looks_back);
        telling.learn(&self.app, item.agency.into_iter()).await?;
        let html = telling.say(&item).render().map_err(|cause| ReadError::Corrupt(Box::new(cause)))?;
        // A message ends at a line break.
        Ok(html.replace(['\n', '\r'], " "))
    }

    async fn is_otherwise(&mut self) -> Result<bool, ReadError> {
        let Self { id, purpose, .. } = *self;
        let subject = Subject { app: &self.app, visitor: &self.visitor, id, purpose, as_of: None };
        let now = subject.mark().await?;
        Ok(self.seen.renew(now))
    }
}

pub(super) async fn live(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    session: Session,
    id: Path<String>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageProblem> {
    let id = PersonId::read(&id).map_err(|_| Problem::no_such_page())?;
    let purpose: Purpose = asked.r#for.parse().map_err(|_| Problem::no_such_page())?;
    let asking = session.asking(purpose);
    let Some(after) = asked.after.as_deref() else {
        let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
        let seen = last.map_or_else(|| asked.seen.clone(), Mark::from);
        return hold_head_open(app, shared, asking, id, seen).await;
    };
    let known = read_person(&app, &asking, Action::ReadPerson, id, None, async |scope| {
        let known = people::known(&app.views, scope, &[id]).await?.remove(&id);
        Ok(known.map(|known| OfPerson { disclosure: known.disclosure, answer: known.born() }))
    });
    let looks_back = app.scope(&session.visitor, Action::Replay, purpose).is_ok().then_some(id);
    let page = OpenPage {
        app: app.clone().into_inner(),
        born: known.await?,
        visitor: session.visitor,
        id,
        purpose,
        looks_back,
        seen: asked.seen.clone(),
    };
    Ok(hold_open(app, shared, asking, id, Some(after), &request, page).await?)
}

/// Holds a page open that tells how a child stands and not what happened. To open it is a look, as the page is; what is
/// heard says no more than that the page would look otherwise.
async fn hold_head_open(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    asking: Asking,
    id: PersonId,
    seen: Mark,
) -> Result<HttpResponse, PageProblem> {
    // Listening begins before anything is read, so that nothing falls between the two.
    let touches = shared.hub.listen();
    let mut open = OpenHead { app: app.into_inner(), asking, id, seen };
    let has_changed = open.look().await?;
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
        tracing::debug!(reason, "a story held open was closed");
    };
    tokio::spawn(held.instrument(tracing::info_span!("live story")));
    Ok(answer)
}

/// What stands on such a page, held open by one reader.
struct OpenHead {
    app: Arc<App>,
    asking: Asking,
    id: PersonId,
    /// The mark of what the reader has, or was told of.
    seen: Mark,
}

impl OpenHead {
    fn subject(&self) -> Subject<'_> {
        let Self { app, asking, id, .. } = self;
        Subject { app, visitor: &asking.visitor, id: *id, purpose: asking.purpose, as_of: None }
    }

    /// Reads it as the page does, on record; true when it is another by now.
    async fn look(&mut self) -> Result<bool, Problem> {
        let subject = self.subject();
        subject.take_in().await;
        let found =
            read_person(&self.app, &self.asking, Action::ReadTimeline, self.id, None, async |scope| {
                let found = subject.read(scope).await?;
                let disclosure = found.disclosure();
                Ok((disclosure > Disclosure::None).then_some(OfPerson { answer: found, disclosure }))
            });
        let now = Mark::of(&self.app, &subject.head(found.await?).await?);
        Ok(self.seen.renew(now))
    }

    async fn serve(
        &mut self,
        line: &mut Line,
        mut has_changed: bool,
    ) -> Result<std::convert::Infallible, Ended> {
        self.say("ready", line).await?;
        loop {
            if has_changed {
                self.say("otherwise", line).await?;
            }
            has_changed = match line.hear(&self.app, &self.asking.visitor).await? {
                Heard::Touch(touch) if !touch.named.people.contains(&self.id.0) => false,
                Heard::Touch(_) | Heard::Missed(_) => {
                    let now = self.subject().mark().await.map_err(unread)?;
                    self.seen.renew(now)
                }
            };
        }
    }

    async fn say(&self, event: &str, line: &Line) -> Result<(), Ended> {
        line.send(format!("id: {}\nevent: {event}\ndata: {{}}\n\n", self.seen).into()).await
    }
}
