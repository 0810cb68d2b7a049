//! Finding people, and saying who they are, to those who may know.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::Disclosure;
use domain::authority::Authority;
use domain::ids::{AgencyId, EventId, PersonId};
use domain::matching::plain as fold;
use domain::person::BirthDates;
use domain::person::identifier::Scheme;
use domain::person::uncertain_date::UncertainDate;
use domain::source::Basis;
use domain::when::civil_day;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::access::{self, standings};
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::timeline::Confided;

/// More than this many found is too many to tell apart: ask for more.
const MOST: i64 = 50;

/// With what somebody is looked for: exactly, but for case, accents, spaces and punctuation.
#[derive(Clone, PartialEq, Eq)]
pub enum Search {
    Number {
        scheme: Scheme,
        value: String,
    },
    /// Either name may be empty, not both; a date of birth matches every date that can be the same.
    NameAndBirth {
        given: String,
        family: String,
        born: Option<UncertainDate>,
    },
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number { .. } => "Number(…)",
            Self::NameAndBirth { .. } => "NameAndBirth(…)",
        })
    }
}

/// Somebody a search found, of whom the reader is told something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub person: PersonId,
    pub disclosure: Disclosure,
    /// What was judged by, and where to ring.
    pub standing: Standing,
}

/// Who matches, of those the reader may know of, at most fifty. What is hidden is left out without a trace.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn search(reads: &Reads, scope: &Scope, search: &Search) -> Result<Vec<Found>, ReadError> {
    let mut found = Vec::new();
    for row in matching(reads, search).await? {
        let (person, standing) = (PersonId(row.try_get(0)?), access::from_row(&row)?);
        let disclosure = scope.disclosure(&standing);
        if disclosure > Disclosure::None {
            found.push(Found { person, disclosure, standing });
        }
    }
    found.sort_by_key(|found| found.person);
    Ok(found)
}

/// Who matches, each with their standing, in one statement: hidden, found and absent cost the same.
async fn matching(reads: &Reads, search: &Search) -> Result<Vec<Row>, ReadError> {
    let source = reads.source("people").await?;
    let (schema, standing) = (&source.schema, access::selected(&reads.schema("access")?));
    Ok(match search {
        Search::Number { scheme, value } => {
            let folded = fold::number(value);
            let authority = match scheme {
                Scheme::LaChildId { authority } => Some(authority.as_str()),
                Scheme::Nhs | Scheme::Upn | Scheme::FormerUpn => None,
            };
            let sql = format!(
                "{standing} join (
                     select distinct person from {schema}.identifier
                     where folded = $1 and scheme = $2 and authority is not distinct from $3 limit $4
                 ) as matching using (person)"
            );
            let statement = source.client.prepare_cached(&sql).await?;
            source.client.query(&statement, &[&folded, &scheme.name().code(), &authority, &MOST]).await?
        }
        Search::NameAndBirth { given, family, born } => {
            let (given, family) = (fold::name(given), fold::name(family));
            if given.is_empty() && family.is_empty() {
                return Ok(Vec::new());
            }
            let sql = format!(
                "{standing} join (
                     select distinct n.person from {schema}.name as n
                     where ($1 = '' or n.folded_family = $1) and ($2 = '' or n.folded_given = $2)
                       and ($3::date is null or exists (
                           select from {schema}.birth as b
                           where b.person = n.person and b.first_day <= $4::date and b.last_day >= $3::date))
                     limit $5
                 ) as matching using (person)"
            );
            let (first, last) = (born.map(UncertainDate::earliest), born.map(UncertainDate::latest));
            let statement = source.client.prepare_cached(&sql).await?;
            source.client.query(&statement, &[&family, &given, &first, &last, &MOST]).await?
        }
    })
}

/// A name somebody has.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    /// `usual`, `registered`, `also-known-as`.
    pub usage: String,
    pub given: Option<String>,
    pub family: Option<String>,
}

/// A number by which an agency knows somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Identifier {
    pub scheme: String,
    pub authority: Option<String>,
    pub value: String,
}

