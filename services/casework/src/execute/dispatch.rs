//! From a command to the rules of its stream kind.

use domain::account::Account;
use domain::agency::Agency;
use domain::alert::{self, Alert};
use domain::case::Case;
use domain::census_return::CensusReturn;
use domain::contact::{self, Contact};
use domain::decider::{Act, Decider, NewEvent, Refusal};
use domain::enquiry::Enquiry;
use domain::entry::Entry;
use domain::history::{self, Correction};
use domain::person::Person;
use domain::practitioner::Practitioner;
use domain::review::Review;
use domain::session::Session;
use domain::tie::Tie;
use uuid::Uuid;

use super::Command;
use super::basis::JudgedBy;

impl Command {
    /// The kind of stream it acts on.
    pub(crate) fn category(&self) -> &str {
        match self {
            Self::Person { .. } => "person",
            Self::Contact { .. } => "contact",
            Self::Enquiry { .. } => "enquiry",
            Self::Case { .. } => "case",
            Self::Tie { .. } => "tie",
            Self::Agency { .. } => "agency",
            Self::Practitioner { .. } => "practitioner",
            Self::Account { .. } => "account",
            Self::Session { .. } => "session",
            Self::Alert { .. } => "alert",
            Self::Return { .. } => "return",
            Self::Review { .. } => "review",
            Self::Correct { stream, .. } => &stream.category,
        }
    }

    /// The stream it acts on; `None` for one that begins with it.
    pub(crate) fn stream(&self) -> Option<Uuid> {
        match self {
            Self::Person { id, .. } => id.map(|id| id.0),
            Self::Contact { id, .. } => id.map(|id| id.0),
            Self::Enquiry { id, .. } => id.map(|id| id.0),
            Self::Case { id, .. } => Some(id.0),
            Self::Tie { id, .. } => id.map(|id| id.0),
            Self::Agency { id, .. } => id.map(|id| id.0),
            Self::Practitioner { id, .. } => id.map(|id| id.0),
            Self::Account { id, .. } => Some(id.0),
            Self::Session { id, .. } => id.map(|id| id.0),
            Self::Alert { id, .. } => Some(id.0),
            Self::Return { id, .. } => Some(id.0),
            Self::Review { id, .. } => Some(id.0),
            Self::Correct { stream, .. } => Some(stream.id),
        }
    }
}

impl Command {
    /// What its rules read. No rule of a case reads what is sealed, nor does the node where it keeps an alert; an
    /// amendment is compared with the entry as it stands.
    pub(super) fn judged_by(&self) -> JudgedBy {
        match self {
            Self::Case { .. }
            | Self::Alert { command: alert::Command::Say(_) | alert::Command::Withdraw(_), .. } => {
                JudgedBy::Facts
            }
            Self::Contact { command: contact::Command::Decide(_), .. } => JudgedBy::FactsAtFirst,
            Self::Correct { correction: Correction::Amend { entry, .. }, .. } => JudgedBy::FactsAnd(*entry),
            Self::Correct { .. } => JudgedBy::Facts,
            _ => JudgedBy::Everything,
        }
    }
}

/// Folds a stream's standing history and asks its rules.
pub(super) fn decide(standing: &[Entry], act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
    match command {
        Command::Person { command, .. } => ask::<Person>(standing, act, command),
        Command::Contact { command, .. } => ask::<Contact>(standing, act, command),
        Command::Enquiry { command, .. } => ask::<Enquiry>(standing, act, command),
        Command::Case { command, .. } => ask::<Case>(standing, act, command),
        Command::Tie { command, .. } => ask::<Tie>(standing, act, command),
        Command::Agency { command, .. } => ask::<Agency>(standing, act, command),
        Command::Practitioner { command, .. } => ask::<Practitioner>(standing, act, command),
        Command::Account { command, .. } => ask::<Account>(standing, act, command),
        Command::Session { command, .. } => ask::<Session>(standing, act, command),
        Command::Alert { command, .. } => ask::<Alert>(standing, act, command),
        Command::Return { command, .. } => ask::<CensusReturn>(standing, act, command),
        Command::Review { command, .. } => ask::<Review>(standing, act, command),
        Command::Correct { correction, .. } => history::correct(standing, act, correction),
    }
}

fn ask<D: Decider>(standing: &[Entry], act: &Act, command: D::Command) -> Result<Vec<NewEvent>, Refusal> {
    fold::<D>(standing).decide(act, command)
}

/// A stream as it stands.
pub(super) fn fold<D: Decider>(standing: &[Entry]) -> D {
    let mut state = D::initial();
    standing.iter().for_each(|entry| state.evolve(entry));
    state
}
