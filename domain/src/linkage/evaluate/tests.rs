use proptest::prelude::*;

use super::*;
use crate::access::Purpose;
use crate::contact::{ConcernKind, SourceDisclosure};
use crate::linkage::testing::{
    HOSPITAL, POLICE, SCHOOL, SURGERY, asked, day, hood, lives_at, person, rules, tied, told,
};
use crate::linkage::{Bond, OpenEpisode, Part};
use crate::tie::TieKind;

fn of(rule: &str, hood: &Neighbourhood) -> Vec<Finding> {
    findings(&rules(), hood).into_iter().filter(|found| found.rule.as_str() == rule).collect()
}

fn events(finding: &Finding) -> Vec<EventId> {
    finding.evidence.iter().map(|signal| signal.event).collect()
}

fn violence(signal: Signal) -> Signal {
    Signal { concerns: vec![ConcernKind::DomesticAbuse], ..signal }
}

fn family() -> [PersonId; 3] {
    [person(1), person(2), person(3)]
}

#[test]
fn a_query_a_teachers_worry_and_violence_at_home_add_up_across_siblings() {
    let [tilly, sam, _] = family();
    let signals =
        vec![asked(1, sam, HOSPITAL, 0), told(2, tilly, SCHOOL, 7), violence(told(3, tilly, POLICE, 35))];
    let apart = hood(signals.clone(), Vec::new());
    assert!(of("small-things-add-up", &apart).is_empty(), "nothing ties them");
    let siblings = hood(signals, vec![tied(1, tilly, TieKind::Sibling, sam)]);
    let found = of("small-things-add-up", &siblings);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].incidents(), 3);
    assert_eq!(found[0].children, BTreeSet::from([tilly, sam]));
    assert_eq!(found[0].ties.len(), 1);
    assert_eq!(found[0].authority, "383".parse().ok());
}

#[test]
fn one_contact_is_one_worry_however_much_it_says() {
    let [tilly, ..] = family();
    let both = violence(told(2, tilly, SCHOOL, 7));
    assert!(
        of("small-things-add-up", &hood(vec![asked(1, tilly, HOSPITAL, 0), both], Vec::new())).is_empty()
    );
}

#[test]
fn children_of_one_mother_are_siblings_and_those_who_lived_together_then_are_close() {
    let [tilly, sam, mother] = family();
    let signals = || vec![told(1, tilly, SCHOOL, 0), told(2, sam, POLICE, 7), told(3, sam, HOSPITAL, 14)];
    let born = vec![tied(1, mother, TieKind::Mother, tilly), tied(2, mother, TieKind::Mother, sam)];
    assert_eq!(of("three-incidents", &hood(signals(), born)).len(), 1);
    let together = vec![lives_at(1, tilly, 7), lives_at(2, sam, 7)];
    assert_eq!(of("three-incidents", &hood(signals(), together.clone())).len(), 1);
    let moved_out = Bond { until: Some(day(-1).date_naive()), ..together[1] };
    assert!(of("three-incidents", &hood(signals(), vec![together[0], moved_out])).is_empty());
}

#[test]
fn that_they_are_siblings_is_told_before_that_they_live_together() {
    let [tilly, sam, mother] = family();
    let signals = vec![told(1, tilly, SCHOOL, 0), told(2, sam, POLICE, 7), told(3, sam, HOSPITAL, 14)];
    let born = [tied(3, mother, TieKind::Mother, tilly), tied(4, mother, TieKind::Mother, sam)];
    let bonds = [lives_at(1, tilly, 7), lives_at(2, sam, 7)].into_iter().chain(born).collect();
    let found = of("three-incidents", &hood(signals, bonds));
    assert_eq!(found[0].ties, born.map(|bond| bond.tie).into());
}

#[test]
fn harm_alleged_of_somebody_at_home_counts_wherever_it_was() {
    let [tilly, other, partner] = family();
    let alleged =
        |number, days| Signal { part: Part::AllegedToHaveHarmed, ..told(number, partner, POLICE, days) };
    let signals = vec![told(1, tilly, SCHOOL, 0), alleged(2, 7), told(2, other, POLICE, 7), alleged(3, 9)];
    let home = vec![lives_at(1, tilly, 7), lives_at(2, partner, 7)];
    let found = of("three-incidents", &hood(signals, home));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].children, BTreeSet::from([tilly]), "a grown-up is nobody's child here");
}

#[test]
fn nothing_joins_a_child_who_is_to_be_adopted_to_anybody() {
    let [tilly, sam, _] = family();
    let signals = vec![told(1, tilly, SCHOOL, 0), told(2, sam, POLICE, 7), told(3, sam, HOSPITAL, 14)];
    let siblings = hood(signals, vec![tied(1, tilly, TieKind::Sibling, sam)]);
    assert_eq!(of("three-incidents", &siblings).len(), 1);
    for child in [tilly, sam] {
        let apart = Neighbourhood { apart: BTreeSet::from([child]), ..siblings.clone() };
        assert!(of("three-incidents", &apart).is_empty());
    }
}

