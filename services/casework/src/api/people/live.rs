//! A timeline held open: server-sent events.
//!
//! | Event | |
//! |---|---|
//! | `ready` | the stream is open; its id is where it begins, and its data `missing`, as on a page, when they are |
//! | `entry` | an entry came onto the timeline, as on a page |
//! | `changed` | something shown before was corrected: load the timeline again |
//! | `otherwise` | to a page only: what it shows beside its entries is another by now |
//! | `closed` | the reader is no longer told this timeline, or the proof of who asks has ended |
//!
//! Ids are opaque and resume the stream as `Last-Event-ID`. Before each delivery permission is asked again and the
//! look put on record. A reader who does not keep up is cut off, and resumes.

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use domain::access::{Action, Disclosure};
use domain::ids::PersonId;
use event_store::Position;
use projections::{status, timeline};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;
use utoipa::IntoParams;

use super::missing::MissingPerson;
use super::timeline::Entry;
use crate::access_log::{Shown, ShownPerson};
use crate::api::held_open::{Ended, Heard, Line, unread};
use crate::api::input::{Asking, At, Query};
use crate::api::live::VIEW;
use crate::api::reading::{OfPerson, judge_by_now, read_person};
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};
use crate::server::Shared;

/// Where the stream begins.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    /// `live` of a page: what comes after it is sent. Now when absent. `Last-Event-ID` goes before it.
    #[serde(default)]
    after: Option<String>,
}

/// Holds a timeline open and sends what comes onto it.
#[utoipa::path(get, path = "/api/v1/people/{id}/timeline/live", tag = "people", params(("id" = Uuid, Path), LiveQuery,
    ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event received.")),
    responses((status = 200, description = "Events `ready`, `entry`, `changed`, `closed`. The data of `ready`, the first of them, is an object: while they are missing its `missing` says from where and since when, as in any other answer; else it is empty.", content_type = "text/event-stream", body = String)))]
pub async fn read_live(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    asking: Asking,
    At(id): At<PersonId>,
    Query(query): Query<LiveQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    hold_open(app, shared, asking, id, query.after.as_deref(), &request, AsJson).await
}

/// How an entry is written into a stream, and what else its reader has on the page.
pub trait Writing: Send + Sync + 'static {
    /// Text without line breaks.
    fn entry(&self, item: timeline::Item) -> impl Future<Output = Result<String, ReadError>> + Send;

    /// True when what stands beside the entries is another by now than when this was last asked.
    fn is_otherwise(&mut self) -> impl Future<Output = Result<bool, ReadError>> + Send {
        std::future::ready(Ok(false))
    }
}

/// As a page of the API has it.
struct AsJson;

impl Writing for AsJson {
    async fn entry(&self, item: timeline::Item) -> Result<String, ReadError> {
        serde_json::to_string(&Entry::from(item)).map_err(|cause| ReadError::Corrupt(Box::new(cause)))
    }
}

/// Holds a timeline open for whoever asks, each entry written as they want it.
///
/// # Errors
/// Nothing of it may be told; a place that is none.
pub async fn hold_open(
    app: web::Data<App>,
    shared: web::Data<Shared>,
    asking: Asking,
    id: PersonId,
    after: Option<&str>,
    request: &HttpRequest,
    writing: impl Writing,
) -> Result<HttpResponse, Problem> {
    let begun = begin(&shared, &asking, id, after, request)?;
    // Listening begins before the first look, so that nothing falls between the two.
    let touches = shared.hub.listen();
    let mut open = Open {
        app: app.into_inner(),
        shared: shared.into_inner(),
        asking,
        person: id,
        after: begun.unwrap_or(Position::START),
        writing,
    };
    if begun.is_none() {
        // Everything acknowledged so far is on the page the reader has, even if the view has not taken it in yet.
        open.after = Position::from_raw(u128::from(*open.app.record.watch_head().borrow()));
    }
    let ready = open.look().await?;
    let (line, answer) = Line::open(&open.shared, touches);
    open.shared.metrics.live_opened();
    let span = tracing::info_span!("live timeline");
    tokio::spawn(open.run(line, ready).instrument(span));
    Ok(answer)
}

fn begin(
    shared: &Shared,
    asking: &Asking,
    person: PersonId,
    after: Option<&str>,
    request: &HttpRequest,
) -> Result<Option<Position>, Problem> {
    let last = request.headers().get("last-event-id").map(|value| value.to_str().unwrap_or_default());
    let (field, text) = match (last, after) {
        (Some(last), _) => ("header/last-event-id", last),
        (None, Some(after)) => ("query/after", after),
        (None, None) => return Ok(None),
    };
    let reader = asking.visitor.practitioner();
    let opened = shared.places.open(PlaceIn::LiveTimeline, person.0, reader, text);
    let (position, _) = opened.map_err(|error| Problem::invalid(vec![FieldError::new(field, error)]))?;
    Ok(Some(position))
}

