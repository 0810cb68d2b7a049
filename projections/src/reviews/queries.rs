//! Reviews, for those who answer for an agency's use of the record.

use chrono::{DateTime, Utc};
use domain::access::Role;
use domain::ids::{AgencyId, PractitionerId, ReviewId};

use crate::reads::{ReadError, Reads};
use crate::scope::Scope;

/// A review, without its evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    pub review: ReviewId,
    pub kind: String,
    pub about: PractitionerId,
    pub agency: AgencyId,
    pub raised_at: DateTime<Utc>,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub counted: String,
    pub count: i32,
    pub threshold: i32,
    pub outcome: Option<String>,
    pub concluded_at: Option<DateTime<Utc>>,
}

/// The newest reviews: an auditor's are all, a safeguarding lead's those of the own agency. Nobody is shown one of
/// themselves.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn newest(reads: &Reads, scope: &Scope, most: u32) -> Result<Vec<Review>, ReadError> {
    let reader = scope.reader();
    let everywhere = reader.has(Role::Auditor) || reader.has(Role::System);
    let agency = (!everywhere).then_some(reader.agency.0);
    let source = reads.source("reviews").await?;
    let sql = format!(
        "select review, kind, about, agency, raised_at, from_time, until_time, counted, count, threshold, outcome,
                concluded_at
         from {}.review where ($1::uuid is null or agency = $1) and about <> $2
         order by position desc limit $3",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let rows = source.client.query(&statement, &[&agency, &reader.practitioner.0, &i64::from(most)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Review {
                review: ReviewId(row.try_get(0)?),
                kind: row.try_get(1)?,
                about: PractitionerId(row.try_get(2)?),
                agency: AgencyId(row.try_get(3)?),
                raised_at: row.try_get(4)?,
                from: row.try_get(5)?,
                until: row.try_get(6)?,
                counted: row.try_get(7)?,
                count: row.try_get(8)?,
                threshold: row.try_get(9)?,
                outcome: row.try_get(10)?,
                concluded_at: row.try_get(11)?,
            })
        })
        .collect()
}
