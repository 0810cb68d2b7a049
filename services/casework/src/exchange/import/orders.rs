//! Orders on behalf of a return: given with patience, and read back to see which rows they put on record.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::NaiveDate;
use domain::access::{LawfulBasis, Purpose};
use domain::authority::Authority;
use domain::event::Event;
use domain::ids::{CorrelationId, ReturnId};
use domain::source::{Basis, Source};
use domain::testimony::{RowHash, SaidRow, Testimony};
use event_store::{EventStore as _, StreamId};
use projections::decode::{DataKeys, Decoder};

use super::ImportError;
use crate::app::App;
use crate::error::ExecuteError;
use crate::exchange::cin::Head;
use crate::execute::{Command, Done, Order};
use crate::visitor::Visitor;

/// With the waits below, some twenty seconds.
const MOST_TRIES: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Who orders, for which return.
pub struct Orders<'a> {
    pub(super) app: &'a App,
    pub(super) visitor: &'a Visitor,
    pub(super) authority: Authority,
    pub(super) return_id: ReturnId,
    pub(super) as_of: NaiveDate,
    pub(super) correlation: CorrelationId,
}

impl Orders<'_> {
    /// A row as events name it. Its natural key holds the authority's number for the child and its content can be
    /// guessed, so both are hashed under the node's key.
    pub(super) fn row(&self, head: &Head) -> SaidRow {
        let key = self.app.ids.hash("goldthread/cin-row-key/1", &[head.identity.reveal().as_bytes()]);
        let content = self.app.ids.hash("goldthread/cin-row-content/1", &[&head.content.0]);
        SaidRow { key: half(key), content: half(content) }
    }

    pub(super) fn source(&self) -> Source {
        Source { basis: Basis::Return, agency: self.app.ids.local_authority(&self.authority) }
    }

    /// Gives an order, again when a race was lost or the log is full. An order of a return says the same each time it
    /// is given, so giving it twice adds nothing.
    pub(super) async fn carry_out(&self, command: &Command) -> Result<Done, ExecuteError> {
        let mut wait = FIRST_WAIT;
        for _ in 1..MOST_TRIES {
            match self.app.execute(self.visitor, self.order(command.clone())).await {
                Err(ExecuteError::Stale | ExecuteError::Overloaded | ExecuteError::Unavailable(_)) => {
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                done => return done,
            }
        }
        self.app.execute(self.visitor, self.order(command.clone())).await
    }

    fn order(&self, command: Command) -> Order {
        Order {
            lawful_basis: LawfulBasis::LegalObligation,
            correlation: Some(self.correlation),
            ..Order::new(Purpose::StatutoryReturn, command)
        }
    }

    /// What the return is on record as saying, by the events an order has just led to.
    pub(super) async fn said(&self, category: &str, done: &Done) -> Result<Said, ImportError> {
        let mut said = Said::default();
        if done.events.is_empty() {
            return Ok(said);
        }
        let count = u64::try_from(done.events.len()).unwrap_or(u64::MAX);
        let stream = StreamId { category: category.to_owned(), id: done.stream };
        let after = done.version.saturating_sub(count);
        let recorded = self.app.record.read_stream(&stream, after, done.events.len()).await;
        let recorded = recorded.map_err(|cause| ImportError::ReadBack(cause.into()))?;
        // Rows are named in plain facts: nothing sealed needs to be opened.
        let none = DataKeys::new();
        let decoder = Decoder { origin: self.app.record.origin(), opens: &|_| false, keys: &none };
        for decoded in decoder.decode(&recorded) {
            let entry =
                decoded.content.map_err(|unreadable| ImportError::ReadBack(unreadable.code.into()))?;
            if let Some(testimony) = testimony(&entry.event) {
                said.rows.extend(&testimony.rows);
                said.faults.extend(testimony.faults.iter().map(|fault| fault.code.clone()));
            }
        }
        Ok(said)
    }
}

/// What new events say of a return.
#[derive(Default)]
pub(super) struct Said {
    pub rows: BTreeSet<SaidRow>,
    /// The codes of their faults, the reader's among them.
    pub faults: Vec<String>,
}

fn testimony(event: &Event) -> Option<&Testimony> {
    domain::person::testimony(event).or_else(|| domain::case::testimony(event))
}

fn half(hash: [u8; 32]) -> RowHash {
    let mut half = [0; 16];
    half.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    RowHash(half)
}
