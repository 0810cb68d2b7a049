//! Dates of birth: accepting one of those that were said, and whose age is for a person to decide.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::{Action, Disclosure};
use domain::ids::PersonId;
use domain::person::AcceptBirth;
use projections::{people, status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::missing::MissingChild;
use super::on_person;
use crate::access_log::{Shown, ShownPerson};
use crate::api::done::{Done, go_on};
use crate::api::input::{Asking, At, GivenEventId, Json};
use crate::app::App;
use crate::error::{Problem, ReadError};

/// More than these are shown once the first are settled.
const SHOWN_MAX: i64 = 100;

/// Which of the dates of birth that were said is taken to be right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedBirth {
    /// The entry that said it, as the timeline gives it.
    assertion: GivenEventId,
}

/// Accepts a date of birth. At eighteen what is owed to a child ends by it.
#[utoipa::path(post, path = "/api/v1/people/{id}/birth/acceptance", tag = "people", params(("id" = Uuid, Path)), request_body = AcceptedBirth,
    responses((status = 200, body = Done)))]
pub async fn accept_birth(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Json(body): Json<AcceptedBirth>,
) -> Result<HttpResponse, Problem> {
    go_on(&app, asking, on_person(id, AcceptBirth { assertion: body.assertion.0 })).await
}

/// Open cases of people who may be adults, the longest so first.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnsettledBirths {
    /// Who of them is missing: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingChild>,
    unsettled: Vec<UnsettledBirth>,
}

/// Somebody whose date of birth is uncertain or disputed, and who may be an adult. Nothing has ended for them.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnsettledBirth {
    person: Uuid,
    /// The earliest eighteenth birthday there can be.
    perhaps_adult_from: NaiveDate,
}

/// Whose age is for a person of the own authority to decide.
#[utoipa::path(get, path = "/api/v1/births/unsettled", tag = "people", responses((status = 200, body = UnsettledBirths)))]
pub async fn read_unsettled(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    let authority = asking.visitor.actor().authority.clone();
    let found = app.look(&asking.visitor, asking.looking(Action::ReadStatus), async |scope| {
        let found = match &authority {
            Some(authority) => people::perhaps_adult(&app.views, scope, authority, SHOWN_MAX).await,
            None => Ok(Vec::new()),
        };
        let found = found.map_err(ReadError::from)?;
        let people =
            found.iter().map(|found| ShownPerson { person: found.person, disclosure: Disclosure::Status });
        let ids: Vec<PersonId> = found.iter().map(|found| found.person).collect();
        let missing = status::missing_among(&app.views, &ids).await?;
        Ok(Shown { people: people.collect(), answer: (found, missing) })
    });
    let (births, missing) = found.await?;
    let unsettled = births
        .into_iter()
        .map(|found| UnsettledBirth { person: found.person.0, perhaps_adult_from: found.from });
    Ok(HttpResponse::Ok()
        .json(UnsettledBirths { missing: MissingChild::all(missing), unsettled: unsettled.collect() }))
}
