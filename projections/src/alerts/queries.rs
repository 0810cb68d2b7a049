//! Alerts, for those who are told everything about one of their children.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::access::{Disclosure, Role};
use domain::alert::AlertState;
use domain::authority::Authority;
use domain::case::clocks::CONTACT_DECISION;
use domain::ids::{AlertId, EventId, PersonId};
use domain::linkage::{Known, RuleName};
use domain::when::{Occurred, civil_day};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::access::standings;
use crate::engine::builds::position_from;
use crate::reads::{ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::timeline::{Confidants, may_know_source};

const VIEW: &str = "alerts";
/// Rows read at once while looking for those the reader is told of.
const READ_AT_ONCE: usize = 200;
/// Reads for one page: past that the page is given as far as it got.
const READS_MAX: usize = 10;
/// Alerts about one person given at once.
const OF_PERSON_MAX: i64 = 200;
const COLUMNS: &str =
    "alert, position, rule, version, authority, state, raised_at, changed_at, children, incidents, guarded,
     is_decided";

/// An alert in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub alert: AlertId,
    pub rule: String,
    pub version: i32,
    pub authority: Option<String>,
    pub state: String,
    pub raised_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    /// Whether the reader is told the hour of the two, or the day: see [`told_moment`].
    pub is_hour_told: bool,
    /// The children of it whom the reader is told everything about.
    pub children: Vec<PersonId>,
    /// Distinct incidents, those the reader may not see included.
    pub incidents: i32,
}

/// Where a page of the queue begins: after this alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueuePlace {
    pub changed_at: DateTime<Utc>,
    pub alert: AlertId,
}

/// Which alerts are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queue {
    pub state: AlertState,
    /// Whose front door; all that the reader is told of when absent.
    pub authority: Option<Authority>,
    pub after: Option<QueuePlace>,
    pub limit: usize,
}

/// Alerts by when their evidence last changed, the newest first, and where the next page begins.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn queue(
    reads: &Reads,
    scope: &Scope,
    queue: &Queue,
) -> Result<(Vec<Listed>, Option<QueuePlace>), ReadError> {
    let mut listed = Vec::new();
    let mut after = queue.after;
    for _ in 0..READS_MAX {
        let rows = page(reads, queue, after).await?;
        let is_last = rows.len() < READ_AT_ONCE;
        let standings = standings(reads, &children(&rows)?).await?;
        for row in &rows {
            if listed.len() == queue.limit {
                return Ok((listed, after));
            }
            let one = from_row(row, scope, &standings, reads.moment(None))?;
            after = Some(QueuePlace { changed_at: row.try_get(7)?, alert: AlertId(row.try_get(0)?) });
            listed.extend(one);
        }
        if is_last {
            return Ok((listed, None));
        }
    }
    Ok((listed, after))
}

async fn page(reads: &Reads, queue: &Queue, after: Option<QueuePlace>) -> Result<Vec<Row>, ReadError> {
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select {COLUMNS} from {}.alert
         where state = $1 and ($2::text is null or authority = $2 or authority is null)
           and ($3::timestamptz is null or (changed_at, alert) < ($3, $4))
         order by changed_at desc, alert desc limit $5",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let (at, alert) = after.map(|after| (after.changed_at, after.alert.0)).unzip();
    let limit = i64::try_from(READ_AT_ONCE).unwrap_or(i64::MAX);
    let authority = queue.authority.as_ref().map(Authority::as_str);
    Ok(source.client.query(&statement, &[&queue.state.code(), &authority, &at, &alert, &limit]).await?)
}

