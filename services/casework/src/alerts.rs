//! One alert as it stands, with as much of its evidence as the reader may see.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Disclosure;
use domain::alert::Alert;
use domain::alert::events::Evidence;
use domain::authority::Authority;
use domain::decider::Decider as _;
use domain::entry::Entry;
use domain::event::Event;
use domain::history::effective;
use domain::ids::{AgencyId, AlertId, EventId, PersonId, TieId};
use domain::linkage::SignalKind;
use domain::tie::{Tie, TieKind, TieTo};
use domain::when::Occurred;
use event_store::StreamId;
use projections::access::standings;
use projections::alerts::{For, is_front_doors_first, is_hour_told, is_shown, told_moment};
use projections::scope::{Scope, Standing};
use projections::timeline::{Confidants, Confided, may_know_source};

use crate::app::App;
use crate::error::ReadError;

/// Ties that are read and named; a family has fewer.
const TIES_NAMED_MAX: usize = 40;

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadAlert {
    pub alert: Alert,
    /// Those of its children whom the reader is told everything about.
    pub children: Vec<PersonId>,
    /// Whether the reader is told at which hour it was raised and changed.
    pub is_hour_told: bool,
    /// The evidence the reader may see.
    pub evidence: Vec<Shown>,
    /// How many entries more there are.
    pub hidden: usize,
    /// The ties it rests on that the reader may know of.
    pub ties: Vec<TieSeen>,
    pub hidden_ties: usize,
    pub version: u64,
}

/// An entry the reader may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    pub evidence: Evidence,
    /// Who told it, and at what time of day, is not for this reader.
    pub is_guarded: bool,
}

/// A tie that joins people of the evidence. Read it as: `from` is the `kind` of `to`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TieSeen {
    pub tie: TieId,
    pub from: PersonId,
    pub kind: TieKind,
    pub to: TieTo,
    /// The first day it held, where known, and the last.
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Who put it on record; none where that would tell who told something in confidence.
    pub agency: Option<AgencyId>,
    /// When: the day alone where the hour would tell it.
    pub recorded: Occurred,
}

impl TieSeen {
    fn of(id: TieId, entries: &[Entry]) -> Option<Self> {
        let mut tie = Tie::initial();
        entries.iter().for_each(|entry| tie.evolve(entry));
        let first = entries.iter().find(|entry| matches!(entry.event, Event::TieRecorded(_)))?;
        let recorded = tie.recorded()?;
        Some(Self {
            tie: id,
            from: recorded.from,
            kind: recorded.kind,
            to: recorded.to,
            since: recorded.since,
            until: tie.ended_on(),
            agency: Some(first.agency),
            recorded: Occurred::Instant(first.recorded_at),
        })
    }

    /// Those at its ends; a household is nobody.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        let to = match self.to {
            TieTo::Person(to) => Some(to),
            TieTo::Household(_) => None,
        };
        std::iter::once(self.from).chain(to)
    }

    /// Without what would tell who told something in confidence of those at its ends.
    fn guarded(mut self, confided: &HashMap<PersonId, Confided>) -> Self {
        let on = self.recorded.day();
        let hides = |agency| {
            self.people().any(|person| confided.get(&person).is_some_and(|it| it.hides_on(agency, on)))
        };
        if self.agency.is_some_and(hides) {
            (self.agency, self.recorded) = (None, Occurred::Day(on));
        }
        self
    }

    /// As a family is told: to whoever is told everything about one of them, and how the other stands.
    fn is_told(&self, scope: &Scope, standings: &HashMap<PersonId, Standing>) -> bool {
        let told =
            |person| standings.get(&person).map_or(Disclosure::None, |standing| scope.disclosure(standing));
        self.people().all(|person| told(person) >= Disclosure::Status)
            && self.people().any(|person| told(person) == Disclosure::Full)
    }
}

impl ReadAlert {
    /// When it was raised or changed, as far as the reader is told.
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>) -> Occurred {
        told_moment(self.is_hour_told, at)
    }

    /// True for all of the evidence, or an entry of it that the reader may see.
    #[must_use]
    pub fn sees(&self, entry: Option<EventId>) -> bool {
        entry.is_none_or(|entry| self.evidence.iter().any(|shown| shown.evidence.entry == entry))
    }
}

