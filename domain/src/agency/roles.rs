//! Which roles people have at which kind of agency, and which of them are the node's operator's to give.

use super::AgencyKind;
use crate::access::Role;

impl AgencyKind {
    /// What somebody can be employed as at an agency of this kind.
    ///
    /// | Agency | Roles, beside administrator |
    /// |---|---|
    /// | local authority | front door, social worker, team manager, conference chair, auditor |
    /// | school, early years | safeguarding lead, teacher |
    /// | NHS trust | safeguarding lead, emergency nurse, health visitor |
    /// | police | safeguarding lead, police officer |
    /// | health visiting | safeguarding lead, health visitor |
    /// | surgery, housing, probation, charity | safeguarding lead |
    /// | the node itself | none |
    ///
    /// Statutory work with children is an authority's (Children Act 1989, sections 17 and 47), so no partner has a social
    /// worker of its own here.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::LocalAuthority => &[
                Role::SocialWorker,
                Role::TeamManager,
                Role::ConferenceChair,
                Role::FrontDoor,
                Role::Auditor,
                Role::Administrator,
            ],
            Self::School | Self::EarlyYears => &[Role::SafeguardingLead, Role::Teacher, Role::Administrator],
            Self::NhsTrust => {
                &[Role::SafeguardingLead, Role::EmergencyNurse, Role::HealthVisitor, Role::Administrator]
            }
            Self::Police => &[Role::SafeguardingLead, Role::PoliceOfficer, Role::Administrator],
            Self::HealthVisiting => &[Role::SafeguardingLead, Role::HealthVisitor, Role::Administrator],
            Self::Gp | Self::Housing | Self::Probation | Self::Voluntary => {
                &[Role::SafeguardingLead, Role::Administrator]
            }
            Self::System => &[],
        }
    }

    /// Those of them that an administrator gives.
    pub fn roles_of_administrators(self) -> impl Iterator<Item = Role> {
        self.roles().iter().copied().filter(|role| !role.is_the_operators_to_give())
    }
}

impl Role {
    /// True for an auditor, who reads the records of every authority of the node: no agency can make one by itself.
    #[must_use]
    pub const fn is_the_operators_to_give(self) -> bool {
        matches!(self, Self::Auditor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_but_the_nodes_is_somewhere_and_every_agency_has_administrators() {
        for role in Role::ALL {
            let is_somewhere = AgencyKind::ALL.iter().any(|kind| kind.roles().contains(role));
            assert_eq!(is_somewhere, *role != Role::System, "{role}");
        }
        for kind in AgencyKind::ALL {
            let is_agency = *kind != AgencyKind::System;
            assert_eq!(kind.roles().contains(&Role::Administrator), is_agency, "{kind}");
        }
    }

    #[test]
    fn no_partner_makes_those_who_do_an_authoritys_work_and_no_administrator_an_auditor() {
        let statutory = [Role::SocialWorker, Role::TeamManager, Role::ConferenceChair, Role::FrontDoor];
        for kind in AgencyKind::ALL {
            let is_authority = *kind == AgencyKind::LocalAuthority;
            assert_eq!(statutory.iter().any(|role| kind.roles().contains(role)), is_authority, "{kind}");
            assert!(kind.roles_of_administrators().all(|role| role != Role::Auditor), "{kind}");
            let has_police = kind.roles().contains(&Role::PoliceOfficer);
            assert_eq!(has_police, *kind == AgencyKind::Police, "{kind}");
        }
    }
}
