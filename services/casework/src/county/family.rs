//! A family: who they are, where they live, who is whose. Put on record when the county first hears of them.
//!
//! Families have one to five children in the shares 35, 33, 19, 8 and 5 of a hundred, and 15 of a hundred live in two
//! households: assumptions, since no figure is published.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use domain::access::Purpose;
use domain::ids::{HouseholdId, PersonId};
use domain::person::address::{Address, AddressClass};
use domain::person::characteristics::Ethnicity;
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::uncertain_date::UncertainDate;
use domain::person::{Assert, Assertion, Living, Open, PersonKind, Sex};
use domain::source::{Basis, Source};
use domain::tie::{self, TieKind, TieTo};
use domain::when::{Occurred, civil_day};

use super::Untold;
use super::crew::{Council, TRUSTS, Teller};
use super::dice::Dice;
use super::script::Script;
use super::words::Words;
use crate::execute::Command;

pub(super) struct Family<'a> {
    pub council: &'a Council,
    /// Who takes what is told of them.
    pub front_door: Teller,
    pub children: Vec<Child>,
    pub mother: PersonId,
    pub father: Option<PersonId>,
    pub household: HouseholdId,
    /// The trust whose hospital is the nearest, by its number.
    pub trust: usize,
    /// When they came on record.
    pub met: DateTime<Utc>,
}

#[derive(Clone, Copy)]
pub(super) struct Child {
    pub person: PersonId,
    pub born: NaiveDate,
    /// Who has an eye on them in the daytime: a school, or a nursery.
    pub school: Option<Teller>,
}

/// What a family is to be, before anybody has heard of it.
pub(super) struct Sketch {
    pub given: Vec<(String, Sex, NaiveDate)>,
    pub name: String,
    pub is_in_two_households: bool,
    /// The number of its first child in the county, from which NHS numbers are counted.
    pub first_child: u32,
}

/// How many children a family has.
pub(super) fn children_of_a_family(dice: &mut Dice) -> u32 {
    dice.weighted(&[(1, 35), (2, 33), (3, 19), (4, 8), (5, 5)]).unwrap_or(1)
}

impl Sketch {
    /// A family of so many children, heard of for the first time on `day`.
    pub fn draw(words: &Words, dice: &mut Dice, children: u32, day: NaiveDate, first_child: u32) -> Self {
        let name = words.family(dice).to_owned();
        let ages = [((20, 364), 12), ((365, 1824), 28), ((1825, 3649), 28), ((3650, 6000), 32)];
        let first = dice.range(&ages);
        let (mut youngest, mut oldest, mut age_days) = (first, first, first);
        let mut given = Vec::new();
        for _ in 0..children {
            let born = day.checked_sub_days(chrono::Days::new(u64::from(age_days))).unwrap_or(day);
            let is_girl = dice.per_mille(490);
            let first = if is_girl { words.girl(dice) } else { words.boy(dice) };
            given.push((first.to_owned(), if is_girl { Sex::Female } else { Sex::Male }, born));
            // Two in a hundred siblings are twins.
            let gap = if dice.per_mille(20) { 0 } else { dice.between(400, 1400) };
            age_days = if youngest > gap + 20 {
                youngest -= gap;
                youngest
            } else {
                oldest += gap;
                oldest
            };
        }
        Self { given, name, is_in_two_households: dice.per_mille(150), first_child }
    }
}

/// Where people are put on record and by whom.
pub(super) struct Meeting<'m, 'a> {
    pub words: &'m Words,
    pub script: &'m mut Script<'a>,
    pub dice: &'m mut Dice,
    pub at: DateTime<Utc>,
}

