//! Reviews of how the record was used: for auditors, and for whoever answers for an agency's safeguarding.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::access::{Action, Role};
use domain::ids::ReviewId;
use domain::review::{Conclude, Review as ReviewState};
use projections::reviews;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, go_on, tag};
use super::input::{Asking, At, GivenNarrative, GivenReviewOutcome, Json};
use crate::access_log::Shown;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::execute::Command;

/// The newest are shown; the others are found by their ids.
const SHOWN_MAX: u32 = 100;

pub fn addresses() -> Vec<Address> {
    vec![
        at("/reviews").get(read_reviews),
        at("/reviews/{id}").get(read_review),
        at("/reviews/{id}/conclusion").post(conclude_review),
    ]
}

/// The newest reviews, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reviews {
    reviews: Vec<Review>,
}

/// Somebody is asked to look at how a practitioner used the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Review {
    review: Uuid,
    #[schema(example = "trawling")]
    kind: String,
    about: Uuid,
    agency: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    raised_at: Option<DateTime<Utc>>,
    /// The time it was counted over.
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    /// `unfollowed` searches, or different `names` or `addresses` among them.
    counted: String,
    count: i64,
    /// From how many on it is looked at.
    threshold: i64,
    /// Places in the access log; in a review read by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// What whoever concluded it wrote; absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<reviews::Review> for Review {
    fn from(review: reviews::Review) -> Self {
        Self {
            review: review.review.0,
            kind: review.kind,
            about: review.about.0,
            agency: review.agency.0,
            raised_at: Some(review.raised_at),
            from: review.from,
            until: review.until,
            counted: review.counted,
            count: i64::from(review.count),
            threshold: i64::from(review.threshold),
            evidence: Vec::new(),
            outcome: review.outcome,
            note: None,
        }
    }
}

impl Review {
    fn of(id: ReviewId, state: &ReviewState) -> Option<Self> {
        let raised = state.raised()?;
        let concluded = state.concluded();
        let note = concluded.and_then(|concluded| concluded.note.as_ref()).and_then(|note| note.known());
        Some(Self {
            review: id.0,
            kind: raised.kind.code().to_owned(),
            about: raised.about.0,
            agency: raised.agency.0,
            raised_at: None,
            from: raised.from,
            until: raised.until,
            counted: raised.counted.code().to_owned(),
            count: i64::from(raised.count),
            threshold: i64::from(raised.threshold),
            evidence: raised.evidence.iter().map(|place| place.0.to_string()).collect(),
            outcome: concluded.map(|concluded| concluded.outcome.code().to_owned()),
            note: note.map(|note| note.as_str().to_owned()),
        })
    }
}

/// The newest reviews: of every agency for an auditor, of the own agency for a safeguarding lead.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", responses((status = 200, body = Reviews)))]
pub async fn read_reviews(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    let query = app.look(&asking.visitor, asking.looking(Action::ReadReviews), async |scope| {
        let newest = reviews::newest(&app.views, scope, SHOWN_MAX).await.map_err(ReadError::from)?;
        Ok(Shown { answer: newest, people: Vec::new() })
    });
    let reviews = query.await?.into_iter().map(Review::from).collect();
    Ok(HttpResponse::Ok().json(Reviews { reviews }))
}

/// One review with its evidence. `ETag` is its version, for `If-Match`.
#[utoipa::path(get, path = "/api/v1/reviews/{id}", tag = "reviews", params(("id" = Uuid, Path)), responses((status = 200, body = Review)))]
pub async fn read_review(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ReviewId>,
) -> Result<HttpResponse, Problem> {
    let query = app.look(&asking.visitor, asking.looking(Action::ReadReviews), async |scope| {
        let (state, version): (ReviewState, _) = match app.state_of("review", id.0).await {
            Err(ReadError::Absent) => Default::default(),
            state => state?,
        };
        let reader = scope.reader();
        let may = state.raised().is_some_and(|raised| {
            raised.about != reader.practitioner
                && (reader.has(Role::Auditor) || raised.agency == reader.agency)
        });
        Ok(Shown { answer: may.then_some((state, version)), people: Vec::new() })
    });
    let (state, version) = query.await?.ok_or_else(Problem::no_such_page)?;
    let review = Review::of(id, &state).ok_or_else(Problem::no_such_page)?;
    Ok(HttpResponse::Ok().insert_header((actix_web::http::header::ETAG, tag(version))).json(review))
}

/// What came of a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcludeReview {
    outcome: GivenReviewOutcome,
    #[serde(default)]
    note: Option<GivenNarrative>,
}

/// Says what came of a review. Nobody concludes one of themselves.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/conclusion", tag = "reviews", params(("id" = Uuid, Path)), request_body = ConcludeReview,
    responses((status = 200, body = Done)))]
pub async fn conclude_review(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<ReviewId>,
    Json(body): Json<ConcludeReview>,
) -> Result<HttpResponse, Problem> {
    let command = Conclude { outcome: body.outcome.0, note: body.note.map(|given| given.0) };
    go_on(&app, asking, Command::Review { id, command: command.into() }).await
}
