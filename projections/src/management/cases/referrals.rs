//! Referrals and section 47 enquiries: when each came, what came of it, and when there was one before.

use chrono::NaiveDate;
use domain::case::Case;
use domain::case::events::ConferenceKind;
use domain::case::state::{Episode, Fact};
use uuid::Uuid;

use super::super::known::LineId;
use super::super::table;
use super::Counted;
use crate::rows::Row;

pub(super) fn lines(case: &Case, lines: &mut Vec<Counted>) {
    let mut previous_on = None;
    for episode in case.in_order() {
        if let Some(referral) = &episode.referral {
            let received_on = referral.day();
            lines.push(Counted::Referral(Referral {
                episode: episode.id.0,
                received_on,
                source: referral.value.source.map(|source| source.code()),
                contact: referral.value.contact.map(|contact| contact.0),
                decided_on: episode.decision.as_ref().map(Fact::day),
                is_no_further_action: episode.is_no_further_action(),
                previous_on,
                closed_on: episode.closed.as_ref().map(Fact::day),
                closed_for: episode
                    .closed
                    .as_ref()
                    .and_then(|closed| closed.value)
                    .map(|reason| reason.code()),
            }));
            previous_on = Some(received_on);
        }
        lines.extend(enquiries(episode).map(Counted::Section47));
    }
}

fn enquiries(episode: &Episode) -> impl Iterator<Item = Section47> {
    episode.section47s.iter().filter_map(|enquiry| {
        let held = episode.conferences.iter().filter_map(|conference| conference.held.as_ref());
        let initial = held.filter(|held| {
            held.value.kind == ConferenceKind::Initial && held.value.section47 == Some(enquiry.id)
        });
        Some(Section47 {
            section47: enquiry.id.0,
            started_on: enquiry.started.as_ref()?.day(),
            concluded_on: enquiry.concluded.as_ref().map(Fact::day),
            conference_on: initial.map(Fact::day).min(),
        })
    })
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Referral {
    episode: Uuid,
    pub received_on: NaiveDate,
    source: Option<&'static str>,
    /// The contact that became it, which knows who told it.
    contact: Option<Uuid>,
    decided_on: Option<NaiveDate>,
    is_no_further_action: bool,
    /// The referral of the same child before this one, at the same authority.
    previous_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    closed_for: Option<&'static str>,
}

impl Referral {
    pub fn id(&self) -> LineId {
        (table::REFERRAL, self.episode, 0)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.episode)
            .date(self.received_on)
            .opt_text(self.source)
            .opt_uuid(self.contact)
            .opt_date(self.decided_on)
            .bool(self.is_no_further_action)
            .opt_date(self.previous_on)
            .opt_date(self.closed_on)
            .opt_text(self.closed_for)
            .end();
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section47 {
    section47: Uuid,
    pub started_on: NaiveDate,
    concluded_on: Option<NaiveDate>,
    conference_on: Option<NaiveDate>,
}

impl Section47 {
    pub fn id(&self) -> LineId {
        (table::SECTION47, self.section47, 0)
    }

    pub fn write(&self, row: Row<'_>) {
        row.uuid(self.section47)
            .date(self.started_on)
            .opt_date(self.concluded_on)
            .opt_date(self.conference_on)
            .end();
    }
}
