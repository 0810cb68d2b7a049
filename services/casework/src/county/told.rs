//! What is told of a family, and by whom: contacts and what was decided about them, and enquiries.
//!
//! Who tells, and what comes of it, in the shares of the ADCS Safeguarding Pressures survey, phase 9 (2023 to 2024):
//! police 32, health 17, education 16, family 9, others 26 of a hundred contacts. Schools tell nothing in their
//! holidays. One event in six is told of by more than one agency, each as likely as it is to tell at all;
//! a family tells alone.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::{Action, Disclosure, Purpose};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{
    Concern, ConcernKind, Decide, First, Join, Method, Outcome, Own, Record, Significance, SourceDisclosure,
};
use domain::enquiry::{Answer, KnownAt, Make, Searched};
use domain::ids::{ContactId, IncidentId};
use domain::when::{Occurred, civil_day};
use projections::scope::Standing;

use super::Untold;
use super::calendar::{after, at_any_hour, in_office_hours, is_term, working_day, written_down};
use super::crew::{Crew, Teller};
use super::dice::Dice;
use super::family::{Child, Family, minutes_after};
use super::script::Script;
use super::words::Words;
use crate::app::App;
use crate::execute::Command;

/// Where things are told.
pub(super) struct Telling<'t, 'a> {
    pub app: &'t App,
    pub crew: &'t Crew,
    pub words: &'t Words,
    pub script: &'t mut Script<'a>,
    pub dice: &'t mut Dice,
}

/// A contact, and when what it led to was decided.
#[derive(Clone, Copy)]
pub(super) struct Heard {
    pub contact: ContactId,
    pub decided: DateTime<Utc>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Police,
    Health,
    Education,
    Family,
    Others,
}

/// On a day of term, as three in four are: what schools tell in a year, 16 of a hundred, they tell on those.
const SOURCES: [(From, u32); 5] =
    [(From::Police, 32), (From::Health, 17), (From::Education, 22), (From::Family, 9), (From::Others, 26)];

impl From {
    const fn concerns(self) -> &'static [(ConcernKind, u32)] {
        match self {
            Self::Police => &[
                (ConcernKind::DomesticAbuse, 58),
                (ConcernKind::PoliceNotice, 14),
                (ConcernKind::Missing, 10),
                (ConcernKind::ParentalSubstanceMisuse, 6),
                (ConcernKind::PhysicalAbuse, 5),
                (ConcernKind::CriminalExploitation, 5),
                (ConcernKind::SexualExploitation, 2),
            ],
            Self::Health => &[
                (ConcernKind::UnscheduledCare, 28),
                (ConcernKind::UnexplainedInjury, 14),
                (ConcernKind::MissedAppointments, 20),
                (ConcernKind::ParentalMentalHealth, 20),
                (ConcernKind::SelfHarm, 8),
                (ConcernKind::Neglect, 10),
            ],
            Self::Education => &[
                (ConcernKind::TeachersConcern, 30),
                (ConcernKind::NotAttendingSchool, 26),
                (ConcernKind::Neglect, 16),
                (ConcernKind::EmotionalAbuse, 9),
                (ConcernKind::PhysicalAbuse, 9),
                (ConcernKind::ChildMentalHealth, 6),
                (ConcernKind::SexualAbuse, 4),
            ],
            Self::Family => &[
                (ConcernKind::Neglect, 36),
                (ConcernKind::DomesticAbuse, 24),
                (ConcernKind::ParentalSubstanceMisuse, 22),
                (ConcernKind::EmotionalAbuse, 18),
            ],
            Self::Others => &[
                (ConcernKind::HomelessOrDestitute, 28),
                (ConcernKind::DomesticAbuse, 20),
                (ConcernKind::ParentalSubstanceMisuse, 16),
                (ConcernKind::Neglect, 14),
                (ConcernKind::DisabilityOrIllness, 12),
                (ConcernKind::Other, 10),
            ],
        }
    }
}

impl Telling<'_, '_> {
    /// Something happens on a day and is told of, perhaps by several; what is decided is decided once.
    pub fn incident(
        &mut self,
        family: &Family<'_>,
        day: NaiveDate,
        outcome: Outcome,
    ) -> Result<Option<Heard>, Untold> {
        let from = self.source(day, &[]);
        let concern = self.dice.weighted(from.concerns()).unwrap_or(ConcernKind::Other);
        let Some(about) = self.dice.pick(&family.children).copied() else { return Ok(None) };
        let Some(mut heard) = self.told_by(family, (about, day), from, concern)? else { return Ok(None) };
        let first = heard.contact;
        if self.dice.per_mille(160) {
            let mut told = vec![from, From::Family];
            loop {
                let later = after(day, self.dice.below(2));
                let other = self.source(later, &told);
                told.push(other);
                let Some(about) = self.dice.pick(&family.children).copied() else { break };
                let Some(mut also) = self.told_by(family, (about, later), other, concern)? else { break };
                // The front door sorts them when it has both.
                also.decided = also.decided.max(heard.decided);
                self.join(family, also, first);
                heard.decided = also.decided;
                self.decide(
                    family,
                    also,
                    if outcome == Outcome::Referral { Outcome::Advice } else { outcome },
                )?;
                if told.len() == 4 || self.dice.per_mille(600) {
                    break;
                }
            }
        }
        self.decide(family, Heard { contact: first, ..heard }, outcome)?;
        Ok(Some(Heard { contact: first, ..heard }))
    }

