//! How several people stand, in one statement, for a list of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::case::status::Standing;
use domain::ids::PersonId;
use domain::when::civil_day;
use uuid::Uuid;

use super::CaseSummary;
use crate::reads::{ReadError, Reads};

/// How each of these people stands now, where they stand gravest; nobody who has no case. The caller asks of those only
/// of whom the reader is told the status.
///
/// # Errors
/// The view is not built, or the database does not answer.
pub async fn standing_among(
    reads: &Reads,
    people: &[PersonId],
) -> Result<BTreeMap<PersonId, Standing>, ReadError> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let source = reads.source("status").await?;
    let sql = format!(
        "select {}, (select adult_from from {people}.person as known where known.person = status.person)
         from {schema}.status where person = any($1)",
        CaseSummary::COLUMNS,
        schema = source.schema,
        people = reads.schema("people")?,
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let now = reads.moment(None);
    let mut gravest: BTreeMap<PersonId, Standing> = BTreeMap::new();
    for row in source.client.query(&statement, &[&ids]).await? {
        let adult_from: Option<NaiveDate> = row.try_get("adult_from")?;
        let Some(case) = CaseSummary::from_row(&row)? else { continue };
        let case = case.at(now).of_adult(adult_from, civil_day(now));
        let standing = gravest.entry(case.person).or_insert(case.standing);
        *standing = case.standing.max(*standing);
    }
    Ok(gravest)
}
