//! Older versions of what is on record about a person: read, and never written again.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{Address, AddressClass};
use super::events::AddressRecorded;
use crate::codes::codes;
use crate::sealed::Sealed;
use crate::source::Source;
use crate::testimony::Testimony;

codes! {
    /// Who may be told an address.
    #[schemars(rename = "AddressDisclosure")]
    AddressDisclosureV1, "address disclosure":
    Open => "open",
    /// Professionals yes, the family no.
    WithheldFromFamily => "withheld-from-family",
    /// A refuge or the like: those at work with the child only.
    InvolvedOnly => "involved-only",
}

impl From<AddressDisclosureV1> for AddressClass {
    fn from(old: AddressDisclosureV1) -> Self {
        match old {
            AddressDisclosureV1::Open => Self::Ordinary,
            AddressDisclosureV1::WithheldFromFamily => Self::Withheld,
            AddressDisclosureV1::InvolvedOnly => Self::Refuge,
        }
    }
}

/// `person.address-recorded` 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AddressRecorded")]
pub struct AddressRecordedV1 {
    pub address: Sealed<Address>,
    pub disclosure: AddressDisclosureV1,
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testimony: Option<Testimony>,
}

impl From<AddressRecordedV1> for AddressRecorded {
    fn from(old: AddressRecordedV1) -> Self {
        Self {
            address: old.address,
            class: old.disclosure.into(),
            withheld_from: Vec::new(),
            is_communal: false,
            from: old.from,
            to: old.to,
            source: old.source,
            testimony: old.testimony,
        }
    }
}
