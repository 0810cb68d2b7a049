//! The form of a unique pupil number: a check letter, then twelve digits; a temporary one ends in a letter
//! instead.

/// The letters of the check alphabet; I, O and S are left out since they look like digits.
const LETTERS: [char; 23] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'T', 'U', 'V', 'W', 'X',
    'Y', 'Z',
];

/// What is wrong with a number: the census rule and a sentence.
pub(super) type Flaw = (&'static str, &'static str);

pub(super) fn flaw(upn: &str) -> Option<Flaw> {
    let letters: Vec<char> = upn.chars().collect();
    let [first, authority @ .., last] = letters.as_slice() else {
        return Some(("1550", "is not 13 characters long"));
    };
    if letters.len() != 13 {
        return Some(("1550", "is not 13 characters long"));
    }
    let (authority, serial) = authority.split_at_checked(3).unwrap_or_default();
    if !authority.iter().all(char::is_ascii_digit) {
        return Some(("1530", "has no authority number at characters 2 to 4"));
    }
    if !serial.iter().all(char::is_ascii_digit) {
        return Some(("1540", "has something other than digits at characters 5 to 12"));
    }
    let Some(last) = last.to_digit(10).or_else(|| place(*last)) else {
        return Some(("1550", "ends in neither a digit nor a letter of the check alphabet"));
    };
    let digits = authority.iter().chain(serial).filter_map(|letter| letter.to_digit(10)).chain([last]);
    let sum: u32 = digits.zip(2..).map(|(digit, weight)| digit * weight).sum();
    let expected = usize::try_from(sum % 23).ok().and_then(|at| LETTERS.get(at));
    (expected != Some(first)).then_some(("1510", "has the wrong check letter"))
}

fn place(letter: char) -> Option<u32> {
    LETTERS.iter().position(|known| *known == letter).and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_letter_proves_the_digits() {
        // 2*3 + 3*8 + 4*0 + 5*4 + 6*0 + 7*0 + 8*2 + 9*0 + 10*0 + 11*0 + 12*0 + 13*1 = 79 = 3 * 23 + 10: the
        // letter L.
        assert_eq!(flaw("L380400200001"), None);
        assert_eq!(flaw("M380400200001").map(|(rule, _)| rule), Some("1510"));
    }

    #[test]
    fn each_part_of_the_number_is_checked() {
        assert_eq!(flaw("").map(|(rule, _)| rule), Some("1550"));
        assert_eq!(flaw("L38040020000").map(|(rule, _)| rule), Some("1550"));
        assert_eq!(flaw("LX80400200001").map(|(rule, _)| rule), Some("1530"));
        assert_eq!(flaw("L3804002O0001").map(|(rule, _)| rule), Some("1540"));
        assert_eq!(flaw("L38040020000I").map(|(rule, _)| rule), Some("1550"));
    }
}
