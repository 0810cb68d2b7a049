//! Who asked about somebody, and what they were answered.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure};
use domain::ids::PersonId;
use projections::{enquiries, status};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::missing::MissingPerson;
use crate::api::input::{Asking, At, Query};
use crate::api::reading::{AsOfQuery, OfPerson, catch_up, read_person};
use crate::app::App;
use crate::error::Problem;

/// Enquiries about somebody, newest first, at most 500; older ones are on the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnquiriesAbout {
    /// Where they are missing from: first in every answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
    enquiries: Vec<MadeEnquiry>,
}

/// An enquiry that was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeEnquiry {
    enquiry: Uuid,
    made_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    /// The agency that asked, and who.
    asked_by: Uuid,
    practitioner: Uuid,
    purpose: String,
    lawful_basis: String,
    /// With what the child was looked for: kinds, never values.
    searched: Vec<String>,
    answered: String,
    disclosed: String,
    /// The place in the record up to which the answer was true.
    known_at: String,
    reference: String,
}

impl From<enquiries::EnquiryMade> for MadeEnquiry {
    fn from(made: enquiries::EnquiryMade) -> Self {
        Self {
            enquiry: made.enquiry.0,
            made_at: made.made_at,
            recorded_at: made.recorded_at,
            asked_by: made.asked_by.0,
            practitioner: made.actor.0,
            purpose: made.purpose,
            lawful_basis: made.lawful_basis,
            searched: made.searched,
            answered: made.answered,
            disclosed: made.disclosed,
            known_at: made.known_at.to_string(),
            reference: made.receipt,
        }
    }
}

/// Who asked about somebody.
#[utoipa::path(get, path = "/api/v1/people/{id}/enquiries", tag = "people", params(("id" = Uuid, Path), AsOfQuery), responses((status = 200, body = EnquiriesAbout)))]
pub async fn read_enquiries(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<AsOfQuery>,
) -> Result<HttpResponse, Problem> {
    catch_up(&app, "enquiries", query.at_least).await?;
    let as_of = query.as_of();
    let (made, missing) = read_person(&app, &asking, Action::ReadTimeline, id, as_of, async |scope| {
        let made = enquiries::of(&app.views, scope, id, as_of).await?;
        // Enquiries are told with progress; the query says nothing of what is told beyond.
        let missing = status::missing(&app.views, scope, id, as_of).await?;
        Ok(made.map(|made| OfPerson { answer: (made, missing), disclosure: Disclosure::Progress }))
    })
    .await?;
    let enquiries = made.into_iter().map(MadeEnquiry::from).collect();
    Ok(HttpResponse::Ok().json(EnquiriesAbout { missing: MissingPerson::all(missing), enquiries }))
}
