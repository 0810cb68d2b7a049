//! An organisation that works with children, and its teams.

pub mod events;
mod form_team;
pub mod hours;
mod register;
mod roles;
mod set_hours;

pub use form_team::FormTeam;
pub use hours::Timetable;
pub use register::Register;
pub use set_hours::SetHours;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::TeamId;
use crate::text::Line;

codes! {
    /// What an agency is.
    AgencyKind, "agency kind":
    LocalAuthority => "local-authority",
    School => "school",
    NhsTrust => "nhs-trust",
    Police => "police",
    HealthVisiting => "health-visiting",
    Gp => "gp",
    EarlyYears => "early-years",
    Housing => "housing",
    Probation => "probation",
    Voluntary => "voluntary",
    /// The node itself.
    System => "system",
}

/// Whom to ring about a child, in office hours and outside them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SafeguardingLine {
    pub in_hours: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_hours: Option<Line>,
}

commands! {
    /// Also changes a name or the numbers to ring.
    Register(Register),
    FormTeam(FormTeam),
    SetHours(SetHours),
}

const NOT_REGISTERED: Refusal =
    Refusal { code: "not-registered", sentence: "There is no such agency yet; register it first." };

/// An agency as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Agency {
    registered: Option<events::Registered>,
    teams: BTreeMap<TeamId, Line>,
    hours: Timetable,
}

impl Agency {
    #[must_use]
    pub fn registered(&self) -> Option<&events::Registered> {
        self.registered.as_ref()
    }

    #[must_use]
    pub fn teams(&self) -> &BTreeMap<TeamId, Line> {
        &self.teams
    }

    /// When its number by day is answered.
    #[must_use]
    pub fn hours(&self) -> &Timetable {
        &self.hours
    }
}

impl Decider for Agency {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::AgencyRegistered(registered) => self.registered = Some(registered.clone()),
            Event::AgencyTeamFormed(formed) => {
                self.teams.insert(formed.team, formed.name.clone());
            }
            Event::AgencyHoursSet(set) => self.hours.set(set.from, set.open.clone()),
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Register(command) => command.decide(self, act),
            Command::FormTeam(command) => command.decide(self, act),
            Command::SetHours(command) => command.decide(self, act),
        }
    }
}
