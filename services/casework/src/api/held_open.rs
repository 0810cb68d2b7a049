//! What every stream of server-sent events has in common: it hears what is recorded, notices readers who have gone or do
//! not keep up, and ends with the server or with the proof of who reads.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Interval, interval};

use super::live::Touch;
use crate::app::App;
use crate::error::ReadError;
use crate::server::Shared;
use crate::visitor::Visitor;

/// Messages that wait for a reader's connection.
pub const WAITING_MAX: usize = 32;
/// A reader whose connection takes nothing for this long is cut off.
const SLOW: Duration = Duration::from_secs(10);
/// Keeps proxies from closing a quiet stream, and notices readers who have gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Permission can end without anything being recorded that is heard.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// Why a stream ended; a label of a metric.
pub type Ended = &'static str;

/// Why it ends when what it tells cannot be read, or not by this reader any more.
pub fn unread(error: ReadError) -> Ended {
    match error {
        ReadError::NotPermitted(_) | ReadError::Absent => "not-permitted",
        error => {
            tracing::warn!(%error, "what is held open cannot be read");
            "unavailable"
        }
    }
}

/// What a stream hears.
pub enum Heard {
    Touch(Touch),
    /// So many were missed, or none and it is time to ask again.
    Missed(u64),
}

/// What a stream hears by, and the reader's end of it.
pub struct Line {
    touches: broadcast::Receiver<Touch>,
    closing: watch::Receiver<bool>,
    keep_alive: Interval,
    ask_again: Interval,
    out: mpsc::Sender<Bytes>,
}

impl Line {
    /// Hears from here on. The answer ends when the line is let go.
    pub fn open(shared: &Shared, touches: broadcast::Receiver<Touch>) -> (Self, HttpResponse) {
        let (out, mut waiting) = mpsc::channel::<Bytes>(WAITING_MAX);
        let mut ask_again = interval(ASK_AGAIN);
        ask_again.reset();
        let closing = shared.closing.clone();
        let line = Self { touches, closing, keep_alive: interval(KEEP_ALIVE), ask_again, out };
        let body = futures_util::stream::poll_fn(move |context| {
            waiting.poll_recv(context).map(|message| message.map(Ok::<_, actix_web::Error>))
        });
        let answer = HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
            .insert_header(("x-accel-buffering", "no"))
            .streaming(body);
        (line, answer)
    }

    /// The next thing to hear, as long as somebody listens who is who they said.
    ///
    /// # Errors
    /// Why the stream ends.
    pub async fn hear(&mut self, app: &App, visitor: &Visitor) -> Result<Heard, Ended> {
        // Whoever is still at the browser opens it again by a cookie that is younger.
        let over =
            if visitor.proof().is_some_and(|proof| proof.session.is_some()) { "idle" } else { "expired" };
        let is_over = || visitor.until().is_some_and(|until| until <= app.clock.now());
        let heard = self.hear_while(|| if is_over() { Err(over) } else { Ok(()) }).await?;
        let concerns_them = match &heard {
            Heard::Touch(touch) => visitor.rests_on().any(|id| touch.named.people.contains(&id)),
            Heard::Missed(_) => true,
        };
        if concerns_them && !app.is_still(visitor).await.map_err(unread)? {
            return Err("expired");
        }
        Ok(heard)
    }

    /// The same while the proof of who reads holds.
    async fn hear_while(&mut self, proof: impl Fn() -> Result<(), Ended>) -> Result<Heard, Ended> {
        loop {
            let heard = tokio::select! {
                touch = self.touches.recv() => Some(touch),
                _ = self.keep_alive.tick() => None,
                _ = self.ask_again.tick() => Some(Err(RecvError::Lagged(0))),
                () = self.out.closed() => return Err("left"),
                closed = self.closing.wait_for(|closing| *closing) => {
                    let _ = closed;
                    return Err("stopping");
                }
            };
            proof()?;
            match heard {
                None => self.send(Bytes::from_static(b": still here\n\n")).await?,
                Some(Ok(touch)) => return Ok(Heard::Touch(touch)),
                Some(Err(RecvError::Lagged(missed))) => return Ok(Heard::Missed(missed)),
                Some(Err(RecvError::Closed)) => return Err("stopping"),
            }
        }
    }

    /// # Errors
    /// The reader has gone, or takes nothing.
    pub async fn send(&self, message: Bytes) -> Result<(), Ended> {
        match tokio::time::timeout(SLOW, self.out.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("left"),
            Err(_) => Err("slow"),
        }
    }

    /// Says why, where the reader can do something about it.
    pub fn end(self, reason: Ended) {
        if matches!(reason, "not-permitted" | "expired") {
            let _ = self.out.try_send(Bytes::from_static(b"event: closed\ndata: {}\n\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_held_open_is_asked_again_each_minute_though_nothing_is_recorded() {
        let (_touches, heard) = broadcast::channel(1);
        let (_closing, closing) = watch::channel(false);
        let (out, mut sent) = mpsc::channel(WAITING_MAX);
        let mut ask_again = interval(ASK_AGAIN);
        ask_again.reset();
        let mut line = Line { touches: heard, closing, keep_alive: interval(KEEP_ALIVE), ask_again, out };
        let begun = Instant::now();
        for minutes in 1..=3 {
            assert!(matches!(line.hear_while(|| Ok(())).await, Ok(Heard::Missed(0))));
            assert_eq!(begun.elapsed(), ASK_AGAIN * minutes);
        }
        let mut kept_alive = 0;
        while sent.try_recv().is_ok() {
            kept_alive += 1;
        }
        assert!((12..=13).contains(&kept_alive), "{kept_alive}");
        assert!(matches!(line.hear_while(|| Err("expired")).await, Err("expired")));
        drop(sent);
        assert!(matches!(line.hear_while(|| Ok(())).await, Err("left")));
    }
}
