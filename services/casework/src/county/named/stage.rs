//! What every story needs: people to tell it, and short ways to say what happens in it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::{Disclosure, Purpose};
use domain::authority::Authority;
use domain::case::allocate_worker::AllocateWorker;
use domain::case::codes::{AbuseCategory, Factor, PrimaryNeed, ReferralSource};
use domain::case::complete_assessment::CompleteAssessment;
use domain::case::conference::Outcome as Sitting;
use domain::case::decide_referral::DecideReferral;
use domain::case::events::{AssessmentOutcome, NoteKind, ReferralOutcome, Seen, VisitKind, WorkerRole};
use domain::case::hold_core_group::HoldCoreGroup;
use domain::case::hold_initial_conference::HoldInitialConference;
use domain::case::hold_review_conference::{Decision, HoldReviewConference};
use domain::case::make_visit::MakeVisit;
use domain::case::receive_referral::ReceiveReferral;
use domain::case::start_assessment::StartAssessment;
use domain::case::start_section47::StartSection47;
use domain::case::write_note::WriteNote;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{
    Concern, ConcernKind, Decide, Method, Outcome, Record, Significance, SourceDisclosure,
};
use domain::enquiry::{Answer, KnownAt, Make, Searched};
use domain::ids::{
    AssessmentId, CaseId, ContactId, CpPlanId, EpisodeId, EventId, HouseholdId, PersonId, Section47Id,
};
use domain::person::address::{Address, AddressClass};
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::{Assert, Assertion, Duty, Living, Open, PersonKind, RecordAuthority, Restrict, Sex};
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::tie::{self, TieKind, TieTo};
use domain::when::{Occurred, civil_day};
use domain::working_days::is_working_day;

use crate::county::Untold;
use crate::county::calendar::at_clock;
use crate::county::crew::{Crew, Teller};
use crate::county::script::{Act, Script, Told};
use crate::county::tell::{asked_as, lawful_basis};
use crate::execute::{Command, Place};
use crate::visitor::Visitor;

/// Those one can be on a demonstration, who take part in the stories.
#[derive(Clone, Debug)]
pub struct Company {
    pub front_door: Visitor,
    pub school: Visitor,
    pub nurse: Visitor,
    pub worker: Visitor,
    pub manager: Visitor,
}

/// Wakefield: the authority some families come from.
const NEXT_DOOR: &str = "384";

/// The company as tellers, with a conference chair and a constable of the county.
#[derive(Clone)]
pub(in crate::county) struct Cast {
    pub authority: Authority,
    pub front_door: Teller,
    pub school: Teller,
    pub nurse: Teller,
    pub worker: Teller,
    pub manager: Teller,
    pub chair: Teller,
    pub police: Teller,
    pub health_visitor: Teller,
    /// Those who do the same at another authority.
    next_door: Option<Box<Cast>>,
}

impl Cast {
    /// The company joins the crew.
    pub fn join(crew: &mut Crew, company: &Company) -> Result<Self, Untold> {
        let authority = company.worker.actor().authority.clone().ok_or(Untold::Nobody)?;
        let of = |authority: &str| {
            let council = crew.councils.iter().find(|council| council.authority.as_str() == authority);
            council.ok_or(Untold::Nobody)
        };
        let (here, there) = (of(authority.as_str())?, of(NEXT_DOOR)?);
        let (chair, health_visitor) = (first(&here.chairs)?, first(&here.health_visitors)?);
        let police = first(&crew.police)?;
        let team = there.teams.first().ok_or(Untold::Nobody)?;
        let mut next_door = Self {
            authority: there.authority.clone(),
            front_door: first(&there.front_door)?,
            school: police,
            nurse: police,
            worker: first(&team.workers)?,
            manager: team.manager,
            chair: first(&there.chairs)?,
            police,
            health_visitor: first(&there.health_visitors)?,
            next_door: None,
        };
        let mut joins = |visitor: &Visitor| crew.join(visitor.clone());
        (next_door.school, next_door.nurse) = (joins(&company.school), joins(&company.nurse));
        Ok(Self {
            authority,
            front_door: joins(&company.front_door),
            school: next_door.school,
            nurse: next_door.nurse,
            worker: joins(&company.worker),
            manager: joins(&company.manager),
            chair,
            police,
            health_visitor,
            next_door: Some(Box::new(next_door)),
        })
    }
}

