//! Random histories of a few invented children: ordinary entries, late ones, and every kind of correction.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};
use domain::access::{Disclosure, LawfulBasis, Purpose, Role};
use domain::agency::AgencyKind;
use domain::alert::events::{Accepted, Evidence, Grew, Raised, Said, Withdrawn as AlertWithdrawn};
use domain::alert::{Follows, WithdrawnBecause};
use domain::authority::Authority;
use domain::case::codes::AbuseCategory;
use domain::case::events::{
    CaseClosed, CaseOpened, CpPlanEnded, CpPlanStarted, ReferralReceived, WorkerAllocated, WorkerEnded,
    WorkerRole,
};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Outcome, SourceDisclosure};
use domain::enquiry::events::{NoticeAnswered, StandsAgain, WouldDiffer};
use domain::enquiry::sought::SoughtMark;
use domain::enquiry::{Answer, AskedAs, KnownAt, NoticeOutcome, Receipt, Searched};
use domain::event::Event;
use domain::history::{Amended, MovedAway, MovedHere, Reason, Withdrawn};
use domain::ids::{
    AgencyId, AllocationId, CpPlanId, EnquiryId, EpisodeId, EventId, IncidentId, KeyId, PersonId,
    PractitionerId, ReturnId,
};
use domain::linkage::{Identity, SignalKind};
use domain::person::address::{Address, AddressClass};
use domain::person::identifier::Scheme;
use domain::person::name::{NameUse, PersonName};
use domain::person::restriction::RestrictionReason;
use domain::person::uncertain_date::UncertainDate;
use domain::person::{PersonKind, Sex};
use domain::review::{Counted, ReviewKind, ReviewOutcome};
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::testimony::Testimony;
use domain::text::Narrative;
use domain::tie::{EndReason, TieKind, TieTo};
use domain::when::Occurred;
use event_store::StreamId;
use uuid::Uuid;

use crate::record::Record;

/// How many children a history is about: few, so that everything meets everything.
const CHILDREN: u64 = 6;
/// What their numbers begin with, for the search.
pub const AUTHORITY: &str = "383";

/// A small generator: the same seed, the same history.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let len = u64::try_from(items.len()).expect("a small number");
        items.get(usize::try_from(self.below(len)).expect("a small number"))
    }
}

/// An entry that may still be corrected.
#[derive(Clone)]
struct Standing {
    stream: StreamId,
    id: Uuid,
    event: Event,
    occurred: Occurred,
    recorded_at: chrono::DateTime<chrono::Utc>,
}

/// A history being written.
pub struct History {
    pub record: Record,
    dice: Dice,
    keys: Vec<KeyId>,
    standing: Vec<Standing>,
    contacts: Vec<StreamId>,
    alerts: Vec<StreamId>,
    ties: Vec<StreamId>,
    next: u128,
}

pub fn child(number: u64) -> PersonId {
    PersonId(Uuid::from_u128(0xc000 + u128::from(number)))
}

pub fn children() -> Vec<PersonId> {
    (0..CHILDREN).map(child).collect()
}

fn stream(category: &str, id: Uuid) -> StreamId {
    StreamId { category: category.to_owned(), id }
}

fn source() -> Source {
    Source { basis: Basis::Told, agency: AgencyId(Uuid::from_u128(0xa1)) }
}

fn authority() -> Authority {
    AUTHORITY.parse().expect("an authority")
}

impl History {
    /// Everyone is opened first, each under a key of their own.
    pub async fn begin(seed: u64) -> Self {
        let mut history = Self {
            record: Record::new(),
            dice: Dice::new(seed),
            keys: Vec::new(),
            standing: Vec::new(),
            contacts: Vec::new(),
            alerts: Vec::new(),
            ties: Vec::new(),
            next: 0x1000,
        };
        for person in children() {
            let key = history.record.fresh_key().await;
            history.keys.push(key);
            let opened = domain::person::events::Opened { kind: PersonKind::Born, key, testimony: None };
            let at = history.some_day();
            history.put(stream("person", person.0), at, opened.into()).await;
        }
        history
    }

    pub fn key_of(&self, number: u64) -> KeyId {
        *self.keys.get(usize::try_from(number).expect("a small number")).expect("a child")
    }

