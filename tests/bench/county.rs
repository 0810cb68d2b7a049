//! An invented county, written straight into the log: twenty events a child, sealed as they always are.
//!
//! Each child has a name, a birth and a number under a key of their own, three contacts and two enquiries each under
//! its own, and a case from referral to closure. One event in twenty corrects an earlier one, one in two hundred
//! comes late. Left out: moves from one child to another, which a rebuild meets as two events like any others.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Disclosure, LawfulBasis, Purpose};
use domain::authority::Authority;
use domain::case::codes::AbuseCategory;
use domain::case::events::{
    CaseClosed, CaseOpened, CpPlanEnded, CpPlanStarted, ReferralReceived, WorkerAllocated, WorkerEnded,
    WorkerRole,
};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Outcome, SourceDisclosure};
use domain::enquiry::{Answer, KnownAt, Receipt, Searched};
use domain::event::Event;
use domain::history::{Amended, Reason, Withdrawn};
use domain::ids::{
    AgencyId, AllocationId, CpPlanId, EnquiryId, EpisodeId, EventId, KeyId, PersonId, PractitionerId,
};
use domain::person::identifier::Scheme;
use domain::person::name::{NameUse, PersonName};
use domain::person::uncertain_date::{Precision, UncertainDate};
use domain::person::{PersonKind, Sex};
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::keys::Keys;
use event_store::seal::{DataKey, fresh_nonce, seal};
use event_store::{Append, Draft, EventStore, PostgresStore, StreamId};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::Result;
use crate::append::context;
use crate::ids::{Ids, nth};

pub const EVENTS_A_CHILD: u64 = 20;
pub const AUTHORITY: &str = "383";
/// Children whose lives are told side by side: their events lie between each other's.
const SIDE_BY_SIDE: u64 = 2_000;
/// Appends on their way at once.
const AT_ONCE: usize = 64;
const STEPS: u32 = 13;
const BEGINNING: i64 = 1_735_725_600;
const ACCOUNT: &str = "Came to school hungry again and in yesterday's clothes. Says there was nobody in when they woke. \
                       Grandmother reached by telephone and will collect; she has not seen the mother since Friday.";
const GIVEN: [&str; 8] = ["Ana", "Bea", "Cleo", "Dov", "Ezra", "Fern", "Gus", "Hal"];
const FAMILY: [&str; 8] = ["Ashdown", "Birch", "Carrow", "Denby", "Elmet", "Farrow", "Garth", "Hollis"];

/// The nth child of every county.
pub fn child(number: u64) -> PersonId {
    PersonId(nth(0xc1, number))
}

/// NHS numbers from the range kept for tests, the nth for the nth child.
pub fn nhs_numbers(count: u64) -> Vec<String> {
    let valid = (0_u64..1_000_000).filter_map(|number| {
        let digits = format!("999{number:06}");
        let sum: u32 = digits
            .chars()
            .filter_map(|digit| digit.to_digit(10))
            .zip((2..=10).rev())
            .map(|(d, w)| d * w)
            .sum();
        match 11 - sum % 11 {
            10 => None,
            11 => Some(format!("{digits}0")),
            check => Some(format!("{digits}{check}")),
        }
    });
    valid.take(usize::try_from(count).unwrap_or(usize::MAX)).collect()
}

/// Writes a county; says how many events it has.
pub async fn write(store: &PostgresStore, keys: &Arc<dyn Keys>, children: u64) -> Result<u64> {
    let numbers = nhs_numbers(children);
    let mut waiting = numbers.into_iter().zip(0..).map(|(nhs, number)| Life::new(number, nhs)).peekable();
    while waiting.peek().is_some() {
        let mut lives: Vec<Life> = waiting.by_ref().take(usize::try_from(SIDE_BY_SIDE)?).collect();
        for step in 0..STEPS {
            stream::iter(lives.iter_mut().map(|life| life.go_on(store, keys, step)))
                .buffer_unordered(AT_ONCE)
                .try_for_each(|()| async { Ok(()) })
                .await?;
        }
    }
    Ok(children * EVENTS_A_CHILD)
}

/// A contact's content, its account under a key of its own.
pub fn contact(key: &DataKey, child: PersonId, account: &str) -> Result<Event> {
    let recorded = domain::contact::events::Recorded {
        authority: AUTHORITY.parse()?,
        people: vec![Involved { person: child, role: ContactRole::Subject, age: Some(9) }],
        concerns: vec![Concern { kind: ConcernKind::Neglect, about: Vec::new() }],
        method: Method::Telephone,
        significance: None,
        source_disclosure: SourceDisclosure::Named,
        source_agency: Some(AgencyId(nth(2, 1))),
        account: Sealed::new(KeyId(key.id), Narrative::parse(account)?),
        source_identity: None,
    };
    Ok(recorded.into())
}

