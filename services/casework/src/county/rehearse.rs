//! The county held against the rules of the domain without telling any of it: minutes become seconds, and an order that
//! would be refused is known before a record is begun. Left out: what only a record shows, such as permission.

use std::collections::HashMap;

use domain::case::Case;
use domain::decider::{Act as Deciding, Decider as _};
use domain::entry::Entry;
use domain::ids::{CorrelationId, EventId, KeyId};
use uuid::Uuid;

use super::Untold;
use super::script::{Act, Deed};
use crate::error::ExecuteError;
use crate::execute::Command;

/// Every order on a case, in the order of time. How many there were.
pub(super) fn cases(acts: Vec<Act>) -> Result<usize, Untold> {
    let mut cases: HashMap<Uuid, Case> = HashMap::new();
    let mut count = 0;
    for act in acts {
        let (Some(told), Deed::Record(command)) = (act.told, act.deed) else { continue };
        let Command::Case { command, .. } = *command else { continue };
        let case = cases.entry(told.stream).or_default();
        let deciding = Deciding {
            command: told.command,
            stream: told.stream,
            actor: act.teller.practitioner,
            agency: act.teller.agency,
            now: act.at,
            fresh_key: KeyId::of(told.command, told.stream),
        };
        let decided = case.decide(&deciding, command);
        let events = decided
            .map_err(|refusal| Untold::Order { key: act.key, source: ExecuteError::Refused(refusal) })?;
        for (event, nth) in events.into_iter().zip(0..) {
            case.evolve(&Entry {
                id: EventId::of(told.command, told.stream, nth),
                position: 0,
                stream: told.stream,
                version: 0,
                recorded_at: act.at,
                occurred: event.occurred,
                actor: act.teller.practitioner,
                agency: act.teller.agency,
                purpose: String::new(),
                lawful_basis: String::new(),
                correlation: CorrelationId(told.command.0),
                corrected_at: None,
                event: event.event,
            });
        }
        count += 1;
    }
    Ok(count)
}
