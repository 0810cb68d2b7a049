//! Who is close to somebody.

use actix_web::{HttpResponse, web};
use domain::access::Action;
use domain::ids::PersonId;
use projections::{status, timeline};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::api::input::{Asking, At};
use crate::api::reading::{OfPerson, read_person};
use crate::app::App;
use crate::error::Problem;

/// Ties between somebody and other people, of those the reader may know.
#[derive(Debug, Serialize, ToSchema)]
pub struct TiesOfPerson {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    /// How much the reader is told of them: below `full`, only what their own agency recorded.
    #[schema(example = "full")]
    disclosure: &'static str,
    ties: Vec<TieOfPerson>,
}

/// A tie, read as: `from` is the `kind` of `to`.
#[derive(Debug, Serialize, ToSchema)]
struct TieOfPerson {
    tie: Uuid,
    from: Uuid,
    #[schema(example = "mother")]
    kind: &'static str,
    to: Uuid,
    /// True once it has ended.
    is_ended: bool,
}

impl From<timeline::Tie> for TieOfPerson {
    fn from(tie: timeline::Tie) -> Self {
        let (from, to) = (tie.from.0, tie.to.0);
        Self { tie: tie.tie.0, from, kind: tie.kind.code(), to, is_ended: tie.is_ended }
    }
}

/// Who is close to somebody, for those who are told everything about them; for others what their own agency recorded.
#[utoipa::path(get, path = "/api/v1/people/{id}/ties", tag = "people", params(("id" = Uuid, Path)), responses((status = 200, body = TiesOfPerson)))]
pub async fn read_ties(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
) -> Result<HttpResponse, Problem> {
    let (ties, missing, disclosure) =
        read_person(&app, &asking, Action::ReadPerson, id, None, async |scope| {
            let found = timeline::family(&app.views, scope, id).await?;
            let missing = status::missing(&app.views, scope, id, None).await?;
            Ok(found.map(|(disclosure, ties)| OfPerson { answer: (ties, missing, disclosure), disclosure }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(TiesOfPerson {
        missing: MissingPerson::all(missing),
        disclosure: disclosure.code(),
        ties: ties.into_iter().map(TieOfPerson::from).collect(),
    }))
}
