//! Somebody at a browser, from signing in to signing out.
//!
//! Left out: how long one may go on, and how long be idle, which are the node's settings; and whether the account is
//! still whose it was, which is the account's own.

mod close;
pub mod events;
mod open;

pub use close::Close;
pub use open::Open;

use chrono::{DateTime, Utc};

use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::AccountId;
use crate::when::Occurred;

commands! {
    Open(Open),
    Close(Close),
}

/// A session as it stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Session {
    opened: Option<(AccountId, DateTime<Utc>)>,
    is_closed: bool,
}

impl Session {
    /// By which account, and since when; none once it is closed.
    #[must_use]
    pub fn open(&self) -> Option<(AccountId, DateTime<Utc>)> {
        self.opened.filter(|_| !self.is_closed)
    }

    fn was_opened(&self) -> bool {
        self.opened.is_some()
    }
}

impl Decider for Session {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match (&entry.event, entry.occurred) {
            (Event::SessionOpened(opened), Occurred::Instant(at)) => self.opened = Some((opened.account, at)),
            (Event::SessionClosed(_), _) => self.is_closed = true,
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Open(command) => command.decide(self, act),
            Command::Close(command) => command.decide(self, act),
        }
    }
}