#[test]
fn several_agencies_ask_each_for_a_reason_of_its_own() {
    let [tilly, ..] = family();
    let three =
        |third: Signal| hood(vec![asked(1, tilly, SCHOOL, 0), asked(2, tilly, POLICE, 3), third], Vec::new());
    assert_eq!(of("several-agencies-ask", &three(asked(3, tilly, HOSPITAL, 20))).len(), 1);
    assert!(of("several-agencies-ask", &three(asked(3, tilly, POLICE, 20))).is_empty(), "two agencies");
    assert!(of("several-agencies-ask", &three(asked(3, tilly, HOSPITAL, 40))).is_empty(), "too far apart");
    let check = Signal { purpose: Some(Purpose::AllocatedWork), ..asked(3, tilly, HOSPITAL, 20) };
    assert!(of("several-agencies-ask", &three(check)).is_empty(), "a routine check");
}

#[test]
fn attendances_count_across_settings_and_not_within_one() {
    let [tilly, ..] = family();
    let there = |signal: Signal| Signal { purpose: Some(Purpose::Attendance), ..signal };
    let first = there(asked(1, tilly, HOSPITAL, 0));
    let again = there(told(2, tilly, HOSPITAL, 5));
    assert!(of("attendances-across-settings", &hood(vec![first.clone(), again], Vec::new())).is_empty());
    let elsewhere = there(told(2, tilly, SURGERY, 5));
    assert_eq!(of("attendances-across-settings", &hood(vec![first, elsewhere], Vec::new())).len(), 1);
}

#[test]
fn who_asks_and_then_tells_has_done_one_thing() {
    let [tilly, ..] = family();
    let signals =
        vec![asked(1, tilly, SCHOOL, 0), told(2, tilly, SCHOOL, 1), violence(told(3, tilly, POLICE, 9))];
    assert!(of("small-things-add-up", &hood(signals.clone(), Vec::new())).is_empty());
    let later = vec![asked(1, tilly, SCHOOL, 0), told(2, tilly, SCHOOL, 3), signals[2].clone()];
    assert_eq!(of("small-things-add-up", &hood(later, Vec::new())).len(), 1);
}

#[test]
fn a_section_47_enquiry_about_one_child_asks_after_the_others_nobody_works_with() {
    let [tilly, sam, jo] = family();
    let started = Signal { kind: SignalKind::Section47Started, ..told(1, tilly, POLICE, 0) };
    let episode = |child| OpenEpisode { child, from: day(-9).date_naive(), until: None };
    let siblings = vec![tied(1, tilly, TieKind::Sibling, sam), tied(2, tilly, TieKind::Sibling, jo)];
    let known =
        Neighbourhood { episodes: vec![episode(tilly), episode(jo)], ..hood(vec![started], siblings) };
    let found = of("brother-or-sister-at-risk", &known);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].children, BTreeSet::from([sam]));
}

#[test]
fn what_would_tell_who_told_in_confidence_stays_at_the_front_door() {
    let [tilly, ..] = family();
    let withheld =
        |signal: Signal| Signal { source_disclosure: Some(SourceDisclosure::WithheldFromFamily), ..signal };
    let (worry, night) = (told(2, tilly, SCHOOL, 7), violence(told(3, tilly, POLICE, 9)));
    let open = hood(vec![asked(1, tilly, HOSPITAL, 0), worry.clone(), night.clone()], Vec::new());
    assert!(!of("small-things-add-up", &open)[0].is_for_the_front_door_only);
    let guarded = hood(vec![asked(1, tilly, HOSPITAL, 0), withheld(worry.clone()), night], Vec::new());
    assert!(of("small-things-add-up", &guarded)[0].is_for_the_front_door_only);
    let three =
        hood(vec![withheld(worry), told(4, tilly, POLICE, 9), told(5, tilly, HOSPITAL, 9)], Vec::new());
    assert!(!of("three-incidents", &three)[0].is_for_the_front_door_only, "it says nothing of who told");
}

#[test]
fn old_news_written_down_late_raises_nothing() {
    let [tilly, ..] = family();
    let late = |number, days| Signal { recorded_at: day(400), ..told(number, tilly, SCHOOL, days) };
    assert!(of("three-incidents", &hood(vec![late(1, 0), late(2, 1), late(3, 2)], Vec::new())).is_empty());
    let and_new = vec![late(1, 0), late(2, 1), told(3, tilly, POLICE, 2)];
    assert_eq!(of("three-incidents", &hood(and_new, Vec::new())).len(), 1);
}

