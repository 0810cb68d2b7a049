//! Pages of somebody's timeline, as much of them as the reader is told.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::access::Disclosure;
use domain::ids::{AgencyId, EventId, PersonId, PractitionerId};
use domain::when::Occurred;
use event_store::Position;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::today::Today;
use super::{Confided, Detail, TIMELINE, guard, item};
use crate::access::{standing, standings};
use crate::engine::builds::{position_bytes, position_from};
use crate::reads::{AsOf, ReadError, Reads};
use crate::scope::{Scope, Standing};

/// One entry on somebody's page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub position: u128,
    pub event_id: EventId,
    /// The stream it stands on, for reading its sealed parts.
    pub stream: Uuid,
    pub kind: Cow<'static, str>,
    pub occurred: Occurred,
    pub recorded_at: DateTime<Utc>,
    /// Whose entry it is, and who made it; none where that would tell who told, or where somebody is kept safe.
    pub agency: Option<AgencyId>,
    pub actor: Option<PractitionerId>,
    pub authority: Option<String>,
    /// Every part the person has in it, where it has several people: see [`domain::contact::involved::ContactRole`].
    pub roles: Vec<String>,
    /// True for what a return says, as opposed to what a practitioner recorded.
    pub is_said: bool,
    /// When it was last set right; none for what stands as recorded.
    pub corrected_at: Option<DateTime<Utc>>,
    pub detail: Detail,
    /// True when something was taken from it, so that who told it is not found out.
    pub is_guarded: bool,
}

/// Where a page ends, and the next begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    pub occurred_at: DateTime<Utc>,
    pub position: u128,
}

/// Which page: newest first, at most so many items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Items that come before this place (further back in time).
    pub before: Option<Place>,
    pub limit: usize,
}

/// A page of a timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    pub person: PersonId,
    pub disclosure: Disclosure,
    /// Newest first. What the reader is not told leaves no gap.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Place>,
    /// Everything up to here was taken in.
    pub position: Position,
    /// True when something about them could not be taken in: telephone.
    pub is_incomplete: bool,
}

/// A page of somebody's timeline; `None` when nobody is on record, or the reader is told nothing of a timeline.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn of(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    page: Page,
) -> Result<Option<Timeline>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(None) };
    let Some(disclosure) = told(scope, &standing) else { return Ok(None) };
    let position = reads.position("timeline");
    let mut items = Vec::new();
    let mut before = page.before;
    loop {
        let found = older(reads, person, before, page.limit).await?;
        let is_last = found.len() < page.limit;
        before = found.last().map(place_of).or(before);
        let shown = visible(reads, scope, &standing, found).await?;
        for item in shown {
            if items.len() == page.limit {
                break;
            }
            items.push(item);
        }
        if is_last || items.len() >= page.limit {
            let next = if items.len() >= page.limit { items.last().map(place_of) } else { None };
            let is_incomplete = standing.is_incomplete || is_parked(reads, person).await?;
            // After all of the page is read: what was told in confidence meanwhile is guarded on it.
            let confided = Confided::beside(reads, scope, person).await?;
            let items = items
                .into_iter()
                .filter_map(|item| confided.kept(scope.reader().practitioner, item))
                .collect();
            return Ok(Some(Timeline { person, disclosure, items, next, position, is_incomplete }));
        }
    }
}

/// A whole timeline as it was known, or as things were, at another time, newest first. How much of it the reader may be
/// told is judged by how things are now, and of each entry by where it stands now.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn of_as_of(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    as_of: AsOf,
) -> Result<Option<Timeline>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(None) };
    let Some(disclosure) = told(scope, &standing) else { return Ok(None) };
    let position = match as_of.known_at {
        Some(at) => reads.position_at(at).await?,
        None => reads.position("timeline"),
    };
    let history = reads.history(&TIMELINE, person.0, as_of).await?;
    let today = Today::of(reads, person, &history).await?;
    let items = history.iter().rev().map(|entry| item(person, entry));
    let items: Vec<Item> = items.filter_map(|item| today.guarded(item)).collect();
    let others = others(reads, &items, today.people()).await?;
    let confided = Confided::on_page(reads, scope, (person, &standing), &items).await?;
    let shown = |item: Item| {
        let most = today.told(scope, &standing, &others, item.event_id);
        let shown = shown_at_most(scope, &standing, &others, most, item)?;
        confided.kept(scope.reader().practitioner, shown)
    };
    let items = items.into_iter().filter_map(shown).collect();
    Ok(Some(Timeline {
        person,
        disclosure,
        items,
        next: None,
        position,
        is_incomplete: standing.is_incomplete,
    }))
}

/// What came onto a timeline, and how much of the record the reader is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Since {
    pub disclosure: Disclosure,
    pub items: Vec<Item>,
}

/// What came onto somebody's timeline after a position, in the log's order: what an open page is sent.
///
/// # Errors
/// As [`of`].
pub async fn since(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    after: Position,
    limit: usize,
) -> Result<Option<Since>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(None) };
    let Some(disclosure) = told(scope, &standing) else { return Ok(None) };
    let after = position_bytes(after);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let condition = "position > $2 order by position limit $3";
    let found = select(reads, condition, &[&person.0, &after.as_slice(), &limit]).await?;
    let items = visible(reads, scope, &standing, found).await?;
    let confided = Confided::beside(reads, scope, person).await?;
    let items =
        items.into_iter().filter_map(|item| confided.kept(scope.reader().practitioner, item)).collect();
    Ok(Some(Since { disclosure, items }))
}

