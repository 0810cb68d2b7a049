//! Timelines held open: what happens about a person is sent as it is recorded (server-sent events).
//!
//! One follower a process reads the record and tells which people each event touches, once the timeline view has
//! taken it in. It tells too many rather than too few: what is shown is decided by each open timeline's own query,
//! under a scope made anew each time, so that a restriction takes effect at the next item at the latest.

mod named;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use event_store::{EventStore as _, Followed, Position, Recorded};
use futures_util::StreamExt as _;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;
use tracing::Span;

use self::named::Named;
use crate::app::App;
use crate::telemetry::continue_trace;

/// The view that timelines are read from.
pub const VIEW: &str = "timeline";
/// An open timeline that is further behind than this reads all it has missed in one query instead.
const TOUCHES_KEPT: usize = 1024;
/// How long the follower waits for the view before it tells all the same.
const VIEW_TIME_MAX: Duration = Duration::from_secs(10);
/// How often the record is read past while nobody listens.
const PAUSE: Duration = Duration::from_secs(1);
/// After a record that cannot be read, for a while nobody is told anything.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Something was recorded about somebody, or at a front door, and the timeline view has it.
#[derive(Clone, Debug)]
pub struct Touch {
    pub named: Arc<Named>,
    pub position: Position,
}

/// For whom the record is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// Open timelines, while there are any.
    Listeners,
    /// And traces, which end when the view has what they wrote.
    ListenersAndTraces,
}

/// Where open timelines listen.
#[derive(Debug)]
pub struct Hub {
    touches: broadcast::Sender<Touch>,
    /// Somebody began to listen.
    begun: Arc<Notify>,
}

impl Hub {
    /// Begins to follow the record; ends when the server closes.
    pub fn start(
        app: Arc<App>,
        audience: Audience,
        closing: watch::Receiver<bool>,
    ) -> (Self, JoinHandle<()>) {
        let (touches, _) = broadcast::channel(TOUCHES_KEPT);
        let begun = Arc::new(Notify::new());
        let told = Told { audience, touches: touches.clone(), begun: Arc::clone(&begun) };
        let following = tokio::spawn(follow(app, told, closing));
        (Self { touches, begun }, following)
    }

    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Touch> {
        let touches = self.touches.subscribe();
        self.begun.notify_one();
        touches
    }
}

/// Who is told of what comes on record.
struct Told {
    audience: Audience,
    touches: broadcast::Sender<Touch>,
    begun: Arc<Notify>,
}

async fn follow(app: Arc<App>, told: Told, mut closing: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = follow_once(&app, &told) => {}
            _ = closing.wait_for(|closing| *closing) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_AFTER) => {}
            _ = closing.wait_for(|closing| *closing) => return,
        }
    }
}

/// Follows from the newest event until something cannot be read.
async fn follow_once(app: &App, told: &Told) {
    let Told { audience, touches, begun } = told;
    let head = match app.record.head().await {
        Ok(head) => head.position,
        Err(error) => return tracing::warn!(%error, "open timelines cannot follow the record just now"),
    };
    let mut record = app.record.follow(head);
    while let Some(followed) = record.next().await {
        match followed {
            Ok(Followed::Events(events)) => {
                // Each ends, in the trace of the request that wrote the event, when the view has it.
                let _projections = match audience {
                    Audience::Listeners => Vec::new(),
                    Audience::ListenersAndTraces => projections(&events),
                };
                if *audience == Audience::ListenersAndTraces || touches.receiver_count() > 0 {
                    tell(app, touches, &events).await;
                } else {
                    // Whoever begins to listen meanwhile is told what came since, and perhaps a little more.
                    let _ = tokio::time::timeout(PAUSE, begun.notified()).await;
                }
            }
            Ok(Followed::CaughtUp(_)) => {}
            Err(error) => return tracing::error!(%error, "open timelines cannot follow the record"),
        }
    }
}

fn projections(events: &[Recorded]) -> Vec<Span> {
    let traced = events.iter().filter_map(|event| Some((event, *event.header.trace()?)));
    traced
        .map(|(event, trace)| {
            let span = tracing::info_span!(
                "projection",
                otel.kind = "consumer",
                view = VIEW,
                kind = event.header.kind()
            );
            continue_trace(&span, trace);
            span
        })
        .collect()
}

/// True for what says who somebody is that reads: it stands in no view.
fn is_of_readers(event: &Recorded) -> bool {
    matches!(&*event.header.stream().category, "agency" | "practitioner" | "account" | "session")
}

async fn tell(app: &App, touches: &broadcast::Sender<Touch>, events: &[Recorded]) {
    let Some(last) = events.last().map(|event| event.position) else { return };
    // Whoever has left, or signed out, is told nothing more, however far behind the view is.
    let of_readers = events.iter().filter(|event| is_of_readers(event));
    for event in of_readers {
        let named = Named { people: HashSet::from([event.header.stream_id()]), ..Named::default() };
        let _ = touches.send(Touch { named: Arc::new(named), position: event.position });
    }
    let named = Arc::new(Named::by(app, events).await);
    // When the view does not come, listeners find nothing new now and everything at the next touch.
    let _ = app.views.wait_until(VIEW, last, VIEW_TIME_MAX).await;
    // Nobody listening any more is no failure.
    let _ = touches.send(Touch { named, position: last });
}
