//! Somebody who works for an agency: who they are, their team, their roles over time.

mod end_role;
pub mod events;
mod give_role;
mod leave;
pub mod older;
mod register;

pub use end_role::EndRole;
pub use give_role::GiveRole;
pub use leave::Leave;
pub use register::Register;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::text::Line;

/// A practitioner's name and work contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    pub name: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Line>,
}

crate::hidden_when_printed!(Details);

commands! {
    /// Also changes a team or the work contact.
    Register(Register),
    GiveRole(GiveRole),
    EndRole(EndRole),
    Leave(Leave),
}

/// A practitioner as they stand.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Practitioner {
    registered: Option<events::Registered>,
    roles: Vec<events::RoleGiven>,
    left_on: Option<NaiveDate>,
}

impl Practitioner {
    #[must_use]
    pub fn registered(&self) -> Option<&events::Registered> {
        self.registered.as_ref()
    }

    /// Their roles over time, in the order they were given.
    #[must_use]
    pub fn roles(&self) -> &[events::RoleGiven] {
        &self.roles
    }

    /// The last day at work, once known.
    #[must_use]
    pub fn left_on(&self) -> Option<NaiveDate> {
        self.left_on
    }

    /// True while they work for the agency.
    #[must_use]
    pub fn is_at_work_on(&self, day: NaiveDate) -> bool {
        self.registered.is_some() && self.left_on.is_none_or(|last| day <= last)
    }

    /// What they are on a day; nothing after they left.
    #[must_use]
    pub fn roles_on(&self, day: NaiveDate) -> Vec<Role> {
        if !self.is_at_work_on(day) {
            return Vec::new();
        }
        let held = |given: &&events::RoleGiven| given.from <= day && given.to.is_none_or(|to| day <= to);
        let mut roles: Vec<Role> = self.roles.iter().filter(held).map(|given| given.role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

const NOT_REGISTERED: Refusal =
    Refusal { code: "not-registered", sentence: "There is no such practitioner yet; register them first." };
/// Four eyes: whoever says who works at an agency does not say it of themselves.
const ONES_OWN: Refusal = Refusal {
    code: "ones-own",
    sentence: "One’s own roles, team and last day are for somebody else to say; ask another administrator.",
};
const HAS_LEFT: Refusal = Refusal {
    code: "has-left",
    sentence: "They have left the agency; amend their last day if that is wrong.",
};

impl Decider for Practitioner {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::PractitionerRegistered(registered) => self.registered = Some(registered.clone()),
            Event::PractitionerRoleGiven(given) => {
                // The same role from the same day, with another last day, takes the place of the first.
                self.roles.retain(|before| (before.role, before.from) != (given.role, given.from));
                self.roles.push(given.clone());
            }
            Event::PractitionerRoleEnded(ended) => {
                self.roles.retain(|given| given.role != ended.role || given.from < ended.from);
                let last = ended.from.pred_opt();
                let goes_on = |given: &&mut events::RoleGiven| {
                    given.role == ended.role && given.to.is_none_or(|to| ended.from <= to)
                };
                self.roles.iter_mut().filter(goes_on).for_each(|given| given.to = last);
            }
            Event::PractitionerLeft(left) => self.left_on = Some(left.on),
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Register(command) => command.decide(self, act),
            Command::GiveRole(command) => command.decide(self, act),
            Command::EndRole(command) => command.decide(self, act),
            Command::Leave(command) => command.decide(self, act),
        }
    }
}