fn first(those: &[Teller]) -> Result<Teller, Untold> {
    those.first().copied().ok_or(Untold::Nobody)
}

/// Where one story is told.
pub(in crate::county) struct Stage<'a> {
    pub cast: Cast,
    script: Script<'a>,
    end: NaiveDate,
    /// What was told last; what is told next comes after it, whatever holidays lie between.
    last: DateTime<Utc>,
}

/// Somebody as a story introduces them.
pub(in crate::county) struct Role<'r> {
    pub given: &'r str,
    pub family: &'r str,
    pub sex: Sex,
    pub born: String,
    pub nhs_number: Option<&'r str>,
}

impl<'a> Stage<'a> {
    pub fn new(cast: &Cast, script: Script<'a>) -> Self {
        let end = civil_day(script.until());
        Self { cast: cast.clone(), script, end, last: DateTime::UNIX_EPOCH }
    }

    /// A story is one thread: an entry is moved only once it is there.
    pub fn in_order(self) -> Vec<Act> {
        let thread = self.script.thread();
        self.script.in_order().into_iter().map(|act| Act { thread, ..act }).collect()
    }

    /// Goes on at the authority next door, or comes back from there.
    pub fn change_sides(&mut self) {
        if let Some(there) = self.cast.next_door.take() {
            let here = std::mem::replace(&mut self.cast, *there);
            self.cast.next_door = Some(Box::new(here));
        }
    }

    /// So many days before the county's end, at this hour and minute in England.
    pub fn ago(&self, days: i64, hour: i64, minute: i64) -> DateTime<Utc> {
        at_clock(self.end - TimeDelta::days(days), hour * 60 + minute)
    }

    /// As [`Self::ago`], or the next day on which people are at work.
    pub fn working(&self, days: i64, hour: i64, minute: i64) -> DateTime<Utc> {
        let mut days = days;
        while !is_working_day(self.end - TimeDelta::days(days)) {
            days -= 1;
        }
        self.ago(days, hour, minute)
    }

    pub fn tell(
        &mut self,
        at: DateTime<Utc>,
        teller: Teller,
        purpose: Purpose,
        command: Command,
    ) -> Result<Told, Untold> {
        self.last = self.last.max(at);
        self.script.tell(at, teller, purpose, command).ok_or(Untold::TooShort)
    }

    /// This moment, or the next after what was told last.
    fn next(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.max(self.last + TimeDelta::minutes(1))
    }

    /// Goes back, to tell what happened to somebody else at the same time.
    pub fn meanwhile(&mut self) {
        self.last = DateTime::UNIX_EPOCH;
    }

    fn source(&self) -> Source {
        Source { basis: Basis::Told, agency: self.cast.front_door.agency }
    }

    /// The front door opens a record for somebody.
    pub fn person(&mut self, at: DateTime<Utc>, role: &Role<'_>) -> Result<PersonId, Untold> {
        let mut assertions = vec![
            Assertion::Name { name: PersonName::parse(role.given, role.family)?, usage: NameUse::Usual },
            Assertion::Birth(role.born.parse()?),
        ];
        if role.sex != Sex::Unknown {
            assertions.push(Assertion::Sex(role.sex));
        }
        if let Some(number) = role.nhs_number {
            assertions.push(Assertion::Identifier(Identifier::parse(Scheme::Nhs, number)?));
        }
        let kind = if role.born.starts_with("expected") { PersonKind::Unborn } else { PersonKind::Born };
        let command = Open {
            kind,
            assertions,
            source: self.source(),
            occurred: Occurred::Instant(at),
            testimony: None,
        };
        let command = Command::Person { id: None, command: command.into() };
        Ok(self.tell(at, self.cast.front_door, Purpose::SafeguardingCheck, command)?.person())
    }

