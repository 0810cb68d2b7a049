//! Somebody at a browser. What their cookie holds names a session on the record and says when it was last used, under the
//! node's own seal: `gs1.<session>.<seconds since 1970>.<seal>`. It says nothing of who they are.
//!
//! A session ends when whoever has it signs out, has been idle for as long as the node allows or signed in a shift ago;
//! when their account is ended or is somebody else's; and when they have left. The first and the last two are on the
//! record, and hold for every process at once.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::ids::{AccountId, PractitionerId, SessionId};
use domain::session::{Close, Open};
use uuid::Uuid;

use super::{SKEW, Unproven, are_same, at};
use crate::app::App;
use crate::error::ExecuteError;
use crate::execute::{Command, Order, hex};
use crate::visitor::{Proof, Visitor};

const PREFIX: &str = "gs1";
const TOKEN_BYTES_MAX: usize = 200;
/// A shift.
const LONGEST: TimeDelta = TimeDelta::hours(12);
/// A cookie is made anew when it was last used longer ago than this.
const RENEW_AFTER: TimeDelta = TimeDelta::seconds(60);

/// What a cookie holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct SessionToken {
    session: SessionId,
    seen_at: DateTime<Utc>,
}

/// True for what looks like one, whoever made it.
#[must_use]
pub fn is_session_token(text: &str) -> bool {
    text.split('.').next() == Some(PREFIX)
}

impl App {
    /// Opens a session for whoever has an account: what their cookie holds from now on.
    ///
    /// # Errors
    /// Those of [`App::execute`].
    pub async fn open_session(
        &self,
        account: AccountId,
        practitioner: PractitionerId,
    ) -> Result<String, ExecuteError> {
        let command = Open { account, practitioner }.into();
        let order = Order::new(Purpose::Operation, Command::Session { id: None, command });
        let opened = self.execute(&Visitor::node(), order).await?;
        Ok(self.seal(SessionId(opened.stream), self.clock.now()))
    }

    /// Closes the session a cookie names, whoever has it; nothing when it names none.
    ///
    /// # Errors
    /// Those of [`App::execute`].
    pub async fn close_session(&self, token: &str) -> Result<(), ExecuteError> {
        let Ok(SessionToken { session, .. }) = self.unseal(token) else { return Ok(()) };
        let command = Command::Session { id: Some(session), command: Close {}.into() };
        self.execute(&Visitor::node(), Order::new(Purpose::Operation, command)).await?;
        Ok(())
    }

    /// Who is at a browser by its cookie, and what the cookie is made into when it is time to: not by what a page asks
    /// by itself.
    ///
    /// # Errors
    /// [`Unproven::Expired`] for a session that is over, however it ended; otherwise as for an access token.
    pub async fn at_browser(
        &self,
        token: &str,
        is_attended: bool,
    ) -> Result<(Visitor, Option<String>), Unproven> {
        let SessionToken { session, seen_at } = self.unseal(token)?;
        let now = self.clock.now();
        let state = self.session(session, self.on_record()).await?;
        let (account, opened_at) = state.open().ok_or(Unproven::Expired)?;
        let good_until = |seen_at: DateTime<Utc>| (seen_at + self.settings.idle()).min(opened_at + LONGEST);
        if good_until(seen_at) <= now || seen_at - SKEW > now {
            return Err(Unproven::Expired);
        }
        let actor = self.actor_of(account).await?;
        let is_renewed = is_attended && now - seen_at >= RENEW_AFTER;
        let until = good_until(if is_renewed { now } else { seen_at });
        let visitor = Visitor::signed_in(actor, Proof { account, session: Some(session) }, until);
        Ok((visitor, is_renewed.then(|| self.seal(session, now))))
    }

    fn seal(&self, session: SessionId, seen_at: DateTime<Utc>) -> String {
        let seconds = seen_at.timestamp();
        let seal = self.seal_of(session, seconds);
        format!("{PREFIX}.{}.{seconds}.{seal}", session.0.as_simple())
    }

    fn seal_of(&self, session: SessionId, seconds: i64) -> String {
        hex(&self.ids.hash("goldthread/session/1", &[session.0.as_bytes(), &seconds.to_be_bytes()]))
    }

    fn unseal(&self, token: &str) -> Result<SessionToken, Unproven> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Unproven::NotSigned);
        }
        let mut fields = token.split('.');
        let (Some(PREFIX), Some(session), Some(seconds), Some(seal), None) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Unproven::NotSigned);
        };
        let session = Uuid::try_parse(session).map(SessionId).map_err(|_| Unproven::NotSigned)?;
        let seconds: i64 = seconds.parse().map_err(|_| Unproven::NotSigned)?;
        if !are_same(&self.seal_of(session, seconds), seal) {
            return Err(Unproven::NotSigned);
        }
        Ok(SessionToken { session, seen_at: at(seconds)? })
    }
}
