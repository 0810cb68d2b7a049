//! Who works with children in the county: five authorities, their schools and partners, and everyone who tells.
//!
//! Numbers of agencies are those of the FAME case study of West Yorkshire (five authorities, eight acute trusts, 961
//! schools, one police force, three to four thousand users) at 3,000 children, and in proportion for fewer. A company's
//! own school and hospital are among them. The five places are real; every other name is invented, and telephone numbers
//! are those Ofcom keeps for drama.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::access::{Actor, Purpose, Role};
use domain::agency::{AgencyKind, FormTeam, Register, SafeguardingLine, SetHours};
use domain::authority::Authority;
use domain::ids::{AgencyId, PractitionerId, TeamId};
use domain::practitioner::{self, Details, GiveRole};
use domain::text::Line;
use domain::when::civil_day;

use super::dice::Dice;
use super::named::Company;
use super::script::Script;
use super::words::{Words, line};
use super::{County, Untold};
use crate::app::App;
use crate::demonstration::front_door_hours;
use crate::execute::Command;
use crate::visitor::Visitor;

/// Somebody who tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Teller {
    pub practitioner: PractitionerId,
    pub agency: AgencyId,
    pub kind: AgencyKind,
    /// Where their proof is kept.
    at: usize,
}

/// Workers who share a manager.
pub(super) struct Team {
    pub id: TeamId,
    pub manager: Teller,
    pub workers: Vec<Teller>,
}

/// An authority and what is its own.
pub(super) struct Council {
    pub authority: Authority,
    pub postcode: &'static str,
    pub front_door: Vec<Teller>,
    pub teams: Vec<Team>,
    pub chairs: Vec<Teller>,
    /// Those who tell, school by school and nursery by nursery.
    pub schools: Vec<Vec<Teller>>,
    pub early_years: Vec<Vec<Teller>>,
    pub health_visitors: Vec<Teller>,
    pub housing: Vec<Teller>,
    pub refuge: Vec<Teller>,
}

/// Everybody.
pub(super) struct Crew {
    visitors: Vec<Visitor>,
    pub councils: Vec<Council>,
    /// Trust by trust.
    pub trusts: Vec<Vec<Teller>>,
    pub ambulance: Vec<Teller>,
    pub police: Vec<Teller>,
    pub probation: Vec<Teller>,
}

/// An authority: its code, name, share of the county's children in a thousand, schools of 961, and postcodes. Shares
/// are those of referrals in the year to March 2025 (Department for Education, children in need).
const COUNCILS: [(&str, &str, u32, u32, &str); 5] = [
    ("383", "Leeds", 359, 280, "LS"),
    ("380", "Bradford", 260, 209, "BD"),
    ("384", "Wakefield", 174, 150, "WF"),
    ("382", "Kirklees", 114, 187, "HD"),
    ("381", "Calderdale", 93, 135, "HX"),
];

pub(super) const TRUSTS: [&str; 8] = [
    "Aire Valley Hospitals",
    "Beacon Royal Infirmary",
    "Calder Bridge Hospitals",
    "Pennine Edge Hospitals",
    "Roundhill Children's Hospital",
    "St Oswin's Hospitals",
    "Wharfe and Nidd Hospitals",
    "Westmoor General Hospital",
];

impl Crew {
    /// Somebody else tells too.
    pub fn join(&mut self, visitor: Visitor) -> Teller {
        let actor = visitor.actor();
        let (practitioner, agency, kind) = (actor.practitioner, actor.agency, actor.agency_kind);
        self.visitors.push(visitor);
        Teller { practitioner, agency, kind, at: self.visitors.len() - 1 }
    }

    pub fn visitor(&self, teller: Teller) -> Option<&Visitor> {
        self.visitors.get(teller.at)
    }

    /// Those somebody works for, by kind; the node is nobody's.
    pub fn agencies(&self) -> BTreeMap<AgencyKind, BTreeSet<AgencyId>> {
        let mut agencies: BTreeMap<AgencyKind, BTreeSet<AgencyId>> = BTreeMap::new();
        for actor in self.visitors.iter().skip(1).map(Visitor::actor) {
            agencies.entry(actor.agency_kind).or_default().insert(actor.agency);
        }
        agencies
    }

    pub fn practitioners(&self) -> usize {
        self.visitors.len() - 1
    }

    /// The council of so many of a thousand children.
    pub fn council_of(&self, mut share: u32) -> Option<&Council> {
        let mut councils = self.councils.iter().zip(COUNCILS);
        let found = councils.find(|(_, (_, _, of_thousand, ..))| {
            let here = share < *of_thousand;
            share = share.saturating_sub(*of_thousand);
            here
        });
        found.map(|(council, _)| council).or(self.councils.last())
    }
}