/// The alerts in which somebody is one of the children, or part of the evidence, newest first.
///
/// # Errors
/// As [`queue`].
pub async fn of_person(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
) -> Result<Option<Vec<Listed>>, ReadError> {
    let known = standings(reads, &[person]).await?;
    if !known.get(&person).is_some_and(|standing| is_told(scope, standing)) {
        return Ok(None);
    }
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select {COLUMNS} from {0}.alert where alert in (select alert from {0}.concerned where person = $1)
         order by changed_at desc, alert desc limit $2",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&person.0, &OF_PERSON_MAX]).await?;
    drop(source);
    let standings = standings(reads, &children(&rows)?).await?;
    let listed = rows
        .iter()
        .map(|row| from_row(row, scope, &standings, reads.moment(None)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some(listed.into_iter().flatten().collect()))
}

/// Whom the alerts about any of these people are about: an alert that loses a tie or an entry is looked at whole.
///
/// # Errors
/// As [`queue`].
pub async fn alongside(
    reads: &Reads,
    scope: &Scope,
    people: &BTreeSet<PersonId>,
) -> Result<BTreeSet<PersonId>, ReadError> {
    if !scope.reader().has(Role::System) || people.is_empty() {
        return Ok(BTreeSet::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "with found as materialized (
             select distinct alert from unnest($1::uuid[]) as asked (person) join {0}.concerned using (person)
         )
         select distinct person from found join {0}.alert using (alert) join {0}.concerned using (alert)
         where state <> 'withdrawn'",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = source.client.query(&statement, &[&ids]).await?;
    rows.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect()
}

/// The alerts on record about any of these people, for the node to compare with what it finds.
///
/// # Errors
/// As [`queue`].
pub async fn about(
    reads: &Reads,
    scope: &Scope,
    people: &BTreeSet<PersonId>,
) -> Result<Vec<Known>, ReadError> {
    if !scope.reader().has(Role::System) || people.is_empty() {
        return Ok(Vec::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!(
        // Thousands may be asked about: a join, which is quick whatever is known of the tables.
        "with found as materialized (
             select distinct alert from unnest($1::uuid[]) as asked (person) join {0}.concerned using (person)
         )
         select alert, position, rule, children, entries, bears_on from found join {0}.alert using (alert)
         where state <> 'withdrawn'",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = source.client.query(&statement, &[&ids]).await?;
    rows.iter()
        .filter_map(|row| {
            // A name of another program's rule is not one this program finds anything by.
            let rule: RuleName = row.try_get::<_, &str>(2).ok()?.parse().ok()?;
            Some((row, rule))
        })
        .map(|(row, rule)| {
            let (entries, bears_on): (Vec<Uuid>, Vec<Uuid>) = (row.try_get(4)?, row.try_get(5)?);
            let children: Vec<Uuid> = row.try_get(3)?;
            Ok(Known {
                alert: AlertId(row.try_get(0)?),
                raised: position_from(row.try_get(1)?).raw(),
                rule,
                people: children.iter().chain(&bears_on).copied().map(PersonId).collect(),
                evidence: entries.into_iter().map(EventId).zip(bears_on.into_iter().map(PersonId)).collect(),
            })
        })
        .collect()
}

/// An alert says what is on several records at once: it is for those who are told all of one of them.
fn is_told(scope: &Scope, standing: &Standing) -> bool {
    scope.disclosure(standing) == Disclosure::Full
}

/// Whom an alert is for, beside its children.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct For<'a> {
    pub authority: Option<&'a str>,
    /// It would tell others who told something in confidence.
    pub front_door_only: bool,
    /// Nobody else works by it yet.
    pub front_door_first: bool,
}

/// True for an alert that is the front door's before it is anybody's: nobody decided it yet, and the time in which a front
/// door decides what it is told is not over. What lies longer is everybody's.
#[must_use]
pub fn is_front_doors_first(is_decided: bool, raised_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    !is_decided && now < CONTACT_DECISION.lapses(raised_at)
}

/// True when the reader is told of an alert by this child of it: all of the child's record, and who told what where the
/// alert would say so; before others, if they decide it.
#[must_use]
pub fn is_shown(scope: &Scope, standing: &Standing, alert: For<'_>) -> bool {
    let reader = scope.reader();
    let is_first = [Role::FrontDoor, Role::TeamManager, Role::Auditor, Role::System]
        .iter()
        .any(|role| reader.has(*role));
    is_told(scope, standing)
        && (!alert.front_door_only || is_hour_told(scope, standing, alert.authority))
        && (!alert.front_door_first || is_first)
}

/// True for a reader of an alert, by a child of it, who may know at which minute something was told in confidence.
#[must_use]
pub fn is_hour_told(scope: &Scope, standing: &Standing, received_by: Option<&str>) -> bool {
    may_know_source(scope, standing, Confidants { received_by, ..Confidants::default() })
}

/// When an alert was raised or changed, as far as a reader is told. It is when what it rests on came: the hour of the one
/// is the hour of the other, of entries the reader may not see as well.
#[must_use]
pub fn told_moment(is_hour_told: bool, at: DateTime<Utc>) -> Occurred {
    if is_hour_told { Occurred::Instant(at) } else { Occurred::Day(civil_day(at)) }
}

fn children(rows: &[Row]) -> Result<Vec<PersonId>, ReadError> {
    let mut all = BTreeSet::new();
    for row in rows {
        all.extend(row.try_get::<_, Vec<Uuid>>(8)?.into_iter().map(PersonId));
    }
    Ok(all.into_iter().collect())
}

fn from_row(
    row: &Row,
    scope: &Scope,
    standings: &HashMap<PersonId, Standing>,
    now: DateTime<Utc>,
) -> Result<Option<Listed>, ReadError> {
    let children: Vec<Uuid> = row.try_get(8)?;
    let authority: Option<String> = row.try_get(4)?;
    let alert = For {
        authority: authority.as_deref(),
        front_door_only: row.try_get(10)?,
        front_door_first: is_front_doors_first(row.try_get(11)?, row.try_get(6)?, now),
    };
    let told =
        |child: &PersonId| standings.get(child).is_some_and(|standing| is_shown(scope, standing, alert));
    let children: Vec<PersonId> = children.into_iter().map(PersonId).filter(told).collect();
    if children.is_empty() {
        return Ok(None);
    }
    let is_hour_told = children.iter().any(|child| {
        standings.get(child).is_some_and(|standing| is_hour_told(scope, standing, alert.authority))
    });
    Ok(Some(Listed {
        alert: AlertId(row.try_get(0)?),
        rule: row.try_get(2)?,
        version: row.try_get(3)?,
        authority: row.try_get(4)?,
        state: row.try_get(5)?,
        raised_at: row.try_get(6)?,
        changed_at: row.try_get(7)?,
        is_hour_told,
        children,
        incidents: row.try_get(9)?,
    }))
}
