//! Who works with the county's children: its council and their telephones, and the cases that are open.

use casework::app::App;
use casework::execute::Command;
use casework::visitor::Visitor;
use chrono::TimeDelta;
use domain::access::{Actor, Purpose, Role};
use domain::agency::{AgencyKind, SafeguardingLine};
use domain::authority::Authority;
use domain::case::allocate_worker::AllocateWorker;
use domain::case::codes::ReferralSource;
use domain::case::events::WorkerRole;
use domain::case::receive_referral::ReceiveReferral;
use domain::ids::{AgencyId, PractitionerId};
use domain::practitioner::Details;
use domain::text::Line;
use domain::when::Occurred;
use futures_util::{StreamExt, TryStreamExt, stream};
use system_tests::app::{COUNCIL, HOSPITAL, SCHOOL, order};

use crate::ids::nth;
use crate::load::Asker;
use crate::{Result, county};

const WORKERS: u64 = 200;
/// One child in three has a case that is open, with a worker to ring.
const OPEN_CASE_EVERY: u64 = 3;
const AT_ONCE: usize = 32;

pub struct Partnership<'a> {
    pub app: &'a App,
}

impl Partnership<'_> {
    /// Registers whom to ring, and opens the cases.
    pub async fn settle(&self, children: u64) -> Result<()> {
        self.register_council().await?;
        each(0..WORKERS, |number| self.register_worker(number)).await?;
        let open = (0..children).filter(|child| child.is_multiple_of(OPEN_CASE_EVERY));
        each(open, |child| self.open_case(child)).await
    }

    /// Somebody of the partnership in one role, who asks for one purpose.
    pub fn asker(&self, role: Role, purpose: Purpose) -> Result<Asker> {
        let token = self.app.token(&actor(role)?, TimeDelta::hours(8))?;
        Ok(Asker::program(&token, purpose.code()))
    }

    async fn register_council(&self) -> Result<()> {
        let council = domain::agency::Register {
            name: Line::parse("Invented council")?,
            kind: AgencyKind::LocalAuthority,
            authority: Some(authority()?),
            safeguarding_line: Some(SafeguardingLine {
                in_hours: Line::parse("01632 960001")?,
                out_of_hours: Some(Line::parse("01632 960002")?),
            }),
        };
        let register = Command::Agency { id: None, command: council.into() };
        self.app.execute(&Visitor::node(), order(Purpose::Operation, register)).await?;
        Ok(())
    }

    async fn register_worker(&self, number: u64) -> Result<()> {
        let worker = domain::practitioner::Register {
            agency: COUNCIL,
            team: None,
            details: Details {
                name: Line::parse(&format!("Invented Worker {number}"))?,
                telephone: Some(Line::parse("01632 960003")?),
                email: None,
            },
        };
        let register = Command::Practitioner { id: Some(worker_id(number)), command: worker.into() };
        self.app.execute(&Visitor::node(), order(Purpose::Operation, register)).await?;
        Ok(())
    }

    async fn open_case(&self, number: u64) -> Result<()> {
        let (child, authority) = (county::child(number), authority()?);
        let id = self.app.ids.case(child, &authority);
        let on = Occurred::Day("2026-03-09".parse()?);
        let referral = ReceiveReferral {
            child,
            authority,
            on,
            source: ReferralSource::School,
            primary_need: None,
            contact: None,
            transferred_from: None,
            reason: None,
        };
        let receive = Command::Case { id, command: referral.into() };
        self.give(Role::FrontDoor, Purpose::ReferralConsideration, receive).await?;
        let allocate = AllocateWorker {
            practitioner: worker_id(number % WORKERS),
            role: WorkerRole::LeadPractitioner,
            team: None,
            on,
        };
        let allocate = Command::Case { id, command: allocate.into() };
        self.give(Role::TeamManager, Purpose::AllocatedWork, allocate).await
    }

    async fn give(&self, role: Role, purpose: Purpose, command: Command) -> Result<()> {
        let visitor = self.app.visitor(&self.app.token(&actor(role)?, TimeDelta::hours(8))?)?;
        self.app.execute(&visitor, order(purpose, command)).await?;
        Ok(())
    }
}

async fn each<F>(numbers: impl Iterator<Item = u64>, act: impl Fn(u64) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    stream::iter(numbers.map(act)).buffer_unordered(AT_ONCE).try_collect().await
}

fn authority() -> Result<Authority> {
    Ok(county::AUTHORITY.parse()?)
}

fn worker_id(number: u64) -> PractitionerId {
    PractitionerId(nth(0xb0, number))
}

fn actor(role: Role) -> Result<Actor> {
    let (agency, agency_kind): (AgencyId, AgencyKind) = match role {
        Role::EmergencyNurse => (HOSPITAL, AgencyKind::NhsTrust),
        Role::SafeguardingLead => (SCHOOL, AgencyKind::School),
        _ => (COUNCIL, AgencyKind::LocalAuthority),
    };
    Ok(Actor {
        practitioner: PractitionerId(nth(1, 0)),
        agency,
        agency_kind,
        authority: Some(authority()?),
        team: None,
        roles: vec![role],
    })
}
