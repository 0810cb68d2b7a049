//! What the findings of this moment mean for the alerts on record: raise, grow, take back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, RuleName};
use crate::ids::{AlertId, EventId, PersonId};

/// An alert on record that was not withdrawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    pub alert: AlertId,
    pub rule: RuleName,
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
    let mut by_evidence: BTreeMap<(&RuleName, (EventId, PersonId)), Vec<usize>> = BTreeMap::new();
    for (nth, alert) in alerts.iter().enumerate() {
        for pair in &alert.evidence {
            by_evidence.entry((&alert.rule, *pair)).or_default().push(nth);
        }
    }
    let mut said: BTreeSet<AlertId> = BTreeSet::new();
    let mut steps = Vec::new();
    for finding in findings {
        let pairs = finding.pairs();
        let sharing: BTreeSet<usize> = pairs
            .iter()
            .filter_map(|pair| by_evidence.get(&(&finding.rule, *pair)))
            .flatten()
            .copied()
            .collect();
        let mut same = sharing
            .into_iter()
            .filter_map(|nth| alerts.get(nth))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::findings;
    use crate::linkage::testing::{HOSPITAL, POLICE, SCHOOL, hood, person, rules, told};
    use crate::linkage::{Neighbourhood, Signal};
    use uuid::Uuid;

    fn found(signals: Vec<Signal>) -> (Neighbourhood, Vec<Finding>) {
        let hood = hood(signals, Vec::new());
        let found = findings(&rules(), &hood);
        (hood, found)
    }

    fn known(alert: u128, finding: &Finding) -> Known {
        Known {
            alert: AlertId(Uuid::from_u128(alert)),
            rule: finding.rule.clone(),
            raised: alert,
            people: finding.people(),
            evidence: finding.pairs(),
        }
    }

    fn three() -> Vec<Signal> {
        let tilly = person(1);
        vec![told(1, tilly, SCHOOL, 10), told(2, tilly, POLICE, 20), told(3, tilly, HOSPITAL, 30)]
    }

    #[test]
    fn what_is_said_already_is_not_said_again() {
        let (hood, found) = found(three());
        let raised = settle(&hood.people, found.clone(), &[]);
        assert!(matches!(raised.as_slice(), [Step::Raise(_)]));
        assert!(settle(&hood.people, found.clone(), &[known(1, &found[0])]).is_empty());
    }

    #[test]
    fn an_alert_grows_by_an_entry_that_came_late_and_happened_first() {
        let (_, before) = found(three());
        let (hood, after) = found(three().into_iter().chain([told(4, person(1), SCHOOL, 0)]).collect());
        assert_ne!(before[0].first, after[0].first);
        let steps = settle(&hood.people, after, &[known(1, &before[0])]);
        assert!(matches!(steps.as_slice(), [Step::Say(alert, _)] if alert.0 == Uuid::from_u128(1)));
    }

    #[test]
    fn two_alerts_that_turn_out_to_be_one_are_the_older_one() {
        let later = |number, days| told(number, person(1), SCHOOL, days);
        let (_, first) = found(three());
        let (_, second) = found(vec![later(5, 130), later(6, 140), later(7, 150)]);
        let between = [later(8, 100), later(5, 130), later(6, 140), later(7, 150)];
        let (hood, joined) = found(three().into_iter().chain(between).chain([later(9, 60)]).collect());
        assert_eq!(joined.len(), 1);
        let steps = settle(&hood.people, joined, &[known(2, &second[0]), known(1, &first[0])]);
        let one = AlertId(Uuid::from_u128(1));
        assert!(matches!(&steps[0], Step::Say(alert, _) if *alert == one));
        assert_eq!(steps[1], Step::Withdraw { alert: AlertId(Uuid::from_u128(2)), into: Some(one) });
    }

    #[test]
    fn an_alert_is_taken_back_only_by_those_who_see_all_of_it() {
        let (_, before) = found(three());
        let alert = known(1, &before[0]);
        let gone = settle(&before[0].people(), Vec::new(), std::slice::from_ref(&alert));
        assert_eq!(gone, [Step::Withdraw { alert: alert.alert, into: None }]);
        assert!(settle(&BTreeSet::new(), Vec::new(), &[alert]).is_empty());
    }
}
