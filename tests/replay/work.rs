//! A small authority's work, told day by day, for figures that are worked out by hand.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::case::codes::{AbuseCategory, ReferralSource};
use domain::case::events::{
    AssessmentCompleted, AssessmentStarted, CaseClosed, CaseOpened, ConferenceHeld, ConferenceKind,
    ConferenceNeed, CoreGroupHeld, CpPlanCategoryChanged, CpPlanEnded, CpPlanReviewed, CpPlanStarted,
    ReferralDecided, ReferralOutcome, ReferralReceived, Section47Concluded, Section47Started, Seen,
    VisitKind, VisitMade, WorkerAllocated, WorkerRole,
};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Outcome, SourceDisclosure};
use domain::event::Event;
use domain::history::{Amended, Reason, Withdrawn};
use domain::ids::{
    AgencyId, AllocationId, AssessmentId, ConferenceId, ContactId, CpPlanId, EpisodeId, EventId, IncidentId,
    PersonId, PractitionerId, ReturnId, Section47Id, TeamId,
};
use domain::person::uncertain_date::UncertainDate;
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::testimony::Testimony;
use domain::text::{Line, Narrative};
use domain::when::Occurred;
use event_store::StreamId;
use uuid::Uuid;

use crate::record::Record;

pub const SCHOOL: AgencyId = AgencyId(Uuid::from_u128(0xa2));
pub const POLICE: AgencyId = AgencyId(Uuid::from_u128(0xa4));
pub const TEAM: TeamId = TeamId(Uuid::from_u128(0x7e));
pub const WORKER: PractitionerId = PractitionerId(Uuid::from_u128(0xb7));

/// The authority's log, written at noon of each day.
pub struct Work {
    pub record: Record,
    next: u128,
}

/// One child's case.
#[derive(Clone, Copy)]
pub struct Of(pub u128);

