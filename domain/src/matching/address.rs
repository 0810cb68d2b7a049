//! Comparing addresses by postcode and house, which is what survives being written down by two people.

use super::{Field, Level, OnRecord, Typed, plain, weights};
use crate::person::address::Address;

/// Where somebody lives or lived, as far as it is compared.
#[derive(Clone, PartialEq, Eq)]
pub struct Home {
    pub postcode: String,
    /// The numbers of house and flat, or the house's name.
    pub houses: Vec<String>,
    /// A refuge, hospital, hostel or the like, or where more live than a family: agreeing on it says nothing.
    pub communal: bool,
}

crate::hidden_when_printed!(Home);

/// The best agreement with any address on record; none when one was not said.
pub(super) fn compare(typed: &Typed, record: &OnRecord) -> Option<Level> {
    let postcode = typed.postcode.as_deref()?;
    let levels = record.homes.iter().map(|home| level(postcode, typed.house.as_deref(), home));
    levels.max_by_key(|level| weights::weight(Field::Address, *level))
}

fn level(postcode: &str, house: Option<&str>, home: &Home) -> Level {
    if home.postcode != postcode {
        return Level::Different;
    }
    if home.communal {
        return Level::Communal;
    }
    match house {
        Some(house) if home.houses.iter().any(|known| known == house) => Level::Same,
        Some(_) | None => Level::SamePostcode,
    }
}

/// A postcode as it is compared; none when it is not one.
#[must_use]
pub fn postcode_of(text: &str) -> Option<String> {
    Address::parse(&["-"], text).ok()?.postcode().map(str::to_owned)
}

/// A house number or name as it is compared.
#[must_use]
pub fn house_of(text: &str) -> Option<String> {
    let folded = plain::name(text);
    let number = folded.split(' ').find(|word| has_digit(word)).map(str::to_owned);
    number.or_else(|| (!folded.is_empty()).then_some(folded))
}

/// The numbers of an address, or its first line where it has none.
#[must_use]
pub fn houses_in(address: &Address) -> Vec<String> {
    let folded: Vec<String> = address.lines().map(plain::name).collect();
    let numbers = folded.iter().flat_map(|line| line.split(' ')).filter(|word| has_digit(word));
    let mut houses: Vec<String> = numbers.map(str::to_owned).collect();
    if houses.is_empty() {
        houses.extend(folded.into_iter().find(|line| !line.is_empty()));
    }
    houses.truncate(4);
    houses
}

fn has_digit(word: &str) -> bool {
    word.chars().any(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(lines: &[&str], communal: bool) -> Home {
        let address = Address::parse(lines, "LS1 1UR").unwrap();
        Home { postcode: "LS1 1UR".to_owned(), houses: houses_in(&address), communal }
    }

    #[test]
    fn a_house_is_found_by_its_number_or_its_name() {
        let flat = home(&["Flat 3", "12a Example Row", "Leeds"], false);
        let at = |house: &str| level("LS1 1UR", house_of(house).as_deref(), &flat);
        assert_eq!((at("12A"), at("flat 3"), at("12")), (Level::Same, Level::Same, Level::SamePostcode));
        let cottage = home(&["Rose Cottage"], false);
        assert_eq!(level("LS1 1UR", house_of("rose cottage").as_deref(), &cottage), Level::Same);
        assert_eq!(level("LS2 9JT", None, &cottage), Level::Different);
    }

    #[test]
    fn where_many_stay_says_nothing() {
        assert_eq!(level("LS1 1UR", Some("1"), &home(&["1 Hostel Yard"], true)), Level::Communal);
        assert_eq!(weights::weight(Field::Address, Level::Communal), 0);
    }
}
