//! An enquiry: one act of asking whether a child is known, with its reason, and the answer that was given.
//!
//! For four weeks the answer is looked after: when it would differ, those who answer for safeguarding in the asker's
//! agency are told so, and never how.

pub mod events;
mod make;
mod notice;
pub mod older;
mod receipt;
pub mod sought;
mod told;

pub use make::Make;
pub use notice::{AnswerNotice, NoticeState, TellItDiffers, TellItStandsAgain, WATCHED_FOR};
pub use receipt::{KnownAt, Receipt};
pub use told::{Told, ToldAt, ToldWhenAsked};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Disclosure, Role};
use crate::agency::AgencyKind;
use crate::authority::Authority;
use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{AgencyId, PersonId, PractitionerId, TeamId};

codes! {
    /// With what a child was looked for.
    Searched, "searched":
    NhsNumber => "nhs-number",
    Upn => "upn",
    LaChildId => "la-child-id",
    Name => "name",
    BirthDate => "birth-date",
    Sex => "sex",
    Address => "address",
    /// The asker had the record before them already.
    Record => "record",
}

codes! {
    /// What the asker was answered.
    Answer, "answer":
    Found => "found",
    NoTrace => "no-trace",
    /// There is somebody to ring; nothing more is said.
    ContactOnly => "contact-only",
}

codes! {
    /// What somebody did who was told that an answer would differ.
    NoticeOutcome, "outcome of a notice":
    /// They asked again.
    AskedAgain => "asked-again",
    /// They told those at work with the child.
    PassedOn => "passed-on",
    /// The child is not here any more, or it makes no difference.
    NothingToDo => "nothing-to-do",
}

/// As what somebody asked: the rest of the actor stands in the event and its envelope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedAs {
    pub agency_kind: AgencyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    pub roles: Vec<Role>,
}

impl AskedAs {
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        Self {
            agency_kind: actor.agency_kind,
            authority: actor.authority.clone(),
            team: actor.team,
            roles: actor.roles.clone(),
        }
    }

    #[must_use]
    pub fn actor(&self, practitioner: PractitionerId, agency: AgencyId) -> Actor {
        Actor {
            practitioner,
            agency,
            agency_kind: self.agency_kind,
            authority: self.authority.clone(),
            team: self.team,
            roles: self.roles.clone(),
        }
    }
}

commands! {
    Make(Make),
    /// The node's own.
    TellItDiffers(TellItDiffers),
    /// The node's own.
    TellItStandsAgain(TellItStandsAgain),
    AnswerNotice(AnswerNotice),
}

/// What was last told of an enquiry: its answer, or that it would be another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said {
    pub known_at: KnownAt,
    pub subject: Option<PersonId>,
    pub answered: Answer,
    pub disclosed: Disclosure,
}

/// An enquiry as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Enquiry {
    made: Option<events::Made>,
    made_at: Option<DateTime<Utc>>,
    said: Option<Said>,
    notice: Option<NoticeState>,
}

impl Enquiry {
    #[must_use]
    pub fn made(&self) -> Option<&events::Made> {
        self.made.as_ref()
    }

    /// When it was put on record.
    #[must_use]
    pub fn made_at(&self) -> Option<DateTime<Utc>> {
        self.made_at
    }

    #[must_use]
    pub fn said(&self) -> Option<Said> {
        self.said
    }

    /// None as long as nobody had to be told anything.
    #[must_use]
    pub fn notice(&self) -> Option<NoticeState> {
        self.notice
    }

    /// What was answered.
    fn given(&self) -> Option<Said> {
        self.made.as_ref().map(|made| Said {
            known_at: made.known_at,
            subject: made.subject,
            answered: made.answered,
            disclosed: made.disclosed,
        })
    }
}

impl Decider for Enquiry {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::EnquiryMade(made) => {
                self.made = Some(made.clone());
                self.made_at = Some(entry.recorded_at);
                self.said = self.given();
            }
            Event::EnquiryWouldDiffer(differs) => {
                self.said = Some(Said {
                    known_at: differs.known_at,
                    subject: differs.subject,
                    answered: differs.would_answer,
                    disclosed: differs.would_disclose,
                });
                self.notice = Some(NoticeState::Open);
            }
            Event::EnquiryStandsAgain(again) => {
                self.said = self.given().map(|given| Said { known_at: again.known_at, ..given });
                self.notice = Some(NoticeState::StandsAgain);
            }
            Event::EnquiryNoticeAnswered(_) => self.notice = Some(NoticeState::Answered),
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Make(command) => command.decide(self, act),
            Command::TellItDiffers(command) => Ok(command.decide(self, act)),
            Command::TellItStandsAgain(command) => Ok(command.decide(self, act)),
            Command::AnswerNotice(command) => command.decide(self, act),
        }
    }
}
