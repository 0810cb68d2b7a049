//! What is on record about a person. Each assertion has its source; what tells who somebody is, is sealed under the
//! person's own key.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{Address, AddressClass};
use super::characteristics::{Disability, Ethnicity};
use super::duty::Duty;
use super::identifier::Scheme;
use super::missing::{MissingFrom, ReturnInterview};
use super::name::{NameUse, PersonName};
use super::restriction::RestrictionReason;
use super::uncertain_date::{Precision, UncertainDate};
use super::{PersonKind, Sex};
use crate::authority::Authority;
use crate::ids::{EventId, KeyId, PersonId, PractitionerId};
use crate::sealed::Sealed;
use crate::source::Source;
use crate::testimony::Testimony;

/// `person.opened` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    pub kind: PersonKind,
    /// Under which everything personal about them is sealed; destroying it is forgetting them.
    pub key: KeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.named` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    #[serde(rename = "use")]
    pub usage: NameUse,
    pub name: Sealed<PersonName>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.birth-recorded` 1: when they were, or are expected to be, born.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BirthRecorded {
    pub precision: Precision,
    pub date: Sealed<UncertainDate>,
    /// For counts by age; the day is sealed.
    pub year: i32,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.birth-accepted` 1: of the dates of birth that were said, the one that is taken to be right.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BirthAccepted {
    /// The entry that said it.
    pub assertion: EventId,
}

/// `person.sex-recorded` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SexRecorded {
    pub sex: Sex,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.identifier-recorded` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentifierRecorded {
    pub scheme: Scheme,
    /// In its canonical form where it has one; as given where a return gave something else.
    pub value: Sealed<String>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.characteristics-recorded` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CharacteristicsRecorded {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ethnicity: Option<Ethnicity>,
    /// Empty is `none`, absent is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabilities: Option<Vec<Disability>>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.address-recorded` 2.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressRecorded {
    pub address: Sealed<Address>,
    pub class: AddressClass,
    /// From whom it is withheld; empty, of a withheld one, for the whole family.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld_from: Vec<PersonId>,
    /// A hostel, a block, a caravan site: that two people were there says little about them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_communal: bool,
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.born` 1: the unborn child is born.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Born {
    pub date: Sealed<UncertainDate>,
    pub year: i32,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.died` 1: when is the entry's own date.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Died {
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

/// `person.restricted` 1: named readers only, until reviewed. A second one replaces the first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restricted {
    pub reason: RestrictionReason,
    /// Who answers for it, and is rung by those who may not read.
    pub owner: PractitionerId,
    pub readers: Vec<PractitionerId>,
    pub review_on: NaiveDate,
}

/// `person.unrestricted` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unrestricted {}

/// `person.missing-reported` 1: since when is the entry's own date.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingReported {
    pub from: MissingFrom,
    pub source: Source,
}

/// `person.found` 1: somebody who was missing is found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub from: MissingFrom,
    pub return_interview: ReturnInterview,
    pub source: Source,
}

/// `person.authority-recorded` 1: from the entry's own date.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorityRecorded {
    pub duty: Duty,
    pub authority: Authority,
    pub source: Source,
}
