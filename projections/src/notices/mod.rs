//! The view `notices`: answers that are looked after, and those about which somebody is told that they would differ.
//!
//! Marks are keyed hashes of what was sought, read from a sealed part: an enquiry whose key was destroyed has none.
//! Left out: whether an answer would differ, which a worker finds, and how.

mod queries;

use chrono::{DateTime, Utc};
use domain::decider::Decider as _;
use domain::enquiry::events::{Made, NoticeAnswered, WouldDiffer};
use domain::enquiry::sought::SoughtMark;
use domain::enquiry::{AskedAs, Enquiry, NoticeState, Said};
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::PersonId;
use serde_json::json;

use crate::rows::Rows;
use crate::view::{Key, KeyState, Keys, Per, Poison, Table, View};

pub use queries::{Notice, Watched, count_open, marks, newest, of_people, sought_by};

/// See the module.
pub struct Notices;

const WATCHED: usize = 0;
const MARK: usize = 1;
const NOTICE: usize = 2;

impl View for Notices {
    fn name(&self) -> &'static str {
        "notices"
    }

    fn version(&self) -> u16 {
        1
    }

    fn tables(&self) -> &'static [Table] {
        &[
            Table { name: "watched", key: "enquiry", per: Per::Key },
            Table { name: "mark", key: "enquiry", per: Per::Key },
            Table { name: "notice", key: "enquiry", per: Per::Key },
        ]
    }

    fn create(&self) -> &'static str {
        include_str!("tables.sql")
    }

    fn index(&self) -> &'static str {
        include_str!("index.sql")
    }

    fn opens(&self, kind: &str) -> bool {
        matches!(kind, "enquiry.made" | "entry.amended" | "entry.moved-here")
    }

    fn keys(&self, entry: &Entry, keys: &mut Keys) {
        if let Event::EnquiryMade(_)
        | Event::EnquiryWouldDiffer(_)
        | Event::EnquiryStandsAgain(_)
        | Event::EnquiryNoticeAnswered(_) = &entry.event
        {
            keys.add(entry.stream);
        }
    }

    fn start(&self, key: Key) -> Option<Box<dyn KeyState>> {
        Some(Box::new(Answer { enquiry: key, stands: Enquiry::initial(), asked: None, told: None }))
    }
}

/// An answer, and what was told of it since.
struct Answer {
    enquiry: Key,
    stands: Enquiry,
    asked: Option<Box<Asked>>,
    told: Option<Box<Notified>>,
}

/// What the envelope says of an enquiry.
struct Asked {
    actor: domain::ids::PractitionerId,
    at: DateTime<Utc>,
}

/// The last notice of an enquiry.
struct Notified {
    position: u128,
    at: DateTime<Utc>,
    about: PersonId,
    differs: WouldDiffer,
    changes: i32,
    answered: Option<(NoticeAnswered, DateTime<Utc>)>,
}

impl KeyState for Answer {
    fn step(&mut self, entry: &Entry) -> Result<(), Poison> {
        // Whom it was about before: an answer that would be about nobody is still theirs to know of.
        let before = self.stands.said().and_then(|said| said.subject);
        self.stands.evolve(entry);
        match &entry.event {
            Event::EnquiryMade(_) => {
                self.asked = Some(Box::new(Asked { actor: entry.actor, at: entry.occurred.earliest() }));
            }
            Event::EnquiryWouldDiffer(differs) => {
                let changes = self.told.as_ref().map_or(0, |told| told.changes) + 1;
                self.told = differs.subject.or(before).map(|about| {
                    let (position, at) = (entry.position, entry.recorded_at);
                    Box::new(Notified {
                        position,
                        at,
                        about,
                        differs: differs.clone(),
                        changes,
                        answered: None,
                    })
                });
            }
            Event::EnquiryNoticeAnswered(answered) => {
                if let Some(told) = &mut self.told {
                    told.answered = Some((answered.clone(), entry.recorded_at));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn rows(&self, rows: &mut Rows) {
        let (Some(made), Some(asked), Some(said), Some(made_at)) =
            (self.stands.made(), &self.asked, self.stands.said(), self.stands.made_at())
        else {
            return;
        };
        if let Some(asked_as) = &made.asked_as {
            self.watched(rows, made, asked, (asked_as, &said, made_at));
        }
        if let (Some(told), Some(state)) = (&self.told, self.stands.notice()) {
            self.notice(rows, made, asked, (told, state));
        }
    }
}

impl Answer {
    fn watched(
        &self,
        rows: &mut Rows,
        made: &Made,
        asked: &Asked,
        (asked_as, said, made_at): (&AskedAs, &Said, DateTime<Utc>),
    ) {
        let marks: &[SoughtMark] =
            made.sought.as_ref().and_then(|sought| sought.known()).map(Vec::as_slice).unwrap_or_default();
        rows.row(WATCHED)
            .uuid(self.enquiry)
            .opt_uuid(said.subject.map(|person| person.0))
            .opt_uuid(made.subject.map(|person| person.0))
            .uuid(made.asked_by.0)
            .uuid(asked.actor.0)
            .json(json!(asked_as).to_string().as_bytes())
            .text(made.purpose.code())
            .instant(made_at)
            .position(made.known_at.0)
            .text(made.answered.code())
            .text(made.disclosed.code())
            .position(said.known_at.0)
            .text(said.answered.code())
            .text(said.disclosed.code())
            .bool(!marks.is_empty())
            .end();
        for mark in marks {
            rows.row(MARK).uuid(self.enquiry).uuid(mark.0).end();
        }
    }

    fn notice(&self, rows: &mut Rows, made: &Made, asked: &Asked, (told, state): (&Notified, NoticeState)) {
        let answered = told.answered.as_ref();
        rows.row(NOTICE)
            .uuid(self.enquiry)
            .position(told.position)
            .uuid(made.asked_by.0)
            .uuid(asked.actor.0)
            .text(made.receipt.as_str())
            .text(made.purpose.code())
            .instant(asked.at)
            .instant(told.at)
            .uuid(told.about.0)
            .text(told.differs.noticed_from.code())
            .int(told.changes)
            .text(state.code())
            .opt_text(answered.map(|(answered, _)| answered.outcome.code()))
            .opt_instant(answered.map(|(_, at)| *at))
            .end();
    }
}
