//! A child as a census return tells them, put on record in one append: who they are, born or expected, and whether
//! they died.
//!
//! What the return breaks is judged by the same rules as a practitioner's commands, and kept as faults. A row that is
//! on record already adds nothing.
//!
//! Left out: that a later return no longer has a row. Silence takes nothing back.

use chrono::NaiveDate;

use super::assert::Saying;
use super::assertion::check_birth_date;
use super::characteristics::{Disability, Ethnicity};
use super::death::{DIED_ALREADY, DIED_BEFORE_BIRTH, is_birth_after};
use super::events::{Born, Died, Opened};
use super::identifier::Identifier;
use super::uncertain_date::UncertainDate;
use super::{Assertion, Person, PersonKind, Sex};
use crate::authority::Authority;
use crate::case::record_episode::Row;
use crate::decider::{Act, IN_THE_FUTURE, NewEvent, Refusal};
use crate::event::Event;
use crate::ids::{KeyId, ReturnId};
use crate::sealed::Sealed;
use crate::source::Source;
use crate::testimony::{Fault, Rules, SaidRow, Testimony};
use crate::when::{Occurred, civil_day};

/// Records what a return says of one child, who may not be on record yet.
///
/// A row was recorded when it is among the `rows` of the [`testimony`](super::testimony) of an event decided here;
/// otherwise it was there already, or said nothing new.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordChild {
    /// Whose return it is.
    pub authority: Authority,
    pub return_id: ReturnId,
    /// The return's reference day.
    pub as_of: NaiveDate,
    pub source: Source,
    pub child: Row<ChildRow>,
}

/// `ChildIdentifiers` and `ChildCharacteristics`.
#[derive(Clone, PartialEq)]
pub struct ChildRow {
    pub identifiers: Vec<Identifier>,
    pub born: Option<NaiveDate>,
    /// Of a child who was not born when the return was made.
    pub expected: Option<NaiveDate>,
    pub died: Option<NaiveDate>,
    pub sex: Option<Sex>,
    pub ethnicity: Option<Ethnicity>,
    pub disabilities: Vec<Row<DisabilityRow>>,
}

/// `Disability`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DisabilityRow {
    /// Known to have none.
    None,
    Has(Disability),
    /// A code that is not on the list.
    NotRead,
}

crate::hidden_when_printed!(ChildRow);

impl ChildRow {
    fn kind(&self) -> PersonKind {
        if self.born.is_none() && self.expected.is_some() { PersonKind::Unborn } else { PersonKind::Born }
    }

    /// `None` when nothing readable is said of disability.
    fn known_disabilities(&self) -> Option<Vec<Disability>> {
        let said = self.disabilities.iter().filter(|row| row.says != DisabilityRow::NotRead);
        let known: Vec<_> = said
            .map(|row| match row.says {
                DisabilityRow::Has(disability) => Some(disability),
                DisabilityRow::None | DisabilityRow::NotRead => None,
            })
            .collect();
        (!known.is_empty()).then(|| known.into_iter().flatten().collect())
    }
}

impl RecordChild {
    pub(super) fn decide(self, person: &Person, act: &Act) -> Result<Vec<NewEvent>, Refusal> {
        let is_news = |row: &SaidRow| !person.rows.contains(row);
        let child_is_news = is_news(&self.child.row);
        let more_is_news = self.child.says.disabilities.iter().any(|row| is_news(&row.row));
        if !child_is_news && !more_is_news {
            return Ok(Vec::new());
        }
        let (kind, key) = match person.opened {
            Some(_) => person.opened_and_kept().map(|opened| (opened.kind, opened.key))?,
            None => (self.child.says.kind(), act.fresh_key),
        };
        // Of a return read in before its own reference day, what it says was said today.
        let occurred = Occurred::Day(self.as_of.min(civil_day(act.now)));
        let faults = if child_is_news { self.faults(person, act) } else { Vec::new() };
        let mut pen = Pen { said: &self, act, person, kind, key, occurred, faults, events: Vec::new() };
        pen.opened();
        if child_is_news {
            pen.told()?;
        }
        pen.characteristics()?;
        if child_is_news {
            pen.died()?;
        }
        Ok(pen.events)
    }

