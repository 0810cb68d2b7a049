//! Puts testimony on record: what is news becomes an event, what is known adds nothing, and what a later return says
//! otherwise amends what an earlier one said. What a practitioner recorded stands, whatever a return says.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::case::fold::Told;
use crate::case::state::{Case, Fact, Item, Said, Who};
use crate::decider::{Act, NewEvent};
use crate::event::Event;
use crate::history::{Amended, Reason};
use crate::ids::{EventId, ReturnId};
use crate::testimony::{Fault, Rules, SaidRow, Testimony};
use crate::when::{Occurred, civil_day};

use super::rows::Row;

/// Writes the events of one command, judging each in the light of those before it.
pub(super) struct Scribe<'a> {
    pub act: &'a Act,
    pub who: Who,
    /// The case as it stands with everything written so far.
    pub case: Case,
    pub events: Vec<NewEvent>,
    return_id: ReturnId,
    as_of: NaiveDate,
    parts: u32,
}

/// What makes a fact worth an event.
pub(super) enum News {
    /// Nothing of the kind was on record.
    First,
    /// An earlier return said otherwise.
    Better { entry: EventId, rows: Vec<SaidRow> },
}

/// Whether the return gives the day of a fact, or it is only known to lie within limits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dating {
    Stated,
    Bounded,
}

/// What makes the fact a row is mainly about worth an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It says something new.
    Change,
    /// It says the same, and nothing else puts the row on record.
    Mention,
}

/// The testimony of one row, for each event it leads to. What the reader found wrong goes on the first.
pub(super) struct Pen {
    testimony: Testimony,
}

impl Pen {
    /// The rules for one more event of this row.
    pub(super) fn rules(&mut self, news: &News) -> Rules {
        let mut testimony = self.testimony.clone();
        self.testimony.faults.clear();
        if let News::Better { rows, .. } = news {
            let replaced = rows.iter().filter(|row| !self.testimony.rows.contains(row));
            testimony.rows.extend(replaced);
        }
        Rules::for_testimony(Some(testimony))
    }

    /// For an event that the row led to and that does not put it on record.
    pub(super) fn in_passing(&self) -> Option<Testimony> {
        Some(Testimony { rows: Vec::new(), faults: Vec::new(), ..self.testimony.clone() })
    }
}

impl<'a> Scribe<'a> {
    pub(super) fn new(case: &Case, act: &'a Act, who: Who, return_id: ReturnId, as_of: NaiveDate) -> Self {
        Self { act, who, case: case.clone(), events: Vec::new(), return_id, as_of, parts: 0 }
    }

    /// An id for a part not heard of before.
    pub(super) fn fresh(&mut self) -> Uuid {
        let id = self.act.command.part_of(self.act.stream, self.parts);
        self.parts = self.parts.saturating_add(1);
        id
    }

    /// The part this row speaks of, as it stands; else one that a practitioner began on the same day; else a new one.
    pub(super) fn part<T: Item + Clone>(
        &mut self,
        parts: &[T],
        row: SaidRow,
        same_day: impl Fn(&T) -> bool,
        new: impl Fn(Uuid) -> T::Id,
    ) -> T {
        let by_key = parts.iter().find(|part| part.keys().contains(&row.key));
        let standing = by_key.or_else(|| parts.iter().find(|part| same_day(part)));
        standing.cloned().unwrap_or_else(|| T::heard_of(new(self.fresh())))
    }

    /// True when the row is on record, from this return or another.
    pub(super) fn has(&self, row: SaidRow) -> bool {
        self.case.rows.contains(&row)
    }

    /// `inside` are rows that are said in the same events, such as an assessment's factors.
    pub(super) fn pen<T>(&self, row: &Row<T>, inside: impl Iterator<Item = (SaidRow, Vec<Fault>)>) -> Pen {
        let mut testimony = Testimony {
            return_id: self.return_id,
            as_of: self.as_of,
            rows: vec![row.row],
            faults: row.faults.clone(),
        };
        for (row, faults) in inside {
            if !testimony.rows.contains(&row) {
                testimony.rows.push(row);
            }
            for fault in faults {
                if !testimony.faults.contains(&fault) {
                    testimony.faults.push(fault);
                }
            }
        }
        Pen { testimony }
    }

    /// The last day this return can know of.
    pub(super) fn known_by(&self) -> NaiveDate {
        self.as_of.min(civil_day(self.act.now))
    }

    /// Some day from `first` to `last`; `first` when they cannot be in that order.
    pub(super) fn between(&self, first: NaiveDate, last: Option<NaiveDate>) -> Occurred {
        let last = last.unwrap_or_else(|| self.known_by());
        if first < last { Occurred::Between(first, last) } else { Occurred::Day(first) }
    }

    /// Whether the fact a row is mainly about is news. A row that changes nothing is still worth a mention when it
    /// leads to no other event: what a later return confirms, an earlier one read afterwards does not overrule.
    pub(super) fn main_news<T: PartialEq>(
        &self,
        standing: Option<&Fact<T>>,
        on: Occurred,
        dating: Dating,
        value: &T,
        worth: Worth,
    ) -> Option<News> {
        let better = |fact: &Fact<T>| {
            let said = fact.said.as_ref().filter(|said| self.is_as_late_as(said))?;
            Some(News::Better { entry: fact.entry, rows: said.rows.clone() })
        };
        self.news(standing, on, dating, value).or_else(|| match worth {
            Worth::Change => None,
            Worth::Mention => standing.and_then(better),
        })
    }

    /// Whether a fact is news, given what stands. `None`: it adds nothing.
    pub(super) fn news<T: PartialEq>(
        &self,
        standing: Option<&Fact<T>>,
        on: Occurred,
        dating: Dating,
        value: &T,
    ) -> Option<News> {
        let Some(fact) = standing else { return Some(News::First) };
        let same_day = dating == Dating::Bounded || fact.on == on;
        if same_day && fact.value == *value {
            return None;
        }
        let said = fact.said.as_ref().filter(|said| self.is_as_late_as(said))?;
        Some(News::Better { entry: fact.entry, rows: said.rows.clone() })
    }

    /// What an earlier return, or another of the same day, said may be said better by this one.
    pub(super) fn is_as_late_as(&self, said: &Said) -> bool {
        said.as_of <= self.as_of
    }

    /// Writes an event, or the amendment that puts it in an earlier one's place.
    pub(super) fn write(&mut self, news: News, on: Occurred, event: impl Into<Event>) {
        let event = event.into();
        let (entry, new) = match news {
            News::First => {
                // Only told apart within this command: the store gives the entry its own id.
                let stand_in = EventId(self.fresh());
                (stand_in, NewEvent { occurred: on, event: event.clone() })
            }
            News::Better { entry, .. } => {
                let amended = Amended {
                    entry,
                    reason: Reason::BetterInformation,
                    occurred: on,
                    replacement: Box::new(event.clone()),
                };
                (entry, NewEvent { occurred: Occurred::Instant(self.act.now), event: amended.into() })
            }
        };
        self.case.apply(&Told { entry, on, event: &event });
        self.events.push(new);
    }
}

/// A practitioner said that it was on this day.
pub(super) fn is_by_practitioner_on<T>(fact: Option<&Fact<T>>, day: impl Into<Option<NaiveDate>>) -> bool {
    fact.filter(|fact| fact.said.is_none()).map(Fact::day).is_some_and(|said| Some(said) == day.into())
}