    pub fn of_person(
        &mut self,
        at: DateTime<Utc>,
        person: PersonId,
        command: impl Into<domain::person::Command>,
    ) -> Result<Told, Untold> {
        let at = self.next(at);
        let command = Command::Person { id: Some(person), command: command.into() };
        self.tell(at, self.cast.front_door, Purpose::SafeguardingCheck, command)
    }

    /// These people live somewhere from a day.
    pub fn lives(
        &mut self,
        at: DateTime<Utc>,
        people: &[PersonId],
        street: &str,
        postcode: &str,
    ) -> Result<(), Untold> {
        for person in people {
            let assert = Assert {
                assertions: vec![Assertion::Address {
                    address: Address::parse(&[street], postcode)?,
                    class: AddressClass::Ordinary,
                    withheld_from: Vec::new(),
                    living: Living::Private,
                    from: civil_day(at),
                    to: None,
                }],
                source: self.source(),
                occurred: Occurred::Instant(at),
                testimony: None,
            };
            self.of_person(at, *person, assert)?;
        }
        Ok(())
    }

    /// An authority has a duty for a child from a day.
    pub fn answers(
        &mut self,
        at: DateTime<Utc>,
        child: PersonId,
        duty: Duty,
        authority: &Authority,
    ) -> Result<(), Untold> {
        let record = RecordAuthority {
            duty,
            authority: authority.clone(),
            occurred: Occurred::Day(civil_day(at)),
            source: Source { basis: Basis::AgencyRecord, ..self.source() },
        };
        self.of_person(at + TimeDelta::minutes(20), child, record).map(drop)
    }

    /// The manager closes a record to all but named readers.
    pub fn restrict(
        &mut self,
        at: DateTime<Utc>,
        person: PersonId,
        restrict: Restrict,
    ) -> Result<(), Untold> {
        let command = Command::Person { id: Some(person), command: restrict.into() };
        self.tell(at, self.cast.manager, Purpose::RecordKeeping, command).map(drop)
    }

    pub fn tie(
        &mut self,
        at: DateTime<Utc>,
        from: PersonId,
        kind: TieKind,
        to: PersonId,
    ) -> Result<(), Untold> {
        self.tied(at, from, kind, TieTo::Person(to))
    }

    /// These people live together.
    pub fn household(&mut self, at: DateTime<Utc>, people: &[PersonId]) -> Result<(), Untold> {
        let Some(first) = people.first() else { return Ok(()) };
        let ids = self.script.ids();
        let household = HouseholdId(ids.derive("goldthread/county-household/1", &[first.0.as_bytes()]));
        for person in people {
            self.tied(at, *person, TieKind::HouseholdMember, TieTo::Household(household))?;
        }
        Ok(())
    }

    fn tied(&mut self, at: DateTime<Utc>, from: PersonId, kind: TieKind, to: TieTo) -> Result<(), Untold> {
        let command = tie::Record { from, to, kind, since: None, source: self.source(), testimony: None };
        let command = Command::Tie { id: None, command: command.into() };
        self.tell(at, self.cast.front_door, Purpose::SafeguardingCheck, command).map(drop)
    }

    pub fn contact(
        &mut self,
        at: DateTime<Utc>,
        teller: Teller,
        about: &[PersonId],
        (concern, significance): (ConcernKind, Significance),
        account: &str,
    ) -> Result<ContactId, Untold> {
        let at = self.next(at);
        let subject = |person: &PersonId| Involved { person: *person, role: ContactRole::Subject, age: None };
        let record = Record {
            authority: self.cast.authority.clone(),
            occurred: Occurred::Instant(at),
            people: about.iter().map(subject).collect(),
            concerns: vec![Concern { kind: concern, about: Vec::new() }],
            method: Method::OnlineForm,
            significance: Some(significance),
            source_disclosure: SourceDisclosure::Named,
            source_agency: Some(teller.agency),
            account: Narrative::parse(account)?,
            source_identity: None,
        };
        let command = Command::Contact { id: None, command: record.into() };
        let written = at + TimeDelta::minutes(35);
        Ok(self.tell(written, teller, Purpose::ReferralConsideration, command)?.contact())
    }

