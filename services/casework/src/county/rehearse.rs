//! The county held against the rules of the domain without telling any of it: minutes become seconds, and an order that
//! would be refused is known before a record is begun. Left out: what only a record shows, such as permission.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike as _;
use domain::agency::AgencyKind;
use domain::case::Case;
use domain::decider::{Act as Deciding, Decider as _};
use domain::entry::Entry;
use domain::ids::{CorrelationId, EventId, KeyId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::script::{Act, Deed};
use super::{Plan, Untold};
use crate::error::ExecuteError;
use crate::execute::Command;

/// What a county would be told, and by whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rehearsed {
    pub orders: usize,
    pub on_cases: usize,
    pub agencies: BTreeMap<AgencyKind, usize>,
    pub practitioners: usize,
    /// Contacts by the kind of agency that told and the month of the year in which it was recorded.
    pub contacts: BTreeMap<(AgencyKind, u32), usize>,
    /// Of every order: who gives it, when, and what it leads to.
    pub digest: [u8; 32],
}

/// Looks through the orders, and decides those on cases, in the order of time.
pub(super) fn all(Plan { crew, acts, .. }: Plan) -> Result<Rehearsed, Untold> {
    let mut contacts = BTreeMap::new();
    let mut digest = Sha256::new();
    for act in &acts {
        digest.update(format!("{} {} {} {}\n", act.at, act.key, act.teller.practitioner.0, act.deed.fact()));
        if act.deed.fact() == "contact.recorded" {
            *contacts.entry((act.teller.kind, act.at.month())).or_default() += 1;
        }
    }
    let agencies = crew.agencies().into_iter().map(|(kind, agencies)| (kind, agencies.len())).collect();
    Ok(Rehearsed {
        orders: acts.len(),
        agencies,
        practitioners: crew.practitioners(),
        contacts,
        digest: digest.finalize().into(),
        on_cases: cases(acts)?,
    })
}

/// How many orders on cases there were.
fn cases(acts: Vec<Act>) -> Result<usize, Untold> {
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
