//! One thing said about a person: a name, when they were born, a number, an address.
//!
//! What the same source said last about the same thing, said again, adds nothing. What it says newly, or another
//! source says, stands beside what was said before.

use chrono::{Days, NaiveDate};

use super::address::{Address, AddressClass};
use super::characteristics::{Disability, Ethnicity};
use super::events::{
    AddressRecorded, BirthRecorded, CharacteristicsRecorded, IdentifierRecorded, Named, SexRecorded,
};
use super::identifier::{Identifier, IdentifierError, Scheme};
use super::name::{NameUse, PersonName};
use super::uncertain_date::{Precision, UncertainDate};
use super::{Asserted, PersonKind, Sex};
use crate::decider::Refusal;
use crate::event::Event;
use crate::ids::{KeyId, PersonId};
use crate::sealed::Sealed;
use crate::source::Source;
use crate::testimony::{Rules, Testimony};

#[derive(Clone, PartialEq, Debug)]
pub enum Assertion {
    Name {
        name: PersonName,
        usage: NameUse,
    },
    /// Born, or of an unborn child expected, on this date.
    Birth(UncertainDate),
    Sex(Sex),
    Identifier(Identifier),
    /// No disabilities known is `None`; known to have none is an empty list.
    Characteristics {
        ethnicity: Option<Ethnicity>,
        disabilities: Option<Vec<Disability>>,
    },
    Address {
        address: Address,
        class: AddressClass,
        /// From whom it is withheld; empty, of a withheld one, for the whole family.
        withheld_from: Vec<PersonId>,
        living: Living,
        from: NaiveDate,
        to: Option<NaiveDate>,
    },
}

/// Whether an address is shared with people who are no household of theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Living {
    Private,
    /// A hostel, a block, a caravan site.
    Communal,
}

/// Nobody is carried much longer than forty weeks; a later date is a slip of the pen.
const LONGEST_EXPECTED_DAYS: Days = Days::new(300);

const NOT_BORN_YET: Refusal = Refusal {
    code: "not-born-yet",
    sentence: "An unborn child has only an expected date of birth; record the birth when it is known.",
};
const BORN_ALREADY: Refusal = Refusal {
    code: "born-already",
    sentence: "Somebody who is born has no expected date of birth; give the date of birth.",
};
const BORN_IN_THE_FUTURE: Refusal =
    Refusal { code: "born-in-the-future", sentence: "Nobody is born after today; check the date of birth." };
const EXPECTED_TOO_FAR_AHEAD: Refusal = Refusal {
    code: "expected-too-far-ahead",
    sentence: "A child is expected within 300 days from today; check the expected date.",
};
const UNBORN_HAS_NO_NUMBER: Refusal = Refusal {
    code: "unborn-has-no-number",
    sentence: "An unborn child has no NHS number and no pupil number; record it after the birth.",
};
const NOT_WITHHELD: Refusal = Refusal {
    code: "not-withheld",
    sentence: "Only a withheld address is kept from people who are named; choose that class, or name nobody.",
};
const ENDS_BEFORE_IT_STARTS: Refusal = Refusal {
    code: "ends-before-it-starts",
    sentence: "The last day at an address is not before the first; check both days.",
};

fn wrong_number(error: IdentifierError) -> Refusal {
    match error {
        IdentifierError::NhsForm => Refusal {
            code: "nhs-number-form",
            sentence: "An NHS number is ten digits; read it again from the source.",
        },
        IdentifierError::NhsCheck => Refusal {
            code: "nhs-number-check",
            sentence: "The NHS number's check digit does not fit; read it again from the source.",
        },
        IdentifierError::UpnForm => Refusal {
            code: "upn-form",
            sentence: "A unique pupil number is a letter, then twelve digits or eleven digits and a letter.",
        },
        IdentifierError::UpnCheck => Refusal {
            code: "upn-check",
            sentence: "The unique pupil number's check letter does not fit; read it again from the source.",
        },
        IdentifierError::LaChildIdForm => Refusal {
            code: "la-child-id-form",
            sentence: "An authority's child id is 1 to 20 letters, digits or any of - / . _ and no spaces.",
        },
    }
}

/// A person as assertions are judged against them.
pub(super) struct Judged<'a> {
    pub(super) kind: PersonKind,
    pub(super) today: NaiveDate,
    pub(super) rules: &'a mut Rules,
}

impl Assertion {
    /// The rules an assertion keeps.
    pub(super) fn check(&self, judged: &mut Judged<'_>) -> Result<(), Refusal> {
        match self {
            Self::Birth(date) => check_birth(*date, judged),
            Self::Identifier(identifier) => {
                let is_agency_number =
                    matches!(identifier.scheme(), Scheme::Nhs | Scheme::Upn | Scheme::FormerUpn);
                if judged.kind == PersonKind::Unborn && is_agency_number {
                    judged.rules.broken(UNBORN_HAS_NO_NUMBER)?;
                }
                match identifier.check() {
                    Ok(()) => Ok(()),
                    Err(error) => judged.rules.broken(wrong_number(error)),
                }
            }
            Self::Address { class, withheld_from, .. }
                if *class != AddressClass::Withheld && !withheld_from.is_empty() =>
            {
                judged.rules.broken(NOT_WITHHELD)
            }
            Self::Address { from, to: Some(to), .. } if to < from => {
                judged.rules.broken(ENDS_BEFORE_IT_STARTS)
            }
            Self::Name { .. } | Self::Sex(_) | Self::Characteristics { .. } | Self::Address { .. } => Ok(()),
        }
    }

