//! Looks, found by whom they showed and by who looked: an index over the access log.
//!
//! No view of the engine's, which follows what happened: this follows who looked, is filled by whoever reads the access
//! log, and takes the same page twice without harm. Left out: what was looked for, which the log does not hold either.

use chrono::{DateTime, Utc};
use domain::access::{Action, Disclosure};
use domain::ids::{AgencyId, PersonId, PractitionerId};
use event_store::Position;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::engine::builds::{position_bytes, position_from};
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

/// What the place in the access log is kept under, among the workers'.
pub const NAME: &str = "looks";

/// A look, as the access log has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    pub position: Position,
    pub at: DateTime<Utc>,
    pub practitioner: PractitionerId,
    pub agency: AgencyId,
    pub action: Action,
    pub purpose: String,
    pub lawful_basis: String,
    /// True for a look at the past.
    pub is_replay: bool,
    /// How many people it showed, those not named included.
    pub shown: usize,
    pub people: Vec<(PersonId, Disclosure)>,
}

/// Takes in a page of the log, and how far that is. A page taken in before adds nothing.
///
/// # Errors
/// Those of the database.
pub async fn take_in(reads: &Reads, looks: &[Look], upto: Position) -> Result<(), ReadError> {
    let bytes = |look: &Look| position_bytes(look.position).to_vec();
    let each = |of: fn(&Look) -> String| looks.iter().map(of).collect::<Vec<_>>();
    let positions: Vec<Vec<u8>> = looks.iter().map(bytes).collect();
    let times: Vec<DateTime<Utc>> = looks.iter().map(|look| look.at).collect();
    let practitioners: Vec<Uuid> = looks.iter().map(|look| look.practitioner.0).collect();
    let agencies: Vec<Uuid> = looks.iter().map(|look| look.agency.0).collect();
    let actions = each(|look| look.action.code().to_owned());
    let (purposes, bases) = (each(|look| look.purpose.clone()), each(|look| look.lawful_basis.clone()));
    let replays: Vec<bool> = looks.iter().map(|look| look.is_replay).collect();
    let counts: Vec<i32> = looks.iter().map(|look| i32::try_from(look.shown).unwrap_or(i32::MAX)).collect();
    let (mut people, mut places, mut disclosures) = (Vec::new(), Vec::new(), Vec::new());
    for look in looks {
        for (person, disclosure) in &look.people {
            people.push(person.0);
            places.push(bytes(look));
            disclosures.push(disclosure.code());
        }
    }
    let mut client = reads.client().await?;
    let transaction = client.transaction().await?;
    let statement = transaction
        .prepare_cached(
            "insert into views.look
                 select * from unnest($1::bytea[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::text[],
                                      $7::text[], $8::bool[], $9::int[])
             on conflict do nothing",
        )
        .await?;
    transaction
        .execute(
            &statement,
            &[&positions, &times, &practitioners, &agencies, &actions, &purposes, &bases, &replays, &counts],
        )
        .await?;
    let statement = transaction
        .prepare_cached(
            "insert into views.shown select * from unnest($1::uuid[], $2::bytea[], $3::text[]) on conflict do nothing",
        )
        .await?;
    transaction.execute(&statement, &[&people, &places, &disclosures]).await?;
    let statement = transaction
        .prepare_cached(
            "insert into views.worker as known (name, position) values ($1, $2)
             on conflict (name) do update set position = greatest(known.position, excluded.position)",
        )
        .await?;
    transaction.execute(&statement, &[&NAME, &position_bytes(upto).as_slice()]).await?;
    Ok(transaction.commit().await?)
}

/// A look at somebody, with how much of them it showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookAt {
    pub look: Look,
    pub disclosure: Disclosure,
}

const COLUMNS: &str =
    "look.position, at, practitioner, agency, action, purpose, lawful_basis, is_replay, shown";

/// Looks at somebody, newest first, before a place in the log where one is given. Whoever answers for that is told, for
/// which the scope was asked.
///
/// # Errors
/// Those of the database.
pub async fn at_person(
    reads: &Reads,
    _scope: &Scope,
    person: PersonId,
    before: Option<Position>,
    most: usize,
) -> Result<Vec<LookAt>, ReadError> {
    let client = reads.client().await?;
    let sql = format!(
        "select {COLUMNS}, disclosure from views.shown as told join views.look as look using (position)
         where told.person = $1 and ($2::bytea is null or told.position < $2)
         order by told.position desc limit $3"
    );
    let statement = client.prepare_cached(&sql).await?;
    let before = before.map(|before| position_bytes(before).to_vec());
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = client.query(&statement, &[&person.0, &before, &most]).await?;
    let mut looks = Vec::with_capacity(rows.len());
    for row in &rows {
        // A code of another program's is not shown as what it is not.
        let Ok(disclosure) = row.try_get::<_, &str>(9)?.parse() else { continue };
        looks.extend(from_row(row)?.map(|look| LookAt { look, disclosure }));
    }
    Ok(looks)
}

/// What a practitioner looked at in one way, between two times, newest first; without whom it showed.
///
/// # Errors
/// Those of the database.
pub async fn by_practitioner(
    reads: &Reads,
    _scope: &Scope,
    practitioner: PractitionerId,
    action: Action,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    most: usize,
) -> Result<Vec<Look>, ReadError> {
    let client = reads.client().await?;
    let sql = format!(
        "select {COLUMNS} from views.look as look
         where practitioner = $1 and action = $2 and at between $3 and $4
         order by look.position desc limit $5"
    );
    let statement = client.prepare_cached(&sql).await?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = client.query(&statement, &[&practitioner.0, &action.code(), &from, &until, &most]).await?;
    let mut looks = Vec::with_capacity(rows.len());
    for row in &rows {
        looks.extend(from_row(row)?);
    }
    Ok(looks)
}

fn from_row(row: &Row) -> Result<Option<Look>, ReadError> {
    let Ok(action) = row.try_get::<_, &str>(4)?.parse() else { return Ok(None) };
    Ok(Some(Look {
        position: position_from(row.try_get(0)?),
        at: row.try_get(1)?,
        practitioner: PractitionerId(row.try_get(2)?),
        agency: AgencyId(row.try_get(3)?),
        action,
        purpose: row.try_get(5)?,
        lawful_basis: row.try_get(6)?,
        is_replay: row.try_get(7)?,
        shown: usize::try_from(row.try_get::<_, i32>(8)?).unwrap_or_default(),
        people: Vec::new(),
    }))
}
