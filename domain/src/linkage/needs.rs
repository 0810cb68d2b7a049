//! Whether what a rule needs is there: each thing by an incident of its own, because one contact from a school about
//! violence at home is one worry, not two.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::rule::{Need, What};
use super::{Signal, SignalKind};
use crate::access::Purpose;

impl Need {
    /// True for a signal that counts towards it.
    pub(super) fn takes(&self, signal: &Signal) -> bool {
        let is_there_now = signal.purpose == Some(Purpose::Attendance);
        let right_kind = match self.what {
            What::Incidents => signal.kind == SignalKind::Contact,
            What::Enquiries => signal.kind == SignalKind::Enquiry,
            What::Attendances => {
                is_there_now && matches!(signal.kind, SignalKind::Contact | SignalKind::Enquiry)
            }
            What::Plans => signal.kind == SignalKind::PlanStarted,
            What::Section47s => signal.kind == SignalKind::Section47Started,
        };
        let told_by = |signal: &Signal| signal.agency_kind.is_some_and(|kind| self.told_by.contains(&kind));
        right_kind
            && (self.concerns.is_empty() || signal.concerns.iter().any(|kind| self.concerns.contains(kind)))
            && (self.told_by.is_empty() || told_by(signal))
            && (self.purposes.is_empty() || signal.purpose.is_some_and(|why| self.purposes.contains(&why)))
            && !signal.purpose.is_some_and(|why| self.except.contains(&why))
    }
}

/// True when the signals meet every need, each by incidents of its own.
pub(super) fn are_met(needs: &[Need], signals: &[&Signal]) -> bool {
    // Most windows hold too little for any rule, and are seen through by this alone: each thing takes a signal.
    if signals.len() < needs.iter().map(|need| need.least).sum() {
        return false;
    }
    let enough_agencies = |need: &Need| {
        if need.agencies <= need.least.min(1) {
            return true;
        }
        let agencies = signals.iter().filter(|signal| need.takes(signal)).map(|signal| signal.agency);
        are_there(need.agencies, agencies)
    };
    if !needs.iter().all(enough_agencies) {
        return false;
    }
    if let [need] = needs {
        let incidents = signals.iter().filter(|signal| need.takes(signal)).map(|signal| signal.incident);
        return are_there(need.least, incidents);
    }
    // One slot for each thing needed, filled by incidents that fit; a taken one gives way when it fits elsewhere.
    let mut fits: BTreeMap<Uuid, Vec<bool>> = BTreeMap::new();
    for signal in signals {
        let fit = fits.entry(signal.incident).or_insert_with(|| vec![false; needs.len()]);
        fit.iter_mut().zip(needs).for_each(|(fits, need)| *fits |= need.takes(signal));
    }
    let slots: Vec<usize> =
        needs.iter().enumerate().flat_map(|(nth, need)| std::iter::repeat_n(nth, need.least)).collect();
    let mut taken: BTreeMap<Uuid, usize> = BTreeMap::new();
    (0..slots.len()).all(|slot| fill(slot, &slots, &fits, &mut taken, &mut BTreeSet::new()))
}

/// True when there are so many different ones: a few, so that a list is quicker than a set.
fn are_there<T: PartialEq>(least: usize, all: impl Iterator<Item = T>) -> bool {
    let mut different = Vec::with_capacity(least);
    for one in all {
        if different.len() >= least {
            break;
        }
        if !different.contains(&one) {
            different.push(one);
        }
    }
    different.len() >= least
}

fn fill(
    slot: usize,
    slots: &[usize],
    fits: &BTreeMap<Uuid, Vec<bool>>,
    taken: &mut BTreeMap<Uuid, usize>,
    tried: &mut BTreeSet<Uuid>,
) -> bool {
    let Some(need) = slots.get(slot) else { return false };
    for (incident, fit) in fits {
        if !fit.get(*need).is_some_and(|fits| *fits) || !tried.insert(*incident) {
            continue;
        }
        let is_free = match taken.get(incident).copied() {
            None => true,
            Some(other) => fill(other, slots, fits, taken, tried),
        };
        if is_free {
            taken.insert(*incident, slot);
            return true;
        }
    }
    false
}
