//! A review: somebody is asked to look at how a practitioner used the record.
//!
//! It accuses nobody. It says what was counted, over which time, and where in the access log it can be read; whoever
//! answers for it says what came of it.

mod conclude;
pub mod events;
mod raise;
pub mod trawling;

pub use conclude::Conclude;
pub use raise::Raise;

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;

codes! {
    /// What is to be looked at.
    ReviewKind, "kind of review":
    /// People were looked for, and nothing came of it.
    Trawling => "trawling",
}

codes! {
    /// What was counted.
    Counted, "counted":
    /// Searches after which nothing was put on record.
    Unfollowed => "unfollowed",
    /// Different family names among them.
    Names => "names",
    /// Different addresses among them.
    Addresses => "addresses",
}

codes! {
    /// What came of a review.
    ReviewOutcome, "outcome of a review":
    /// It was work, and there was a reason for it.
    Explained => "explained",
    /// They were told how it is to be done.
    Advised => "advised",
    /// It was passed on to whoever deals with misuse.
    Reported => "reported",
}

commands! {
    Raise(Raise),
    Conclude(Conclude),
}

/// A review as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Review {
    raised: Option<events::Raised>,
    concluded: Option<events::Concluded>,
}

impl Review {
    #[must_use]
    pub fn raised(&self) -> Option<&events::Raised> {
        self.raised.as_ref()
    }

    #[must_use]
    pub fn concluded(&self) -> Option<&events::Concluded> {
        self.concluded.as_ref()
    }
}

impl Decider for Review {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::ReviewRaised(raised) => self.raised = Some(raised.clone()),
            Event::ReviewConcluded(concluded) => self.concluded = Some(concluded.clone()),
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Raise(command) => Ok(command.decide(self, act)),
            Command::Conclude(command) => command.decide(self, act),
        }
    }
}
