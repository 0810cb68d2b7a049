//! Linkage: small facts about a child and those close to them that mean more together than apart.
//!
//! Pure and explained. A rule is a text a safeguarding manager can read ([`rule`]); [`findings`] holds it against
//! signals and ties and names the exact entries, people and ties it rests on; [`settle()`] compares that with the
//! alerts on record. Nobody's opinion is read here, so none can lower a count. Left out: where signals come from, who
//! may see a finding, and what is done about it.

mod circle;
mod evaluate;
mod needs;
pub mod rule;
mod settle;
#[cfg(test)]
mod testing;

pub use evaluate::{Finding, MOST_EVIDENCE, findings};
pub use rule::{Rule, RuleError, RuleName, in_order};
pub use settle::{Known, Step, settle};

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::access::Purpose;
use crate::agency::AgencyKind;
use crate::authority::Authority;
use crate::codes::codes;
use crate::contact::{ConcernKind, SourceDisclosure};
use crate::ids::{AgencyId, EventId, PersonId, TieId};
use crate::tie::{TieKind, TieTo};
use crate::when::Occurred;

codes! {
    /// What a signal is.
    SignalKind, "signal":
    /// Something was told to a front door.
    Contact => "contact",
    /// Somebody asked about the child.
    Enquiry => "enquiry",
    /// A child protection plan began.
    PlanStarted => "plan-started",
    /// A section 47 enquiry began.
    Section47Started => "section47-started",
}

codes! {
    /// How sure it is that a signal is about this person.
    Identity, "identity":
    /// A number, or the record itself, said who it is.
    Confirmed => "confirmed",
    /// Found by name and date of birth; nobody has said that it is the same person.
    Unconfirmed => "unconfirmed",
}

codes! {
    /// The person's part in it.
    Part, "part":
    /// The child it is about.
    Subject => "subject",
    AllegedToHaveHarmed => "alleged-to-have-harmed",
}

/// One entry as it bears on one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signal {
    pub event: EventId,
    /// The stream the entry stands on.
    pub record: Uuid,
    /// Entries about one event have one incident and count once.
    pub incident: Uuid,
    pub person: PersonId,
    pub part: Part,
    pub kind: SignalKind,
    pub identity: Identity,
    pub occurred: Occurred,
    pub recorded_at: DateTime<Utc>,
    /// Who told it, or asked.
    pub agency: AgencyId,
    /// None when the agency is not registered here.
    pub agency_kind: Option<AgencyKind>,
    /// The authority it came to, or whose partnership the agency works in.
    pub authority: Option<Authority>,
    pub purpose: Option<Purpose>,
    pub concerns: Vec<ConcernKind>,
    /// Of a contact: how far whoever told it may be named.
    pub source_disclosure: Option<SourceDisclosure>,
}

impl Signal {
    /// True when who told it must not be found out.
    pub(super) fn is_told_in_confidence(&self) -> bool {
        self.source_disclosure.is_some_and(|disclosure| disclosure != SourceDisclosure::Named)
    }

    pub(super) fn at(&self) -> DateTime<Utc> {
        self.occurred.earliest()
    }

    /// In the order of happening; the same whatever order they came in.
    pub(super) fn place(&self) -> (DateTime<Utc>, EventId, PersonId) {
        (self.at(), self.event, self.person)
    }
}

/// A tie as it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bond {
    pub tie: TieId,
    pub from: PersonId,
    pub to: TieTo,
    pub kind: TieKind,
    /// The first day it held, where known.
    pub since: Option<NaiveDate>,
    /// The last day it held.
    pub until: Option<NaiveDate>,
}

/// A time a child's case was open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct OpenEpisode {
    pub child: PersonId,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// Some people, with everyone tied to them and all that is known of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Neighbourhood {
    pub people: BTreeSet<PersonId>,
    pub signals: Vec<Signal>,
    pub bonds: Vec<Bond>,
    pub episodes: Vec<OpenEpisode>,
    /// People about to be adopted: nothing joins them to anybody.
    pub apart: BTreeSet<PersonId>,
}

impl Neighbourhood {
    /// The people around whom rules look: whoever was told of, asked about or worked with as a child, or is one by a
    /// tie.
    fn children(&self) -> BTreeSet<PersonId> {
        let told =
            self.signals.iter().filter(|signal| signal.part == Part::Subject).map(|signal| signal.person);
        let tied = self.bonds.iter().flat_map(|bond| match (bond.kind, bond.to) {
            (TieKind::Sibling, TieTo::Person(to)) => [Some(bond.from), Some(to)],
            (TieKind::Mother | TieKind::Father | TieKind::Parent | TieKind::Carer, TieTo::Person(to)) => {
                [None, Some(to)]
            }
            _ => [None, None],
        });
        told.chain(tied.flatten()).filter(|person| self.people.contains(person)).collect()
    }
}
