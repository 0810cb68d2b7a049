//! The view `alerts`: every alert as it stands, by authority and by person.

mod queries;

use std::collections::BTreeSet;

use domain::alert::Alert;
use domain::decider::Decider as _;
use domain::entry::Entry;
use domain::event::Event;
use uuid::Uuid;

use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{
    For, Listed, Queue, QueuePlace, about, alongside, is_front_doors_first, is_hour_told, is_shown,
    of_person, queue, told_moment,
};

/// See the module.
pub struct Alerts;

const ALERT: usize = 0;
const CONCERNED: usize = 1;

impl View for Alerts {
    fn name(&self) -> &'static str {
        "alerts"
    }

    fn version(&self) -> u16 {
        3
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "alert", key: "alert", per: Per::Key },
            Table { name: "concerned", key: "alert", per: Per::Key },
        ]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if let Event::AlertRaised(_)
        | Event::AlertGrew(_)
        | Event::AlertLessened(_)
        | Event::AlertAccepted(_)
        | Event::AlertDismissed(_)
        | Event::AlertWithdrawn(_) = &entry.event
        {
            keys.add(entry.stream);
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Row { alert: key, raised: 0, stands: Alert::initial() }))
    }
}

struct Row {
    alert: Uuid,
    /// The place of the event that raised it first.
    raised: u128,
    stands: Alert,
}

impl KeyState for Row {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        if self.raised == 0 {
            self.raised = entry.position;
        }
        self.stands.evolve(entry);
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let stands = &self.stands;
        let (Some(state), Some(says), Some(raised_at), Some(changed_at)) =
            (stands.state(), stands.says(), stands.raised_at(), stands.changed_at())
        else {
            return;
        };
        let people: BTreeSet<Uuid> = says
            .children
            .iter()
            .map(|child| child.0)
            .chain(says.evidence.iter().map(|evidence| evidence.person.0))
            .collect();
        let incidents: BTreeSet<Uuid> = says.evidence.iter().map(|evidence| evidence.incident).collect();
        for person in people {
            rows.row(CONCERNED).uuid(self.alert).uuid(person).end();
        }
        rows.row(ALERT)
            .uuid(self.alert)
            .position(self.raised)
            .text(says.rule.as_str())
            .int(i32::from(says.version))
            .opt_text(says.authority.as_ref().map(domain::authority::Authority::as_str))
            .text(state.code())
            .instant(raised_at)
            .instant(changed_at)
            .uuids(says.children.iter().map(|child| child.0))
            .uuids(says.evidence.iter().map(|evidence| evidence.entry.0))
            .uuids(says.evidence.iter().map(|evidence| evidence.person.0))
            .int(i32::try_from(incidents.len()).unwrap_or(i32::MAX))
            .bool(says.is_for_the_front_door_only)
            .bool(!stands.decisions().is_empty())
            .end();
    }
}
