//! What a demonstration holds on its first start: agencies and people to sign in as, one named family with a few
//! weeks of history, and a census return of some hundred invented children.
//!
//! Everything goes through `execute`, named by idempotency keys, so a start that was interrupted is completed by the
//! next. Nobody here exists; NHS numbers are from the range kept for tests.

use std::io::Cursor;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, LawfulBasis, Purpose, Role};
use domain::agency::{AgencyKind, SafeguardingLine};
use domain::authority::Authority;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Outcome, Significance, SourceDisclosure};
use domain::ids::{AgencyId, ContactId, EventId, PersonId, PractitionerId};
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::uncertain_date::UncertainDate;
use domain::person::{Assertion, PersonKind};
use domain::practitioner::Details;
use domain::source::{Basis, Source};
use domain::text::{Line, Narrative};
use domain::tie::{TieKind, TieTo};
use domain::when::Occurred;
use event_store::{EventStore as _, Position};
use uuid::Uuid;

use super::failure::Failure;
use super::import;
use super::output::Output;
use casework::app::App;
use casework::execute::{Command, Done, Order};
use casework::visitor::Visitor;

const RETURN: &[u8] = include_bytes!("../../demo/cin-380-2026.xml");

/// The authority whose return it is.
#[expect(clippy::expect_used, reason = "the code is written here")]
fn authority() -> Authority {
    "380".parse().expect("an authority's code")
}

/// Somebody to be on a demonstration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Persona {
    /// The safeguarding lead of a school.
    School,
    /// A nurse in an emergency department.
    Nurse,
    /// A social worker at the authority's front door.
    FrontDoor,
    /// A manager of a social work team.
    Manager,
    /// An auditor.
    Auditor,
}

impl Persona {
    const ALL: [Self; 5] = [Self::School, Self::Nurse, Self::FrontDoor, Self::Manager, Self::Auditor];

    const fn number(self) -> u128 {
        match self {
            Self::School => 1,
            Self::Nurse => 2,
            Self::FrontDoor => 3,
            Self::Manager => 4,
            Self::Auditor => 5,
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::School => Role::SafeguardingLead,
            Self::Nurse => Role::EmergencyNurse,
            Self::FrontDoor => Role::FrontDoor,
            Self::Manager => Role::TeamManager,
            Self::Auditor => Role::Auditor,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::School => "Priya Nolan",
            Self::Nurse => "Tom Adeyemi",
            Self::FrontDoor => "Ruth Calder",
            Self::Manager => "Owen Stubbs",
            Self::Auditor => "Mei Harcourt",
        }
    }

    const fn agency(self) -> Employer {
        match self {
            Self::School => Employer::School,
            Self::Nurse => Employer::Hospital,
            Self::FrontDoor | Self::Manager | Self::Auditor => Employer::Council,
        }
    }

    /// Who that is to the service.
    pub fn actor(self, app: &App) -> Actor {
        Actor {
            practitioner: PractitionerId(Uuid::from_u128(
                0x6474_0000_0000_8000_8000_0000_0000_0100 + self.number(),
            )),
            agency: self.agency().id(app),
            agency_kind: self.agency().kind(),
            authority: Some(authority()),
            team: None,
            roles: vec![self.role()],
        }
    }

