//! An enquiry: one act of asking whether a child is known, with its reason, and the answer that was given.

pub mod events;
mod make;
mod receipt;

pub use make::Make;
pub use receipt::{KnownAt, Receipt};

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;

codes! {
    /// With what a child was looked for.
    Searched, "searched":
    NhsNumber => "nhs-number",
    Upn => "upn",
    LaChildId => "la-child-id",
    Name => "name",
    BirthDate => "birth-date",
    Sex => "sex",
    Address => "address",
    /// The asker had the record before them already.
    Record => "record",
}

codes! {
    /// What the asker was answered.
    Answer, "answer":
    Found => "found",
    NoTrace => "no-trace",
    /// There is somebody to ring; nothing more is said.
    ContactOnly => "contact-only",
}

commands! {
    Make(Make),
}

/// An enquiry as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Enquiry {
    made: Option<events::Made>,
}

impl Enquiry {
    #[must_use]
    pub fn made(&self) -> Option<&events::Made> {
        self.made.as_ref()
    }
}

impl Decider for Enquiry {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        if let Event::EnquiryMade(made) = &entry.event {
            self.made = Some(made.clone());
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Make(command) => command.decide(self, act),
        }
    }
}