fn authority() -> Authority {
    "383".parse().expect("an authority")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

pub fn noon(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().expect("a time")
}

impl Of {
    pub fn child(self) -> PersonId {
        PersonId(Uuid::from_u128(0xc000 + self.0))
    }

    pub fn episode(self, nth: u128) -> EpisodeId {
        EpisodeId(Uuid::from_u128(0xe000 + self.0 * 16 + nth))
    }

    pub fn plan(self, nth: u128) -> CpPlanId {
        CpPlanId(Uuid::from_u128(0xf000 + self.0 * 16 + nth))
    }

    pub fn stream(self) -> StreamId {
        StreamId { category: "case".to_owned(), id: Uuid::from_u128(0xca00 + self.0) }
    }
}

impl Work {
    pub async fn begin() -> Self {
        let record = Record::new();
        record.until("2023-12-01T09:00:00Z".parse().expect("a time"));
        let mut work = Self { record, next: 0x10_000 };
        for (agency, kind, name) in
            [(SCHOOL, AgencyKind::School, "Elm Primary"), (POLICE, AgencyKind::Police, "The Constabulary")]
        {
            let registered = domain::agency::events::Registered {
                name: Line::parse(name).expect("a name"),
                kind,
                authority: Some(authority()),
                safeguarding_line: None,
            };
            let stream = StreamId { category: "agency".to_owned(), id: agency.0 };
            work.put("2023-12-01", "2023-12-01", &stream, registered.into()).await;
        }
        work
    }

    /// Writes an entry down on a day, of the same or an earlier one.
    pub async fn put(&mut self, recorded: &str, occurred: &str, stream: &StreamId, event: Event) -> EventId {
        self.record.until(noon(recorded));
        let (id, _) = self.record.record(stream, Occurred::Day(day(occurred)), &event).await;
        EventId(id)
    }

    pub async fn on_case(&mut self, on: &str, of: Of, event: impl Into<Event>) -> EventId {
        self.put(on, on, &of.stream(), event.into()).await
    }

    pub async fn on_case_late(
        &mut self,
        recorded: &str,
        occurred: &str,
        of: Of,
        event: impl Into<Event>,
    ) -> EventId {
        self.put(recorded, occurred, &of.stream(), event.into()).await
    }

    /// Gives an entry another day.
    pub async fn amend(&mut self, recorded: &str, of: Of, entry: EventId, occurred: &str, event: Event) {
        let occurred = Occurred::Day(day(occurred));
        let amended = Amended { entry, reason: Reason::Mistake, occurred, replacement: Box::new(event) };
        self.put(recorded, recorded, &of.stream(), amended.into()).await;
    }

    pub async fn withdraw(&mut self, recorded: &str, stream: &StreamId, entry: EventId) {
        let withdrawn = Withdrawn { entry, reason: Reason::Mistake };
        self.put(recorded, recorded, stream, withdrawn.into()).await;
    }

    pub async fn contact(&mut self, on: &str, agency: Option<AgencyId>, of: Of) -> (StreamId, EventId) {
        self.contact_told([on, on], agency, of, SourceDisclosure::Named).await
    }

    /// Written down on the first day, of something of the second.
    pub async fn contact_told(
        &mut self,
        [recorded, occurred]: [&str; 2],
        agency: Option<AgencyId>,
        of: Of,
        source_disclosure: SourceDisclosure,
    ) -> (StreamId, EventId) {
        self.next += 1;
        let stream = StreamId { category: "contact".to_owned(), id: Uuid::from_u128(self.next) };
        let key = self.record.fresh_key().await;
        let told = domain::contact::events::Recorded {
            authority: authority(),
            people: vec![Involved { person: of.child(), role: ContactRole::Subject, age: Some(9) }],
            concerns: vec![Concern { kind: ConcernKind::Neglect, about: Vec::new() }],
            method: Method::Telephone,
            significance: None,
            source_disclosure,
            source_agency: agency,
            account: Sealed::new(key, Narrative::parse("an account").expect("a narrative")),
            source_identity: None,
        };
        let id = self.put(recorded, occurred, &stream, told.into()).await;
        (stream, id)
    }

    pub async fn decide_contact(&mut self, on: &str, contact: &StreamId, outcome: Outcome) -> EventId {
        self.decide_contact_late([on, on], contact, outcome).await
    }

    /// Written down on the first day, as made on the second.
    pub async fn decide_contact_late(
        &mut self,
        [recorded, occurred]: [&str; 2],
        contact: &StreamId,
        outcome: Outcome,
    ) -> EventId {
        let key = self.record.fresh_key().await;
        let reason = Sealed::new(key, Narrative::parse("a reason").expect("a narrative"));
        let decided = domain::contact::events::Decided { outcome, passed_to: None, reason };
        self.put(recorded, occurred, contact, decided.into()).await
    }

    pub async fn join(&mut self, on: &str, contact: &StreamId, first: &StreamId) {
        let joined = domain::contact::events::Joined { incident: IncidentId(first.id) };
        self.put(on, on, contact, joined.into()).await;
    }

    /// Somebody says when a child was born: in a year, or on a day.
    pub async fn born(&mut self, on: &str, of: Of, said: &str) -> EventId {
        let key = self.record.fresh_key().await;
        let date = said.parse::<UncertainDate>().expect("a date");
        let born = domain::person::events::BirthRecorded {
            precision: date.precision(),
            date: Sealed::new(key, date),
            year: date.earliest().year(),
            source: Source { basis: Basis::Told, agency: SCHOOL },
            testimony: None,
        };
        self.on_person(on, of, born).await
    }

    pub async fn on_person(&mut self, on: &str, of: Of, event: impl Into<Event>) -> EventId {
        let stream = StreamId { category: "person".to_owned(), id: of.child().0 };
        self.put(on, on, &stream, event.into()).await
    }

    /// A return of the year to 31 March 2025 tells of a plan, by its referral, its start and its reviews.
    pub async fn return_tells(&mut self, on: &str, of: Of, [referred, started]: [&str; 2], reviews: &[&str]) {
        let testimony = || {
            let (return_id, as_of) = (ReturnId(Uuid::from_u128(0x3e)), day("2025-03-31"));
            Some(Testimony { return_id, as_of, rows: Vec::new(), faults: Vec::new() })
        };
        let (child, episode, plan) = (of.child(), of.episode(0), of.plan(0));
        let opened = CaseOpened { child, authority: authority(), testimony: testimony() };
        self.on_case_late(on, referred, of, opened).await;
        let received = ReferralReceived {
            child,
            authority: authority(),
            episode,
            source: None,
            primary_need: None,
            contact: None,
            transferred_from: None,
            reason: None,
            testimony: testimony(),
        };
        self.on_case_late(on, referred, of, received).await;
        let begun = CpPlanStarted {
            child,
            authority: authority(),
            episode,
            plan,
            conference: None,
            categories: BTreeSet::from([AbuseCategory::Neglect]),
            previous_plans: None,
            testimony: testimony(),
        };
        self.on_case_late(on, started, of, begun).await;
        for review in reviews {
            let authority = authority();
            let testimony = testimony();
            let reviewed = CpPlanReviewed { child, authority, episode, plan, conference: None, testimony };
            self.on_case_late(on, review, of, reviewed).await;
        }
    }

    pub async fn referred(&mut self, on: &str, of: Of, nth: u128) -> EventId {
        self.referred_by(on, of, nth, (None, None)).await
    }

    /// By a source, out of a contact.
    pub async fn referred_by(
        &mut self,
        on: &str,
        of: Of,
        nth: u128,
        (source, contact): (Option<ReferralSource>, Option<&StreamId>),
    ) -> EventId {
        let opened = CaseOpened { child: of.child(), authority: authority(), testimony: None };
        if nth == 0 {
            self.on_case(on, of, opened).await;
        }
        let received = ReferralReceived {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            source,
            primary_need: None,
            contact: contact.map(|contact| ContactId(contact.id)),
            transferred_from: None,
            reason: None,
            testimony: None,
        };
        self.on_case(on, of, received).await
    }

    pub async fn closed(&mut self, on: &str, of: Of, nth: u128) {
        let (child, episode) = (of.child(), of.episode(nth));
        let authority = authority();
        let closed = CaseClosed { child, authority, episode, reason: None, note: None, testimony: None };
        self.on_case(on, of, closed).await;
    }

    pub async fn allocated(&mut self, on: &str, of: Of) {
        self.allocated_as(on, of, WorkerRole::LeadPractitioner, TEAM).await;
    }

    pub async fn allocated_as(&mut self, on: &str, of: Of, role: WorkerRole, team: TeamId) {
        self.next += 1;
        let allocated = WorkerAllocated {
            child: of.child(),
            authority: authority(),
            allocation: AllocationId(Uuid::from_u128(self.next)),
            practitioner: WORKER,
            role,
            team: Some(team),
            testimony: None,
        };
        self.on_case(on, of, allocated).await;
    }

    pub async fn assessed(&mut self, from: &str, to: &str, of: Of, nth: u128) {
        let assessment = AssessmentId(Uuid::from_u128(0xa550 + of.0 * 16 + nth));
        let started = AssessmentStarted {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            assessment,
            factors: BTreeSet::new(),
            testimony: None,
        };
        self.on_case(from, of, started).await;
        let completed = AssessmentCompleted {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            assessment,
            factors: BTreeSet::new(),
            outcome: None,
            summary: None,
            testimony: None,
        };
        self.on_case(to, of, completed).await;
    }

    pub async fn section47(&mut self, on: &str, of: Of, nth: u128) -> Section47Id {
        let section47 = Section47Id(Uuid::from_u128(0x4700 + of.0 * 16 + nth));
        let started = Section47Started {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            section47,
            icpc_target: day(on),
            testimony: None,
        };
        self.on_case(on, of, started).await;
        section47
    }

    pub async fn no_conference(&mut self, on: &str, of: Of, nth: u128, section47: Section47Id) {
        let concluded = Section47Concluded {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            section47,
            conference: ConferenceNeed::NotRequired,
            reason: None,
            testimony: None,
        };
        self.on_case(on, of, concluded).await;
    }

    /// An initial conference that starts a plan.
    pub async fn conference(&mut self, on: &str, of: Of, nth: u128, section47: Option<Section47Id>) {
        let conference = ConferenceId(Uuid::from_u128(0xc0f0 + of.0 * 16 + nth));
        let held = ConferenceHeld {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            conference,
            kind: ConferenceKind::Initial,
            section47,
            plan: Some(of.plan(nth)),
            decision: None,
            missing: BTreeSet::new(),
            reason: None,
            testimony: None,
        };
        self.on_case(on, of, held).await;
        let started = CpPlanStarted {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            plan: of.plan(nth),
            conference: Some(conference),
            categories: BTreeSet::from([AbuseCategory::Neglect]),
            previous_plans: None,
            testimony: None,
        };
        self.on_case(on, of, started).await;
    }

    pub async fn plan_ended(&mut self, on: &str, of: Of, nth: u128) {
        let ended = CpPlanEnded {
            child: of.child(),
            authority: authority(),
            episode: of.episode(nth),
            plan: of.plan(nth),
            reason: None,
            conference: None,
            testimony: None,
        };
        self.on_case(on, of, ended).await;
    }
}

pub fn decided(of: Of, nth: u128, outcome: ReferralOutcome) -> Event {
    let (child, authority, episode) = (of.child(), authority(), of.episode(nth));
    ReferralDecided { child, authority, episode, outcome, reason: None, testimony: None }.into()
}

pub fn reviewed(of: Of, nth: u128) -> Event {
    let (child, authority, episode, plan) = (of.child(), authority(), of.episode(nth), of.plan(nth));
    CpPlanReviewed { child, authority, episode, plan, conference: None, testimony: None }.into()
}

pub fn category(of: Of, nth: u128, category: AbuseCategory) -> Event {
    CpPlanCategoryChanged {
        child: of.child(),
        authority: authority(),
        episode: of.episode(nth),
        plan: of.plan(nth),
        categories: BTreeSet::from([category]),
        conference: None,
        testimony: None,
    }
    .into()
}

pub fn core_group(of: Of, nth: u128) -> Event {
    CoreGroupHeld {
        child: of.child(),
        authority: authority(),
        episode: of.episode(nth),
        plan: of.plan(nth),
        missing: BTreeSet::new(),
        account: None,
        testimony: None,
    }
    .into()
}

pub fn visited(of: Of) -> Event {
    VisitMade {
        child: of.child(),
        authority: authority(),
        kind: VisitKind::ChildProtection,
        seen: Seen::Alone,
        practitioner: WORKER,
        account: None,
        testimony: None,
    }
    .into()
}
