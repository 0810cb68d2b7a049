//! The view `reviews`: whose use of the record is to be looked at, and what came of it.

mod queries;

use chrono::{DateTime, Utc};
use domain::entry::Entry;
use domain::event::Event;
use domain::review::ReviewOutcome;
use domain::review::events::Raised;

use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{Review, newest};

/// See the module.
pub struct Reviews;

impl View for Reviews {
    fn name(&self) -> &'static str {
        "reviews"
    }

    fn version(&self) -> u16 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "review", key: "review", per: Per::Key }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if matches!(entry.event, Event::ReviewRaised(_) | Event::ReviewConcluded(_)) {
            keys.add(entry.stream);
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Looked { key, raised: None, concluded: None }))
    }
}

struct Looked {
    key: Key,
    raised: Option<(Box<Raised>, DateTime<Utc>, u128)>,
    concluded: Option<(ReviewOutcome, DateTime<Utc>)>,
}

impl KeyState for Looked {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        match &entry.event {
            Event::ReviewRaised(raised) => {
                self.raised = Some((Box::new(raised.clone()), entry.recorded_at, entry.position));
            }
            Event::ReviewConcluded(concluded) => {
                self.concluded = Some((concluded.outcome, entry.recorded_at));
            }
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let Some((raised, at, position)) = &self.raised else { return };
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        rows.row(0)
            .uuid(self.key)
            .position(*position)
            .text(raised.kind.code())
            .uuid(raised.about.0)
            .uuid(raised.agency.0)
            .instant(*at)
            .instant(raised.from)
            .instant(raised.until)
            .text(raised.counted.code())
            .int(number(raised.count))
            .int(number(raised.threshold))
            .opt_text(self.concluded.map(|(outcome, _)| outcome.code()))
            .opt_instant(self.concluded.map(|(_, at)| at))
            .end();
    }
}