/// An event to be appended, its parts sealed under the one key they all use.
pub fn draft(origin: &str, id: Uuid, occurred: Occurred, event: &Event, key: &DataKey) -> Result<Draft> {
    let encoded = event.encode()?;
    let sealed =
        encoded.parts.iter().map(|part| Ok(seal(origin, id, part.number, key, fresh_nonce()?, &part.json)?));
    Ok(Draft {
        event_id: id,
        kind: encoded.kind.to_owned(),
        schema_version: encoded.schema_version,
        occurred: occurred.to_string(),
        meta: bytes::Bytes::from_static(b"{}"),
        parts: sealed.collect::<Result<_>>()?,
        facts: encoded.facts.into(),
    })
}

/// One child's history, as far as it is told.
struct Life {
    number: u64,
    nhs: String,
    child: PersonId,
    ids: Ids,
    case: Uuid,
    case_version: u64,
    contacts: Vec<Told>,
}

/// A contact that was told.
struct Told {
    stream: Uuid,
    key: DataKey,
    event: Uuid,
    occurred: Occurred,
    version: u64,
}

impl Life {
    fn new(number: u64, nhs: String) -> Self {
        let ids = Ids::new(number.wrapping_mul(0x1_0001) ^ 0xc0de);
        let (child, case) = (child(number), nth(0xca, number));
        Self { number, nhs, child, ids, case, case_version: 0, contacts: Vec::new() }
    }

    async fn go_on(&mut self, store: &PostgresStore, keys: &Arc<dyn Keys>, step: u32) -> Result<()> {
        let minutes = i64::from(step) * 14 * 24 * 60 + i64::try_from(self.number % 10_000)?;
        let at =
            DateTime::<Utc>::from_timestamp(BEGINNING, 0).ok_or("no time")? + TimeDelta::minutes(minutes);
        let now = Occurred::Instant(at);
        let day = Occurred::Day(at.date_naive());
        match step {
            0 => self.open(store, keys, now).await,
            1 | 10 => self.contact(store, keys, now).await,
            6 if self.number.is_multiple_of(10) => {
                self.contact(store, keys, Occurred::Instant(at - TimeDelta::days(40))).await
            }
            6 => self.contact(store, keys, now).await,
            3 => self.decide(store, 0, now).await,
            7 => self.decide(store, 1, now).await,
            5 | 8 => self.enquire(store, keys, now).await,
            11 => self.correct(store, now).await,
            _ => self.case(store, keys, step, day).await,
        }
    }

    async fn append(
        &mut self,
        store: &PostgresStore,
        stream: StreamId,
        expected: u64,
        events: Vec<Draft>,
    ) -> Result<()> {
        let context = context(&mut self.ids);
        store.append(Append::new(stream, expected, context, events)).await?;
        Ok(())
    }

    async fn open(&mut self, store: &PostgresStore, keys: &Arc<dyn Keys>, at: Occurred) -> Result<()> {
        let key = keys.take().await?;
        let id = KeyId(key.id);
        let source = Source { basis: Basis::Told, agency: AgencyId(nth(2, 1)) };
        let pick = |of: &[&'static str; 8], turn: u64| {
            usize::try_from(turn % 8).ok().and_then(|nth| of.get(nth)).copied().unwrap_or("Ivo")
        };
        let name = PersonName::parse(pick(&GIVEN, self.number), pick(&FAMILY, self.number / 8))?;
        let year = 2008 + self.number % 16;
        let born: UncertainDate =
            format!("{year}-{:02}-{:02}", 1 + self.number % 12, 1 + self.number % 28).parse()?;
        let events: [Event; 5] = [
            domain::person::events::Opened { kind: PersonKind::Born, key: id, testimony: None }.into(),
            domain::person::events::Named {
                usage: NameUse::Usual,
                name: Sealed::new(id, name),
                source,
                testimony: None,
            }
            .into(),
            domain::person::events::BirthRecorded {
                precision: Precision::Exact,
                date: Sealed::new(id, born),
                year: i32::try_from(year)?,
                source,
                testimony: None,
            }
            .into(),
            domain::person::events::SexRecorded { sex: Sex::Female, source, testimony: None }.into(),
            domain::person::events::IdentifierRecorded {
                scheme: Scheme::Nhs,
                value: Sealed::new(id, self.nhs.clone()),
                source,
                testimony: None,
            }
            .into(),
        ];
        let drafts = events.iter().map(|event| draft(store.origin(), self.ids.id(), at, event, &key));
        let drafts = drafts.collect::<Result<_>>()?;
        self.append(store, stream_of("person", self.child.0), 0, drafts).await
    }

    async fn contact(&mut self, store: &PostgresStore, keys: &Arc<dyn Keys>, at: Occurred) -> Result<()> {
        let key = keys.take().await?;
        let (stream, event) = (self.ids.id(), self.ids.id());
        let draft = draft(store.origin(), event, at, &contact(&key, self.child, ACCOUNT)?, &key)?;
        self.append(store, stream_of("contact", stream), 0, vec![draft]).await?;
        self.contacts.push(Told { stream, key, event, occurred: at, version: 1 });
        Ok(())
    }