    fn fresh(&mut self) -> Uuid {
        self.next += 1;
        Uuid::from_u128(self.next)
    }

    /// Mostly about now, now and then long ago.
    pub fn some_day(&mut self) -> Occurred {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
        let passed = u64::try_from(self.standing.len()).expect("a small number");
        let day = if self.dice.below(4) == 0 { self.dice.below(300) } else { 300 + passed };
        let day = first.checked_add_days(Days::new(day)).expect("a day");
        match self.dice.below(3) {
            0 => Occurred::Day(day),
            1 => Occurred::Instant(day.and_hms_opt(10, 15, 0).expect("a time").and_utc()),
            _ => Occurred::Between(day, day.checked_add_days(Days::new(3)).expect("a day")),
        }
    }

    async fn put(&mut self, stream: StreamId, occurred: Occurred, event: Event) {
        let (id, appended) = self.record.record(&stream, occurred, &event).await;
        let recorded_at = appended.recorded_at;
        self.standing.push(Standing { stream, id, event, occurred, recorded_at });
    }

    fn some_child(&mut self) -> (u64, PersonId) {
        let number = self.dice.below(CHILDREN);
        (number, child(number))
    }

    /// One more entry, of any kind.
    pub async fn go_on(&mut self) {
        let at = self.some_day();
        match self.dice.below(18) {
            0 => self.about_a_person(at).await,
            1 => self.about_a_person(at).await,
            2 | 3 => self.record_contact(at).await,
            4 => {
                if let Some(contact) = self.dice.of(&self.contacts).cloned() {
                    let key = self.record.fresh_key().await;
                    let decided = domain::contact::events::Decided {
                        outcome: Outcome::Advice,
                        passed_to: None,
                        reason: Sealed::new(key, Narrative::parse("advice was given").expect("a narrative")),
                    };
                    self.put(contact, at, decided.into()).await;
                }
            }
            5 => self.tie(at).await,
            6 => self.enquiry(at).await,
            7 => self.sort_a_contact(at).await,
            8..=11 => self.about_a_case(at).await,
            12 => self.alert(at).await,
            13 => self.review(at).await,
            _ => self.correct(at).await,
        }
    }

    /// A contact about some of the children.
    pub async fn record_contact(&mut self, at: Occurred) {
        let contact = stream("contact", self.fresh());
        let event = self.contact().await;
        self.contacts.push(contact.clone());
        self.put(contact, at, event).await;
    }

    async fn about_a_person(&mut self, at: Occurred) {
        let (number, person) = self.some_child();
        let key = self.key_of(number);
        let which = self.dice.below(7);
        let event: Event = match which {
            0 => self.name(key).into(),
            1 => {
                // Some grow up while their story is told, until somebody says another year.
                let is_older = number.is_multiple_of(2) && !at.day().day().is_multiple_of(3);
                let (said, year) = if is_older { ("2007-10-01", 2007) } else { ("2015", 2015) };
                let date = said.parse::<UncertainDate>().expect("a date");
                domain::person::events::BirthRecorded {
                    precision: date.precision(),
                    date: Sealed::new(key, date),
                    year,
                    source: source(),
                    testimony: None,
                }
                .into()
            }
            2 => domain::person::events::SexRecorded {
                sex: *self.dice.of(Sex::ALL).expect("one"),
                source: source(),
                testimony: None,
            }
            .into(),
            3 => domain::person::events::IdentifierRecorded {
                scheme: Scheme::Nhs,
                value: Sealed::new(key, format!("99900{:05}", self.dice.below(100_000))),
                source: source(),
                testimony: None,
            }
            .into(),
            4 => domain::person::events::Restricted {
                reason: RestrictionReason::HighRisk,
                owner: PractitionerId(Uuid::from_u128(0xb1)),
                readers: vec![PractitionerId(Uuid::from_u128(0xb2))],
                review_on: NaiveDate::from_ymd_opt(2026, 6, 1).expect("a day"),
            }
            .into(),
            5 => self.address(key).into(),
            _ => domain::person::events::Unrestricted {}.into(),
        };
        self.put(stream("person", person.0), at, event).await;
    }

