//! Some people with everyone tied to them, for whoever evaluates rules. The node's own: a page never reads this.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::Role;
use domain::agency::AgencyKind;
use domain::authority::Authority;
use domain::ids::{AgencyId, EventId, HouseholdId, PersonId, TieId};
use domain::linkage::{Bond, Neighbourhood, OpenEpisode, Signal};
use domain::tie::TieTo;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::reads::{ReadError, Reads, Source};
use crate::scope::Scope;

const VIEW: &str = "linkage";
/// How many ties away people are looked for: across the household, to the other parent's household, and back.
const STEPS_MAX: usize = 8;
/// A household of more people than this is a place where many live, not a family; nobody further is looked for.
const PEOPLE_MAX: usize = 2_000;

/// The keys these streams ever touched: people whose circle may look otherwise, whatever a correction took away.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn touched(reads: &Reads, scope: &Scope, streams: &[Uuid]) -> Result<BTreeSet<Uuid>, ReadError> {
    if !is_the_node(scope) || streams.is_empty() {
        return Ok(BTreeSet::new());
    }
    let source = reads.source(VIEW).await?;
    let rows = of(&source, "select distinct key from {}.history where stream = any($1)", streams).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// The local authorities that have registered here, and what each is called. About nobody: there is no scope to keep to.
