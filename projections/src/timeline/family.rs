//! Who is close to somebody: the ties on their page and their household, with who the others are left to whoever asks.

use std::collections::HashMap;

use domain::access::Disclosure;
use domain::ids::{AgencyId, PersonId, TieId};
use domain::tie::TieKind;
use uuid::Uuid;

use super::Detail;
use crate::access::{standing, standings};
use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

/// More than these are a place where many live.
const HOUSEHOLD_MAX: i64 = 24;

/// What somebody is to somebody else, as a tie on the record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tie {
    pub tie: TieId,
    /// Read it as: `from` is the `kind` of `to`.
    pub from: PersonId,
    pub kind: TieKind,
    pub to: PersonId,
    /// True once it has ended.
    pub is_ended: bool,
}

impl Tie {
    /// The one at the other end.
    #[must_use]
    pub fn other(&self, person: PersonId) -> PersonId {
        if self.from == person { self.to } else { self.from }
    }
}

/// The ties between somebody and other people, first recorded first; `None` when nobody is on record, or the reader
/// is told all of none of them. Whoever is not told all of the person is told what their own agency put on record, as on
/// the timeline: the ties, and that they ended. Others the reader may not know are left out without a trace.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn family(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
) -> Result<Option<(Disclosure, Vec<Tie>)>, ReadError> {
    let Some(standing) = standing(reads, person).await? else { return Ok(None) };
    let disclosure = scope.disclosure(&standing);
    if disclosure.max(scope.entry_disclosure(&standing, scope.reader().agency)) < Disclosure::Full {
        return Ok(None);
    }
    let is_told = |entered_by| scope.entry_disclosure(&standing, entered_by) == Disclosure::Full;
    let ties = ties(reads, person, is_told).await?;
    let others: Vec<PersonId> = ties.iter().map(|tie| tie.other(person)).collect();
    let others = standings(reads, &others).await?;
    let may_know = |tie: &Tie| {
        let other = others.get(&tie.other(person));
        other.is_some_and(|standing| scope.disclosure(standing) >= Disclosure::Status)
    };
    let ties: Vec<Tie> = ties.into_iter().filter(may_know).collect();
    // Who is told nothing of a family is not told that there is none.
    Ok((disclosure == Disclosure::Full || !ties.is_empty()).then_some((disclosure, ties)))
}

/// Those who live in somebody's household, first recorded first. Nobody where the reader is not told all of the person,
/// nor where more live than are a household; others the reader may not know are left out without a trace.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn household(reads: &Reads, scope: &Scope, person: PersonId) -> Result<Vec<PersonId>, ReadError> {
    let Some(own) = standing(reads, person).await? else { return Ok(Vec::new()) };
    if scope.disclosure(&own) < Disclosure::Full {
        return Ok(Vec::new());
    }
    let source = reads.source("timeline").await?;
    let lives = |entry: &str| {
        format!(
            "{entry}.kind = 'tie.recorded' and {entry}.detail::jsonb ? 'household' and not exists (
                 select from {0}.entry as gone
                 where gone.person = {entry}.person and gone.stream = {entry}.stream and gone.kind = 'tie.ended')",
            source.schema
        )
    };
    let sql = format!(
        "select other.person from {0}.entry as own
         join {0}.entry as other on other.detail::jsonb ->> 'household' = own.detail::jsonb ->> 'household'
         where own.person = $1 and other.person <> $1 and {1} and {2}
         group by other.person order by min(other.recorded_at), other.person limit $2",
        source.schema,
        lives("own"),
        lives("other"),
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&person.0, &(HOUSEHOLD_MAX + 1)]).await?;
    drop(source);
    if i64::try_from(rows.len()).is_ok_and(|number| number > HOUSEHOLD_MAX) {
        return Ok(Vec::new());
    }
    let others =
        rows.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect::<Result<Vec<_>, ReadError>>()?;
    let standings = standings(reads, &others).await?;
    let may_know = |other: &PersonId| {
        standings.get(other).is_some_and(|standing| scope.disclosure(standing) >= Disclosure::Status)
    };
    Ok(others.into_iter().filter(may_know).collect())
}

/// The ties, and their ends, that were entered by agencies of whose entries the reader is told all.
async fn ties(
    reads: &Reads,
    person: PersonId,
    is_told: impl Fn(AgencyId) -> bool,
) -> Result<Vec<Tie>, ReadError> {
    let source = reads.source("timeline").await?;
    let sql = format!(
        "select stream, kind, detail, agency from {}.entry
         where person = $1 and kind in ('tie.recorded', 'tie.ended') order by position",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let mut ties: Vec<Tie> = Vec::new();
    let mut place: HashMap<Uuid, usize> = HashMap::new();
    for row in source.client.query(&statement, &[&person.0]).await? {
        if !is_told(AgencyId(row.try_get(3)?)) {
            continue;
        }
        let (stream, kind): (Uuid, &str) = (row.try_get(0)?, row.try_get(1)?);
        if kind == "tie.recorded" {
            let detail: Detail = serde_json::from_str(row.try_get(2)?).unwrap_or_default();
            if let Some(tie) = read(TieId(stream), &detail) {
                place.insert(stream, ties.len());
                ties.push(tie);
            }
        } else if let Some(tie) = place.get(&stream).and_then(|place| ties.get_mut(*place)) {
            tie.is_ended = true;
        }
    }
    Ok(ties)
}

/// A tie to a household names nobody at the other end, and is none between people.
fn read(tie: TieId, detail: &Detail) -> Option<Tie> {
    let end = |role: &str| {
        let one = detail.people.iter().find(|one| one.role.as_deref() == Some(role))?;
        Some(PersonId(one.person))
    };
    let kind = detail.variety.as_deref()?.parse().ok()?;
    Some(Tie { tie, from: end("from")?, kind, to: end("to")?, is_ended: false })
}
