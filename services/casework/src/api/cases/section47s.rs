//! Section 47 enquiries.

use actix_web::{HttpResponse, web};
use domain::case::conclude_section47::ConcludeSection47;
use domain::case::start_section47::StartSection47;
use domain::ids::{CaseId, Section47Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::act;
use crate::api::done::Done;
use crate::api::input::{
    Asking, At, GivenConferenceNeed, GivenEpisodeId, GivenNarrative, GivenOccurred, Json,
};
use crate::app::App;
use crate::error::Problem;

/// The beginning of an enquiry, on the day of the strategy discussion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartSection47Of {
    episode: GivenEpisodeId,
    on: GivenOccurred,
}

/// Starts a section 47 enquiry, and with it the clock for the initial conference.
#[utoipa::path(post, path = "/api/v1/cases/{id}/s47s", tag = "cases", params(("id" = Uuid, Path)), request_body = StartSection47Of, responses((status = 200, body = Done)))]
pub async fn start_section47(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<CaseId>,
    Json(body): Json<StartSection47Of>,
) -> Result<HttpResponse, Problem> {
    act(&app, asking, id, StartSection47 { episode: body.episode.0, on: body.on.0 }).await
}

/// What an enquiry concluded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcludeSection47Of {
    on: GivenOccurred,
    conference: GivenConferenceNeed,
    #[serde(default)]
    reason: Option<GivenNarrative>,
}

/// Concludes a section 47 enquiry.
#[utoipa::path(post, path = "/api/v1/cases/{id}/s47s/{section47}/conclusion", tag = "cases", params(("id" = Uuid, Path), ("section47" = Uuid, Path)), request_body = ConcludeSection47Of, responses((status = 200, body = Done)))]
pub async fn conclude_section47(
    app: web::Data<App>,
    asking: Asking,
    At((id, section47)): At<(CaseId, Section47Id)>,
    Json(body): Json<ConcludeSection47Of>,
) -> Result<HttpResponse, Problem> {
    let command = ConcludeSection47 {
        section47,
        on: body.on.0,
        conference: body.conference.0,
        reason: body.reason.map(|given| given.0),
    };
    act(&app, asking, id, command).await
}
