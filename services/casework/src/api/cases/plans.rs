//! Child protection plans and child in need plans between and beside conferences.

use actix_web::{HttpResponse, web};
use domain::case::change_category::ChangeCategory;
use domain::case::end_cin_plan::EndCinPlan;
use domain::case::end_cp_plan::EndCpPlan;
use domain::case::start_cin_plan::StartCinPlan;
use domain::ids::{CaseId, CinPlanId, CpPlanId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenAbuseCategory, GivenCinPlanEnd, GivenCpPlanEnd, GivenEpisodeId, GivenOccurred, Json,
};
use crate::app::App;
use crate::error::Problem;

/// Categories set anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCategoryOf {
    on: GivenOccurred,
    #[schema(min_items = 1)]
    categories: Vec<GivenAbuseCategory>,
}

/// Sets a protection plan's categories anew, outside a review that is on record.
#[utoipa::path(post, path = "/api/v1/cases/{id}/plans/{plan}/categories", tag = "cases", params(("id" = Uuid, Path), ("plan" = Uuid, Path)), request_body = ChangeCategoryOf, responses((status = 200, body = Done)))]
pub async fn change_category(
    app: web::Data<App>,
    asking: Asking,
    At((id, plan)): At<(CaseId, CpPlanId)>,
    Json(body): Json<ChangeCategoryOf>,
) -> Result<HttpResponse, Problem> {
    let categories = body.categories.into_iter().map(|given| given.0).collect();
    act(&app, asking, id, ChangeCategory { plan, on: body.on.0, categories }).await
}

/// Why a protection plan ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCpPlanOf {
    on: GivenOccurred,
    reason: GivenCpPlanEnd,
}

/// Records that a protection plan ended without a decision of this authority's.
#[utoipa::path(post, path = "/api/v1/cases/{id}/plans/{plan}/end", tag = "cases", params(("id" = Uuid, Path), ("plan" = Uuid, Path)), request_body = EndCpPlanOf, responses((status = 200, body = Done)))]
pub async fn end_cp_plan(
    app: web::Data<App>,
    asking: Asking,
    At((id, plan)): At<(CaseId, CpPlanId)>,
    Json(body): Json<EndCpPlanOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndCpPlan { plan, on: body.on.0, reason: body.reason.0 }).await
}

/// The beginning of a child in need plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartCinPlanOf {
    episode: GivenEpisodeId,
    on: GivenOccurred,
}

/// Starts a child in need plan, perhaps as a step down from a protection plan.
#[utoipa::path(post, path = "/api/v1/cases/{id}/cin-plans", tag = "cases", params(("id" = Uuid, Path)), request_body = StartCinPlanOf, responses((status = 200, body = Done)))]
pub async fn start_cin_plan(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<StartCinPlanOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, StartCinPlan { episode: body.episode.0, on: body.on.0 }).await
}

/// Why a child in need plan ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCinPlanOf {
    on: GivenOccurred,
    reason: GivenCinPlanEnd,
}

/// Ends a child in need plan.
#[utoipa::path(post, path = "/api/v1/cases/{id}/cin-plans/{plan}/end", tag = "cases", params(("id" = Uuid, Path), ("plan" = Uuid, Path)), request_body = EndCinPlanOf, responses((status = 200, body = Done)))]
pub async fn end_cin_plan(
    app: web::Data<App>,
    asking: Asking,
    At((id, plan)): At<(CaseId, CinPlanId)>,
    Json(body): Json<EndCinPlanOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndCinPlan { plan, on: body.on.0, reason: body.reason.0 }).await
}
