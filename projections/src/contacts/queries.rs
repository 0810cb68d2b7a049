//! What waits at a front door, and what became of what an agency told.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::access::Disclosure;
use domain::authority::Authority;
use domain::ids::{AgencyId, ContactId, IncidentId, PersonId};
use domain::when::{Occurred, civil_day, start_of};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::access::standings;
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::timeline::{Confidants, concerns_in_confidence, may_know_source};

/// A contact in a list. Codes are the domain's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub contact: ContactId,
    /// What it tells of: its own incident, unless it was joined to another's.
    pub incident: IncidentId,
    pub authority: String,
    pub occurred: Occurred,
    pub recorded_at: DateTime<Utc>,
    /// Whose entry it is; none where that would tell who told it.
    pub agency: Option<AgencyId>,
    pub method: Option<String>,
    /// True when it was told in confidence, by somebody who may not be named to everyone.
    pub is_guarded: bool,
    pub significance: Option<String>,
    pub concerns: Vec<String>,
    /// The children it is about.
    pub subjects: Vec<PersonId>,
    /// What the authority decided, and when; none while it waits.
    pub outcome: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// Contacts an authority has not decided, those that wait longest first, of those the reader is told everything about.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn undecided(
    reads: &Reads,
    scope: &Scope,
    authority: &Authority,
    most: usize,
) -> Result<Vec<Told>, ReadError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let condition = "authority = $1 and outcome is null order by told_at, contact limit $2";
    let found = select(reads, condition, &[&authority.as_str(), &most]).await?;
    visible(reads, scope, found).await
}

/// What the reader's own agency told, newest first, with what became of it.
///
/// # Errors
/// As [`undecided`].
pub async fn told_by(reads: &Reads, scope: &Scope, most: usize) -> Result<Vec<Told>, ReadError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let condition = "agency = $1 order by recorded_at desc, contact limit $2";
    let found = select(reads, condition, &[&scope.reader().agency.0, &most]).await?;
    visible(reads, scope, found).await
}

/// Contacts to one authority that tell of one incident, and then those about any of these people, newest first.
///
/// # Errors
/// As [`undecided`].
pub async fn beside(
    reads: &Reads,
    scope: &Scope,
    authority: &Authority,
    incident: IncidentId,
    people: &[PersonId],
    most: usize,
) -> Result<Vec<Told>, ReadError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let condition = "authority = $1 and (incident = $2 or subjects && $3)
                     order by incident = $2 desc, recorded_at desc, contact limit $4";
    let found = select(reads, condition, &[&authority.as_str(), &incident.0, &people, &most]).await?;
    visible(reads, scope, found).await
}

/// True when others are joined to the incident that a contact told of first. For a rule: it tells nobody anything.
///
/// # Errors
/// As [`undecided`].
pub async fn are_joined(reads: &Reads, incident: IncidentId) -> Result<bool, ReadError> {
    let source = reads.source("contacts").await?;
    let sql = format!(
        "select exists (select from {}.contact where incident = $1 and contact <> $1)",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    Ok(source.client.query_one(&statement, &[&incident.0]).await?.try_get(0)?)
}

async fn select(
    reads: &Reads,
    condition: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Told>, ReadError> {
    let source = reads.source("contacts").await?;
    let sql = format!(
        "select contact, incident, authority, occurred, recorded_at, agency, method, significance, concerns, subjects,
                outcome, decided_at, is_guarded
         from {}.contact where {condition}",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    source.client.query(&statement, values).await?.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Told, ReadError> {
    let recorded_at: DateTime<Utc> = row.try_get(4)?;
    let occurred: &str = row.try_get(3)?;
    let subjects: Vec<Uuid> = row.try_get(9)?;
    Ok(Told {
        contact: ContactId(row.try_get(0)?),
        incident: IncidentId(row.try_get(1)?),
        authority: row.try_get(2)?,
        // Written from a parsed time; a build of another version is never read.
        occurred: occurred.parse().unwrap_or(Occurred::Instant(recorded_at)),
        recorded_at,
        agency: row.try_get::<_, Option<Uuid>>(5)?.map(AgencyId),
        method: row.try_get(6)?,
        significance: row.try_get(7)?,
        concerns: row.try_get(8)?,
        subjects: subjects.into_iter().map(PersonId).collect(),
        outcome: row.try_get(10)?,
        decided_at: row.try_get(11)?,
        is_guarded: row.try_get(12)?,
    })
}

/// A contact is never listed in part: it is shown to whoever may read its account.
async fn visible(reads: &Reads, scope: &Scope, found: Vec<Told>) -> Result<Vec<Told>, ReadError> {
    let mut people: Vec<PersonId> = found.iter().flat_map(|told| told.subjects.iter().copied()).collect();
    people.sort_unstable();
    people.dedup();
    let standings = standings(reads, &people).await?;
    let told = found.into_iter().filter(|told| is_told(scope, &standings, told));
    Ok(told.map(|told| guarded(scope, &standings, told)).collect())
}

/// Takes from a contact told in confidence what would tell who told it, as a timeline does.
fn guarded(scope: &Scope, standings: &HashMap<PersonId, Standing>, mut told: Told) -> Told {
    let confidants =
        Confidants { received_by: Some(&told.authority), entered_by: told.agency, made_by: None };
    let may_know = |person: &PersonId| {
        let standing = standings.get(person);
        standing.is_some_and(|standing| may_know_source(scope, standing, confidants))
    };
    if told.is_guarded && !told.subjects.iter().all(may_know) {
        told.agency = None;
        told.method = None;
        told.concerns = concerns_in_confidence(&told.concerns);
        told.occurred = Occurred::Day(told.occurred.day());
        told.recorded_at = start_of(civil_day(told.recorded_at));
    }
    told
}

fn is_told(scope: &Scope, standings: &HashMap<PersonId, Standing>, told: &Told) -> bool {
    let full = |person: &PersonId| {
        let standing = standings.get(person);
        standing.is_some_and(|standing| {
            let disclosure =
                told.agency.map_or(Disclosure::None, |agency| scope.entry_disclosure(standing, agency));
            disclosure == Disclosure::Full
        })
    };
    !told.subjects.is_empty() && told.subjects.iter().all(full)
}
