//! Who has the case.

use actix_web::{HttpResponse, web};
use domain::case::allocate_worker::AllocateWorker;
use domain::case::end_allocation::EndAllocation;
use domain::ids::{AllocationId, CaseId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{Asking, At, GivenOccurred, GivenPractitionerId, GivenTeamId, GivenWorkerRole, Json};
use crate::app::App;
use crate::error::Problem;

/// A worker, in a role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocateWorkerTo {
    practitioner: GivenPractitionerId,
    role: GivenWorkerRole,
    /// The team whose case it is with this worker.
    #[serde(default)]
    team: Option<GivenTeamId>,
    on: GivenOccurred,
}

/// Allocates a case to a worker. A new lead practitioner takes over from the one before.
#[utoipa::path(post, path = "/api/v1/cases/{id}/allocations", tag = "cases", params(("id" = Uuid, Path)), request_body = AllocateWorkerTo, responses((status = 200, body = Done)))]
pub async fn allocate_worker(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<AllocateWorkerTo>,
) -> Result<HttpResponse, Problem> {
    let command = AllocateWorker {
        practitioner: body.practitioner.0,
        role: body.role.0,
        team: body.team.map(|given| given.0),
        on: body.on.0,
    };
    act(&app, asking, id, command).await
}

/// The end of an allocation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndAllocationOf {
    on: GivenOccurred,
}

/// Ends an allocation.
#[utoipa::path(post, path = "/api/v1/cases/{id}/allocations/{allocation}/end", tag = "cases", params(("id" = Uuid, Path), ("allocation" = Uuid, Path)), request_body = EndAllocationOf, responses((status = 200, body = Done)))]
pub async fn end_allocation(
    app: web::Data<App>,
    asking: Asking,
    At((id, allocation)): At<(CaseId, AllocationId)>,
    Json(body): Json<EndAllocationOf>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, EndAllocation { allocation, on: body.on.0 }).await
}
