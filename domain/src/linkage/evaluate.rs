//! What the rules find among some people: a pure function of what is known, whatever order it came in.
//!
//! Around each child, a window slides over the signals of the child's circle. Windows that share evidence are one
//! finding, for one child and for all the children of a family: it grows and does not repeat.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::circle::{Circle, Ties};
use super::needs::are_met;
use super::rule::{Rule, RuleName, Unless};
use super::{Neighbourhood, OpenEpisode, Signal, SignalKind};
use crate::authority::Authority;
use crate::ids::{EventId, PersonId, TieId};

/// A finding names at most so many entries, the newest.
pub const MOST_EVIDENCE: usize = 200;
/// Who asks and then tells has done one thing.
const ASKED_AND_TOLD: TimeDelta = TimeDelta::days(1);

/// What a rule found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub rule: RuleName,
    pub version: u16,
    /// The children whose circle it was found in.
    pub children: BTreeSet<PersonId>,
    /// The ties that join the people of the evidence to the children.
    pub ties: BTreeSet<TieId>,
    /// In the order they happened.
    pub evidence: Vec<Signal>,
    /// The first of all evidence: what the finding is known by.
    pub first: (EventId, PersonId),
    /// Whose front door it goes to.
    pub authority: Option<Authority>,
    /// By the rule it is found by, it would tell who told something in confidence.
    pub is_for_the_front_door_only: bool,
}

impl Finding {
    /// Distinct incidents: what is counted.
    #[must_use]
    pub fn incidents(&self) -> usize {
        self.evidence.iter().map(|signal| signal.incident).collect::<BTreeSet<_>>().len()
    }
}

/// What the rules find. Rules must be [`super::in_order`].
#[must_use]
pub fn findings(rules: &[Rule], hood: &Neighbourhood) -> Vec<Finding> {
    let mut signals = hood.signals.clone();
    signals.sort_by_cached_key(Signal::place);
    signals.dedup_by_key(|signal| signal.place());
    join_asked_and_told(&mut signals);
    let mut by_person: BTreeMap<PersonId, Vec<usize>> = BTreeMap::new();
    for (nth, signal) in signals.iter().enumerate() {
        by_person.entry(signal.person).or_default().push(nth);
    }
    // Telling when a day begins costs more than all that is asked of it.
    let times: Vec<(DateTime<Utc>, NaiveDate)> =
        signals.iter().map(|signal| (signal.at(), signal.occurred.day())).collect();
    let ties = Ties::of(hood);
    let circles: Vec<(PersonId, Circle, Vec<usize>)> = hood
        .children()
        .into_iter()
        .map(|child| {
            let circle = Circle::around(child, &ties);
            let mut of: Vec<usize> =
                circle.people().filter_map(|person| by_person.get(&person)).flatten().copied().collect();
            of.sort_unstable();
            (child, circle, of)
        })
        .collect();
    let mut episodes: BTreeMap<PersonId, Vec<&OpenEpisode>> = BTreeMap::new();
    for episode in &hood.episodes {
        episodes.entry(episode.child).or_default().push(episode);
    }
    let mut found: BTreeMap<&RuleName, Vec<Cluster>> = BTreeMap::new();
    for (nth, rule) in rules.iter().enumerate() {
        let next = rules.get(nth + 1).filter(|next| next.id == rule.id).map(|next| next.from);
        for (child, circle, of) in &circles {
            let episodes = episodes.get(child).map_or(&[][..], Vec::as_slice);
            let (signals, times) = (&signals, &times);
            let view = Around { rule, until: next, child: *child, circle, of, episodes, signals, times };
            found.entry(&rule.id).or_default().append(&mut view.clusters());
        }
    }
    found
        .into_iter()
        .flat_map(|(rule, clusters)| together(clusters).into_iter().map(move |it| (rule, it)))
        .filter_map(|(rule, cluster)| cluster.finding(rule, &signals))
        .collect()
}

/// An enquiry by an agency about somebody, and what that agency told about them within a day, are one incident.
fn join_asked_and_told(signals: &mut [Signal]) {
    let mut told: BTreeMap<_, Vec<(DateTime<Utc>, Uuid)>> = BTreeMap::new();
    for signal in signals.iter().filter(|signal| signal.kind == SignalKind::Contact) {
        told.entry((signal.agency, signal.person)).or_default().push((signal.at(), signal.incident));
    }
    for asked in signals.iter_mut().filter(|signal| signal.kind == SignalKind::Enquiry) {
        let theirs = told.get(&(asked.agency, asked.person)).into_iter().flatten();
        let apart = theirs.map(|(at, incident)| ((*at - asked.at()).abs(), *incident));
        if let Some((_, incident)) = apart.filter(|(apart, _)| *apart <= ASKED_AND_TOLD).min() {
            asked.incident = incident;
        }
    }
}

/// One version of a rule and one child.
struct Around<'a> {
    rule: &'a Rule,
    /// The next version's first day.
    until: Option<NaiveDate>,
    child: PersonId,
    circle: &'a Circle,
    /// The signals of the circle, by their place in the order.
    of: &'a [usize],
    episodes: &'a [&'a OpenEpisode],
    signals: &'a [Signal],
    /// Of each signal, when and on which day it was.
    times: &'a [(DateTime<Utc>, NaiveDate)],
}

/// Signals, by their place in the order, that windows share.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Cluster {
    version: u16,
    within: TimeDelta,
    tells_who: bool,
    children: BTreeSet<PersonId>,
    ties: BTreeSet<TieId>,
    signals: BTreeSet<usize>,
}

