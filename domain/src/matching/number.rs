//! Comparing NHS numbers. The check digit tells when one was misread, and then which numbers it may have been.

use super::{Field, Level, OnRecord, Typed, weights};
use crate::person::identifier::NhsNumber;

/// The best agreement with any number on record; none when one was not said.
pub(super) fn compare(typed: &Typed, record: &OnRecord) -> Option<Level> {
    let typed = typed.nhs_number.as_deref()?;
    let levels = record.nhs_numbers.iter().map(|known| level(typed, known));
    levels.max_by_key(|level| weights::weight(Field::NhsNumber, *level))
}

/// A number whose check digit fits was not misread: another one is another's.
fn level(typed: &str, known: &str) -> Level {
    if typed == known {
        return Level::Same;
    }
    if typed.parse::<NhsNumber>().is_ok() || typed.len() != known.len() {
        return Level::Different;
    }
    let differing: Vec<(usize, (u8, u8))> =
        typed.bytes().zip(known.bytes()).enumerate().filter(|(_, (left, right))| left != right).collect();
    match differing.as_slice() {
        [_] => Level::OneDigitOut,
        [(first, (a, b)), (second, (c, d))] if second - first == 1 && a == d && b == c => {
            Level::TwoDigitsSwapped
        }
        _ => Level::Different,
    }
}

/// The numbers to look for: the one that was typed if its check digit fits, or those one slip from it whose do.
#[must_use]
pub fn numbers_to_try(typed: &str) -> Vec<String> {
    if typed.parse::<NhsNumber>().is_ok() {
        return vec![typed.to_owned()];
    }
    let digits: Vec<char> = typed.chars().collect();
    let mut tries = Vec::new();
    let changed = |changes: &[(usize, char)]| -> String {
        let at =
            |place: usize| changes.iter().find(|(changed, _)| *changed == place).map(|(_, digit)| *digit);
        digits.iter().enumerate().map(|(place, digit)| at(place).unwrap_or(*digit)).collect()
    };
    for (place, digit) in digits.iter().enumerate() {
        tries.extend(('0'..='9').filter(|other| other != digit).map(|other| changed(&[(place, other)])));
        if let Some(next) = digits.get(place + 1) {
            tries.push(changed(&[(place, *next), (place + 1, *digit)]));
        }
    }
    tries.retain(|number| number.parse::<NhsNumber>().is_ok());
    tries.sort_unstable();
    tries.dedup();
    tries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misread_number_leads_to_the_right_one() {
        assert_eq!(numbers_to_try("9990000018"), ["9990000018"]);
        for misread in ["9990000081", "9990000108", "9990000118", "8990000018"] {
            let tries = numbers_to_try(misread);
            assert!(
                tries.iter().any(|number| number == "9990000018") && tries.len() < 20,
                "{misread} {tries:?}"
            );
        }
    }

    #[test]
    fn a_number_that_fits_is_nobody_elses() {
        assert_eq!(level("9990000018", "9990000018"), Level::Same);
        assert_eq!(level("9990000081", "9990000018"), Level::TwoDigitsSwapped);
        assert_eq!(level("9990000118", "9990000018"), Level::OneDigitOut);
        assert_eq!(level("9990000026", "9990000018"), Level::Different);
    }
}
