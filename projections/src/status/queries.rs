//! How a child stands, as much of it as the reader is told.

use domain::access::Disclosure;
use domain::authority::Authority;
use domain::ids::{PersonId, PractitionerId};

use super::{CaseSummary, Cases, STATUS};
use crate::access::standing;
use crate::reads::{AsOf, ReadError, Reads};
use crate::scope::{Scope, Standing};

/// What a reader is told of how somebody stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonStatus {
    pub person: PersonId,
    pub disclosure: Disclosure,
    /// Authorities that know them: where to ring.
    pub ring: Vec<Authority>,
    /// For a record kept to named readers: who answers for it.
    pub restriction_owner: Option<PractitionerId>,
    /// Empty when only whom to ring is told.
    pub cases: Vec<CaseSummary>,
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
        Some(standing) => of_known(reads, scope, person, &standing, as_of).await,
        None => Ok(None),
    }
}

/// The same of somebody whose standing was read a moment ago.
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
    if disclosure == Disclosure::None {
        return Ok(None);
    }
    let moment = reads.moment(as_of);
    let (cases, is_parked) = match as_of {
        _ if disclosure < Disclosure::Status => (Vec::new(), false),
        None => current(reads, person).await?,
        Some(as_of) => {
            let mut cases = Cases::default();
            for entry in reads.history(&STATUS, person.0, as_of).await? {
                cases.take(&entry);
            }
            (cases.statuses().collect(), false)
        }
    };
    Ok(Some(PersonStatus {
        person,
        disclosure,
        ring: standing.authorities.clone(),
        restriction_owner: standing.restriction.as_ref().map(|restriction| restriction.owner),
        cases: cases.into_iter().map(|case| redacted(case.at(moment), disclosure)).collect(),
        is_incomplete: standing.is_incomplete || is_parked,
    }))
}

/// The cases, and whether something about the person could not be taken in, in one statement.
async fn current(reads: &Reads, person: PersonId) -> Result<(Vec<CaseSummary>, bool), ReadError> {
    let source = reads.source("status").await?;
    let sql = format!(
        "select {}, is_parked
         from (select exists (select from {schema}.parked where key = $1) as is_parked) as kept
         left join {schema}.status on person = $1
         order by case_id",
        CaseSummary::COLUMNS,
        schema = source.schema,
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let (mut cases, mut is_parked) = (Vec::new(), false);
    for row in source.client.query(&statement, &[&person.0]).await? {
        is_parked = row.try_get("is_parked")?;
        cases.extend(CaseSummary::from_row(&row)?);
    }
    Ok((cases, is_parked))
}

/// The status and the lead practitioner are told first; how the work stands only with progress.
fn redacted(case: CaseSummary, disclosure: Disclosure) -> CaseSummary {
    if disclosure >= Disclosure::Progress {
        return case;
    }
    CaseSummary {
        episode: None,
        assessment_since: None,
        section47_since: None,
        cp_categories: Vec::new(),
        cp_plans_before: 0,
        legal_status: None,
        legal_status_until: None,
        last_seen_on: None,
        last_seen_alone_on: None,
        due: Vec::new(),
        ..case
    }
}
