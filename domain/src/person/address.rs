//! Where somebody lives or stays, and who may be told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::{AccessClass, Disclosure, Involvement, Relation};
use crate::codes::codes;
use crate::text::{Line, TextError};

codes! {
    /// Who may be told an address.
    AddressClass, "class of an address":
    Ordinary => "ordinary",
    /// Kept from people who are named, or from the whole family when none is.
    Withheld => "withheld",
    /// With carers or in a home, by the authority.
    Placement => "placement",
    /// A refuge or the like, whose own safety is in nobody knowing it.
    Refuge => "refuge",
}

impl AddressClass {
    /// True when a reader is told it, who is told so much of the record and meets it as of this class. The closer an
    /// address is kept, the nearer to the child the reader must be; an address is never needed to ring somebody.
    #[must_use]
    pub fn is_told(self, disclosure: Disclosure, reader: AccessClass) -> bool {
        let is_own = reader.relation == Relation::Own;
        disclosure == Disclosure::Full
            && match self {
                Self::Ordinary | Self::Withheld => true,
                Self::Placement => is_own,
                Self::Refuge => is_own && reader.involvement != Involvement::Neither,
            }
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    lines: Vec<Line>,
    /// Capitals, one space before the last three; absent for somebody of no fixed abode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    postcode: Option<String>,
}

/// Why an address is not taken. Never holds the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    #[error("an address has 1 to 6 lines")]
    Lines,
    #[error("line {number} of the address {source}")]
    Line { number: usize, source: TextError },
    #[error("a postcode is written LS1 1UR")]
    Postcode,
}

impl Address {
    pub const MOST_LINES: usize = 6;

    /// Reads an address; empty lines are left out, an empty postcode is none.
    ///
    /// # Errors
    /// No line or more than six, a line that is too long, or something that is not a postcode.
    pub fn parse(lines: &[&str], postcode: &str) -> Result<Self, AddressError> {
        let mut kept = Vec::new();
        for (line, number) in lines.iter().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            kept.push(Line::parse(line).map_err(|source| AddressError::Line { number, source })?);
        }
        if kept.is_empty() || kept.len() > Self::MOST_LINES {
            return Err(AddressError::Lines);
        }
        Ok(Self { lines: kept, postcode: canonical_postcode(postcode)? })
    }

    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(Line::as_str)
    }

    #[must_use]
    pub fn postcode(&self) -> Option<&str> {
        self.postcode.as_deref()
    }
}

/// Outward part (2 to 4, from a letter), inward part (a digit and two letters).
fn canonical_postcode(text: &str) -> Result<Option<String>, AddressError> {
    let squeezed: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    if squeezed.is_empty() {
        return Ok(None);
    }
    if !squeezed.is_ascii() || !(5..=7).contains(&squeezed.len()) {
        return Err(AddressError::Postcode);
    }
    let (outward, inward) = squeezed.split_at(squeezed.len() - 3);
    let outward_fits = outward.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && outward.chars().all(|letter| letter.is_ascii_alphanumeric());
    let inward_fits = inward.starts_with(|letter: char| letter.is_ascii_digit())
        && inward.chars().skip(1).all(|letter| letter.is_ascii_alphabetic());
    if outward_fits && inward_fits {
        Ok(Some(format!("{outward} {inward}")))
    } else {
        Err(AddressError::Postcode)
    }
}

crate::hidden_when_printed!(Address);

#[cfg(test)]
mod tests {
    use super::*;

    fn met(relation: Relation, involvement: Involvement) -> AccessClass {
        AccessClass { relation, involvement, sensitivity: crate::access::Sensitivity::Open }
    }

    #[test]
    fn a_refuge_is_told_to_those_at_work_with_the_child_and_to_nobody_else() {
        for reader in AccessClass::all() {
            for disclosure in Disclosure::ALL {
                let at_work = reader.relation == Relation::Own && reader.involvement != Involvement::Neither;
                let told = AddressClass::Refuge.is_told(*disclosure, reader);
                assert_eq!(told, at_work && *disclosure == Disclosure::Full, "{reader:?} {disclosure}");
            }
        }
    }

    #[test]
    fn the_closer_an_address_is_kept_the_fewer_are_told() {
        let partner = met(Relation::Partner, Involvement::Caseload);
        let colleague = met(Relation::Own, Involvement::Neither);
        let told = |reader, class: AddressClass| class.is_told(Disclosure::Full, reader);
        assert!(told(partner, AddressClass::Withheld) && !told(partner, AddressClass::Placement));
        assert!(told(colleague, AddressClass::Placement) && !told(colleague, AddressClass::Refuge));
        assert!(!AddressClass::Ordinary.is_told(Disclosure::Progress, colleague));
    }

    #[test]
    fn a_postcode_is_written_one_way() {
        let address = Address::parse(&["1 Example Row", "", "Leeds"], "ls11ur").unwrap();
        assert_eq!(address.lines().count(), 2);
        assert_eq!(address.postcode(), Some("LS1 1UR"));
    }

    #[test]
    fn somebody_may_have_no_postcode_but_has_a_line() {
        assert_eq!(Address::parse(&["No fixed abode"], " ").map(|address| address.postcode), Ok(None));
        assert_eq!(Address::parse(&[" "], "LS1 1UR"), Err(AddressError::Lines));
        for wrong in ["LS1", "LS1 1U", "1S1 1UR", "LS1 UUR", "LÉ1 1UR", "LS11 11UR"] {
            assert_eq!(Address::parse(&["1 Example Row"], wrong), Err(AddressError::Postcode), "{wrong}");
        }
    }
}
