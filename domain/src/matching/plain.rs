//! Texts as they are compared: case, accents, punctuation and the alphabet do not tell two people apart.
//!
//! What is written in another alphabet is read into Latin letters, one by one, by a published table (Anyascii). Where an
//! alphabet leaves out vowels, as Arabic and Hebrew do, the consonants are left, which is what a name is found by
//! ([`super::sound`]). Left out: which language it is in; a letter is read alike in all of them.

use any_ascii::any_ascii_char;

/// A name as it is compared: small Latin letters, no accents, one space between words.
#[must_use]
pub fn name(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ʼ' | '’' | '‘' => {}
            // Combining accents belong to the letter before; short vowels of Arabic and Hebrew are seldom written.
            '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}' => {}
            letter if letter.is_ascii() => take(&mut folded, letter),
            _ => any_ascii_char(letter).chars().for_each(|latin| take(&mut folded, latin)),
        }
    }
    folded.truncate(folded.trim_end().len());
    if folded.is_empty() {
        // Of letters that the table does not have: the same as itself, and like no other.
        folded.extend(text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase));
    }
    folded
}

fn take(folded: &mut String, letter: char) {
    match letter {
        '\'' | '`' | '.' => {}
        letter if letter.is_ascii_alphanumeric() => folded.push(letter.to_ascii_lowercase()),
        _ if folded.ends_with(' ') || folded.is_empty() => {}
        _ => folded.push(' '),
    }
}

/// A number as it is compared: letters and digits, capital.
#[must_use]
pub fn number(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::sound::skeleton;

    #[test]
    fn case_accents_and_punctuation_do_not_tell_two_people_apart() {
        assert_eq!(name("  O’Neill-OKAFOR "), "oneill okafor");
        assert_eq!(name("O'Neill  Okafor"), "oneill okafor");
        assert_eq!(name("Zoë"), name("ZOE"));
        assert_eq!(name("Zoe\u{308}"), "zoe");
        assert_eq!(name("Łukasz Müller-Weiß"), "lukasz muller weiss");
        assert_eq!(name("Əliyeva"), "eliyeva");
        assert_eq!(name("Nguyễn Thị Mai"), "nguyen thi mai");
        assert_eq!(name("Adébáyọ̀ Ṣẹ́gun"), "adebayo segun");
    }

    #[test]
    fn a_name_in_another_alphabet_is_found_by_how_it_sounds() {
        for (written, latin) in [
            ("Ковальчук", "Kovalchuk"),
            ("Юлія", "Yulia"),
            ("محمد", "Mohammed"),
            ("مُحَمَّد", "Mohammed"),
            ("فاطمة", "Fatima"),
            ("حسین", "Hussain"),
            ("خان", "Khan"),
            ("Παπαδόπουλος", "Papadopoulos"),
            ("दीपक", "Deepak"),
            ("ਗੁਰਪ੍ਰੀਤ", "Gurpreet"),
            ("রহমান", "Rahman"),
            ("דוד", "Dvd"),
            ("王", "Wang"),
        ] {
            let (one, other) = (skeleton(&name(written)), skeleton(&name(latin)));
            assert_eq!(one, other, "{written} is read {}, {latin} {}", name(written), name(latin));
        }
        assert_eq!(name("ا"), "ا", "which the table reads as nothing");
        assert_eq!(name("\u{10ffff}"), "", "no letter");
    }

    #[test]
    fn a_number_is_the_same_with_or_without_spaces() {
        assert_eq!(number(" 999 000 0018"), "9990000018");
        assert_eq!(number("a-12/3"), "A123");
    }
}
