//! A school of the partnership, its practitioner, and who says who they are.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::TestApp;
use crate::app::{AUTHORITY, order};
use crate::http::{Answer, Caller, Served};
use casework::accounts;
use casework::error::ExecuteError;
use casework::execute::Command;
use casework::settings::Settings;
use casework::visitor::Visitor;
use chrono::NaiveDate;
use domain::access::{Actor, Purpose, Role};
use domain::agency::{AgencyKind, Register as RegisterAgency};
use domain::ids::{AgencyId, PersonId, PractitionerId};
use domain::practitioner::{Details, GiveRole, Register};
use domain::text::Line;
use domain::when::civil_day;
use event_store::clock::{Clock as _, SystemClock};
use serde_json::{Value, json};

use crate::provider::AUDIENCE;

/// A school, what it signs in with, and its practitioner.
pub struct School {
    pub test: TestApp,
    pub served: Served,
    pub agency: AgencyId,
    pub practitioner: PractitionerId,
    file: PathBuf,
}

fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

impl School {
    /// With issuers whose file is written before the node starts; the school's agency id is known beforehand.
    pub async fn start(issuers: impl FnOnce(AgencyId) -> Value) -> Self {
        Self::with(issuers, Settings::default()).await
    }

    /// The same, of a node with settings of its own.
    pub async fn with(issuers: impl FnOnce(AgencyId) -> Value, settings: Settings) -> Self {
        let agency = AgencyId(uuid::Uuid::from_u128(0x5c001));
        static FILES: AtomicU32 = AtomicU32::new(0);
        let nth = FILES.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("goldthread-access-{}-{nth}.json", std::process::id()));
        std::fs::write(&file, json!({ "issuers": issuers(agency) }).to_string()).unwrap();
        let settings = Settings { issuers_file: Some(file.clone()), ..settings };
        let test = TestApp::with(settings).await;
        // A provider's tokens are of this very moment.
        test.clock.set(SystemClock.now());
        let node = Visitor::node();
        let school = RegisterAgency {
            kind: AgencyKind::School,
            name: line("Beck Lane Primary School"),
            authority: "383".parse().ok(),
            safeguarding_line: None,
        };
        let of = Command::Agency { id: Some(agency), command: school.into() };
        test.done(&node, order(Purpose::Operation, of)).await;
        let practitioner = register(&test, agency, "Jo Beck").await;
        let served = Served::start(&test.app).await;
        Self { test, served, agency, practitioner, file }
    }

    /// Somebody else who leads on safeguarding here.
    pub async fn register(&self, name: &str) -> PractitionerId {
        register(&self.test, self.agency, name).await
    }

    /// The practitioner at the API, on a demonstration.
    pub fn caller(&self, purpose: &'static str) -> Caller {
        let actor = Actor {
            practitioner: self.practitioner,
            agency: self.agency,
            ..self.test.safeguarding_lead().actor().clone()
        };
        self.served.caller(&self.test.visitor(actor), purpose)
    }

    /// The practitioner tells the authority about a child, on a demonstration.
    pub async fn tell_of(&self, child: PersonId) -> Answer {
        let told = json!({
            "authority": AUTHORITY,
            "people": [{ "person": child, "role": "subject", "age": 9 }],
            "concerns": [{ "kind": "neglect" }],
            "method": "telephone",
            "account": "Came without a coat.",
        });
        self.caller("referral-consideration").post("/api/v1/contacts", &told).await
    }

    pub fn today(&self) -> NaiveDate {
        civil_day(self.test.clock.now())
    }

    pub async fn order(&self, command: impl Into<domain::practitioner::Command>) {
        let command = Command::Practitioner { id: Some(self.practitioner), command: command.into() };
        self.test.done(&Visitor::node(), order(Purpose::Operation, command)).await;
    }

    /// Says that what an issuer calls somebody is the practitioner.
    pub async fn link(&self, issuer: &str, subject: &str) -> Result<bool, ExecuteError> {
        let account = (issuer, subject);
        let done = accounts::link(&self.test.app, &Visitor::node(), account, self.practitioner).await;
        done.map(|done| !done.events.is_empty())
    }

    pub async fn stop(self) {
        self.served.stop().await;
        let _ = std::fs::remove_file(&self.file);
    }
}

async fn register(test: &TestApp, agency: AgencyId, name: &str) -> PractitionerId {
    let node = Visitor::node();
    let details = Details { name: line(name), telephone: None, email: None };
    let register = Register { agency, team: None, details }.into();
    let register = Command::Practitioner { id: None, command: register };
    let id = PractitionerId(test.done(&node, order(Purpose::Operation, register)).await.stream);
    let from = civil_day(test.clock.now());
    let give = GiveRole { role: Role::SafeguardingLead, from, to: None }.into();
    let give = Command::Practitioner { id: Some(id), command: give };
    test.done(&node, order(Purpose::Operation, give)).await;
    id
}

pub fn for_all(issuer: &str) -> impl FnOnce(AgencyId) -> Value {
    let issuer = issuer.to_owned();
    move |_| json!([{ "issuer": issuer, "audience": AUDIENCE }])
}
