//! What each level of agreement weighs, and how much is enough.
//!
//! A weight is `log2(m / u)`, rounded to a whole bit, after Fellegi and Sunter (*A Theory for Record Linkage*, Journal
//! of the American Statistical Association, 1969): `m` is how often the level is seen when two records are one person,
//! `u` how often when they are two. The figures for `m` and `u` are **reckoned by this project from the assumptions
//! beside them, not measured on anybody's records**; a node that has measured its own writes them here.
//!
//! | Field | Level | m | u | Why |
//! |---|---|---|---|---|
//! | given | same | .80 | 1/130 | a few names are had by one in thirty, most by one in thousands |
//! | given | other form | .06 | 1/500 | a form of the name is as common as the name, and typed less often |
//! | given | one letter out | .05 | 1/600 | |
//! | given | sounds the same | .03 | 1/500 | sounds are shared by more names than spellings are |
//! | given | different | .03 | .95 | a wrong sibling picked, or a name never told |
//! | family | same | .80 | 1/200 | |
//! | family | part the same | .05 | 1/600 | |
//! | family | different | .06 | .97 | married, fostered, adopted into another name |
//! | born | same | .93 | 1/6,500 | eighteen years of birthdays |
//! | born | day and month swapped | .01 | 1/16,000 | only days up to the twelfth can be |
//! | born | one digit out, digits swapped | .015 | 1/4,000 | |
//! | born | year out by one | .01 | 1/3,300 | two wrong years for each birthday |
//! | born | 1 January | .05 | 1/300 | the day that stands for an unknown one |
//! | born | different | .015 | .99 | |
//! | NHS number | same | .97 | 1/1,000,000 | it is theirs alone; the rest is numbers put on the wrong record |
//! | address | same house | .6 | 1/30,000 | less than its rarity: families share it, and so do siblings |
//! | address | same postcode | .1 | 1/3,000 | some fifteen homes |
//!
//! Left out: dependence between fields. Siblings share a family name and an address, so those two together weigh less
//! than their sum; the weights of the address are set low for it.

use super::{Agreement, Field, Level};
use crate::codes::codes;

codes! {
    /// How near somebody on record is to what was typed.
    Strength, "strength":
    Possible => "possible",
    Likely => "likely",
    Strong => "strong",
}

/// From here on it would be odd if it were somebody else.
const STRONG: i32 = 18;
const LIKELY: i32 = 13;
/// Enough to be shown, where more than a name could be compared.
const POSSIBLE: i32 = 10;
/// Enough to be shown, where the name is all there is to compare.
const POSSIBLE_BY_NAME: i32 = 5;

/// The weight of an agreement, in bits.
#[must_use]
pub const fn weight(field: Field, level: Level) -> i32 {
    match field {
        Field::Given => match level {
            Level::Same => 7,
            Level::OtherForm | Level::OneLetterOut => 5,
            Level::SoundsTheSame | Level::PartTheSame => 4,
            Level::TwoLettersOut | Level::Initial => 2,
            Level::Different => -5,
            _ => 0,
        },
        Field::Family => match level {
            Level::Same => 8,
            Level::OtherForm | Level::OneLetterOut => 6,
            Level::SoundsTheSame | Level::PartTheSame => 5,
            Level::TwoLettersOut => 3,
            Level::Initial => 1,
            Level::Different => -4,
            _ => 0,
        },
        // A bit less than given and family name the same.
        Field::Name => 14,
        Field::Birth => match level {
            Level::Same => 13,
            Level::DayAndMonthSwapped | Level::OneDigitOut | Level::TwoDigitsSwapped => 8,
            Level::YearOutByOne => 6,
            Level::SameFirstOfJanuary => 4,
            Level::CanBeTheSame => 3,
            Level::UnknownDay => 1,
            Level::Different => -6,
            _ => 0,
        },
        Field::NhsNumber => match level {
            Level::Same => 20,
            Level::TwoDigitsSwapped | Level::OneDigitOut => 14,
            Level::Different => -4,
            _ => 0,
        },
        Field::Address => match level {
            Level::Same => 7,
            Level::SamePostcode => 5,
            Level::Different => -1,
            _ => 0,
        },
    }
}

/// How near, if near enough to be shown.
pub(super) fn strength(agreements: &[Agreement], weight: i32) -> Option<Strength> {
    let says_more = |agreement: &Agreement| {
        matches!(agreement.field, Field::Birth | Field::NhsNumber | Field::Address)
            && !matches!(agreement.level, Level::Communal | Level::SaysNothing)
    };
    let enough = if agreements.iter().any(says_more) { POSSIBLE } else { POSSIBLE_BY_NAME };
    match weight {
        STRONG.. => Some(Strength::Strong),
        LIKELY.. => Some(Strength::Likely),
        weight if weight >= enough => Some(Strength::Possible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_the_level_the_more_it_weighs() {
        for field in [Field::Given, Field::Family] {
            let falling =
                [Level::Same, Level::OtherForm, Level::SoundsTheSame, Level::TwoLettersOut, Level::Different];
            assert!(
                falling.map(|level| weight(field, level)).windows(2).all(|pair| pair[0] > pair[1]),
                "{field}"
            );
        }
        assert!(weight(Field::Birth, Level::SameFirstOfJanuary) < weight(Field::Birth, Level::YearOutByOne));
    }

    #[test]
    fn what_says_nothing_weighs_nothing() {
        for field in Field::ALL.iter().filter(|field| **field != Field::Name) {
            assert_eq!((weight(*field, Level::SaysNothing), weight(*field, Level::Communal)), (0, 0));
        }
    }
}
