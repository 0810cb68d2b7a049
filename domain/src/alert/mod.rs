//! An alert: what a linkage rule found about some children, shown to those who decide what follows. It is advice; a
//! person decides. It grows instead of being raised again, and is withdrawn when what it rests on was corrected.

mod decide;
pub mod events;
pub mod older;
mod say;
mod withdraw;

pub use decide::{Accept, Dismiss, GiveOpinion};
pub use say::Say;
pub use withdraw::Withdraw;

use crate::codes::codes;
use crate::decider::{Act, Decider, NewEvent, Refusal, commands};
use crate::enquiry::KnownAt;
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::{AgencyId, EventId, PractitionerId};
use events::{Accepted, Dismissed, OpinionGiven, Said};

codes! {
    /// What follows from an alert.
    Follows, "what follows":
    StrategyDiscussion => "strategy-discussion",
    Referral => "referral",
    Assessment => "assessment",
    /// The child has a worker, who is told.
    WorkerTold => "worker-told",
    EarlyHelp => "early-help",
}

codes! {
    /// What a practitioner makes of an entry.
    Weight, "weight":
    /// It speaks for those who care for the child: help was sought at once, say.
    Protective => "protective",
    /// There is an account of it that fits.
    Explained => "explained",
    Worrying => "worrying",
}

codes! {
    /// Why an alert was taken back.
    WithdrawnBecause, "why it was withdrawn":
    /// An entry or a tie it rested on was set right.
    EvidenceCorrected => "evidence-corrected",
    /// Another alert says it.
    JoinedAnother => "joined-another",
}

codes! {
    /// How an alert stands.
    AlertState, "alert state":
    /// Nobody has decided what follows from the evidence there is.
    Open => "open",
    Accepted => "accepted",
    Dismissed => "dismissed",
    Withdrawn => "withdrawn",
}

commands! {
    /// The node's own: the rule finds this.
    Say(Say),
    /// The node's own: the rule finds it no more.
    Withdraw(Withdraw),
    Accept(Accept),
    Dismiss(Dismiss),
    GiveOpinion(GiveOpinion),
}

/// A practitioner's opinion, with whose it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Opinion {
    pub event: EventId,
    pub by: PractitionerId,
    pub agency: AgencyId,
    pub given_at: chrono::DateTime<chrono::Utc>,
    pub given: OpinionGiven,
}

/// What was decided about an alert, and by whom.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    pub by: PractitionerId,
    pub agency: AgencyId,
    pub decided_at: chrono::DateTime<chrono::Utc>,
    pub decided: Decided,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Decided {
    Accepted(Accepted),
    Dismissed(Dismissed),
}

/// An alert as it stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Alert {
    state: Option<AlertState>,
    says: Option<Said>,
    known_at: Option<KnownAt>,
    raised_at: Option<chrono::DateTime<chrono::Utc>>,
    changed_at: Option<chrono::DateTime<chrono::Utc>>,
    decisions: Vec<Decision>,
    opinions: Vec<Opinion>,
}

impl Alert {
    /// None when nothing was raised here.
    #[must_use]
    pub fn state(&self) -> Option<AlertState> {
        self.state
    }

    #[must_use]
    pub fn says(&self) -> Option<&Said> {
        self.says.as_ref()
    }

    /// The place in the record up to which it was last looked for.
    #[must_use]
    pub fn known_at(&self) -> Option<KnownAt> {
        self.known_at
    }

    #[must_use]
    pub fn raised_at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        self.raised_at
    }

    /// When its evidence last changed.
    #[must_use]
    pub fn changed_at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        self.changed_at
    }

    /// Everything decided about it, in order: it may have grown since.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    #[must_use]
    pub fn opinions(&self) -> &[Opinion] {
        &self.opinions
    }

    fn now_says(&mut self, entry: &Entry, known_at: KnownAt, says: Said) {
        self.says = Some(says);
        self.known_at = Some(known_at);
        self.changed_at = Some(entry.recorded_at);
    }

    fn decided(&mut self, entry: &Entry, state: AlertState, decided: Decided) {
        self.state = Some(state);
        let (by, agency, decided_at) = (entry.actor, entry.agency, entry.recorded_at);
        self.decisions.push(Decision { by, agency, decided_at, decided });
    }
}

impl Decider for Alert {
    type Command = Command;

    fn initial() -> Self {
        Self::default()
    }

    fn evolve(&mut self, entry: &Entry) {
        match &entry.event {
            Event::AlertRaised(raised) => {
                self.state = Some(AlertState::Open);
                self.raised_at.get_or_insert(entry.recorded_at);
                self.now_says(entry, raised.known_at, raised.says.clone());
            }
            Event::AlertGrew(grew) => {
                self.state = Some(AlertState::Open);
                let says = grew.after(self.says.take());
                self.now_says(entry, grew.known_at, says);
            }
            Event::AlertLessened(lessened) => {
                self.now_says(entry, lessened.known_at, lessened.says.clone());
            }
            Event::AlertAccepted(accepted) => {
                self.decided(entry, AlertState::Accepted, Decided::Accepted(accepted.clone()));
            }
            Event::AlertDismissed(dismissed) => {
                self.decided(entry, AlertState::Dismissed, Decided::Dismissed(dismissed.clone()));
            }
            Event::AlertOpinionGiven(given) => self.opinions.push(Opinion {
                event: entry.id,
                by: entry.actor,
                agency: entry.agency,
                given_at: entry.recorded_at,
                given: given.clone(),
            }),
            Event::AlertWithdrawn(withdrawn) => {
                self.state = Some(AlertState::Withdrawn);
                self.known_at = Some(withdrawn.known_at);
                self.changed_at = Some(entry.recorded_at);
            }
            _ => {}
        }
    }

    fn decide(&self, act: &Act, command: Command) -> Result<Vec<NewEvent>, Refusal> {
        match command {
            Command::Say(command) => Ok(command.decide(self, act)),
            Command::Withdraw(command) => Ok(command.decide(self, act)),
            Command::Accept(command) => command.decide(self, act),
            Command::Dismiss(command) => command.decide(self, act),
            Command::GiveOpinion(command) => command.decide(self, act),
        }
    }
}