    /// The event it leads to.
    pub(super) fn event(self, key: KeyId, source: Source, testimony: Option<Testimony>) -> Event {
        match self {
            Self::Name { name, usage } => {
                Named { usage, name: Sealed::new(key, name), source, testimony }.into()
            }
            Self::Birth(date) => BirthRecorded {
                precision: date.precision(),
                date: Sealed::new(key, date),
                year: date.year(),
                source,
                testimony,
            }
            .into(),
            Self::Sex(sex) => SexRecorded { sex, source, testimony }.into(),
            Self::Identifier(identifier) => IdentifierRecorded {
                scheme: identifier.scheme().clone(),
                value: Sealed::new(key, identifier.as_str().to_owned()),
                source,
                testimony,
            }
            .into(),
            Self::Characteristics { ethnicity, disabilities } => {
                let disabilities = disabilities.map(|mut list| {
                    list.sort_unstable();
                    list.dedup();
                    list
                });
                CharacteristicsRecorded { ethnicity, disabilities, source, testimony }.into()
            }
            Self::Address { address, class, mut withheld_from, living, from, to } => AddressRecorded {
                address: Sealed::new(key, address),
                class,
                withheld_from: {
                    withheld_from.sort_unstable();
                    withheld_from.dedup();
                    withheld_from
                },
                is_communal: living == Living::Communal,
                from,
                to,
                source,
                testimony,
            }
            .into(),
        }
    }
}

fn check_birth(date: UncertainDate, judged: &mut Judged<'_>) -> Result<(), Refusal> {
    match (judged.kind, date.precision()) {
        (PersonKind::Unborn, Precision::Expected) => {
            if date.latest() > judged.today + LONGEST_EXPECTED_DAYS {
                judged.rules.broken(EXPECTED_TOO_FAR_AHEAD)?;
            }
            Ok(())
        }
        (PersonKind::Unborn, _) => judged.rules.broken(NOT_BORN_YET),
        (PersonKind::Born, Precision::Expected) => judged.rules.broken(BORN_ALREADY),
        (PersonKind::Born, _) => check_birth_date(date, judged.today, judged.rules),
    }
}

/// The rule of every date of birth, of a child just born too.
pub(super) fn check_birth_date(
    date: UncertainDate,
    today: NaiveDate,
    rules: &mut Rules,
) -> Result<(), Refusal> {
    if date.earliest() > today { rules.broken(BORN_IN_THE_FUTURE) } else { Ok(()) }
}

impl Asserted {
    /// True when the key it was sealed under is known to be destroyed.
    pub(super) fn is_erased(&self) -> bool {
        match &self.event {
            Event::PersonNamed(named) => named.name.is_erased(),
            Event::PersonBirthRecorded(recorded) => recorded.date.is_erased(),
            Event::PersonIdentifierRecorded(recorded) => recorded.value.is_erased(),
            Event::PersonAddressRecorded(recorded) => recorded.address.is_erased(),
            Event::PersonBorn(born) => born.date.is_erased(),
            _ => false,
        }
    }

    /// True when `event` is about the same thing as this one, from the same source: a name of the same use, a number
    /// of the same scheme, an address from the same day.
    pub(super) fn is_about_the_same_as(&self, event: &Event) -> bool {
        match (&self.event, event) {
            (Event::PersonNamed(one), Event::PersonNamed(other)) => {
                one.source == other.source && one.usage == other.usage
            }
            (Event::PersonBirthRecorded(one), Event::PersonBirthRecorded(other)) => {
                one.source == other.source
            }
            (Event::PersonSexRecorded(one), Event::PersonSexRecorded(other)) => one.source == other.source,
            (Event::PersonIdentifierRecorded(one), Event::PersonIdentifierRecorded(other)) => {
                one.source == other.source && one.scheme == other.scheme
            }
            (Event::PersonCharacteristicsRecorded(one), Event::PersonCharacteristicsRecorded(other)) => {
                one.source == other.source
            }
            (Event::PersonAddressRecorded(one), Event::PersonAddressRecorded(other)) => {
                one.source == other.source && one.from == other.from
            }
            _ => false,
        }
    }

    /// True when it says the same, whatever row of whatever return said so.
    pub(super) fn says_the_same_as(&self, event: &Event) -> bool {
        match (&self.event, event) {
            (Event::PersonNamed(one), Event::PersonNamed(other)) => one.name == other.name,
            (Event::PersonBirthRecorded(one), Event::PersonBirthRecorded(other)) => one.date == other.date,
            (Event::PersonSexRecorded(one), Event::PersonSexRecorded(other)) => one.sex == other.sex,
            (Event::PersonIdentifierRecorded(one), Event::PersonIdentifierRecorded(other)) => {
                one.value == other.value
            }
            (Event::PersonCharacteristicsRecorded(one), Event::PersonCharacteristicsRecorded(other)) => {
                one.ethnicity == other.ethnicity && one.disabilities == other.disabilities
            }
            (Event::PersonAddressRecorded(one), Event::PersonAddressRecorded(other)) => {
                one.address == other.address
                    && one.class == other.class
                    && one.withheld_from == other.withheld_from
                    && one.is_communal == other.is_communal
                    && one.to == other.to
            }
            _ => false,
        }
    }
}
