//! Numbers by which agencies know somebody: NHS number, unique pupil number, an authority's own child id.

use crate::authority::Authority;
use crate::codes::codes;

codes! {
    /// Whose numbering it is.
    SchemeName, "identifier scheme":
    Nhs => "nhs",
    Upn => "upn",
    FormerUpn => "former-upn",
    LaChildId => "la-child-id",
}

/// A numbering. An authority's own child ids mean something only beside the authority.
#[derive(
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    Nhs,
    Upn,
    FormerUpn,
    LaChildId { authority: Authority },
}

impl Scheme {
    #[must_use]
    pub fn name(&self) -> SchemeName {
        match self {
            Self::Nhs => SchemeName::Nhs,
            Self::Upn => SchemeName::Upn,
            Self::FormerUpn => SchemeName::FormerUpn,
            Self::LaChildId { .. } => SchemeName::LaChildId,
        }
    }
}

/// Why a number is not one of its scheme. Never holds the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdentifierError {
    #[error("an NHS number is ten digits, spaces allowed")]
    NhsForm,
    #[error("an NHS number ends in a check digit, and this one does not fit; read it again from the source")]
    NhsCheck,
    #[error("a unique pupil number is a letter, then twelve digits or eleven digits and a letter")]
    UpnForm,
    #[error("a unique pupil number starts with a check letter, and this one does not fit; read it again")]
    UpnCheck,
    #[error("an authority's child id is 1 to 20 letters, digits or any of - / . _")]
    LaChildIdForm,
}

/// An NHS number whose check digit fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber(String);

impl NhsNumber {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for NhsNumber {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        let digits: Option<Vec<u32>> = squeezed.chars().map(|letter| letter.to_digit(10)).collect();
        let digits = digits.filter(|digits| digits.len() == 10).ok_or(IdentifierError::NhsForm)?;
        // Ten of the same digit fit the sum but are what people type to fill a form.
        let all_same = digits.windows(2).all(|pair| matches!(pair, [left, right] if left == right));
        let sum: u32 = digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum();
        // The check digit has weight 1, so the whole sum is a multiple of 11; a check of 10 is never issued and never fits.
        if all_same || !sum.is_multiple_of(11) {
            return Err(IdentifierError::NhsCheck);
        }
        Ok(Self(squeezed))
    }
}

/// A unique pupil number, permanent or temporary, whose check letter fits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upn(String);

/// Letters of a pupil number, each worth its place.
const UPN_LETTERS: &str = "ABCDEFGHJKLMNPQRTUVWXYZ";

impl Upn {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Upn {
    type Err = IdentifierError;

    fn from_str(text: &str) -> Result<Self, IdentifierError> {
        let squeezed: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let mut letters = squeezed.chars();
        let check = letters.next().ok_or(IdentifierError::UpnForm)?;
        let rest: Vec<char> = letters.collect();
        if rest.len() != 12 || !check.is_ascii_uppercase() {
            return Err(IdentifierError::UpnForm);
        }
        let mut sum = 0;
        for (place, letter) in rest.iter().enumerate() {
            let value = match letter.to_digit(10) {
                Some(digit) => usize::try_from(digit).ok(),
                // Only a temporary number ends in a letter.
                None if place == 11 => UPN_LETTERS.find(*letter),
                None => None,
            };
            sum += value.ok_or(IdentifierError::UpnForm)? * (place + 2);
        }
        if UPN_LETTERS.chars().nth(sum % 23) != Some(check) {
            return Err(IdentifierError::UpnCheck);
        }
        Ok(Self(squeezed))
    }
}

/// A number in a scheme, in its canonical form or, from a return, as it was given.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    scheme: Scheme,
    text: String,
}

