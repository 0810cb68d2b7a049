//! What a page of the past tells of an entry that was corrected since: no more than is told of it today.

use chrono::{DateTime, Utc};
use domain::access::{Disclosure, Sensitivity};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, SourceDisclosure};
use domain::history::{Amended, MovedAway, MovedHere, Reason, Withdrawn};
use domain::ids::{EventId, PersonId, PractitionerId};
use domain::person::restriction::RestrictionReason;
use domain::person::{Sex, events::SexRecorded};
use domain::sealed::Sealed;
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::StreamId;
use projections::reads::{AsOf, Reads};
use projections::scope::Scope;
use projections::timeline::{self, Item};
use system_tests::TestDatabase;
use uuid::Uuid;

use crate::histories::{History, child, reader};
use crate::views::{build, of};

const TOLD: Uuid = Uuid::from_u128(0x701d);

fn stream(category: &str, id: Uuid) -> StreamId {
    StreamId { category: category.to_owned(), id }
}

/// Somebody at work with every child, who is at no front door; restricted records are closed to them.
fn colleague() -> Scope {
    let practitioner = PractitionerId(Uuid::from_u128(0xb9));
    of(domain::access::Actor { practitioner, ..reader() }, |class| match class.sensitivity {
        Sensitivity::Open => Disclosure::Full,
        Sensitivity::Restricted => Disclosure::Contact,
    })
}

async fn page(reads: &Reads, person: PersonId, known_at: DateTime<Utc>) -> Vec<Item> {
    let as_of = AsOf { known_at: Some(known_at), ..AsOf::default() };
    let found = timeline::of_as_of(reads, &colleague(), person, as_of).await.expect("a page");
    found.expect("a child").items
}

/// Told of the first child by somebody with a record of their own: the second.
async fn told(history: &History, source_disclosure: SourceDisclosure) -> domain::contact::events::Recorded {
    let involved = |person, role| Involved { person, role, age: None };
    domain::contact::events::Recorded {
        authority: "383".parse().expect("an authority"),
        people: vec![involved(child(0), ContactRole::Subject), involved(child(1), ContactRole::Source)],
        concerns: vec![Concern { kind: ConcernKind::Neglect, about: Vec::new() }],
        method: Method::Telephone,
        significance: None,
        source_disclosure,
        source_agency: None,
        account: Sealed::new(
            history.record.fresh_key().await,
            Narrative::parse("an account").expect("a narrative"),
        ),
        source_identity: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_openly_and_is_a_confidence_today_is_one_on_every_page_of_the_past() {
    for is_withdrawn in [false, true] {
        let history = History::begin(1).await;
        let contact = stream("contact", TOLD);
        let at = Occurred::Instant("2026-01-04T15:20:00Z".parse().expect("a time"));
        let openly = told(&history, SourceDisclosure::Named).await;
        let (entry, appended) = history.record.record(&contact, at, &openly.clone().into()).await;
        let in_confidence = domain::contact::events::Recorded {
            source_disclosure: SourceDisclosure::WithheldFromFamily,
            ..openly
        };
        let amended = Amended {
            entry: EventId(entry),
            reason: Reason::BetterInformation,
            occurred: at,
            replacement: Box::new(in_confidence.into()),
        };
        history.record.record(&contact, at, &amended.into()).await;
        if is_withdrawn {
            let withdrawn = Withdrawn { entry: EventId(entry), reason: Reason::Duplicate };
            history.record.record(&contact, at, &withdrawn.into()).await;
        }
        let database = TestDatabase::new().await;
        let reads = build(&database, history.record.store.clone(), history.record.keys.clone()).await;
        let of_subject = page(&reads, child(0), appended.recorded_at).await;
        let told = of_subject.iter().find(|item| item.event_id.0 == entry).expect("what was told");
        assert!(told.is_guarded);
        assert_eq!((told.agency, told.actor, told.detail.variety.as_deref()), (None, None, None));
        assert_eq!(told.occurred.to_string(), "2026-01-04");
        assert_eq!(told.detail.people.len(), 1, "the subject");
        let of_source = page(&reads, child(1), appended.recorded_at).await;
        assert!(of_source.iter().all(|item| item.event_id.0 != entry), "not on the page of who told it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_on_a_closed_record_today_is_not_read_where_it_stood_before() {
    for is_closed in [false, true] {
        let history = History::begin(2).await;
        let sex = SexRecorded {
            sex: Sex::Female,
            source: Source { basis: Basis::Told, agency: reader().agency },
            testimony: None,
        };
        let (wrong, right) = (stream("person", child(0).0), stream("person", child(1).0));
        let at = Occurred::Day("2026-01-04".parse().expect("a day"));
        let (entry, appended) = history.record.record(&wrong, at, &sex.clone().into()).await;
        let here = MovedHere {
            entry: EventId(entry),
            first_recorded_at: appended.recorded_at,
            content: Box::new(sex.into()),
        };
        let away = MovedAway { entry: EventId(entry), reason: Reason::WrongPerson };
        history.record.record(&right, at, &here.into()).await;
        history.record.record(&wrong, at, &away.into()).await;
        if is_closed {
            let restricted = domain::person::events::Restricted {
                reason: RestrictionReason::HighRisk,
                owner: PractitionerId(Uuid::from_u128(0xb1)),
                readers: Vec::new(),
                review_on: "2026-06-01".parse().expect("a day"),
            };
            history.record.record(&right, at, &restricted.into()).await;
        }
        let database = TestDatabase::new().await;
        let reads = build(&database, history.record.store.clone(), history.record.keys.clone()).await;
        let then = page(&reads, child(0), appended.recorded_at).await;
        assert_eq!(then.iter().any(|item| item.event_id.0 == entry), !is_closed);
    }
}