    pub fn decide(
        &mut self,
        at: DateTime<Utc>,
        contact: ContactId,
        outcome: Outcome,
        reason: &str,
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let decide = Decide {
            occurred: Occurred::Instant(at),
            outcome,
            passed_to: None,
            reason: Narrative::parse(reason)?,
        };
        let command = Command::Contact { id: Some(contact), command: decide.into() };
        self.tell(at, self.cast.front_door, Purpose::SafeguardingCheck, command).map(drop)
    }

    /// Somebody asks about a child who is known, and is told the status.
    pub fn enquiry(
        &mut self,
        at: DateTime<Utc>,
        (teller, purpose): (Teller, Purpose),
        child: PersonId,
        reason: &str,
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let make = Make {
            asked_by: teller.agency,
            asked_as: asked_as(teller),
            purpose,
            lawful_basis: lawful_basis(teller.kind),
            reason: Narrative::parse(reason)?,
            searched: vec![Searched::NhsNumber],
            sought: Vec::new(),
            subject: Some(child),
            answered: Answer::Found,
            disclosed: Disclosure::Status,
            known_at: KnownAt(0),
        };
        self.tell(at, teller, purpose, Command::Enquiry { id: None, command: make.into() }).map(drop)
    }

    /// A child's case here, before its first episode.
    pub fn case_of(&self, child: PersonId) -> Case {
        let id = self.script.ids().case(child, &self.cast.authority);
        Case { id, episode: EpisodeId(id.0) }
    }

    /// The manager moves an entry that is on the wrong child's case.
    pub fn move_entry(
        &mut self,
        at: DateTime<Utc>,
        entry: EventId,
        wrong: PersonId,
        right: PersonId,
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let place = |child| Place::Case { child, authority: self.cast.authority.clone() };
        let places = (place(wrong), place(right));
        self.script.move_entry(at, self.cast.manager, entry, places).ok_or(Untold::TooShort)
    }

    /// A case that a contact led to, with its worker; the authority that took it answers for the child.
    pub fn referred(
        &mut self,
        at: DateTime<Utc>,
        child: PersonId,
        contact: ContactId,
        (source, outcome): (ReferralSource, ReferralOutcome),
    ) -> Result<Case, Untold> {
        let at = self.next(at);
        let mut case = self.case_of(child);
        let day = Occurred::Day(civil_day(at));
        let receive = ReceiveReferral {
            child,
            authority: self.cast.authority.clone(),
            on: day,
            source,
            primary_need: Some(PrimaryNeed::AbuseOrNeglect),
            contact: Some(contact),
            transferred_from: None,
            reason: None,
        };
        let (front_door, manager) = (self.cast.front_door, self.cast.manager);
        let told = self.on_case(at, case, (front_door, Purpose::SafeguardingCheck), receive)?;
        case.episode = EpisodeId(told.part(0));
        let authority = self.cast.authority.clone();
        self.answers(at, child, Duty::Responsible, &authority)?;
        let decide = DecideReferral { episode: case.episode, on: day, outcome, reason: None };
        let later = at + TimeDelta::minutes(40);
        self.on_case(later, case, (manager, Purpose::AllocatedWork), decide)?;
        self.allocate(later + TimeDelta::minutes(5), case)?;
        Ok(case)
    }

    /// The manager gives a case to the worker of the stories.
    pub fn allocate(&mut self, at: DateTime<Utc>, case: Case) -> Result<(), Untold> {
        let allocate = AllocateWorker {
            practitioner: self.cast.worker.practitioner,
            role: WorkerRole::LeadPractitioner,
            team: None,
            on: Occurred::Day(civil_day(at)),
        };
        self.manage(at, case, allocate).map(drop)
    }

