//! What was asked of whom, and who was silent: an answer says what it rests on, so that nobody takes it for more.
//!
//! Left out: what each of them answered, which is the answer itself.

use chrono::{DateTime, Utc};
use domain::authority::Authority;

use super::answer::{Responsible, StatusHere};

/// Somebody the answer rests on, or might have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedOf {
    pub whom: Whom,
    /// None for this node and for everybody else.
    pub authority: Option<Authority>,
    pub name: Option<String>,
    pub reply: Reply,
}

/// Who was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whom {
    /// The record of this node.
    Node,
    Authority,
    FrontDoor,
    LeadPractitioner,
    EverybodyElse,
}

impl Whom {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Node => "this-node",
            Self::Authority => "authority",
            Self::FrontDoor => "front-door",
            Self::LeadPractitioner => "lead-practitioner",
            Self::EverybodyElse => "everybody-else",
        }
    }
}

/// What came of asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply {
    /// Their records here were looked through.
    Answered,
    CatchingUp,
    NotTakenIn,
    NotRegistered,
    NoTelephone,
    NoNumberAtThisHour,
    NotOnThisNode,
}

impl Reply {
    #[must_use]
    pub const fn is_silent(self) -> bool {
        !matches!(self, Self::Answered)
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::CatchingUp => "catching-up",
            Self::NotTakenIn => "not-taken-in",
            Self::NotRegistered => "not-registered",
            Self::NoTelephone => "no-telephone",
            Self::NoNumberAtThisHour => "no-number-at-this-hour",
            Self::NotOnThisNode => "not-on-this-node",
        }
    }

    /// In a sentence without its subject.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Answered => "what is on record here was looked through",
            Self::CatchingUp => "what was recorded in the last moments may be missing",
            Self::NotTakenIn => "something about this child could not be taken in; telephone",
            Self::NotRegistered => "has not registered here; its own records were not asked",
            Self::NoTelephone => "has no telephone on record; ring the front door",
            Self::NoNumberAtThisHour => "has registered no number for this hour",
            Self::NotOnThisNode => "was not asked; a child may be known there",
        }
    }
}

/// A local authority that has registered here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
    pub authority: Authority,
    pub name: Option<String>,
}

/// What an answer is made of, as far as it says who was asked.
pub(super) struct Heard<'a> {
    /// Everybody who has registered here.
    pub registered: &'a [Registered],
    /// Authorities that this reader is told know the child, or are to be told of the child.
    pub named: &'a [Responsible],
    /// Authorities that knew the child once, by what this reader is told.
    pub formerly: &'a [Authority],
    pub status: &'a [StatusHere],
    pub is_catching_up: bool,
    pub is_incomplete: bool,
    pub now: DateTime<Utc>,
}

impl Heard<'_> {
    /// This node first, then who has registered, then who is silent, and at last everybody else: always.
    pub(super) fn asked(&self) -> Vec<AskedOf> {
        let mut asked = vec![nobody_in_particular(Whom::Node, Reply::Answered)];
        let silences = [(self.is_catching_up, Reply::CatchingUp), (self.is_incomplete, Reply::NotTakenIn)];
        let silent = silences.into_iter().filter(|(is_so, _)| *is_so);
        asked.extend(silent.map(|(_, reply)| nobody_in_particular(Whom::Node, reply)));
        asked.extend(self.registered.iter().map(|registered| AskedOf {
            whom: Whom::Authority,
            authority: Some(registered.authority.clone()),
            name: registered.name.clone(),
            reply: Reply::Answered,
        }));
        asked.extend(self.not_registered());
        asked.extend(self.named.iter().filter(|door| self.has_no_number(door)).map(|door| AskedOf {
            whom: Whom::FrontDoor,
            authority: Some(door.authority.clone()),
            name: door.name.clone(),
            reply: Reply::NoNumberAtThisHour,
        }));
        asked.extend(self.status.iter().filter(|here| has_no_telephone(here)).map(|here| AskedOf {
            whom: Whom::LeadPractitioner,
            authority: Some(here.authority.clone()),
            name: here.lead.as_ref().map(|lead| lead.name.clone()),
            reply: Reply::NoTelephone,
        }));
        asked.push(nobody_in_particular(Whom::EverybodyElse, Reply::NotOnThisNode));
        asked
    }

    fn not_registered(&self) -> impl Iterator<Item = AskedOf> {
        let is_registered =
            |authority: &Authority| self.registered.iter().any(|known| known.authority == *authority);
        let by_door = self.named.iter().filter(|door| door.agency.is_none()).map(|door| &door.authority);
        let mut silent: Vec<&Authority> = Vec::new();
        for authority in by_door.chain(self.formerly) {
            if !is_registered(authority) && !silent.contains(&authority) {
                silent.push(authority);
            }
        }
        silent.into_iter().map(|authority| AskedOf {
            whom: Whom::Authority,
            authority: Some(authority.clone()),
            name: None,
            reply: Reply::NotRegistered,
        })
    }

    /// One that has not registered has no number at any hour, and is said to be so.
    fn has_no_number(&self, door: &Responsible) -> bool {
        let (first, _) = door.lines(self.now);
        door.agency.is_some() && first.is_none_or(|line| line.hours != door.hours_at(self.now))
    }
}

