//! Which authority owes a child what.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::person::{OnDuty, RecordAuthority};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{on_person, when};
use crate::api::done::{Done, go_on};
use crate::api::input::{Asking, At, GivenAuthority, GivenDuty, GivenOccurred, Json};
use crate::api::source::GivenSource;
use crate::app::App;
use crate::error::Problem;

/// An authority that owes a child something.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuthorityOnDuty {
    #[schema(example = "responsible")]
    duty: &'static str,
    authority: String,
    since: NaiveDate,
}

impl From<OnDuty> for AuthorityOnDuty {
    fn from(on: OnDuty) -> Self {
        Self { duty: on.duty.code(), authority: on.authority.to_string(), since: on.since }
    }
}

/// Which authority has a duty to somebody from a day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityOfPerson {
    duty: GivenDuty,
    authority: GivenAuthority,
    /// From when; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    source: GivenSource,
}

/// Records which authority is responsible for a child, whose area they live in, or whose school they go to.
#[utoipa::path(post, path = "/api/v1/people/{id}/authorities", tag = "people", params(("id" = Uuid, Path)), request_body = AuthorityOfPerson,
    responses((status = 200, body = Done)))]
pub async fn record_authority(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<AuthorityOfPerson>,
) -> Result<HttpResponse, Problem> {
    let source = body.source.of(asking.visitor.agency());
    let command = RecordAuthority {
        duty: body.duty.0,
        authority: body.authority.0,
        occurred: when(&asking, body.occurred),
        source,
    };
    go_on(&app, asking, on_person(id, command)).await
}
