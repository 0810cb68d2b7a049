//! When somebody was born, as far as it is settled; and from when on they are an adult.
//!
//! Dates of birth are assertions and may disagree. A person accepts one. At eighteen what an authority owes a child ends,
//! by the law and by the clock: the Children Act 1989 is about persons under eighteen (section 105), who attain that age
//! at the beginning of the day (Family Law Reform Act 1969, section 9). No date that is uncertain or disputed ends
//! anything; whoever it may be about is listed, for a person to decide.

use chrono::{Datelike as _, Months, NaiveDate};

use super::uncertain_date::{Precision, UncertainDate};
use crate::entry::Entry;
use crate::event::Event;
use crate::ids::EventId;

/// What was said of when somebody was born, and what of it was accepted.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct BirthDates {
    said: Vec<Said>,
    /// Which entry, and the place of the acceptance in the record: what comes after it may dispute it.
    accepted: Option<(EventId, u128)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Said {
    entry: EventId,
    date: UncertainDate,
    position: u128,
}

/// What one entry says of it: so much of the entry must be kept to settle it again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Word(Saying);

#[derive(Clone, Copy, PartialEq, Debug)]
enum Saying {
    Born(Said),
    Accepted(EventId, u128),
}

impl Word {
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let date = match &entry.event {
            Event::PersonBirthRecorded(recorded) => recorded.date.known(),
            Event::PersonBorn(born) => born.date.known(),
            Event::PersonBirthAccepted(accepted) => {
                return Some(Self(Saying::Accepted(accepted.assertion, entry.position)));
            }
            _ => None,
        };
        let date = date.filter(|date| date.precision() != Precision::Expected)?;
        Some(Self(Saying::Born(Said { entry: entry.id, date: *date, position: entry.position })))
    }
}

/// From when on somebody is an adult.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adult {
    From(NaiveDate),
    /// On this day at the earliest; it is uncertain or disputed.
    Unsettled(NaiveDate),
    /// Nothing was said of it, or they are not born yet.
    Unknown,
}

const COMES_OF_AGE: Months = Months::new(18 * 12);

impl BirthDates {
    /// An entry further.
    pub fn step(&mut self, entry: &Entry) {
        self.extend(Word::of(entry));
    }

    /// True when this was said.
    pub(super) fn has(&self, assertion: EventId) -> bool {
        self.said.iter().any(|said| said.entry == assertion)
    }

    /// The date that a person accepted, as long as nobody said another one since.
    #[must_use]
    pub fn accepted(&self) -> Option<UncertainDate> {
        self.standing_acceptance().map(|said| said.date)
    }

    /// The entry that said it.
    #[must_use]
    pub fn accepted_entry(&self) -> Option<EventId> {
        self.standing_acceptance().map(|said| said.entry)
    }

    #[must_use]
    pub fn is_accepted(&self, assertion: EventId) -> bool {
        self.accepted_entry() == Some(assertion)
    }

    /// Of dates that were said, the most exact, if all of them can be the same day; `None` when they dispute each other. What
    /// was expected before a birth says nothing once the birth is said.
    #[must_use]
    pub fn undisputed(said: &[UncertainDate]) -> Option<UncertainDate> {
        let is_born = |date: &&UncertainDate| date.precision() != Precision::Expected;
        let born: Vec<UncertainDate> = said.iter().filter(is_born).copied().collect();
        let said = if born.is_empty() { said } else { born.as_slice() };
        let exact = said.iter().min_by_key(|date| date.latest() - date.earliest())?;
        said.iter().all(|date| can_be_the_same(*date, *exact)).then_some(*exact)
    }

    fn standing_acceptance(&self) -> Option<&Said> {
        let (entry, at) = self.accepted?;
        let accepted = self.said.iter().find(|said| said.entry == entry)?;
        let disputed = |said: &Said| said.position > at && !can_be_the_same(said.date, accepted.date);
        (!self.said.iter().any(disputed)).then_some(accepted)
    }

    /// From when on they are an adult, by the date that was accepted, else by one that nothing said contradicts.
    #[must_use]
    pub fn adult(&self) -> Adult {
        let settled = self.accepted().or_else(|| {
            let exact = self.said.iter().map(|said| said.date).find(|date| date.day().is_some())?;
            self.said.iter().all(|said| can_be_the_same(said.date, exact)).then_some(exact)
        });
        if let Some(day) = settled.and_then(UncertainDate::day) {
            return Adult::From(comes_of_age(day));
        }
        let dates =
            settled.map_or_else(|| self.said.iter().map(|said| said.date).collect(), |date| vec![date]);
        let earliest = dates.into_iter().map(UncertainDate::earliest).min();
        earliest.map_or(Adult::Unknown, |earliest| Adult::Unsettled(comes_of_age(earliest)))
    }
}

impl Extend<Word> for BirthDates {
    fn extend<I: IntoIterator<Item = Word>>(&mut self, words: I) {
        for Word(word) in words {
            match word {
                Saying::Born(said) => self.said.push(said),
                Saying::Accepted(entry, at) => self.accepted = Some((entry, at)),
            }
        }
    }
}