#[test]
fn nothing_counts_before_a_rule_is_in_force() {
    let [tilly, ..] = family();
    let long_ago = |number| told(number, tilly, SCHOOL, -1_500 + i64::try_from(number).unwrap());
    assert!(of("three-incidents", &hood(vec![long_ago(1), long_ago(2), long_ago(3)], Vec::new())).is_empty());
}

/// Any few people, told of and asked about in any order, tied in any way.
fn anything() -> impl Strategy<Value = Neighbourhood> {
    let signal =
        (0_u128..5, 0_u8..4, 0_i64..200, 0_u8..6, 0_u128..9).prop_map(|(child, by, days, what, same)| {
            let by = [SCHOOL, POLICE, HOSPITAL, SURGERY][usize::from(by)];
            let child = person(child);
            let signal = match what {
                0 | 1 => asked(0, child, by, days),
                2 => Signal { purpose: Some(Purpose::Attendance), ..asked(0, child, by, days) },
                3 => violence(told(0, child, by, days)),
                _ => told(0, child, by, days),
            };
            (signal, same)
        });
    let bond = (0_u128..5, 0_u8..3, 0_u128..5).prop_map(|(from, kind, to)| match kind {
        0 => tied(0, person(from), TieKind::Sibling, person(to)),
        1 => tied(0, person(from), TieKind::Mother, person(to)),
        _ => lives_at(0, person(from), to),
    });
    (prop::collection::vec(signal, 0..30), prop::collection::vec(bond, 0..6)).prop_map(|(signals, bonds)| {
        let signals = (1..).zip(signals).map(|(number, (signal, same))| Signal {
            event: EventId(Uuid::from_u128(0xe000 + number)),
            record: Uuid::from_u128(0xd000 + number),
            // Now and then two agencies tell of one incident.
            incident: Uuid::from_u128(if same < 3 { 0x1000 + same } else { 0xd000 + number }),
            ..signal
        });
        let bonds = (1..)
            .zip(bonds)
            .map(|(number, bond)| Bond { tie: TieId(Uuid::from_u128(0x71e0 + number)), ..bond });
        hood(signals.collect(), bonds.collect())
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(known in anything(), turn in 0_usize..30) {
        let mut later = known.clone();
        later.signals.rotate_left(turn % known.signals.len().max(1));
        later.signals.reverse();
        later.bonds.reverse();
        prop_assert_eq!(findings(&rules(), &known), findings(&rules(), &later));
    }

    #[test]
    fn an_incident_counts_once_however_many_tell_of_it(known in anything()) {
        let contacts = |hood: &Neighbourhood| hood.signals.iter().any(|signal| signal.kind == SignalKind::Contact);
        prop_assume!(contacts(&known));
        let mut one = known;
        one.signals.retain(|signal| signal.kind == SignalKind::Contact);
        for signal in &mut one.signals {
            signal.incident = Uuid::from_u128(1);
        }
        prop_assert!(of("three-incidents", &one).is_empty());
        prop_assert!(of("small-things-add-up", &one).is_empty());
    }

    #[test]
    fn what_is_told_of_strangers_changes_nothing(known in anything(), days in 0_i64..200) {
        let mut more = known.clone();
        for number in 0..4 {
            more.signals.push(told(0x500 + number, person(0x99), POLICE, days));
        }
        more.people.insert(person(0x99));
        let about_us = |found: Vec<Finding>| -> Vec<Finding> {
            found.into_iter().filter(|found| !found.children.contains(&person(0x99))).collect()
        };
        prop_assert_eq!(about_us(findings(&rules(), &more)), findings(&rules(), &known));
    }

    #[test]
    fn no_entry_lowers_a_count_not_even_a_reassuring_one(known in anything(), child in 0_u128..5, days in 0_i64..200) {
        // Brought to be looked at, at once, by a parent: good news is a signal like any other, or none.
        let good = Signal {
            purpose: Some(Purpose::Attendance),
            agency: crate::ids::AgencyId(Uuid::from_u128(0xfa)),
            ..asked(0x500, person(child), HOSPITAL, days)
        };
        let mut more = known.clone();
        more.people.insert(good.person);
        more.signals.push(good);
        let after = findings(&rules(), &more);
        for before in findings(&rules(), &known) {
            let still = after.iter().any(|found| {
                found.rule == before.rule && events(&before).iter().all(|event| events(found).contains(event))
            });
            prop_assert!(still, "{:?}", before.rule);
        }
    }

    #[test]
    fn findings_of_one_rule_share_no_evidence(known in anything()) {
        let mut seen = BTreeSet::new();
        for found in findings(&rules(), &known) {
            for pair in found.pairs() {
                prop_assert!(seen.insert((found.rule.clone(), pair)));
            }
        }
    }
}