    /// Who tells, of those who have not: in their holidays not a school, and so the others the more.
    fn source(&mut self, day: NaiveDate, told: &[From]) -> From {
        let tell = |from: From| !told.contains(&from) && (from != From::Education || is_term(day));
        let those: Vec<(From, u32)> = SOURCES.into_iter().filter(|(from, _)| tell(*from)).collect();
        self.dice.weighted(&those).unwrap_or(From::Others)
    }

    pub fn told_by(
        &mut self,
        family: &Family<'_>,
        (about, day): (Child, NaiveDate),
        from: From,
        concern: ConcernKind,
    ) -> Result<Option<Heard>, Untold> {
        let (teller, source) = self.teller(family, about, from);
        let happened = match from {
            From::Police => at_any_hour(day, self.dice),
            From::Health => at_any_hour(day, self.dice),
            From::Education | From::Family | From::Others => in_office_hours(working_day(day), self.dice),
        };
        let everybody = matches!(
            concern,
            ConcernKind::DomesticAbuse | ConcernKind::HomelessOrDestitute | ConcernKind::PoliceNotice
        );
        let mut people: Vec<Involved> = family
            .children
            .iter()
            .filter(|child| everybody || child.person == about.person)
            .map(|child| involved(child.person, ContactRole::Subject))
            .collect();
        if concern == ConcernKind::DomesticAbuse
            && let Some(father) = family.father
        {
            people.push(involved(father, ContactRole::AllegedToHaveHarmed));
            people.push(involved(family.mother, ContactRole::Present));
        }
        let source_disclosure = match from {
            From::Family => self
                .dice
                .weighted(&[
                    (SourceDisclosure::Named, 45),
                    (SourceDisclosure::WithheldFromFamily, 33),
                    (SourceDisclosure::Anonymous, 22),
                ])
                .unwrap_or(SourceDisclosure::Anonymous),
            _ => SourceDisclosure::Named,
        };
        let significance = self.dice.weighted(&[
            (Significance::Information, 30),
            (Significance::Concern, 48),
            (Significance::Serious, 18),
            (Significance::ImmediateDanger, 4),
        ]);
        let record = Record {
            authority: family.council.authority.clone(),
            occurred: Occurred::Instant(happened),
            people,
            concerns: vec![Concern { kind: concern, about: Vec::new() }],
            method: if source.is_some() { Method::OnlineForm } else { Method::Telephone },
            significance,
            source_disclosure,
            source_agency: source,
            account: self.words.account(concern.code(), self.dice)?,
            source_identity: None,
        };
        let at = written_down(happened, self.dice).max(minutes_after(family.met, 10));
        let command = Command::Contact { id: None, command: record.into() };
        let Some(told) = self.script.tell(at, teller, Purpose::ReferralConsideration, command) else {
            return Ok(None);
        };
        self.put_right(family, (told, at), concern)?;
        // Nine of ten are decided on the working day they came or the next.
        let wait = self.dice.range(&[((0, 1), 890), ((2, 3), 80), ((4, 9), 30)]);
        let decided =
            in_office_hours(working_day(after(civil_day(at), wait)), self.dice).max(minutes_after(at, 25));
        Ok(Some(Heard { contact: told.contact(), decided }))
    }

    /// Who records it, and the agency that told it.
    fn teller(
        &mut self,
        family: &Family<'_>,
        about: Child,
        from: From,
    ) -> (Teller, Option<domain::ids::AgencyId>) {
        let council = family.council;
        let teller = match from {
            From::Police => self.dice.pick(&self.crew.police).copied(),
            From::Education => about.school,
            From::Health if self.dice.per_mille(450) => self.dice.pick(&council.health_visitors).copied(),
            From::Health if self.dice.per_mille(120) => self.dice.pick(&self.crew.ambulance).copied(),
            From::Health => self.nurse(family),
            From::Family => None,
            From::Others => {
                let those = [&council.housing, &self.crew.probation, &council.refuge];
                let some = self.dice.pick(&those).copied();
                some.and_then(|some| self.dice.pick(some)).copied()
            }
        };
        match teller {
            Some(teller) => (teller, Some(teller.agency)),
            None => (family.front_door, None),
        }
    }

