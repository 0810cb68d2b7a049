//! Child protection conferences and what they decide.

use actix_web::{HttpResponse, web};
use domain::case::conference::Outcome;
use domain::case::hold_initial_conference::HoldInitialConference;
use domain::case::hold_review_conference::{Decision, HoldReviewConference};
use domain::case::hold_transfer_in_conference::HoldTransferInConference;
use domain::ids::CaseId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenAbuseCategory, GivenCpPlanId, GivenEpisodeId, GivenMissing, GivenNarrative,
    GivenOccurred, GivenSection47Id, Json,
};
use crate::app::App;
use crate::error::Problem;

/// Whether a plan begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ConferenceOutcome)]
enum WhetherPlan {
    /// With these categories of abuse.
    Plan(Vec<GivenAbuseCategory>),
    NoPlan,
}

impl WhetherPlan {
    fn read(self) -> Outcome {
        match self {
            Self::Plan(categories) => {
                Outcome::Plan { categories: categories.into_iter().map(|given| given.0).collect() }
            }
            Self::NoPlan => Outcome::NoPlan,
        }
    }
}

/// An initial conference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InitialConferenceOf {
    /// The enquiry that led to it.
    section47: GivenSection47Id,
    on: GivenOccurred,
    decision: WhetherPlan,
    /// Who or what it went without; recorded, never in the way.
    #[serde(default)]
    missing: Vec<GivenMissing>,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Records an initial conference and what it decided about this child.
#[utoipa::path(post, path = "/api/v1/cases/{id}/conferences/initial", tag = "cases", params(("id" = Uuid, Path)), request_body = InitialConferenceOf, responses((status = 200, body = Done)))]
pub async fn hold_initial_conference(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<InitialConferenceOf>,
) -> Result<HttpResponse, Problem> {
    let command = HoldInitialConference {
        section47: body.section47.0,
        on: body.on.0,
        decision: body.decision.read(),
        missing: body.missing.into_iter().map(|given| given.0).collect(),
        reason: body.reason.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// A conference for a child who moves here on another authority's plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInConferenceOf {
    /// The episode whose referral says where the child moves from.
    episode: GivenEpisodeId,
    on: GivenOccurred,
    decision: WhetherPlan,
    #[serde(default)]
    missing: Vec<GivenMissing>,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Records a transfer-in conference.
#[utoipa::path(post, path = "/api/v1/cases/{id}/conferences/transfer-in", tag = "cases", params(("id" = Uuid, Path)), request_body = TransferInConferenceOf, responses((status = 200, body = Done)))]
pub async fn hold_transfer_in_conference(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<TransferInConferenceOf>,
) -> Result<HttpResponse, Problem> {
    let command = HoldTransferInConference {
        episode: body.episode.0,
        on: body.on.0,
        decision: body.decision.read(),
        missing: body.missing.into_iter().map(|given| given.0).collect(),
        reason: body.reason.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// What a review decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ReviewDecision)]
enum WhetherItGoesOn {
    /// The plan goes on, with the categories it has.
    Continue,
    /// The plan goes on, with other categories from now on.
    ContinueWith(Vec<GivenAbuseCategory>),
    End,
}

/// A review conference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewConferenceOf {
    plan: GivenCpPlanId,
    on: GivenOccurred,
    decision: WhetherItGoesOn,
    #[serde(default)]
    missing: Vec<GivenMissing>,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Records a review conference and what it decided.
#[utoipa::path(post, path = "/api/v1/cases/{id}/conferences/review", tag = "cases", params(("id" = Uuid, Path)), request_body = ReviewConferenceOf, responses((status = 200, body = Done)))]
pub async fn hold_review_conference(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<ReviewConferenceOf>,
) -> Result<HttpResponse, Problem> {
    let decision = match body.decision {
        WhetherItGoesOn::Continue => Decision::Continue { categories: None },
        WhetherItGoesOn::ContinueWith(categories) => {
            Decision::Continue { categories: Some(categories.into_iter().map(|given| given.0).collect()) }
        }
        WhetherItGoesOn::End => Decision::End,
    };
    let command = HoldReviewConference {
        plan: body.plan.0,
        on: body.on.0,
        decision,
        missing: body.missing.into_iter().map(|given| given.0).collect(),
        reason: body.reason.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}
