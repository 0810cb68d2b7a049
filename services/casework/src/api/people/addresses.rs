//! Where somebody lives or stays, to those who may be told. What is kept from the reader leaves no gap.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use domain::access::Action;
use domain::ids::PersonId;
use projections::status;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::addresses::ShownAddress;
use crate::api::input::{Asking, At};
use crate::api::reading::{OfPerson, read_person};
use crate::app::App;
use crate::error::Problem;

/// The addresses of somebody that the reader may be told.
#[derive(Serialize, ToSchema)]
pub struct Addresses {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    person: Uuid,
    /// The newest first.
    addresses: Vec<KnownAddress>,
}

/// Where somebody lives or stays, by what one source says.
#[derive(Serialize, ToSchema)]
struct KnownAddress {
    lines: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
    /// How closely it is kept: the closest that any source says of the place (its postcode).
    #[schema(example = "ordinary")]
    class: &'static str,
    /// From whom any source withholds the place: the whole family when nobody is named. Absent when none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld_from: Option<Vec<Uuid>>,
    /// A hostel, a block, a caravan site.
    is_communal: bool,
    from: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
    /// Whose statement it is; absent where that would tell who told something in confidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<Uuid>,
}

impl From<ShownAddress> for KnownAddress {
    fn from(shown: ShownAddress) -> Self {
        Self {
            lines: shown.address.lines().map(str::to_owned).collect(),
            postcode: shown.address.postcode().map(str::to_owned),
            class: shown.class.code(),
            withheld_from: shown.withheld_from.map(|from| from.into_iter().map(|person| person.0).collect()),
            is_communal: shown.is_communal,
            from: shown.from,
            to: shown.to,
            agency: shown.agency.map(|id| id.0),
        }
    }
}

/// Where somebody lives or stays.
#[utoipa::path(get, path = "/api/v1/people/{id}/addresses", tag = "people", params(("id" = Uuid, Path)), responses((status = 200, body = Addresses)))]
pub async fn read_addresses(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
) -> Result<HttpResponse, Problem> {
    let (found, missing) = read_person(&app, &asking, Action::ReadPerson, id, None, async |scope| {
        let found = app.addresses(scope, id).await?;
        let missing = status::missing(&app.views, scope, id, None).await?;
        Ok(found.map(|(disclosure, addresses)| OfPerson { answer: (addresses, missing), disclosure }))
    })
    .await?;
    let addresses = found.into_iter().map(KnownAddress::from).collect();
    let missing = MissingPerson::all(missing);
    Ok(HttpResponse::Ok().json(Addresses { missing, person: id.0, addresses }))
}
