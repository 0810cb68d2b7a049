//! Comparing what was typed of somebody with what is on record, and saying why they may be the same.
//!
//! Each field (given name, family name, date of birth, NHS number, address) is compared by itself and comes to a
//! named [`Level`] of agreement, which has a weight in bits ([`weights`]). The weights add up, and the sum says
//! whether a record is shown and how near it is. Nothing here decides that two records are one person: people do.
//!
//! Left out: how often a name is had. Two called Zebedee agree no more here than two called Mohammed, so a list of
//! candidates is longer for common names, and never shorter for rare ones.

mod address;
mod birth;
mod edit;
mod keys;
mod level;
mod names;
mod number;
pub mod plain;
mod sound;
mod twins;
mod variants;
pub mod weights;

#[cfg(test)]
mod golden;

pub use address::{Home, house_of, houses_in, postcode_of};
pub use keys::{Addresses, house_key, keys_of, keys_to_try};
pub use level::{Field, Level};
pub use number::numbers_to_try;
pub use twins::perhaps_twins;

use crate::person::uncertain_date::UncertainDate;

/// What was typed of somebody who is looked for. Empty text is nothing typed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed {
    pub given: String,
    pub family: String,
    pub born: Option<UncertainDate>,
    /// Ten digits; the check digit may not fit.
    pub nhs_number: Option<String>,
    /// As [`postcode_of`] writes it.
    pub postcode: Option<String>,
    /// As [`house_of`] writes it.
    pub house: Option<String>,
}

/// What is on record of somebody, as far as it may be compared.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OnRecord {
    /// Given and family name, either of which may be empty.
    pub names: Vec<(String, String)>,
    pub births: Vec<UncertainDate>,
    pub nhs_numbers: Vec<String>,
    pub homes: Vec<Home>,
}

/// How one field agrees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Agreement {
    pub field: Field,
    pub level: Level,
    /// Bits: each one doubles the odds that it is them.
    pub weight: i32,
}

/// How somebody on record agrees with what was typed, field by field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// Fields of which both say something, or of which it is worth saying that they cannot.
    pub agreements: Vec<Agreement>,
    pub weight: i32,
    /// None: not near enough to be shown.
    pub strength: Option<weights::Strength>,
}

crate::hidden_when_printed!(Typed, OnRecord);

/// Compares what was typed with somebody on record.
#[must_use]
pub fn compare(typed: &Typed, record: &OnRecord) -> Comparison {
    let mut agreements = names::compare(typed, record);
    let single = [
        (Field::Birth, birth::compare(typed, record)),
        (Field::NhsNumber, number::compare(typed, record)),
        (Field::Address, address::compare(typed, record)),
    ];
    agreements.extend(single.into_iter().filter_map(|(field, level)| Some(Agreement::of(field, level?))));
    let weight = agreements.iter().map(|agreement| agreement.weight).sum();
    let strength = weights::strength(&agreements, weight);
    Comparison { agreements, weight, strength }
}

/// True for a text that is somebody's name, and not what stands where a name should.
#[must_use]
pub fn says_a_name(text: &str) -> bool {
    let folded = plain::name(text);
    !folded.is_empty() && !names::is_nobodys(&folded)
}

/// What the family name that was typed sounds like, to tell one search from another without keeping the name.
#[must_use]
pub fn sound_of_family(typed: &Typed) -> Option<String> {
    let name = [&typed.family, &typed.given].into_iter().find(|name| says_a_name(name))?;
    Some(plain::name(name).split(' ').map(sound::skeleton).collect())
}

impl Agreement {
    #[must_use]
    pub fn of(field: Field, level: Level) -> Self {
        Self { field, level, weight: weights::weight(field, level) }
    }
}
