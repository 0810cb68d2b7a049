//! Who may be meant by what was typed: found by keys, compared one by one, told as far as the reader may know.
//!
//! Found, hidden and absent take the same statements. Left out: how much must be typed before anybody is looked for,
//! which is the service's rule.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use domain::access::{Disclosure, Relation};
use domain::ids::PersonId;
use domain::matching::{
    Addresses, Comparison, Home, OnRecord, Typed, compare, house_key, keys_of, keys_to_try, numbers_to_try,
    perhaps_twins,
};
use domain::person::Missing;
use domain::person::address::AddressClass;
use domain::person::uncertain_date::UncertainDate;
use tokio_postgres::Row;
use uuid::Uuid;

use super::known::{read_closed, read_home};
use crate::access::{from_row, selected};
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::status::missing_among;

/// At most this many are compared: those who share most keys with what was typed.
const COMPARED_MAX: i64 = 1_000;
/// Of those who are near enough, at most this many are looked at further.
const NEAR_MAX: usize = 200;
/// More people than this at one house, over the years, are no family.
const HOUSEHOLD_MAX: i64 = 24;

/// Those who may be meant, the nearest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidates {
    pub near: Vec<Candidate>,
    /// More are as near as the last of these may be: more should be typed.
    pub are_more: bool,
}

/// Somebody who may be meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Where they are missing from: first in every answer.
    pub missing: Vec<Missing>,
    pub person: PersonId,
    pub disclosure: Disclosure,
    pub standing: Standing,
    /// For a reader who is told the status at least: others are told whom to ring.
    pub told: Option<Particulars>,
}

/// Just enough to tell somebody from others, and why they may be meant.
#[derive(Clone, PartialEq, Eq)]
pub struct Particulars {
    pub given: String,
    pub family: String,
    /// Of the date that is accepted, or of all that are said; none while they are disputed over years.
    pub year_of_birth: Option<i32>,
    pub kind: Option<String>,
    pub sex: Option<String>,
    /// The first part of the postcode of where they lived last, where that is no secret.
    pub area: Option<String>,
    pub comparison: Comparison,
    /// Of those found beside them: the same family name and birthday, another given name.
    pub perhaps_twins: Vec<PersonId>,
}

domain::hidden_when_printed!(Particulars);

/// Somebody on record beside what was typed.
struct Compared {
    person: PersonId,
    record: OnRecord,
    closed: Vec<(AddressClass, Home)>,
    kind: Option<String>,
    sex: Option<String>,
    year_of_birth: Option<i32>,
    comparison: Comparison,
}

/// Who may be meant, of those the reader may know of; at most `most`.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn candidates(
    reads: &Reads,
    scope: &Scope,
    typed: &Typed,
    most: usize,
) -> Result<Candidates, ReadError> {
    let mut near = compared(reads, scope, typed).await?;
    near.sort_by_key(|compared| (-compared.comparison.weight, compared.person));
    near.truncate(NEAR_MAX);
    let mut standings = standings(reads, &near).await?;
    let mut told: Vec<(Compared, Standing, Disclosure)> = Vec::new();
    for mut compared in near {
        let Some(standing) = standings.remove(&compared.person) else { continue };
        let disclosure = scope.disclosure(&standing);
        if !compared.closed.is_empty() {
            let class = scope.class(&standing);
            // Found, if at all, without an address that they may not be told: finding by it would confirm it.
            compared
                .closed
                .retain(|(address, _)| class.relation == Relation::Own && address.is_told(disclosure, class));
            if !is_found(typed, &compared) {
                continue;
            }
            compared.comparison = compare(typed, &with(&compared.record, &compared.closed));
        }
        if disclosure > Disclosure::None && compared.comparison.strength.is_some() {
            told.push((compared, standing, disclosure));
        }
    }
    told.sort_by_key(|(compared, ..)| (-compared.comparison.weight, compared.person));
    let are_more = told.len() > most;
    told.truncate(most);
    let people: Vec<PersonId> = told.iter().map(|(compared, ..)| compared.person).collect();
    let mut missing = missing_among(reads, &people).await?;
    let near = (0..told.len()).filter_map(|place| candidate(&told, place, &mut missing));
    Ok(Candidates { near: near.collect(), are_more })
}

fn candidate(
    told: &[(Compared, Standing, Disclosure)],
    place: usize,
    missing: &mut BTreeMap<PersonId, Vec<Missing>>,
) -> Option<Candidate> {
    let (compared, standing, disclosure) = told.get(place)?;
    let knows = |disclosure: &Disclosure| *disclosure >= Disclosure::Status;
    let particulars = || {
        let (given, family) = compared.record.names.first().cloned().unwrap_or_default();
        let beside =
            told.iter().filter(|(other, _, disclosure)| other.person != compared.person && knows(disclosure));
        Particulars {
            given,
            family,
            year_of_birth: compared.year_of_birth,
            kind: compared.kind.clone(),
            sex: compared.sex.clone(),
            area: compared
                .record
                .homes
                .last()
                .and_then(|home| home.postcode.split(' ').next())
                .map(str::to_owned),
            comparison: compared.comparison.clone(),
            perhaps_twins: beside
                .filter(|(other, ..)| perhaps_twins(&compared.record, &other.record))
                .map(|(other, ..)| other.person)
                .collect(),
        }
    };
    Some(Candidate {
        missing: missing.remove(&compared.person).unwrap_or_default(),
        person: compared.person,
        disclosure: *disclosure,
        standing: standing.clone(),
        told: knows(disclosure).then(particulars),
    })
}

