//! What is on record about an alert. Ids and codes; reasons and opinions are sealed.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Follows, Weight, WithdrawnBecause};
use crate::authority::Authority;
use crate::contact::SourceDisclosure;
use crate::enquiry::KnownAt;
use crate::ids::{AgencyId, AlertId, EventId, PersonId, TieId};
use crate::linkage::{Identity, RuleName, SignalKind};
use crate::sealed::Sealed;
use crate::text::Narrative;
use crate::when::Occurred;

/// An entry that an alert rests on, as it bears on one person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub entry: EventId,
    /// The contact, enquiry or case it stands on.
    pub record: Uuid,
    /// Entries of one incident are counted once.
    pub incident: Uuid,
    pub person: PersonId,
    pub kind: SignalKind,
    pub identity: Identity,
    pub occurred: Occurred,
    /// Who told it, or asked.
    pub agency: AgencyId,
    /// Of a contact: how far whoever told it may be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_disclosure: Option<SourceDisclosure>,
}

impl Evidence {
    #[must_use]
    pub fn bearing(&self) -> Bearing {
        Bearing { entry: self.entry, person: self.person }
    }

    /// True when who told it must not be found out.
    #[must_use]
    pub fn is_told_in_confidence(&self) -> bool {
        self.source_disclosure.is_some_and(|disclosure| disclosure != SourceDisclosure::Named)
    }
}

/// An entry and whom it bears on: what one piece of evidence is known by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bearing {
    pub entry: EventId,
    pub person: PersonId,
}

/// What an alert says: which rule, about which children, resting on what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub rule: RuleName,
    pub version: u16,
    /// Whose front door it goes to; none when no entry says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    pub children: BTreeSet<PersonId>,
    /// The ties that join the people of the evidence to the children.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ties: BTreeSet<TieId>,
    /// In the order it happened.
    pub evidence: Vec<Evidence>,
    /// That the rule found something would tell who told something in confidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_for_the_front_door_only: bool,
}

impl Said {
    pub(super) fn bearings(&self) -> BTreeSet<Bearing> {
        self.evidence.iter().map(Evidence::bearing).collect()
    }
}

/// `alert.raised` 1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// The place in the record up to which it was looked for.
    pub known_at: KnownAt,
    pub says: Said,
}

/// `alert.grew` 2: there is more evidence, and it is to be looked at again. An alert may grow for years, so its old
/// evidence is not told again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grew {
    pub known_at: KnownAt,
    /// What it says now; of the evidence, what is new or other than before.
    pub says: Said,
    /// Evidence of before that it rests on no more. None where `says` is all of the evidence, as version 1 told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<BTreeSet<Bearing>>,
}

/// `alert.lessened` 1: some of its evidence was corrected, and what is left is still enough.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lessened {
    pub known_at: KnownAt,
    /// What is left.
    pub says: Said,
}

/// `alert.accepted` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    pub follows: Follows,
    /// Under a key of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed<Narrative>>,
}

/// `alert.dismissed` 1: nothing follows from this evidence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissed {
    /// Under a key of its own.
    pub reason: Sealed<Narrative>,
}

/// `alert.opinion-given` 1: what a practitioner makes of it. The author is the entry's; counts do not change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpinionGiven {
    /// The entry of the evidence it is about; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EventId>,
    pub weight: Weight,
    /// Under a key of its own.
    pub opinion: Sealed<Narrative>,
}

/// `alert.withdrawn` 1: what it rested on no longer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    pub known_at: KnownAt,
    pub because: WithdrawnBecause,
    /// The alert that says it now, where it was joined to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<AlertId>,
}
