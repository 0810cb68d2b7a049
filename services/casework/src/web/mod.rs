//! The pages: rendered here, in GOV.UK style, whole without scripts, live with them. One file a journey.
//!
//! A handler proves who asks ([`session`]), reads what was typed ([`form`]), calls the same `execute`, `enquire`,
//! `look` and queries as the API does, and renders a typed template. Nothing personal is ever in an address: what is
//! searched for is posted, and records are addressed by id.

mod alerts;
mod ask;
mod assets;
mod components;
mod contact;
mod day;
mod duties;
mod entry;
mod form;
mod frame;
mod homes;
mod kept;
mod looks;
mod mark;
#[cfg(test)]
mod markup;
pub(crate) mod measures;
mod near;
mod notices;
#[cfg(test)]
mod older_words;
mod problem;
mod queue;
mod queue_live;
mod receipt;
mod reviews;
mod session;
mod sign_in;
mod start;
mod story;
mod tell;
mod time_machine;
mod words;

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::api::address::{Address, nowhere};
use crate::app::App;
use crate::error::Problem;
use problem::PageProblem;

/// Every address of the pages.
#[must_use]
pub fn addresses() -> Vec<Address> {
    [
        assets::addresses(),
        start::addresses(),
        sign_in::addresses(),
        ask::addresses(),
        receipt::addresses(),
        story::addresses(),
        tell::addresses(),
        alerts::addresses(),
        contact::addresses(),
        queue::addresses(),
        looks::addresses(),
        measures::addresses(),
        reviews::addresses(),
        notices::addresses(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Adds the pages to a server, and an answer at every address that is none: a page for whoever reads pages, a problem
/// for programs.
pub fn configure(config: &mut web::ServiceConfig) {
    config.app_data(form::reading());
    for address in addresses() {
        config.service(address.into_resource().wrap(from_fn(kept::keep)).wrap(from_fn(session::renew)));
    }
    config.default_service(web::to(no_such_page));
}

async fn no_such_page(request: HttpRequest) -> HttpResponse {
    let accepts = request.headers().get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        let is_demonstration =
            request.app_data::<web::Data<App>>().is_some_and(|app| app.settings.demonstration);
        return PageProblem::from(Problem::no_such_page()).page(is_demonstration);
    }
    nowhere().await
}
