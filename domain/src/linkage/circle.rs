//! Who is close to a child on a day, by the ties that held then.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::rule::Near;
use super::{Bond, Neighbourhood};
use crate::ids::{HouseholdId, PersonId, TieId};
use crate::tie::{TieKind, TieTo};

/// Ties by whom they are of, made once for all circles.
pub(super) struct Ties<'a> {
    of: BTreeMap<PersonId, Vec<&'a Bond>>,
    members: BTreeMap<HouseholdId, Vec<&'a Bond>>,
    children: BTreeMap<PersonId, Vec<&'a Bond>>,
    apart: &'a BTreeSet<PersonId>,
}

impl<'a> Ties<'a> {
    pub(super) fn of(hood: &'a Neighbourhood) -> Self {
        let mut ties = Self {
            of: BTreeMap::new(),
            members: BTreeMap::new(),
            children: BTreeMap::new(),
            apart: &hood.apart,
        };
        for bond in &hood.bonds {
            ties.of.entry(bond.from).or_default().push(bond);
            match bond.to {
                TieTo::Person(to) => ties.of.entry(to).or_default().push(bond),
                TieTo::Household(household) => ties.members.entry(household).or_default().push(bond),
            }
            if is_parent(bond.kind) {
                ties.children.entry(bond.from).or_default().push(bond);
            }
        }
        ties
    }
}

/// The ties around one child.
pub(super) struct Circle {
    child: PersonId,
    others: BTreeMap<PersonId, Vec<Joint>>,
}

/// One way in which somebody is close: the ties it rests on, all of which must hold.
#[derive(Clone, Copy)]
struct Joint {
    near: Near,
    ties: (Bond, Option<Bond>),
}

impl Circle {
    pub(super) fn around(child: PersonId, ties: &Ties<'_>) -> Self {
        let mut circle = Self { child, others: BTreeMap::new() };
        if ties.apart.contains(&child) {
            return circle;
        }
        for bond in ties.of.get(&child).into_iter().flatten().copied() {
            match (bond.kind, bond.to) {
                (TieKind::Sibling, TieTo::Person(to)) => {
                    let other = if to == child { bond.from } else { to };
                    circle.join(other, Near::Siblings, (*bond, None));
                }
                (kind, TieTo::Person(to)) if is_parental(kind) && to == child => {
                    circle.join(bond.from, Near::ParentsAndCarers, (*bond, None));
                    let siblings = ties.children.get(&bond.from).filter(|_| is_parent(kind));
                    for other in siblings.into_iter().flatten() {
                        if let TieTo::Person(sibling) = other.to {
                            circle.join(sibling, Near::Siblings, (*bond, Some(**other)));
                        }
                    }
                }
                (TieKind::HouseholdMember, TieTo::Household(household)) => {
                    for other in ties.members.get(&household).into_iter().flatten() {
                        circle.join(other.from, Near::HouseholdMembers, (*bond, Some(**other)));
                    }
                }
                _ => {}
            }
        }
        circle.others.retain(|other, _| *other != child && !ties.apart.contains(other));
        circle
    }

    fn join(&mut self, other: PersonId, near: Near, ties: (Bond, Option<Bond>)) {
        self.others.entry(other).or_default().push(Joint { near, ties });
    }

    /// The child, and everyone who was ever close.
    pub(super) fn people(&self) -> impl Iterator<Item = PersonId> {
        std::iter::once(self.child).chain(self.others.keys().copied())
    }

    /// The ties by which somebody is close to the child on a day, none for the child; `None` when nothing joins them.
    pub(super) fn on(
        &self,
        day: NaiveDate,
        person: PersonId,
        looked_at: &BTreeSet<Near>,
    ) -> Option<Vec<TieId>> {
        if person == self.child {
            return Some(Vec::new());
        }
        // One way is enough to tell: kin before a roof, and the same one whatever order ties came in.
        self.joints(day, person, looked_at).map(|joint| (joint.near, joint.ids())).min().map(|(_, ties)| ties)
    }

    /// True for the child, and for whoever is close to the child on a day.
    pub(super) fn has_on(&self, day: NaiveDate, person: PersonId, looked_at: &BTreeSet<Near>) -> bool {
        person == self.child || self.joints(day, person, looked_at).next().is_some()
    }

    fn joints(
        &self,
        day: NaiveDate,
        person: PersonId,
        looked_at: &BTreeSet<Near>,
    ) -> impl Iterator<Item = &Joint> {
        let joints = self.others.get(&person).into_iter().flatten();
        joints.filter(move |joint| looked_at.contains(&joint.near) && joint.held(day))
    }
}

impl Joint {
    /// A sibling is one for life, whenever somebody wrote it down; other ties hold from a day to a day.
    fn held(&self, day: NaiveDate) -> bool {
        self.near == Near::Siblings
            || [Some(self.ties.0), self.ties.1].into_iter().flatten().all(|bond| {
                bond.since.is_none_or(|since| since <= day) && bond.until.is_none_or(|until| day <= until)
            })
    }

    fn ids(&self) -> Vec<TieId> {
        let mut ids: Vec<TieId> =
            [Some(self.ties.0), self.ties.1].into_iter().flatten().map(|bond| bond.tie).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

const fn is_parent(kind: TieKind) -> bool {
    matches!(kind, TieKind::Mother | TieKind::Father | TieKind::Parent)
}

const fn is_parental(kind: TieKind) -> bool {
    is_parent(kind) || matches!(kind, TieKind::Carer)
}