/// Founds the county: its agencies and people, and the orders that put them on record.
pub(super) fn found<'a>(
    app: &'a App,
    county: &County,
    company: Option<&Company>,
    words: &'a Words,
    script: &mut Script<'a>,
) -> Result<Crew, Untold> {
    let node = Teller {
        practitioner: Visitor::node().practitioner(),
        agency: Visitor::node().agency(),
        kind: AgencyKind::System,
        at: 0,
    };
    let mut founding = Founding {
        app,
        words,
        dice: Dice::of(county.seed, "crew"),
        at: county.begin,
        script,
        visitors: vec![Visitor::node()],
        node,
    };
    // What 961 schools are to 3,000 children.
    let scaled = |of_full: u32| (of_full * county.children).div_ceil(3000).max(1);
    let mut councils = Vec::new();
    for (code, name, share, schools, postcode) in COUNCILS {
        let children = (county.children * share).div_ceil(1000);
        let authority: Authority = code.parse()?;
        let school = company
            .filter(|company| company.school.actor().authority.as_ref() == Some(&authority))
            .map(|company| Founded::before(&company.school));
        let of = Of { authority: &authority, name, children, schools: scaled(schools), postcode };
        councils.push(founding.council(of, school)?);
    }
    let mut trusts = Vec::new();
    for (name, number) in TRUSTS.into_iter().zip(0..) {
        let agency = match company {
            Some(company) if number == 0 => Founded::before(&company.nurse),
            _ => founding.agency(&format!("{name} NHS Trust"), AgencyKind::NhsTrust, None)?,
        };
        let nurses = founding.staff(agency, scaled(56), Role::EmergencyNurse)?;
        let lead = founding.staff(agency, 1, Role::SafeguardingLead)?;
        trusts.push([nurses, lead].concat());
    }
    let ambulance = founding.agency("Ridings Ambulance Service NHS Trust", AgencyKind::NhsTrust, None)?;
    let ambulance = founding.staff(ambulance, scaled(40), Role::SafeguardingLead)?;
    let police = founding.agency("West Yorkshire Constabulary (invented)", AgencyKind::Police, None)?;
    let police = founding.staff(police, scaled(300), Role::PoliceOfficer)?;
    let probation = founding.agency("Ridings Probation Service", AgencyKind::Probation, None)?;
    let probation = founding.staff(probation, scaled(20), Role::SafeguardingLead)?;
    let visitors = founding.visitors;
    Ok(Crew { visitors, councils, trusts, ambulance, police, probation })
}

#[derive(Clone, Copy)]
struct Founded<'a> {
    id: AgencyId,
    kind: AgencyKind,
    authority: Option<&'a Authority>,
}

impl<'a> Founded<'a> {
    /// Where somebody of the company works: on record before the county is founded.
    fn before(visitor: &'a Visitor) -> Self {
        let actor = visitor.actor();
        Self { id: actor.agency, kind: actor.agency_kind, authority: actor.authority.as_ref() }
    }
}

/// What makes one authority another than the next.
struct Of<'n> {
    authority: &'n Authority,
    name: &'n str,
    children: u32,
    schools: u32,
    postcode: &'static str,
}

struct Founding<'a, 'b> {
    app: &'a App,
    words: &'a Words,
    dice: Dice,
    at: DateTime<Utc>,
    script: &'b mut Script<'a>,
    visitors: Vec<Visitor>,
    node: Teller,
}

