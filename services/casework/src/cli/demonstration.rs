//! What a demonstration holds on its first start: agencies and people to sign in as, one named family with some months
//! of history, and a census return of some hundred invented children.
//!
//! Everything goes through `execute`, named by idempotency keys, so a start that was interrupted is completed by the
//! next. Nobody here exists; NHS numbers are from the range kept for tests.

mod family;

use std::io::Cursor;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Actor, LawfulBasis, Purpose, Role};
use domain::agency::{AgencyKind, SafeguardingLine};
use domain::authority::Authority;
use domain::ids::{AgencyId, EventId, PractitionerId};
use domain::practitioner::Details;
use domain::text::Line;
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
    /// The social worker of the named children.
    Worker,
}

impl Persona {
    const ALL: [Self; 6] =
        [Self::School, Self::Nurse, Self::FrontDoor, Self::Manager, Self::Auditor, Self::Worker];

    const fn number(self) -> u128 {
        match self {
            Self::School => 1,
            Self::Nurse => 2,
            Self::FrontDoor => 3,
            Self::Manager => 4,
            Self::Auditor => 5,
            Self::Worker => 6,
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::School => Role::SafeguardingLead,
            Self::Nurse => Role::EmergencyNurse,
            Self::FrontDoor => Role::FrontDoor,
            Self::Manager => Role::TeamManager,
            Self::Auditor => Role::Auditor,
            Self::Worker => Role::SocialWorker,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::School => "Priya Nolan",
            Self::Nurse => "Tom Adeyemi",
            Self::FrontDoor => "Ruth Calder",
            Self::Manager => "Owen Stubbs",
            Self::Auditor => "Mei Harcourt",
            Self::Worker => "Amina Duarte",
        }
    }

    const fn agency(self) -> Employer {
        match self {
            Self::School => Employer::School,
            Self::Nurse => Employer::Hospital,
            Self::FrontDoor | Self::Manager | Self::Auditor | Self::Worker => Employer::Council,
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

/// Puts on record what is missing of the demonstration.
pub async fn load(app: &App, begin: DateTime<Utc>, output: Output) -> Result<(), Failure> {
    agencies(app, begin).await?;
    family::tell(app, begin).await?;
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
