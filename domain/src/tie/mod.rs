//! A relationship between two people, or a person's place in a household, over time. One tie, one stream; when two
//! people come together again, that is another tie.

mod end;
pub mod events;
mod record;

pub use end::End;
pub use record::Record;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{HouseholdId, PersonId};

codes! {
    /// What `from` is to `to`.
    TieKind, "tie kind":
    Mother => "mother",
    Father => "father",
    Parent => "parent",
    Carer => "carer",
    Sibling => "sibling",
    HouseholdMember => "household-member",
    Partner => "partner",
    Other => "other",
}

codes! {
    /// Why a tie no longer holds.
    EndReason, "end reason":
    Separated => "separated",
    MovedOut => "moved-out",
    CareEnded => "care-ended",
    Died => "died",
    Other => "other",
}

/// The other end of a tie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TieTo {
    Person(PersonId),
    Household(HouseholdId),
}

commands! {
    Record(Record),
    End(End),
}

/// A tie as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tie {
    recorded: Option<events::Recorded>,
    ended_on: Option<NaiveDate>,
}

impl Tie {
    #[must_use]
    pub fn recorded(&self) -> Option<&events::Recorded> {
        self.recorded.as_ref()
    }

    /// The last day it held.
    #[must_use]
    pub fn ended_on(&self) -> Option<NaiveDate> {
        self.ended_on
    }
}

impl Decider for Tie {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::TieRecorded(recorded) => self.recorded = Some(recorded.clone()),
            Event::TieEnded(ended) => self.ended_on = Some(ended.on),
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Record(command) => command.decide(self, act),
            Command::End(command) => command.decide(self, act),
        }
    }
}
