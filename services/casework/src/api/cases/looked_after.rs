//! Being looked after by the authority.

use actix_web::{HttpResponse, web};
use domain::case::change_legal_status::ChangeLegalStatus;
use domain::case::end_looked_after::EndLookedAfter;
use domain::case::start_looked_after::StartLookedAfter;
use domain::ids::{CaseId, LookedAfterId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{Asking, At, GivenDay, GivenLegalStatus, GivenLookedAfterEnd, GivenOccurred, Json};
use crate::app::App;
use crate::error::Problem;

/// Under what law a child becomes looked after.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartLookedAfterOf {
    on: GivenOccurred,
    legal_status: GivenLegalStatus,
    /// The last day, where the order states one.
    #[serde(default)]
    until: Option<GivenDay>,
}

/// Records that a child becomes looked after.
#[utoipa::path(post, path = "/api/v1/cases/{id}/looked-after", tag = "cases", params(("id" = Uuid, Path)), request_body = StartLookedAfterOf, responses((status = 200, body = Done)))]
pub async fn start_looked_after(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<StartLookedAfterOf>,
) -> Result<HttpResponse, Problem> {
    let until = body.until.map(|given| given.0);
    act(&app, asking, id, StartLookedAfter { on: body.on.0, legal_status: body.legal_status.0, until }).await
}

/// Records that a child is looked after under another law.
#[utoipa::path(post, path = "/api/v1/cases/{id}/looked-after/{looked_after}/legal-status", tag = "cases", params(("id" = Uuid, Path), ("looked_after" = Uuid, Path)), request_body = StartLookedAfterOf, responses((status = 200, body = Done)))]
pub async fn change_legal_status(
    app: web::Data<App>,
    asking: Asking,
    At((id, looked_after)): At<(CaseId, LookedAfterId)>,
    Json(body): Json<StartLookedAfterOf>,
) -> Result<HttpResponse, Problem> {
    let until = body.until.map(|given| given.0);
    let command = ChangeLegalStatus { looked_after, on: body.on.0, legal_status: body.legal_status.0, until };
    act(&app, asking, id, command).await
}

/// Why a child is looked after no longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndLookedAfterOf {
    on: GivenOccurred,
    reason: GivenLookedAfterEnd,
}

/// Records that a child is looked after no longer.
#[utoipa::path(post, path = "/api/v1/cases/{id}/looked-after/{looked_after}/end", tag = "cases", params(("id" = Uuid, Path), ("looked_after" = Uuid, Path)), request_body = EndLookedAfterOf, responses((status = 200, body = Done)))]
pub async fn end_looked_after(
    app: web::Data<App>,
    asking: Asking,
    At((id, looked_after)): At<(CaseId, LookedAfterId)>,
    Json(body): Json<EndLookedAfterOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndLookedAfter { looked_after, on: body.on.0, reason: body.reason.0 }).await
}
