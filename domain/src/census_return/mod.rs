//! A return: a file of testimony read in. Its stream says where a fact came from; the facts are on other streams.
//!
//! Left out: reading the file, and what came of each row, which follows from the rows that events name.

pub mod events;
pub mod receive_return;

use chrono::NaiveDate;

use crate::authority::Authority;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::ReturnId;

/// A return as its stream tells it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CensusReturn {
    pub received: Option<Received>,
}

/// What is known of a return that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    pub return_id: ReturnId,
    pub authority: Authority,
    pub reference_day: NaiveDate,
    pub content_hash: String,
    pub supersedes: Option<ReturnId>,
}

commands! {
    ReceiveReturn(receive_return::ReceiveReturn),
}

impl Decider for CensusReturn {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        if let Event::ReturnReceived(received) = &entry.event {
            self.received = Some(Received {
                return_id: received.return_id,
                authority: received.authority.clone(),
                reference_day: received.reference_day,
                content_hash: received.content_hash.clone(),
                supersedes: received.supersedes,
            });
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::ReceiveReturn(command) => receive_return::decide(self, act, command),
        }
    }
}
