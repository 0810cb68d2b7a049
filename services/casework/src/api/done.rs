//! The answer to every order: what was written, and where.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::input::Asking;
use crate::app::App;
use crate::error::Problem;
use crate::execute::{self, Command};

/// What came of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    /// The record written to: the person, contact, case or whatever the address is about.
    id: Uuid,
    /// Its version now, the same as in `ETag`; for `If-Match`.
    version: u64,
    /// The place of the last event in the record. Give it as `at_least` to read what was just written.
    #[schema(example = "20852163")]
    position: String,
    recorded_at: DateTime<Utc>,
    /// The events this order led to; none when it changed nothing.
    #[schema(value_type = Vec<Uuid>)]
    events: Vec<Uuid>,
    /// True when the order had been carried out before and nothing was written now.
    repeated: bool,
    /// For acts that begin something with an id of its own (an episode, an assessment, a team): what was recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    made: Vec<Made>,
}

/// An event as it was recorded: its type and its facts, which hold nothing personal.
#[derive(Debug, Serialize, ToSchema)]
struct Made {
    event: Uuid,
    #[schema(example = "assessment.started")]
    kind: String,
    #[schema(value_type = Object)]
    facts: serde_json::Value,
}

impl From<execute::Done> for Done {
    fn from(done: execute::Done) -> Self {
        Self {
            id: done.stream,
            version: done.version,
            position: done.position.to_string(),
            recorded_at: done.recorded_at,
            events: done.events.into_iter().map(|id| id.0).collect(),
            repeated: done.repeated,
            made: Vec::new(),
        }
    }
}

/// What was recorded, for the ids in it.
async fn made(app: &App, category: &str, done: &execute::Done) -> Result<Vec<Made>, Problem> {
    let facts = app.facts_of(category, done.stream, &done.events).await?;
    Ok(facts.into_iter().map(|(event, kind, facts)| Made { event: event.0, kind, facts }).collect())
}

/// Carries out an order that begins something inside a record, and tells the ids of what it began.
///
/// # Errors
/// Why it was not carried out.
pub async fn go_on_telling(
    app: &App,
    asking: Asking,
    command: Command,
    category: &str,
) -> Result<HttpResponse, Problem> {
    let done = app.execute(&asking.visitor.clone(), asking.order(command)).await?;
    let made = made(app, category, &done).await?;
    let version = tag(done.version);
    Ok(HttpResponse::Ok().insert_header((header::ETAG, version)).json(Done { made, ..Done::from(done) }))
}

/// Carries out an order that begins a record: 201 with its address, or 200 when it was there already.
///
/// # Errors
/// Why it was not carried out.
pub async fn begin(
    app: &App,
    asking: Asking,
    command: Command,
    address: &str,
) -> Result<HttpResponse, Problem> {
    let done = app.execute(&asking.visitor.clone(), asking.order(command)).await?;
    let mut answer = if done.repeated { HttpResponse::Ok() } else { HttpResponse::Created() };
    answer.insert_header((header::LOCATION, format!("/api/v1/{address}/{}", done.stream)));
    answer.insert_header((header::ETAG, tag(done.version)));
    Ok(answer.json(Done::from(done)))
}

/// Carries out an order on a record that is there.
///
/// # Errors
/// Why it was not carried out.
pub async fn go_on(app: &App, asking: Asking, command: Command) -> Result<HttpResponse, Problem> {
    let done = app.execute(&asking.visitor.clone(), asking.order(command)).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag(done.version))).json(Done::from(done)))
}

/// A version as an entity tag.
pub fn tag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}