impl Meeting<'_, '_> {
    /// Puts a family on record; `None` when that is after the county's end.
    pub fn meet<'c>(&mut self, council: &'c Council, sketch: &Sketch) -> Result<Option<Family<'c>>, Untold> {
        let Some(front_door) = self.dice.pick(&council.front_door).copied() else { return Ok(None) };
        let home = self.address(council)?;
        let mut children = Vec::new();
        for ((given, sex, born), number) in sketch.given.iter().zip(0_u32..) {
            let nhs = (!self.dice.per_mille(40)).then(|| nhs_number(sketch.first_child + number));
            let mut said = self.said(given, &sketch.name, *sex, on_day(*born)?, &home)?;
            if let Some(number) = &nhs {
                said.push(Assertion::Identifier(Identifier::parse(Scheme::Nhs, number)?));
            }
            let ethnicity = self.dice.weighted(&ETHNICITIES);
            said.push(Assertion::Characteristics { ethnicity, disabilities: Some(Vec::new()) });
            let Some(person) = self.open(front_door, said)? else { return Ok(None) };
            let school = self.school(council, *born);
            children.push(Child { person, born: *born, school });
        }
        let eldest = children.iter().map(|child| child.born).min().unwrap_or(civil_day(self.at));
        let Some(mother) = self.parent(front_door, &sketch.name, Sex::Female, eldest, &home)? else {
            return Ok(None);
        };
        let household =
            HouseholdId(self.script.ids().derive("goldthread/county-household/1", &[mother.0.as_bytes()]));
        let mut father = None;
        if self.dice.per_mille(700) {
            let there = if sketch.is_in_two_households { self.address(council)? } else { home };
            father = self.parent(front_door, &sketch.name, Sex::Male, eldest, &there)?;
        }
        let trust = self.dice.index(TRUSTS.len());
        let family = Family { council, front_door, children, mother, father, household, trust, met: self.at };
        self.tie(&family, sketch.is_in_two_households);
        Ok(Some(family))
    }

    fn said(
        &mut self,
        given: &str,
        family: &str,
        sex: Sex,
        born: UncertainDate,
        address: &Address,
    ) -> Result<Vec<Assertion>, Untold> {
        let from = civil_day(self.at);
        Ok(vec![
            Assertion::Name { name: PersonName::parse(given, family)?, usage: NameUse::Usual },
            Assertion::Birth(born),
            Assertion::Sex(sex),
            lives_at(address, from),
        ])
    }

    fn open(&mut self, teller: Teller, assertions: Vec<Assertion>) -> Result<Option<PersonId>, Untold> {
        let command = Open {
            kind: PersonKind::Born,
            assertions,
            source: Source { basis: Basis::Told, agency: teller.agency },
            occurred: Occurred::Instant(self.at),
            testimony: None,
        };
        let command = Command::Person { id: None, command: command.into() };
        Ok(self.script.tell(self.at, teller, Purpose::SafeguardingCheck, command).map(|told| told.person()))
    }

    fn parent(
        &mut self,
        teller: Teller,
        family: &str,
        sex: Sex,
        eldest: NaiveDate,
        address: &Address,
    ) -> Result<Option<PersonId>, Untold> {
        let given = if sex == Sex::Female { self.words.girl(self.dice) } else { self.words.boy(self.dice) };
        let family = if self.dice.per_mille(300) { self.words.family(self.dice) } else { family };
        let age = self.dice.range(&[((17, 20), 12), ((21, 29), 48), ((30, 42), 40)]);
        let year = eldest.year() - i32::try_from(age).unwrap_or_default();
        // Of one parent in ten only the year is known.
        let born = if self.dice.per_mille(100) {
            year.to_string()
        } else {
            format!("{year}-{:02}-{:02}", self.dice.between(1, 12), self.dice.between(1, 28))
        };
        let born = born.parse()?;
        let said = self.said(given, family, sex, born, address)?;
        self.open(teller, said)
    }

    /// The mother and her children live somewhere else from this day.
    pub fn moved_house(&mut self, family: &Family<'_>) -> Result<(), Untold> {
        let home = self.address(family.council)?;
        let source = Source { basis: Basis::Told, agency: family.front_door.agency };
        for person in family.children.iter().map(|child| child.person).chain([family.mother]) {
            let assertion = lives_at(&home, civil_day(self.at));
            let command = Assert {
                assertions: vec![assertion],
                source,
                occurred: Occurred::Instant(self.at),
                testimony: None,
            };
            let command = Command::Person { id: Some(person), command: command.into() };
            self.script.tell(self.at, family.front_door, Purpose::SafeguardingCheck, command);
        }
        Ok(())
    }

    fn tie(&mut self, family: &Family<'_>, is_in_two_households: bool) {
        let source = Source { basis: Basis::Told, agency: family.front_door.agency };
        let mut ties = Vec::new();
        for (child, number) in family.children.iter().zip(1..) {
            ties.push((family.mother, TieTo::Person(child.person), TieKind::Mother));
            ties.extend(family.father.map(|father| (father, TieTo::Person(child.person), TieKind::Father)));
            for younger in family.children.iter().skip(number) {
                ties.push((child.person, TieTo::Person(younger.person), TieKind::Sibling));
            }
            ties.push((child.person, TieTo::Household(family.household), TieKind::HouseholdMember));
        }
        ties.push((family.mother, TieTo::Household(family.household), TieKind::HouseholdMember));
        if let Some(father) = family.father {
            let household = if is_in_two_households {
                let ids = self.script.ids();
                HouseholdId(ids.derive("goldthread/county-household/1", &[father.0.as_bytes()]))
            } else {
                family.household
            };
            ties.push((father, TieTo::Household(household), TieKind::HouseholdMember));
            if is_in_two_households {
                // Children of parted parents live with both.
                for child in &family.children {
                    ties.push((child.person, TieTo::Household(household), TieKind::HouseholdMember));
                }
            }
        }
        for (from, to, kind) in ties {
            let command = tie::Record { from, to, kind, since: None, source, testimony: None };
            let command = Command::Tie { id: None, command: command.into() };
            self.script.tell(self.at, family.front_door, Purpose::SafeguardingCheck, command);
        }
    }

    fn address(&mut self, council: &Council) -> Result<Address, Untold> {
        let number = self.dice.between(1, 180);
        let street = self.words.street(self.dice);
        // No postcode ends in a letter such as C, I, K, M, O or V, so this is nobody's.
        let end = self.dice.pick(&["CI", "KM", "MO", "OV", "VC", "IK"]).copied().unwrap_or("CI");
        let (district, sector) = (self.dice.between(1, 22), self.dice.between(1, 9));
        let postcode = format!("{}{district} {sector}{end}", council.postcode);
        Ok(Address::parse(&[&format!("{number} {street}")], &postcode)?)
    }

    fn school(&mut self, council: &Council, born: NaiveDate) -> Option<Teller> {
        let age = civil_day(self.at).years_since(born).unwrap_or_default();
        let places = if age < 4 { &council.early_years } else { &council.schools };
        let place = self.dice.pick(places)?;
        self.dice.pick(place).copied()
    }
}

