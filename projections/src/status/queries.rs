//! How a child stands, as much of it as the reader is told.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::access::Disclosure;
use domain::authority::Authority;
use domain::case::status::Standing as StandingHere;
use domain::enquiry::{Answer, Told, ToldAt, ToldWhenAsked};
use domain::entry::Entry;
use domain::ids::{PersonId, PractitionerId};
use domain::person::duty::OnDuty;
use domain::person::missing::Missing;
use domain::person::{Adult, BirthDates};
use domain::when::civil_day;
use event_store::Position;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{CaseSummary, Cases, STATUS};
use crate::access::{standing, standings};
use crate::people::PEOPLE;
use crate::reads::{AsOf, ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::timeline::Today;

/// What a reader is told of how somebody stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonStatus {
    pub person: PersonId,
    pub disclosure: Disclosure,
    /// Where they are missing from: said first, to whoever is told anything.
    pub missing: Vec<Missing>,
    /// Which authorities owe them what, the responsible one first.
    pub on_duty: Vec<OnDuty>,
    /// Authorities that know them: where to ring, the responsible one first.
    pub ring: Vec<Authority>,
    /// Authorities that knew them once, for those who are told the status.
    pub formerly: Vec<Authority>,
    /// For a record kept to named readers: who answers for it.
    pub restriction_owner: Option<PractitionerId>,
    /// Empty when only whom to ring is told.
    pub cases: Vec<CaseSummary>,
    /// When they were born is uncertain or disputed, and they may be an adult: a person decides, nothing has ended.
    pub may_be_adult: bool,
    /// True when something about them could not be taken in: telephone.
    pub is_incomplete: bool,
}

/// How somebody stands, now or at another time; `None` when nobody is on record, or the reader is told nothing.
///
/// Whether the reader may be told is judged by how things are now, whatever the time looked back to.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn of(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    as_of: Option<AsOf>,
) -> Result<Option<PersonStatus>, ReadError> {
    match standing(reads, person).await? {
        Some(standing) if scope.disclosure(&standing) > Disclosure::None => {
            of_known(reads, scope, person, &standing, as_of).await
        }
        // Nobody, or nobody the reader is told of: neither is looked for any further.
        _ => Ok(None),
    }
}

/// The same of somebody whose standing was read a moment ago. It is read before it is judged: being told nothing takes
/// as long as being told.
///
/// # Errors
/// As [`of`].
pub async fn of_known(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    standing: &Standing,
    as_of: Option<AsOf>,
) -> Result<Option<PersonStatus>, ReadError> {
    let disclosure = scope.disclosure(standing);
    let moment = reads.moment(as_of);
    let Known { mut cases, missing, mut on_duty, mut formerly, adult, is_parked } =
        known(reads, scope, (person, standing), as_of).await?;
    if disclosure == Disclosure::None {
        return Ok(None);
    }
    let ring = in_order(&on_duty, &standing.authorities);
    if disclosure < Disclosure::Status {
        cases.clear();
        on_duty.clear();
        formerly.clear();
    }
    Ok(Some(PersonStatus {
        person,
        disclosure,
        missing,
        on_duty,
        ring,
        formerly,
        restriction_owner: standing.restriction.as_ref().map(|restriction| restriction.owner),
        // A parent whose year of birth was guessed has nothing open as a child.
        may_be_adult: may_be(adult, moment) && cases.iter().any(CaseSummary::is_open),
        cases: standing_at(cases, adult, moment).map(|case| redacted(case, disclosure)).collect(),
        is_incomplete: standing.is_incomplete || is_parked,
    }))
}

/// How cases stand at a moment: emergencies lapse, and at eighteen everything ends.
fn standing_at(
    cases: Vec<CaseSummary>,
    adult: Adult,
    moment: DateTime<Utc>,
) -> impl Iterator<Item = CaseSummary> {
    let from = match adult {
        Adult::From(day) => Some(day),
        Adult::Unsettled(_) | Adult::Unknown => None,
    };
    cases.into_iter().map(move |case| case.at(moment).of_adult(from, civil_day(moment)))
}

fn may_be(adult: Adult, moment: DateTime<Utc>) -> bool {
    matches!(adult, Adult::Unsettled(day) if day <= civil_day(moment))
}

