//! Who has looked at somebody: for whoever answers for that.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::access::Action;
use domain::ids::PersonId;
use projections::looks::LookAt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::api::input::{Asking, At, Query};
use crate::api::reading::GivenPosition;
use crate::app::App;
use crate::error::Problem;

/// How many are told at once.
const TOLD_MAX: usize = 200;

/// Which looks.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LooksQuery {
    /// `next` of an answer: what comes before it is told. The newest when absent.
    #[serde(default)]
    before: Option<GivenPosition>,
}

/// Looks at somebody, newest first, at most 200.
#[derive(Debug, Serialize, ToSchema)]
pub struct LooksAtPerson {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    looks: Vec<LookAtPerson>,
    /// Older ones are there.
    are_more: bool,
    /// Where they begin, for `before`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// The newest may not be in the answer yet.
    is_catching_up: bool,
}

/// A look: who, why, and how much they were shown. Never what.
#[derive(Debug, Serialize, ToSchema)]
struct LookAtPerson {
    at: DateTime<Utc>,
    practitioner: Uuid,
    agency: Uuid,
    #[schema(example = "read-timeline")]
    action: &'static str,
    purpose: String,
    lawful_basis: String,
    #[schema(example = "progress")]
    disclosure: &'static str,
    /// True for a look at the past.
    is_replay: bool,
}

impl From<LookAt> for LookAtPerson {
    fn from(LookAt { look, disclosure }: LookAt) -> Self {
        Self {
            at: look.at,
            practitioner: look.practitioner.0,
            agency: look.agency.0,
            action: look.action.code(),
            purpose: look.purpose,
            lawful_basis: look.lawful_basis,
            disclosure: disclosure.code(),
            is_replay: look.is_replay,
        }
    }
}

/// Who has looked at somebody. Asking goes on the same record.
#[utoipa::path(get, path = "/api/v1/people/{id}/looks", tag = "people", params(("id" = Uuid, Path), LooksQuery), responses((status = 200, body = LooksAtPerson)))]
pub async fn read_looks(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<LooksQuery>,
) -> Result<HttpResponse, Problem> {
    let looking = asking.looking(Action::ReadAccess);
    let before = query.before.map(|given| given.0);
    let (found, missing) = app.looks_at(&asking.visitor, looking, id, (before, TOLD_MAX)).await?;
    let last = found.looks.last().filter(|_| found.are_more);
    Ok(HttpResponse::Ok().json(LooksAtPerson {
        missing: MissingPerson::all(missing),
        next: last.map(|last| last.look.position.to_string()),
        looks: found.looks.into_iter().map(LookAtPerson::from).collect(),
        are_more: found.are_more,
        is_catching_up: found.is_catching_up,
    }))
}
