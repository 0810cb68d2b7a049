//! Enquiries about somebody, for those who are told how the work stands.

use chrono::{DateTime, Utc};
use domain::access::Disclosure;
use domain::entry::Entry;
use domain::event::Event;
use domain::ids::{AgencyId, EnquiryId, EventId, PersonId, PractitionerId};
use domain::when::civil_day;
use tokio_postgres::Row;
use uuid::Uuid;

use super::ENQUIRIES;
use crate::access::standing;
use crate::engine::builds::position_from;
use crate::reads::{AsOf, ReadError, Reads};
use crate::scope::{Scope, Standing};
use crate::timeline::Confided;

/// Newest enquiries given at once; older ones are on the timeline.
const MOST: usize = 500;

/// An enquiry that was made about somebody. Codes are the domain's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnquiryMade {
    pub enquiry: EnquiryId,
    pub event_id: EventId,
    pub position: u128,
    pub made_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub asked_by: AgencyId,
    pub actor: PractitionerId,
    pub purpose: String,
    pub lawful_basis: String,
    pub searched: Vec<String>,
    pub answered: String,
    pub disclosed: String,
    pub known_at: u128,
    pub receipt: String,
}

/// Who asked about somebody, newest first, now or at another time; `None` when nobody is on record, or the reader
/// is not told.
///
/// # Errors
/// The view is not built, or the database or the log does not answer.
pub async fn of(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    as_of: Option<AsOf>,
) -> Result<Option<Vec<EnquiryMade>>, ReadError> {
    let told =
        |standing: &Standing| scope.entry_disclosure(standing, scope.reader().agency) >= Disclosure::Progress;
    // Nobody, or nobody the reader is told of: neither is looked for any further.
    let Some(standing) = standing(reads, person).await?.filter(told) else { return Ok(None) };
    let newest = newest_of_known(reads, scope, person, &standing, as_of, MOST).await?;
    Ok(newest.map(|newest| newest.made))
}

/// The newest enquiries the reader is told of.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Newest {
    pub made: Vec<EnquiryMade>,
    /// How many there are with the older ones.
    pub count: usize,
}

/// The newest of those who asked about somebody whose standing was read a moment ago; `None` when the reader is not
/// told. They are read before it is judged: being told nothing takes as long as being told. What an agency asked on the
/// day it told something in confidence is told to those who may know who told it, and to whoever asked.
///
/// # Errors
/// As [`of`].
pub async fn newest_of_known(
    reads: &Reads,
    scope: &Scope,
    person: PersonId,
    standing: &Standing,
    as_of: Option<AsOf>,
    most: usize,
) -> Result<Option<Newest>, ReadError> {
    let told = |asked_by| scope.entry_disclosure(standing, asked_by) >= Disclosure::Progress;
    let own = scope.reader().agency;
    // Told of all, or of those that the reader's own agency made.
    let only = (scope.disclosure(standing) < Disclosure::Progress).then_some(own);
    let reader = scope.reader().practitioner;
    let confided = Confided::beside(reads, scope, person).await?;
    let newest = match as_of {
        None => current(reads, (person, only), (reader, &confided), most).await?,
        Some(as_of) => {
            let history = reads.history(&ENQUIRIES, person.0, as_of).await?;
            let mut made: Vec<EnquiryMade> = history.iter().rev().filter_map(from_entry).collect();
            made.retain(|made| {
                let is_hidden = confided.hides_on(made.asked_by, civil_day(made.recorded_at));
                told(made.asked_by) && (made.actor == reader || !is_hidden)
            });
            let count = made.len();
            made.truncate(most);
            Newest { made, count }
        }
    };
    Ok(told(own).then_some(newest))
}

async fn current(
    reads: &Reads,
    (person, only): (PersonId, Option<AgencyId>),
    (reader, confided): (PractitionerId, &Confided),
    most: usize,
) -> Result<Newest, ReadError> {
    let source = reads.source("enquiries").await?;
    let sql = format!(
        "select enquiry, event_id, position, made_at, recorded_at, asked_by, actor, purpose, lawful_basis, searched,
                answered, disclosed, known_at, receipt, count(*) over ()
         from {}.enquiry where person = $1 and ($2::uuid is null or asked_by = $2)
           and (actor = $3 or (asked_by, (recorded_at at time zone 'Europe/London')::date)
                not in (select agency, day from unnest($4::uuid[], $5::date[]) as told (agency, day)))
         order by made_at desc, position desc limit $6",
        source.schema
    );
    let statement = source.client.prepare_cached(&sql).await?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let (agencies, days) = confided.not_told_of();
    let only = only.map(|agency| agency.0);
    let rows =
        source.client.query(&statement, &[&person.0, &only, &reader.0, &agencies, &days, &limit]).await?;
    let count = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(14))?;
    Ok(Newest {
        made: rows.iter().map(from_row).collect::<Result<_, _>>()?,
        count: usize::try_from(count).unwrap_or_default(),
    })
}

fn from_row(row: &Row) -> Result<EnquiryMade, ReadError> {
    Ok(EnquiryMade {
        enquiry: EnquiryId(row.try_get::<_, Uuid>(0)?),
        event_id: EventId(row.try_get(1)?),
        position: position_from(row.try_get(2)?).raw(),
        made_at: row.try_get(3)?,
        recorded_at: row.try_get(4)?,
        asked_by: AgencyId(row.try_get(5)?),
        actor: PractitionerId(row.try_get(6)?),
        purpose: row.try_get(7)?,
        lawful_basis: row.try_get(8)?,
        searched: row.try_get(9)?,
        answered: row.try_get(10)?,
        disclosed: row.try_get(11)?,
        known_at: position_from(row.try_get(12)?).raw(),
        receipt: row.try_get(13)?,
    })
}

fn from_entry(entry: &Entry) -> Option<EnquiryMade> {
    let Event::EnquiryMade(made) = &entry.event else { return None };
    Some(EnquiryMade {
        enquiry: EnquiryId(entry.stream),
        event_id: entry.id,
        position: entry.position,
        made_at: entry.occurred.earliest(),
        recorded_at: entry.recorded_at,
        asked_by: made.asked_by,
        actor: entry.actor,
        purpose: made.purpose.code().to_owned(),
        lawful_basis: made.lawful_basis.code().to_owned(),
        searched: made.searched.iter().map(|searched| searched.code().to_owned()).collect(),
        answered: made.answered.code().to_owned(),
        disclosed: made.disclosed.code().to_owned(),
        known_at: made.known_at.0,
        receipt: made.receipt.as_str().to_owned(),
    })
}