    /// What is wrong with the child's own row, an impossible death included.
    fn faults(&self, person: &Person, act: &Act) -> Vec<Fault> {
        let mut faults = self.child.faults.clone();
        faults.extend(self.no_death(person, act).map(Fault::from));
        faults
    }

    /// Nobody is put down as dead by a day that has not come, nor on two days.
    fn no_death(&self, person: &Person, act: &Act) -> Option<Refusal> {
        let on = self.child.says.died.map(Occurred::Day)?;
        if on.is_ahead_of(act.now) {
            return Some(IN_THE_FUTURE);
        }
        person.died().filter(|known| *known != on).map(|_| DIED_ALREADY)
    }
}

/// Writes the events of one child.
struct Pen<'a> {
    said: &'a RecordChild,
    act: &'a Act,
    person: &'a Person,
    kind: PersonKind,
    key: KeyId,
    occurred: Occurred,
    /// What is wrong with the row, until an event bears it.
    faults: Vec<Fault>,
    events: Vec<NewEvent>,
}

impl Pen<'_> {
    fn testimony(&self, rows: Vec<SaidRow>, faults: Vec<Fault>) -> Testimony {
        Testimony { return_id: self.said.return_id, as_of: self.said.as_of, rows, faults }
    }

    /// Testimony of the child's own row, which bears the row's faults once.
    fn of_child(&mut self) -> Testimony {
        let faults = std::mem::take(&mut self.faults);
        self.testimony(vec![self.said.child.row], faults)
    }

    fn write(&mut self, occurred: Occurred, event: impl Into<Event>) {
        self.events.push(NewEvent { occurred, event: event.into() });
    }

    fn opened(&mut self) {
        if self.person.opened.is_none() {
            let opened = Opened { kind: self.kind, key: self.key, testimony: Some(self.of_child()) };
            self.write(self.occurred, opened);
        }
    }

    /// Birth, sex and numbers.
    fn told(&mut self) -> Result<(), Refusal> {
        let says = &self.said.child.says;
        let born = says.born.map(UncertainDate::exact);
        match (self.kind, born) {
            (PersonKind::Unborn, Some(date)) => self.is_born(date)?,
            (PersonKind::Born, Some(date)) if !self.was_said_at_birth(date) => {
                self.assert(Assertion::Birth(date))?;
            }
            // An expected date is old news of a child who is born.
            (PersonKind::Born, _) => {}
            (PersonKind::Unborn, None) => {
                if let Some(day) = says.expected {
                    self.assert(Assertion::Birth(UncertainDate::expected(day)))?;
                }
            }
        }
        if let Some(sex) = says.sex {
            self.assert(Assertion::Sex(sex))?;
        }
        says.identifiers.iter().try_for_each(|number| self.assert(Assertion::Identifier(number.clone())))
    }

    fn is_born(&mut self, date: UncertainDate) -> Result<(), Refusal> {
        let mut rules = Rules::for_testimony(Some(self.of_child()));
        check_birth_date(date, civil_day(self.act.now), &mut rules)?;
        let born = Born {
            date: Sealed::new(self.key, date),
            year: date.year(),
            source: self.said.source,
            testimony: rules.testimony(),
        };
        self.write(self.occurred, born);
        self.kind = PersonKind::Born;
        Ok(())
    }

    fn was_said_at_birth(&self, date: UncertainDate) -> bool {
        self.person.assertions().any(|event| match event {
            Event::PersonBorn(born) => born.source == self.said.source && born.date.known() == Some(&date),
            _ => false,
        })
    }

    fn assert(&mut self, assertion: Assertion) -> Result<(), Refusal> {
        let testimony = self.testimony(vec![self.said.child.row], self.faults.clone());
        if self.say(assertion, testimony)? {
            self.faults.clear();
        }
        Ok(())
    }

    /// Ethnicity and disabilities are one assertion, which rests on several rows.
    fn characteristics(&mut self) -> Result<(), Refusal> {
        let says = &self.said.child.says;
        if says.ethnicity.is_none() && says.disabilities.is_empty() {
            return Ok(());
        }
        // Silence on the one takes nothing back of what this source said of it.
        let last = self.person.assertions().filter_map(|event| match event {
            Event::PersonCharacteristicsRecorded(said) if said.source == self.said.source => Some(said),
            _ => None,
        });
        let last = last.last();
        let ethnicity = says.ethnicity.or(last.and_then(|last| last.ethnicity));
        let disabilities =
            says.known_disabilities().or_else(|| last.and_then(|last| last.disabilities.clone()));
        let mut rows = vec![self.said.child.row];
        let mut faults = self.faults.clone();
        for disability in &says.disabilities {
            if !rows.contains(&disability.row) {
                rows.push(disability.row);
            }
            for fault in &disability.faults {
                if !faults.contains(fault) {
                    faults.push(fault.clone());
                }
            }
        }
        let testimony = self.testimony(rows, faults);
        if self.say(Assertion::Characteristics { ethnicity, disabilities }, testimony)? {
            self.faults.clear();
        }
        Ok(())
    }

    /// Writes what is said, unless it is on record. Whether it was news.
    fn say(&mut self, assertion: Assertion, testimony: Testimony) -> Result<bool, Refusal> {
        let saying =
            Saying { kind: self.kind, key: self.key, source: self.said.source, occurred: self.occurred };
        let rules = Rules::for_testimony(Some(testimony));
        let (_, said) = saying.judge(self.act, self.person, vec![assertion], rules)?;
        let is_news = !said.is_empty();
        self.events.extend(said);
        Ok(is_news)
    }

    fn died(&mut self) -> Result<(), Refusal> {
        let (Some(day), None) = (self.said.child.says.died, self.said.no_death(self.person, self.act)) else {
            return Ok(());
        };
        let on = Occurred::Day(day);
        if self.person.died() == Some(on) {
            return Ok(());
        }
        let mut rules = Rules::for_testimony(Some(self.of_child()));
        let born_later = self.said.child.says.born.is_some_and(|born| born > day);
        if born_later || self.person.asserted.iter().any(|said| is_birth_after(said, on)) {
            rules.broken(DIED_BEFORE_BIRTH)?;
        }
        let died = Died { source: self.said.source, testimony: rules.testimony() };
        self.write(on, died);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::decider::testing::{Given, TOLD, day, nothing, now};
    use crate::person::identifier::Scheme;
    use crate::testimony::RowHash;

    fn said(key: u8, content: u8) -> SaidRow {
        SaidRow { key: RowHash([key; 16]), content: RowHash([content; 16]) }
    }

    fn row<T>(key: u8, content: u8, says: T) -> Row<T> {
        Row { row: said(key, content), faults: Vec::new(), says }
    }

    fn maya() -> ChildRow {
        let authority = "380".parse().unwrap();
        ChildRow {
            identifiers: vec![Identifier::as_given(Scheme::LaChildId { authority }, "INV000001")],
            born: Some(day("2019-05-02")),
            expected: None,
            died: None,
            sex: Some(Sex::Female),
            ethnicity: Some(Ethnicity::WhiteBritish),
            disabilities: vec![row(2, 1, DisabilityRow::None)],
        }
    }

    fn told(year: u16, content: u8, says: ChildRow) -> RecordChild {
        RecordChild {
            authority: "380".parse().unwrap(),
            return_id: ReturnId(Uuid::from_u128(u128::from(year))),
            as_of: day(&format!("{year}-03-31")),
            source: TOLD,
            child: row(1, content, says),
        }
    }

    fn on_record() -> Given<Person> {
        nothing().after(told(2024, 1, maya()))
    }

    fn rows(event: &Event) -> Vec<SaidRow> {
        super::super::testimony(event).map(|said| said.rows.clone()).unwrap_or_default()
    }

    fn faults(events: &[NewEvent]) -> Vec<String> {
        let said = events.iter().filter_map(|new| super::super::testimony(&new.event));
        said.flat_map(|said| &said.faults).map(|fault| fault.code.clone()).collect()
    }

    #[test]
    fn a_child_comes_on_record_in_one_append() {
        let events = nothing::<Person>().when(told(2024, 1, maya())).events();
        let kinds: Vec<_> = events.iter().map(|new| new.event.kind()).collect();
        assert_eq!(
            kinds,
            [
                "person.opened",
                "person.birth-recorded",
                "person.sex-recorded",
                "person.identifier-recorded",
                "person.characteristics-recorded",
            ]
        );
        assert!(events.iter().all(|new| new.occurred == Occurred::Day(day("2024-03-31"))));
        assert_eq!(events.last().map(|new| rows(&new.event)), Some(vec![said(1, 1), said(2, 1)]));
    }

    #[test]
    fn a_row_on_record_adds_nothing_in_any_later_return() {
        on_record().when(told(2024, 1, maya())).then_nothing();
        on_record().when(told(2025, 1, maya())).then_nothing();
    }

    #[test]
    fn a_later_return_adds_what_it_says_newly_and_no_more() {
        let boy = ChildRow { sex: Some(Sex::Male), ..maya() };
        on_record().when(told(2025, 2, boy)).then_kinds(["person.sex-recorded"]);
    }

    #[test]
    fn a_new_disability_is_news_of_a_child_who_is_otherwise_as_before() {
        let mut more = maya();
        more.disabilities = vec![row(3, 1, DisabilityRow::Has(Disability::Learning))];
        on_record().when(told(2025, 1, more)).then_kinds(["person.characteristics-recorded"]);
    }

    #[test]
    fn silence_takes_nothing_back() {
        let mut silent = maya();
        silent.ethnicity = None;
        silent.disabilities = Vec::new();
        on_record().when(told(2025, 2, silent)).then_nothing();
    }

    #[test]
    fn a_child_who_was_expected_is_born() {
        let expected = ChildRow {
            born: None,
            expected: Some(day("2024-04-20")),
            sex: Some(Sex::Unknown),
            disabilities: Vec::new(),
            ..maya()
        };
        let unborn = nothing::<Person>().after(told(2024, 1, expected.clone()));
        let born = ChildRow { born: Some(day("2024-04-22")), expected: None, ..expected };
        let events = unborn.when(told(2025, 2, born)).events();
        assert_eq!(events.iter().map(|new| new.event.kind()).collect::<Vec<_>>(), ["person.born"]);
    }

    #[test]
    fn an_earlier_return_read_in_late_does_not_make_a_child_unborn() {
        let expected = ChildRow { born: None, expected: Some(day("2019-05-01")), ..maya() };
        on_record().when(told(2019, 3, expected)).then_kinds([
            "person.sex-recorded",
            "person.identifier-recorded",
            "person.characteristics-recorded",
        ]);
    }

    #[test]
    fn a_death_is_recorded_on_its_day() {
        let died = ChildRow { died: Some(day("2025-01-04")), ..maya() };
        let events = on_record().when(told(2025, 2, died)).events();
        assert_eq!(events.iter().map(|new| new.event.kind()).collect::<Vec<_>>(), ["person.died"]);
        assert_eq!(events.first().map(|new| new.occurred), Some(Occurred::Day(day("2025-01-04"))));
    }

    #[test]
    fn nobody_is_dead_by_a_day_that_has_not_come() {
        let died = ChildRow { died: Some(day("2026-03-11")), ..maya() };
        let events = nothing::<Person>().when(told(2026, 1, died)).events();
        assert!(events.iter().all(|new| new.event.kind() != "person.died"));
        assert_eq!(faults(&events), ["in-the-future"]);
    }

    #[test]
    fn what_a_return_says_before_its_reference_day_was_said_today() {
        let events = nothing::<Person>().when(told(2026, 1, maya())).events();
        let today = Occurred::Day(civil_day(now()));
        assert!(events.iter().all(|new| new.occurred == today));
    }

    #[test]
    fn what_the_reader_found_wrong_is_told_once() {
        let mut odd = told(2024, 1, maya());
        odd.child.faults = vec![Fault { code: "census-8530q".to_owned(), sentence: "an odd day".to_owned() }];
        odd.child.says.identifiers.push(Identifier::as_given(Scheme::Upn, "A000"));
        let events = nothing::<Person>().when(odd).events();
        assert_eq!(faults(&events), ["census-8530q", "upn-form"]);
    }
}
