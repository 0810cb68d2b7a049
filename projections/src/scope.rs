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
use domain::person::address::AddressClass;

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

impl Restriction {
    /// True for the owner and the named readers.
    #[must_use]
    pub fn names(&self, reader: PractitionerId) -> bool {
        self.owner == reader || self.readers.contains(&reader)
    }
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

    /// How much of one entry on somebody's record: what the reader's own agency entered stays its own, whoever opened the
    /// record, unless that is for named readers. An authority reads all of its records by their own rules.
    #[must_use]
    pub fn entry_disclosure(&self, standing: &Standing, entered_by: AgencyId) -> Disclosure {
        let class = self.class(standing);
        let of_record = self.of_class(class);
        if entered_by != self.reader.agency || self.is_of_the_authority(class) {
            return of_record;
        }
        of_record.max(self.of_class(AccessClass { relation: Relation::Author, ..class }))
    }

    /// True for a reader who is told an address on somebody's record: as near as its class asks, or of the agency that
    /// entered it, unless that is an authority, where they are many.
    #[must_use]
    pub fn is_told_address(&self, standing: &Standing, entered_by: AgencyId, address: AddressClass) -> bool {
        let class = self.class(standing);
        let disclosure = self.entry_disclosure(standing, entered_by);
        let is_authors = !self.is_of_the_authority(class)
            && entered_by == self.reader.agency
            && disclosure == Disclosure::Full;
        is_authors || address.is_told(disclosure, class)
    }

    fn is_of_the_authority(&self, class: AccessClass) -> bool {
        class.relation == Relation::Own && self.reader.agency_kind == AgencyKind::LocalAuthority
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
        match &standing.restriction {
            Some(restriction) if !restriction.names(self.reader.practitioner) => Sensitivity::Restricted,
            Some(_) | None => Sensitivity::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Role;
    use uuid::Uuid;

    use super::*;

    const AGENCY: AgencyId = AgencyId(Uuid::from_u128(1));
    const PRACTITIONER: PractitionerId = PractitionerId(Uuid::from_u128(2));
    const TEAM: TeamId = TeamId(Uuid::from_u128(3));

    fn reader(agency_kind: AgencyKind, authority: Option<&str>) -> Actor {
        Actor {
            practitioner: PRACTITIONER,
            agency: AGENCY,
            agency_kind,
            authority: authority.map(|code| code.parse().unwrap()),
            team: Some(TEAM),
            roles: vec![Role::SocialWorker],
        }
    }

    fn class(reader: Actor, standing: &Standing) -> AccessClass {
        Scope::decided(reader, Purpose::AllocatedWork, Arc::default()).class(standing)
    }

    fn of_383() -> Standing {
        Standing { authorities: vec!["383".parse().unwrap()], ..Standing::default() }
    }

    fn restricted_to(readers: Vec<PractitionerId>) -> Standing {
        let owner = PractitionerId(Uuid::from_u128(9));
        let restriction =
            Restriction { owner, readers, review_on: chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap() };
        Standing { restriction: Some(restriction), ..of_383() }
    }

    #[test]
    fn a_record_is_its_authoritys_own_its_partners_and_nobody_elses() {
        let council = reader(AgencyKind::LocalAuthority, Some("383"));
        let school = reader(AgencyKind::School, Some("383"));
        let elsewhere = reader(AgencyKind::LocalAuthority, Some("384"));
        assert_eq!(class(council, &of_383()).relation, Relation::Own);
        assert_eq!(class(school.clone(), &of_383()).relation, Relation::Partner);
        assert_eq!(class(elsewhere, &of_383()).relation, Relation::Other);
        assert_eq!(class(reader(AgencyKind::NhsTrust, None), &of_383()).relation, Relation::Partner);
        let opened_by_school = Standing { owners: vec![AGENCY], ..Standing::default() };
        assert_eq!(class(school, &opened_by_school).relation, Relation::Own);
    }

    #[test]
    fn whoever_works_with_a_child_today_is_nearer_than_their_team() {
        let council = || reader(AgencyKind::LocalAuthority, Some("383"));
        let theirs = Standing { workers: vec![PRACTITIONER], teams: vec![TEAM], ..of_383() };
        let teams = Standing { teams: vec![TEAM], ..of_383() };
        assert_eq!(class(council(), &theirs).involvement, Involvement::Caseload);
        assert_eq!(class(council(), &teams).involvement, Involvement::Team);
        assert_eq!(class(council(), &of_383()).involvement, Involvement::Neither);
    }

    #[test]
    fn a_restricted_record_is_open_to_the_readers_it_names() {
        let council = || reader(AgencyKind::LocalAuthority, Some("383"));
        assert_eq!(class(council(), &restricted_to(vec![PRACTITIONER])).sensitivity, Sensitivity::Open);
        assert_eq!(class(council(), &restricted_to(Vec::new())).sensitivity, Sensitivity::Restricted);
    }

    #[test]
    fn what_a_partner_entered_itself_is_read_as_its_author() {
        let author = AccessClass {
            relation: Relation::Author,
            involvement: Involvement::Neither,
            sensitivity: Sensitivity::Open,
        };
        let told = Arc::new(BTreeMap::from([(author, Disclosure::Full)]));
        let school = Scope::decided(
            reader(AgencyKind::School, Some("383")),
            Purpose::AllocatedWork,
            Arc::clone(&told),
        );
        assert_eq!(school.entry_disclosure(&of_383(), AGENCY), Disclosure::Full);
        assert_eq!(school.entry_disclosure(&of_383(), AgencyId(Uuid::nil())), Disclosure::None);
        let opened_by_it = Standing { owners: vec![AGENCY], ..of_383() };
        assert_eq!(school.entry_disclosure(&opened_by_it, AGENCY), Disclosure::Full);
        assert_eq!(school.entry_disclosure(&opened_by_it, AgencyId(Uuid::nil())), Disclosure::None);
        let council = Scope::decided(
            reader(AgencyKind::LocalAuthority, Some("383")),
            Purpose::AllocatedWork,
            Arc::clone(&told),
        );
        assert_eq!(
            council.entry_disclosure(&of_383(), AGENCY),
            Disclosure::None,
            "its record, by its own rules"
        );
        let restricted = restricted_to(Vec::new());
        assert_eq!(school.entry_disclosure(&restricted, AGENCY), Disclosure::None);
    }

    #[test]
    fn a_class_policy_was_not_asked_about_is_told_nothing() {
        let scope = Scope::decided(
            reader(AgencyKind::LocalAuthority, Some("383")),
            Purpose::AllocatedWork,
            Arc::default(),
        );
        assert_eq!(scope.disclosure(&of_383()), Disclosure::None);
        assert_eq!(scope.entry_disclosure(&of_383(), AGENCY), Disclosure::None);
    }
}
