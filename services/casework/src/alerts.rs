//! One alert as it stands, with as much of its evidence as the reader may see.

use domain::access::Disclosure;
use domain::alert::Alert;
use domain::alert::events::Evidence;
use domain::authority::Authority;
use domain::decider::Decider as _;
use domain::history::effective;
use domain::ids::{AlertId, EventId, PersonId};
use event_store::StreamId;
use projections::access::standings;
use projections::alerts::is_shown;
use projections::scope::Scope;
use projections::timeline::{Confidants, may_know_source};

use crate::app::App;
use crate::error::ReadError;

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadAlert {
    pub alert: Alert,
    /// Those of its children whom the reader is told everything about.
    pub children: Vec<PersonId>,
    /// The evidence the reader may see.
    pub evidence: Vec<Shown>,
    /// How many entries more there are.
    pub hidden: usize,
    pub version: u64,
}

/// An entry the reader may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    pub evidence: Evidence,
    /// Who told it, and at what time of day, is not for this reader.
    pub is_guarded: bool,
}

impl ReadAlert {
    /// True for all of the evidence, or an entry of it that the reader may see.
    #[must_use]
    pub fn sees(&self, entry: Option<EventId>) -> bool {
        entry.is_none_or(|entry| self.evidence.iter().any(|shown| shown.evidence.entry == entry))
    }
}

impl App {
    /// An alert, for those who are told everything about at least one of its children; evidence about anybody else
    /// as far as each record, or the reader's own entry on it, is disclosed.
    ///
    /// # Errors
    /// A log or key store that cannot be read.
    pub async fn read_alert(&self, scope: &Scope, id: AlertId) -> Result<Option<ReadAlert>, ReadError> {
        let (entries, version) =
            self.entries_of(&StreamId { category: "alert".to_owned(), id: id.0 }).await?;
        let mut alert = Alert::initial();
        effective(&entries).iter().for_each(|entry| alert.evolve(entry));
        let Some(says) = alert.says() else { return Ok(None) };
        let mut people: Vec<PersonId> = says
            .children
            .iter()
            .copied()
            .chain(says.evidence.iter().map(|evidence| evidence.person))
            .collect();
        people.sort_unstable();
        people.dedup();
        let standings = standings(&self.views, &people).await?;
        let guarded = says.is_for_the_front_door_only;
        let authority = says.authority.as_ref().map(Authority::as_str);
        let is_told = |child: &&PersonId| {
            standings.get(child).is_some_and(|standing| is_shown(scope, standing, authority, guarded))
        };
        let children: Vec<PersonId> = says.children.iter().filter(is_told).copied().collect();
        if children.is_empty() {
            return Ok(None);
        }
        let evidence: Vec<Shown> = says
            .evidence
            .iter()
            .filter_map(|evidence| {
                let standing = standings.get(&evidence.person)?;
                let is_seen = scope.entry_disclosure(standing, evidence.agency) >= Disclosure::Progress;
                let confidants =
                    Confidants { received_by: authority, entered_by: Some(evidence.agency), made_by: None };
                is_seen.then(|| Shown {
                    evidence: *evidence,
                    is_guarded: evidence.is_told_in_confidence()
                        && !may_know_source(scope, standing, confidants),
                })
            })
            .collect();
        let hidden = says.evidence.len() - evidence.len();
        Ok(Some(ReadAlert { children, evidence, hidden, version, alert }))
    }
}
