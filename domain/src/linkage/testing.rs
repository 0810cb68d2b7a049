//! A few invented children, what was told of them and how they are tied; the rules on file.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Bond, Identity, Neighbourhood, Part, Rule, Signal, SignalKind, in_order};
use crate::access::Purpose;
use crate::agency::AgencyKind;
use crate::contact::{ConcernKind, SourceDisclosure};
use crate::ids::{AgencyId, EventId, HouseholdId, PersonId, TieId};
use crate::tie::{TieKind, TieTo};
use crate::when::Occurred;

pub(super) fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xc0 + number))
}

/// So many days after the first of March.
pub(super) fn day(days: i64) -> DateTime<Utc> {
    "2026-03-01T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(days)
}

pub(super) const SCHOOL: (u128, AgencyKind) = (1, AgencyKind::School);
pub(super) const POLICE: (u128, AgencyKind) = (2, AgencyKind::Police);
pub(super) const HOSPITAL: (u128, AgencyKind) = (3, AgencyKind::NhsTrust);
pub(super) const SURGERY: (u128, AgencyKind) = (4, AgencyKind::Gp);

/// Something about a child, on a day; the number names it.
pub(super) fn told(number: u128, child: PersonId, by: (u128, AgencyKind), days: i64) -> Signal {
    Signal {
        event: EventId(Uuid::from_u128(0xe000 + number)),
        record: Uuid::from_u128(0xd000 + number),
        incident: Uuid::from_u128(0xd000 + number),
        person: child,
        part: Part::Subject,
        kind: SignalKind::Contact,
        identity: Identity::Confirmed,
        occurred: Occurred::Instant(day(days)),
        recorded_at: day(days),
        agency: AgencyId(Uuid::from_u128(by.0)),
        agency_kind: Some(by.1),
        authority: "383".parse().ok(),
        purpose: Some(Purpose::ReferralConsideration),
        concerns: vec![ConcernKind::Neglect],
        source_disclosure: Some(SourceDisclosure::Named),
    }
}

pub(super) fn asked(number: u128, child: PersonId, by: (u128, AgencyKind), days: i64) -> Signal {
    Signal {
        kind: SignalKind::Enquiry,
        authority: None,
        purpose: Some(Purpose::SafeguardingCheck),
        concerns: Vec::new(),
        source_disclosure: None,
        ..told(number, child, by, days)
    }
}

pub(super) fn tied(number: u128, from: PersonId, kind: TieKind, to: PersonId) -> Bond {
    let tie = TieId(Uuid::from_u128(0x71e0 + number));
    Bond { tie, from, to: TieTo::Person(to), kind, since: None, until: None }
}

pub(super) fn lives_at(number: u128, person: PersonId, household: u128) -> Bond {
    let to = TieTo::Household(HouseholdId(Uuid::from_u128(household)));
    Bond { to, kind: TieKind::HouseholdMember, ..tied(number, person, TieKind::Other, person) }
}

pub(super) fn hood(signals: Vec<Signal>, bonds: Vec<Bond>) -> Neighbourhood {
    let tied = bonds.iter().flat_map(|bond| match bond.to {
        TieTo::Person(to) => vec![bond.from, to],
        TieTo::Household(_) => vec![bond.from],
    });
    let people = signals.iter().map(|signal| signal.person).chain(tied).collect();
    Neighbourhood { people, signals, bonds, ..Neighbourhood::default() }
}

pub(super) fn rules() -> Vec<Rule> {
    let texts = [
        include_str!("../../../schemas/linkage/small-things-add-up.rule"),
        include_str!("../../../schemas/linkage/three-incidents.rule"),
        include_str!("../../../schemas/linkage/several-agencies-ask.rule"),
        include_str!("../../../schemas/linkage/attendances-across-settings.rule"),
        include_str!("../../../schemas/linkage/brother-or-sister-at-risk.rule"),
        include_str!("../../../schemas/linkage/plan-in-the-family.rule"),
    ];
    in_order(texts.map(|text| Rule::parse(text).unwrap()).into()).unwrap()
}
