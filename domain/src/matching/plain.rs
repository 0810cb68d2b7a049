//! Texts as they are compared: case, accents, punctuation and the alphabet do not tell two people apart.
//!
//! What is written in another alphabet is read into Latin letters, one by one, by a published table (Anyascii). Where an
//! alphabet leaves out vowels, as Arabic and Hebrew do, the consonants are left, which is what a name is found by
//! ([`super::sound`]). The table reads letters, not words: what a letter is where a name begins, and in a name that only
//! Ukrainians write so, is said here before it. Left out: any other difference between languages of one alphabet.

use any_ascii::any_ascii_char;

/// A vowel that is written without saying which.
pub(super) const SOME_VOWEL: char = 'ə';

/// A name as it is compared: small Latin letters ([`SOME_VOWEL`] among them), no accents, one space between words.
#[must_use]
pub fn name(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let is_ukrainian = text.chars().any(|letter| "іїєґІЇЄҐ".contains(letter));
    let mut last = ' ';
    for letter in text.chars() {
        let before = std::mem::replace(&mut last, letter);
        let begins = folded.is_empty() || folded.ends_with(' ');
        if let Some(read) = read_here(letter, before, begins).or_else(|| read_ukrainian(letter, is_ukrainian))
        {
            folded.push_str(read);
            continue;
        }
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

/// What a letter is for where it stands. Where a name begins, alef and ain carry its vowel (Ahmed, Ali, Omar), and waw and
/// ya are consonants (Waleed, Yusuf); so is waw after alef (Dawood). What nasalises a vowel is heard as an n (Singh).
fn read_here(letter: char, before: char, begins: bool) -> Option<&'static str> {
    match letter {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ع' | 'א' | 'ע' if begins => Some("ə"),
        'و' if begins || before == 'ا' => Some("v"),
        'ي' | 'ی' | 'י' if begins => Some("yə"),
        '\u{902}' | '\u{a02}' | '\u{a70}' => Some("n"),
        _ => None,
    }
}

/// What Ukrainians read otherwise than the table, which reads as Russians do.
fn read_ukrainian(letter: char, is_ukrainian: bool) -> Option<&'static str> {
    match letter {
        'г' | 'Г' if is_ukrainian => Some("h"),
        'ґ' | 'Ґ' => Some("g"),
        'є' | 'Є' => Some("ye"),
        _ => None,
    }
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
            ("احمد", "Ahmed"),
            ("أحمد", "Ahmad"),
            ("علی", "Ali"),
            ("عمر", "Omar"),
            ("ابراهيم", "Ibrahim"),
            ("عبدالله", "Abdullah"),
            ("اختر", "Akhtar"),
            ("اقبال", "Iqbal"),
            ("عائشة", "Aisha"),
            ("وليد", "Waleed"),
            ("يوسف", "Yusuf"),
            ("ياسمين", "Yasmin"),
            ("داود", "Dawood"),
            ("نوید", "Naveed"),
            ("محمود", "Mahmood"),
            ("عثمان", "Uthman"),
            ("אברהם", "Avraham"),
            ("יעל", "Yael"),
            ("ਸਿੰਘ", "Singh"),
            ("ਕੌਰ", "Kaur"),
            ("Григорій", "Hryhorii"),
            ("Євген", "Yevhen"),
            ("Георги", "Georgi"),
        ] {
            let (one, other) = (skeleton(&name(written)), skeleton(&name(latin)));
            assert_eq!(one, other, "{written} is read {}, {latin} {}", name(written), name(latin));
        }
        assert_eq!(name("ء"), "ء", "which the table reads as nothing");
        assert_eq!(name("\u{10ffff}"), "", "no letter");
    }

    #[test]
    fn a_number_is_the_same_with_or_without_spaces() {
        assert_eq!(number(" 999 000 0018"), "9990000018");
        assert_eq!(number("a-12/3"), "A123");
    }
}
