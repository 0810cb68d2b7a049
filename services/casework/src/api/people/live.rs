//! A timeline held open: server-sent events.
//!
//! | Event | |
//! |---|---|
//! | `ready` | the stream is open; its id is where it begins |
//! | `entry` | an entry came onto the timeline, as on a page |
//! | `changed` | something shown before was corrected: load the timeline again |
//! | `closed` | the reader is no longer told this timeline, or the proof of who asks has ended |
//!
//! Ids are opaque and resume the stream as `Last-Event-ID`. Before each delivery permission is asked again and the
//! look put on record. A reader who does not keep up is cut off, and resumes.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure};
use domain::ids::PersonId;
use event_store::Position;
use projections::timeline;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tracing::Instrument as _;
use utoipa::IntoParams;

use super::timeline::Entry;
use crate::access_log::{Shown, ShownPerson};
use crate::api::input::{Asking, At, Query};
use crate::api::live::{Touch, VIEW};
use crate::api::reading::judge_by_now;
use crate::api::token::PlaceIn;
use crate::app::App;
use crate::error::{FieldError, Problem, ReadError};
use crate::server::Shared;

/// Messages that wait for a reader's connection.
const WAITING_MAX: usize = 32;
/// A reader whose connection takes nothing for this long is cut off.
const SLOW: Duration = Duration::from_secs(10);
/// Keeps proxies from closing a quiet stream, and notices readers who have gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Permission can end without anything being recorded about the person.
const ASK_AGAIN: Duration = Duration::from_secs(60);

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
    responses((status = 200, description = "Events `ready`, `entry`, `changed`, `closed`.", content_type = "text/event-stream", body = String)))]
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

/// How an entry is written into a stream.
pub trait Writing: Send + Sync + 'static {
    /// Text without line breaks.
    fn entry(&self, item: timeline::Item) -> impl Future<Output = Result<String, ReadError>> + Send;
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
    if open.look().await.map_err(Problem::from)?.is_none() {
        return Err(Problem::no_such_page());
    }
    let (out, mut waiting) = mpsc::channel::<Bytes>(WAITING_MAX);
    open.shared.metrics.live_opened();
    let span = tracing::info_span!("live timeline");
    tokio::spawn(open.run(touches, out).instrument(span));
    let body = futures_util::stream::poll_fn(move |context| {
        waiting.poll_recv(context).map(|message| message.map(Ok::<_, actix_web::Error>))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
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

/// Why a stream ended; a label of a metric.
type Ended = &'static str;

impl<W: Writing> Open<W> {
    /// What the reader may be told is asked anew, and the look put on record. `None`: nothing is told any more.
    async fn look(&self) -> Result<Option<()>, ReadError> {
        Ok(self.find().await?.map(|_| ()))
    }

    /// What came after the last that was sent. Each look is on record before anything is sent.
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

    async fn run(mut self, mut touches: broadcast::Receiver<Touch>, out: mpsc::Sender<Bytes>) {
        let reason = match self.serve(&mut touches, &out).await {
            Ok(never) => match never {},
            Err(reason) => reason,
        };
        if matches!(reason, "not-permitted" | "expired") {
            let _ = out.try_send(Bytes::from_static(b"event: closed\ndata: {}\n\n"));
        }
        self.shared.metrics.live_closed(reason);
        tracing::debug!(reason, "a timeline held open was closed");
    }

    async fn serve(
        &mut self,
        touches: &mut broadcast::Receiver<Touch>,
        out: &mpsc::Sender<Bytes>,
    ) -> Result<std::convert::Infallible, Ended> {
        send(out, self.message("ready", "{}")).await?;
        // What came between the page and this stream.
        self.deliver(out).await?;
        let mut closing = self.shared.closing.clone();
        let mut keep_alive = tokio::time::interval(KEEP_ALIVE);
        let mut ask_again = tokio::time::interval(ASK_AGAIN);
        ask_again.reset();
        loop {
            let touch = tokio::select! {
                touch = touches.recv() => Some(touch),
                _ = keep_alive.tick() => None,
                _ = ask_again.tick() => Some(Err(RecvError::Lagged(0))),
                () = out.closed() => return Err("left"),
                closed = closing.wait_for(|closing| *closing) => {
                    let _ = closed;
                    return Err("stopping");
                }
            };
            self.still_proven(self.app.clock.now())?;
            match touch {
                None => send(out, Bytes::from_static(b": still here\n\n")).await?,
                Some(Ok(touch)) => {
                    if touch.people.contains(&self.person.0) && touch.position > self.after {
                        self.deliver(out).await?;
                        if touch.corrects {
                            send(out, self.message("changed", "{}")).await?;
                        }
                    }
                }
                // Some touches were missed: everything since is found by one query, corrections included.
                Some(Err(RecvError::Lagged(missed))) => {
                    self.deliver(out).await?;
                    if missed > 0 {
                        send(out, self.message("changed", "{}")).await?;
                    }
                }
                Some(Err(RecvError::Closed)) => return Err("stopping"),
            }
        }
    }

    fn still_proven(&self, now: DateTime<Utc>) -> Result<(), Ended> {
        match self.asking.visitor.until() {
            Some(until) if until <= now => Err("expired"),
            Some(_) | None => Ok(()),
        }
    }

    /// Sends what came since, as far as the reader may be told it now.
    async fn deliver(&mut self, out: &mpsc::Sender<Bytes>) -> Result<(), Ended> {
        // Before access is judged: what is recorded later waits for its own touch, and a judgement of its own.
        let seen = self.app.views.position(VIEW);
        let found = match self.find().await {
            Ok(Some(found)) => found,
            Ok(None) | Err(ReadError::NotPermitted(_) | ReadError::Absent) => return Err("not-permitted"),
            Err(error) => {
                tracing::warn!(%error, "a timeline held open cannot be read");
                return Err("unavailable");
            }
        };
        for item in found.into_iter().filter(|item| Position::from_raw(item.position) <= seen) {
            self.after = self.after.max(Position::from_raw(item.position));
            let data = self.writing.entry(item).await.map_err(|_| "unavailable")?;
            send(out, self.message("entry", &data)).await?;
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

async fn send(out: &mpsc::Sender<Bytes>, message: Bytes) -> Result<(), Ended> {
    match tokio::time::timeout(SLOW, out.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err("left"),
        Err(_) => Err("slow"),
    }
}
