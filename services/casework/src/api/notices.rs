//! Notices: that an answer given would now differ. For whoever asked, and for those who answer for safeguarding in
//! their agency. What differs is not said: asking again tells it.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use domain::access::Action;
use domain::enquiry::AnswerNotice;
use domain::ids::EnquiryId;
use projections::notices;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{Address, at};
use super::done::{Done, go_on};
use super::input::{Asking, At, GivenNarrative, GivenNoticeOutcome, Json};
use crate::access_log::Shown;
use crate::app::App;
use crate::error::{Problem, ReadError};
use crate::execute::Command;

/// Open ones come first; the others are the newest.
const SHOWN_MAX: usize = 100;

pub fn addresses() -> Vec<Address> {
    vec![at("/notices").get(read_notices), at("/notices/{enquiry}/answer").post(answer_notice)]
}

/// Notices, open ones first, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notices {
    notices: Vec<Notice>,
}

/// An answer given in the last four weeks would now differ.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notice {
    /// The enquiry, to ask again by.
    enquiry: Uuid,
    /// As it stands on the receipt.
    #[schema(example = "7K3Q-9F2M-C")]
    reference: String,
    asked_at: DateTime<Utc>,
    /// Who asked, and for which agency.
    asked_by: Uuid,
    agency: Uuid,
    #[schema(example = "attendance")]
    purpose: String,
    told_at: DateTime<Utc>,
    /// How often the answer changed since it was given.
    changes: i32,
    /// `open`, `answered`, or `stands-again`: what made the answer wrong was set right.
    #[schema(example = "open")]
    state: String,
    /// What was done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<DateTime<Utc>>,
}

impl From<notices::Notice> for Notice {
    fn from(notice: notices::Notice) -> Self {
        Self {
            enquiry: notice.enquiry.0,
            reference: notice.reference,
            asked_at: notice.asked_at,
            asked_by: notice.asked_by.0,
            agency: notice.agency.0,
            purpose: notice.purpose,
            told_at: notice.told_at,
            changes: notice.changes,
            state: notice.state,
            outcome: notice.outcome,
            answered_at: notice.answered_at,
        }
    }
}

/// Answers that would now differ: of the own agency for those who answer for its safeguarding, of one's own enquiries
/// for everybody else who asks, of all for an auditor.
#[utoipa::path(get, path = "/api/v1/notices", tag = "enquiries", responses((status = 200, body = Notices)))]
pub async fn read_notices(app: web::Data<App>, asking: Asking) -> Result<HttpResponse, Problem> {
    let query = app.look(&asking.visitor, asking.looking(Action::ReadNotices), async |scope| {
        let newest = notices::newest(&app.views, scope, SHOWN_MAX).await.map_err(ReadError::from)?;
        Ok(Shown { answer: newest, people: Vec::new() })
    });
    let notices = query.await?.into_iter().map(Notice::from).collect();
    Ok(HttpResponse::Ok().json(Notices { notices }))
}

/// What was done about a notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnswerNotice)]
pub struct AnswerTo {
    outcome: GivenNoticeOutcome,
    #[serde(default)]
    note: Option<GivenNarrative>,
}

/// Says what was done about a notice of the own agency: it waits for nobody any more.
#[utoipa::path(post, path = "/api/v1/notices/{enquiry}/answer", tag = "enquiries", params(("enquiry" = Uuid, Path)), request_body = AnswerTo,
    responses((status = 200, body = Done)))]
pub async fn answer_notice(
    app: web::Data<App>,
    asking: Asking,
    At(id): At<EnquiryId>,
    Json(body): Json<AnswerTo>,
) -> Result<HttpResponse, Problem> {
    let command = AnswerNotice { outcome: body.outcome.0, note: body.note.map(|given| given.0) };
    go_on(&app, asking, Command::Enquiry { id: Some(id), command: command.into() }).await
}
