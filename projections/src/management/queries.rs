//! Measures, and the children behind them.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::access::Disclosure;
use domain::ids::PersonId;
use uuid::Uuid;

use super::NAME;
use super::asked::{Asked, Whose};
use super::figures::{Counted, Raw, Value};
use super::measures::{self, Measure, Names, When};
use super::statement;
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

async fn counted(
    reads: &Reads,
    _scope: &Scope,
    asked: &Asked,
    measures: &[&'static Measure],
) -> Result<Vec<Value>, ReadError> {
    let of_interest = || measures.iter().copied().filter(|measure| asked.whose.has(measure));
    if of_interest().next().is_none() {
        return Ok(Vec::new());
    }
    let place = position_bytes(asked.known);
    let mut source = reads.source(NAME).await?;
    let points: Vec<_> = std::iter::once(asked.window).chain(asked.window.months()).collect();
    let (first, last): (Vec<NaiveDate>, Vec<NaiveDate>) =
        asked.window.months().map(|month| (month.from(), month.to())).unzip();
    let sql = statement::all_figures(of_interest(), &source.schema);
    let (authority, part) = (asked.whose.authority(), asked.whose.team().or(asked.whose.agency()));
    let transaction = source.client.transaction().await?;
    // Two dozen short branches: to plan them anew each time, or to compile them, takes longer than to run them.
    transaction.batch_execute("set local plan_cache_mode = force_generic_plan; set local jit = off").await?;
    let statement = transaction.prepare_cached(&sql).await?;
    let (from, to) = (asked.window.from(), asked.window.to());
    let rows = transaction
        .query(&statement, &[&place.as_slice(), &authority, &part, &from, &to, &first, &last])
        .await?;
    transaction.commit().await?;
    let nothing = |measure: &'static Measure| Counted {
        measure,
        points: points.iter().map(|window| (*window, Raw::default())).collect(),
        groups: Vec::new(),
    };
    let mut all: Vec<Counted> = of_interest().map(nothing).collect();
    for row in rows {
        let code: &str = row.try_get(0)?;
        let Some(counted) = all.iter_mut().find(|counted| counted.measure.code == code) else { continue };
        let raw = Raw {
            counted: row.try_get(4)?,
            among: row.try_get::<_, Option<_>>(5)?.unwrap_or_default(),
            middle: row.try_get(6)?,
        };
        if row.try_get(3)? {
            counted.groups.push((row.try_get(2)?, raw.counted));
            continue;
        }
        let month = usize::try_from(row.try_get::<_, i32>(1)?).unwrap_or_default();
        // What is so on the last day of the last month is the window's own figure.
        let is_of_the_window = month == points.len() - 1 && counted.measure.when == When::OnTheLastDay;
        for point in [Some(month), is_of_the_window.then_some(0)].into_iter().flatten() {
            if let Some((_, slot)) = counted.points.get_mut(point) {
                *slot = raw;
            }
        }
    }
    Ok(all.into_iter().filter_map(|counted| counted.shown(asked.detail)).collect())
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
