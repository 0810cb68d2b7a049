//! Cases: one child at one authority, for life. One sub-resource an act; the rules are the domain's.

mod assessments;
mod conferences;
mod emergency;
mod looked_after;
mod plans;
mod read;
mod section47s;
mod visits;
mod workers;

use actix_web::{HttpResponse, web};
use domain::case::close_case::CloseCase;
use domain::case::decide_referral::DecideReferral;
use domain::case::receive_referral::ReceiveReferral;
use domain::ids::CaseId;
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::assessments::*;
pub use self::conferences::*;
pub use self::emergency::*;
pub use self::looked_after::*;
pub use self::plans::*;
pub use self::read::*;
pub use self::section47s::*;
pub use self::visits::*;
pub use self::workers::*;
use super::address::{Address, at};
use super::done::{Done, go_on_telling};
use super::input::{
    Asking, At, GivenAuthority, GivenClosureReason, GivenContactId, GivenEpisodeId, GivenNarrative,
    GivenOccurred, GivenPersonId, GivenPrimaryNeed, GivenReferralOutcome, GivenReferralSource, Json,
};
use crate::app::App;
use crate::error::Problem;
use crate::execute::Command;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/cases").post(receive_referral),
        at("/cases/{id}").get(read_case),
        at("/cases/{id}/decision").post(decide_referral),
        at("/cases/{id}/assessments").post(start_assessment),
        at("/cases/{id}/assessments/{assessment}/review-point").post(set_review_point),
        at("/cases/{id}/assessments/{assessment}/completion").post(complete_assessment),
        at("/cases/{id}/s47s").post(start_section47),
        at("/cases/{id}/s47s/{section47}/conclusion").post(conclude_section47),
        at("/cases/{id}/conferences/initial").post(hold_initial_conference),
        at("/cases/{id}/conferences/transfer-in").post(hold_transfer_in_conference),
        at("/cases/{id}/conferences/review").post(hold_review_conference),
        at("/cases/{id}/plans/{plan}/categories").post(change_category),
        at("/cases/{id}/plans/{plan}/end").post(end_cp_plan),
        at("/cases/{id}/cin-plans").post(start_cin_plan),
        at("/cases/{id}/cin-plans/{plan}/end").post(end_cin_plan),
        at("/cases/{id}/looked-after").post(start_looked_after),
        at("/cases/{id}/looked-after/{looked_after}/end").post(end_looked_after),
        at("/cases/{id}/plans/{plan}/core-groups").post(hold_core_group),
        at("/cases/{id}/visits").post(make_visit),
        at("/cases/{id}/notes").post(write_note),
        at("/cases/{id}/looked-after/{looked_after}/legal-status").post(change_legal_status),
        at("/cases/{id}/police-protection").post(take_police_protection),
        at("/cases/{id}/police-protection/{police_protection}/end").post(end_police_protection),
        at("/cases/{id}/emergency-orders").post(grant_emergency_order),
        at("/cases/{id}/emergency-orders/{order}/extension").post(extend_emergency_order),
        at("/cases/{id}/emergency-orders/{order}/end").post(end_emergency_order),
        at("/cases/{id}/allocations").post(allocate_worker),
        at("/cases/{id}/allocations/{allocation}/end").post(end_allocation),
        at("/cases/{id}/closure").post(close_case),
    ]
}

/// Carries out an act on a case.
async fn act(
    app: &App,
    asking: Asking,
    id: CaseId,
    command: impl Into<domain::case::Command>,
) -> Result<HttpResponse, Problem> {
    go_on_telling(app, asking, Command::Case { id, command: command.into() }, "case").await
}

/// A request for services: an episode begins, and with the first one the case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveReferralOf {
    child: GivenPersonId,
    authority: GivenAuthority,
    on: GivenOccurred,
    source: GivenReferralSource,
    #[serde(default)]
    primary_need: Option<GivenPrimaryNeed>,
    /// The contact that became this referral.
    #[serde(default)]
    contact: Option<GivenContactId>,
    /// The authority the child moves from while on a plan there; `on` is then the day its notice arrived.
    #[serde(default)]
    transferred_from: Option<GivenAuthority>,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Receives a referral. A child has one case at an authority, whose id is always the same.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = ReceiveReferralOf,
    responses((status = 200, body = Done)))]
pub async fn receive_referral(
    app: web::Data<App>,
    asking: Asking,
    Json(body): Json<ReceiveReferralOf>,
) -> Result<HttpResponse, Problem> {
    let id = app.ids.case(body.child.0, &body.authority.0);
    let command = ReceiveReferral {
        child: body.child.0,
        authority: body.authority.0,
        on: body.on.0,
        source: body.source.0,
        primary_need: body.primary_need.map(|given| given.0),
        contact: body.contact.map(|given| given.0),
        transferred_from: body.transferred_from.map(|given| given.0),
        reason: body.reason.map(|given| given.0),
    };
    go_on_telling(&app, asking, Command::Case { id, command: command.into() }, "case").await
}

/// The response decided on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReferralOf {
    episode: GivenEpisodeId,
    on: GivenOccurred,
    outcome: GivenReferralOutcome,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Decides a referral.
#[utoipa::path(post, path = "/api/v1/cases/{id}/decision", tag = "cases", params(("id" = Uuid, Path)), request_body = DecideReferralOf, responses((status = 200, body = Done)))]
pub async fn decide_referral(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<DecideReferralOf>,
) -> Result<HttpResponse, Problem> {
    let command = DecideReferral {
        episode: body.episode.0,
        on: body.on.0,
        outcome: body.outcome.0,
        reason: body.reason.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// The end of an episode.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseCaseOf {
    episode: GivenEpisodeId,
    on: GivenOccurred,
    reason: GivenClosureReason,
    #[serde(default)]
    note: Option<GivenNarrative>,
}

/// Closes an episode. The case stays, for the next referral.
#[utoipa::path(post, path = "/api/v1/cases/{id}/closure", tag = "cases", params(("id" = Uuid, Path)), request_body = CloseCaseOf, responses((status = 200, body = Done)))]
pub async fn close_case(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<CloseCaseOf>,
) -> Result<HttpResponse, Problem> {
    let command = CloseCase {
        episode: body.episode.0,
        on: body.on.0,
        reason: body.reason.0,
        note: body.note.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}
