//! What is done between decisions: visits, core groups, notes.

use actix_web::{HttpResponse, web};
use domain::case::hold_core_group::HoldCoreGroup;
use domain::case::make_visit::MakeVisit;
use domain::case::write_note::WriteNote;
use domain::ids::{CaseId, CpPlanId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenMissing, GivenNarrative, GivenNoteKind, GivenOccurred, GivenPractitionerId, GivenSeen,
    GivenVisitKind, Json,
};
use crate::app::App;
use crate::error::Problem;

/// A visit, and whether the child was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeVisitOf {
    on: GivenOccurred,
    kind: GivenVisitKind,
    seen: GivenSeen,
    /// Who went; whoever records it unless another is named.
    #[serde(default)]
    practitioner: Option<GivenPractitionerId>,
    #[serde(default)]
    account: Option<GivenNarrative>,
}

/// Records a visit.
#[utoipa::path(post, path = "/api/v1/cases/{id}/visits", tag = "cases", params(("id" = Uuid, Path)), request_body = MakeVisitOf, responses((status = 200, body = Done)))]
pub async fn make_visit(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<MakeVisitOf>,
) -> Result<HttpResponse, Problem> {
    let command = MakeVisit {
        on: body.on.0,
        kind: body.kind.0,
        seen: body.seen.0,
        practitioner: body.practitioner.map(|given| given.0),
        account: body.account.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// A meeting of a plan's core group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldCoreGroupOf {
    on: GivenOccurred,
    /// Who should have been there and was not.
    #[serde(default)]
    missing: Vec<GivenMissing>,
    #[serde(default)]
    account: Option<GivenNarrative>,
}

/// Records a meeting of a plan's core group.
#[utoipa::path(post, path = "/api/v1/cases/{id}/plans/{plan}/core-groups", tag = "cases", params(("id" = Uuid, Path), ("plan" = Uuid, Path)), request_body = HoldCoreGroupOf, responses((status = 200, body = Done)))]
pub async fn hold_core_group(
    app: web::Data<App>,
    asking: Asking,
    At((id, plan)): At<(CaseId, CpPlanId)>,
    Json(body): Json<HoldCoreGroupOf>,
) -> Result<HttpResponse, Problem> {
    let command = HoldCoreGroup {
        plan,
        on: body.on.0,
        missing: body.missing.into_iter().map(|given| given.0).collect(),
        account: body.account.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNoteOf {
    on: GivenOccurred,
    kind: GivenNoteKind,
    text: GivenNarrative,
}

/// Writes a note.
#[utoipa::path(post, path = "/api/v1/cases/{id}/notes", tag = "cases", params(("id" = Uuid, Path)), request_body = WriteNoteOf, responses((status = 200, body = Done)))]
pub async fn write_note(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<WriteNoteOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, WriteNote { on: body.on.0, kind: body.kind.0, text: body.text.0 }).await
}