impl Identifier {
    /// # Errors
    /// The text is not a number of the scheme.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, IdentifierError> {
        let text = match scheme {
            Scheme::Nhs => text.parse::<NhsNumber>()?.0,
            Scheme::Upn | Scheme::FormerUpn => text.parse::<Upn>()?.0,
            Scheme::LaChildId { .. } => la_child_id(text)?,
        };
        Ok(Self { scheme, text })
    }

    /// A number word for word as a return gave it. The decider checks it: a fault from a return, a refusal otherwise.
    #[must_use]
    pub fn as_given(scheme: Scheme, text: &str) -> Self {
        Self::parse(scheme.clone(), text).unwrap_or_else(|_| Self { scheme, text: text.trim().to_owned() })
    }

    /// # Errors
    /// The text is not a number of the scheme.
    pub fn check(&self) -> Result<(), IdentifierError> {
        Self::parse(self.scheme.clone(), &self.text).map(|_| ())
    }

    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn la_child_id(text: &str) -> Result<String, IdentifierError> {
    let text = text.trim();
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '/' | '.' | '_');
    if text.is_empty() || text.len() > 20 || !text.chars().all(fits) {
        return Err(IdentifierError::LaChildIdForm);
    }
    Ok(text.to_owned())
}

crate::hidden_when_printed!(NhsNumber, Upn, Identifier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_nhs_number_is_read_with_or_without_spaces() {
        let number: NhsNumber = " 999 000 0018".parse().unwrap();
        assert_eq!(number.as_str(), "9990000018");
    }

    #[test]
    fn an_nhs_number_with_one_wrong_or_two_swapped_digits_is_told_apart_from_one_of_another_form() {
        for wrong in ["9990000019", "9990000081", "9900900018", "1111111111", "0000000000"] {
            assert_eq!(wrong.parse::<NhsNumber>(), Err(IdentifierError::NhsCheck), "{wrong}");
        }
        for wrong in ["", "999000001", "99900000181", "999-000-0018", "999000001x"] {
            assert_eq!(wrong.parse::<NhsNumber>(), Err(IdentifierError::NhsForm), "{wrong}");
        }
    }

    #[test]
    fn a_check_digit_of_ten_is_never_issued() {
        // 999000005 would need the check digit 10.
        for last in 0..10 {
            let text = format!("999000006{last}");
            let fits = text.parse::<NhsNumber>().is_ok();
            let sum: u32 = [9, 9, 9, 0, 0, 0, 0, 0, 6].iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
            assert_eq!(fits, (11 - sum % 11) % 11 == last, "{text}");
        }
    }

    #[test]
    fn a_pupil_number_starts_with_its_check_letter() {
        let weights = (2..14).collect::<Vec<usize>>();
        let digits = [3, 8, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2];
        let sum: usize = digits.iter().zip(&weights).map(|(digit, weight)| digit * weight).sum();
        let check = UPN_LETTERS.chars().nth(sum % 23).unwrap();
        let text: String = digits.iter().map(ToString::to_string).collect();
        assert!(format!("{check}{text}").parse::<Upn>().is_ok());
        let other = if check == 'A' { 'B' } else { 'A' };
        assert_eq!(format!("{other}{text}").parse::<Upn>(), Err(IdentifierError::UpnCheck));
        assert_eq!("A1234".parse::<Upn>(), Err(IdentifierError::UpnForm));
        assert_eq!("A3834567A9012".parse::<Upn>(), Err(IdentifierError::UpnForm));
    }

    #[test]
    fn a_number_as_a_return_gave_it_is_kept_and_known_to_be_wrong() {
        let wrong = Identifier::as_given(Scheme::Nhs, " 123 ");
        assert_eq!((wrong.as_str(), wrong.check()), ("123", Err(IdentifierError::NhsForm)));
        let right = Identifier::as_given(Scheme::Nhs, "999 000 0018");
        assert_eq!((right.as_str(), right.check()), ("9990000018", Ok(())));
    }

    #[test]
    fn a_number_never_shows_when_printed() {
        assert_eq!(format!("{:?}", Identifier::as_given(Scheme::Nhs, "9990000018")), "Identifier(…)");
    }
}