    pub fn on_case(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        (teller, purpose): (Teller, Purpose),
        command: impl Into<domain::case::Command>,
    ) -> Result<Told, Untold> {
        self.tell(at, teller, purpose, Command::Case { id: case.id, command: command.into() })
    }

    /// What the worker of the stories does.
    pub fn work(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        command: impl Into<domain::case::Command>,
    ) -> Result<Told, Untold> {
        self.on_case(at, case, (self.cast.worker, Purpose::AllocatedWork), command)
    }

    /// What the manager does.
    pub fn manage(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        command: impl Into<domain::case::Command>,
    ) -> Result<Told, Untold> {
        self.on_case(at, case, (self.cast.manager, Purpose::AllocatedWork), command)
    }

    pub fn assess(&mut self, at: DateTime<Utc>, case: Case) -> Result<AssessmentId, Untold> {
        let at = self.next(at);
        let start =
            StartAssessment { episode: case.episode, on: Occurred::Day(civil_day(at)), review_point: None };
        Ok(AssessmentId(self.work(at, case, start)?.part(0)))
    }

    pub fn authorise(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        assessment: AssessmentId,
        (factors, outcome): (&[Factor], AssessmentOutcome),
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let complete = CompleteAssessment {
            assessment,
            on: Occurred::Day(civil_day(at)),
            factors: factors.iter().copied().collect(),
            outcome,
            summary: None,
        };
        self.manage(at, case, complete).map(drop)
    }

    pub fn enquire_into(&mut self, at: DateTime<Utc>, case: Case) -> Result<Section47Id, Untold> {
        let at = self.next(at);
        let start = StartSection47 { episode: case.episode, on: Occurred::Day(civil_day(at)) };
        Ok(Section47Id(self.work(at, case, start)?.part(0)))
    }

    /// The initial conference decides on a plan.
    pub fn conference(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        section47: Section47Id,
        categories: &[AbuseCategory],
    ) -> Result<CpPlanId, Untold> {
        let at = self.next(at);
        let hold = HoldInitialConference {
            section47,
            on: Occurred::Day(civil_day(at)),
            decision: Sitting::Plan { categories: categories.iter().copied().collect() },
            missing: Default::default(),
            reason: None,
        };
        Ok(CpPlanId(self.on_case(at, case, (self.cast.chair, Purpose::Conference), hold)?.part(1)))
    }

    pub fn review(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        plan: CpPlanId,
        decision: Decision,
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let hold = HoldReviewConference {
            plan,
            on: Occurred::Day(civil_day(at)),
            decision,
            missing: Default::default(),
            reason: None,
        };
        self.on_case(at, case, (self.cast.chair, Purpose::Conference), hold).map(drop)
    }

    pub fn core_group(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        plan: CpPlanId,
        account: &str,
    ) -> Result<(), Untold> {
        let at = self.next(at);
        let account = Some(Narrative::parse(account)?);
        let hold = HoldCoreGroup { plan, on: Occurred::Instant(at), missing: Default::default(), account };
        self.work(at + TimeDelta::hours(2), case, hold).map(drop)
    }

    pub fn visit(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        (kind, seen): (VisitKind, Seen),
        account: &str,
    ) -> Result<Told, Untold> {
        let at = self.next(at);
        let account = Some(Narrative::parse(account)?);
        let visit = MakeVisit { on: Occurred::Instant(at), kind, seen, practitioner: None, account };
        self.work(at + TimeDelta::hours(3), case, visit)
    }

    pub fn note(
        &mut self,
        at: DateTime<Utc>,
        case: Case,
        kind: NoteKind,
        text: &str,
    ) -> Result<Told, Untold> {
        let at = self.next(at);
        let note = WriteNote { on: Occurred::Instant(at), kind, text: Narrative::parse(text)? };
        self.work(at + TimeDelta::minutes(20), case, note)
    }
}

/// A case and its open episode.
#[derive(Clone, Copy)]
pub(in crate::county) struct Case {
    pub id: CaseId,
    pub episode: EpisodeId,
}
