//! Comparing names: given with given and family with family, or the other way round, or all words in any order.

use super::edit::slips;
use super::plain;
use super::sound::sound_alike;
use super::variants::are_one_name;
use super::{Agreement, Field, Level, OnRecord, Typed};

/// What forms are filled in with when nobody has said a given name, or a child has none yet.
const NOBODYS: [&str; 20] = [
    "baby", "infant", "unborn", "newborn", "unknown", "unnamed", "female", "male", "boy", "girl", "child",
    "twin", "triplet", "not", "known", "na", "nk", "of", "tbc", "unk",
];
/// Words of a family name that tell no family from another.
const PARTICLES: [&str; 21] = [
    "al", "el", "ul", "ur", "bin", "ben", "bint", "ibn", "de", "da", "do", "dos", "di", "du", "del", "la",
    "le", "van", "von", "der", "den",
];
/// What typing the family name first costs: fewer do so than do not.
const SWAPPED_COST: i32 = 1;
/// A slip in a shorter word may as well be another name.
const LETTERS_FOR_ONE_SLIP: usize = 4;
const LETTERS_FOR_TWO_SLIPS: usize = 7;

/// The best agreement of what was typed with any name on record.
pub(super) fn compare(typed: &Typed, record: &OnRecord) -> Vec<Agreement> {
    let (given, family) = (plain::name(&typed.given), plain::name(&typed.family));
    let best = record
        .names
        .iter()
        .map(|(known_given, known_family)| {
            one(&given, &family, &plain::name(known_given), &plain::name(known_family))
        })
        .max_by_key(|agreements| total(agreements));
    best.unwrap_or_default()
}

fn total(agreements: &[Agreement]) -> i32 {
    agreements.iter().map(|agreement| agreement.weight).sum()
}

fn one(given: &str, family: &str, known_given: &str, known_family: &str) -> Vec<Agreement> {
    let paired = |to_given: &str, to_family: &str| {
        let fields = [(Field::Given, level(given, to_given)), (Field::Family, level(family, to_family))];
        fields.into_iter().filter_map(|(field, level)| Some(Agreement::of(field, level?))).collect::<Vec<_>>()
    };
    let straight = paired(known_given, known_family);
    let mut swapped = paired(known_family, known_given);
    let is_whole = [given, family, known_given, known_family].iter().all(|name| !name.is_empty());
    if let (true, Some(first)) = (is_whole, swapped.first_mut()) {
        first.weight -= SWAPPED_COST;
    }
    // A given name that is nobody's is not a family name either.
    if is_nobodys(given) || is_nobodys(known_given) {
        return straight;
    }
    let in_any_order = any_order(given, family, known_given, known_family);
    // In case of doubt as they were typed.
    in_any_order.into_iter().chain([swapped, straight]).max_by_key(|ways| total(ways)).unwrap_or_default()
}

/// Three words or more, and the same, whichever were called given and which family.
fn any_order(given: &str, family: &str, known_given: &str, known_family: &str) -> Option<Vec<Agreement>> {
    let words = |given: &str, family: &str| {
        let mut words: Vec<String> = given.split(' ').chain(family.split(' ')).map(str::to_owned).collect();
        words.retain(|word| !word.is_empty() && !is_nobodys(word));
        words.sort_unstable();
        words
    };
    let (typed, known) = (words(given, family), words(known_given, known_family));
    (typed.len() >= 3 && typed == known).then(|| vec![Agreement::of(Field::Name, Level::OtherOrder)])
}

/// How two given or two family names agree, both folded; none when one was not said.
pub(super) fn level(typed: &str, known: &str) -> Option<Level> {
    if typed.is_empty() || known.is_empty() {
        return None;
    }
    if is_nobodys(typed) || is_nobodys(known) {
        return Some(Level::SaysNothing);
    }
    let (joined, known_joined) = (typed.replace(' ', ""), known.replace(' ', ""));
    let whole = word(&joined, &known_joined);
    if !typed.contains(' ') && !known.contains(' ') {
        return Some(whole);
    }
    let nearly = matches!(whole, Level::Same | Level::OneLetterOut);
    Some(if nearly {
        whole
    } else if shares_a_part(typed, known) {
        Level::PartTheSame
    } else {
        whole
    })
}

/// True for what stands where a name should.
pub(super) fn is_nobodys(name: &str) -> bool {
    let is_placeholder =
        |word: &str| NOBODYS.contains(&word) || word.chars().all(|letter| letter.is_ascii_digit());
    !name.is_empty() && name.split(' ').all(is_placeholder)
        || matches!(name, "babyboy" | "babygirl" | "notknown")
}

fn shares_a_part(typed: &str, known: &str) -> bool {
    let parts = |name: &'_ str| {
        let all: Vec<String> = name.split(' ').map(str::to_owned).collect();
        all.into_iter()
            .filter(|part| part.len() > 1 && !PARTICLES.contains(&part.as_str()))
            .collect::<Vec<_>>()
    };
    let known = parts(known);
    let is_near =
        |level| matches!(level, Level::Same | Level::OtherForm | Level::OneLetterOut | Level::SoundsTheSame);
    parts(typed).iter().any(|part| known.iter().any(|other| is_near(word(part, other))))
}

/// How two single words agree.
fn word(typed: &str, known: &str) -> Level {
    if typed == known {
        return Level::Same;
    }
    if are_one_name(typed, known) {
        return Level::OtherForm;
    }
    let shorter = typed.chars().count().min(known.chars().count());
    if shorter == 1 && typed.chars().next() == known.chars().next() {
        return Level::Initial;
    }
    match slips(typed, known, 2) {
        Some(1) if shorter >= LETTERS_FOR_ONE_SLIP => Level::OneLetterOut,
        _ if shorter > 1 && sound_alike(typed, known) => Level::SoundsTheSame,
        Some(2) if shorter >= LETTERS_FOR_TWO_SLIPS => Level::TwoLettersOut,
        _ => Level::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_a_name_has_its_level() {
        for (typed, known, expected) in [
            ("obrien", "obrien", Level::Same),
            ("o brien", "obrien", Level::Same),
            ("smith", "smith jones", Level::PartTheSame),
            ("jones", "smith jones", Level::PartTheSame),
            ("al hassan", "al omari", Level::Different),
            ("kate", "katherine", Level::OtherForm),
            ("smiht", "smith", Level::OneLetterOut),
            ("wright", "rite", Level::SoundsTheSame),
            ("ali", "ala", Level::SoundsTheSame),
            ("k", "katherine", Level::Initial),
            ("baby", "katherine", Level::SaysNothing),
            ("twin 1", "twin 2", Level::SaysNothing),
            ("khan", "hussain", Level::Different),
        ] {
            assert_eq!(level(typed, known), Some(expected), "{typed} {known}");
            assert_eq!(level(known, typed), Some(expected), "{known} {typed}");
        }
        assert_eq!(level("", "smith"), None);
    }
}
