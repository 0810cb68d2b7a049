//! The roles there were in older versions of events: read, and never written again.

use super::Role;
use crate::codes::codes;

codes! {
    /// What somebody is employed to do. Given from a day, for a time.
    #[schemars(rename = "Role")]
    RoleV1, "role":
    SocialWorker => "social-worker",
    TeamManager => "team-manager",
    ConferenceChair => "conference-chair",
    /// Takes contacts and answers enquiries for an authority.
    FrontDoor => "front-door",
    /// Of a school, a trust or another agency.
    SafeguardingLead => "safeguarding-lead",
    EmergencyNurse => "emergency-nurse",
    PoliceOfficer => "police-officer",
    Teacher => "teacher",
    HealthVisitor => "health-visitor",
    Auditor => "auditor",
    /// The node itself.
    System => "system",
}

impl From<RoleV1> for Role {
    fn from(old: RoleV1) -> Self {
        match old {
            RoleV1::SocialWorker => Self::SocialWorker,
            RoleV1::TeamManager => Self::TeamManager,
            RoleV1::ConferenceChair => Self::ConferenceChair,
            RoleV1::FrontDoor => Self::FrontDoor,
            RoleV1::SafeguardingLead => Self::SafeguardingLead,
            RoleV1::EmergencyNurse => Self::EmergencyNurse,
            RoleV1::PoliceOfficer => Self::PoliceOfficer,
            RoleV1::Teacher => Self::Teacher,
            RoleV1::HealthVisitor => Self::HealthVisitor,
            RoleV1::Auditor => Self::Auditor,
            RoleV1::System => Self::System,
        }
    }
}