/// What opens the stream.
#[derive(Debug, Serialize)]
struct Ready {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<MissingPerson>,
}

/// One timeline held open by one reader.
struct Open<W> {
    app: std::sync::Arc<App>,
    shared: std::sync::Arc<Shared>,
    asking: Asking,
    person: PersonId,
    /// Everything up to here was sent, or is not told.
    after: Position,
    writing: W,
}

impl<W: Writing> Open<W> {
    /// The first look: whether a timeline is told at all, and where the child is missing from.
    async fn look(&self) -> Result<Ready, Problem> {
        let Self { app, asking, person, .. } = self;
        let missing = read_person(app, asking, Action::ReadTimeline, *person, None, async |scope| {
            let told = timeline::since(&app.views, scope, *person, self.after, 0).await?;
            let missing = status::missing(&app.views, scope, *person, None).await?;
            Ok(told.map(|told| OfPerson { answer: missing, disclosure: told.disclosure }))
        });
        Ok(Ready { missing: MissingPerson::all(missing.await?) })
    }

    /// What came after the last that was sent. What the reader may be told is asked anew, and each look is on record
    /// before anything is sent. `None`: nothing is told any more.
    async fn find(&self) -> Result<Option<Vec<timeline::Item>>, ReadError> {
        judge_by_now(&self.app).await?;
        let looking = self.asking.looking(Action::ReadTimeline);
        self.app
            .look(&self.asking.visitor, looking, async |scope| {
                let found =
                    timeline::since(&self.app.views, scope, self.person, self.after, usize::MAX).await?;
                let disclosure = found.as_ref().map_or(Disclosure::None, |found| found.disclosure);
                let people = vec![ShownPerson { person: self.person, disclosure }];
                Ok(Shown { answer: found.map(|found| found.items), people })
            })
            .await
    }

    async fn run(mut self, mut line: Line, ready: Ready) {
        let reason = match self.serve(&mut line, &ready).await {
            Ok(never) => match never {},
            Err(reason) => reason,
        };
        line.end(reason);
        self.shared.metrics.live_closed(reason);
        tracing::debug!(reason, "a timeline held open was closed");
    }

    async fn serve(&mut self, line: &mut Line, ready: &Ready) -> Result<std::convert::Infallible, Ended> {
        let ready = serde_json::to_string(ready).map_err(|_| "unavailable")?;
        line.send(self.message("ready", &ready)).await?;
        // What came between the page and this stream.
        self.deliver(line).await?;
        loop {
            if self.writing.is_otherwise().await.map_err(unread)? {
                line.send(self.message("otherwise", "{}")).await?;
            }
            let corrects = loop {
                match line.hear(&self.app, &self.asking.visitor).await? {
                    Heard::Touch(touch) if !touch.named.people.contains(&self.person.0) => {}
                    Heard::Touch(touch) if touch.position <= self.after => {}
                    Heard::Touch(touch) => break touch.named.corrects,
                    // Everything since is found by one query, corrections included.
                    Heard::Missed(missed) => break missed > 0,
                }
            };
            self.deliver(line).await?;
            if corrects {
                line.send(self.message("changed", "{}")).await?;
            }
        }
    }

    /// Sends what came since, as far as the reader may be told it now.
    async fn deliver(&mut self, line: &Line) -> Result<(), Ended> {
        // Before access is judged: what is recorded later waits for its own touch, and a judgement of its own.
        let seen = self.app.views.position(VIEW);
        let found = match self.find().await {
            Ok(Some(found)) => found,
            Ok(None) => return Err("not-permitted"),
            Err(error) => return Err(unread(error)),
        };
        for item in found.into_iter().filter(|item| Position::from_raw(item.position) <= seen) {
            self.after = self.after.max(Position::from_raw(item.position));
            let data = self.writing.entry(item).await.map_err(|_| "unavailable")?;
            line.send(self.message("entry", &data)).await?;
            self.shared.metrics.live_item();
        }
        self.after = self.after.max(seen);
        Ok(())
    }

    fn message(&self, event: &str, data: &str) -> Bytes {
        let reader = self.asking.visitor.practitioner();
        let id = self.shared.places.seal(PlaceIn::LiveTimeline, self.person.0, reader, self.after, None);
        format!("id: {id}\nevent: {event}\ndata: {data}\n\n").into()
    }
}
