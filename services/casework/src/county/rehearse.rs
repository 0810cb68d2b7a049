//! The county held against the rules of the domain without telling any of it: minutes become seconds, and an order that
//! would be refused is known before a record is begun, and what the county would be like can be counted. Left out: what
//! only a record shows, such as permission.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike as _;
use domain::agency::AgencyKind;
use domain::case::Case;
use domain::decider::{Act as Deciding, Decider as _, NewEvent};
use domain::entry::Entry;
use domain::ids::{CorrelationId, EventId, KeyId};
use domain::person::{self, Open, Person};
use domain::tie;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::script::{Act, Deed};
use super::{Plan, Untold};
use crate::error::ExecuteError;
use crate::execute::Command;

/// What a county would be told, and by whom.
#[derive(Clone, PartialEq, Debug)]
pub struct Rehearsed {
    pub orders: usize,
    /// At least so many events: those on cases and of records that are opened, and one for each other order.
    pub events: usize,
    /// What is recorded on cases, in the order of time.
    pub on_cases: Vec<Entry>,
    /// Records that are opened.
    pub opened: Vec<Open>,
    pub ties: Vec<tie::Record>,
    /// Orders by the kind of the first event that each leads to.
    pub kinds: BTreeMap<&'static str, usize>,
    pub agencies: BTreeMap<AgencyKind, usize>,
    pub practitioners: usize,
    /// Contacts by the kind of agency that told and the month of the year in which it was recorded.
    pub contacts: BTreeMap<(AgencyKind, u32), usize>,
    /// Of every order: who gives it, when, and what it leads to.
    pub digest: [u8; 32],
}

/// Looks through the orders, and decides those on cases, in the order of time.
pub(super) fn all(Plan { crew, acts, .. }: Plan) -> Result<Rehearsed, Untold> {
    let (mut contacts, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    let mut digest = Sha256::new();
    for act in &acts {
        let kind = act.deed.fact();
        digest.update(format!("{} {} {} {kind}\n", act.at, act.key, act.teller.practitioner.0));
        *kinds.entry(kind).or_default() += 1;
        if kind == "contact.recorded" {
            *contacts.entry((act.teller.kind, act.at.month())).or_default() += 1;
        }
    }
    let agencies = crew.agencies().into_iter().map(|(kind, agencies)| (kind, agencies.len())).collect();
    let mut told = Rehearsed {
        orders: acts.len(),
        events: 0,
        on_cases: Vec::new(),
        opened: Vec::new(),
        ties: Vec::new(),
        kinds,
        agencies,
        practitioners: crew.practitioners(),
        contacts,
        digest: digest.finalize().into(),
    };
    let mut cases: HashMap<Uuid, Case> = HashMap::new();
    for act in acts {
        told.events += told.take(&mut cases, act)?;
    }
    Ok(told)
}

impl Rehearsed {
    /// How many events an order leads to, at least.
    fn take(&mut self, cases: &mut HashMap<Uuid, Case>, act: Act) -> Result<usize, Untold> {
        let Act { at, teller, key, told, deed, .. } = act;
        let (Some(told), Deed::Record(command)) = (told, &deed) else {
            return Ok(if matches!(deed, Deed::Move { .. }) { 2 } else { 1 });
        };
        let deciding = Deciding {
            command: told.command,
            stream: told.stream,
            actor: teller.practitioner,
            agency: teller.agency,
            now: at,
            fresh_key: KeyId::of(told.command, told.stream),
        };
        let refused = |refusal| Untold::Order { key, source: ExecuteError::Refused(refusal) };
        match (**command).clone() {
            Command::Case { command, .. } => {
                let case = cases.entry(told.stream).or_default();
                let decided = case.decide(&deciding, command).map_err(refused)?;
                let entries = decided.into_iter().zip(0..).map(|(event, nth)| entry(&deciding, event, nth));
                let before = self.on_cases.len();
                self.on_cases.extend(entries);
                let new = self.on_cases.iter().skip(before);
                Ok(new.map(|entry| case.evolve(entry)).count())
            }
            Command::Person { id: None, command: person::Command::Open(open) } => {
                let decided = Person::initial().decide(&deciding, open.clone().into()).map_err(refused)?;
                self.opened.push(open);
                Ok(decided.len())
            }
            Command::Tie { id: None, command: tie::Command::Record(tie) } => {
                self.ties.push(tie);
                Ok(1)
            }
            _ => Ok(1),
        }
    }
}

/// An event as it would stand on its stream.
fn entry(deciding: &Deciding, event: NewEvent, nth: u32) -> Entry {
    Entry {
        id: EventId::of(deciding.command, deciding.stream, nth),
        position: 0,
        stream: deciding.stream,
        version: 0,
        recorded_at: deciding.now,
        occurred: event.occurred,
        actor: deciding.actor,
        agency: deciding.agency,
        purpose: String::new(),
        lawful_basis: String::new(),
        correlation: CorrelationId(deciding.command.0),
        corrected_at: None,
        event: event.event,
    }
}
