//! What agencies and teams are called. Whoever looks back reads the names of today.

use domain::agency::events::{Registered, TeamFormed};
use domain::entry::Entry;
use domain::event::Event;
use uuid::Uuid;

use super::facts::Facts;
use super::table;
use crate::rows::Rows;

/// What is kept of an agency.
#[derive(Debug, Default)]
pub struct Agency {
    registered: Facts<Registered>,
    teams: Facts<TeamFormed>,
}

impl Agency {
    pub fn take(&mut self, entry: &Entry) {
        self.registered.take(entry, |entry| match &entry.event {
            Event::AgencyRegistered(it) => Some(it.clone()),
            _ => None,
        });
        self.teams.take(entry, |entry| match &entry.event {
            Event::AgencyTeamFormed(it) => Some(it.clone()),
            _ => None,
        });
    }

    pub fn write(&self, stream: Uuid, rows: &mut Rows) {
        if let Some(registered) = self.registered.iter().last() {
            rows.row(table::AGENCY)
                .uuid(stream)
                .text(registered.kind.code())
                .text(registered.name.as_str())
                .end();
        }
        for team in self.teams.iter() {
            rows.row(table::TEAM).uuid(stream).uuid(team.team.0).text(team.name.as_str()).end();
        }
    }
}
