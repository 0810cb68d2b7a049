//! What somebody is called.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::text::{Line, TextError};

codes! {
    /// Which of their names it is.
    NameUse, "use of a name":
    /// What they are called.
    Usual => "usual",
    /// What their birth certificate says.
    Registered => "registered",
    AlsoKnownAs => "also-known-as",
}

/// A given name, a family name, or both: nobody is refused protection for having only one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<Line>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<Line>,
}

/// Why a name is not taken. Never holds the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NameError {
    #[error("a name has a given name, a family name, or both")]
    Nothing,
    #[error("the given name {0}")]
    Given(TextError),
    #[error("the family name {0}")]
    Family(TextError),
}

impl PersonName {
    pub const MOST_CHARACTERS: usize = 100;

    /// Reads a name from two texts, either of which may be empty. Inner runs of spaces become one.
    ///
    /// # Errors
    /// Both empty, one longer than 100 characters, or a control character.
    pub fn parse(given: &str, family: &str) -> Result<Self, NameError> {
        let given = part(given).map_err(NameError::Given)?;
        let family = part(family).map_err(NameError::Family)?;
        if given.is_none() && family.is_none() {
            return Err(NameError::Nothing);
        }
        Ok(Self { given, family })
    }

    #[must_use]
    pub fn given(&self) -> Option<&str> {
        self.given.as_ref().map(Line::as_str)
    }

    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.family.as_ref().map(Line::as_str)
    }

    /// As it is said: given name first.
    #[must_use]
    pub fn spoken(&self) -> String {
        match (self.given(), self.family()) {
            (Some(given), Some(family)) => format!("{given} {family}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        }
    }
}

fn part(text: &str) -> Result<Option<Line>, TextError> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let joined = words.join(" ");
    if joined.chars().count() > PersonName::MOST_CHARACTERS {
        return Err(TextError::TooLong { most: PersonName::MOST_CHARACTERS });
    }
    Line::parse(&joined).map(Some)
}

crate::hidden_when_printed!(PersonName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_enough() {
        assert_eq!(PersonName::parse("", " Sukarno ").unwrap().spoken(), "Sukarno");
        assert_eq!(
            PersonName::parse("Anna  Maria", "O’Neill-Okafor").unwrap().spoken(),
            "Anna Maria O’Neill-Okafor"
        );
        assert_eq!(PersonName::parse(" ", ""), Err(NameError::Nothing));
    }

    #[test]
    fn a_name_that_cannot_be_one_says_which_part() {
        let long = "a".repeat(101);
        assert_eq!(PersonName::parse(&long, "B"), Err(NameError::Given(TextError::TooLong { most: 100 })));
        assert_eq!(PersonName::parse("A", "B\u{0}"), Err(NameError::Family(TextError::ControlCharacter)));
    }
}
