//! One thing said about a person, as it is given: an object with one member.

use domain::person::address::{Address, AddressError};
use domain::person::identifier::{Identifier, Scheme, SchemeName};
use domain::person::name::{NameError, PersonName};
use domain::person::{Assertion, Living, address::AddressClass};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::input::{
    GivenAddressClass, GivenAuthority, GivenDay, GivenDisability, GivenEthnicity, GivenNameUse,
    GivenPersonId, GivenSchemeName, GivenSex, GivenUncertainDate,
};
use crate::error::{FieldError, Problem};

/// One thing said about a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Assertion)]
pub enum GivenAssertion {
    Name(Name),
    /// Born, or of an unborn child expected, on this date.
    Birth(GivenUncertainDate),
    Sex(GivenSex),
    Identifier(Number),
    Characteristics(Characteristics),
    Address(Lives),
}

/// A given name, a family name, or both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonName)]
pub struct Name {
    #[serde(default)]
    #[schema(max_length = 100)]
    given: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    family: String,
    r#use: GivenNameUse,
}

/// A number by which an agency knows somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Identifier)]
pub struct Number {
    scheme: GivenSchemeName,
    /// Whose child id it is; for `la-child-id` only.
    #[serde(default)]
    authority: Option<GivenAuthority>,
    value: String,
}

/// Ethnicity and disabilities, in the codes of the census.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Characteristics {
    #[serde(default)]
    ethnicity: Option<GivenEthnicity>,
    /// Empty: known to have none. Absent: not known.
    #[serde(default)]
    disabilities: Option<Vec<GivenDisability>>,
}

/// Where somebody lives or stays, and who may be told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonAddress)]
pub struct Lives {
    #[schema(min_items = 1, max_items = 6)]
    lines: Vec<String>,
    #[serde(default)]
    postcode: String,
    /// Who may be told; `ordinary` when absent.
    #[serde(default)]
    class: Option<GivenAddressClass>,
    /// From whom a withheld one is kept; the whole family when nobody is named.
    #[serde(default)]
    withheld_from: Vec<GivenPersonId>,
    /// A hostel, a block, a caravan site.
    #[serde(default)]
    is_communal: bool,
    from: GivenDay,
    #[serde(default)]
    to: Option<GivenDay>,
}

domain::hidden_when_printed!(Name, Number, Lives);

/// Reads all assertions of a request, or names every one that cannot be taken.
pub fn read_all(given: Vec<GivenAssertion>) -> Result<Vec<Assertion>, Problem> {
    let mut fields = Vec::new();
    let mut read = Vec::new();
    for (place, assertion) in given.into_iter().enumerate() {
        match assertion.read() {
            Ok(assertion) => read.push(assertion),
            Err((at, problem)) => {
                fields.push(FieldError::new(format!("assertions/{place}/{at}"), problem));
            }
        }
    }
    if fields.is_empty() { Ok(read) } else { Err(Problem::invalid(fields)) }
}

/// Which member is wrong, and how.
pub type Wrong = (&'static str, String);

impl GivenAssertion {
    fn read(self) -> Result<Assertion, Wrong> {
        Ok(match self {
            Self::Name(name) => name.read()?,
            Self::Birth(date) => Assertion::Birth(date.0),
            Self::Sex(sex) => Assertion::Sex(sex.0),
            Self::Identifier(number) => number.read()?,
            Self::Characteristics(given) => Assertion::Characteristics {
                ethnicity: given.ethnicity.map(|given| given.0),
                disabilities: given.disabilities.map(|list| list.into_iter().map(|given| given.0).collect()),
            },
            Self::Address(lives) => lives.read()?,
        })
    }
}

impl Name {
    fn read(self) -> Result<Assertion, Wrong> {
        let name = PersonName::parse(&self.given, &self.family).map_err(|error| {
            let at = match error {
                NameError::Nothing => "name",
                NameError::Given(_) => "name/given",
                NameError::Family(_) => "name/family",
            };
            (at, error.to_string())
        })?;
        Ok(Assertion::Name { name, usage: self.r#use.0 })
    }
}

impl Number {
    fn read(self) -> Result<Assertion, Wrong> {
        self.identifier().map(Assertion::Identifier)
    }

    /// An NHS number as it was typed, its check digit not looked at.
    pub fn typed_nhs(&self) -> Option<&str> {
        (self.scheme.0 == SchemeName::Nhs && self.authority.is_none()).then_some(self.value.as_str())
    }

    /// The number, if it is one of its scheme.
    pub fn identifier(self) -> Result<Identifier, Wrong> {
        let scheme = match (self.scheme.0, self.authority) {
            (SchemeName::Nhs, None) => Scheme::Nhs,
            (SchemeName::Upn, None) => Scheme::Upn,
            (SchemeName::FormerUpn, None) => Scheme::FormerUpn,
            (SchemeName::LaChildId, Some(authority)) => Scheme::LaChildId { authority: authority.0 },
            (SchemeName::LaChildId, None) => {
                return Err(("identifier/authority", "is required for la-child-id".to_owned()));
            }
            (SchemeName::Nhs | SchemeName::Upn | SchemeName::FormerUpn, Some(_)) => {
                return Err(("identifier/authority", "is for la-child-id only".to_owned()));
            }
        };
        Identifier::parse(scheme, &self.value).map_err(|error| ("identifier/value", error.to_string()))
    }
}

impl Lives {
    fn read(self) -> Result<Assertion, Wrong> {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        let address = Address::parse(&lines, &self.postcode).map_err(|error| {
            let at = match error {
                AddressError::Lines | AddressError::Line { .. } => "address/lines",
                AddressError::Postcode => "address/postcode",
            };
            (at, error.to_string())
        })?;
        Ok(Assertion::Address {
            address,
            class: self.class.map_or(AddressClass::Ordinary, |given| given.0),
            withheld_from: self.withheld_from.into_iter().map(|given| given.0).collect(),
            living: if self.is_communal { Living::Communal } else { Living::Private },
            from: self.from.0,
            to: self.to.map(|given| given.0),
        })
    }
}
