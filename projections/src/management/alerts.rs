//! Alerts: what was raised by which rule, and what people made of it.

use chrono::NaiveDate;
use domain::alert::Follows;
use domain::alert::events::Said;
use domain::entry::Entry;
use domain::event::Event;
use uuid::Uuid;

use super::facts::Facts;
use super::known::{Ledger, Line, LineId};
use super::table;
use crate::rows::Row;

/// What is kept of an alert.
#[derive(Debug, Default)]
pub struct Alert {
    facts: Facts<Fact>,
    pub ledger: Ledger<AlertLine>,
}

#[derive(Debug)]
enum Fact {
    Raised(NaiveDate, Says),
    Says(Says),
    Accepted(NaiveDate, Follows),
    Dismissed(NaiveDate),
    Withdrawn,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Says {
    rule: String,
    authority: Option<String>,
    /// None of an alert that only the front door may see: it is counted, and nobody is led to it.
    children: Vec<Uuid>,
}

impl From<&Said> for Says {
    fn from(said: &Said) -> Self {
        let listed = said.children.iter().filter(|_| !said.is_for_the_front_door_only);
        Self {
            rule: said.rule.as_str().to_owned(),
            authority: said.authority.as_ref().map(ToString::to_string),
            children: listed.map(|child| child.0).collect(),
        }
    }
}

impl Alert {
    pub fn take(&mut self, entry: &Entry) {
        self.facts.take(entry, read);
        let line = self.line(entry.stream);
        self.ledger.tell(entry.position, line.into_iter().collect());
    }

    fn line(&self, alert: Uuid) -> Option<AlertLine> {
        let mut line: Option<AlertLine> = None;
        for fact in self.facts.iter() {
            match (fact, &mut line) {
                (Fact::Raised(on, says), None) => {
                    line = Some(AlertLine {
                        alert,
                        raised_on: *on,
                        says: says.clone(),
                        decided_on: None,
                        became: "open",
                    });
                }
                (Fact::Raised(_, says) | Fact::Says(says), Some(line)) => line.says = says.clone(),
                (Fact::Accepted(on, follows), Some(line)) => line.decide(*on, follows.code()),
                (Fact::Dismissed(on), Some(line)) => line.decide(*on, "dismissed"),
                (Fact::Withdrawn, Some(line)) => line.became = "withdrawn",
                (_, None) => {}
            }
        }
        line
    }
}

fn read(entry: &Entry) -> Option<Fact> {
    let on = entry.occurred.day();
    Some(match &entry.event {
        Event::AlertRaised(it) => Fact::Raised(on, Says::from(&it.says)),
        Event::AlertGrew(it) => Fact::Says(Says::from(&it.says)),
        Event::AlertLessened(it) => Fact::Says(Says::from(&it.says)),
        Event::AlertAccepted(it) => Fact::Accepted(on, it.follows),
        Event::AlertDismissed(_) => Fact::Dismissed(on),
        Event::AlertWithdrawn(_) => Fact::Withdrawn,
        _ => return None,
    })
}

/// An alert as it can be counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertLine {
    alert: Uuid,
    raised_on: NaiveDate,
    says: Says,
    decided_on: Option<NaiveDate>,
    /// What followed, or `dismissed`, `withdrawn`, `open`.
    became: &'static str,
}

impl AlertLine {
    fn decide(&mut self, on: NaiveDate, became: &'static str) {
        (self.decided_on, self.became) = (Some(on), became);
    }
}

impl Line for AlertLine {
    fn id(&self) -> LineId {
        (table::ALERT, self.alert, 0)
    }

    fn write(&self, row: Row<'_>) {
        row.opt_text(self.says.authority.as_deref())
            .text(&self.says.rule)
            .date(self.raised_on)
            .opt_date(self.decided_on)
            .text(self.became)
            .uuids(self.says.children.iter().copied())
            .end();
    }
}
