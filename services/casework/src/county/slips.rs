//! What is written down wrong, and how it is put right some days later.
//!
//! Nobody publishes how often records are wrong; that one entry in forty is, is an assumption.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::case;
use domain::contact::ConcernKind;
use domain::history::{Correction, Reason};
use domain::ids::EventId;
use domain::when::{Occurred, civil_day};
use event_store::StreamId;

use super::Untold;
use super::calendar::{after, in_office_hours, working_day};
use super::dice::Dice;
use super::family::{Child, Family, minutes_after};
use super::script::{Script, Told};
use super::told::Telling;
use super::work::Work;
use crate::amend::Amendment;
use crate::execute::{Command, Place};

/// What goes wrong with an entry on a case.
#[derive(Clone, Copy)]
enum Slip {
    /// Dated a day late.
    Day,
    /// Written down by two people, or by one who pressed twice.
    Twice,
    /// It happened to a sibling.
    Child,
}

const SLIPS: [(Option<Slip>, u32); 4] =
    [(None, 975), (Some(Slip::Day), 13), (Some(Slip::Twice), 7), (Some(Slip::Child), 5)];

impl Work<'_, '_> {
    /// Tells an order, and perhaps what was wrong with it. `sibling` has a case of their own by then.
    pub fn tell_or_slip(
        &mut self,
        (at, happened): (DateTime<Utc>, DateTime<Utc>),
        sibling: Option<Child>,
        command: case::Command,
    ) -> Option<Told> {
        let purpose = Purpose::AllocatedWork;
        let order = |command| Command::Case { id: self.case, command };
        let slip = self.dice.weighted(&SLIPS).flatten();
        let again = matches!(slip, Some(Slip::Twice)).then(|| order(command.clone()));
        let told = self.script.tell(at, self.worker, purpose, order(command))?;
        let stream = StreamId { category: "case".to_owned(), id: told.stream };
        let noticed = noticed(at, self.dice);
        match (slip, sibling) {
            (Some(Slip::Day), _) => {
                let occurred = Occurred::Instant(happened - TimeDelta::days(1));
                let amendment = amendment(told, Reason::Mistake, Some(occurred));
                self.script.amend(noticed, self.worker, stream, amendment);
            }
            (Some(Slip::Twice), _) => {
                let again = again
                    .and_then(|again| self.script.tell(minutes_after(at, 6), self.worker, purpose, again));
                if let Some(again) = again {
                    withdraw(self.script, noticed, self.worker, (stream, again));
                }
            }
            (Some(Slip::Child), Some(sibling)) => {
                let authority = &self.family.council.authority;
                let place = |child: Child| Place::Case { child: child.person, authority: authority.clone() };
                let places = (place(self.child), place(sibling));
                self.script.move_entry(noticed, self.team.manager, entry(told), places);
            }
            (None, _) | (Some(Slip::Child), None) => {}
        }
        Some(told)
    }
}

impl Telling<'_, '_> {
    /// Of some contacts, more is known a few days later than was told at first.
    pub fn put_right(
        &mut self,
        family: &Family<'_>,
        (told, at): (Told, DateTime<Utc>),
        concern: ConcernKind,
    ) -> Result<(), Untold> {
        if self.dice.per_mille(25) {
            let words = vec![("account".to_owned(), self.words.account(concern.code(), self.dice)?)];
            let amendment = Amendment { words, ..amendment(told, Reason::BetterInformation, None) };
            let stream = StreamId { category: "contact".to_owned(), id: told.stream };
            self.script.amend(noticed(at, self.dice), family.front_door, stream, amendment);
        }
        Ok(())
    }
}

fn noticed(at: DateTime<Utc>, dice: &mut Dice) -> DateTime<Utc> {
    in_office_hours(working_day(after(civil_day(at), dice.between(1, 24))), dice)
}

fn entry(told: Told) -> EventId {
    EventId::of(told.command, told.stream, 0)
}

fn amendment(told: Told, reason: Reason, occurred: Option<Occurred>) -> Amendment {
    Amendment { entry: entry(told), reason, occurred, facts: serde_json::Map::new(), words: Vec::new() }
}

fn withdraw(
    script: &mut Script<'_>,
    at: DateTime<Utc>,
    teller: super::crew::Teller,
    (stream, told): (StreamId, Told),
) {
    let correction = Correction::Withdraw { entry: entry(told), reason: Reason::Duplicate };
    script.tell(at, teller, Purpose::RecordKeeping, Command::Correct { stream, correction });
}
