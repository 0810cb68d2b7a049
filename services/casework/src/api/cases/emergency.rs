//! Keeping a child safe tonight: police protection and the emergency protection order.

use actix_web::{HttpResponse, web};
use domain::case::end_emergency_order::EndEmergencyOrder;
use domain::case::end_police_protection::EndPoliceProtection;
use domain::case::extend_emergency_order::ExtendEmergencyOrder;
use domain::case::grant_emergency_order::GrantEmergencyOrder;
use domain::case::take_police_protection::TakePoliceProtection;
use domain::ids::{CaseId, EmergencyOrderId, PoliceProtectionId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenEmergencyOrderEnd, GivenInstant, GivenOccurred, GivenPoliceProtectionEnd, Json,
};
use crate::app::App;
use crate::error::Problem;

/// When a child was taken into police protection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakePoliceProtectionOf {
    /// To the minute: the 72 hours run from it.
    on: GivenOccurred,
}

/// Records that a constable took a child into police protection. It lapses by itself after 72 hours.
#[utoipa::path(post, path = "/api/v1/cases/{id}/police-protection", tag = "cases", params(("id" = Uuid, Path)), request_body = TakePoliceProtectionOf, responses((status = 200, body = Done)))]
pub async fn take_police_protection(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<TakePoliceProtectionOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, TakePoliceProtection { on: body.on.0 }).await
}

/// Why a child was released before the 72 hours were over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndPoliceProtectionOf {
    on: GivenOccurred,
    reason: GivenPoliceProtectionEnd,
}

/// Records that police protection ended early.
#[utoipa::path(post, path = "/api/v1/cases/{id}/police-protection/{police_protection}/end", tag = "cases", params(("id" = Uuid, Path), ("police_protection" = Uuid, Path)), request_body = EndPoliceProtectionOf, responses((status = 200, body = Done)))]
pub async fn end_police_protection(
    app: web::Data<App>,
    asking: Asking,
    At((id, police_protection)): At<(CaseId, PoliceProtectionId)>,
    Json(body): Json<EndPoliceProtectionOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndPoliceProtection { police_protection, on: body.on.0, reason: body.reason.0 })
        .await
}

/// An emergency protection order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantEmergencyOrderOf {
    on: GivenOccurred,
    /// As the court states it.
    until: GivenInstant,
}

/// Records that a court made an emergency protection order. It lapses by itself at its stated end.
#[utoipa::path(post, path = "/api/v1/cases/{id}/emergency-orders", tag = "cases", params(("id" = Uuid, Path)), request_body = GrantEmergencyOrderOf, responses((status = 200, body = Done)))]
pub async fn grant_emergency_order(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<GrantEmergencyOrderOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, GrantEmergencyOrder { on: body.on.0, until: body.until.0.0 }).await
}

/// Records that a court extended an emergency protection order, which it does once.
#[utoipa::path(post, path = "/api/v1/cases/{id}/emergency-orders/{order}/extension", tag = "cases", params(("id" = Uuid, Path), ("order" = Uuid, Path)), request_body = GrantEmergencyOrderOf, responses((status = 200, body = Done)))]
pub async fn extend_emergency_order(
    app: web::Data<App>,
    asking: Asking,
    At((id, order)): At<(CaseId, EmergencyOrderId)>,
    Json(body): Json<GrantEmergencyOrderOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, ExtendEmergencyOrder { order, on: body.on.0, until: body.until.0.0 }).await
}

/// Why an emergency protection order ended before the end it states.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndEmergencyOrderOf {
    on: GivenOccurred,
    reason: GivenEmergencyOrderEnd,
}

/// Records that an emergency protection order ended early.
#[utoipa::path(post, path = "/api/v1/cases/{id}/emergency-orders/{order}/end", tag = "cases", params(("id" = Uuid, Path), ("order" = Uuid, Path)), request_body = EndEmergencyOrderOf, responses((status = 200, body = Done)))]
pub async fn end_emergency_order(
    app: web::Data<App>,
    asking: Asking,
    At((id, order)): At<(CaseId, EmergencyOrderId)>,
    Json(body): Json<EndEmergencyOrderOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndEmergencyOrder { order, on: body.on.0, reason: body.reason.0 }).await
}
