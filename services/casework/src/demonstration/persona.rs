//! Whom one can be on a demonstration, and whom they work for.

use chrono::TimeDelta;
use domain::access::{Actor, Role};
use domain::agency::AgencyKind;
use domain::ids::{AgencyId, PractitionerId};
use uuid::Uuid;

use super::{DemonstrationError, authority};
use crate::app::App;
use crate::visitor::Visitor;

/// Somebody to be on a demonstration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Persona {
    /// The safeguarding lead of a school.
    School,
    /// A nurse in an emergency department.
    Nurse,
    /// A social worker at the authority's front door.
    FrontDoor,
    /// A manager of a social work team.
    Manager,
    /// An auditor.
    Auditor,
    /// The social worker of the named children.
    Worker,
}

impl Persona {
    pub const ALL: [Self; 6] =
        [Self::School, Self::Nurse, Self::FrontDoor, Self::Manager, Self::Auditor, Self::Worker];

    const fn number(self) -> u128 {
        match self {
            Self::School => 1,
            Self::Nurse => 2,
            Self::FrontDoor => 3,
            Self::Manager => 4,
            Self::Auditor => 5,
            Self::Worker => 6,
        }
    }

    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::School => Role::SafeguardingLead,
            Self::Nurse => Role::EmergencyNurse,
            Self::FrontDoor => Role::FrontDoor,
            Self::Manager => Role::TeamManager,
            Self::Auditor => Role::Auditor,
            Self::Worker => Role::SocialWorker,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::School => "Priya Nolan",
            Self::Nurse => "Tom Adeyemi",
            Self::FrontDoor => "Ruth Calder",
            Self::Manager => "Owen Stubbs",
            Self::Auditor => "Mei Harcourt",
            Self::Worker => "Amina Duarte",
        }
    }

    pub(super) const fn agency(self) -> Employer {
        match self {
            Self::School => Employer::School,
            Self::Nurse => Employer::Hospital,
            Self::FrontDoor | Self::Manager | Self::Auditor | Self::Worker => Employer::Council,
        }
    }

    /// Where they work.
    #[must_use]
    pub const fn works_at(self) -> &'static str {
        self.agency().name()
    }

    /// Who that is to the service.
    #[must_use]
    pub fn actor(self, app: &App) -> Actor {
        Actor {
            practitioner: PractitionerId(Uuid::from_u128(
                0x6474_0000_0000_8000_8000_0000_0000_0100 + self.number(),
            )),
            agency: self.agency().id(app),
            agency_kind: self.agency().kind(),
            authority: Some(authority()),
            team: None,
            roles: vec![self.role()],
        }
    }

    pub(super) fn visitor(self, app: &App) -> Result<Visitor, DemonstrationError> {
        let token = app.token(&self.actor(app), TimeDelta::hours(1))?;
        Ok(app.visitor(&token)?)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Employer {
    Council,
    School,
    Hospital,
}

impl Employer {
    pub(super) const ALL: [Self; 3] = [Self::Council, Self::School, Self::Hospital];

    /// An authority's own agency has the id that its code gives it; the others are fixed.
    pub(super) fn id(self, app: &App) -> AgencyId {
        let number = match self {
            Self::Council => return app.ids.local_authority(&authority()),
            Self::School => 2,
            Self::Hospital => 3,
        };
        AgencyId(Uuid::from_u128(0x6474_0000_0000_8000_8000_0000_0000_0000 + number))
    }

    pub(super) const fn kind(self) -> AgencyKind {
        match self {
            Self::Council => AgencyKind::LocalAuthority,
            Self::School => AgencyKind::School,
            Self::Hospital => AgencyKind::NhsTrust,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Council => "Bradford children's services",
            Self::School => "Beck Lane Primary School",
            Self::Hospital => "Invented Royal Infirmary",
        }
    }
}
