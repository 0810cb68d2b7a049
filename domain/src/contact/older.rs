//! Older versions of what is on record about a contact: read, and never written again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::Recorded;
use super::involved::Involved;
use super::{Concern, ConcernKind, Method, Significance, SourceDisclosure};
use crate::authority::Authority;
use crate::codes::codes;
use crate::ids::{AgencyId, PersonId};
use crate::sealed::Sealed;
use crate::text::{Line, Narrative};

codes! {
    /// What a contact is worried about.
    #[schemars(rename = "ConcernKind")]
    ConcernKindV2, "concern":
    Neglect => "neglect",
    PhysicalAbuse => "physical-abuse",
    SexualAbuse => "sexual-abuse",
    EmotionalAbuse => "emotional-abuse",
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
    Radicalisation => "radicalisation",
    FemaleGenitalMutilation => "female-genital-mutilation",
    HomelessOrDestitute => "homeless-or-destitute",
    DisabilityOrIllness => "disability-or-illness",
    PrivateFostering => "private-fostering",
    UnbornChild => "unborn-child",
    Other => "other",
}

impl From<ConcernKindV2> for ConcernKind {
    fn from(old: ConcernKindV2) -> Self {
        match old {
            ConcernKindV2::Neglect => Self::Neglect,
            ConcernKindV2::PhysicalAbuse => Self::PhysicalAbuse,
            ConcernKindV2::SexualAbuse => Self::SexualAbuse,
            ConcernKindV2::EmotionalAbuse => Self::EmotionalAbuse,
            ConcernKindV2::DomesticAbuse => Self::DomesticAbuse,
            ConcernKindV2::ParentalMentalHealth => Self::ParentalMentalHealth,
            ConcernKindV2::ParentalSubstanceMisuse => Self::ParentalSubstanceMisuse,
            ConcernKindV2::ChildMentalHealth => Self::ChildMentalHealth,
            ConcernKindV2::SelfHarm => Self::SelfHarm,
            ConcernKindV2::Missing => Self::Missing,
            ConcernKindV2::CriminalExploitation => Self::CriminalExploitation,
            ConcernKindV2::SexualExploitation => Self::SexualExploitation,
            ConcernKindV2::HarmByAnotherChild => Self::HarmByAnotherChild,
            ConcernKindV2::UnexplainedInjury => Self::UnexplainedInjury,
            ConcernKindV2::NotAttendingSchool => Self::NotAttendingSchool,
            ConcernKindV2::MissedAppointments => Self::MissedAppointments,
            ConcernKindV2::Radicalisation => Self::Radicalisation,
            ConcernKindV2::FemaleGenitalMutilation => Self::FemaleGenitalMutilation,
            ConcernKindV2::HomelessOrDestitute => Self::HomelessOrDestitute,
            ConcernKindV2::DisabilityOrIllness => Self::DisabilityOrIllness,
            ConcernKindV2::PrivateFostering => Self::PrivateFostering,
            ConcernKindV2::UnbornChild => Self::UnbornChild,
            ConcernKindV2::Other => Self::Other,
        }
    }
}

/// One thing a contact is worried about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Concern")]
pub struct ConcernV2 {
    pub kind: ConcernKindV2,
    /// The subjects it is about; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<PersonId>,
}

/// `contact.recorded` 2: a contact may raise several concerns, each about some of its people.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Recorded")]
pub struct RecordedV2 {
    /// The authority whose front door received it.
    pub authority: Authority,
    pub people: Vec<Involved>,
    pub concerns: Vec<ConcernV2>,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significance: Option<Significance>,
    /// How far whoever told it may be named.
    pub source_disclosure: SourceDisclosure,
    /// The agency that told it; none for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agency: Option<AgencyId>,
    /// Under a key of the contact's own.
    pub account: Sealed<Narrative>,
    /// Who told it, where that person has no record of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<Sealed<Line>>,
}

impl From<RecordedV2> for Recorded {
    fn from(old: RecordedV2) -> Self {
        let concern = |old: ConcernV2| Concern { kind: old.kind.into(), about: old.about };
        Self {
            authority: old.authority,
            people: old.people,
            concerns: old.concerns.into_iter().map(concern).collect(),
            method: old.method,
            significance: old.significance,
            source_disclosure: old.source_disclosure,
            source_agency: old.source_agency,
            account: old.account,
            source_identity: old.source_identity,
        }
    }
}

/// `contact.recorded` 1, frozen: one concern, about everyone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Recorded")]
pub struct RecordedV1 {
    pub authority: Authority,
    pub people: Vec<Involved>,
    pub concern: ConcernKindV2,
    pub method: Method,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significance: Option<Significance>,
    pub source_disclosure: SourceDisclosure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agency: Option<AgencyId>,
    pub account: Sealed<Narrative>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<Sealed<Line>>,
}

impl From<RecordedV1> for Recorded {
    fn from(old: RecordedV1) -> Self {
        Self {
            authority: old.authority,
            people: old.people,
            concerns: vec![Concern { kind: old.concern.into(), about: Vec::new() }],
            method: old.method,
            significance: old.significance,
            source_disclosure: old.source_disclosure,
            source_agency: old.source_agency,
            account: old.account,
            source_identity: old.source_identity,
        }
    }
}
