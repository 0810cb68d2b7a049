//! What people write: a narrative, or one line. Limited where it comes in, never shown where it might be logged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text is not taken. Never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TextError {
    #[error("must not be empty")]
    Empty,
    #[error("is longer than {most} characters")]
    TooLong { most: usize },
    #[error("holds a control character; plain text is allowed")]
    ControlCharacter,
}

fn check(text: &str, most: usize, allowed: impl Fn(char) -> bool) -> Result<String, TextError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(TextError::Empty);
    }
    if trimmed.chars().count() > most {
        return Err(TextError::TooLong { most });
    }
    if trimmed.chars().any(|letter| letter.is_control() && !allowed(letter)) {
        return Err(TextError::ControlCharacter);
    }
    Ok(trimmed.to_owned())
}

/// An account in somebody's own words, with line breaks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("minLength" = 1, "maxLength" = 20_000, "examples" = ["He said he fell.\nThe bruise is on the left arm."]))]
pub struct Narrative(String);

impl Narrative {
    pub const MOST_CHARACTERS: usize = 20_000;

    /// # Errors
    /// Empty, longer than 20,000 characters, or holding control characters other than line breaks and tabs.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        check(text, Self::MOST_CHARACTERS, |letter| matches!(letter, '\n' | '\r' | '\t')).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line: a name, a telephone number, a line of an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("minLength" = 1, "maxLength" = 200, "examples" = ["An example line"]))]
pub struct Line(String);

impl Line {
    pub const MOST_CHARACTERS: usize = 200;

    /// # Errors
    /// Empty, longer than 200 characters, or holding a control character.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        check(text, Self::MOST_CHARACTERS, |_| false).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

crate::hidden_when_printed!(Narrative);

crate::hidden_when_printed!(Line);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrative_keeps_its_line_breaks_and_loses_its_margins() {
        let narrative = Narrative::parse("  She said:\n\t“not at home”.\n").unwrap();
        assert_eq!(narrative.as_str(), "She said:\n\t“not at home”.");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(Line::parse("a\nb"), Err(TextError::ControlCharacter));
        assert_eq!(Line::parse("  \t "), Err(TextError::Empty));
        assert_eq!(Line::parse(&"a".repeat(201)), Err(TextError::TooLong { most: 200 }));
        assert!(Line::parse(&"é".repeat(200)).is_ok());
    }

    #[test]
    fn what_people_wrote_never_shows_when_printed() {
        assert_eq!(format!("{:?}", Narrative::parse("secret").unwrap()), "Narrative(…)");
        assert_eq!(format!("{:?}", Line::parse("secret").unwrap()), "Line(…)");
    }
}
