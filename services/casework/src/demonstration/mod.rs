//! What a demonstration holds on its first start: agencies and people to sign in as, the county of West Yorkshire with
//! families whose stories can be read. [`RETURN`] adds some hundred invented children; reading it in is [`crate::exchange`]'s.
//!
//! Everything goes through `execute`, named by idempotency keys, so a start that was interrupted is completed by the
//! next. Nobody here exists; NHS numbers are from the range kept for tests.

mod persona;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::agency::hours::{NotATimeOfDay, OpenDay, Weekday};
use domain::agency::{AgencyKind, SafeguardingLine, SetHours};
use domain::authority::Authority;
use domain::ids::EventId;
use domain::practitioner::Details;
use domain::text::{Line, TextError};
use domain::when::civil_day;
use event_store::{EventStore as _, Position, StoreError};

use crate::app::App;
use crate::county::{self, Company, County, Progress, Untold};
use crate::error::{ExecuteError, ReadError};
use crate::execute::{Command, Done, Order};
use crate::visitor::{TokenError, Visitor};

use persona::Employer;
pub use persona::Persona;

/// Which of all counties.
const SEED: u64 = 1;

/// The census return of the demonstration's authority.
pub const RETURN: &[u8] = include_bytes!("../../demo/cin-380-2026.xml");

/// The authority whose return it is.
#[expect(clippy::expect_used, reason = "the code is written here")]
fn authority() -> Authority {
    "380".parse().expect("an authority's code")
}

/// Why the demonstration could not be put on record.
#[derive(Debug, thiserror::Error)]
pub enum DemonstrationError {
    #[error(
        "this record was not begun by a demonstration, and nothing was added to it; serve it without \
         `--demonstration`, or start the demonstration in another checkout or over another database"
    )]
    NotOurs,
    #[error("a text of the demonstration is not taken")]
    Text(#[from] TextError),
    #[error("hours of the demonstration are not taken")]
    Hours(#[from] NotATimeOfDay),
    #[error(transparent)]
    County(#[from] Untold),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The county of a demonstration: its children but for the named ones, and the days it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    pub children: u32,
    pub days: u32,
}

/// Puts on record what is missing of the agencies, the people to be and the county, whose last day is so long after
/// its beginning.
///
/// # Errors
/// The first order that is not carried out.
pub async fn tell(
    app: &Arc<App>,
    begin: DateTime<Utc>,
    extent: Extent,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), DemonstrationError> {
    agencies(app, begin).await?;
    let company = Company {
        front_door: Persona::FrontDoor.visitor(app)?,
        school: Persona::School.visitor(app)?,
        nurse: Persona::Nurse.visitor(app)?,
        worker: Persona::Worker.visitor(app)?,
        manager: Persona::Manager.visitor(app)?,
    };
    let end = begin + TimeDelta::days(i64::from(extent.days));
    let county = County { seed: SEED, children: extent.children, begin, end };
    county::tell(app, county, Some(&company), progress).await?;
    Ok(())
}

/// When the story begins. Its first event keeps it, so that a later start tells the same story and adds nothing.
///
/// A record that began with any other event is somebody's own, and is refused: invented people have no place on it,
/// nor have tokens that prove nothing.
///
/// # Errors
/// Such a record; one that cannot be read.
pub async fn beginning(app: &App, extent: Extent) -> Result<DateTime<Utc>, DemonstrationError> {
    let record = app.record.read_all(Position::START, 1).await?;
    let Some(first) = record.first() else {
        return Ok(app.clock.now() - TimeDelta::days(i64::from(extent.days)));
    };
    let begins = app.ids.command(Visitor::node().practitioner(), &key(Employer::Council.name()));
    if first.header.event_id() != EventId::of(begins, Employer::Council.id(app).0, 0).0 {
        return Err(DemonstrationError::NotOurs);
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
    async fn tell(
        &self,
        name: &str,
        at: DateTime<Utc>,
        command: Command,
    ) -> Result<Done, DemonstrationError> {
        let order = Order {
            idempotency_key: Some(key(name)),
            recorded_at: Some(at),
            ..Order::new(self.purpose, command)
        };
        Ok(self.app.execute(&self.visitor, order).await?)
    }
}

async fn agencies(app: &App, at: DateTime<Utc>) -> Result<(), DemonstrationError> {
    let node = Teller { app, visitor: Visitor::node(), purpose: Purpose::Operation };
    for employer in Employer::ALL {
        let command = domain::agency::Register {
            name: Line::parse(employer.name())?,
            kind: employer.kind(),
            // A hospital is its patients', wherever they live.
            authority: (employer.kind() != AgencyKind::NhsTrust).then(authority),
            safeguarding_line: Some(SafeguardingLine {
                // Numbers Ofcom keeps for drama.
                in_hours: Line::parse("01632 960001")?,
                out_of_hours: Some(Line::parse("01632 960002")?),
            }),
        };
        let command = Command::Agency { id: Some(employer.id(app)), command: command.into() };
        node.tell(employer.name(), at, command).await?;
        if employer.kind() == AgencyKind::LocalAuthority {
            let name = format!("hours of {}", employer.name());
            let command = SetHours { from: civil_day(at), open: front_door_hours()? };
            let command = Command::Agency { id: Some(employer.id(app)), command: command.into() };
            node.tell(&name, at, command).await?;
        }
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

/// In the demonstration every front door opens at half past eight, and closes half an hour earlier on a Friday.
pub(crate) fn front_door_hours() -> Result<Vec<OpenDay>, NotATimeOfDay> {
    let (opens, closes, on_friday) = ("08:30".parse()?, "17:00".parse()?, "16:30".parse()?);
    let weekdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday];
    let open = weekdays.into_iter().map(|day| OpenDay { day, opens, closes });
    Ok(open.chain([OpenDay { day: Weekday::Friday, opens, closes: on_friday }]).collect())
}
