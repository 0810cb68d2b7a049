//! What somebody signs in with: an account at an issuer of identities, and whose it is here.
//!
//! The account's own id is a keyed hash of the issuer and of the subject it names there, so that the subject is nowhere
//! on record (OpenID Connect Core 1.0, section 2: the two together are one person's, and are never given to another).
//! Left out: which issuers are taken, which is the node's setting; and what somebody may do, which is policy's.

mod end;
pub mod events;
mod link;

pub use end::End;
pub use link::Link;

use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::PractitionerId;
use crate::text::Line;

commands! {
    Link(Link),
    End(End),
}

/// Four eyes: with an account of their own set free, an administrator could make it a colleague's.
const ONES_OWN: Refusal = Refusal {
    code: "ones-own",
    sentence: "One’s own accounts are for somebody else to link and to end; ask another administrator.",
};
const SOMEBODY_ELSES: Refusal = Refusal {
    code: "somebody-elses",
    sentence: "This account is another practitioner's; end that first if it was linked by mistake.",
};

/// An account as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Account {
    linked: Option<events::Linked>,
    was_last: Option<PractitionerId>,
}

impl Account {
    /// Whose it is; nobody's before it is linked, and after that is ended.
    #[must_use]
    pub fn practitioner(&self) -> Option<PractitionerId> {
        self.linked.as_ref().map(|linked| linked.practitioner)
    }

    /// Whose it is, or was last.
    #[must_use]
    pub fn was_last(&self) -> Option<PractitionerId> {
        self.was_last
    }

    /// Who says that it is theirs.
    #[must_use]
    pub fn issuer(&self) -> Option<&Line> {
        self.linked.as_ref().map(|linked| &linked.issuer)
    }
}

impl Decider for Account {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::AccountLinked(linked) => {
                self.linked = Some(linked.clone());
                self.was_last = Some(linked.practitioner);
            }
            Event::AccountEnded(_) => self.linked = None,
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Link(command) => command.decide(self, act),
            Command::End(command) => command.decide(self, act),
        }
    }
}
