//! The view `enquiries`: who asked about each person, why, and what they were told.
//!
//! An enquiry that found no trace is about nobody here; it is on its own stream, under its receipt.

mod queries;

use domain::entry::Entry;
use domain::event::Event;

use crate::rows::Rows;
use crate::view::{Key, Keys, Per, Poison, Table, View};

pub use queries::{EnquiryMade, Newest, newest_of_known, of};

/// See the module.
pub struct Enquiries;

pub(crate) static ENQUIRIES: Enquiries = Enquiries;

impl View for Enquiries {
    fn name(&self) -> &'static str {
        "enquiries"
    }

    fn version(&self) -> u16 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[Table { name: "enquiry", key: "person", per: Per::Entry }]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if let Event::EnquiryMade(made) = &entry.event
            && let Some(subject) = made.subject
        {
            keys.add(subject.0);
        }
    }

    fn entry_rows(&self, key: Key, entry: &Entry, rows: &mut Rows) -> Result<(), Poison> {
        let Event::EnquiryMade(made) = &entry.event else { return Ok(()) };
        rows.row(0)
            .uuid(key)
            .position(entry.position)
            .uuid(entry.stream)
            .uuid(entry.id.0)
            .instant(entry.occurred.earliest())
            .instant(entry.recorded_at)
            .uuid(made.asked_by.0)
            .uuid(entry.actor.0)
            .text(made.purpose.code())
            .text(made.lawful_basis.code())
            .texts(made.searched.iter().map(|searched| searched.code()))
            .text(made.answered.code())
            .text(made.disclosed.code())
            .position(made.known_at.0)
            .text(made.receipt.as_str())
            .end();
        Ok(())
    }
}