    fn visitor(self, app: &App) -> Result<Visitor, Failure> {
        let token = app.token(&self.actor(app), TimeDelta::hours(1))?;
        Ok(app.visitor(&token)?)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Employer {
    Council,
    School,
    Hospital,
    Police,
}

impl Employer {
    const ALL: [Self; 4] = [Self::Council, Self::School, Self::Hospital, Self::Police];

    /// An authority's own agency has the id that its code gives it; the others are fixed.
    fn id(self, app: &App) -> AgencyId {
        let number = match self {
            Self::Council => return app.ids.local_authority(&authority()),
            Self::School => 2,
            Self::Hospital => 3,
            Self::Police => 4,
        };
        AgencyId(Uuid::from_u128(0x6474_0000_0000_8000_8000_0000_0000_0000 + number))
    }

    const fn kind(self) -> AgencyKind {
        match self {
            Self::Council => AgencyKind::LocalAuthority,
            Self::School => AgencyKind::School,
            Self::Hospital => AgencyKind::NhsTrust,
            Self::Police => AgencyKind::Police,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Council => "Invented Council children's services",
            Self::School => "Beck Lane Primary School",
            Self::Hospital => "Invented Royal Infirmary",
            Self::Police => "Invented Constabulary",
        }
    }
}

/// The children of the named family, and their mother.
const TILLY: &str = "9990000018";
const JONAH: &str = "9990000026";

/// Puts on record what is missing of the demonstration.
pub async fn load(app: &App, begin: DateTime<Utc>, output: Output) -> Result<(), Failure> {
    agencies(app, begin).await?;
    family(app, begin).await?;
    import::read_in(app, Cursor::new(RETURN), output).await?;
    Ok(())
}

/// When the story begins. Its first event keeps it, so that a later start tells the same story and adds nothing.
///
/// A record that began with any other event is somebody's own, and is refused: invented people have no place on it,
/// nor have tokens that prove nothing.
pub async fn beginning(app: &App) -> Result<DateTime<Utc>, Failure> {
    let record = app.record.read_all(Position::START, 1).await?;
    let Some(first) = record.first() else { return Ok(app.clock.now() - TimeDelta::days(90)) };
    let begins = app.ids.command(Visitor::node().practitioner(), &key(Employer::Council.name()));
    if first.header.event_id() != EventId::of(begins, Employer::Council.id(app).0, 0).0 {
        return Err(Failure::new(
            "this record was not begun by a demonstration, and nothing was added to it; serve it without \
             `--demonstration`, or start the demonstration in another checkout or over another database",
        ));
    }
    Ok(first.header.recorded_at())
}

/// What an order of the story is known by.
fn key(name: &str) -> String {
    format!("demonstration: {name}")
}

/// One order of the demonstration, recorded when its story says.
struct Teller<'a> {
    app: &'a App,
    visitor: Visitor,
    purpose: Purpose,
}

impl Teller<'_> {
    async fn tell(&self, name: &str, at: DateTime<Utc>, command: Command) -> Result<Done, Failure> {
        let order = Order {
            purpose: self.purpose,
            lawful_basis: LawfulBasis::PublicTask,
            idempotency_key: Some(key(name)),
            if_match: None,
            correlation: None,
            trace: None,
            now: None,
            recorded_at: Some(at),
            command,
        };
        Ok(self.app.execute(&self.visitor, order).await?)
    }
}

async fn agencies(app: &App, at: DateTime<Utc>) -> Result<(), Failure> {
    let node = Teller { app, visitor: Visitor::node(), purpose: Purpose::Operation };
    for employer in Employer::ALL {
        let command = domain::agency::Register {
            name: Line::parse(employer.name())?,
            kind: employer.kind(),
            authority: Some(authority()),
            safeguarding_line: Some(SafeguardingLine {
                // Numbers Ofcom keeps for drama.
                in_hours: Line::parse("01632 960001")?,
                out_of_hours: Some(Line::parse("01632 960002")?),
            }),
        };
        let command = Command::Agency { id: Some(employer.id(app)), command: command.into() };
        node.tell(employer.name(), at, command).await?;
    }
    for persona in Persona::ALL {
        let actor = persona.actor(app);
        let command = domain::practitioner::Register {
            agency: actor.agency,
            team: None,
            details: Details {
                name: Line::parse(persona.name())?,
                telephone: Some(Line::parse("01632 960003")?),
                email: None,
            },
        };
        let id = Some(actor.practitioner);
        node.tell(persona.name(), at, Command::Practitioner { id, command: command.into() }).await?;
        let command =
            domain::practitioner::GiveRole { role: persona.role(), from: at.date_naive(), to: None };
        let name = format!("role of {}", persona.name());
        node.tell(&name, at, Command::Practitioner { id, command: command.into() }).await?;
    }
    Ok(())
}

