//! Measures, and the children behind them.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::Disclosure;
use domain::ids::{AgencyId, PersonId, TeamId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::NAME;
use super::asked::{Asked, Whose};
use super::figures::{Counted, Raw, Value};
use super::measures::{self, Measure, Names};
use super::statement::{self, Branch, Figures};
use crate::access::standings;
use crate::engine::builds::position_bytes;
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

/// Every measure that is asked for, as known at one place in the record.
///
/// Figures name nobody: what a reader may ask for is decided with the question, and small numbers are hidden as it
/// says. The scope shows that policy was asked.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn values(reads: &Reads, scope: &Scope, asked: &Asked) -> Result<Vec<Value>, ReadError> {
    counted(reads, scope, asked, &measures::all().collect::<Vec<_>>()).await
}

/// One measure, of what is asked for; `None` when it is nothing of theirs.
///
/// # Errors
/// As [`values`].
pub async fn value(
    reads: &Reads,
    scope: &Scope,
    asked: &Asked,
    measure: &'static Measure,
) -> Result<Option<Value>, ReadError> {
    Ok(counted(reads, scope, asked, &[measure]).await?.pop())
}

/// What is asked of contacts, the most rows of all, is counted on one connection, and the rest beside it on another: a
/// glance at everything waits for the longer half. Both tell of one place in the record, at which nothing changes.
async fn counted(
    reads: &Reads,
    _scope: &Scope,
    asked: &Asked,
    measures: &[&'static Measure],
) -> Result<Vec<Value>, ReadError> {
    let of_interest: Vec<_> = measures.iter().copied().filter(|measure| asked.whose.has(measure)).collect();
    let (of_contacts, others): (Vec<_>, Vec<_>) =
        of_interest.iter().partition(|measure| measure.is_of_contacts());
    let (of_contacts, others) =
        tokio::try_join!(at_once(reads, asked, &of_contacts), at_once(reads, asked, &others))?;
    let mut all: Vec<Counted> = of_contacts.into_iter().chain(others).collect();
    all.sort_by_key(|counted| of_interest.iter().position(|measure| *measure == counted.measure));
    Ok(all.into_iter().filter_map(|counted| counted.shown(&asked.whose, asked.detail)).collect())
}

/// Counted by one statement.
async fn at_once(
    reads: &Reads,
    asked: &Asked,
    measures: &[&'static Measure],
) -> Result<Vec<Counted>, ReadError> {
    if measures.is_empty() {
        return Ok(Vec::new());
    }
    let place = position_bytes(asked.known);
    let mut source = reads.source(NAME).await?;
    let points: Vec<_> = std::iter::once(asked.window).chain(asked.window.months()).collect();
    let (first, last): (Vec<NaiveDate>, Vec<NaiveDate>) =
        asked.window.months().map(|month| (month.from(), month.to())).unzip();
    let Figures { sql, branches } = statement::figures(measures, &source.schema);
    let (authority, part) = (asked.whose.authority(), asked.whose.team().or(asked.whose.agency()));
    let transaction = source.client.transaction().await?;
    // A dozen short branches: to plan them anew each time, or to compile them, takes longer than to run them.
    transaction.batch_execute("set local plan_cache_mode = force_generic_plan; set local jit = off").await?;
    let statement = transaction.prepare_cached(&sql).await?;
    let (from, to) = (asked.window.from(), asked.window.to());
    let rows = transaction
        .query(&statement, &[&place.as_slice(), &authority, &part, &from, &to, &first, &last])
        .await?;
    transaction.commit().await?;
    let nothing = |measure: &&'static Measure| Counted {
        measure,
        points: points.iter().map(|window| (*window, Raw::default())).collect(),
        groups: Vec::new(),
    };
    let mut all: Vec<Counted> = measures.iter().map(nothing).collect();
    for row in &rows {
        let nth = usize::try_from(row.try_get::<_, i32>(0)?).ok();
        let Some(branch) = nth.and_then(|nth| branches.get(nth)) else { continue };
        add(&mut all, branch, row)?;
    }
    Ok(all)
}

/// Adds what a row says of a part of the window; or else of a month, of the window, or of both.
fn add(all: &mut [Counted], branch: &Branch, row: &Row) -> Result<(), ReadError> {
    let month: Option<i32> = row.try_get(1)?;
    let is_of_the_window: bool = row.try_get(2)?;
    let parts: Option<Vec<Option<&str>>> = row.try_get(3)?;
    let counts: Vec<i64> = row.try_get(4)?;
    let middle: Option<f64> = row.try_get(5)?;
    let mut of_each = branch.of.iter().zip(counts.chunks_exact(3));
    // The first is nobody's: without parts there would be no list.
    let parts = parts.unwrap_or_default().into_iter().skip(1);
    if let Some((at, part)) = branch.parted.iter().zip(parts).find_map(|(at, part)| Some((*at, part?))) {
        if let Some((nth, [counted, ..])) = of_each.nth(at)
            && let Some(it) = all.get_mut(*nth).filter(|_| *counted > 0)
        {
            it.groups.push((part.to_owned(), *counted));
        }
        return Ok(());
    }
    let month = month.and_then(|month| usize::try_from(month).ok());
    for (nth, count) in of_each {
        let (Some(it), [counted, among, left_out]) = (all.get_mut(*nth), count) else { continue };
        for point in [month, is_of_the_window.then_some(0)].into_iter().flatten() {
            if let Some((_, raw)) = it.points.get_mut(point) {
                raw.counted += counted;
                raw.among += among;
                raw.left_out += left_out;
                raw.middle = raw.middle.or(middle);
            }
        }
    }
    Ok(())
}

/// What the codes of a measure's groups are called; those that have no name are left out.
///
/// # Errors
/// As [`values`].
pub async fn names(reads: &Reads, names: Names) -> Result<HashMap<String, String>, ReadError> {
    let source = reads.source(NAME).await?;
    let sql = match names {
        Names::None => return Ok(HashMap::new()),
        Names::Agencies => format!("select stream::text, name from {}.agency", source.schema),
        Names::Teams => format!("select team::text, name from {}.team", source.schema),
    };
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// The teams of an agency, by name.
///
/// # Errors
/// As [`values`].
pub async fn teams(reads: &Reads, agency: AgencyId) -> Result<Vec<(TeamId, String)>, ReadError> {
    let source = reads.source(NAME).await?;
    let sql = format!("select team, name from {}.team where stream = $1 order by name, team", source.schema);
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&agency.0]).await?;
    rows.iter().map(|row| Ok((TeamId(row.try_get(0)?), row.try_get(1)?))).collect()
}

