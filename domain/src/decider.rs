//! The one shape of every rule: state from history, then events or a refusal.

#[cfg(test)]
pub(crate) mod testing;

use chrono::{DateTime, Utc};

use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{AgencyId, CommandId, KeyId, PractitionerId};
use crate::when::Occurred;

/// Who acts, for whom, and when: the same for every command, filled in by the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    pub command: CommandId,
    /// The stream acted on.
    pub stream: uuid::Uuid,
    pub actor: PractitionerId,
    pub agency: AgencyId,
    pub now: DateTime<Utc>,
    /// A key nobody has used, for text of this record's own (or of the person opened by it).
    pub fresh_key: KeyId,
}

/// An event decided on, not yet recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEvent {
    pub occurred: Occurred,
    pub event: Event,
}

/// An answer, not a failure: the rule that stands in the way, and what can be done about it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// Stable, kebab-case: `already-closed`.
    pub code: &'static str,
    /// Plain words a practitioner can act on; never a name, a date of birth or an address.
    pub sentence: &'static str,
}

/// A stream kind's rules. `decide` is pure; what it must know from elsewhere is a field of the command.
pub trait Decider {
    type Command;

    /// A stream nobody has written to.
    fn initial() -> Self;

    /// What an entry of the effective history changes.
    fn evolve(&mut self, entry: &Entry);

    /// The events a command leads to now.
    ///
    /// # Errors
    /// The first rule that stands in the way.
    fn decide(&self, act: &Act, command: Self::Command) -> Result<Vec<NewEvent>, Refusal>;
}

/// What is recorded has happened.
pub(crate) const IN_THE_FUTURE: Refusal =
    Refusal { code: "in-the-future", sentence: "It cannot have happened yet; give a time that has passed." };

/// Declares a stream kind's commands: one line each, with its struct.
macro_rules! commands {
    ( $( $(#[$doc:meta])* $name:ident($body:path) ),+ $(,)? ) => {
        /// What can be ordered of a stream of this kind.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Command {
            $( $(#[$doc])* $name($body), )+
        }

        $( impl From<$body> for Command {
            fn from(body: $body) -> Self { Self::$name(body) }
        } )+
    };
}

pub(crate) use commands;
