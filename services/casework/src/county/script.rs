//! What is to be told, by whom and when: a list of orders in the order of time, made before the first is given.
//!
//! Every id is the one that [`crate::execute`] will derive from who gives the order and under which key, so that
//! later orders can name what earlier ones make.

use chrono::{DateTime, Utc};
use domain::access::Purpose;
use domain::ids::{CaseId, CommandId, ContactId, EventId, PersonId};
use event_store::StreamId;
use uuid::Uuid;

use super::crew::Teller;
use crate::amend::Amendment;
use crate::execute::{Command, Ids, Place};

/// One order.
pub(super) struct Act {
    pub at: DateTime<Utc>,
    /// Orders of one thread are given one after the other.
    pub thread: Thread,
    pub teller: Teller,
    pub purpose: Purpose,
    pub key: String,
    /// What it makes; none for what is decided about an entry or an alert.
    pub told: Option<Told>,
    pub deed: Deed,
}

impl Act {
    /// Whose record it begins.
    pub fn opens(&self) -> Option<PersonId> {
        match (&self.deed, self.told) {
            (Deed::Record(command), Some(told)) if matches!(**command, Command::Person { id: None, .. }) => {
                Some(told.person())
            }
            _ => None,
        }
    }
}

/// What is ordered.
pub(super) enum Deed {
    Record(Box<Command>),
    /// An entry is put right where it stands.
    Amend {
        stream: StreamId,
        amendment: Box<Amendment>,
    },
    /// What a front door makes of an alert. It may be too late: withdrawn, or closed to them.
    DecideAlert(Box<Command>),
    /// An entry goes from one child's case to another's.
    Move {
        entry: EventId,
        wrong: Place,
        right: Place,
    },
}

impl Deed {
    /// The kind of the first event it leads to.
    pub fn fact(&self) -> &'static str {
        match self {
            Self::Record(command) | Self::DecideAlert(command) => command.fact(),
            Self::Amend { .. } => "entry.amended",
            Self::Move { .. } => "entry.moved-away",
        }
    }
}

/// What must be told in order: what a case or an alert says, what an agency or a practitioner is, and everything else of
/// a family.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Thread {
    Family(u32),
    Stream(Uuid),
}

/// A family's orders, in the order in which they are given.
pub(super) struct Script<'a> {
    ids: &'a Ids,
    family: u32,
    /// Nothing is told after this.
    until: DateTime<Utc>,
    told: Vec<Act>,
}

/// An order that will be given, by the ids of what it makes.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub command: CommandId,
    pub stream: Uuid,
}

impl Told {
    pub fn part(self, nth: u32) -> Uuid {
        self.command.part_of(self.stream, nth)
    }

    pub fn person(self) -> PersonId {
        PersonId(self.stream)
    }

    pub fn contact(self) -> ContactId {
        ContactId(self.stream)
    }
}

impl<'a> Script<'a> {
    pub fn new(ids: &'a Ids, family: u32, until: DateTime<Utc>) -> Self {
        Self { ids, family, until, told: Vec::new() }
    }

    pub fn ids(&self) -> &'a Ids {
        self.ids
    }

    /// The family's own.
    pub fn thread(&self) -> Thread {
        Thread::Family(self.family)
    }

    /// True once the family's script tells of a case.
    pub fn has_begun(&self, case: CaseId) -> bool {
        self.told.iter().any(|act| act.thread == Thread::Stream(case.0))
    }

    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }

    /// Adds an order; `None` when it would be given after the end, and so would all that rests on it.
    pub fn tell(
        &mut self,
        at: DateTime<Utc>,
        teller: Teller,
        purpose: Purpose,
        command: Command,
    ) -> Option<Told> {
        if at > self.until {
            return None;
        }
        let key = self.next_key();
        let id = self.ids.command(teller.practitioner, &key);
        let stream = command.stream().unwrap_or_else(|| id.new_stream(0));
        let thread = match &command {
            Command::Case { id, .. } => Thread::Stream(id.0),
            // Nobody's registration waits for anybody else's.
            Command::Agency { id: Some(id), .. } => Thread::Stream(id.0),
            Command::Practitioner { id: Some(id), .. } => Thread::Stream(id.0),
            Command::Correct { stream, .. } => self.thread_of(stream),
            _ => self.thread(),
        };
        let told = Told { command: id, stream };
        let deed = Deed::Record(Box::new(command));
        self.told.push(Act { at, thread, teller, purpose, key, told: Some(told), deed });
        Some(told)
    }

    /// Adds that an entry is put right where it stands.
    pub fn amend(
        &mut self,
        at: DateTime<Utc>,
        teller: Teller,
        stream: StreamId,
        amendment: Amendment,
    ) -> Option<()> {
        if at > self.until {
            return None;
        }
        let key = self.next_key();
        let thread = self.thread_of(&stream);
        let deed = Deed::Amend { stream, amendment: Box::new(amendment) };
        self.told.push(Act { at, thread, teller, purpose: Purpose::RecordKeeping, key, told: None, deed });
        Some(())
    }

    /// Adds that an entry was on the wrong child's case.
    pub fn move_entry(
        &mut self,
        at: DateTime<Utc>,
        teller: Teller,
        entry: EventId,
        (wrong, right): (Place, Place),
    ) -> Option<()> {
        if at > self.until {
            return None;
        }
        let key = self.next_key();
        let thread = self.thread();
        let deed = Deed::Move { entry, wrong, right };
        let purpose = Purpose::RecordKeeping;
        self.told.push(Act { at, thread, teller, purpose, key, told: None, deed });
        Some(())
    }

    fn next_key(&self) -> String {
        format!("county: {}/{}", self.family, self.told.len())
    }

    fn thread_of(&self, stream: &StreamId) -> Thread {
        if stream.category == "case" { Thread::Stream(stream.id) } else { self.thread() }
    }

    /// In the order of time; of two at one time, the one that was added first.
    pub fn in_order(mut self) -> Vec<Act> {
        self.told.sort_by_key(|act| act.at);
        self.told
    }
}
