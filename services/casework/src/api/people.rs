//! People on record: opening a record, saying more about somebody, restricting it. Reading is beside: see the
//! modules below.

mod addresses;
mod assertion;
mod authorities;
mod births;
mod enquiries;
mod identity;
pub(crate) mod live;
mod looks;
mod missing;
mod search;
mod status;
mod ties;
mod timeline;

use actix_web::{HttpResponse, web};
use domain::ids::PersonId;
use domain::person::{Assert, LiftRestriction, Open, RecordBirth, RecordDeath, Restrict};
use domain::when::Occurred;
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::addresses::*;
use self::assertion::GivenAssertion;
pub use self::authorities::*;
pub use self::births::*;
pub use self::enquiries::*;
pub use self::identity::*;
pub use self::live::*;
pub use self::looks::*;
pub use self::missing::*;
pub use self::search::*;
pub use self::status::*;
pub use self::ties::*;
pub use self::timeline::*;
use super::address::{Address, at};
use super::done::{Done, begin, go_on};
use super::input::{
    Asking, At, GivenDay, GivenOccurred, GivenPersonKind, GivenPractitionerId, GivenRestrictionReason,
    GivenUncertainDate, Json,
};
use super::source::GivenSource;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/people").post(open),
        at("/people/search").post(search),
        at("/people/{id}").get(read_identity),
        at("/people/{id}/timeline").get(read_timeline),
        at("/people/{id}/timeline/live").get(read_live),
        at("/people/{id}/enquiries").get(read_enquiries),
        at("/people/{id}/status").get(read_status),
        at("/people/{id}/addresses").get(read_addresses),
        at("/people/{id}/ties").get(read_ties),
        at("/people/{id}/looks").get(read_looks),
        at("/people/{id}/assertions").post(assert),
        at("/people/{id}/birth").post(record_birth),
        at("/people/{id}/birth/acceptance").post(accept_birth),
        at("/births/unsettled").get(read_unsettled),
        at("/people/{id}/death").post(record_death),
        at("/people/{id}/authorities").post(record_authority),
        at("/people/{id}/missing").post(report_missing),
        at("/people/{id}/found").post(record_found),
        at("/people/{id}/restriction").post(restrict),
        at("/people/{id}/restriction/lift").post(lift_restriction),
    ]
}

fn on_person(id: PersonId, command: impl Into<domain::person::Command>) -> Command {
    Command::Person { id: Some(id), command: command.into() }
}

/// Now, when nothing else is said.
fn when(asking: &Asking, given: Option<GivenOccurred>) -> Occurred {
    given.map_or(Occurred::Instant(asking.now), |given| given.0)
}

/// Somebody who comes on record, with what is known of them so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPerson {
    kind: GivenPersonKind,
    assertions: Vec<GivenAssertion>,
    source: GivenSource,
    /// When it was said; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
}

/// Opens the record of somebody.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = OpenPerson,
    responses((status = 201, body = Done), (status = 200, body = Done, description = "Opened by the same order before.")))]
pub async fn open(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<OpenPerson>,
) -> Result<HttpResponse, Problem> {
    let command = Open {
        kind: body.kind.0,
        assertions: assertion::read_all(body.assertions)?,
        source: body.source.of(asking.visitor.agency()),
        occurred: when(&asking, body.occurred),
        testimony: None,
    };
    begin(&app, asking, Command::Person { id: None, command: command.into() }, "people").await
}

/// More that is said about somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssertOfPerson {
    #[schema(min_items = 1)]
    assertions: Vec<GivenAssertion>,
    source: GivenSource,
    /// When it was said; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
}

/// Adds assertions about somebody. What the same source said before, said again, adds nothing.
#[utoipa::path(post, path = "/api/v1/people/{id}/assertions", tag = "people", params(("id" = Uuid, Path)), request_body = AssertOfPerson,
    responses((status = 200, body = Done)))]
pub async fn assert(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<AssertOfPerson>,
) -> Result<HttpResponse, Problem> {
    let command = Assert {
        assertions: assertion::read_all(body.assertions)?,
        source: body.source.of(asking.visitor.agency()),
        occurred: when(&asking, body.occurred),
        testimony: None,
    };
    go_on(&app, asking, on_person(id, command)).await
}

/// The birth of a child on record as unborn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BirthOfPerson {
    date: GivenUncertainDate,
    source: GivenSource,
    /// When it was said; now when absent. The day of birth itself stays sealed.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
}

/// Records that an unborn child is born.
#[utoipa::path(post, path = "/api/v1/people/{id}/birth", tag = "people", params(("id" = Uuid, Path)), request_body = BirthOfPerson,
    responses((status = 200, body = Done)))]
pub async fn record_birth(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<BirthOfPerson>,
) -> Result<HttpResponse, Problem> {
    let command = RecordBirth {
        date: body.date.0,
        source: body.source.of(asking.visitor.agency()),
        occurred: when(&asking, body.occurred),
        testimony: None,
    };
    go_on(&app, asking, on_person(id, command)).await
}

/// A death, as well as its time is known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeathOfPerson {
    occurred: GivenOccurred,
    source: GivenSource,
}

/// Records that somebody has died.
#[utoipa::path(post, path = "/api/v1/people/{id}/death", tag = "people", params(("id" = Uuid, Path)), request_body = DeathOfPerson,
    responses((status = 200, body = Done)))]
pub async fn record_death(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<DeathOfPerson>,
) -> Result<HttpResponse, Problem> {
    let source = body.source.of(asking.visitor.agency());
    let command = RecordDeath { occurred: body.occurred.0, source, testimony: None };
    go_on(&app, asking, on_person(id, command)).await
}

/// For named readers only, until it is reviewed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictPerson {
    reason: GivenRestrictionReason,
    /// Who answers for it, always reads, and is rung by those who may not; the asker when absent.
    #[serde(default)]
    owner: Option<GivenPractitionerId>,
    #[serde(default)]
    readers: Vec<GivenPractitionerId>,
    review_on: GivenDay,
}

/// Restricts a record to named readers. Given again, it takes the place of the restriction before.
#[utoipa::path(post, path = "/api/v1/people/{id}/restriction", tag = "people", params(("id" = Uuid, Path)), request_body = RestrictPerson,
    responses((status = 200, body = Done)))]
pub async fn restrict(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<RestrictPerson>,
) -> Result<HttpResponse, Problem> {
    let command = Restrict {
        reason: body.reason.0,
        owner: body.owner.map_or(asking.visitor.practitioner(), |given| given.0),
        readers: body.readers.into_iter().map(|given| given.0).collect(),
        review_on: body.review_on.0,
    };
    go_on(&app, asking, on_person(id, command)).await
}

/// Opens a restricted record again.
#[utoipa::path(post, path = "/api/v1/people/{id}/restriction/lift", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, body = Done)))]
pub async fn lift_restriction(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
) -> Result<HttpResponse, Problem> {
    go_on(&app, asking, on_person(id, LiftRestriction)).await
}
