//! An answer that was given: told again under its key, read again as a receipt, asked about again.
//!
//! It is told as the record was known at the place it rests on, and as much of it as may be told now. Left out: whether
//! it would differ, which is watched for elsewhere and said here.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Action, Purpose};
use domain::decider::Decider as _;
use domain::enquiry::events::Made;
use domain::enquiry::{Enquiry, NoticeState, Receipt, Searched};
use domain::entry::Entry;
use domain::event::Event;
use domain::history::effective;
use domain::ids::EnquiryId;
use event_store::{EventStore as _, Position, StreamId};
use projections::reads::AsOf;
use projections::scope::Scope;

use super::{Answered, Basis, Known, MATCHES_MAX, PATIENCE, Question};
use crate::access_log::Looking;
use crate::app::App;
use crate::error::{ExecuteError, FieldError, ReadError};
use crate::visitor::Visitor;

/// Why an earlier enquiry cannot be asked again by its id.
const NOBODY_TO_ASK_ABOUT: &str = "must be an enquiry of your agency whose answer is about somebody; otherwise ask by number, or by name and birth";

/// Whether a notice says that an answer would differ, whatever somebody did about it.
fn would_differ(entries: &[Entry]) -> bool {
    let mut enquiry = Enquiry::initial();
    effective(entries).iter().for_each(|entry| enquiry.evolve(entry));
    matches!(enquiry.notice(), Some(NoticeState::Open | NoticeState::Answered))
}

impl App {
    /// The first answers to a question asked again: as the record was known then, and as much of them as may be told
    /// now.
    pub(super) async fn answered_before(
        &self,
        visitor: &Visitor,
        scope: &Scope,
        question: &Question,
    ) -> Result<Vec<Answered>, ExecuteError> {
        let Some(key) = &question.idempotency_key else { return Ok(Vec::new()) };
        let mut answers = Vec::new();
        for nth in 0..MATCHES_MAX {
            let asked = self.asked(question);
            let Some((enquiry, made, at)) =
                self.enquiry_by_key(visitor, &self.key_of(key, nth), asked).await?
            else {
                break;
            };
            answers.push(self.answer_again(visitor, scope, enquiry, &made, at).await?);
        }
        // Only so many were put on record; whether there are more is looked up.
        if answers.len() == MATCHES_MAX {
            let others_match = self.found(scope, &question.search).await?.len() > MATCHES_MAX;
            answers.iter_mut().for_each(|answered| answered.others_match = others_match);
        }
        Ok(answers)
    }

    /// What an enquiry was answered: as the record was known then, and as much of it as may be told now.
    async fn answer_again(
        &self,
        visitor: &Visitor,
        scope: &Scope,
        enquiry: EnquiryId,
        made: &Made,
        at: DateTime<Utc>,
    ) -> Result<Answered, ReadError> {
        let position = Position::from_raw(made.known_at.0);
        let now = self.caught_up().await?;
        let is_catching_up = now.position < position || self.was_catching_up(position, at).await?;
        let basis = Basis { position, head: now.head, is_catching_up };
        let as_of = AsOf { known_at: Some(at), upto: Some(position), was_at: None };
        let subject = match made.subject {
            Some(person) => self.known(person).await?,
            None => None,
        };
        let answered = match subject {
            Some(known) => self.answer(visitor, scope, known, basis, Some(as_of)).await?,
            None => {
                self.read_of_nobody(scope, Some(as_of)).await?;
                self.no_trace(visitor, basis).await?
            }
        };
        Ok(Answered { enquiry, reference: Receipt::of(enquiry), as_of: at, repeated: true, ..answered })
    }

    /// Whether an answer went without what was on record when it was asked: views are waited for, and what they still
    /// lack was recorded before the waiting began.
    async fn was_catching_up(&self, known_at: Position, at: DateTime<Utc>) -> Result<bool, ReadError> {
        let next = self.record.read_all(known_at, 1).await?;
        let waited_for = at - TimeDelta::from_std(PATIENCE).unwrap_or_default();
        Ok(next.first().is_some_and(|event| event.header.recorded_at() <= waited_for))
    }

    /// A receipt once given, for whoever asked then: to read it again, or on paper. The look goes on record like any.
    ///
    /// # Errors
    /// No such enquiry of this practitioner's; not permitted any more; a record that cannot be read.
    pub async fn receipt(
        &self,
        visitor: &Visitor,
        enquiry: EnquiryId,
    ) -> Result<(Purpose, Answered), ReadError> {
        let stream = StreamId { category: "enquiry".to_owned(), id: enquiry.0 };
        let (entries, _) = self.entries_of(&stream).await?;
        let first = entries.first().filter(|entry| entry.actor == visitor.practitioner());
        let Some((entry, Event::EnquiryMade(made))) = first.map(|entry| (entry, &entry.event)) else {
            return Err(ReadError::Absent);
        };
        let scope = self.scope(visitor, Action::Enquire, made.purpose)?;
        let mut answered = self.answer_again(visitor, &scope, enquiry, made, entry.recorded_at).await?;
        answered.would_differ = would_differ(&entries);
        let shown: Vec<_> = answered.shown().into_iter().collect();
        let looking = Looking {
            as_known_at: Some(answered.known_at),
            ..Looking::new(Action::Enquire, made.purpose, made.lawful_basis)
        };
        self.record_look(visitor, looking, &shown).await?;
        Ok((made.purpose, answered))
    }

    /// Whom an earlier answer to the asker's agency is about, or would be, and with what they were looked for then:
    /// asking again makes nobody surer who it is. What is said to another agency is nobody's to ask by, and where the
    /// answer is about nobody there is nothing to ask by.
    pub(super) async fn asked_again(
        &self,
        visitor: &Visitor,
        enquiry: EnquiryId,
    ) -> Result<(Vec<Known>, Vec<Searched>), ExecuteError> {
        let (enquiry, _): (Enquiry, _) = match self.state_of("enquiry", enquiry.0).await {
            Err(ReadError::Absent) => Default::default(),
            enquiry => enquiry?,
        };
        let own = enquiry.made().filter(|made| made.asked_by == visitor.agency());
        match (own, enquiry.said().and_then(|said| said.subject)) {
            (Some(made), Some(person)) => {
                Ok((self.known(person).await?.into_iter().collect(), made.searched.clone()))
            }
            _ => Err(ExecuteError::Invalid(vec![FieldError::new("search/again", NOBODY_TO_ASK_ABOUT)])),
        }
    }
}