    fn address(&mut self, key: KeyId) -> domain::person::events::AddressRecorded {
        let house = format!("{} Example Row", self.dice.below(3));
        domain::person::events::AddressRecorded {
            address: Sealed::new(key, Address::parse(&[&house], "LS1 1UR").expect("an address")),
            class: *self.dice.of(AddressClass::ALL).expect("one"),
            withheld_from: Vec::new(),
            is_communal: self.dice.below(5) == 0,
            from: NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day"),
            to: None,
            source: source(),
            testimony: None,
        }
    }

    /// Somebody's use of the record is to be looked at, and perhaps was.
    async fn review(&mut self, at: Occurred) {
        let review = stream("review", self.fresh());
        let raised = domain::review::events::Raised {
            kind: ReviewKind::Trawling,
            about: PractitionerId(Uuid::from_u128(0xb3)),
            agency: source().agency,
            from: at.earliest(),
            until: at.earliest(),
            counted: Counted::Names,
            count: 30,
            threshold: 25,
            evidence: vec![KnownAt(1)],
        };
        self.put(review.clone(), at, raised.into()).await;
        if self.dice.below(2) == 0 {
            let note =
                Sealed::new(self.record.fresh_key().await, Narrative::parse("a note").expect("a narrative"));
            let concluded =
                domain::review::events::Concluded { outcome: ReviewOutcome::Explained, note: Some(note) };
            self.put(review, at, concluded.into()).await;
        }
    }

    fn name(&mut self, key: KeyId) -> domain::person::events::Named {
        let given = *self.dice.of(&["Ana", "Bea", "Cleo", "Dov"]).expect("one");
        domain::person::events::Named {
            usage: NameUse::Usual,
            name: Sealed::new(key, PersonName::parse(given, "Example").expect("a name")),
            source: source(),
            testimony: None,
        }
    }

