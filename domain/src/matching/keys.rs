//! The small keys under which somebody on record is found: a search is a few looks into an index, and what they give
//! is then compared.
//!
//! A key joins what survives a slip: the sound of one name with two of day, month and year; the sound of one with the
//! initial of another; a day; a postcode. Any one slip leaves a key standing, and names are keyed by word, so that it
//! does not matter which was called the family name. A key is a number; two texts with one number cost a comparison.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::address::Home;
use super::birth::is_first_of_january;
use super::names::is_nobodys;
use super::sound::skeleton;
use super::variants::forms;
use super::{OnRecord, Typed, plain};
use crate::person::uncertain_date::{Precision, UncertainDate};

/// Words of one name beyond these are not keyed.
const WORDS_MAX: usize = 6;
/// More keys than this are not tried; no name known comes near.
const TRIES_MAX: usize = 600;
/// Consonants a word can begin with, and `a` for all vowels: see [`skeleton`].
const INITIALS: [&str; 18] =
    ["a", "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "y"];

/// The keys of somebody on record. Where many stay is a key too: it says nothing, and with a name it is asked for.
/// `closed` are addresses that only those at work with the child may know of: their
/// keys are others, which are tried for nobody else.
#[must_use]
pub fn keys_of(record: &OnRecord, closed: &[Home]) -> BTreeSet<i64> {
    let mut keys = BTreeSet::new();
    let mut sounds: BTreeSet<String> = BTreeSet::new();
    for (given, family) in &record.names {
        let named = Words::of(given, family);
        let of_this: BTreeSet<String> = named.all().iter().map(|word| skeleton(word)).collect();
        for one in &of_this {
            let others = of_this.iter().filter(|other| *other != one);
            for other in others {
                keys.insert(with_initial(one, other));
                keys.insert(pair(one, other));
            }
            // By itself where there is nothing beside it: one name only, or two that sound the same.
            if of_this.len() == 1 {
                keys.insert(key("word", &[one]));
            }
        }
        sounds.extend(of_this);
    }
    for born in &record.births {
        match known_day(*born) {
            Some(day) => {
                keys.insert(of_day(day));
                sounds.iter().for_each(|sound| keys.extend(of_parts(sound, day)));
            }
            None => {
                for (sound, year) in
                    sounds.iter().flat_map(|sound| years(*born).map(move |year| (sound, year)))
                {
                    keys.insert(of_uncertain(sound, year));
                }
            }
        }
    }
    record.homes.iter().for_each(|home| at_home(&mut keys, "open", home));
    closed.iter().for_each(|home| at_home(&mut keys, "closed", home));
    keys
}

/// Which addresses a searcher may find somebody by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addresses {
    Open,
    /// The withheld ones of their own authority's children too.
    AndClosed,
}

/// The keys to try for what was typed. The NHS number has an index of its own.
#[must_use]
pub fn keys_to_try(typed: &Typed, addresses: Addresses) -> BTreeSet<i64> {
    let mut keys = BTreeSet::new();
    let named = Words::of(&typed.given, &typed.family);
    // Each word with the sounds of its other forms.
    let words: Vec<BTreeSet<String>> = named.all().iter().map(|word| sounds_of(word)).collect();
    for (place, sounds) in words.iter().enumerate() {
        for sound in sounds {
            if let Some(born) = typed.born {
                by_birth(&mut keys, sound, born);
            }
            for other in
                words.iter().enumerate().filter(|(other, _)| *other != place).flat_map(|(_, other)| other)
            {
                keys.insert(with_initial(sound, other));
                keys.insert(pair(sound, other));
            }
            keys.insert(key("word", &[sound]));
            if words.len() == 1 && typed.born.is_none() && typed.postcode.is_none() {
                keys.extend(INITIALS.iter().map(|initial| key("initial", &[sound, initial])));
            }
        }
    }
    if let Some(day) = typed.born.and_then(known_day) {
        keys.insert(of_day(day));
        keys.extend(NaiveDate::from_ymd_opt(day.year(), day.day(), day.month()).map(of_day));
    }
    if let Some(postcode) = &typed.postcode {
        let classes: &[&str] = match addresses {
            Addresses::Open => &["open"],
            Addresses::AndClosed => &["open", "closed"],
        };
        for class in classes {
            keys.insert(key("postcode", &[class, postcode]));
            keys.extend(typed.house.iter().map(|house| key("house", &[class, postcode, house])));
        }
    }
    keys.into_iter().take(TRIES_MAX).collect()
}

/// The key of the house that was typed, where a postcode was too: how many share it says whether it is a home.
#[must_use]
pub fn house_key(typed: &Typed) -> Option<i64> {
    let (postcode, house) = typed.postcode.as_ref().zip(typed.house.as_ref())?;
    Some(key("house", &["open", postcode, house]))
}

/// The words of a name that tell somebody from others.
struct Words(Vec<String>);

