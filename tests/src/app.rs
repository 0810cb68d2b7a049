//! The service over a test's own database, wired as it is in production, with a clock the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use casework::app::App;
use casework::execute::{Command, Done, Order};
use casework::settings::Settings;
use casework::visitor::Visitor;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, Purpose, Role};
use domain::agency::AgencyKind;
use domain::decider::Decider;
use domain::entry::Entry;
use domain::history::effective;
use domain::ids::{AgencyId, ContactId, PersonId, PractitionerId, TeamId};
use domain::person::name::{NameUse, PersonName};
use domain::person::{Assertion, Person, PersonKind};
use domain::source::{Basis, Source};
use domain::when::Occurred;
use event_store::clock::SetClock;
use event_store::{EventStore, StreamId};
use projections::decode::{Decoder, look_up};
use uuid::Uuid;

use crate::TestDatabase;

/// A Tuesday morning; every test begins then.
pub const BEGINNING: &str = "2026-03-10T09:00:00Z";
/// Where most of it happens.
pub const AUTHORITY: &str = "383";

/// How long the first build of empty views may take.
const VIEWS_PATIENCE: Duration = Duration::from_secs(60);

/// The service, its database and its clock.
pub struct TestApp {
    pub app: Arc<App>,
    pub clock: Arc<SetClock>,
    pub database: TestDatabase,
    people: AtomicU32,
}

/// Agencies of the partnership, by fixed ids.
pub const COUNCIL: AgencyId = AgencyId(Uuid::from_u128(0xa1));
pub const SCHOOL: AgencyId = AgencyId(Uuid::from_u128(0xa2));
pub const HOSPITAL: AgencyId = AgencyId(Uuid::from_u128(0xa3));
pub const POLICE: AgencyId = AgencyId(Uuid::from_u128(0xa4));

impl TestApp {
    pub async fn start() -> Self {
        Self::over(TestDatabase::new().await).await
    }

    /// The service over a database that may have been used before.
    pub async fn over(database: TestDatabase) -> Self {
        Self::set_up(database, unlimited(Settings { demonstration: true, ..Settings::default() })).await
    }

    /// The service with settings of its own.
    pub async fn with(settings: Settings) -> Self {
        Self::set_up(TestDatabase::new().await, unlimited(settings)).await
    }

    /// The same, with limits of how much one caller may ask.
    pub async fn limited(settings: Settings) -> Self {
        Self::set_up(TestDatabase::new().await, settings).await
    }

    async fn set_up(database: TestDatabase, settings: Settings) -> Self {
        let clock = Arc::new(SetClock::at(instant(BEGINNING)));
        let app = open(&database, &clock, settings).await;
        Self { app, clock, database, people: AtomicU32::new(1) }
    }

    /// The same service, started again.
    pub async fn again(self) -> Self {
        let settings = self.app.settings.clone();
        Self::set_up(self.database, settings).await
    }

    /// Another process of the same service.
    pub async fn beside(&self) -> Arc<App> {
        open(&self.database, &self.clock, self.app.settings.clone()).await
    }

    /// Somebody of an agency in one role, proven by a token as they would be.
    pub fn somebody(&self, role: Role, kind: AgencyKind, agency: AgencyId) -> Visitor {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        self.visitor(Actor {
            practitioner: PractitionerId(Uuid::from_u128(0xb000 + u128::from(number))),
            agency,
            agency_kind: kind,
            authority: Some(AUTHORITY.parse().expect("an authority")),
            team: None,
            roles: vec![role],
        })
    }

    pub fn visitor(&self, actor: Actor) -> Visitor {
        let token = self.app.token(&actor, TimeDelta::hours(8)).expect("a token");
        self.app.visitor(&token).expect("a visitor")
    }

    pub fn in_team(&self, visitor: &Visitor, team: TeamId) -> Visitor {
        self.visitor(Actor { team: Some(team), ..visitor.actor().clone() })
    }

    pub fn social_worker(&self) -> Visitor {
        self.somebody(Role::SocialWorker, AgencyKind::LocalAuthority, COUNCIL)
    }

    pub fn team_manager(&self) -> Visitor {
        self.somebody(Role::TeamManager, AgencyKind::LocalAuthority, COUNCIL)
    }

    pub fn front_door(&self) -> Visitor {
        self.somebody(Role::FrontDoor, AgencyKind::LocalAuthority, COUNCIL)
    }

    pub fn safeguarding_lead(&self) -> Visitor {
        self.somebody(Role::SafeguardingLead, AgencyKind::School, SCHOOL)
    }

    pub fn emergency_nurse(&self) -> Visitor {
        self.somebody(Role::EmergencyNurse, AgencyKind::NhsTrust, HOSPITAL)
    }

    /// Opens a record for a child with a name, as the front door does.
    pub async fn child(&self, given: &str, family: &str) -> PersonId {
        let front_door = self.front_door();
        let open = domain::person::Open {
            kind: PersonKind::Born,
            assertions: vec![Assertion::Name {
                name: PersonName::parse(given, family).expect("a name"),
                usage: NameUse::Usual,
            }],
            source: Source { basis: Basis::Told, agency: COUNCIL },
            occurred: Occurred::Instant(instant(BEGINNING)),
            testimony: None,
        };
        let command = Command::Person { id: None, command: open.into() };
        PersonId(self.done(&front_door, order(Purpose::ReferralConsideration, command)).await.stream)
    }

    /// A contact's entries as they stand, every part opened.
    pub async fn contact(&self, contact: ContactId) -> Vec<Entry> {
        self.standing("contact", contact.0).await
    }

    /// A person as they stand, every part opened.
    pub async fn person(&self, person: PersonId) -> Person {
        let mut state = Person::initial();
        self.standing("person", person.0).await.iter().for_each(|entry| state.evolve(entry));
        state
    }

    async fn standing(&self, category: &str, id: Uuid) -> Vec<Entry> {
        let stream = StreamId { category: category.to_owned(), id };
        let recorded = self.app.record.read_stream(&stream, 0, 100).await.expect("the stream");
        let keys = look_up(self.app.keys.as_ref(), &recorded, &|_| true).await.expect("the keys");
        let decoder = Decoder { origin: self.app.record.origin(), opens: &|_| true, keys: &keys };
        let entries: Vec<Entry> = decoder
            .decode(&recorded)
            .into_iter()
            .map(|decoded| decoded.content.expect("an event of ours"))
            .collect();
        effective(&entries)
    }

    /// Carries out an order that must succeed.
    pub async fn done(&self, visitor: &Visitor, order: Order) -> Done {
        self.app.execute(visitor, order).await.expect("carried out")
    }
}

async fn open(database: &TestDatabase, clock: &Arc<SetClock>, settings: Settings) -> Arc<App> {
    let settings = Settings { origin: "goldthread.example/test".to_owned(), readers: 2, ..settings };
    let app = App::open(settings, database.connections.clone(), clock.clone()).await.expect("the service");
    tokio::time::timeout(VIEWS_PATIENCE, app.engine.ready()).await.expect("the views answer");
    Arc::new(app)
}

/// Suites ask as one person what many ask in a day.
fn unlimited(settings: Settings) -> Settings {
    Settings { requests_per_minute: 0, attempts_per_minute: 0, ..settings }
}

/// An order for the first time, on the ground of a public task.
pub fn order(purpose: Purpose, command: Command) -> Order {
    Order::new(purpose, command)
}

pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
