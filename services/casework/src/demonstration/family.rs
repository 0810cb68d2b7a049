//! The named family: two siblings and their mother, what a school and a hospital told about them, and the work that
//! came of it.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Purpose;
use domain::case::allocate_worker::AllocateWorker;
use domain::case::codes::{PrimaryNeed, ReferralSource};
use domain::case::decide_referral::DecideReferral;
use domain::case::events::{ReferralOutcome, WorkerRole};
use domain::case::receive_referral::ReceiveReferral;
use domain::case::start_assessment::StartAssessment;
use domain::contact::involved::{ContactRole, Involved};
use domain::contact::{Concern, ConcernKind, Method, Outcome, Significance, SourceDisclosure};
use domain::ids::{ContactId, EpisodeId, PersonId};
use domain::person::identifier::{Identifier, Scheme};
use domain::person::name::{NameUse, PersonName};
use domain::person::uncertain_date::UncertainDate;
use domain::person::{Assertion, PersonKind};
use domain::source::{Basis, Source};
use domain::text::Narrative;
use domain::tie::{TieKind, TieTo};
use domain::when::Occurred;

use super::{DemonstrationError, Employer, Persona, Teller, authority};
use crate::app::App;
use crate::execute::{Command, Done};

const TILLY: &str = "9990000018";
const JONAH: &str = "9990000026";

/// Puts the family's story on record.
pub(super) async fn tell(app: &App, begin: DateTime<Utc>) -> Result<(), DemonstrationError> {
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
    let bruise = contact(
        &nurse,
        day(70),
        jonah,
        ConcernKind::UnexplainedInjury,
        "Bruise to the cheek; the account given did not fit.",
    )
    .await?;
    for (name, child) in [("Jonah", jonah), ("Tilly", tilly)] {
        referred(&front_door, day(71), name, child, bruise).await?;
    }
    Ok(())
}

/// The bruise became a referral: both children are being assessed, and have a social worker.
async fn referred(
    front_door: &Teller<'_>,
    at: DateTime<Utc>,
    name: &str,
    child: PersonId,
    contact: ContactId,
) -> Result<(), DemonstrationError> {
    let app = front_door.app;
    let case = app.ids.case(child, &authority());
    let act = |command: domain::case::Command| Command::Case { id: case, command };
    let on = Occurred::Instant(at);
    let referral = ReceiveReferral {
        child,
        authority: authority(),
        on,
        source: ReferralSource::EmergencyDepartment,
        primary_need: Some(PrimaryNeed::AbuseOrNeglect),
        contact: Some(contact),
        transferred_from: None,
        reason: Some(Narrative::parse(
            "A bruise whose account did not fit, in a family the school is worried about.",
        )?),
    };
    let done = front_door.tell(&format!("referral of {name}"), at, act(referral.into())).await?;
    let episode = episode_of(app, &done).await?;
    let manager = Teller { app, visitor: Persona::Manager.visitor(app)?, purpose: Purpose::AllocatedWork };
    let decide = DecideReferral { episode, on, outcome: ReferralOutcome::Assessment, reason: None };
    manager.tell(&format!("decision about {name}"), at, act(decide.into())).await?;
    let allocate = AllocateWorker {
        practitioner: Persona::Worker.actor(app).practitioner,
        role: WorkerRole::LeadPractitioner,
        team: None,
        on,
    };
    manager.tell(&format!("allocation of {name}"), at, act(allocate.into())).await?;
    let worker = Teller { app, visitor: Persona::Worker.visitor(app)?, purpose: Purpose::AllocatedWork };
    let assess = StartAssessment { episode, on, review_point: None };
    worker.tell(&format!("assessment of {name}"), at, act(assess.into())).await?;
    Ok(())
}

/// The episode a referral began.
async fn episode_of(app: &App, done: &Done) -> Result<EpisodeId, DemonstrationError> {
    let facts = app.facts_of("case", done.stream, &done.events).await?;
    let episode = facts.iter().find_map(|(_, _, facts)| facts.get("episode")?.as_str()?.parse().ok());
    episode.ok_or(DemonstrationError::NoEpisode)
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
) -> Result<PersonId, DemonstrationError> {
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
) -> Result<ContactId, DemonstrationError> {
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
