//! Who acts and who reads in a random history.

use casework::visitor::Visitor;
use domain::access::Role;
use domain::agency::AgencyKind;
use system_tests::app::{COUNCIL, POLICE};

use crate::partnership::*;

/// Who acts and who reads.
pub struct Cast {
    pub door: Visitor,
    pub school: Visitor,
    pub nurse: Visitor,
    pub police: Visitor,
    pub worker: Visitor,
    pub colleague: Visitor,
    pub manager: Visitor,
    /// A manager who answers for no restriction.
    pub deputy: Visitor,
    pub chair: Visitor,
    pub auditor: Visitor,
    pub next_door: Visitor,
    pub next_worker: Visitor,
}

impl Cast {
    pub fn of(all: &Partnership) -> Self {
        let app = &all.app;
        let council = |role| app.somebody(role, AgencyKind::LocalAuthority, COUNCIL);
        Self {
            door: app.front_door(),
            school: app.safeguarding_lead(),
            nurse: app.emergency_nurse(),
            police: app.somebody(Role::PoliceOfficer, AgencyKind::Police, POLICE),
            worker: app.social_worker(),
            colleague: app.social_worker(),
            manager: app.team_manager(),
            deputy: app.team_manager(),
            chair: council(Role::ConferenceChair),
            auditor: council(Role::Auditor),
            next_door: all.next_door(Role::FrontDoor),
            next_worker: all.next_door(Role::SocialWorker),
        }
    }

    /// Those who tell and ask, and why.
    pub fn tellers(&self) -> [(&Visitor, &'static str); 5] {
        [
            (&self.school, WEIGHING),
            (&self.nurse, "attendance"),
            (&self.police, CHECKING),
            (&self.door, CHECKING),
            (&self.next_door, CHECKING),
        ]
    }
}