/// Whom to ring first: who is responsible, whose area it is, whose school; then whoever else knows them.
fn in_order(on_duty: &[OnDuty], known_to: &[Authority]) -> Vec<Authority> {
    let mut ring: Vec<Authority> = Vec::new();
    for authority in on_duty.iter().map(|on| &on.authority).chain(known_to) {
        if !ring.contains(authority) {
            ring.push(authority.clone());
        }
    }
    ring
}

/// Where somebody is missing from, for the head of any other answer about them.
///
/// # Errors
/// As [`of`].
pub async fn missing(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    as_of: Option<AsOf>,
) -> Result<Vec<Missing>, ReadError> {
    match standing(reads, person).await? {
        Some(standing) if scope.disclosure(&standing) > Disclosure::None => {
            Ok(known(reads, scope, (person, &standing), as_of).await?.missing)
        }
        Some(_) | None => Ok(Vec::new()),
    }
}

/// Who of these people is missing, and from where, for the head of an answer about several. The caller asks of those
/// only of whom the reader is told something.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn missing_among(
    reads: &Reads,
    people: &[PersonId],
) -> Result<BTreeMap<PersonId, Vec<Missing>>, ReadError> {
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let source = reads.source("status").await?;
    let sql = format!(
        "select person, missing_from, since from {}.missing where person = any($1) order by person, missing_from",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let mut missing: BTreeMap<PersonId, Vec<Missing>> = BTreeMap::new();
    for row in source.client.query(&statement, &[&people]).await? {
        let (from, since): (String, String) = (row.try_get(1)?, row.try_get(2)?);
        // Written from codes and times, as in `current`.
        if let (Ok(from), Ok(since)) = (from.parse(), since.parse()) {
            missing.entry(PersonId(row.try_get(0)?)).or_default().push(Missing { from, since });
        }
    }
    Ok(missing)
}

/// What a reader who asked at a time is told of somebody at this moment, as the record knew them at a place. How much
/// they are told is judged by how things are now. `given` is the place their answer was made at: what was recorded since
/// bears on the time they asked where it happened before that day, for of the same day nobody knows.
///
/// # Errors
/// As [`of`].
pub async fn told(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    standing: &Standing,
    (asked_at, given): (DateTime<Utc>, Position),
    cut: Position,
) -> Result<Told, ReadError> {
    let disclosed = scope.disclosure(standing);
    let status = reads.history_up_to(&STATUS, person.0, cut).await?;
    let births = reads.history_up_to(&PEOPLE, person.0, cut).await?;
    let Known { cases, missing, on_duty, adult, .. } = folded(&status, &births);
    let moment = reads.moment(None);
    let answer = match disclosed {
        Disclosure::None => Answer::NoTrace,
        Disclosure::Contact => Answer::ContactOnly,
        Disclosure::Status | Disclosure::Progress | Disclosure::Full => Answer::Found,
    };
    let cases = standing_at(cases, adult, moment).map(|case| redacted(case, disclosed));
    let at = |case: CaseSummary| {
        let CaseSummary { authority, standing, emergency, legal_status, legal_status_until, .. } = case;
        (authority, ToldAt { standing, emergency, legal_status, legal_status_until })
    };
    let was_given = |entry: &Entry| entry.position <= given.raw();
    let by_then: Vec<Entry> =
        status.into_iter().filter(|entry| was_given(entry) || entry.occurred.latest() <= asked_at).collect();
    let cases_then = standing_at(folded(&by_then, &births).cases, adult, asked_at);
    let then = |case: CaseSummary| {
        let case = redacted(case, disclosed);
        let since = case.since();
        (case.authority, ToldWhenAsked { since, lead: case.lead, categories: case.cp_categories })
    };
    Ok(Told {
        answer,
        disclosed,
        missing: Told::missing_from(&missing),
        on_duty,
        at: cases.map(at).collect(),
        when_asked: cases_then.map(then).collect(),
    })
}

/// What the view has of somebody.
struct Known {
    cases: Vec<CaseSummary>,
    missing: Vec<Missing>,
    on_duty: Vec<OnDuty>,
    formerly: Vec<Authority>,
    adult: Adult,
    is_parked: bool,
}

async fn known(
    reads: &Reads,
    scope: &Scope,
    (person, standing): (PersonId, &Standing),
    as_of: Option<AsOf>,
) -> Result<Known, ReadError> {
    let Some(as_of) = as_of else { return current(reads, person).await };
    let mut status = reads.history(&STATUS, person.0, as_of).await?;
    // What was found since to belong to another's record makes up no status here, unless the reader is told of it there.
    let today = Today::of(reads, person, &status).await?;
    let others: Vec<PersonId> = today.people().collect();
    let others = standings(reads, &others).await?;
    let disclosure = scope.disclosure(standing);
    status.retain(|entry| today.told(scope, standing, &others, entry.id) >= disclosure);
    // When somebody was born is so at any time, however late it was said.
    let births = reads.history(&PEOPLE, person.0, AsOf { was_at: None, ..as_of }).await?;
    Ok(folded(&status, &births))
}

fn folded(status: &[Entry], births: &[Entry]) -> Known {
    let mut cases = Cases::default();
    status.iter().for_each(|entry| cases.take(entry));
    let mut dates = BirthDates::default();
    births.iter().for_each(|entry| dates.step(entry));
    Known {
        missing: cases.missing(),
        on_duty: cases.on_duty(),
        formerly: cases.formerly(),
        adult: dates.adult(),
        cases: cases.statuses().collect(),
        is_parked: false,
    }
}

/// All of it in one statement.
async fn current(reads: &Reads, person: PersonId) -> Result<Known, ReadError> {
    let source = reads.source("status").await?;
    let sql = format!(
        "select {}, is_parked, missing_from, missing_since, on_duty, formerly, adult_from, perhaps_adult_from
         from (select exists (select from {schema}.parked where key = $1) as is_parked,
                      array(select missing_from from {schema}.missing where person = $1 order by 1) as missing_from,
                      array(select since from {schema}.missing where person = $1 order by missing_from)
                          as missing_since,
                      (select coalesce(jsonb_agg(jsonb_build_object(
                                  'duty', duty, 'authority', authority, 'since', since)), '[]')
                       from {schema}.on_duty where person = $1) as on_duty,
                      array(select authority from {schema}.formerly where person = $1 order by 1) as formerly,
                      (select adult_from from {people}.person where person = $1) as adult_from,
                      (select perhaps_adult_from from {people}.person where person = $1) as perhaps_adult_from
              ) as kept
         left join {schema}.status on person = $1
         order by case_id",
        CaseSummary::COLUMNS,
        schema = source.schema,
        people = reads.schema("people")?,
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let mut known = Known {
        cases: Vec::new(),
        missing: Vec::new(),
        on_duty: Vec::new(),
        formerly: Vec::new(),
        adult: Adult::Unknown,
        is_parked: false,
    };
    for row in source.client.query(&statement, &[&person.0]).await? {
        known.is_parked = row.try_get("is_parked")?;
        let (from, since): (Vec<String>, Vec<String>) =
            (row.try_get("missing_from")?, row.try_get("missing_since")?);
        // Written from codes and times; a build of another version is never read.
        let read = |(from, since): (&String, &String)| {
            Some(Missing { from: from.parse().ok()?, since: since.parse().ok()? })
        };
        known.missing = from.iter().zip(&since).filter_map(read).collect();
        known.on_duty = row.try_get::<_, Json<_>>("on_duty")?.0;
        known.on_duty.sort_unstable();
        let (from, perhaps): (Option<NaiveDate>, Option<NaiveDate>) =
            (row.try_get("adult_from")?, row.try_get("perhaps_adult_from")?);
        known.adult = from.map(Adult::From).or(perhaps.map(Adult::Unsettled)).unwrap_or(Adult::Unknown);
        let formerly: Vec<String> = row.try_get("formerly")?;
        known.formerly = formerly.iter().filter_map(|authority| authority.parse().ok()).collect();
        known.cases.extend(CaseSummary::from_row(&row)?);
    }
    Ok(known)
}

/// The status and the lead practitioner are told first; how the work stands only with progress. Whoever is told that a
/// child is looked after is told by what law and until when the order runs: without it nobody can tell whether the
/// relative at the door may take the child home.
fn redacted(case: CaseSummary, disclosure: Disclosure) -> CaseSummary {
    if disclosure >= Disclosure::Progress {
        return case;
    }
    let is_looked_after = case.standing >= StandingHere::LookedAfter;
    CaseSummary {
        episode: None,
        assessment_since: None,
        section47_since: None,
        cp_categories: Vec::new(),
        cp_plans_before: 0,
        legal_status: case.legal_status.filter(|_| is_looked_after),
        legal_status_until: case.legal_status_until.filter(|_| is_looked_after),
        last_seen_on: None,
        last_seen_alone_on: None,
        due: Vec::new(),
        ..case
    }
}