    /// Families go to the nearest emergency department nine times in ten: an assumption.
    fn nurse(&mut self, family: &Family<'_>) -> Option<Teller> {
        let trusts = &self.crew.trusts;
        let trust = if self.dice.per_mille(900) { trusts.get(family.trust) } else { self.dice.pick(trusts) };
        self.dice.pick(trust?).copied()
    }

    pub fn decide(&mut self, family: &Family<'_>, heard: Heard, outcome: Outcome) -> Result<(), Untold> {
        let passed_to = (outcome == Outcome::PassedOn)
            .then(|| self.dice.pick(&family.council.housing).map(|teller| teller.agency))
            .flatten();
        let decide = Decide {
            occurred: Occurred::Instant(heard.decided),
            outcome,
            passed_to,
            reason: self.words.account("decision", self.dice)?,
        };
        let command = Command::Contact { id: Some(heard.contact), command: decide.into() };
        self.script.tell(heard.decided, family.front_door, Purpose::SafeguardingCheck, command);
        Ok(())
    }

    fn join(&mut self, family: &Family<'_>, heard: Heard, first: ContactId) {
        let at = heard.decided - TimeDelta::minutes(5);
        let join = Join {
            incident: IncidentId::of(first),
            occurred: Occurred::Instant(at),
            first: First::NotOnRecord,
            own: Own::Alone,
        };
        let command = Command::Contact { id: Some(heard.contact), command: join.into() };
        self.script.tell(at, family.front_door, Purpose::SafeguardingCheck, command);
    }

    /// Somebody asks whether a child is known.
    pub fn enquiry(&mut self, family: &Family<'_>, child: Child, day: NaiveDate) -> Result<(), Untold> {
        let from = self.dice.range(&[((0, 0), 52), ((1, 1), 20), ((2, 2), 16), ((3, 3), 12)]);
        let (teller, purpose, at) = match from {
            0 => (self.nurse(family), Purpose::Attendance, at_any_hour(day, self.dice)),
            1 if is_term(day) => {
                let at = in_office_hours(working_day(day), self.dice);
                (child.school, Purpose::ReferralConsideration, at)
            }
            2 => {
                let officer = self.dice.pick(&self.crew.police).copied();
                (officer, Purpose::SafeguardingCheck, at_any_hour(day, self.dice))
            }
            _ => {
                let those = [&family.council.health_visitors, &family.council.housing];
                let other = self.dice.pick(&those).copied().and_then(|those| self.dice.pick(those)).copied();
                let at = in_office_hours(working_day(day), self.dice);
                (other, Purpose::ReferralConsideration, at)
            }
        };
        let Some(teller) = teller else { return Ok(()) };
        let Some(visitor) = self.crew.visitor(teller) else { return Ok(()) };
        let scope = self.app.scope(visitor, Action::Enquire, purpose)?;
        let standing =
            Standing { authorities: vec![family.council.authority.clone()], ..Standing::default() };
        let disclosed = scope.disclosure(&standing);
        let answered = match disclosed {
            Disclosure::None => Answer::NoTrace,
            Disclosure::Contact => Answer::ContactOnly,
            Disclosure::Status | Disclosure::Progress | Disclosure::Full => Answer::Found,
        };
        let is_by_number = self.dice.per_mille(600);
        let make = Make {
            asked_by: teller.agency,
            asked_as: super::tell::asked_as(teller),
            purpose,
            lawful_basis: super::tell::lawful_basis(teller.kind),
            reason: self.words.account("enquiry", self.dice)?,
            searched: if is_by_number {
                vec![Searched::NhsNumber]
            } else {
                vec![Searched::Name, Searched::BirthDate]
            },
            sought: Vec::new(),
            subject: Some(child.person),
            answered,
            disclosed,
            // Where the record is when it is asked.
            known_at: KnownAt(0),
        };
        self.script.tell(at, teller, purpose, Command::Enquiry { id: None, command: make.into() });
        Ok(())
    }
}

fn involved(person: domain::ids::PersonId, role: ContactRole) -> Involved {
    Involved { person, role, age: None }
}

/// What comes of a contact of a family with no open case: of a hundred 14 to early help (passed on), 30 advice, and
/// the rest nothing more. Referrals are the family's story's own.
pub(super) fn outcome(dice: &mut Dice) -> Outcome {
    let outcomes = [(Outcome::PassedOn, 18), (Outcome::Advice, 45), (Outcome::NoFurtherAction, 37)];
    dice.weighted(&outcomes).unwrap_or(Outcome::NoFurtherAction)
}