/// Two siblings and their mother; what a school and a hospital told about them some weeks ago.
async fn family(app: &App, begin: DateTime<Utc>) -> Result<(), Failure> {
    let day = |number| begin + TimeDelta::days(number);
    let opened = day(30);
    let front_door =
        Teller { app, visitor: Persona::FrontDoor.visitor(app)?, purpose: Purpose::SafeguardingCheck };
    let tilly = person(&front_door, opened, ("Tilly", "Marsh"), "2019-04-30", Some(TILLY)).await?;
    let jonah = person(&front_door, opened, ("Jonah", "Marsh"), "2022-09-12", Some(JONAH)).await?;
    let dana = person(&front_door, opened, ("Dana", "Marsh"), "1996", None).await?;
    for (name, from, to, kind) in [
        ("Dana is Tilly's mother", dana, tilly, TieKind::Mother),
        ("Dana is Jonah's mother", dana, jonah, TieKind::Mother),
        ("Tilly and Jonah are siblings", tilly, jonah, TieKind::Sibling),
    ] {
        let command = domain::tie::Record {
            from,
            to: TieTo::Person(to),
            kind,
            since: None,
            source: source(app),
            testimony: None,
        };
        front_door.tell(name, opened, Command::Tie { id: None, command: command.into() }).await?;
    }
    let school =
        Teller { app, visitor: Persona::School.visitor(app)?, purpose: Purpose::ReferralConsideration };
    let first = contact(
        &school,
        day(45),
        tilly,
        ConcernKind::NotAttendingSchool,
        "Seven days missed this half-term; mother not reached by telephone.",
    )
    .await?;
    let decide = domain::contact::Decide {
        occurred: Occurred::Instant(day(46)),
        outcome: Outcome::Advice,
        passed_to: None,
        reason: Narrative::parse("School to visit at home and tell us what it finds.")?,
    };
    let decide = Command::Contact { id: Some(first), command: decide.into() };
    front_door.tell("first decision", day(46), decide).await?;
    let nurse = Teller { app, visitor: Persona::Nurse.visitor(app)?, purpose: Purpose::Attendance };
    contact(
        &nurse,
        day(70),
        jonah,
        ConcernKind::UnexplainedInjury,
        "Bruise to the cheek; the account given did not fit.",
    )
    .await?;
    Ok(())
}

fn source(app: &App) -> Source {
    Source { basis: Basis::Told, agency: Employer::Council.id(app) }
}

async fn person(
    teller: &Teller<'_>,
    at: DateTime<Utc>,
    (given, family): (&str, &str),
    born: &str,
    nhs_number: Option<&str>,
) -> Result<PersonId, Failure> {
    let mut assertions = vec![
        Assertion::Name { name: PersonName::parse(given, family)?, usage: NameUse::Usual },
        Assertion::Birth(UncertainDate::from_str(born)?),
    ];
    if let Some(number) = nhs_number {
        assertions.push(Assertion::Identifier(Identifier::parse(Scheme::Nhs, number)?));
    }
    let command = domain::person::Open {
        kind: PersonKind::Born,
        assertions,
        source: source(teller.app),
        occurred: Occurred::Instant(at),
        testimony: None,
    };
    let command = Command::Person { id: None, command: command.into() };
    Ok(PersonId(teller.tell(&format!("{given} {family}"), at, command).await?.stream))
}

async fn contact(
    teller: &Teller<'_>,
    at: DateTime<Utc>,
    child: PersonId,
    concern: ConcernKind,
    account: &str,
) -> Result<ContactId, Failure> {
    let command = domain::contact::Record {
        authority: authority(),
        occurred: Occurred::Instant(at),
        people: vec![Involved { person: child, role: ContactRole::Subject, age: None }],
        concerns: vec![Concern { kind: concern, about: Vec::new() }],
        method: Method::OnlineForm,
        significance: Some(Significance::Concern),
        source_disclosure: SourceDisclosure::Named,
        source_agency: Some(teller.visitor.agency()),
        account: Narrative::parse(account)?,
        source_identity: None,
    };
    let name = format!("contact: {}", concern.code());
    let command = Command::Contact { id: None, command: command.into() };
    Ok(ContactId(teller.tell(&name, at, command).await?.stream))
}
