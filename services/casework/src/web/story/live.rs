//! A story held open: each new entry comes in the page's own markup, and the page is told when the rest of it would look
//! otherwise by now.

use std::sync::Arc;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template as _;
use domain::access::{Action, Purpose};
use domain::ids::PersonId;
use domain::person::uncertain_date::UncertainDate;
use projections::{people, timeline};
use serde::Deserialize;

use super::head::Subject;
use crate::api::input::Written as _;
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
    /// What comes after it is sent.
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
    Ok(hold_open(app, shared, asking, id, asked.after.as_deref(), &request, page).await?)
}