impl Words {
    fn of(given: &str, family: &str) -> Self {
        let (given, family) = (plain::name(given), plain::name(family));
        let mut words: Vec<String> = Vec::new();
        for name in [&given, &family] {
            let parts: Vec<&str> =
                name.split(' ').filter(|word| !word.is_empty() && !is_nobodys(word)).collect();
            // `O Brien` is O'Brien, and `Smith Jones` may be typed as one word.
            if let [_, _] = parts.as_slice() {
                words.push(parts.concat());
            }
            words.extend(parts.into_iter().map(str::to_owned));
        }
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(word.clone()));
        words.truncate(WORDS_MAX);
        Self(words)
    }

    fn all(&self) -> &[String] {
        &self.0
    }
}

fn sounds_of(word: &str) -> BTreeSet<String> {
    std::iter::once(skeleton(word)).chain(forms(word).map(skeleton)).collect()
}

fn by_birth(keys: &mut BTreeSet<i64>, sound: &str, born: UncertainDate) {
    match known_day(born) {
        Some(day) => {
            keys.extend(of_parts(sound, day));
            keys.extend((-1..=1).map(|years| of_uncertain(sound, day.year() + years)));
        }
        None => {
            for year in years(born) {
                keys.insert(of_uncertain(sound, year));
                keys.extend((1..=12).map(|month| of_month(sound, year, month)));
            }
        }
    }
}

/// A birthday that is known: 1 January stands for one that is not.
fn known_day(born: UncertainDate) -> Option<NaiveDate> {
    (born.precision() == Precision::Exact)
        .then(|| born.day())
        .flatten()
        .filter(|day| !is_first_of_january(*day))
}

fn years(born: UncertainDate) -> impl Iterator<Item = i32> {
    born.earliest().year()..=born.latest().year()
}

fn of_day(day: NaiveDate) -> i64 {
    key("day", &[&day.to_string()])
}

/// Two of day, month and year: a slip in one leaves the other two, and day and month may change places.
fn of_parts(sound: &str, day: NaiveDate) -> [i64; 3] {
    let (least, most) = (day.day().min(day.month()), day.day().max(day.month()));
    [
        of_month(sound, day.year(), day.month()),
        key("day-of-year", &[sound, &day.year().to_string(), &day.day().to_string()]),
        key("day-and-month", &[sound, &least.to_string(), &most.to_string()]),
    ]
}

fn of_month(sound: &str, year: i32, month: u32) -> i64 {
    key("month", &[sound, &year.to_string(), &month.to_string()])
}

fn of_uncertain(sound: &str, year: i32) -> i64 {
    key("uncertain", &[sound, &year.to_string()])
}

fn with_initial(sound: &str, other: &str) -> i64 {
    key("initial", &[sound, &other.chars().take(1).collect::<String>()])
}

fn pair(one: &str, other: &str) -> i64 {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    key("pair", &[first, second])
}

fn at_home(keys: &mut BTreeSet<i64>, class: &str, home: &Home) {
    keys.insert(key("postcode", &[class, &home.postcode]));
    keys.extend(home.houses.iter().map(|house| key("house", &[class, &home.postcode, house])));
}

/// FNV-1a, because it is the same in every version and on every machine: keys are kept.
fn key(kind: &str, parts: &[&str]) -> i64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = std::iter::once(&kind).chain(parts).flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    i64::from_be_bytes(hash.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_name_is_no_key() {
        let baby = OnRecord { names: vec![("Baby".to_owned(), "Unknown".to_owned())], ..OnRecord::default() };
        assert!(keys_of(&baby, &[]).is_empty());
        let typed = Typed { given: "Infant".to_owned(), ..Typed::default() };
        assert!(keys_to_try(&typed, Addresses::Open).is_empty());
    }

    #[test]
    fn a_closed_address_is_found_by_nobody_who_may_not_know_it() {
        let refuge = Home { postcode: "LS1 1UR".to_owned(), houses: vec!["9".to_owned()], communal: false };
        let keys = keys_of(&OnRecord::default(), std::slice::from_ref(&refuge));
        let typed =
            Typed { postcode: Some("LS1 1UR".to_owned()), house: Some("9".to_owned()), ..Typed::default() };
        assert!(keys.is_disjoint(&keys_to_try(&typed, Addresses::Open)));
        assert!(!keys.is_disjoint(&keys_to_try(&typed, Addresses::AndClosed)));
    }

    #[test]
    fn somebody_has_about_a_dozen_keys() {
        let record = OnRecord {
            names: vec![("Maya".to_owned(), "Hartley".to_owned())],
            births: vec!["2015-04-03".parse().unwrap()],
            homes: vec![Home {
                postcode: "LS1 1UR".to_owned(),
                houses: vec!["9".to_owned()],
                communal: false,
            }],
            ..OnRecord::default()
        };
        assert_eq!(keys_of(&record, &[]).len(), 12);
    }
}
