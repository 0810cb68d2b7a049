//! What the findings of this moment mean for the alerts on record: raise, grow, take back.

use std::collections::BTreeSet;

use super::Finding;
use crate::ids::{AlertId, EventId, PersonId};

/// An alert on record that was not withdrawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    pub alert: AlertId,
    pub rule: String,
    /// Its place among alerts: the first raised comes first.
    pub raised: u128,
    pub people: BTreeSet<PersonId>,
    pub evidence: BTreeSet<(EventId, PersonId)>,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing on record says this: raise it.
    Raise(Finding),
    /// An alert says this, with other evidence or of other people.
    Say(AlertId, Finding),
    /// Nothing is found any more where this alert was; or what is found is said by another.
    Withdraw { alert: AlertId, into: Option<AlertId> },
}

/// Compares findings with the alerts about the same people. An alert is the finding that shares evidence with it:
/// which entry came first does not matter. Alerts about anybody outside `people` are left as they are.
#[must_use]
pub fn settle(people: &BTreeSet<PersonId>, findings: Vec<Finding>, alerts: &[Known]) -> Vec<Step> {
    let mut alerts: Vec<&Known> = alerts.iter().collect();
    alerts.sort_by_key(|alert| (alert.raised, alert.alert));
    let mut said: BTreeSet<AlertId> = BTreeSet::new();
    let mut steps = Vec::new();
    for finding in findings {
        let pairs = finding.pairs();
        let mut same = alerts
            .iter()
            .filter(|alert| alert.rule == finding.rule && !alert.evidence.is_disjoint(&pairs))
            .filter(|alert| !said.contains(&alert.alert));
        let Some(oldest) = same.next() else {
            steps.push(Step::Raise(finding));
            continue;
        };
        let others: Vec<AlertId> = same.map(|other| other.alert).collect();
        said.insert(oldest.alert);
        if oldest.evidence != pairs || oldest.people != finding.people() {
            steps.push(Step::Say(oldest.alert, finding));
        }
        for alert in others {
            said.insert(alert);
            steps.push(Step::Withdraw { alert, into: Some(oldest.alert) });
        }
    }
    for alert in alerts {
        if !said.contains(&alert.alert) && alert.people.is_subset(people) {
            steps.push(Step::Withdraw { alert: alert.alert, into: None });
        }
    }
    steps
}
