//! Going missing and being found; and how it heads every answer.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use domain::ids::PersonId;
use domain::person::{Missing, RecordFound, ReportMissing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{on_person, when};
use crate::api::done::{Done, go_on};
use crate::api::input::{Asking, At, GivenMissingFrom, GivenOccurred, GivenReturnInterview, Json};
use crate::api::source::GivenSource;
use crate::app::App;
use crate::error::Problem;

/// Where a child is missing from.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingPerson {
    #[schema(example = "care")]
    from: &'static str,
    #[schema(example = "2026-03-01T22:15:00Z")]
    since: String,
}

impl From<Missing> for MissingPerson {
    fn from(missing: Missing) -> Self {
        Self { from: missing.from.code(), since: missing.since.to_string() }
    }
}

impl MissingPerson {
    pub fn all(missing: Vec<Missing>) -> Vec<Self> {
        missing.into_iter().map(Self::from).collect()
    }
}

/// Who is missing, in an answer that is about several.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingChild {
    person: Uuid,
    #[schema(example = "care")]
    from: &'static str,
    #[schema(example = "2026-03-01T22:15:00Z")]
    since: String,
}

impl MissingChild {
    pub fn all(missing: BTreeMap<PersonId, Vec<Missing>>) -> Vec<Self> {
        let of = |(person, missing): (PersonId, Vec<Missing>)| {
            missing.into_iter().map(move |missing| {
                let MissingPerson { from, since } = missing.into();
                Self { person: person.0, from, since }
            })
        };
        missing.into_iter().flat_map(of).collect()
    }
}

/// That somebody is missing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingOfPerson {
    from: GivenMissingFrom,
    /// Since when; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    source: GivenSource,
}

/// Reports somebody missing. It heads every answer about them until they are found.
#[utoipa::path(post, path = "/api/v1/people/{id}/missing", tag = "people", params(("id" = Uuid, Path)), request_body = MissingOfPerson,
    responses((status = 200, body = Done)))]
pub async fn report_missing(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<MissingOfPerson>,
) -> Result<HttpResponse, Problem> {
    let source = body.source.of(asking.visitor.agency());
    let command = ReportMissing { from: body.from.0, occurred: when(&asking, body.occurred), source };
    go_on(&app, asking, on_person(id, command)).await
}

/// That somebody who was missing is found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundOfPerson {
    from: GivenMissingFrom,
    /// When they were found; now when absent.
    #[serde(default)]
    occurred: Option<GivenOccurred>,
    return_interview: GivenReturnInterview,
    source: GivenSource,
}

/// Records that somebody who was missing is found.
#[utoipa::path(post, path = "/api/v1/people/{id}/found", tag = "people", params(("id" = Uuid, Path)), request_body = FoundOfPerson,
    responses((status = 200, body = Done)))]
pub async fn record_found(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<FoundOfPerson>,
) -> Result<HttpResponse, Problem> {
    let source = body.source.of(asking.visitor.agency());
    let command = RecordFound {
        from: body.from.0,
        occurred: when(&asking, body.occurred),
        return_interview: body.return_interview.0,
        source,
    };
    go_on(&app, asking, on_person(id, command)).await
}