/// A timeline begins to be told with enquiries and progress.
pub(super) fn told(scope: &Scope, standing: &Standing) -> Option<Disclosure> {
    let own = scope.entry_disclosure(standing, scope.reader().agency);
    (own >= Disclosure::Progress).then(|| scope.disclosure(standing))
}

fn place_of(item: &Item) -> Place {
    Place { occurred_at: item.occurred.earliest(), position: item.position }
}

async fn older(
    reads: &Reads,
    person: PersonId,
    before: Option<Place>,
    limit: usize,
) -> Result<Vec<Item>, ReadError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let order = "order by occurred_at desc, position desc limit";
    match before {
        None => select(reads, &format!("true {order} $2"), &[&person.0, &limit]).await,
        Some(Place { occurred_at, position }) => {
            let position = position.to_be_bytes();
            let condition = format!("(occurred_at, position) < ($2, $3) {order} $4");
            select(reads, &condition, &[&person.0, &occurred_at, &position.as_slice(), &limit]).await
        }
    }
}

async fn select(
    reads: &Reads,
    condition: &str,
    values: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Item>, ReadError> {
    let source = reads.source("timeline").await?;
    let sql = format!(
        "select position, event_id, stream, kind, occurred, recorded_at, agency, actor, authority, roles, is_said, corrected_at,
                detail
         from {}.entry where person = $1 and {condition}",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, values).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Item, ReadError> {
    let recorded_at: DateTime<Utc> = row.try_get(5)?;
    let occurred: &str = row.try_get(4)?;
    Ok(Item {
        position: position_from(row.try_get(0)?).raw(),
        event_id: EventId(row.try_get(1)?),
        stream: row.try_get(2)?,
        kind: Cow::Owned(row.try_get(3)?),
        // Written from a parsed time and a detail of this very type; a build of another version is never read.
        occurred: occurred.parse().unwrap_or(Occurred::Instant(recorded_at)),
        recorded_at,
        agency: Some(AgencyId(row.try_get(6)?)),
        actor: Some(PractitionerId(row.try_get(7)?)),
        authority: row.try_get(8)?,
        roles: row.try_get(9)?,
        is_said: row.try_get(10)?,
        corrected_at: row.try_get(11)?,
        detail: serde_json::from_str(row.try_get(12)?).unwrap_or_default(),
        is_guarded: false,
    })
}

/// Keeps what the reader is told of each entry, and of the other people in it.
async fn visible(
    reads: &Reads,
    scope: &Scope,
    standing: &Standing,
    items: Vec<Item>,
) -> Result<Vec<Item>, ReadError> {
    let others = others(reads, &items, std::iter::empty()).await?;
    Ok(items.into_iter().filter_map(|item| shown(scope, standing, &others, item)).collect())
}

/// What access to everybody else in these entries depends on, and to some more.
pub(super) async fn others(
    reads: &Reads,
    items: &[Item],
    more: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Standing>, ReadError> {
    let mut others: Vec<PersonId> = items
        .iter()
        .flat_map(|item| &item.detail.people)
        .map(|one| PersonId(one.person))
        .chain(more)
        .collect();
    others.sort_unstable();
    others.dedup();
    standings(reads, &others).await
}

pub(super) fn shown(
    scope: &Scope,
    standing: &Standing,
    others: &HashMap<PersonId, Standing>,
    item: Item,
) -> Option<Item> {
    shown_at_most(scope, standing, others, Disclosure::Full, item)
}

/// The same of an entry of which no more than this may be told.
pub(super) fn shown_at_most(
    scope: &Scope,
    standing: &Standing,
    others: &HashMap<PersonId, Standing>,
    most: Disclosure,
    mut item: Item,
) -> Option<Item> {
    let entered_by = item.agency?;
    let disclosure = scope.entry_disclosure(standing, entered_by).min(most);
    if disclosure < Disclosure::Progress {
        return None;
    }
    // Whoever else is in it is named only to those who may know them.
    item.detail.people.retain(|one| {
        others
            .get(&PersonId(one.person))
            .is_none_or(|standing| scope.entry_disclosure(standing, entered_by) >= Disclosure::Status)
    });
    if disclosure < Disclosure::Full {
        if !is_progress(&item.kind) {
            return None;
        }
        item.detail = Detail {
            episode: item.detail.episode,
            contact: item.detail.contact,
            variety: item.detail.variety,
            outcome: item.detail.outcome,
            ..Detail::default()
        };
    }
    // Whoever runs the place that an address is of is as much a secret as the address.
    if item.detail.address.is_some_and(|class| !scope.is_told_address(standing, entered_by, class)) {
        item.agency = None;
        item.actor = None;
    }
    guard::keep(scope, standing, &mut item);
    Some(item)
}

/// What tells how the work stands, as opposed to what is told about a family.
fn is_progress(kind: &str) -> bool {
    // Whoever may meet the child must know; where they stayed is in no entry.
    if matches!(kind, "person.missing-reported" | "person.found") {
        return true;
    }
    let of = kind.split('.').next().unwrap_or_default();
    !matches!(of, "person" | "tie" | "contact")
}

async fn is_parked(reads: &Reads, person: PersonId) -> Result<bool, ReadError> {
    let source = reads.source("timeline").await?;
    let sql = format!("select exists (select from {}.parked where key = $1)", source.schema);
    let statement = source.client.prepare_cached(&sql).await?;
    Ok(source.client.query_one(&statement, &[&person.0]).await?.try_get(0)?)
}
