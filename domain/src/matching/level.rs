//! The fields that are compared and the levels of agreement, each with the words it is explained in.

use crate::codes::codes;

codes! {
    /// What is compared.
    Field, "field":
    Given => "given",
    Family => "family",
    /// Given and family name together, where the words stand in another order.
    Name => "name",
    Birth => "born",
    NhsNumber => "nhs-number",
    Address => "address",
}

codes! {
    /// How far two values agree.
    Level, "level of agreement":
    Same => "same",
    /// One name, otherwise written or short for the other.
    OtherForm => "other-form",
    OneLetterOut => "one-letter-out",
    SoundsTheSame => "sounds-the-same",
    /// One of several names is the same.
    PartTheSame => "part-the-same",
    TwoLettersOut => "two-letters-out",
    Initial => "initial",
    /// The same words, in another order.
    OtherOrder => "other-order",
    /// `Baby`, `Unknown`: no name of anybody.
    SaysNothing => "says-nothing",
    /// One of them is known to the month, the year or about, and the other fits.
    CanBeTheSame => "can-be-the-same",
    DayAndMonthSwapped => "day-and-month-swapped",
    OneDigitOut => "one-digit-out",
    TwoDigitsSwapped => "two-digits-swapped",
    YearOutByOne => "year-out-by-one",
    /// The same 1 January, which stands for a day that nobody knew more often than for a birthday.
    SameFirstOfJanuary => "same-first-of-january",
    /// The same year, and one of them is 1 January.
    UnknownDay => "unknown-day",
    SamePostcode => "same-postcode",
    /// Where many live or stay who are nothing to each other.
    Communal => "communal",
    Different => "different",
}

impl Level {
    /// In words, for whoever must judge it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::OtherForm => "another form of the same name",
            Self::OneLetterOut => "one letter different",
            Self::SoundsTheSame => "sounds the same",
            Self::PartTheSame => "one part of the name is the same",
            Self::TwoLettersOut => "two letters different",
            Self::Initial => "the initial fits",
            Self::OtherOrder => "the same names in another order",
            Self::SaysNothing => "not a name: says nothing",
            Self::CanBeTheSame => "not known to the day, and fits",
            Self::DayAndMonthSwapped => "day and month the other way round",
            Self::OneDigitOut => "one digit different",
            Self::TwoDigitsSwapped => "two digits the other way round",
            Self::YearOutByOne => "the year is out by one",
            Self::SameFirstOfJanuary => "the same 1 January, which often stands for a day nobody knew",
            Self::UnknownDay => "the same year; 1 January may stand for a day nobody knew",
            Self::SamePostcode => "the same postcode",
            Self::Communal => "a place where many live or stay: says nothing",
            Self::Different => "different",
        }
    }
}
