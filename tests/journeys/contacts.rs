//! Contacts: told, told again, set right, kept from those they are not for.

use casework::error::{ExecuteError, Problem};
use casework::execute::{Command, Move, Order, Place};
use casework::visitor::Visitor;
use domain::access::{LawfulBasis, Purpose};
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, First, Join, Method, Own, Part, Record, SourceDisclosure};
use domain::event::Event;
use domain::history::{Correction, Reason};
use domain::ids::{ContactId, EventId, IncidentId, PersonId, PractitionerId};
use domain::person::Restrict;
use domain::person::restriction::RestrictionReason;
use domain::sealed::{Known, Sealed};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::{EventStore, Position, Recorded, StreamId};
use system_tests::TestApp;
use system_tests::app::{AUTHORITY, BEGINNING, SCHOOL, instant, order};

const ACCOUNT: &str = "A bruise on the left arm. He said he fell.";

fn bruise(child: PersonId) -> Record {
    Record {
        authority: AUTHORITY.parse().unwrap(),
        occurred: Occurred::Instant(instant(BEGINNING)),
        people: vec![Involved { person: child, role: ContactRole::Subject, age: None }],
        concerns: vec![Concern { kind: ConcernKind::UnexplainedInjury, about: Vec::new() }],
        method: Method::Telephone,
        significance: None,
        source_disclosure: SourceDisclosure::Named,
        source_agency: Some(SCHOOL),
        account: Narrative::parse(ACCOUNT).unwrap(),
        source_identity: None,
    }
}

fn tell(record: Record) -> Order {
    order(Purpose::ReferralConsideration, Command::Contact { id: None, command: record.into() })
}

fn named(key: &str, order: Order) -> Order {
    Order { idempotency_key: Some(key.to_owned()), ..order }
}

async fn events(app: &TestApp, category: &str, id: uuid::Uuid) -> Vec<Recorded> {
    let stream = StreamId { category: category.to_owned(), id };
    app.app.record.read_stream(&stream, 0, 100).await.unwrap()
}

