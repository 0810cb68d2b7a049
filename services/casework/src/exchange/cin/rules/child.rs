//! Who the child is: identifiers, birth, sex, ethnicity, disabilities.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::super::rows::{Child, Fault, Row, Sex};
use super::super::upn;
use super::{Judging, paths};

pub(super) fn check(row: &mut Row<Child>, judging: Judging) {
    numbers(row);
    birth_and_death(row, judging);
    sex_and_ethnicity(row);
    disabilities(row);
    schooling(row, judging);
    if row.says.episodes.is_empty() {
        row.fault("8590", paths::EPISODE, "has no episode that can be read");
    }
    let days = [(paths::BORN, row.says.born), (paths::DIED, row.says.died)];
    judging.not_yet(&mut row.head, &days);
}

fn numbers(row: &mut Row<Child>) {
    let id = row.says.la_child_id.reveal();
    let is_long = id.chars().count() > 20;
    let is_plain = id.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_long {
        row.fault("1570", paths::CHILD_ID, "is longer than 20 characters");
    }
    if !is_plain {
        row.fault("1580", paths::CHILD_ID, "has something other than letters and digits");
    }
    if let Some((rule, what)) = row.says.upn.as_ref().and_then(|number| upn::flaw(number.reveal())) {
        row.fault(rule, paths::UPN, what);
    }
    if row.says.former_upn.as_ref().is_some_and(|number| upn::flaw(number.reveal()).is_some()) {
        row.fault("1560Q", paths::FORMER_UPN, "is no well-formed number");
    }
}

fn birth_and_death(row: &mut Row<Child>, judging: Judging) {
    let Child { born, expected, died, .. } = row.says;
    let year_end = judging.period.last;
    if born.is_some() == expected.is_some() {
        row.fault("8525Q", paths::BORN, "must be given, or the expected day of birth, and not both");
    }
    if born.is_some_and(|born| born > year_end) {
        row.fault("8520", paths::BORN, "is after the end of the census year");
    }
    if born.is_some_and(|born| born < years_before(year_end, 26)) {
        row.fault("8775Q", paths::BORN, "makes the child older than 25");
    }
    let earliest = year_end.checked_sub_days(Days::new(30));
    let latest = year_end.checked_add_months(Months::new(9));
    if expected.is_some_and(|expected| Some(expected) <= earliest || Some(expected) >= latest) {
        row.fault("8530Q", paths::EXPECTED, "is not between March and December of the census year");
    }
    if let (Some(born), Some(died)) = (born, died)
        && died < born
    {
        row.fault("8535Q", paths::DIED, "is before the day of birth");
    }
    if died.is_some_and(|died| !judging.period.holds(died)) {
        row.fault("8545Q", paths::DIED, "is not in the census year");
    }
}

fn sex_and_ethnicity(row: &mut Row<Child>) {
    match row.says.sex {
        None => row.fault("4180", paths::SEX, "is missing or not F, M or U"),
        Some(Sex::Female | Sex::Male | Sex::NotSpecified) if row.says.is_unborn() => {
            row.fault("8750", paths::SEX, "must be U for an unborn child");
        }
        Some(_) => {}
    }
    if row.says.ethnicity.is_none() {
        row.fault("4220", paths::ETHNICITY, "is missing or no code of its list");
    }
}

fn disabilities(row: &mut Row<Child>) {
    let says = &mut row.says;
    let acted_on = says.episodes.iter().any(|episode| episode.says.no_further_action == Some(false));
    let is_unclear = says.disabilities.iter().any(|disability| disability.says.code.is_none());
    let is_missing = says.disabilities.is_empty();
    let is_unborn = says.is_unborn();
    let says_none =
        says.disabilities.iter().any(|row| row.says.code.is_some_and(|entry| entry.code == "NONE"));
    let says_some =
        says.disabilities.iter().any(|row| row.says.code.is_none_or(|entry| entry.code != "NONE"));
    let mut before = BTreeSet::new();
    for disability in &mut says.disabilities {
        if says_none && says_some {
            disability.fault("8790", paths::DISABILITY, "includes both NONE and something else");
        }
        if disability.says.code.is_some_and(|entry| !before.insert(entry.code)) {
            disability.fault("8794", paths::DISABILITY, "is given twice");
        }
    }
    if is_unborn && !is_missing {
        let what = "is given for an unborn child, where none is allowed";
        row.head.note(Fault::reading("contradiction", paths::DISABILITY, what));
    }
    if row.says.born.is_some() && acted_on && (is_missing || is_unclear) {
        row.fault("8540", paths::DISABILITY, "is missing or no code of its list");
    }
}

fn schooling(row: &mut Row<Child>, judging: Judging) {
    let says = &row.says;
    let acted_on = says.episodes.iter().any(|episode| episode.says.no_further_action == Some(false));
    let of_school_age = says.born.is_some_and(|born| born <= latest_birth_of_school_age(judging.period.last));
    let reason = says.upn_unknown.map(|entry| entry.code);
    if acted_on && of_school_age && says.upn.is_none() && matches!(reason, None | Some("UN1")) {
        row.fault("8770Q", paths::UPN, "is missing without a reason that fits a child of school age");
    }
    if acted_on && reason == Some("UN7") {
        row.fault("8772", paths::UPN_UNKNOWN, "says no further action, yet a referral led to action");
    }
}

/// Until 2024 the rule counted six years back from the end of the census year; since then from the August
/// after it.
fn latest_birth_of_school_age(year_end: NaiveDate) -> NaiveDate {
    let six_years_before = years_before(year_end, 6);
    if year_end.year() < 2025 {
        return six_years_before;
    }
    NaiveDate::from_ymd_opt(six_years_before.year(), 8, 31).unwrap_or(six_years_before)
}

fn years_before(day: NaiveDate, years: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year() - years, day.month(), day.day()).unwrap_or(day)
}