fn has_no_telephone(here: &StatusHere) -> bool {
    here.lead.as_ref().is_some_and(|lead| lead.telephone.is_none())
}

fn nobody_in_particular(whom: Whom, reply: Reply) -> AskedOf {
    AskedOf { whom, authority: None, name: None, reply }
}

#[cfg(test)]
mod tests {
    use domain::agency::Timetable;
    use domain::ids::AgencyId;

    use super::*;

    fn door(code: &str, agency: Option<AgencyId>, night: Option<&str>) -> Responsible {
        Responsible {
            authority: code.parse().unwrap(),
            agency,
            name: None,
            in_hours: agency.map(|_| "day".to_owned()),
            out_of_hours: night.map(str::to_owned),
            hours: Timetable::default(),
        }
    }

    fn said(heard: &Heard<'_>) -> Vec<(Whom, Option<String>, Reply)> {
        let one = |asked: AskedOf| (asked.whom, asked.authority.map(|it| it.to_string()), asked.reply);
        heard.asked().into_iter().map(one).collect()
    }

    const AGENCY: AgencyId = AgencyId(uuid::Uuid::from_u128(1));

    #[test]
    fn an_answer_says_whose_records_it_rests_on_and_that_nobody_else_was_asked() {
        let registered = [Registered { authority: "383".parse().unwrap(), name: None }];
        let heard = Heard {
            registered: &registered,
            named: &[door("383", Some(AGENCY), Some("night"))],
            formerly: &[],
            status: &[],
            is_catching_up: false,
            is_incomplete: false,
            now: "2026-03-10T02:00:00Z".parse().unwrap(),
        };
        let expected = [
            (Whom::Node, None, Reply::Answered),
            (Whom::Authority, Some("383".to_owned()), Reply::Answered),
            (Whom::EverybodyElse, None, Reply::NotOnThisNode),
        ];
        assert_eq!(said(&heard), expected);
    }

    #[test]
    fn who_is_silent_is_said_with_why() {
        let registered = [Registered { authority: "383".parse().unwrap(), name: None }];
        let heard = Heard {
            registered: &registered,
            named: &[door("383", Some(AGENCY), None), door("380", None, None)],
            formerly: &["380".parse().unwrap(), "381".parse().unwrap(), "383".parse().unwrap()],
            status: &[],
            is_catching_up: true,
            is_incomplete: true,
            now: "2026-03-10T02:00:00Z".parse().unwrap(),
        };
        let silent: Vec<_> = said(&heard).into_iter().filter(|(.., reply)| reply.is_silent()).collect();
        let at = |code: &str| Some(code.to_owned());
        let expected = [
            (Whom::Node, None, Reply::CatchingUp),
            (Whom::Node, None, Reply::NotTakenIn),
            (Whom::Authority, at("380"), Reply::NotRegistered),
            (Whom::Authority, at("381"), Reply::NotRegistered),
            (Whom::FrontDoor, at("383"), Reply::NoNumberAtThisHour),
            (Whom::EverybodyElse, None, Reply::NotOnThisNode),
        ];
        assert_eq!(silent, expected);
        let by_day = Heard { now: "2026-03-10T12:00:00Z".parse().unwrap(), ..heard };
        assert!(said(&by_day).iter().all(|(.., reply)| *reply != Reply::NoNumberAtThisHour));
    }
}