    async fn decide(&mut self, store: &PostgresStore, nth: usize, at: Occurred) -> Result<()> {
        let id = self.ids.id();
        let told = self.contacts.get_mut(nth).ok_or("no contact to decide")?;
        let decided = domain::contact::events::Decided {
            outcome: Outcome::Advice,
            passed_to: None,
            reason: Sealed::new(KeyId(told.key.id), Narrative::parse("Advice was given.")?),
        };
        let draft = draft(store.origin(), id, at, &decided.into(), &told.key)?;
        let (stream, expected) = (stream_of("contact", told.stream), told.version);
        told.version += 1;
        self.append(store, stream, expected, vec![draft]).await
    }

    async fn enquire(&mut self, store: &PostgresStore, keys: &Arc<dyn Keys>, at: Occurred) -> Result<()> {
        let key = keys.take().await?;
        let (stream, event) = (self.ids.id(), self.ids.id());
        let made = domain::enquiry::events::Made {
            subject: Some(self.child),
            asked_by: AgencyId(nth(2, 3)),
            purpose: Purpose::Attendance,
            lawful_basis: LawfulBasis::VitalInterests,
            reason: Sealed::new(KeyId(key.id), Narrative::parse("At the department with a broken arm.")?),
            searched: vec![Searched::Name],
            answered: Answer::Found,
            disclosed: Disclosure::Status,
            known_at: KnownAt(1),
            receipt: Receipt::of(EnquiryId(stream)),
            asked_as: None,
            sought: None,
        };
        let draft = draft(store.origin(), event, at, &made.into(), &key)?;
        self.append(store, stream_of("enquiry", stream), 0, vec![draft]).await
    }

    /// Three in five amend the first contact, two in five take the second back.
    async fn correct(&mut self, store: &PostgresStore, at: Occurred) -> Result<()> {
        let id = self.ids.id();
        let is_amended = self.number % 5 < 3;
        let told = self.contacts.get(usize::from(!is_amended)).ok_or("no contact to correct")?;
        let entry = EventId(told.event);
        let event: Event = if is_amended {
            let replacement =
                Box::new(contact(&told.key, self.child, "Came to school hungry twice, not once.")?);
            Amended { entry, reason: Reason::BetterInformation, occurred: told.occurred, replacement }.into()
        } else {
            Withdrawn { entry, reason: Reason::Duplicate }.into()
        };
        let draft = draft(store.origin(), id, at, &event, &told.key)?;
        let (stream, expected) = (stream_of("contact", told.stream), told.version);
        self.append(store, stream, expected, vec![draft]).await
    }

    async fn case(
        &mut self,
        store: &PostgresStore,
        keys: &Arc<dyn Keys>,
        step: u32,
        at: Occurred,
    ) -> Result<()> {
        let events = self.case_events(step)?;
        // Nothing in them is sealed; a key is only what a draft asks for.
        let key = match self.contacts.first() {
            Some(told) => told.key.clone(),
            None => keys.take().await?,
        };
        let drafts = events.iter().map(|event| draft(store.origin(), self.ids.id(), at, event, &key));
        let drafts: Vec<Draft> = drafts.collect::<Result<_>>()?;
        let expected = self.case_version;
        self.case_version += u64::try_from(drafts.len())?;
        self.append(store, stream_of("case", self.case), expected, drafts).await
    }

    fn case_events(&self, step: u32) -> Result<Vec<Event>> {
        let (child, authority): (PersonId, Authority) = (self.child, AUTHORITY.parse()?);
        let thing = |kind: u64| nth(kind, self.number);
        let (episode, plan) = (EpisodeId(thing(0xe0)), CpPlanId(thing(0xf0)));
        let (allocation, practitioner) =
            (AllocationId(thing(0xd0)), PractitionerId(nth(1, self.number % 500)));
        let role = WorkerRole::LeadPractitioner;
        let testimony = None;
        Ok(match step {
            2 => vec![
                CaseOpened { child, authority: authority.clone(), testimony: testimony.clone() }.into(),
                ReferralReceived {
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
            ],
            4 => vec![
                WorkerAllocated {
                    child,
                    authority: authority.clone(),
                    allocation,
                    practitioner,
                    role,
                    team: None,
                    testimony: testimony.clone(),
                }
                .into(),
                CpPlanStarted {
                    child,
                    authority,
                    episode,
                    plan,
                    conference: None,
                    categories: BTreeSet::from([AbuseCategory::Neglect]),
                    previous_plans: None,
                    testimony,
                }
                .into(),
            ],
            9 => vec![
                CpPlanEnded {
                    child,
                    authority: authority.clone(),
                    episode,
                    plan,
                    reason: None,
                    conference: None,
                    testimony: testimony.clone(),
                }
                .into(),
                WorkerEnded { child, authority, allocation, practitioner, role, testimony }.into(),
            ],
            _ => vec![CaseClosed { child, authority, episode, reason: None, note: None, testimony }.into()],
        })
    }
}

fn stream_of(category: &str, id: Uuid) -> StreamId {
    StreamId { category: category.to_owned(), id }
}