/// The children in need census's shares, rounded.
const ETHNICITIES: [(Ethnicity, u32); 10] = [
    (Ethnicity::WhiteBritish, 62),
    (Ethnicity::Pakistani, 12),
    (Ethnicity::AnyOtherWhite, 5),
    (Ethnicity::WhiteAndBlackCaribbean, 3),
    (Ethnicity::BlackAfrican, 4),
    (Ethnicity::Indian, 2),
    (Ethnicity::Bangladeshi, 2),
    (Ethnicity::WhiteAndAsian, 3),
    (Ethnicity::GypsyRoma, 2),
    (Ethnicity::NotObtained, 5),
];

/// A number of the range kept for tests, with its check digit (NHS Data Dictionary, modulus 11).
#[must_use]
pub fn nhs_number(child: u32) -> String {
    // Of two numbers next to each other, one has a check digit.
    let first = 999_100_000 + child * 2;
    [first, first + 1].into_iter().find_map(with_check_digit).unwrap_or_default()
}

fn with_check_digit(nine: u32) -> Option<String> {
    let digits = nine.to_string();
    let sum: u32 = digits
        .chars()
        .zip((2..=10).rev())
        .filter_map(|(digit, weight)| Some(digit.to_digit(10)? * weight))
        .sum();
    match 11 - sum % 11 {
        10 => None,
        11 => Some(format!("{digits}0")),
        check => Some(format!("{digits}{check}")),
    }
}

fn lives_at(address: &Address, from: NaiveDate) -> Assertion {
    Assertion::Address {
        address: address.clone(),
        class: AddressClass::Ordinary,
        withheld_from: Vec::new(),
        living: Living::Private,
        from,
        to: None,
    }
}

fn on_day(day: NaiveDate) -> Result<UncertainDate, Untold> {
    Ok(day.to_string().parse()?)
}

/// A moment after another, so that what is told first is recorded first.
pub(super) fn minutes_after(at: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
    at + TimeDelta::minutes(i64::from(minutes))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::person::identifier::NhsNumber;

    use super::*;

    #[test]
    fn every_child_has_a_test_number_of_its_own() {
        let numbers: BTreeSet<String> = (0..10_000).map(nhs_number).collect();
        assert_eq!(numbers.len(), 10_000);
        assert!(
            numbers.iter().all(|number| number.starts_with("999") && number.parse::<NhsNumber>().is_ok())
        );
    }

    #[test]
    fn siblings_are_born_apart_or_on_one_day() {
        let words = Words::shipped();
        let mut dice = Dice::of(1, "siblings");
        let day = "2025-06-01".parse().unwrap();
        for _ in 0..200 {
            let sketch = Sketch::draw(&words, &mut dice, 4, day, 0);
            let births: Vec<_> = sketch.given.iter().map(|(_, _, born)| *born).collect();
            for (one, number) in births.iter().zip(1..) {
                for other in births.iter().skip(number) {
                    let apart = (*one - *other).num_days().abs();
                    assert!(apart == 0 || apart > 250, "{apart}");
                }
            }
        }
    }
}
