//! What access depends on, read at the moment of asking.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::{Disclosure, Role};
use domain::ids::{AgencyId, PersonId, PractitionerId, TeamId};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::reads::{ReadError, Reads};
use crate::scope::{Restriction, Scope, Standing};

const VIEW: &str = "access";

/// What access to somebody's record depends on now; `None` when nobody is on record under this id.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn standing(reads: &Reads, person: PersonId) -> Result<Option<Standing>, ReadError> {
    let source = reads.source(VIEW).await?;
    // By itself, not as one of a list: the planner keeps the plan of this, and makes a list's anew each time.
    let sql = format!("{} where subject.person = $1", selected(&source.schema));
    let statement = source.client.prepare_cached(&sql).await?;
    let row = source.client.query_opt(&statement, &[&person.0]).await?;
    row.map(|row| from_row(&row)).transpose()
}

/// What access to each of these records depends on now; those nobody knows are not in the answer.
///
/// # Errors
/// As [`standing`].
pub async fn standings(reads: &Reads, people: &[PersonId]) -> Result<HashMap<PersonId, Standing>, ReadError> {
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!("{} where subject.person = any($1)", selected(&source.schema));
    let statement = source.client.prepare_cached(&sql).await?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = source.client.query(&statement, &[&ids]).await?;
    rows.iter().map(|row| Ok((PersonId(row.try_get(0)?), from_row(row)?))).collect()
}

/// What [`from_row`] reads of each `subject`, in a build's schema; the person comes first. A condition can follow.
pub(crate) fn selected(schema: &str) -> String {
    format!(
        "select subject.person, owners, authorities, workers, teams, restriction_owner, readers, review_on,
                exists (select from {schema}.parked where key = subject.person)
         from {schema}.subject"
    )
}

/// A standing as it was [`selected`].
pub(crate) fn from_row(row: &Row) -> Result<Standing, ReadError> {
    let ids = |column: usize| row.try_get::<_, Vec<Uuid>>(column);
    let authorities: Vec<String> = row.try_get(2)?;
    let owner: Option<Uuid> = row.try_get(5)?;
    let review_on: Option<NaiveDate> = row.try_get(7)?;
    let readers = ids(6)?;
    Ok(Standing {
        owners: ids(1)?.into_iter().map(AgencyId).collect(),
        // Only an authority's own text was ever written.
        authorities: authorities.iter().filter_map(|authority| authority.parse().ok()).collect(),
        workers: ids(3)?.into_iter().map(PractitionerId).collect(),
        teams: ids(4)?.into_iter().map(TeamId).collect(),
        restriction: owner.zip(review_on).map(|(owner, review_on)| Restriction {
            owner: PractitionerId(owner),
            readers: readers.into_iter().map(PractitionerId).collect(),
            review_on,
        }),
        is_incomplete: row.try_get(8)?,
    })
}

/// Everyone whose record these streams ever bore on, whatever a correction took away; for the node.
///
/// # Errors
/// As [`standing`].
pub async fn touched(reads: &Reads, scope: &Scope, streams: &[Uuid]) -> Result<Vec<PersonId>, ReadError> {
    if !scope.reader().has(Role::System) || streams.is_empty() {
        return Ok(Vec::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!("select distinct key from {}.history where stream = any($1)", source.schema);
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&streams]).await?;
    rows.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect()
}

/// The people whom somebody works with today, or who name them as a reader of a record that is kept, as far as this
/// reader may know them.
///
/// # Errors
/// As [`standing`].
pub async fn caseload(
    reads: &Reads,
    scope: &Scope,
    worker: PractitionerId,
) -> Result<Vec<PersonId>, ReadError> {
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "{} where workers @> array[$1::uuid] or readers @> array[$1::uuid] order by subject.person",
        selected(&source.schema)
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let mut people = Vec::new();
    for row in source.client.query(&statement, &[&worker.0]).await? {
        if scope.disclosure(&from_row(&row)?) >= Disclosure::Status {
            people.push(PersonId(row.try_get(0)?));
        }
    }
    Ok(people)
}
