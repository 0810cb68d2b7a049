//! Enquiries: found, kept to named readers, absent. Each leaves the same trace, before it is answered.

use casework::enquire::{Answered, Question, Reply, Search, Whom};
use casework::error::ExecuteError;
use casework::execute::Command;
use casework::visitor::Visitor;
use domain::access::{Disclosure, LawfulBasis, Purpose};
use domain::agency::hours::{OpenDay, Weekday};
use domain::agency::{AgencyKind, SafeguardingLine, SetHours};
use domain::case::allocate_worker::AllocateWorker;
use domain::case::codes::ReferralSource;
use domain::case::events::WorkerRole;
use domain::case::receive_referral::ReceiveReferral;
use domain::case::status::Standing;
use domain::enquiry::{Answer, AskedAs, KnownAt, Make, Searched};
use domain::ids::{EnquiryId, PersonId, PractitionerId};
use domain::person::identifier::{Identifier, Scheme};
use domain::person::restriction::RestrictionReason;
use domain::person::{Assert, Assertion, Duty, RecordAuthority, Restrict};
use domain::source::{Basis, Source};
use domain::text::{Line, Narrative};
use domain::when::Occurred;
use event_store::{EventStore, Position, Recorded};
use system_tests::TestApp;
use system_tests::app::{AUTHORITY, BEGINNING, COUNCIL, instant, order};

const NHS_NUMBER: &str = "9990000018";
const NOBODYS_NHS_NUMBER: &str = "9990000026";
const LEAD: PractitionerId = PractitionerId(uuid::Uuid::from_u128(0x1ead));

fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

fn now() -> Occurred {
    Occurred::Instant(instant(BEGINNING))
}

fn ask(number: &str, purpose: Purpose) -> Question {
    Question {
        search: Search::NhsNumber(number.parse().unwrap()),
        purpose,
        lawful_basis: LawfulBasis::PublicTask,
        reason: Narrative::parse("Came in with a broken wrist.").unwrap(),
        idempotency_key: None,
        correlation: None,
        trace: None,
    }
}

/// Leeds with its front door, a lead social worker with a telephone, and Maya, referred and allocated.
async fn maya(app: &TestApp) -> PersonId {
    let node = Visitor::node();
    let council = domain::agency::Register {
        name: line("Leeds children's services"),
        kind: AgencyKind::LocalAuthority,
        authority: AUTHORITY.parse().ok(),
        safeguarding_line: Some(SafeguardingLine {
            in_hours: line("0113 496 0001"),
            out_of_hours: Some(line("0113 496 0002")),
        }),
    };
    let register = Command::Agency { id: None, command: council.into() };
    app.done(&node, order(Purpose::Operation, register)).await;
    let lead = domain::practitioner::Register {
        agency: COUNCIL,
        team: None,
        details: domain::practitioner::Details {
            name: line("Jo Lindqvist"),
            telephone: Some(line("0113 496 0003")),
            email: None,
        },
    };
    let register = Command::Practitioner { id: Some(LEAD), command: lead.into() };
    app.done(&node, order(Purpose::Operation, register)).await;

    let child = app.child("Maya", "Ashworth").await;
    let number = Assert {
        assertions: vec![Assertion::Identifier(Identifier::parse(Scheme::Nhs, NHS_NUMBER).unwrap())],
        source: Source { basis: Basis::Document, agency: COUNCIL },
        occurred: now(),
        testimony: None,
    };
    let assert = Command::Person { id: Some(child), command: number.into() };
    app.done(&app.front_door(), order(Purpose::ReferralConsideration, assert)).await;

    let authority = AUTHORITY.parse().unwrap();
    let id = app.app.ids.case(child, &authority);
    let referral = ReceiveReferral {
        child,
        authority,
        on: Occurred::Day("2026-03-09".parse().unwrap()),
        source: ReferralSource::School,
        primary_need: None,
        contact: None,
        transferred_from: None,
        reason: None,
    };
    let receive = Command::Case { id, command: referral.into() };
    app.done(&app.front_door(), order(Purpose::ReferralConsideration, receive)).await;
    let allocate = AllocateWorker {
        practitioner: LEAD,
        role: WorkerRole::LeadPractitioner,
        team: None,
        on: Occurred::Day("2026-03-09".parse().unwrap()),
    };
    let allocate = Command::Case { id, command: allocate.into() };
    app.done(&app.team_manager(), order(Purpose::AllocatedWork, allocate)).await;
    child
}

