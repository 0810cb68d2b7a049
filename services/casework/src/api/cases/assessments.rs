//! Child and family assessments (section 17).

use actix_web::{HttpResponse, web};
use domain::case::complete_assessment::CompleteAssessment;
use domain::case::set_review_point::SetReviewPoint;
use domain::case::start_assessment::StartAssessment;
use domain::ids::{AssessmentId, CaseId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenAssessmentOutcome, GivenDay, GivenEpisodeId, GivenFactor, GivenNarrative, GivenOccurred,
    Json,
};
use crate::app::App;
use crate::error::Problem;

/// The beginning of an assessment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartAssessmentOf {
    episode: GivenEpisodeId,
    on: GivenOccurred,
    /// The day the team will look at it again.
    #[serde(default)]
    review_point: Option<GivenDay>,
}

/// Starts an assessment.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments", tag = "cases", params(("id" = Uuid, Path)), request_body = StartAssessmentOf, responses((status = 200, body = Done)))]
pub async fn start_assessment(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<StartAssessmentOf>,
) -> Result<HttpResponse, Problem> {
    let command = StartAssessment {
        episode: body.episode.0,
        on: body.on.0,
        review_point: body.review_point.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}

/// The day an assessment is looked at again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetReviewPointOf {
    on: GivenOccurred,
    review_point: GivenDay,
}

/// Sets or moves an assessment's review point.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/review-point", tag = "cases", params(("id" = Uuid, Path), ("assessment" = Uuid, Path)), request_body = SetReviewPointOf, responses((status = 200, body = Done)))]
pub async fn set_review_point(
    app: web::Data<App>,
    asking: Asking,
    At((id, assessment)): At<(CaseId, AssessmentId)>,
    Json(body): Json<SetReviewPointOf>,
) -> Result<HttpResponse, Problem> {
    let command = SetReviewPoint { assessment, on: body.on.0, review_point: body.review_point.0 };
    act(&app, asking, id, command).await
}

/// What an assessment found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteAssessmentOf {
    on: GivenOccurred,
    /// At least one; `21` when there is none.
    #[schema(min_items = 1)]
    factors: Vec<GivenFactor>,
    outcome: GivenAssessmentOutcome,
    #[serde(default)]
    summary: Option<GivenNarrative>,
}

/// Ends an assessment with what it found.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/completion", tag = "cases", params(("id" = Uuid, Path), ("assessment" = Uuid, Path)), request_body = CompleteAssessmentOf, responses((status = 200, body = Done)))]
pub async fn complete_assessment(
    app: web::Data<App>,
    asking: Asking,
    At((id, assessment)): At<(CaseId, AssessmentId)>,
    Json(body): Json<CompleteAssessmentOf>,
) -> Result<HttpResponse, Problem> {
    let command = CompleteAssessment {
        assessment,
        on: body.on.0,
        factors: body.factors.into_iter().map(|given| given.0).collect(),
        outcome: body.outcome.0,
        summary: body.summary.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}
