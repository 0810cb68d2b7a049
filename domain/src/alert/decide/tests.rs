use std::collections::BTreeSet;

use super::*;
use crate::alert::events::{Evidence, Said};
use crate::alert::{Say, Withdraw};
use crate::decider::testing::{AGENCY, Given, day, nothing, person};
use crate::enquiry::KnownAt;
use crate::event::Event;
use crate::ids::EventId;
use crate::linkage::{Identity, SignalKind};
use uuid::Uuid;

fn entry(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

/// What the rule found up to a place in the record, resting on these entries.
fn say(known_at: u128, entries: &[u128]) -> Say {
    let evidence = entries.iter().map(|number| Evidence {
        entry: entry(*number),
        record: Uuid::from_u128(*number),
        incident: Uuid::from_u128(*number),
        person: person(1),
        kind: SignalKind::Contact,
        identity: Identity::Confirmed,
        occurred: Occurred::Day(day("2026-03-01")),
        agency: AGENCY,
        source_disclosure: None,
    });
    let says = Said {
        rule: "three-incidents".parse().unwrap(),
        version: 1,
        authority: "383".parse().ok(),
        children: BTreeSet::from([person(1)]),
        ties: BTreeSet::new(),
        evidence: evidence.collect(),
        is_for_the_front_door_only: false,
    };
    Say { known_at: KnownAt(known_at), says }
}

fn raised() -> Given<Alert> {
    nothing().after(say(10, &[1, 2, 3]))
}

fn dismiss(reason: &str) -> Dismiss {
    Dismiss { reason: Narrative::parse(reason).unwrap() }
}

fn accept() -> Accept {
    Accept { follows: Follows::Referral, note: None }
}

#[test]
fn an_alert_fires_once_and_grows() {
    nothing::<Alert>().when(say(10, &[1, 2, 3])).then_kinds(["alert.raised"]);
    raised().when(say(11, &[1, 2, 3])).then_nothing();
    raised().when(say(11, &[1, 2, 3, 4])).then_kinds(["alert.grew"]);
    raised().when(say(11, &[1, 2])).then_kinds(["alert.lessened"]);
}

#[test]
fn an_alert_that_grew_says_all_of_its_evidence_and_told_only_what_is_new() {
    let mut surer = say(12, &[1, 2, 4, 5, 9]);
    surer.says.evidence[1].identity = Identity::Unconfirmed;
    let mut earlier = say(13, &[0, 1, 2, 4, 5, 9]);
    earlier.says.evidence[0].occurred = Occurred::Day(day("2026-02-01"));
    earlier.says.children.insert(person(2));
    let mut alert = raised();
    for (looked, told, gone) in [(say(11, &[1, 2, 3, 5]), 1, 0), (surer, 3, 1), (earlier, 2, 0)] {
        let decided = alert.decided(looked.clone());
        let [NewEvent { event: Event::AlertGrew(grew), .. }] = decided.as_slice() else {
            panic!("{decided:?}")
        };
        assert_eq!((grew.says.evidence.len(), grew.gone.as_ref().map(BTreeSet::len)), (told, Some(gone)));
        alert = alert.after(looked.clone());
        assert_eq!(alert.stands().says(), Some(&looked.says));
    }
}

#[test]
fn what_an_older_look_found_changes_nothing() {
    raised().when(say(10, &[1, 2, 3, 4])).then_nothing();
    raised().when(Withdraw { known_at: KnownAt(9), into: None }).then_nothing();
}

#[test]
fn a_dismissed_alert_stays_dismissed_until_there_is_more() {
    let dismissed = || raised().after(dismiss("All about one coat."));
    dismissed().when(say(11, &[1, 2, 3])).then_nothing();
    assert_eq!(dismissed().after(say(11, &[1, 2, 3])).stands().state(), Some(AlertState::Dismissed));
    assert_eq!(dismissed().after(say(11, &[2, 3])).stands().state(), Some(AlertState::Dismissed));
    let grown = dismissed().after(say(11, &[1, 2, 3, 4]));
    assert_eq!(grown.stands().state(), Some(AlertState::Open));
    grown.when(accept()).then_kinds(["alert.accepted"]);
}

#[test]
fn an_alert_is_decided_once_on_the_same_evidence() {
    raised().after(accept()).when(accept()).then_nothing();
    raised().after(accept()).when(dismiss("No.")).refused("decided-already");
    raised().after(dismiss("No.")).when(dismiss("No.")).then_nothing();
    raised().after(dismiss("No.")).when(dismiss("Never.")).refused("decided-already");
    nothing::<Alert>().when(accept()).refused("not-raised");
}

#[test]
fn an_alert_whose_evidence_is_gone_is_withdrawn_and_may_be_raised_again() {
    let gone = || raised().after(Withdraw { known_at: KnownAt(11), into: None });
    gone().when(Withdraw { known_at: KnownAt(12), into: None }).then_nothing();
    gone().when(dismiss("Gone.")).refused("withdrawn");
    gone().when(say(12, &[1, 2, 4])).then_kinds(["alert.raised"]);
    nothing::<Alert>().when(Withdraw { known_at: KnownAt(12), into: None }).then_nothing();
}

#[test]
fn an_opinion_is_about_the_evidence_and_decides_nothing() {
    let opinion = |about: Option<u128>| GiveOpinion {
        entry: about.map(entry),
        weight: Weight::Protective,
        opinion: Narrative::parse("They came at once.").unwrap(),
    };
    raised().when(opinion(Some(2))).then_kinds(["alert.opinion-given"]);
    raised().when(opinion(Some(9))).refused("not-its-evidence");
    let given = raised().after(opinion(None));
    assert_eq!(given.stands().state(), Some(AlertState::Open));
    assert_eq!(given.stands().says(), raised().stands().says());
}
