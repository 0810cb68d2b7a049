//! A contact: something about a child told to an authority's front door. Not yet a referral; the authority decides.

mod decide;
pub mod events;
pub mod involved;
mod join;
pub mod older;
mod part;
mod record;

pub use decide::Decide;
pub use join::{First, Join, Own};
pub use part::Part;
pub use record::Record;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::clocks::CONTACT_DECISION;
use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{ContactId, IncidentId, PersonId};
use crate::when::{Occurred, civil_day};

codes! {
    /// What a contact is worried about.
    ConcernKind, "concern":
    Neglect => "neglect",
    PhysicalAbuse => "physical-abuse",
    SexualAbuse => "sexual-abuse",
    EmotionalAbuse => "emotional-abuse",
    /// At home; seen or heard by the child, or not.
    DomesticAbuse => "domestic-abuse",
    ParentalMentalHealth => "parental-mental-health",
    ParentalSubstanceMisuse => "parental-substance-misuse",
    ChildMentalHealth => "child-mental-health",
    SelfHarm => "self-harm",
    Missing => "missing",
    CriminalExploitation => "criminal-exploitation",
    SexualExploitation => "sexual-exploitation",
    HarmByAnotherChild => "harm-by-another-child",
    UnexplainedInjury => "unexplained-injury",
    NotAttendingSchool => "not-attending-school",
    MissedAppointments => "missed-appointments",
    /// What a teacher has noticed, short of any of the others.
    TeachersConcern => "teachers-concern",
    /// The police came to know of the child.
    PoliceNotice => "police-notice",
    /// Seen in an emergency department, a walk-in centre, by an ambulance crew or a doctor out of hours.
    UnscheduledCare => "unscheduled-care",
    Radicalisation => "radicalisation",
    FemaleGenitalMutilation => "female-genital-mutilation",
    HomelessOrDestitute => "homeless-or-destitute",
    DisabilityOrIllness => "disability-or-illness",
    PrivateFostering => "private-fostering",
    UnbornChild => "unborn-child",
    Other => "other",
}

impl ConcernKind {
    /// As it is shown to those who may not know who told it: some kinds say of whom a worry comes.
    #[must_use]
    pub const fn in_confidence(self) -> Self {
        match self {
            Self::TeachersConcern | Self::PoliceNotice | Self::UnscheduledCare => Self::Other,
            other => other,
        }
    }
}

codes! {
    /// How a contact came.
    Method, "method":
    Telephone => "telephone",
    InPerson => "in-person",
    Written => "written",
    OnlineForm => "online-form",
    AgencyMessage => "agency-message",
    Meeting => "meeting",
}

codes! {
    /// How grave whoever received it judged it to be.
    Significance, "significance":
    Information => "information",
    Concern => "concern",
    Serious => "serious",
    ImmediateDanger => "immediate-danger",
}

codes! {
    /// How far whoever told it may be named.
    SourceDisclosure, "source disclosure":
    Named => "named",
    WithheldFromFamily => "withheld-from-family",
    Anonymous => "anonymous",
}

codes! {
    /// What the authority does about a contact.
    Outcome, "outcome":
    Referral => "referral",
    NoFurtherAction => "no-further-action",
    Advice => "advice",
    PassedOn => "passed-on",
}

/// One thing a contact is worried about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concern {
    pub kind: ConcernKind,
    /// The subjects it is about; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<PersonId>,
}

/// The last day on which a contact is to be decided. It is received when it is first recorded, whatever day it tells of
/// and whatever is corrected since.
#[must_use]
pub fn decide_by(first_recorded_at: DateTime<Utc>) -> NaiveDate {
    CONTACT_DECISION.due(civil_day(first_recorded_at))
}

commands! {
    Record(Record),
    Decide(Decide),
    Join(Join),
    Part(Part),
}

/// A contact as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Contact {
    recorded: Option<(Occurred, events::Recorded)>,
    decided: Option<events::Decided>,
    /// The incident of another contact, while it is joined to one.
    joined: Option<IncidentId>,
}

impl Contact {
    #[must_use]
    pub fn recorded(&self) -> Option<&events::Recorded> {
        self.recorded.as_ref().map(|(_, recorded)| recorded)
    }

    #[must_use]
    pub fn decided(&self) -> Option<&events::Decided> {
        self.decided.as_ref()
    }

    /// The incident it tells of: its own, unless it was joined to another's.
    #[must_use]
    pub fn incident(&self, id: ContactId) -> IncidentId {
        self.joined.unwrap_or(IncidentId::of(id))
    }
}

impl Decider for Contact {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::ContactRecorded(recorded) => self.recorded = Some((entry.occurred, recorded.clone())),
            Event::ContactDecided(decided) => self.decided = Some(decided.clone()),
            Event::ContactJoined(joined) => self.joined = Some(joined.incident),
            Event::ContactParted(_) => self.joined = None,
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Record(command) => command.decide(self, act),
            Command::Decide(command) => command.decide(self, act),
            Command::Join(command) => command.decide(self, act),
            Command::Part(command) => command.decide(self, act),
        }
    }
}
