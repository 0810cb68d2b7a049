//! What waits at a front door, and what became of what an agency told.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Disclosure;
use domain::authority::Authority;
use domain::contact::{Significance, decide_by};
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

impl Told {
    /// The last day on which it is to be decided.
    #[must_use]
    pub fn decide_by(&self) -> NaiveDate {
        decide_by(self.recorded_at)
    }

    fn is_of_danger(&self) -> bool {
        self.significance.as_deref() == Some(Significance::ImmediateDanger.code())
    }
}

/// As much of a list as is shown at once.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ToldList {
    pub contacts: Vec<Told>,
    /// More are in the list, and told to this reader.
    pub are_more: bool,
}

/// Contacts an authority has not decided, of those the reader is told everything about: those of a child in danger now
/// first, and then those that wait longest.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn undecided(
    reads: &Reads,
    scope: &Scope,
    authority: &Authority,
    most: usize,
) -> Result<ToldList, ReadError> {
    const NEXT: &str = "authority = $1 and outcome is null
        and ($2::bool is null or (significance is distinct from 'immediate-danger', recorded_at, contact) > ($2, $3, $4))
        order by significance is distinct from 'immediate-danger', recorded_at, contact limit $5";
    listed(reads, scope, (NEXT, &authority.as_str()), most).await
}

/// What the reader's own agency told, newest first, with what became of it.
///
/// # Errors
/// As [`undecided`].
pub async fn told_by(reads: &Reads, scope: &Scope, most: usize) -> Result<ToldList, ReadError> {
    const NEXT: &str = "agency = $1
        and ($2::bool is null or (recorded_at, contact) < ($3, $4))
        order by recorded_at desc, contact desc limit $5";
    listed(reads, scope, (NEXT, &scope.reader().agency.0), most).await
}

/// Contacts read at once for a list.
const PAGE: usize = 200;

/// Reads on from the last contact (`$2` to `$4`: whether it was no danger, when it was recorded, which it is) until as many are found as are shown, and one more: what is hidden from this
/// reader takes nobody's place.
async fn listed(
    reads: &Reads,
    scope: &Scope,
    (next, of): (&str, &(dyn ToSql + Sync)),
    most: usize,
) -> Result<ToldList, ReadError> {
    let page = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let (mut contacts, mut after) = (Vec::new(), (None::<bool>, None::<DateTime<Utc>>, None::<Uuid>));
    loop {
        let found = select(reads, next, &[of, &after.0, &after.1, &after.2, &page]).await?;
        let is_last = found.len() < PAGE;
        if let Some(last) = found.last() {
            after = (Some(!last.is_of_danger()), Some(last.recorded_at), Some(last.contact.0));
        }
        contacts.append(&mut visible(reads, scope, found).await?);
        if is_last || contacts.len() > most {
            let are_more = contacts.len() > most;
            contacts.truncate(most);
            return Ok(ToldList { contacts, are_more });
        }
    }
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