///
/// # Errors
/// As [`touched`].
pub async fn local_authorities(reads: &Reads) -> Result<Vec<(Authority, Option<String>)>, ReadError> {
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select registered.authority, named.name from {}.agency as registered
         left join {}.agency as named on named.stream = registered.agency
         where registered.kind = 'local-authority' order by registered.authority",
        source.schema,
        reads.schema("management")?,
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[]).await?;
    let read = |row: &Row| {
        let authority = row.try_get::<_, Option<&str>>(0)?.and_then(|code| code.parse().ok());
        Ok::<_, ReadError>(authority.zip(Some(row.try_get(1)?)))
    };
    Ok(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Everybody about whom there is a signal, a page at a time: for a rule that is tried on what has happened.
///
/// # Errors
/// As [`touched`].
pub async fn everybody(
    reads: &Reads,
    scope: &Scope,
    after: Option<PersonId>,
    most: i64,
) -> Result<Vec<PersonId>, ReadError> {
    if !is_the_node(scope) {
        return Ok(Vec::new());
    }
    let source = reads.source(VIEW).await?;
    let sql = format!(
        "select distinct person from {}.signal where $1::uuid is null or person > $1 order by person limit $2",
        source.schema
    );
    let rows = source.client.query(&sql, &[&after.map(|person| person.0), &most]).await?;
    rows.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect()
}

/// These people (or households) and everyone tied to them, with all that rules look at.
///
/// # Errors
/// As [`touched`].
pub async fn neighbourhood(
    reads: &Reads,
    scope: &Scope,
    keys: &BTreeSet<Uuid>,
) -> Result<Neighbourhood, ReadError> {
    if !is_the_node(scope) {
        return Ok(Neighbourhood::default());
    }
    let source = reads.source(VIEW).await?;
    let (mut seen, bonds) = tied(&source, keys).await?;
    let households: BTreeSet<Uuid> = bonds.iter().filter_map(|bond| household(bond.to)).collect();
    seen.retain(|key| !households.contains(key));
    let ids: Vec<Uuid> = seen.iter().copied().collect();
    let signals = of(
        &source,
        "select signal.person, event_id, record, part, signal.kind, identity, occurred, recorded_at, signal.agency,
                coalesce(signal.authority, agency.authority), purpose, concerns, agency.kind, disclosure
         from {}.signal
         left join {}.agency on agency.agency = signal.agency
         where signal.person = any($1)",
        &ids,
    )
    .await?;
    let joined =
        of(&source, "select person, contact, incident from {}.joined where person = any($1)", &ids).await?;
    let joined: HashMap<(PersonId, Uuid), Uuid> = joined
        .iter()
        .map(|row| Ok(((PersonId(row.try_get(0)?), row.try_get(1)?), row.try_get(2)?)))
        .collect::<Result<_, ReadError>>()?;
    let apart = of(&source, "select person from {}.apart where person = any($1)", &ids).await?;
    let episodes =
        of(&source, "select child, began, ended from {}.episode where child = any($1)", &ids).await?;
    Ok(Neighbourhood {
        people: seen.into_iter().map(PersonId).collect(),
        signals: signals
            .iter()
            .map(|row| signal(row, &joined))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect(),
        bonds: bonds.into_iter().collect(),
        episodes: episodes
            .iter()
            .map(|row| {
                let child = PersonId(row.try_get(0)?);
                Ok(OpenEpisode { child, from: row.try_get(1)?, until: row.try_get(2)? })
            })
            .collect::<Result<_, ReadError>>()?,
        apart: apart.iter().map(|row| Ok(PersonId(row.try_get(0)?))).collect::<Result<_, ReadError>>()?,
    })
}

/// A rule looks at everybody it must, whoever may see what it finds: only the node, to keep itself.
fn is_the_node(scope: &Scope) -> bool {
    scope.reader().has(Role::System)
}

/// Follows ties outward until nobody new is found.
async fn tied(source: &Source, keys: &BTreeSet<Uuid>) -> Result<(BTreeSet<Uuid>, BTreeSet<Bond>), ReadError> {
    let mut seen = keys.clone();
    let mut bonds: BTreeMap<(TieId, PersonId), Bond> = BTreeMap::new();
    let mut outermost: Vec<Uuid> = keys.iter().copied().collect();
    for _ in 0..STEPS_MAX {
        if outermost.is_empty() || seen.len() > PEOPLE_MAX.max(keys.len() * 4) {
            break;
        }
        let sql = "select tie, from_person, to_person, household, kind, since, until from {}.bond where key = any($1)";
        let mut next = BTreeSet::new();
        for row in of(source, sql, &outermost).await? {
            let Some(bond) = bond(&row)? else { continue };
            let to = household(bond.to).or(match bond.to {
                TieTo::Person(to) => Some(to.0),
                TieTo::Household(_) => None,
            });
            next.extend([Some(bond.from.0), to].into_iter().flatten().filter(|key| !seen.contains(key)));
            bonds.insert((bond.tie, bond.from), bond);
        }
        seen.extend(next.iter().copied());
        outermost = next.into_iter().collect();
    }
    Ok((seen, bonds.into_values().collect()))
}

const fn household(to: TieTo) -> Option<Uuid> {
    match to {
        TieTo::Household(household) => Some(household.0),
        TieTo::Person(_) => None,
    }
}

async fn of(source: &Source, sql: &str, ids: &[Uuid]) -> Result<Vec<Row>, ReadError> {
    let statement = source.client.prepare_cached(&sql.replace("{}", &source.schema)).await?;
    let ids: &(dyn ToSql + Sync) = &ids;
    Ok(source.client.query(&statement, &[ids]).await?)
}

/// None for words of another program's.
fn bond(row: &Row) -> Result<Option<Bond>, ReadError> {
    let (person, household): (Option<Uuid>, Option<Uuid>) = (row.try_get(2)?, row.try_get(3)?);
    let to = match (person, household) {
        (Some(person), _) => TieTo::Person(PersonId(person)),
        (None, Some(household)) => TieTo::Household(HouseholdId(household)),
        (None, None) => return Ok(None),
    };
    let Ok(kind) = row.try_get::<_, &str>(4)?.parse() else { return Ok(None) };
    Ok(Some(Bond {
        tie: TieId(row.try_get(0)?),
        from: PersonId(row.try_get(1)?),
        to,
        kind,
        since: row.try_get(5)?,
        until: row.try_get(6)?,
    }))
}

/// None for words of another program's.
fn signal(row: &Row, joined: &HashMap<(PersonId, Uuid), Uuid>) -> Result<Option<Signal>, ReadError> {
    let (person, record) = (PersonId(row.try_get(0)?), row.try_get(2)?);
    let text = |column: usize| row.try_get::<_, &str>(column);
    let (Ok(part), Ok(kind), Ok(identity), Ok(occurred)) =
        (text(3)?.parse(), text(4)?.parse(), text(5)?.parse(), text(6)?.parse())
    else {
        return Ok(None);
    };
    let concerns: Vec<&str> = row.try_get(11)?;
    Ok(Some(Signal {
        event: EventId(row.try_get(1)?),
        record,
        incident: joined.get(&(person, record)).copied().unwrap_or(record),
        person,
        part,
        kind,
        identity,
        occurred,
        recorded_at: row.try_get(7)?,
        agency: AgencyId(row.try_get(8)?),
        agency_kind: row.try_get::<_, Option<&str>>(12)?.and_then(|kind| kind.parse::<AgencyKind>().ok()),
        authority: row.try_get::<_, Option<&str>>(9)?.and_then(|code| code.parse::<Authority>().ok()),
        purpose: text(10)?.parse().ok(),
        concerns: concerns.iter().filter_map(|code| code.parse().ok()).collect(),
        source_disclosure: row.try_get::<_, Option<&str>>(13)?.and_then(|code| code.parse().ok()),
    }))
}
