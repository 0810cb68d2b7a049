//! What an enquiry costs: the statements PostgreSQL ran for it and the events it left, counted from the server's own log,
//! are the same whether somebody was found, is kept to named readers, or is not there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use casework::enquire::{Question, Search};
use casework::execute::Command;
use casework::postgres::{Place, PrivatePostgres};
use casework::visitor::Visitor;
use domain::access::{LawfulBasis, Purpose};
use domain::enquiry::Answer;
use domain::ids::PersonId;
use domain::person::identifier::{Identifier, Scheme};
use domain::person::restriction::RestrictionReason;
use domain::person::{Assert, Assertion, Restrict};
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::when::Occurred;
use event_store::{EventStore, Position};
use system_tests::app::{AUTHORITY, BEGINNING, COUNCIL, instant, order};
use system_tests::{TestApp, TestDatabase};

const FOUND: &str = "9990000018";
const HIDDEN: &str = "9990000026";
const ABSENT: &str = "9990000034";
const PATIENCE: Duration = Duration::from_secs(20);
/// Asked this often; what else the node does at the time is in fewer of them.
const TIMES: usize = 5;
/// Begins each entry of the server's log: the role, and what the connection is for.
const PREFIX: &str = "goldthread-test|%u|%a|";

/// How often each statement ran.
type Statements = BTreeMap<String, usize>;

/// A node on a server of its own that writes down every statement.
struct Watched {
    app: TestApp,
    admin: tokio_postgres::Client,
    log: std::path::PathBuf,
    marks: usize,
    _server: PrivatePostgres,
}

impl Watched {
    async fn start() -> Self {
        let place = Place::throwaway().unwrap();
        let server = PrivatePostgres::start(&place).unwrap();
        let database = TestDatabase::on(server.address()).await;
        let admin = database.admin().await;
        for setting in [format!("log_line_prefix = '{PREFIX}'"), "log_statement = 'all'".to_owned()] {
            admin.batch_execute(&format!("alter system set {setting}")).await.unwrap();
        }
        admin.query_one("select pg_reload_conf()", &[]).await.unwrap();
        let app = TestApp::over(database).await;
        Self { app, admin, log: place.log(), marks: 0, _server: server }
    }

    async fn settled(&self) {
        let app = &self.app.app;
        for log in [&app.record, &app.access] {
            log.head().await.unwrap();
        }
        let head = app.record.head().await.unwrap().position;
        for view in projections::views() {
            app.views.wait_until(view.name(), head, PATIENCE).await.unwrap();
        }
    }

    /// A line in the server's log that is found again.
    async fn mark(&mut self) -> String {
        self.marks += 1;
        let mark = format!("goldthread-mark-{}.", self.marks);
        self.admin.batch_execute(&format!("select '{mark}'")).await.unwrap();
        mark
    }

    /// One enquiry: its answer, and what the readers and the writers ran for it.
    async fn ask(&mut self, visitor: &Visitor, search: &Search) -> (Answer, Statements) {
        self.settled().await;
        let begins = self.mark().await;
        let answers = self.app.app.enquire(visitor, question(visitor, search)).await.unwrap();
        let ends = self.mark().await;
        assert_eq!(answers.len(), 1);
        (answers[0].answer, statements(&self.log, &begins, &ends))
    }

    /// What every one of several such enquiries ran.
    async fn cost(&mut self, visitor: &Visitor, search: &Search, expected: Answer) -> Statements {
        // Whom to ring is remembered from one asking to the next.
        self.ask(visitor, search).await;
        let mut least: Option<Statements> = None;
        for _ in 0..TIMES {
            let (answer, ran) = self.ask(visitor, search).await;
            assert_eq!(answer, expected);
            least = Some(match least {
                None => ran,
                Some(before) => both(&before, &ran),
            });
        }
        least.unwrap()
    }

    /// The types an enquiry leaves in the record and in the access log.
    async fn leaves(&mut self, visitor: &Visitor, search: &Search) -> [Vec<String>; 2] {
        let app = &self.app.app;
        let before = [app.record.head().await.unwrap().position, app.access.head().await.unwrap().position];
        app.enquire(visitor, question(visitor, search)).await.unwrap();
        [added(&app.record, before[0]).await, added(&app.access, before[1]).await]
    }