/// A child behind a measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Behind {
    pub child: PersonId,
    /// The contact or the case.
    pub record: Uuid,
    pub on: NaiveDate,
    /// In the numerator; all are in the denominator.
    pub is_counted: bool,
    pub group: Option<String>,
    pub disclosure: Disclosure,
}

/// A page of the children behind a measure.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ChildrenBehind {
    pub children: Vec<Behind>,
    /// How many of the page are counted and may not be listed for this reader.
    pub kept_back: usize,
    pub has_more: bool,
}

/// Which of the children: how many at most, after how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    pub limit: u16,
    pub after: u32,
}

/// The children behind a measure, the newest first; those whose record is closed to the reader are counted and not
/// listed.
///
/// # Errors
/// As [`values`].
pub async fn children(
    reads: &Reads,
    scope: &Scope,
    measure: &Measure,
    asked: &Asked,
    page: Page,
) -> Result<ChildrenBehind, ReadError> {
    if !asked.whose.has(measure) || matches!(asked.whose, Whose::Agencys(_)) {
        return Ok(ChildrenBehind::default());
    }
    let place = position_bytes(asked.known);
    let source = reads.source(NAME).await?;
    let statement = source.client.prepare_cached(&statement::children(measure, &source.schema)).await?;
    let (authority, team) = (asked.whose.authority(), asked.whose.team());
    let (from, to) = (asked.window.from(), asked.window.to());
    let limit = usize::from(page.limit);
    let (one_more, after) = (i64::from(page.limit) + 1, i64::from(page.after));
    let rows = source
        .client
        .query(&statement, &[&place.as_slice(), &authority, &team, &from, &to, &one_more, &after])
        .await?;
    drop(source);
    let has_more = rows.len() > limit;
    let ids = rows.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect::<Result<Vec<_>, ReadError>>()?;
    let standings = standings(reads, &ids).await?;
    let mut behind = ChildrenBehind { has_more, ..ChildrenBehind::default() };
    for (row, child) in rows.iter().zip(ids).take(limit) {
        let disclosure =
            standings.get(&child).map_or(Disclosure::None, |standing| scope.disclosure(standing));
        if disclosure < Disclosure::Status {
            behind.kept_back += 1;
            continue;
        }
        behind.children.push(Behind {
            child,
            record: row.try_get(1)?,
            on: row.try_get(2)?,
            is_counted: row.try_get(3)?,
            group: row.try_get(4)?,
            disclosure,
        });
    }
    Ok(behind)
}