async fn restrict(app: &TestApp, child: PersonId) {
    let restrict = Restrict {
        reason: RestrictionReason::RelativeOfStaff,
        owner: PractitionerId(uuid::Uuid::from_u128(0xdead)),
        readers: Vec::new(),
        review_on: "2026-06-08".parse().unwrap(),
    };
    let command = Command::Person { id: Some(child), command: restrict.into() };
    app.done(&app.team_manager(), order(Purpose::RecordKeeping, command)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_told_by_a_school_is_on_record_with_its_account_sealed() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let done = app.done(&lead, tell(bruise(child))).await;
    assert_eq!((done.version, done.repeated, done.events.len()), (1, false, 1));

    let recorded = events(&app, "contact", done.stream).await;
    let [contact] = recorded.as_slice() else { panic!("one event") };
    assert_eq!(contact.header.kind(), "contact.recorded");
    assert_eq!(contact.header.actor(), lead.practitioner().0);
    assert_eq!(contact.header.purpose(), "referral-consideration");
    assert_eq!(contact.header.recorded_at(), instant(BEGINNING));
    assert_eq!(contact.position, done.position);
    let facts = String::from_utf8(contact.facts.to_vec()).unwrap();
    assert!(facts.contains(&child.to_string()) && !facts.contains("bruise"), "{facts}");
    assert_eq!(contact.parts.len(), 1);

    let page = app.contact(ContactId(done.stream)).await;
    let Some(Event::ContactRecorded(read)) = page.last().map(|entry| entry.event.clone()) else {
        panic!("a contact")
    };
    assert_eq!(read.account.known().map(Narrative::as_str), Some(ACCOUNT));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_given_twice_is_carried_out_once() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let first = app.done(&lead, named("a", tell(bruise(child)))).await;
    app.clock.advance(chrono::TimeDelta::hours(1));
    let second = app.done(&lead, named("a", tell(bruise(child)))).await;
    assert!(second.repeated);
    assert_eq!(second.stream, first.stream);
    assert_eq!((second.position, second.version), (first.position, first.version));
    assert_eq!((second.recorded_at, &second.events), (first.recorded_at, &first.events));

    let other = Record { account: Narrative::parse("Another thing.").unwrap(), ..bruise(child) };
    let conflict = app.app.execute(&lead, named("a", tell(other))).await;
    assert!(matches!(conflict, Err(ExecuteError::IdempotencyConflict)), "{conflict:?}");
    // Somebody else's key is another key.
    let nurse = app.emergency_nurse();
    let another = app.done(&nurse, named("a", tell(bruise(child)))).await;
    assert_ne!(another.stream, first.stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_repeats_at_once_are_carried_out_once() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let before = app.app.record.head().await.unwrap().position;
    let tries = (0..100).map(|_| {
        let (app, lead) = (app.app.clone(), lead.clone());
        tokio::spawn(async move { app.execute(&lead, named("a", tell(bruise(child)))).await })
    });
    let mut first = 0;
    for tried in tries.collect::<Vec<_>>() {
        first += usize::from(!tried.await.unwrap().unwrap().repeated);
    }
    let after = app.app.record.head().await.unwrap().position;
    assert_eq!(after.raw() - before.raw(), 1);
    assert!(first >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amended_contact_reads_as_amended_and_keeps_what_it_said() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let told = app.done(&lead, tell(bruise(child))).await;
    let contact = ContactId(told.stream);
    let Some(Event::ContactRecorded(first)) = app.contact(contact).await.pop().map(|entry| entry.event)
    else {
        panic!("a contact")
    };
    let account = Narrative::parse("The right arm, not the left.").unwrap();
    let replacement = domain::contact::events::Recorded {
        account: Sealed::new(first.account.key, account.clone()),
        ..first.clone()
    };
    let amend = Order {
        if_match: Some(1),
        ..order(
            Purpose::RecordKeeping,
            Command::Correct {
                stream: StreamId { category: "contact".to_owned(), id: told.stream },
                correction: Correction::Amend {
                    entry: told.events[0],
                    reason: Reason::Mistake,
                    occurred: Occurred::Instant(instant(BEGINNING)),
                    replacement: Box::new(replacement.into()),
                },
            },
        )
    };
    let amended = app.done(&lead, amend.clone()).await;
    assert_eq!(amended.version, 2);
    let page = app.contact(contact).await;
    let [entry] = page.as_slice() else { panic!("one entry stands") };
    assert_eq!(entry.id, told.events[0]);
    let Event::ContactRecorded(read) = &entry.event else { panic!("a contact") };
    assert_eq!(read.account.opened(), Some(&Known::Known(account)));
    assert_eq!(events(&app, "contact", told.stream).await.len(), 2);

    // The version it was read at has gone.
    let stale = app.app.execute(&lead, amend).await;
    assert!(matches!(stale, Err(ExecuteError::Precondition { actual: 2 })), "{stale:?}");
    assert_eq!(Problem::from(&stale.unwrap_err()).status, 412);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_another_agency_is_not_ours_to_correct() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let told = app.done(&app.safeguarding_lead(), tell(bruise(child))).await;
    let withdraw = |entry: EventId| {
        order(
            Purpose::RecordKeeping,
            Command::Correct {
                stream: StreamId { category: "contact".to_owned(), id: told.stream },
                correction: Correction::Withdraw { entry, reason: Reason::Mistake },
            },
        )
    };
    let refused = app.app.execute(&app.emergency_nurse(), withdraw(told.events[0])).await;
    assert!(matches!(refused, Err(ExecuteError::NotPermitted(_))), "{refused:?}");
    app.done(&app.front_door(), withdraw(told.events[0])).await;
    assert!(app.contact(ContactId(told.stream)).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_child_may_be_told_about_by_anyone_and_written_to_by_few() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    restrict(&app, child).await;
    app.done(&app.safeguarding_lead(), tell(bruise(child))).await;

    let say = |visitor: &Visitor| {
        let assert = domain::person::Assert {
            assertions: vec![domain::person::Assertion::Sex(domain::person::Sex::Female)],
            source: domain::source::Source { basis: domain::source::Basis::Seen, agency: visitor.agency() },
            occurred: Occurred::Instant(instant(BEGINNING)),
            testimony: None,
        };
        order(Purpose::AllocatedWork, Command::Person { id: Some(child), command: assert.into() })
    };
    let colleague = app.social_worker();
    let refused = app.app.execute(&colleague, say(&colleague)).await;
    assert!(matches!(refused, Err(ExecuteError::NotPermitted(_))), "{refused:?}");
    assert_eq!(Problem::from(&refused.unwrap_err()).status, 403);
    let manager = app.team_manager();
    app.done(&manager, say(&manager)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_a_rule_leaves_no_trace() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let before = app.app.record.head().await.unwrap().position;
    let tomorrow = Occurred::Instant(instant(BEGINNING) + chrono::TimeDelta::days(1));
    let refused = app.app.execute(&lead, tell(Record { occurred: tomorrow, ..bruise(child) })).await;
    let Err(ExecuteError::Refused(refusal)) = &refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, "in-the-future");
    assert_eq!(Problem::from(&refused.unwrap_err()).status, 409);

    let stranger = PersonId(uuid::Uuid::from_u128(0x5eed));
    let unknown = app.app.execute(&lead, tell(bruise(stranger))).await;
    let Err(ExecuteError::Invalid(fields)) = &unknown else { panic!("{unknown:?}") };
    assert_eq!(fields[0].field, "people/0/person");

    let nobody = Command::Contact {
        id: Some(ContactId(uuid::Uuid::from_u128(0x5eed))),
        command: domain::contact::Decide {
            outcome: domain::contact::Outcome::Advice,
            passed_to: None,
            reason: Narrative::parse("None.").unwrap(),
            occurred: Occurred::Instant(instant(BEGINNING)),
        }
        .into(),
    };
    let absent = app.app.execute(&app.front_door(), order(Purpose::ReferralConsideration, nobody)).await;
    assert!(matches!(absent, Err(ExecuteError::Absent)), "{absent:?}");
    assert_eq!(app.app.record.head().await.unwrap().position, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_when_the_service_starts_again() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let lead = app.safeguarding_lead();
    let first = app.done(&lead, named("a", tell(bruise(child)))).await;
    let database = app.database.clone();
    app.app.stop().await;

    let again = TestApp::over(database).await;
    let page = again.contact(ContactId(first.stream)).await;
    assert_eq!(page.len(), 1);
    let visitor = again.visitor(lead.actor().clone());
    let repeated = again.done(&visitor, named("a", tell(bruise(child)))).await;
    assert!(repeated.repeated);
    assert!(again.app.record.head().await.unwrap().position > Position::START);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_on_the_wrong_child_goes_to_the_right_one_and_is_read_there() {
    let app = TestApp::start().await;
    let (wrong, right) = (app.child("Maya", "Ashworth").await, app.child("Mia", "Ashworth").await);
    let front_door = app.front_door();
    let say = domain::person::Assert {
        assertions: vec![domain::person::Assertion::Birth("2019-05-02".parse().unwrap())],
        source: domain::source::Source { basis: domain::source::Basis::Told, agency: SCHOOL },
        occurred: Occurred::Instant(instant(BEGINNING)),
        testimony: None,
    };
    let say = Command::Person { id: Some(wrong), command: say.into() };
    let said = app.done(&front_door, order(Purpose::ReferralConsideration, say)).await;
    let order = Move {
        purpose: Purpose::RecordKeeping,
        lawful_basis: LawfulBasis::PublicTask,
        idempotency_key: Some("a".to_owned()),
        correlation: None,
        recorded_at: None,
        trace: None,
        reason: Reason::WrongPerson,
        entry: said.events[0],
        wrong: Place::Person(wrong),
        right: Place::Person(right),
    };
    let moved = app.app.move_entry(&front_door, order.clone()).await.unwrap();
    let again = app.app.move_entry(&front_door, order.clone()).await.unwrap();
    assert!(again.here.repeated && again.away.repeated);
    assert_eq!((again.here.position, again.away.position), (moved.here.position, moved.away.position));

    let births = |person: domain::person::Person| {
        let births = person.assertions().filter_map(|event| match event {
            Event::PersonBirthRecorded(birth) => Some(birth.date.known().copied()),
            _ => None,
        });
        births.collect::<Vec<_>>()
    };
    assert!(births(app.person(wrong).await).is_empty());
    assert_eq!(births(app.person(right).await), [Some("2019-05-02".parse().unwrap())]);

    let nurse = app.emergency_nurse();
    let refused = app.app.move_entry(&nurse, Move { idempotency_key: None, ..order }).await;
    assert!(matches!(refused, Err(ExecuteError::NotPermitted(_))), "{refused:?}");
}

/// Waits for the list of contacts to have everything on record.
async fn listed(app: &TestApp) {
    let head = app.app.record.head().await.unwrap().position;
    app.app.views.wait_until("contacts", head, std::time::Duration::from_secs(10)).await.unwrap();
}

fn join(contact: uuid::Uuid, first: uuid::Uuid) -> Order {
    let join = Join {
        incident: IncidentId(first),
        occurred: Occurred::Instant(instant(BEGINNING)),
        first: First::NotOnRecord,
        own: Own::Alone,
    };
    let command = Command::Contact { id: Some(ContactId(contact)), command: join.into() };
    order(Purpose::ReferralConsideration, command)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_makes_one_incident_of_what_two_agencies_told() {
    let app = TestApp::start().await;
    let child = app.child("Maya", "Ashworth").await;
    let door = app.front_door();
    let first = app.done(&app.safeguarding_lead(), tell(bruise(child))).await.stream;
    let second = app.done(&app.emergency_nurse(), tell(bruise(child))).await.stream;
    let lead = app.safeguarding_lead();
    let refused = app.app.execute(&lead, join(second, first)).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::NotPermitted(_)), "{refused:?}");

    let done = app.done(&door, named("sort", join(second, first))).await;
    let repeated = app.done(&door, named("sort", join(second, first))).await;
    assert_eq!((done.repeated, repeated.repeated, done.events), (false, true, repeated.events));

    let to_nobody = app.app.execute(&door, join(first, uuid::Uuid::from_u128(1))).await.unwrap_err();
    assert!(matches!(&to_nobody, ExecuteError::Refused(refusal) if refusal.code == "no-such-incident"));
    let round = app.app.execute(&door, join(first, second)).await.unwrap_err();
    assert!(matches!(&round, ExecuteError::Refused(refusal) if refusal.code == "not-first"), "{round:?}");

    // The first stays where others are joined to it, and goes once they are gone.
    let third = app.done(&app.safeguarding_lead(), tell(bruise(child))).await.stream;
    listed(&app).await;
    let away = app.app.execute(&door, join(first, third)).await.unwrap_err();
    assert!(matches!(&away, ExecuteError::Refused(refusal) if refusal.code == "first-of-others"), "{away:?}");
    let part = Part { occurred: Occurred::Instant(instant(BEGINNING)) };
    let part = Command::Contact { id: Some(ContactId(second)), command: part.into() };
    app.done(&door, order(Purpose::ReferralConsideration, part)).await;
    listed(&app).await;
    app.done(&door, join(first, third)).await;
}