/// A date of birth that somebody said.
#[derive(Clone, PartialEq, Eq)]
pub struct Birth {
    /// As it is written: `2015-03-02`, `about 2015`.
    pub written: String,
    /// The entry that says it.
    pub entry: EventId,
    pub basis: Basis,
    /// Whose statement it is, where all of one person is read: for those who are told how the work stands, as any
    /// entry's agency is, and not where that would tell who told something in confidence.
    pub agency: Option<AgencyId>,
    /// A person of the authority took it to be right, and nothing said since disputes it.
    pub is_accepted: bool,
}

/// Who somebody is: of each, what was said last stands last. Empty lists where nothing is known, or it was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub person: PersonId,
    pub disclosure: Disclosure,
    pub names: Vec<Name>,
    pub births: Vec<Birth>,
    pub identifiers: Vec<Identifier>,
    /// `born`, `unborn`.
    pub kind: Option<String>,
    pub sex: Option<String>,
    pub died_on: Option<NaiveDate>,
    pub is_incomplete: bool,
}

domain::hidden_when_printed!(Name, Identifier, Birth, Person);

impl Person {
    /// When they were born: the date that was accepted, else the most exact of those that can be one; `None` when
    /// nothing is said, or what is said is disputed.
    #[must_use]
    pub fn born(&self) -> Option<UncertainDate> {
        let accepted = self.births.iter().find(|birth| birth.is_accepted).and_then(Birth::date);
        accepted.or_else(|| {
            BirthDates::undisputed(&self.births.iter().filter_map(Birth::date).collect::<Vec<_>>())
        })
    }

    /// True when dates of birth are said that cannot be the same day, and none is accepted.
    #[must_use]
    pub fn is_birth_disputed(&self) -> bool {
        self.born().is_none() && !self.births.is_empty()
    }
}

impl Birth {
    #[must_use]
    pub fn date(&self) -> Option<UncertainDate> {
        self.written.parse().ok()
    }
}

/// Who somebody is, and whose statement each date of birth is; `None` when the reader is told less than the status.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn known_whole(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
) -> Result<Option<Person>, ReadError> {
    let Some(mut known) = read(reads, scope, &[person]).await?.remove(&person) else { return Ok(None) };
    let confided = Confided::beside(reads, scope, person).await?;
    for birth in &mut known.births {
        birth.agency = birth.agency.filter(|agency| !confided.hides(*agency));
    }
    Ok(Some(known))
}

/// Who these people are, of those the reader is told at least the status of; not whose statements these are.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn known(
    reads: &Reads,
    scope: &Scope,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Person>, ReadError> {
    let mut known = read(reads, scope, people).await?;
    known.values_mut().flat_map(|person| &mut person.births).for_each(|birth| birth.agency = None);
    Ok(known)
}