/// The children of an alert by whom a reader is told of it: none when it is not there for them.
pub fn told_by(
    scope: &Scope,
    alert: &Alert,
    standings: &HashMap<PersonId, Standing>,
    now: DateTime<Utc>,
) -> Vec<PersonId> {
    let (Some(says), Some(raised_at)) = (alert.says(), alert.raised_at()) else { return Vec::new() };
    let is_for = For {
        authority: says.authority.as_ref().map(Authority::as_str),
        front_door_only: says.is_for_the_front_door_only,
        front_door_first: is_front_doors_first(!alert.decisions().is_empty(), raised_at, now),
    };
    let is_told =
        |child: &&PersonId| standings.get(child).is_some_and(|standing| is_shown(scope, standing, is_for));
    says.children.iter().filter(is_told).copied().collect()
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
        let authority = says.authority.as_ref().map(Authority::as_str);
        let children = told_by(scope, &alert, &standings, self.clock.now());
        if children.is_empty() {
            return Ok(None);
        }
        let is_hour_told = children.iter().any(|child| {
            standings.get(child).is_some_and(|standing| is_hour_told(scope, standing, authority))
        });
        let asked_about: BTreeSet<PersonId> = says.evidence.iter().map(|evidence| evidence.person).collect();
        let asked_about: Vec<PersonId> = asked_about.into_iter().collect();
        let confided = Confided::among(&self.views, scope, &asked_about).await?;
        let evidence: Vec<Shown> = says
            .evidence
            .iter()
            .filter_map(|evidence| {
                let standing = standings.get(&evidence.person)?;
                let is_seen = scope.entry_disclosure(standing, evidence.agency) >= Disclosure::Progress;
                let confidants =
                    Confidants { received_by: authority, entered_by: Some(evidence.agency), made_by: None };
                let tells = evidence.is_told_in_confidence() && !may_know_source(scope, standing, confidants);
                let is_beside = evidence.kind == SignalKind::Enquiry
                    && confided
                        .get(&evidence.person)
                        .is_some_and(|confided| confided.hides_on(evidence.agency, evidence.occurred.day()));
                is_seen.then_some(Shown { evidence: *evidence, is_guarded: tells || is_beside })
            })
            .collect();
        let hidden = says.evidence.len() - evidence.len();
        let (ties, hidden_ties) = self.ties_seen(scope, &says.ties).await?;
        Ok(Some(ReadAlert { children, is_hour_told, evidence, hidden, ties, hidden_ties, version, alert }))
    }

    /// The ties that stand and may be told, and how many stand that may not.
    async fn ties_seen(
        &self,
        scope: &Scope,
        ids: &BTreeSet<TieId>,
    ) -> Result<(Vec<TieSeen>, usize), ReadError> {
        let mut ties = Vec::new();
        for id in ids.iter().take(TIES_NAMED_MAX) {
            let stream = StreamId { category: "tie".to_owned(), id: id.0 };
            match self.entries_of(&stream).await {
                Ok((entries, _)) => ties.extend(TieSeen::of(*id, &effective(&entries))),
                // One that cannot be read keeps nobody from the others.
                Err(ReadError::Corrupt(error)) => {
                    tracing::error!(tie = %id.0, %error, "a tie cannot be read")
                }
                Err(error) => return Err(error),
            }
        }
        let standing = ties.len();
        let ends: BTreeSet<PersonId> = ties.iter().flat_map(TieSeen::people).collect();
        let ends: Vec<PersonId> = ends.into_iter().collect();
        let standings = standings(&self.views, &ends).await?;
        ties.retain(|tie| tie.is_told(scope, &standings));
        let hidden = standing - ties.len();
        let confided = Confided::among(&self.views, scope, &ends).await?;
        Ok((ties.into_iter().map(|tie| tie.guarded(&confided)).collect(), hidden))
    }
}
