//! What a name sounds like, near enough to be found however it was spelt.
//!
//! One table of spellings serves the names of West Yorkshire: English, South Asian, Arabic, Eastern European, West
//! African. Aspirated and doubled consonants fall together (`Bhatti`, `Batti`; `Akhtar`, `Aktar`), `w` and `v`
//! before a vowel do, `sz` and `sh`, `cz` and `ch`, `q`, `ck` and `k`. Left out: names whose spelling in one tongue
//! says nothing to a reader of another (`Siobhan`, `Niamh`), which are a list (`variants`).

use super::plain::SOME_VOWEL;

/// The consonants: the coarse sound, for finding. `Hussain` and `Hassan` have the same.
#[must_use]
pub fn skeleton(word: &str) -> String {
    read(word).0
}

/// By consonants and the colour of the first vowel, which is the fine sound, for judging: `Hussain` and `Hossein` sound
/// alike, `Hassan` otherwise. Of what was read from an alphabet without vowels nobody knows their colour.
#[must_use]
pub fn sound_alike(one: &str, other: &str) -> bool {
    let ((one, colour), (other, other_colour)) = (read(one), read(other));
    let is_of_one_colour = match (colour, other_colour) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    one == other && is_of_one_colour
}

/// Spellings of one sound, the longer first.
const SPELLINGS: [(&str, &str); 38] = [
    ("tsch", "c"),
    ("szcz", "s"),
    ("sch", "s"),
    ("tch", "c"),
    ("dzh", "j"),
    ("ght", "t"),
    ("kh", "k"),
    ("gh", "g"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "f"),
    ("bh", "b"),
    ("jh", "j"),
    ("zh", "s"),
    ("sh", "s"),
    ("ch", "c"),
    ("cz", "c"),
    ("sz", "s"),
    ("dz", "j"),
    ("dj", "j"),
    ("ck", "k"),
    ("qu", "kv"),
    ("ts", "s"),
    ("tz", "s"),
    ("b", "b"),
    ("d", "d"),
    ("f", "f"),
    ("g", "g"),
    ("j", "j"),
    ("k", "k"),
    ("l", "l"),
    ("m", "m"),
    ("n", "n"),
    ("p", "p"),
    ("q", "k"),
    ("r", "r"),
    ("t", "t"),
    ("z", "s"),
];

/// Letters that begin a word and are not heard.
const UNHEARD: [(&str, &str); 5] = [("wr", "r"), ("kn", "n"), ("gn", "n"), ("ps", "s"), ("wh", "w")];

fn read(word: &str) -> (String, Option<char>) {
    let begun =
        UNHEARD.iter().find_map(|(spelt, heard)| Some(format!("{heard}{}", word.strip_prefix(spelt)?)));
    let word = begun.as_deref().unwrap_or(word);
    let mut rest = word;
    let mut sound = String::new();
    let mut vowel = None;
    // The last thing heard, so that a doubled letter is heard once.
    let mut last = "";
    while let Some(letter) = rest.chars().next() {
        let (heard, taken) = hear(rest, letter, rest.len() == word.len());
        let first_vowel = vowel_colour(letter).filter(|_| heard.is_empty() || heard == "a");
        if heard.is_empty() {
            last = "";
        } else if heard != last {
            sound.push_str(heard);
            last = heard;
        }
        vowel = vowel.or(first_vowel);
        rest = rest.get(taken..).unwrap_or_default();
    }
    if sound.is_empty() { (word.to_owned(), vowel) } else { (sound, vowel) }
}

/// What the next letters sound like, and how many bytes they are. Nothing for a vowel inside a word.
fn hear(rest: &str, letter: char, is_first: bool) -> (&'static str, usize) {
    if let Some((spelt, heard)) = SPELLINGS.iter().find(|(spelt, _)| rest.starts_with(spelt)) {
        return (heard, spelt.len());
    }
    let next = rest.chars().nth(1);
    let is_vowel = |letter| letter == SOME_VOWEL || vowel_colour(letter).is_some();
    let before_vowel = next.is_some_and(is_vowel);
    let heard = match letter {
        's' => "s",
        'v' => "v",
        'w' if before_vowel => "v",
        'x' => "ks",
        'c' if matches!(next, Some('e' | 'i' | 'y')) => "s",
        'c' => "k",
        'h' if is_first => "h",
        'y' if is_first && before_vowel => "y",
        letter if is_first && is_vowel(letter) => "a",
        _ => "",
    };
    (heard, letter.len_utf8())
}

/// Front, open or back: what of a vowel survives being written in another alphabet.
fn vowel_colour(letter: char) -> Option<char> {
    match letter {
        'a' => Some('a'),
        'e' | 'i' | 'y' => Some('e'),
        'o' | 'u' => Some('o'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_sound_the_same() {
        for names in [
            ["mohammed", "muhammad", "mohamed", "muhamed"].as_slice(),
            &["hussain", "hussein", "hossein", "husain"],
            &["akhtar", "aktar", "akhter"],
            &["khan", "kahn", "kan"],
            &["aisha", "ayesha", "aysha"],
            &["fatima", "fathima", "fatimah"],
            &["ibrahim", "ebrahim", "ibraheem"],
            &["abdullah", "abdulla"],
            &["bhatti", "batti"],
            &["iqbal", "ikbal"],
            &["nowak", "novak"],
            &["szymanska", "shimanska"],
            &["smith", "smyth", "smythe"],
            &["catherine", "kathryn", "katharine"],
            &["wright", "right", "write"],
            &["philip", "phillip", "filip"],
            &["knight", "night"],
            &["oluwaseun", "oluvaseun"],
        ] {
            for pair in names.windows(2) {
                assert!(sound_alike(pair[0], pair[1]), "{pair:?}");
            }
        }
    }

    #[test]
    fn other_names_sound_otherwise() {
        for (one, other) in [("hussain", "hassan"), ("omar", "amir"), ("jones", "james"), ("khan", "kone")] {
            assert!(!sound_alike(one, other), "{one} {other}");
        }
        assert!(sound_alike("mhmd", "mohammed") && !sound_alike("mhmd", "ahmad"), "without vowels");
        assert_eq!(skeleton("hussain"), skeleton("hassan"));
    }

    #[test]
    fn a_word_of_no_known_sound_sounds_like_itself() {
        assert_eq!(skeleton("王"), "王");
        assert_eq!(skeleton("h"), "h");
        assert_eq!(skeleton(""), "");
    }
}