async fn read(
    reads: &Reads,
    scope: &Scope,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Person>, ReadError> {
    let standings = standings(reads, people).await?;
    let told = |standing: &Standing| {
        Some(scope.disclosure(standing)).filter(|disclosure| *disclosure >= Disclosure::Status)
    };
    let mut known: HashMap<PersonId, Person> = standings
        .iter()
        .filter_map(|(person, standing)| {
            Some((*person, nobody(*person, told(standing)?, standing.is_incomplete)))
        })
        .collect();
    let ids: Vec<Uuid> = known.keys().map(|person| person.0).collect();
    if ids.is_empty() {
        return Ok(known);
    }
    let source = reads.source("people").await?;
    let (client, schema) = (&source.client, &source.schema);
    let sql = format!(
        "select person, usage, given, family from {schema}.name where person = any($1) order by said_at, position"
    );
    for row in client.query(&client.prepare_cached(&sql).await?, &[&ids]).await? {
        if let Some(person) = known.get_mut(&PersonId(row.try_get(0)?)) {
            let (usage, given, family) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            person.names.push(Name { usage, given, family });
        }
    }
    let sql = format!(
        "select person, written, event_id, basis, agency, event_id is not distinct from birth_accepted
         from {schema}.birth left join {schema}.person using (person) where person = any($1) order by said_at, position"
    );
    for row in client.query(&client.prepare_cached(&sql).await?, &[&ids]).await? {
        if let Some(person) = known.get_mut(&PersonId(row.try_get(0)?)) {
            let is_told_whose = person.disclosure >= Disclosure::Progress;
            person.births.push(Birth {
                written: row.try_get(1)?,
                entry: EventId(row.try_get(2)?),
                // Written from codes; a build of another version is never read.
                basis: row.try_get::<_, &str>(3)?.parse().unwrap_or(Basis::Told),
                agency: is_told_whose.then_some(AgencyId(row.try_get(4)?)),
                is_accepted: row.try_get(5)?,
            });
        }
    }
    let sql = format!(
        "select person, scheme, authority, value from {schema}.identifier where person = any($1) order by said_at, position"
    );
    for row in client.query(&client.prepare_cached(&sql).await?, &[&ids]).await? {
        if let Some(person) = known.get_mut(&PersonId(row.try_get(0)?)) {
            let (scheme, authority, value) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            person.identifiers.push(Identifier { scheme, authority, value });
        }
    }
    let sql = format!(
        "select person, kind, sex, died_on, exists (select from {schema}.parked where key = person)
         from {schema}.person where person = any($1)"
    );
    for row in client.query(&client.prepare_cached(&sql).await?, &[&ids]).await? {
        if let Some(person) = known.get_mut(&PersonId(row.try_get(0)?)) {
            person.kind = row.try_get(1)?;
            person.sex = row.try_get(2)?;
            person.died_on = row.try_get(3)?;
            person.is_incomplete |= row.try_get::<_, bool>(4)?;
        }
    }
    Ok(known)
}

/// Somebody with an open case who may be an adult, by a date of birth that is uncertain or disputed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerhapsAdult {
    pub person: PersonId,
    /// The earliest eighteenth birthday there can be.
    pub from: NaiveDate,
}

/// Whose age is for a person to decide, of an authority's open cases, the longest so first: for its social care, as far
/// as the reader is told how the work with them stands.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn perhaps_adult(
    reads: &Reads,
    scope: &Scope,
    authority: &Authority,
    most: i64,
) -> Result<Vec<PerhapsAdult>, ReadError> {
    let reader = scope.reader();
    if !reader.is_in_social_care() || reader.authority.as_ref() != Some(authority) {
        return Ok(Vec::new());
    }
    let source = reads.source("people").await?;
    let sql = format!(
        "select distinct perhaps_adult_from, person.person from {}.person
         join {}.status on status.person = person.person
         where perhaps_adult_from <= $1 and standing not in ('not-known', 'closed') and authority = $2
         order by perhaps_adult_from, person.person limit $3",
        source.schema,
        reads.schema("status")?,
    );
    let today = civil_day(reads.moment(None));
    let rows = source.client.query(&sql, &[&today, &authority.as_str(), &most]).await?;
    drop(source);
    let found = rows
        .iter()
        .map(|row| Ok(PerhapsAdult { from: row.try_get(0)?, person: PersonId(row.try_get(1)?) }))
        .collect::<Result<Vec<_>, ReadError>>()?;
    let standings = standings(reads, &found.iter().map(|found| found.person).collect::<Vec<_>>()).await?;
    let is_told = |found: &PerhapsAdult| {
        standings.get(&found.person).is_some_and(|it| scope.disclosure(it) >= Disclosure::Progress)
    };
    Ok(found.into_iter().filter(is_told).collect())
}

/// Somebody of whom nothing is said yet.
pub(super) fn nobody(person: PersonId, disclosure: Disclosure, is_incomplete: bool) -> Person {
    Person {
        person,
        disclosure,
        names: Vec::new(),
        births: Vec::new(),
        identifiers: Vec::new(),
        kind: None,
        sex: None,
        died_on: None,
        is_incomplete,
    }
}