    async fn child(&self, given: &str, number: &str) -> PersonId {
        let app = &self.app;
        let child = app.child(given, "Ashworth").await;
        let source = Source { basis: Basis::Document, agency: COUNCIL };
        let said = [
            Assertion::Identifier(Identifier::parse(Scheme::Nhs, number).unwrap()),
            Assertion::Birth("2019-04-30".parse().unwrap()),
        ];
        let occurred = Occurred::Instant(instant(BEGINNING));
        let assert = Assert { assertions: said.into(), source, occurred, testimony: None };
        let command = Command::Person { id: Some(child), command: assert.into() };
        app.done(&app.front_door(), order(Purpose::ReferralConsideration, command)).await;
        let authority = AUTHORITY.parse().unwrap();
        let referral = domain::case::receive_referral::ReceiveReferral {
            child,
            on: Occurred::Day("2026-03-09".parse().unwrap()),
            source: domain::case::codes::ReferralSource::School,
            primary_need: None,
            contact: None,
            transferred_from: None,
            reason: None,
            authority,
        };
        let id = app.app.ids.case(child, &referral.authority);
        let command = Command::Case { id, command: referral.into() };
        app.done(&app.front_door(), order(Purpose::ReferralConsideration, command)).await;
        child
    }
}

fn question(visitor: &Visitor, search: &Search) -> Question {
    let is_nurse = visitor.actor().has(domain::access::Role::EmergencyNurse);
    Question {
        search: search.clone(),
        purpose: if is_nurse { Purpose::Attendance } else { Purpose::SafeguardingCheck },
        lawful_basis: LawfulBasis::PublicTask,
        reason: Narrative::parse("Came in with a broken wrist.").unwrap(),
        idempotency_key: None,
        correlation: None,
        trace: None,
    }
}

/// What the connections that answer queries ran between two marks, and what was written to the logs.
fn statements(log: &Path, begins: &str, ends: &str) -> Statements {
    let text = std::fs::read_to_string(log).unwrap();
    let (_, after) = text.split_once(begins).expect("the first mark is in the server's log");
    let (between, _) = after.split_once(ends).expect("the second mark is in the server's log");
    let mut counted = Statements::new();
    for entry in between.split("goldthread-test|").skip(1) {
        let mut parts = entry.splitn(3, '|');
        let (Some(role), Some(connection), Some(said)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let Some((_, statement)) = said.split_once("LOG:").and_then(|(_, ran)| ran.split_once(": ")) else {
            continue;
        };
        let is_written = role == "goldthread_app" && statement.contains("insert into");
        if is_written || connection == "goldthread readers" {
            let statement = statement.split_whitespace().collect::<Vec<_>>().join(" ");
            *counted.entry(statement).or_default() += 1;
        }
    }
    counted
}

fn both(one: &Statements, other: &Statements) -> Statements {
    let least = |(statement, count): (&String, &usize)| {
        let count = (*count).min(*other.get(statement)?);
        Some((statement.clone(), count))
    };
    one.iter().filter_map(least).collect()
}

async fn added(log: &dyn EventStore, after: Position) -> Vec<String> {
    let read = log.read_all(after, 10).await.unwrap();
    read.iter().map(|event| event.header.kind().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn found_hidden_and_absent_cost_and_append_the_same() {
    let mut node = Watched::start().await;
    node.child("Maya", FOUND).await;
    let hidden = node.child("Nora", HIDDEN).await;
    let manager = node.app.team_manager();
    let restrict = Restrict {
        reason: RestrictionReason::HighRisk,
        owner: manager.practitioner(),
        readers: Vec::new(),
        review_on: "2026-06-08".parse().unwrap(),
    };
    let restrict = Command::Person { id: Some(hidden), command: restrict.into() };
    node.app.done(&manager, order(Purpose::RecordKeeping, restrict)).await;

    let by_number = |number: &str| Search::NhsNumber(number.parse().unwrap());
    let by_name = |given: &str| Search::NameAndBirth {
        given: given.to_owned(),
        family: "Ashworth".to_owned(),
        born: "2019-04-30".parse().unwrap(),
    };
    // One is told how the child stands, the other how the work does.
    for visitor in [node.app.emergency_nurse(), node.app.safeguarding_lead()] {
        for [found, hidden, absent] in [
            [by_number(FOUND), by_number(HIDDEN), by_number(ABSENT)],
            [by_name("Maya"), by_name("Nora"), by_name("Nobody")],
        ] {
            let of_found = node.cost(&visitor, &found, Answer::Found).await;
            let of_hidden = node.cost(&visitor, &hidden, Answer::ContactOnly).await;
            let of_absent = node.cost(&visitor, &absent, Answer::NoTrace).await;
            assert!(of_found.len() >= 4, "search, status, earlier enquiries, the flush: {of_found:#?}");
            assert_eq!(of_found, of_hidden, "found and hidden");
            assert_eq!(of_found, of_absent, "found and absent");
            let leaves = node.leaves(&visitor, &found).await;
            assert_eq!(leaves, [vec!["enquiry.made".to_owned()], vec!["look.made".to_owned()]]);
            assert_eq!(node.leaves(&visitor, &hidden).await, leaves);
            assert_eq!(node.leaves(&visitor, &absent).await, leaves);
        }
    }
}
