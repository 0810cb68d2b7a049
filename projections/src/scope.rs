//! What a reader may be told: decided elsewhere, carried here, obeyed by every query.
//!
//! A [`Scope`] is made by the service's policy module and nowhere else (a test looks for other makers). It holds one
//! decision for every access class; which class a record is of for this reader is worked out here, from the record's
//! [`Standing`] as it is **now**, whatever time a page looks back to.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{AccessClass, Actor, Disclosure, Involvement, Purpose, Relation, Sensitivity};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::ids::{AgencyId, PractitionerId, TeamId};

/// A reader, a purpose, and how much of each class of record they may be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scope {
    reader: Actor,
    purpose: Purpose,
    allowed: Arc<BTreeMap<AccessClass, Disclosure>>,
}

/// What access to somebody's record depends on, as it is now.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// Agencies that opened the record or a case in it.
    pub owners: Vec<AgencyId>,
    /// Authorities whose front door or social care knows them.
    pub authorities: Vec<Authority>,
    /// Who has a case of theirs today.
    pub workers: Vec<PractitionerId>,
    pub teams: Vec<TeamId>,
    pub restriction: Option<Restriction>,
    /// True when an event about them could not be taken in: what is shown may not be all.
    pub is_incomplete: bool,
}

/// A record for named readers only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restriction {
    /// Who answers for it, and is rung by those who may not read.
    pub owner: PractitionerId,
    pub readers: Vec<PractitionerId>,
    pub review_on: chrono::NaiveDate,
}

impl Scope {
    /// Only the service's policy module may call this: it is the proof that policy was asked. A class that is not in
    /// the table is told nothing.
    #[must_use]
    pub fn decided(reader: Actor, purpose: Purpose, allowed: Arc<BTreeMap<AccessClass, Disclosure>>) -> Self {
        Self { reader, purpose, allowed }
    }

    #[must_use]
    pub fn reader(&self) -> &Actor {
        &self.reader
    }

    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The class of somebody's record for this reader.
    #[must_use]
    pub fn class(&self, standing: &Standing) -> AccessClass {
        AccessClass {
            relation: self.relation(standing),
            involvement: self.involvement(standing),
            sensitivity: self.sensitivity(standing),
        }
    }

    /// How much of somebody's record this reader is told.
    #[must_use]
    pub fn disclosure(&self, standing: &Standing) -> Disclosure {
        self.of_class(self.class(standing))
    }

    /// How much of one entry on somebody's record: what the reader's own agency entered stays its own, unless the
    /// record is for named readers.
    #[must_use]
    pub fn entry_disclosure(&self, standing: &Standing, entered_by: AgencyId) -> Disclosure {
        let class = self.class(standing);
        let relation = if entered_by == self.reader.agency { Relation::Own } else { class.relation };
        self.of_class(class).max(self.of_class(AccessClass { relation, ..class }))
    }

    fn of_class(&self, class: AccessClass) -> Disclosure {
        self.allowed.get(&class).copied().unwrap_or(Disclosure::None)
    }

    fn relation(&self, standing: &Standing) -> Relation {
        if standing.owners.contains(&self.reader.agency) {
            return Relation::Own;
        }
        match &self.reader.authority {
            // Works for the whole node, hence in every partnership of it.
            None => Relation::Partner,
            Some(authority) if standing.authorities.contains(authority) => {
                if self.reader.agency_kind == AgencyKind::LocalAuthority {
                    Relation::Own
                } else {
                    Relation::Partner
                }
            }
            // No authority knows them yet: whoever is in the partnership may be the first.
            Some(_) if standing.authorities.is_empty() => Relation::Partner,
            Some(_) => Relation::Other,
        }
    }

    fn involvement(&self, standing: &Standing) -> Involvement {
        if standing.workers.contains(&self.reader.practitioner) {
            Involvement::Caseload
        } else if self.reader.team.is_some_and(|team| standing.teams.contains(&team)) {
            Involvement::Team
        } else {
            Involvement::Neither
        }
    }

    fn sensitivity(&self, standing: &Standing) -> Sensitivity {
        let named = |restriction: &Restriction| {
            restriction.owner == self.reader.practitioner
                || restriction.readers.contains(&self.reader.practitioner)
        };
        match &standing.restriction {
            Some(restriction) if !named(restriction) => Sensitivity::Restricted,
            Some(_) | None => Sensitivity::Open,
        }
    }
}
