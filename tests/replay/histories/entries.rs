//! What may be entered in a random history, kind by kind.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use domain::access::{Disclosure, LawfulBasis, Purpose, Role};
use domain::agency::AgencyKind;
use domain::alert::events::{Accepted, Evidence, Grew, Raised, Said, Withdrawn as AlertWithdrawn};
use domain::alert::{Follows, WithdrawnBecause};
use domain::case::codes::AbuseCategory;
use domain::case::events::{
    CaseClosed, CaseOpened, CpPlanEnded, CpPlanStarted, ReferralReceived, WorkerAllocated, WorkerEnded,
    WorkerRole,
};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, SourceDisclosure};
use domain::enquiry::events::{NoticeAnswered, StandsAgain, WouldDiffer};
use domain::enquiry::sought::SoughtMark;
use domain::enquiry::{Answer, AskedAs, KnownAt, NoticeOutcome, Receipt, Searched};
use domain::event::Event;
use domain::ids::{
    AgencyId, AllocationId, CpPlanId, EnquiryId, EpisodeId, EventId, IncidentId, KeyId, PersonId,
    PractitionerId, ReturnId,
};
use domain::linkage::{Identity, SignalKind};
use domain::person::Sex;
use domain::person::address::{Address, AddressClass};
use domain::person::identifier::Scheme;
use domain::person::name::{NameUse, PersonName};
use domain::person::restriction::RestrictionReason;
use domain::person::uncertain_date::UncertainDate;
use domain::review::{Counted, ReviewKind, ReviewOutcome};
use domain::sealed::Sealed;
use domain::testimony::Testimony;
use domain::text::Narrative;
use domain::tie::{EndReason, TieKind, TieTo};
use domain::when::Occurred;
use event_store::StreamId;
use uuid::Uuid;

use super::{History, authority, source, stream};

impl History {
    pub(super) async fn about_a_person(&mut self, at: Occurred) {
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
    pub(super) async fn review(&mut self, at: Occurred) {
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

    pub(super) fn name(&mut self, key: KeyId) -> domain::person::events::Named {
        let given = *self.dice.of(&["Ana", "Bea", "Cleo", "Dov"]).expect("one");
        domain::person::events::Named {
            usage: NameUse::Usual,
            name: Sealed::new(key, PersonName::parse(given, "Example").expect("a name")),
            source: source(),
            testimony: None,
        }
    }

    pub(super) async fn contact(&mut self) -> Event {
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
    pub(super) async fn sort_a_contact(&mut self, at: Occurred) {
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
    pub(super) async fn alert(&mut self, at: Occurred) {
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

    pub(super) async fn tie(&mut self, at: Occurred) {
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

    pub(super) async fn enquiry(&mut self, at: Occurred) {
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

    pub(super) async fn about_a_case(&mut self, at: Occurred) {
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
}