impl<'a> Founding<'a, '_> {
    /// An authority and its partners; a school that is on record is the first of its schools.
    fn council(&mut self, of: Of<'_>, school: Option<Founded<'_>>) -> Result<Council, Untold> {
        let Of { authority, name, children, schools, postcode } = of;
        let council =
            self.agency(&format!("{name} children's services"), AgencyKind::LocalAuthority, Some(authority))?;
        let front_door = self.staff(council, (children / 60).clamp(2, 16), Role::FrontDoor)?;
        let chairs = self.staff(council, (children / 200).clamp(1, 6), Role::ConferenceChair)?;
        let mut teams = Vec::new();
        // Of sixty children the county has ever heard of, some fifteen have an open case: one worker's caseload.
        for number in 1..=(children / 420).max(1) {
            let team = self.team(council, number)?;
            let manager = self.member(council, Some(team), Role::TeamManager)?;
            let mut workers = Vec::new();
            for _ in 0..7 {
                workers.push(self.member(council, Some(team), Role::SocialWorker)?);
            }
            teams.push(Team { id: team, manager, workers });
        }
        let mut places = Vec::new();
        if let Some(school) = school {
            places.push(self.staff(school, 2, Role::SafeguardingLead)?);
        }
        for number in u32::from(school.is_some())..schools {
            let kind = if number % 5 == 4 { "High School" } else { "Primary School" };
            let school = format!("{} {kind}, {name} {}", self.words.street(&mut self.dice), number + 1);
            places.push(self.place(&school, AgencyKind::School, Some(authority), 2)?);
        }
        let mut early_years = Vec::new();
        for number in 0..schools.div_ceil(16) {
            let nursery = format!("{} Nursery, {name} {}", self.words.street(&mut self.dice), number + 1);
            early_years.push(self.place(&nursery, AgencyKind::EarlyYears, Some(authority), 1)?);
        }
        let health = self.agency(
            &format!("{name} health visiting and school nursing"),
            AgencyKind::HealthVisiting,
            Some(authority),
        )?;
        let health_visitors = self.staff(health, schools.div_ceil(5), Role::HealthVisitor)?;
        let housing = self.place(&format!("{name} Homes"), AgencyKind::Housing, Some(authority), 4)?;
        let refuge =
            self.place(&format!("{name} Women's Refuge"), AgencyKind::Voluntary, Some(authority), 2)?;
        Ok(Council {
            authority: authority.clone(),
            postcode,
            front_door,
            teams,
            chairs,
            schools: places,
            early_years,
            health_visitors,
            housing,
            refuge,
        })
    }

    fn place(
        &mut self,
        name: &str,
        kind: AgencyKind,
        authority: Option<&Authority>,
        leads: u32,
    ) -> Result<Vec<Teller>, Untold> {
        let agency = self.agency(name, kind, authority)?;
        self.staff(agency, leads, Role::SafeguardingLead)
    }

    fn agency<'n>(
        &mut self,
        name: &str,
        kind: AgencyKind,
        authority: Option<&'n Authority>,
    ) -> Result<Founded<'n>, Untold> {
        let ids = self.script.ids();
        let id = match authority {
            Some(authority) if kind == AgencyKind::LocalAuthority => ids.local_authority(authority),
            _ => AgencyId(ids.derive("goldthread/county-agency/1", &[name.as_bytes()])),
        };
        let register = Register {
            name: line(name)?,
            kind,
            authority: authority.cloned(),
            safeguarding_line: Some(self.line(kind)?),
        };
        let command = Command::Agency { id: Some(id), command: register.into() };
        self.script.tell(self.at, self.node, Purpose::Operation, command);
        if kind == AgencyKind::LocalAuthority {
            let hours = SetHours { from: civil_day(self.at), open: front_door_hours()? };
            let command = Command::Agency { id: Some(id), command: hours.into() };
            self.script.tell(self.at, self.node, Purpose::Operation, command);
        }
        Ok(Founded { id, kind, authority })
    }

    fn team(&mut self, agency: Founded<'_>, number: u32) -> Result<TeamId, Untold> {
        let form = FormTeam { name: line(&format!("Safeguarding team {number}"))? };
        let command = Command::Agency { id: Some(agency.id), command: form.into() };
        let told =
            self.script.tell(self.at, self.node, Purpose::Operation, command).ok_or(Untold::TooShort)?;
        Ok(TeamId(told.command.derive(0)))
    }

    fn staff(&mut self, agency: Founded<'_>, count: u32, role: Role) -> Result<Vec<Teller>, Untold> {
        (0..count).map(|_| self.member(agency, None, role)).collect()
    }

    fn member(&mut self, agency: Founded<'_>, team: Option<TeamId>, role: Role) -> Result<Teller, Untold> {
        let at = self.visitors.len();
        let number = u64::try_from(at).unwrap_or(u64::MAX).to_be_bytes();
        let practitioner =
            PractitionerId(self.script.ids().derive("goldthread/county-practitioner/1", &[&number]));
        let actor = Actor {
            practitioner,
            agency: agency.id,
            agency_kind: agency.kind,
            authority: agency.authority.cloned(),
            team,
            roles: vec![role],
        };
        self.visitors.push(self.app.visitor(&self.app.token(&actor, TimeDelta::days(1))?)?);
        let details = Details {
            name: self.words.anybody(&mut self.dice)?,
            telephone: Some(self.telephone()?),
            email: None,
        };
        let register = practitioner::Register { agency: agency.id, team, details };
        let from: NaiveDate = domain::when::civil_day(self.at);
        for command in [register.into(), GiveRole { role, from, to: None }.into()] {
            let command = Command::Practitioner { id: Some(practitioner), command };
            self.script.tell(self.at, self.node, Purpose::Operation, command);
        }
        Ok(Teller { practitioner, agency: agency.id, kind: agency.kind, at })
    }

    /// Every front door has the one number that a demonstration's own is registered with.
    fn line(&mut self, kind: AgencyKind) -> Result<SafeguardingLine, Untold> {
        let (in_hours, out_of_hours) = if kind == AgencyKind::LocalAuthority {
            (line("01632 960001")?, line("01632 960002")?)
        } else {
            (self.telephone()?, self.telephone()?)
        };
        Ok(SafeguardingLine { in_hours, out_of_hours: Some(out_of_hours) })
    }

    fn telephone(&mut self) -> Result<Line, Untold> {
        line(&format!("01632 960{:03}", self.dice.below(1000)))
    }
}