fn can_be_the_same(one: UncertainDate, other: UncertainDate) -> bool {
    one.earliest() <= other.latest() && other.earliest() <= one.latest()
}

/// The eighteenth birthday. Who was born on 29 February has it on 1 March.
fn comes_of_age(born: NaiveDate) -> NaiveDate {
    let day = born.checked_add_months(COMES_OF_AGE).unwrap_or(NaiveDate::MAX);
    if day.day() == born.day() { day } else { day.succ_opt().unwrap_or(day) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decider::testing::{Given, day};
    use crate::person::open::tests::{born, open};
    use crate::person::{AcceptBirth, Assert, Person, PersonKind};
    use crate::source::{Basis, Source};

    fn says(date: &str, agency: u128) -> Assert {
        Assert {
            assertions: vec![born(date)],
            source: Source {
                basis: Basis::Told,
                agency: crate::ids::AgencyId(uuid::Uuid::from_u128(agency)),
            },
            occurred: "2026-03-09".parse().unwrap(),
            testimony: None,
        }
    }

    fn said(dates: &[&str]) -> Given<Person> {
        let first = crate::decider::testing::nothing().after(open(PersonKind::Born, Vec::new()));
        dates.iter().zip(1..).fold(first, |given, (date, agency)| given.after(says(date, agency)))
    }

    fn adult(given: &Given<Person>) -> Adult {
        given.stands().birth_dates().adult()
    }

    /// The id of the nth thing said.
    fn nth(given: &Given<Person>, nth: usize) -> EventId {
        let history = given.history();
        let births = history.iter().filter(|entry| entry.event.kind() == "person.birth-recorded");
        births.map(|entry| entry.id).nth(nth).unwrap()
    }

    #[test]
    fn a_day_that_nothing_contradicts_settles_it() {
        assert_eq!(adult(&said(&["2008-03-10"])), Adult::From(day("2026-03-10")));
        assert_eq!(adult(&said(&["2008-03-10", "2008", "2008-03"])), Adult::From(day("2026-03-10")));
        assert_eq!(adult(&said(&["2008-02-29"])), Adult::From(day("2026-03-01")));
        assert_eq!(adult(&said(&[])), Adult::Unknown);
    }

    #[test]
    fn an_uncertain_or_disputed_date_settles_nothing() {
        assert_eq!(adult(&said(&["2008"])), Adult::Unsettled(day("2026-01-01")));
        assert_eq!(adult(&said(&["about 2008"])), Adult::Unsettled(day("2025-01-01")));
        assert_eq!(adult(&said(&["2008-03-10", "2009-03-10"])), Adult::Unsettled(day("2026-03-10")));
        let expected = crate::decider::testing::nothing()
            .after(open(PersonKind::Unborn, vec![born("expected 2026-03-14")]));
        assert_eq!(adult(&expected), Adult::Unknown);
    }

    #[test]
    fn the_date_a_person_accepts_settles_it() {
        let disputed = said(&["2008-03-10", "2009-03-10"]);
        let second = nth(&disputed, 1);
        let accepted = disputed.after(AcceptBirth { assertion: second });
        assert_eq!(adult(&accepted), Adult::From(day("2027-03-10")));
        accepted.when(AcceptBirth { assertion: second }).then_nothing();
        let once_more = said(&["2008-03-10", "2009-03-10"]);
        let second = nth(&once_more, 1);
        let disputed = once_more.after(AcceptBirth { assertion: second }).after(says("2007-03-10", 7));
        assert_eq!(adult(&disputed), Adult::Unsettled(day("2025-03-10")), "another day said since");
        let year = said(&["2008", "2009-03-10"]);
        let first = nth(&year, 0);
        assert_eq!(adult(&year.after(AcceptBirth { assertion: first })), Adult::Unsettled(day("2026-01-01")));
    }

    #[test]
    fn the_most_exact_of_dates_that_can_be_one_is_shown_and_none_of_those_that_cannot() {
        let shown = |dates: &[&str]| {
            let dates: Vec<UncertainDate> = dates.iter().map(|date| date.parse().unwrap()).collect();
            BirthDates::undisputed(&dates).map(UncertainDate::to_text)
        };
        assert_eq!(shown(&["2008", "2008-03-10", "2008-03"]).as_deref(), Some("2008-03-10"));
        assert_eq!(shown(&["2008"]).as_deref(), Some("2008"));
        assert_eq!(shown(&["2008-03-10", "2009-03-10"]), None);
        assert_eq!(shown(&["expected 2026-03-14", "2026-03-12"]).as_deref(), Some("2026-03-12"));
        assert_eq!(shown(&["expected 2026-03-14"]).as_deref(), Some("expected 2026-03-14"));
        assert_eq!(shown(&[]), None);
    }

    #[test]
    fn only_a_date_of_birth_on_this_record_is_accepted() {
        let nothing = EventId(uuid::Uuid::from_u128(0xbad));
        said(&["2008-03-10"]).when(AcceptBirth { assertion: nothing }).refused("no-such-birth");
    }
}