async fn only(app: &TestApp, visitor: &Visitor, question: Question) -> Answered {
    let mut answers = app.app.enquire(visitor, question).await.expect("an answer");
    assert_eq!(answers.len(), 1);
    answers.pop().unwrap()
}

async fn last(store: &dyn EventStore) -> Recorded {
    let head = store.head().await.unwrap().position.raw();
    store.read_all(Position::from_raw(head - 1), 1).await.unwrap().pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_finds_a_child_and_says_how_they_stand_and_whom_to_ring() {
    let app = TestApp::start().await;
    let child = maya(&app).await;
    let lead = app.safeguarding_lead();
    let answered = only(&app, &lead, ask(NHS_NUMBER, Purpose::ReferralConsideration)).await;
    assert_eq!((answered.answer, answered.subject), (Answer::Found, Some(child)));
    assert_eq!(answered.disclosed, Disclosure::Progress);
    assert!(!answered.is_catching_up && !answered.is_incomplete);
    let [here] = answered.status.as_slice() else { panic!("one authority: {answered:?}") };
    assert_eq!((here.standing, here.since), (Standing::Referred, "2026-03-09".parse().ok()));
    assert!(here.legal_basis.unwrap().law.contains("section 17"));
    let worker = here.lead.as_ref().unwrap();
    assert_eq!((worker.name.as_str(), worker.telephone.as_deref()), ("Jo Lindqvist", Some("0113 496 0003")));
    let [door] = answered.responsible.as_slice() else { panic!("one front door") };
    assert_eq!(door.in_hours.as_deref(), Some("0113 496 0001"));

    let event = last(&app.app.record).await;
    assert_eq!(event.header.kind(), "enquiry.made");
    assert_eq!(event.header.actor(), lead.practitioner().0);
    let facts = String::from_utf8(event.facts.to_vec()).unwrap();
    assert!(facts.contains(answered.reference.as_str()), "{facts}");
    assert!(!facts.contains(NHS_NUMBER) && !facts.contains("wrist"), "{facts}");
    let look = String::from_utf8(last(&app.app.access).await.facts.to_vec()).unwrap();
    assert!(look.contains(&child.to_string()) && look.contains("progress"), "{look}");

    // The next to ask sees that somebody asked before.
    let again = only(&app, &app.safeguarding_lead(), ask(NHS_NUMBER, Purpose::SafeguardingCheck)).await;
    assert_eq!(again.previous.len(), 1);
    assert_eq!(again.previous[0].reference, answered.reference.as_str());
    // The emergency department sees the status, not who asked.
    let nurse = only(&app, &app.emergency_nurse(), ask(NHS_NUMBER, Purpose::Attendance)).await;
    assert_eq!((nurse.disclosed, nurse.previous.len()), (Disclosure::Status, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_changed_a_moment_ago_is_the_number_given() {
    let app = TestApp::start().await;
    maya(&app).await;
    let nurse = app.emergency_nurse();
    for last_digits in 10..30 {
        let number = format!("0113 496 00{last_digits}");
        // Asked before it changes, so that the old number is fresh in memory.
        only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
        let council = domain::agency::Register {
            name: line("Leeds children's services"),
            kind: AgencyKind::LocalAuthority,
            authority: AUTHORITY.parse().ok(),
            safeguarding_line: Some(SafeguardingLine { in_hours: line(&number), out_of_hours: None }),
        };
        let id = app.app.ids.local_authority(&AUTHORITY.parse().unwrap());
        let register = Command::Agency { id: Some(id), command: council.into() };
        app.done(&Visitor::node(), order(Purpose::Operation, register)).await;
        let lead = domain::practitioner::Register {
            agency: COUNCIL,
            team: None,
            details: domain::practitioner::Details {
                name: line("Jo Lindqvist"),
                telephone: Some(line(&number)),
                email: None,
            },
        };
        let register = Command::Practitioner { id: Some(LEAD), command: lead.into() };
        app.done(&Visitor::node(), order(Purpose::Operation, register)).await;
        let answered = only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
        assert_eq!(answered.responsible[0].in_hours.as_deref(), Some(number.as_str()));
        let worker = answered.status[0].lead.as_ref().unwrap();
        assert_eq!(worker.telephone.as_deref(), Some(number.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_earlier_enquiries_are_given_and_all_are_counted() {
    let app = TestApp::start().await;
    maya(&app).await;
    let lead = app.safeguarding_lead();
    let mut references = Vec::new();
    for _ in 0..12 {
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let answered = only(&app, &app.emergency_nurse(), ask(NHS_NUMBER, Purpose::Attendance)).await;
        references.insert(0, answered.reference.as_str().to_owned());
    }
    let answered = only(&app, &lead, ask(NHS_NUMBER, Purpose::SafeguardingCheck)).await;
    let given: Vec<&str> = answered.previous.iter().map(|made| made.reference.as_str()).collect();
    assert_eq!(given, references[..10]);
    assert_eq!(answered.previous_count, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_child_is_somebody_to_ring_and_never_no_trace() {
    let app = TestApp::start().await;
    let child = maya(&app).await;
    let restrict = Restrict {
        reason: RestrictionReason::HighRisk,
        owner: LEAD,
        readers: Vec::new(),
        review_on: "2026-06-08".parse().unwrap(),
    };
    let restrict = Command::Person { id: Some(child), command: restrict.into() };
    app.done(&app.team_manager(), order(Purpose::RecordKeeping, restrict)).await;
    for visitor in [app.emergency_nurse(), app.safeguarding_lead(), app.social_worker(), app.front_door()] {
        let answered = only(&app, &visitor, ask(NHS_NUMBER, Purpose::SafeguardingCheck)).await;
        assert_eq!((answered.answer, answered.disclosed), (Answer::ContactOnly, Disclosure::Contact));
        assert!(answered.status.is_empty() && answered.previous.is_empty());
        assert_eq!(answered.responsible.len(), 1);
        assert_eq!(answered.restriction_owner.as_ref().unwrap().telephone.as_deref(), Some("0113 496 0003"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trace_leaves_the_same_event_and_does_not_reassure() {
    let app = TestApp::start().await;
    maya(&app).await;
    let nurse = app.emergency_nurse();
    only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
    let found = last(&app.app.record).await;
    let answered = only(&app, &nurse, ask(NOBODYS_NHS_NUMBER, Purpose::Attendance)).await;
    assert_eq!((answered.answer, answered.subject), (Answer::NoTrace, None));
    assert!(answered.advice.contains("not reassurance"));
    assert_eq!(answered.responsible.len(), 1);
    let absent = last(&app.app.record).await;
    assert_eq!(absent.header.kind(), found.header.kind());
    assert_eq!(absent.parts.len(), found.parts.len());
    assert_eq!(last(&app.app.access).await.header.kind(), "look.made");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_it_rests_on_and_who_was_silent() {
    let app = TestApp::start().await;
    let child = maya(&app).await;
    let nurse = app.emergency_nurse();
    let said = |answered: &Answered| -> Vec<(Whom, Option<String>, Reply)> {
        let one = |asked: &casework::enquire::AskedOf| {
            (asked.whom, asked.authority.as_ref().map(ToString::to_string), asked.reply)
        };
        answered.asked.iter().map(one).collect()
    };
    let found = only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
    let everywhere = vec![
        (Whom::Node, None, Reply::Answered),
        (Whom::Authority, Some(AUTHORITY.to_owned()), Reply::Answered),
        (Whom::EverybodyElse, None, Reply::NotOnThisNode),
    ];
    assert_eq!(said(&found), everywhere);
    let absent = only(&app, &nurse, ask(NOBODYS_NHS_NUMBER, Purpose::Attendance)).await;
    assert_eq!(said(&absent), everywhere, "no trace rests on the same");

    // They lived elsewhere, in the area of an authority that has not registered here.
    for (duty, authority, on) in [
        (Duty::Area, "380", "2025-01-06"),
        (Duty::Area, AUTHORITY, "2026-03-01"),
        (Duty::School, "381", "2026-03-02"),
    ] {
        let record = RecordAuthority {
            duty,
            authority: authority.parse().unwrap(),
            occurred: on.parse().unwrap(),
            source: Source { basis: Basis::Told, agency: COUNCIL },
        };
        let record = Command::Person { id: Some(child), command: record.into() };
        app.done(&app.front_door(), order(Purpose::ReferralConsideration, record)).await;
    }
    let silent = |answered: &Answered| -> Vec<String> {
        let silent = said(answered).into_iter().filter(|(.., reply)| *reply == Reply::NotRegistered);
        silent.filter_map(|(_, authority, _)| authority).collect()
    };
    let moved = only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
    assert_eq!(silent(&moved), ["381", "380"], "whose school, and where they lived");
    let restrict = Restrict {
        reason: RestrictionReason::HighRisk,
        owner: LEAD,
        readers: Vec::new(),
        review_on: "2026-06-08".parse().unwrap(),
    };
    let restrict = Command::Person { id: Some(child), command: restrict.into() };
    app.done(&app.team_manager(), order(Purpose::RecordKeeping, restrict)).await;
    let hidden = only(&app, &nurse, ask(NHS_NUMBER, Purpose::Attendance)).await;
    assert_eq!(hidden.answer, Answer::ContactOnly);
    assert_eq!(silent(&hidden), ["381"], "an authority to ring, and not where they lived");
    let shape = |answered: &Answered| {
        let said = said(answered);
        (said.first().cloned(), said.last().cloned())
    };
    assert_eq!(shape(&hidden), shape(&absent));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_given_is_the_one_for_this_hour() {
    let app = TestApp::start().await;
    maya(&app).await;
    let day = "0113 496 0001";
    let night = "0113 496 0002";
    for (hours, number, when) in [
        (1, day, "ten on a Tuesday"),
        (16, night, "two in the morning"),
        (8, day, "ten on Wednesday"),
        (23 * 24, night, "Good Friday"),
        (4 * 24, day, "the Tuesday after Easter"),
    ] {
        app.clock.advance(chrono::TimeDelta::hours(hours));
        let answered = only(&app, &app.emergency_nurse(), ask(NHS_NUMBER, Purpose::Attendance)).await;
        let (first, other) = answered.responsible[0].lines(answered.read_at);
        assert_eq!(first.unwrap().number, number, "{when}");
        assert_ne!(other.unwrap().number, number, "{when}: the other below it");
        let is_night_first = answered.advice.starts_with("Telephone the emergency duty team first");
        assert_eq!(is_night_first, number == night, "{when}: {}", answered.advice);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_follows_the_hours_that_the_front_door_said_from_the_day_on() {
    let app = TestApp::start().await;
    maya(&app).await;
    let (day, night) = ("0113 496 0001", "0113 496 0002");
    let saturday =
        OpenDay { day: Weekday::Saturday, opens: "10:00".parse().unwrap(), closes: "12:30".parse().unwrap() };
    let late = OpenDay {
        day: Weekday::Wednesday,
        opens: "08:00".parse().unwrap(),
        closes: "20:00".parse().unwrap(),
    };
    // Said on Tuesday 10 March of the day after.
    let hours = SetHours { from: "2026-03-11".parse().unwrap(), open: vec![saturday, late] };
    let id = app.app.ids.local_authority(&AUTHORITY.parse().unwrap());
    let set = Command::Agency { id: Some(id), command: hours.into() };
    app.done(&Visitor::node(), order(Purpose::Operation, set)).await;
    for (moment, number, when) in [
        ("2026-03-10T10:00:00Z", day, "the day before, as ever"),
        ("2026-03-11T08:00:00Z", day, "when it opens on Wednesday"),
        ("2026-03-11T19:59:59Z", day, "late on Wednesday"),
        ("2026-03-11T20:00:00Z", night, "when it closes"),
        ("2026-03-12T10:00:00Z", night, "a Thursday, which is not named"),
        ("2026-03-14T12:29:00Z", day, "on Saturday"),
    ] {
        app.clock.set(instant(moment));
        let answered = only(&app, &app.emergency_nurse(), ask(NHS_NUMBER, Purpose::Attendance)).await;
        let (first, other) = answered.responsible[0].lines(answered.read_at);
        assert_eq!((first.unwrap().number.as_str(), other.is_some()), (number, true), "{when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_asked_twice_under_one_key_is_one_enquiry_with_its_first_answer() {
    let app = TestApp::start().await;
    let child = maya(&app).await;
    let lead = app.safeguarding_lead();
    let question =
        Question { idempotency_key: Some("a".to_owned()), ..ask(NHS_NUMBER, Purpose::SafeguardingCheck) };
    let first = only(&app, &lead, question.clone()).await;
    let head = app.app.record.head().await.unwrap().position;
    let looks = looks(&app).await;
    app.clock.advance(chrono::TimeDelta::hours(1));
    let again = only(&app, &lead, question.clone()).await;
    assert!(again.repeated && !first.repeated);
    assert_eq!(self::looks(&app).await, looks + 1, "whoever is told again has looked again");
    assert_eq!((again.reference, again.subject), (first.reference.clone(), Some(child)));
    assert_eq!((again.known_at, again.answer), (first.known_at, first.answer));
    assert_eq!(app.app.record.head().await.unwrap().position, head);

    app.clock.advance(-chrono::TimeDelta::hours(1));
    let again = only(&app, &lead, question.clone()).await;
    assert_eq!(all_of(again), all_of(first), "nor is one's own enquiry an earlier one");

    let other = Question { search: Search::NhsNumber(NOBODYS_NHS_NUMBER.parse().unwrap()), ..question };
    let conflict = app.app.enquire(&lead, other).await;
    assert!(matches!(conflict, Err(ExecuteError::IdempotencyConflict)), "{conflict:?}");
}

async fn looks(app: &TestApp) -> usize {
    app.app.access.read_all(Position::START, 10_000).await.unwrap().len()
}

/// Everything that is answered, but for whether it was asked before.
fn all_of(answered: Answered) -> String {
    format!("{:#?}", Answered { repeated: false, ..answered })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_counts_who_asked_before_and_never_its_own_enquiry() {
    let app = TestApp::start().await;
    maya(&app).await;
    let (lead, other) = (app.safeguarding_lead(), app.safeguarding_lead());
    let first = only(&app, &lead, ask(NHS_NUMBER, Purpose::SafeguardingCheck)).await;
    let second = only(&app, &other, ask(NHS_NUMBER, Purpose::SafeguardingCheck)).await;
    let read = async |visitor: &Visitor, answered: &Answered| {
        app.app.receipt(visitor, answered.enquiry).await.expect("a receipt").1
    };
    let of_first = read(&lead, &first).await;
    assert_eq!((of_first.previous.len(), of_first.previous_count), (0, 0), "nobody asked before");
    assert_eq!(all_of(of_first), all_of(first.clone()), "the same when it is read again");
    let of_second = read(&other, &second).await;
    assert_eq!((of_second.previous.len(), of_second.previous_count), (1, 1));
    assert_eq!(of_second.previous[0].reference, first.reference.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_given_behind_the_record_says_so_when_it_is_read_again() {
    let app = TestApp::start().await;
    let child = maya(&app).await;
    let nurse = app.emergency_nurse();
    let made = async |known_at: Position| {
        let make = Make {
            asked_by: nurse.agency(),
            asked_as: AskedAs::of(nurse.actor()),
            purpose: Purpose::Attendance,
            lawful_basis: LawfulBasis::PublicTask,
            reason: Narrative::parse("In the department.").unwrap(),
            searched: vec![Searched::Record],
            sought: Vec::new(),
            subject: Some(child),
            answered: Answer::Found,
            disclosed: Disclosure::Status,
            known_at: KnownAt(known_at.raw()),
        };
        let make = Command::Enquiry { id: None, command: make.into() };
        let made = app.done(&nurse, order(Purpose::Attendance, make)).await;
        app.app.receipt(&nurse, EnquiryId(made.stream)).await.expect("a receipt").1.is_catching_up
    };
    let head = app.app.record.head().await.unwrap().position;
    let before = Position::from_raw(head.raw() - 1);
    assert!(!made(before).await, "recorded in the same moment");
    app.clock.advance(chrono::TimeDelta::seconds(3));
    assert!(made(before).await, "three seconds old, and not in the answer");
    assert!(!made(app.app.record.head().await.unwrap().position).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn that_more_match_than_are_answered_is_said_again_under_the_same_key() {
    let app = TestApp::start().await;
    for _ in 0..6 {
        let child = app.child("Robin", "Ashworth").await;
        let born = Assert {
            assertions: vec![Assertion::Birth("2016-04-02".parse().unwrap())],
            source: Source { basis: Basis::Document, agency: COUNCIL },
            occurred: now(),
            testimony: None,
        };
        let assert = Command::Person { id: Some(child), command: born.into() };
        app.done(&app.front_door(), order(Purpose::ReferralConsideration, assert)).await;
    }
    let question = Question {
        search: Search::NameAndBirth {
            given: "Robin".to_owned(),
            family: "Ashworth".to_owned(),
            born: "2016-04-02".parse().unwrap(),
        },
        idempotency_key: Some("a".to_owned()),
        ..ask(NHS_NUMBER, Purpose::Attendance)
    };
    let nurse = app.emergency_nurse();
    let head = app.app.record.head().await.unwrap().position;
    let first = app.app.enquire(&nurse, question.clone()).await.unwrap();
    // Where the first is on record, so are all of them: cut off half way, none is told as if it were all.
    let written = app.app.record.read_all(head, 10).await.unwrap();
    assert_eq!(written.last().map(|event| event.header.stream().id), Some(first[0].enquiry.0));
    assert!(first.len() == 5 && first.iter().all(|answered| answered.others_match));
    let again = app.app.enquire(&nurse, question).await.unwrap();
    assert!(again.len() == 5 && again.iter().all(|answered| answered.others_match && answered.repeated));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_business_asking_is_not_answered_and_leaves_no_enquiry() {
    let app = TestApp::start().await;
    maya(&app).await;
    let head = app.app.record.head().await.unwrap().position;
    let refused = app.app.enquire(&app.social_worker(), ask(NHS_NUMBER, Purpose::Operation)).await;
    assert!(matches!(refused, Err(ExecuteError::NotPermitted(_))), "{refused:?}");
    // On a ground that is for bodies that are not public.
    let looks = looks(&app).await;
    let question = Question {
        lawful_basis: LawfulBasis::LegitimateInterests,
        ..ask(NHS_NUMBER, Purpose::SafeguardingCheck)
    };
    let refused = app.app.enquire(&app.safeguarding_lead(), question).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))), "{refused:?}");
    assert_eq!(app.app.record.head().await.unwrap().position, head);
    assert_eq!(self::looks(&app).await, looks, "nobody was told anything");
}
