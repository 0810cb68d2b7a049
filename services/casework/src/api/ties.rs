//! Ties: relationships between people, and who lives in which household.

use actix_web::{HttpResponse, web};
use domain::ids::TieId;
use domain::tie::{End, Record, TieTo};
use serde::Deserialize;
use utoipa::ToSchema;

use super::address::{Address, at};
use super::done::{Done, begin, go_on};
use super::input::{
    Asking, At, GivenDay, GivenEndReason, GivenHouseholdId, GivenPersonId, GivenTieKind, Json,
};
use super::source::GivenSource;
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![at("/ties").post(record), at("/ties/{id}/end").post(end)]
}

/// A tie, read as: `from` is the `kind` of `to`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordTie {
    from: GivenPersonId,
    to: To,
    kind: GivenTieKind,
    /// The first day it held, where known.
    #[serde(default)]
    since: Option<GivenDay>,
    source: GivenSource,
}

/// The other end of a tie.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = TieTo)]
enum To {
    Person(GivenPersonId),
    /// Any UUID stands for a household; it is its members.
    Household(GivenHouseholdId),
}

/// Records a tie between two people, or a person's place in a household.
#[utoipa::path(post, path = "/api/v1/ties", tag = "ties", request_body = RecordTie,
    responses((status = 201, body = Done), (status = 200, body = Done, description = "Recorded by the same order before.")))]
pub async fn record(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<RecordTie>,
) -> Result<HttpResponse, Problem> {
    let command = Record {
        from: body.from.0,
        to: match body.to {
            To::Person(given) => TieTo::Person(given.0),
            To::Household(given) => TieTo::Household(given.0),
        },
        kind: body.kind.0,
        since: body.since.map(|given| given.0),
        source: body.source.of(asking.visitor.agency()),
        testimony: None,
    };
    begin(&app, asking, Command::Tie { id: None, command: command.into() }, "ties").await
}

/// How a tie ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndTie {
    /// The last day it held.
    on: GivenDay,
    reason: GivenEndReason,
    source: GivenSource,
}

/// Records that a tie no longer holds.
#[utoipa::path(post, path = "/api/v1/ties/{id}/end", tag = "ties", params(("id" = Uuid, Path)), request_body = EndTie,
    responses((status = 200, body = Done)))]
pub async fn end(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<TieId>,
    Json(body): Json<EndTie>,
) -> Result<HttpResponse, Problem> {
    let source = body.source.of(asking.visitor.agency());
    let command = End { on: body.on.0, reason: body.reason.0, source }.into();
    go_on(&app, asking, Command::Tie { id: Some(id), command }).await
}