    async fn contact(&mut self) -> Event {
        let key = self.record.fresh_key().await;
        let mut people: Vec<Involved> = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let (_, person) = self.some_child();
            let role = *self.dice.of(&[ContactRole::Subject, ContactRole::Witness]).expect("one");
            if people.iter().all(|known| known.person != person) {
                people.push(Involved { person, role, age: Some(7) });
            }
        }
        let contact = domain::contact::events::Recorded {
            authority: authority(),
            people,
            concerns: vec![Concern { kind: ConcernKind::Neglect, about: Vec::new() }],
            method: Method::Telephone,
            significance: None,
            source_disclosure: SourceDisclosure::Named,
            source_agency: None,
            account: Sealed::new(key, Narrative::parse("an account").expect("a narrative")),
            source_identity: None,
        };
        contact.into()
    }

    /// Joins a contact to another's incident, or takes it out of one.
    async fn sort_a_contact(&mut self, at: Occurred) {
        let (Some(contact), Some(first)) =
            (self.dice.of(&self.contacts).cloned(), self.dice.of(&self.contacts).cloned())
        else {
            return;
        };
        let sorted: Event = match self.dice.below(3) {
            0 => domain::contact::events::Parted {}.into(),
            _ => domain::contact::events::Joined { incident: IncidentId(first.id) }.into(),
        };
        self.put(contact, at, sorted).await;
    }

    /// Raises an alert, or says more about one that was.
    async fn alert(&mut self, at: Occurred) {
        let (_, child) = self.some_child();
        let evidence = self.standing.last().map(|last| Evidence {
            entry: EventId(last.id),
            record: last.stream.id,
            incident: last.stream.id,
            person: child,
            kind: SignalKind::Contact,
            identity: Identity::Confirmed,
            occurred: last.occurred,
            agency: AgencyId(Uuid::from_u128(0xa1)),
            source_disclosure: None,
        });
        let says = Said {
            rule: "three-incidents".parse().expect("a rule's name"),
            version: 1,
            authority: Some(authority()),
            children: BTreeSet::from([child]),
            ties: BTreeSet::new(),
            evidence: evidence.into_iter().collect(),
            is_for_the_front_door_only: false,
        };
        let known_at = KnownAt(self.next);
        let known = self.dice.of(&self.alerts).cloned().filter(|_| self.dice.below(3) > 0);
        let (alert, event): (StreamId, Event) = match known {
            None => {
                let alert = stream("alert", self.fresh());
                self.alerts.push(alert.clone());
                (alert, Raised { known_at, says }.into())
            }
            Some(alert) => match self.dice.below(3) {
                0 => {
                    let gone = (self.dice.below(2) == 0).then(BTreeSet::new);
                    (alert, Grew { known_at, says, gone }.into())
                }
                1 => (alert, Accepted { follows: Follows::Referral, note: None }.into()),
                _ => {
                    let because = WithdrawnBecause::EvidenceCorrected;
                    (alert, AlertWithdrawn { known_at, because, into: None }.into())
                }
            },
        };
        self.put(alert, at, event).await;
    }

    async fn tie(&mut self, at: Occurred) {
        if self.dice.below(3) == 0
            && let Some(tie) = self.dice.of(&self.ties).cloned()
        {
            let ended = domain::tie::events::Ended {
                on: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
                reason: EndReason::Separated,
                source: source(),
            };
            self.put(tie, at, ended.into()).await;
            return;
        }
        let ((_, from), (_, to)) = (self.some_child(), self.some_child());
        let tie = stream("tie", self.fresh());
        self.ties.push(tie.clone());
        let recorded = domain::tie::events::Recorded {
            from,
            to: TieTo::Person(to),
            kind: TieKind::Sibling,
            since: None,
            source: source(),
            testimony: None,
        };
        self.put(tie, at, recorded.into()).await;
    }

    async fn enquiry(&mut self, at: Occurred) {
        let key = self.record.fresh_key().await;
        let id = self.fresh();
        let (_, subject) = self.some_child();
        let found = self.dice.below(4) > 0;
        let made = domain::enquiry::events::Made {
            subject: found.then_some(subject),
            asked_by: AgencyId(Uuid::from_u128(0xa2)),
            purpose: Purpose::Attendance,
            lawful_basis: LawfulBasis::VitalInterests,
            reason: Sealed::new(key, Narrative::parse("a reason").expect("a narrative")),
            searched: vec![Searched::Name],
            answered: if found { Answer::Found } else { Answer::NoTrace },
            disclosed: Disclosure::Status,
            known_at: KnownAt(1),
            receipt: Receipt::of(EnquiryId(id)),
            asked_as: Some(AskedAs {
                agency_kind: AgencyKind::NhsTrust,
                authority: Some(authority()),
                team: None,
                roles: vec![Role::EmergencyNurse],
            }),
            sought: Some(Sealed::new(key, vec![SoughtMark(Uuid::from_u128(u128::from(self.dice.below(5))))])),
        };
        self.put(stream("enquiry", id), at, made.into()).await;
        if self.dice.below(3) == 0 {
            self.notice(stream("enquiry", id), at, subject).await;
        }
    }

    /// The answer would differ; and perhaps somebody answers that, or it stands again.
    async fn notice(&mut self, enquiry: StreamId, at: Occurred, subject: PersonId) {
        let differs = WouldDiffer {
            known_at: KnownAt(2),
            subject: (self.dice.below(3) > 0).then_some(subject),
            would_answer: Answer::Found,
            would_disclose: Disclosure::Status,
            noticed_from: Disclosure::Contact,
        };
        self.put(enquiry.clone(), at, differs.into()).await;
        let then: Event = match self.dice.below(3) {
            0 => StandsAgain { known_at: KnownAt(3) }.into(),
            1 => NoticeAnswered { outcome: NoticeOutcome::AskedAgain, note: None }.into(),
            _ => return,
        };
        self.put(enquiry, at, then).await;
    }

    async fn about_a_case(&mut self, at: Occurred) {
        let (number, child) = self.some_child();
        let case = stream("case", Uuid::from_u128(0xca_0000 + u128::from(number)));
        let thing = u128::from(number * 10 + self.dice.below(3));
        let (episode, plan) =
            (EpisodeId(Uuid::from_u128(0xe0 + thing)), CpPlanId(Uuid::from_u128(0xf0 + thing)));
        let allocation = AllocationId(Uuid::from_u128(0xd0 + thing));
        let practitioner = PractitionerId(Uuid::from_u128(0xb0 + u128::from(self.dice.below(4))));
        let authority = authority();
        // Every other thing is known from a return.
        let testimony = thing.is_multiple_of(2).then(|| Testimony {
            return_id: ReturnId(Uuid::from_u128(0x3e)),
            as_of: NaiveDate::from_ymd_opt(2025, 12, 31).expect("a day"),
            rows: Vec::new(),
            faults: Vec::new(),
        });
        let event: Event = match self.dice.below(7) {
            0 => CaseOpened { child, authority, testimony: None }.into(),
            1 => ReferralReceived {
                child,
                authority,
                episode,
                source: None,
                primary_need: None,
                contact: None,
                transferred_from: None,
                reason: None,
                testimony,
            }
            .into(),
            2 => CpPlanStarted {
                child,
                authority,
                episode,
                plan,
                conference: None,
                categories: BTreeSet::from([AbuseCategory::ALL[0]]),
                previous_plans: None,
                testimony,
            }
            .into(),
            3 => CpPlanEnded {
                child,
                authority,
                episode,
                plan,
                reason: None,
                conference: None,
                testimony: None,
            }
            .into(),
            4 => WorkerAllocated {
                child,
                authority,
                allocation,
                practitioner,
                role: WorkerRole::LeadPractitioner,
                team: None,
                testimony: None,
            }
            .into(),
            5 => WorkerEnded {
                child,
                authority,
                allocation,
                practitioner,
                role: WorkerRole::LeadPractitioner,
                testimony: None,
            }
            .into(),
            _ => CaseClosed { child, authority, episode, reason: None, note: None, testimony: None }.into(),
        };
        self.put(case, at, event).await;
    }

    /// Amends, withdraws or moves an entry that stands.
    async fn correct(&mut self, at: Occurred) {
        let Some(target) = self.dice.of(&self.standing).cloned() else { return };
        let entry = EventId(target.id);
        match self.dice.below(4) {
            0 | 1 => {
                let replacement = match &target.event {
                    Event::ContactRecorded(_) => self.contact().await,
                    Event::PersonNamed(named) => self.name(named.name.key).into(),
                    other => other.clone(),
                };
                let amended = Amended {
                    entry,
                    reason: Reason::Mistake,
                    occurred: at,
                    replacement: Box::new(replacement.clone()),
                };
                self.record.record(&target.stream, at, &amended.into()).await;
                for standing in self.standing.iter_mut().filter(|standing| standing.id == target.id) {
                    standing.event = replacement.clone();
                    standing.occurred = at;
                }
            }
            // The rules refuse it: what opened a record stays.
            _ if matches!(target.event, Event::PersonOpened(_)) => {}
            2 => {
                let withdrawn = Withdrawn { entry, reason: Reason::Duplicate };
                self.record.record(&target.stream, at, &withdrawn.into()).await;
                self.standing.retain(|standing| standing.id != target.id);
            }
            _ => {
                let Some(to) = self.dice.of(&self.contacts).cloned() else { return };
                if target.stream.category != "contact" || to == target.stream {
                    return;
                }
                // Sometimes it arrives before it leaves.
                let away = MovedAway { entry, reason: Reason::WrongPerson }.into();
                let here = MovedHere {
                    entry,
                    first_recorded_at: target.recorded_at,
                    content: Box::new(target.event.clone()),
                }
                .into();
                if self.dice.below(2) == 0 {
                    self.record.record(&target.stream, at, &away).await;
                    self.record.record(&to, target.occurred, &here).await;
                } else {
                    self.record.record(&to, target.occurred, &here).await;
                    self.record.record(&target.stream, at, &away).await;
                }
                for standing in self.standing.iter_mut().filter(|standing| standing.id == target.id) {
                    standing.stream = to.clone();
                }
            }
        }
    }
}

/// A social worker of the authority.
pub fn reader() -> domain::access::Actor {
    domain::access::Actor {
        practitioner: PractitionerId(Uuid::from_u128(0xb2)),
        agency: AgencyId(Uuid::from_u128(0xa1)),
        agency_kind: AgencyKind::LocalAuthority,
        authority: Some(authority()),
        team: None,
        roles: Vec::new(),
    }
}