impl Around<'_> {
    fn clusters(&self) -> Vec<Cluster> {
        let mut counted: Vec<(usize, DateTime<Utc>, NaiveDate)> = Vec::new();
        let mut signals: Vec<&Signal> = Vec::new();
        for nth in self.of {
            let (Some(signal), Some((at, day))) = (self.signals.get(*nth), self.times.get(*nth)) else {
                continue;
            };
            if self.rule.needs.iter().any(|need| need.takes(signal))
                && self.circle.has_on(*day, signal.person, &self.rule.near)
            {
                counted.push((*nth, *at, *day));
                signals.push(signal);
            }
        }
        // Windows that share a signal are one stretch of what is counted.
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        let mut first = 0;
        for (last, (_, newest, day)) in counted.iter().enumerate() {
            while counted.get(first).is_some_and(|(_, at, _)| *newest - *at > self.rule.within) {
                first += 1;
            }
            let (Some(window), day) = (signals.get(first..=last), *day) else { break };
            let in_force = self.rule.from <= day && self.until.is_none_or(|next| day < next);
            if !in_force || self.is_excepted(day) || !are_met(&self.rule.needs, window) {
                continue;
            }
            match stretches.last_mut() {
                Some((_, end)) if first <= *end => *end = last,
                _ => stretches.push((first, last)),
            }
        }
        let clusters = stretches.into_iter().filter_map(|(first, last)| {
            let signals = signals.get(first..=last)?;
            Some(Cluster {
                version: self.rule.version,
                within: self.rule.within,
                tells_who: self.rule.tells_who(),
                children: BTreeSet::from([self.child]),
                ties: signals.iter().filter_map(|signal| self.ties(signal)).flatten().collect(),
                signals: counted.get(first..=last)?.iter().map(|(nth, ..)| *nth).collect(),
            })
        });
        clusters.collect()
    }

    fn ties(&self, signal: &Signal) -> Option<Vec<TieId>> {
        self.circle.on(signal.occurred.day(), signal.person, &self.rule.near)
    }

    fn is_excepted(&self, day: NaiveDate) -> bool {
        match self.rule.unless {
            None => false,
            Some(Unless::OpenEpisode) => self
                .episodes
                .iter()
                .any(|episode| episode.from <= day && episode.until.is_none_or(|until| day <= until)),
        }
    }
}

/// Clusters that share a signal become one, until none do.
fn together(clusters: Vec<Cluster>) -> Vec<Cluster> {
    let mut apart: Vec<Option<Cluster>> = Vec::with_capacity(clusters.len());
    // In which cluster each signal is.
    let mut of: BTreeMap<usize, usize> = BTreeMap::new();
    for mut cluster in clusters {
        let shared: BTreeSet<usize> =
            cluster.signals.iter().filter_map(|signal| of.get(signal)).copied().collect();
        for other in shared.into_iter().filter_map(|nth| apart.get_mut(nth)?.take()) {
            cluster.version = cluster.version.max(other.version);
            cluster.within = cluster.within.max(other.within);
            cluster.tells_who |= other.tells_who;
            cluster.children.extend(other.children);
            cluster.ties.extend(other.ties);
            cluster.signals.extend(other.signals);
        }
        of.extend(cluster.signals.iter().map(|signal| (*signal, apart.len())));
        apart.push(Some(cluster));
    }
    let mut apart: Vec<Cluster> = apart.into_iter().flatten().collect();
    apart.sort_by_key(|cluster| cluster.signals.first().copied());
    apart
}

impl Cluster {
    /// None for old news: an entry about long ago, written down long after, is for whoever wrote it.
    fn finding(self, rule: &RuleName, signals: &[Signal]) -> Option<Finding> {
        let evidence: Vec<&Signal> = self.signals.iter().filter_map(|nth| signals.get(*nth)).collect();
        let (first, newest) = (evidence.first()?, evidence.last()?);
        if newest.recorded_at - newest.occurred.latest() > self.within {
            return None;
        }
        let told = evidence.iter().rev().filter(|signal| signal.kind == SignalKind::Contact);
        let authority = told.chain(evidence.iter().rev()).find_map(|signal| signal.authority.clone());
        let skipped = evidence.len().saturating_sub(MOST_EVIDENCE);
        Some(Finding {
            rule: rule.clone(),
            version: self.version,
            children: self.children,
            ties: self.ties,
            first: (first.event, first.person),
            authority,
            is_for_the_front_door_only: self.tells_who
                && evidence.iter().any(|signal| signal.is_told_in_confidence()),
            evidence: evidence.into_iter().skip(skipped).cloned().collect(),
        })
    }
}

impl Finding {
    /// Each entry of the evidence as it bears on somebody.
    pub(super) fn pairs(&self) -> BTreeSet<(EventId, PersonId)> {
        self.evidence.iter().map(|signal| (signal.event, signal.person)).collect()
    }

    /// The people of the evidence and the children.
    #[must_use]
    pub fn people(&self) -> BTreeSet<PersonId> {
        self.children.iter().copied().chain(self.evidence.iter().map(|signal| signal.person)).collect()
    }

    /// Incidents as ids, for whoever shows them.
    #[must_use]
    pub fn incident_ids(&self) -> BTreeSet<Uuid> {
        self.evidence.iter().map(|signal| signal.incident).collect()
    }
}

#[cfg(test)]
mod tests;