/// Those who share a key with what was typed and are near enough, as far as may be known before whose they are is.
async fn compared(reads: &Reads, scope: &Scope, typed: &Typed) -> Result<Vec<Compared>, ReadError> {
    let addresses = if scope.reader().is_in_social_care() { Addresses::AndClosed } else { Addresses::Open };
    let keys: Vec<i64> = keys_to_try(typed, addresses).into_iter().collect();
    let numbers = typed.nhs_number.as_deref().map(numbers_to_try).unwrap_or_default();
    let house = house_key(typed);
    let source = reads.source("people").await?;
    let schema = &source.schema;
    // As an array, so that whoever is found is looked up one by one: the planner thinks of a thousand keys as of all.
    let sql = format!(
        "with hit as (
             select person from {schema}.sought where key = any($1)
             group by person order by count(*) desc, person limit $2
         )
         select person, given, family, births, nhs, homes, closed_homes, kind, sex,
                (select count(*) from (select from {schema}.sought where key = $4 limit $5) as living) > $5 - 1,
                adult_from
         from {schema}.person
         where person = any(array(
             select person from hit
             union select person from {schema}.identifier where folded = any($3) and scheme = 'nhs'))"
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source
        .client
        .query(&statement, &[&keys, &COMPARED_MAX, &numbers, &house, &(HOUSEHOLD_MAX + 1)])
        .await?;
    drop(source);
    let mut near = Vec::new();
    for row in rows {
        let compared = read(&row, typed, addresses)?;
        near.extend(Some(compared).filter(|compared| compared.comparison.strength.is_some()));
    }
    Ok(near)
}

fn read(row: &Row, typed: &Typed, addresses: Addresses) -> Result<Compared, ReadError> {
    let texts = |column: usize| row.try_get::<_, Vec<String>>(column);
    let births = texts(3)?;
    let mut record = OnRecord {
        names: texts(1)?.into_iter().zip(texts(2)?).collect(),
        // Only a date's own text was ever written.
        births: births.iter().filter_map(|born| born.parse::<UncertainDate>().ok()).collect(),
        nhs_numbers: texts(4)?,
        homes: texts(5)?.iter().map(|home| read_home(home)).collect(),
    };
    let is_communal: bool = row.try_get(9)?;
    for home in &mut record.homes {
        home.communal |= is_communal && typed.house.as_ref().is_some_and(|house| home.houses.contains(house));
    }
    let closed = match addresses {
        Addresses::Open => Vec::new(),
        Addresses::AndClosed => texts(6)?.iter().filter_map(|home| read_closed(home)).collect::<Vec<_>>(),
    };
    let adult_from: Option<NaiveDate> = row.try_get(10)?;
    let year_of_birth = adult_from.map(|day| day.year() - 18).or_else(|| one_year(&record.births));
    let comparison =
        if closed.is_empty() { compare(typed, &record) } else { compare(typed, &with(&record, &closed)) };
    Ok(Compared {
        person: PersonId(row.try_get(0)?),
        record,
        closed,
        kind: row.try_get(7)?,
        sex: row.try_get(8)?,
        year_of_birth,
        comparison,
    })
}

fn one_year(births: &[UncertainDate]) -> Option<i32> {
    let years: BTreeSet<i32> = births.iter().map(|born| born.year()).collect();
    years.first().copied().filter(|_| years.len() == 1)
}

/// What is on record of somebody, with closed addresses beside.
fn with(record: &OnRecord, closed: &[(AddressClass, Home)]) -> OnRecord {
    let mut whole = record.clone();
    whole.homes.extend(closed.iter().map(|(_, home)| home.clone()));
    whole
}

/// True for somebody whom what was typed leads to by what is left of their addresses, as the index would.
fn is_found(typed: &Typed, compared: &Compared) -> bool {
    let closed: Vec<Home> = compared.closed.iter().map(|(_, home)| home.clone()).collect();
    let keys = keys_of(&compared.record, &closed);
    let numbers = typed.nhs_number.as_deref().map(numbers_to_try).unwrap_or_default();
    !keys.is_disjoint(&keys_to_try(typed, Addresses::AndClosed))
        || compared.record.nhs_numbers.iter().any(|number| numbers.contains(number))
}

/// Asked even of nobody, so that finding nobody takes as long as finding somebody hidden.
async fn standings(reads: &Reads, near: &[Compared]) -> Result<HashMap<PersonId, Standing>, ReadError> {
    let source = reads.source("access").await?;
    let sql = format!("{} where subject.person = any($1)", selected(&source.schema));
    let statement = source.client.prepare_cached(&sql).await?;
    let people: Vec<Uuid> = near.iter().map(|compared| compared.person.0).collect();
    let rows = source.client.query(&statement, &[&people]).await?;
    rows.iter().map(|row| Ok((PersonId(row.try_get(0)?), from_row(row)?))).collect()
}
